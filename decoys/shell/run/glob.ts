/**
 * Shell patterns, matched in time linear in the text for any pattern: all ways at once, never back. In a pattern a backslash makes the next
 * character literal; that is how quoted parts arrive here.
 */
const MAX_STATES = 20_000;

type State =
  | { readonly op: 'char'; readonly char: string }
  | { readonly op: 'any' }
  | { readonly op: 'set'; readonly negated: boolean; readonly test: (char: string) => boolean }
  | { readonly op: 'split'; readonly to: number[] }
  | { readonly op: 'match' };

const CLASSES: Readonly<Record<string, RegExp>> = {
  alpha: /\p{L}/u,
  digit: /[0-9]/,
  alnum: /[\p{L}\p{N}]/u,
  upper: /\p{Lu}/u,
  lower: /\p{Ll}/u,
  space: /\s/,
  blank: /[ \t]/,
  punct: /[!-/:-@[-`{-~]/,
  print: /[^\p{Cc}]/u,
  graph: /[^\p{Cc}\s]/u,
  cntrl: /\p{Cc}/u,
  xdigit: /[0-9a-fA-F]/,
  word: /\w/,
};

export interface GlobPattern {
  matches(text: string): boolean;
  /** The end of the shortest or longest match that begins at `from`, or -1. */
  prefix(text: string, from: number, longest: boolean): number;
}

/** True where the text has unquoted pattern characters. */
export function hasMagic(pattern: string): boolean {
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i]!;
    if (char === '\\') i++;
    else if (char === '*' || char === '?') return true;
    else if (char === '[' && pattern.indexOf(']', i + 2) > 0) return true;
    else if ('+@!'.includes(char) && pattern[i + 1] === '(' && pattern.indexOf(')', i) > 0) return true;
  }
  return false;
}

/** Takes the backslashes out. */
export function literalText(pattern: string): string {
  return pattern.includes('\\') ? pattern.replace(/\\([\s\S])/g, '$1') : pattern;
}

export function escapePattern(text: string): string {
  return text.replace(/[\\*?[\]()|!+@-]/g, '\\$&');
}

export function compileGlob(
  pattern: string,
  options: { readonly ignoreCase?: boolean; readonly extglob?: boolean } = {},
): GlobPattern {
  const states: State[] = [];
  const fold = options.ignoreCase === true ? (text: string) => text.toLowerCase() : (text: string) => text;
  const chars = Array.from(fold(pattern));
  emit(chars, 0, chars.length, states, options.extglob ?? true, 0);
  states.push({ op: 'match' });
  return new Machine(states, fold);
}

class Machine implements GlobPattern {
  readonly #states: readonly State[];
  readonly #fold: (text: string) => string;

  constructor(states: readonly State[], fold: (text: string) => string) {
    this.#states = states;
    this.#fold = fold;
  }

  matches(text: string): boolean {
    return this.prefix(text, 0, true) === text.length;
  }

  prefix(text: string, from: number, longest: boolean): number {
    const source = this.#fold(text);
    let current = new Set<number>();
    this.#add(current, 0);
    let end = -1;
    const last = this.#states.length - 1;
    for (let at = from; ;) {
      if (current.has(last)) {
        end = at;
        if (!longest) return end;
      }
      if (current.size === 0 || at >= source.length) return end;
      const code = source.codePointAt(at)!;
      const char = String.fromCodePoint(code);
      const next = new Set<number>();
      for (const index of current) {
        const state = this.#states[index]!;
        if (
          state.op === 'any' ||
          (state.op === 'char' && state.char === char) ||
          (state.op === 'set' && state.test(char) !== state.negated)
        )
          this.#add(next, index + 1);
      }
      current = next;
      at += char.length;
    }
  }

  #add(set: Set<number>, start: number): void {
    const pending = [start];
    for (let index = pending.pop(); index !== undefined; index = pending.pop()) {
      if (set.has(index)) continue;
      set.add(index);
      const state = this.#states[index]!;
      if (state.op === 'split') pending.push(...state.to);
    }
  }
}

function emit(
  chars: readonly string[],
  from: number,
  to: number,
  states: State[],
  extglob: boolean,
  depth: number,
): void {
  for (let i = from; i < to; i++) {
    if (states.length > MAX_STATES) return;
    const char = chars[i]!;
    if (char === '\\' && i + 1 < to) states.push({ op: 'char', char: chars[++i]! });
    else if (extglob && '?*+@'.includes(char) && chars[i + 1] === '(' && depth < 20) {
      const close = closing(chars, i + 1, to);
      if (close < 0) {
        simple(char, states);
        continue;
      }
      group(char, chars, i + 2, close, states, depth);
      i = close;
    } else if (char === '[') {
      const set = readSet(chars, i, to);
      if (set === undefined) states.push({ op: 'char', char });
      else {
        states.push(set.state);
        i = set.end;
      }
    } else simple(char, states);
  }
}

function simple(char: string, states: State[]): void {
  if (char === '?') states.push({ op: 'any' });
  else if (char === '*') {
    const at = states.length;
    const previous = states[at - 3];
    // `**` is `*`.
    if (previous?.op === 'split' && previous.to[1] === at) return;
    states.push({ op: 'split', to: [at + 1, at + 3] }, { op: 'any' }, { op: 'split', to: [at] });
  } else states.push({ op: 'char', char });
}

function group(kind: string, chars: readonly string[], from: number, to: number, states: State[], depth: number): void {
  const start = states.length;
  const entry: { op: 'split'; to: number[] } = { op: 'split', to: [] };
  states.push(entry);
  const exits: { op: 'split'; to: number[] }[] = [];
  for (const [begin, end] of alternatives(chars, from, to)) {
    entry.to.push(states.length);
    emit(chars, begin, end, states, true, depth + 1);
    const exit: { op: 'split'; to: number[] } = { op: 'split', to: [] };
    states.push(exit);
    exits.push(exit);
  }
  const after = states.length;
  for (const exit of exits) exit.to.push(after, ...(kind === '*' || kind === '+' ? [start] : []));
  if (kind === '*' || kind === '?') entry.to.push(after);
}

function alternatives(chars: readonly string[], from: number, to: number): [number, number][] {
  const parts: [number, number][] = [];
  let open = 0;
  let start = from;
  for (let i = from; i < to; i++) {
    if (chars[i] === '\\') i++;
    else if (chars[i] === '(') open++;
    else if (chars[i] === ')') open--;
    else if (chars[i] === '|' && open === 0) {
      parts.push([start, i]);
      start = i + 1;
    }
  }
  parts.push([start, to]);
  return parts;
}

function closing(chars: readonly string[], from: number, to: number): number {
  let open = 0;
  for (let i = from; i < to; i++) {
    if (chars[i] === '\\') i++;
    else if (chars[i] === '(') open++;
    else if (chars[i] === ')' && --open === 0) return i;
  }
  return -1;
}

const setEnds = new WeakMap<readonly string[], number>();

/** Thousands of brackets that none closes are not looked through from each of them. */
function lastSetEnd(chars: readonly string[]): number {
  let end = setEnds.get(chars);
  if (end === undefined) setEnds.set(chars, (end = chars.lastIndexOf(']')));
  return end;
}

function readSet(chars: readonly string[], from: number, to: number): { state: State; end: number } | undefined {
  if (from >= lastSetEnd(chars)) return undefined;
  let i = from + 1;
  const negated = chars[i] === '!' || chars[i] === '^';
  if (negated) i++;
  const tests: ((char: string) => boolean)[] = [];
  const first = i;
  for (; i < to; i++) {
    let char = chars[i]!;
    if (char === ']' && i > first) {
      const test = (value: string): boolean => tests.some((item) => item(value));
      return { state: { op: 'set', negated, test }, end: i };
    }
    if (char === '/') return undefined;
    if (char === '[' && chars[i + 1] === ':') {
      const close = chars.indexOf(':', i + 2);
      const name = close > 0 ? chars.slice(i + 2, close).join('') : '';
      const known = CLASSES[name];
      if (known !== undefined && chars[close + 1] === ']') {
        tests.push((value) => known.test(value));
        i = close + 1;
        continue;
      }
    }
    if (char === '\\' && i + 1 < to) char = chars[++i]!;
    if (chars[i + 1] === '-' && i + 2 < to && chars[i + 2] !== ']') {
      const high = chars[i + 2] === '\\' ? chars[i + 3]! : chars[i + 2]!;
      const [low, top] = [char.codePointAt(0)!, high.codePointAt(0)!];
      tests.push((value) => {
        const code = value.codePointAt(0)!;
        return code >= low && code <= top;
      });
      i += chars[i + 2] === '\\' ? 3 : 2;
      continue;
    }
    const single = char;
    tests.push((value) => value === single);
  }
  return undefined;
}
