/**
 * Runs patterns in time linear in the text (a Pike machine: all ways at once, never back), so that no pattern of an attacker can hang
 * a decoy. POSIX patterns take the leftmost longest match, Perl ones the leftmost first.
 */
import { parsePattern, PatternError } from './pattern-syntax.ts';
import type { PatternNode, PatternSyntax } from './pattern-syntax.ts';

const MAX_INSTRUCTIONS = 4000;

type Instruction =
  | { readonly op: 'set'; readonly set: Uint8Array }
  | { readonly op: 'split'; first: number; second: number }
  | { readonly op: 'jump'; to: number }
  | { readonly op: 'save'; readonly slot: number }
  | { readonly op: 'assert'; readonly what: string }
  | {
      readonly op: 'look';
      readonly program: readonly Instruction[];
      readonly behind: number | undefined;
      readonly wanted: boolean;
    }
  | { readonly op: 'match' };

export interface PatternMatch {
  readonly start: number;
  readonly end: number;
  /** Start and end by group, from group 0; -1 where a group took no part. */
  readonly slots: readonly number[];
}

export interface LinearRegex {
  readonly groups: number;
  test(text: string): boolean;
  /** The first match at or after `from`. */
  match(text: string, from?: number): PatternMatch | undefined;
}

/** Compiles a pattern, or says why not in the words of the GNU library. */
export function compilePattern(
  source: string,
  syntax: PatternSyntax,
  options: { readonly ignoreCase?: boolean } = {},
): { readonly ok: true; readonly regex: LinearRegex } | { readonly ok: false; readonly message: string } {
  try {
    const { node, groups } = parsePattern(source, syntax, options.ignoreCase === true);
    const literal = options.ignoreCase === true ? undefined : literalOf(source, syntax);
    const program = compile(node);
    return { ok: true, regex: new Machine(program, groups, syntax !== 'perl', literal) };
  } catch (error) {
    if (error instanceof PatternError) return { ok: false, message: error.message };
    throw error;
  }
}

/** The text itself where a pattern has nothing special in it. */
function literalOf(source: string, syntax: PatternSyntax): string | undefined {
  const special = syntax === 'basic' ? /[\\.[*^$]/ : /[\\.[*^$+?(){}|]/;
  return source !== '' && !special.test(source) ? source : undefined;
}

function compile(node: PatternNode): Instruction[] {
  const program: Instruction[] = [{ op: 'save', slot: 0 }];
  emit(program, node);
  program.push({ op: 'save', slot: 1 }, { op: 'match' });
  return program;
}

function emit(program: Instruction[], node: PatternNode): void {
  if (program.length > MAX_INSTRUCTIONS) throw new PatternError('Regular expression too big');
  switch (node.kind) {
    case 'empty':
      return;
    case 'keep':
      program.push({ op: 'save', slot: 0 });
      return;
    case 'set':
      program.push({ op: 'set', set: node.set });
      return;
    case 'assert':
      program.push({ op: 'assert', what: node.what });
      return;
    case 'group':
      program.push({ op: 'save', slot: node.index * 2 });
      emit(program, node.node);
      program.push({ op: 'save', slot: node.index * 2 + 1 });
      return;
    case 'all':
      for (const part of node.parts) emit(program, part);
      return;
    case 'any':
      emitAny(program, node.parts);
      return;
    case 'repeat':
      emitRepeat(program, node);
      return;
    case 'look': {
      const behind = node.ahead ? undefined : widthOf(node.node);
      program.push({ op: 'look', program: compile(node.node), behind, wanted: node.wanted });
    }
  }
}

function emitAny(program: Instruction[], parts: readonly PatternNode[]): void {
  const ends: { op: 'jump'; to: number }[] = [];
  for (const [index, part] of parts.entries()) {
    if (index === parts.length - 1) {
      emit(program, part);
      break;
    }
    const split = { op: 'split' as const, first: program.length + 1, second: 0 };
    program.push(split);
    emit(program, part);
    const jump = { op: 'jump' as const, to: 0 };
    program.push(jump);
    ends.push(jump);
    split.second = program.length;
  }
  for (const jump of ends) jump.to = program.length;
}

function emitRepeat(program: Instruction[], node: PatternNode & { kind: 'repeat' }): void {
  const split = (): { op: 'split'; first: number; second: number } => {
    const instruction = { op: 'split' as const, first: 0, second: 0 };
    program.push(instruction);
    return instruction;
  };
  const aim = (instruction: { first: number; second: number }, into: number, past: number): void => {
    instruction.first = node.greedy ? into : past;
    instruction.second = node.greedy ? past : into;
  };
  for (let count = 0; count < node.min; count += 1) emit(program, node.node);
  if (node.max === Infinity) {
    const start = program.length;
    const choice = split();
    emit(program, node.node);
    program.push({ op: 'jump', to: start });
    aim(choice, start + 1, program.length);
    return;
  }
  const choices: { instruction: { first: number; second: number }; into: number }[] = [];
  for (let count = node.min; count < node.max; count += 1) {
    choices.push({ instruction: split(), into: program.length });
    emit(program, node.node);
  }
  for (const choice of choices) aim(choice.instruction, choice.into, program.length);
}

/** The fixed width of what a look-behind wants. */
function widthOf(node: PatternNode): number {
  if (node.kind === 'set') return 1;
  if (node.kind === 'group') return widthOf(node.node);
  if (node.kind === 'all') return node.parts.reduce((sum, part) => sum + widthOf(part), 0);
  if (node.kind === 'repeat' && node.min === node.max) return node.min * widthOf(node.node);
  if (node.kind === 'any') {
    const widths = new Set(node.parts.map((part) => widthOf(part)));
    if (widths.size === 1) return [...widths][0]!;
  }
  if (node.kind === 'repeat' || node.kind === 'any') throw new PatternError('lookbehind assertion is not fixed length');
  return 0;
}

const isWord = (text: string, at: number): boolean => at >= 0 && at < text.length && /\w/.test(text[at]!);

function holds(what: string, text: string, at: number): boolean {
  if (what === 'start') return at === 0;
  if (what === 'end') return at === text.length;
  const before = isWord(text, at - 1);
  const after = isWord(text, at);
  if (what === 'word-start') return !before && after;
  if (what === 'word-end') return before && !after;
  return what === 'edge' ? before !== after : before === after;
}

interface Thread {
  readonly at: number;
  readonly slots: readonly number[];
}

class Machine implements LinearRegex {
  readonly groups: number;
  #program: readonly Instruction[];
  #longest: boolean;
  #literal: string | undefined;
  #marks: Int32Array;
  #mark = 0;

  constructor(program: readonly Instruction[], groups: number, longest: boolean, literal?: string) {
    this.#program = program;
    this.groups = groups;
    this.#longest = longest;
    this.#literal = literal;
    this.#marks = new Int32Array(program.length);
  }

  test(text: string): boolean {
    return this.#literal === undefined ? this.#run(text, 0, true, false) !== undefined : text.includes(this.#literal);
  }

  match(text: string, from = 0): PatternMatch | undefined {
    if (this.#literal !== undefined) {
      const start = text.indexOf(this.#literal, from);
      return start === -1
        ? undefined
        : { start, end: start + this.#literal.length, slots: [start, start + this.#literal.length] };
    }
    const slots = this.#run(text, from, false, false);
    return slots === undefined ? undefined : { start: slots[0]!, end: slots[1]!, slots };
  }

  /** Whether it matches exactly from here on; for look-around. */
  matchesAt(text: string, at: number, until: number | undefined): boolean {
    const slots = this.#run(text, at, until === undefined, true);
    return slots !== undefined && (until === undefined || slots[1] === until);
  }

  #run(text: string, from: number, anyMatch: boolean, anchored: boolean): readonly number[] | undefined {
    let best: readonly number[] | undefined;
    let current: Thread[] = [];
    const fresh = Array.from({ length: (this.groups + 1) * 2 }, () => -1);
    for (let at = from; ; at += 1) {
      // Threads that are stepped on to this place come first: they started earlier.
      this.#mark += 1;
      const threads: Thread[] = [];
      for (const thread of current) this.#add(threads, thread.at, thread.slots, text, at);
      if (best === undefined && (!anchored || at === from)) this.#add(threads, 0, fresh, text, at);
      const next: Thread[] = [];
      const code = at < text.length ? text.charCodeAt(at) : -1;
      for (const thread of threads) {
        if (best !== undefined && thread.slots[0]! > best[0]!) continue;
        const instruction = this.#program[thread.at]!;
        if (instruction.op === 'match') {
          if (anyMatch) return thread.slots;
          if (best === undefined || thread.slots[0]! < best[0]! || thread.slots[1]! > best[1]!) best = thread.slots;
          if (!this.#longest) break;
        } else if (instruction.op === 'set' && code >= 0 && instruction.set[code & 255] === 1) {
          next.push({ at: thread.at + 1, slots: thread.slots });
        }
      }
      if (at >= text.length || (next.length === 0 && (best !== undefined || anchored))) return best;
      current = next;
    }
  }

  #add(threads: Thread[], start: number, startSlots: readonly number[], text: string, at: number): void {
    const pending: Thread[] = [{ at: start, slots: startSlots }];
    for (;;) {
      const thread = pending.pop();
      if (thread === undefined) return;
      if (this.#marks[thread.at] === this.#mark) continue;
      this.#marks[thread.at] = this.#mark;
      const instruction = this.#program[thread.at]!;
      if (instruction.op === 'jump') pending.push({ at: instruction.to, slots: thread.slots });
      else if (instruction.op === 'split')
        pending.push({ at: instruction.second, slots: thread.slots }, { at: instruction.first, slots: thread.slots });
      else if (instruction.op === 'save')
        pending.push({ at: thread.at + 1, slots: thread.slots.with(instruction.slot, at) });
      else if (instruction.op === 'assert') {
        if (holds(instruction.what, text, at)) pending.push({ at: thread.at + 1, slots: thread.slots });
      } else if (instruction.op === 'look') {
        if (looks(instruction, this.groups, text, at)) pending.push({ at: thread.at + 1, slots: thread.slots });
      } else threads.push(thread);
    }
  }
}

function looks(instruction: Instruction & { op: 'look' }, groups: number, text: string, at: number): boolean {
  const machine = new Machine(instruction.program, groups, true);
  const from = instruction.behind === undefined ? at : at - instruction.behind;
  const found = from >= 0 && machine.matchesAt(text, from, instruction.behind === undefined ? undefined : at);
  return found === instruction.wanted;
}
