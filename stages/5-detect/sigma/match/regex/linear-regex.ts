/**
 * Searches with a pattern in time that grows with the text and with nothing else: a deterministic machine that is built while it runs. Where it has
 * been it knows the way; where it has not, it works out one more state. When it has grown too large it forgets all but its start.
 */
import { lineTerminators, wordUnits, type UnitSet } from './code-units.ts';
import { parseRegex, type RegexNode } from './parse-regex.ts';
import { assertions, operation, writeProgram, type RegexProgram } from './regex-program.ts';

/** Throws RegexRefused for what cannot be searched in linear time. `flags`: of `i`, `m` and `s`. */
export function compileRegex(source: string, flags: string): LinearRegex {
  return new LinearRegex(parseRegex(source, flags));
}

/** What stands beside a position, as far as assertions ask. */
const edge = 0;
const word = 1;
const line = 2;
const other = 3;

const unknown = 0;
const found = -1;
const dead = -2;
const start = 1;

const maxStates = 2_048;
const maxCells = 65_536;
/** Numbers kept to recognise states: 4 bytes each. */
const maxKept = 600_000;

export class LinearRegex {
  readonly #program: RegexProgram;
  readonly #units: UnitClasses;
  /** For each class, and for the end of the text, where a state leads. */
  readonly #width: number;
  readonly #maxStates: number;
  #next: Int32Array;
  readonly #kernels: Int32Array[] = [];
  readonly #before: number[] = [];
  readonly #numbers = new Map<string, number>();
  #kept = 0;
  readonly #marks: Int32Array;
  #mark = 0;
  readonly #stack: number[] = [];

  constructor(node: RegexNode) {
    this.#program = writeProgram(node);
    this.#units = new UnitClasses(this.#program);
    this.#width = this.#units.count + 1;
    this.#maxStates = Math.max(16, Math.min(maxStates, Math.floor(maxCells / this.#width)));
    this.#next = new Int32Array(this.#width * 8);
    this.#marks = new Int32Array(this.#program.operations.length);
    this.#forget();
  }

  /** Whether the pattern is found anywhere in the text. */
  test(text: string): boolean {
    const width = this.#width;
    const low = this.#units.low;
    let state = start;
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      const unitClass = unit < 256 ? (low[unit] ?? 0) : this.#units.classOf(unit);
      let next = this.#next[state * width + unitClass] ?? unknown;
      if (next === unknown) next = this.#work(state, unitClass);
      if (next < 0) return next === found;
      state = next;
    }
    let last = this.#next[state * width + width - 1] ?? unknown;
    if (last === unknown) last = this.#work(state, width - 1);
    return last === found;
  }

  /** Works out where a state leads on a class (or on the end), and remembers it. */
  #work(state: number, unitClass: number): number {
    const isEnd = unitClass === this.#width - 1;
    const after = isEnd ? edge : (this.#units.kinds[unitClass] ?? other);
    const reached = this.#reach(this.#kernels[state] ?? new Int32Array(), this.#before[state] ?? edge, after);
    let next = dead;
    if (reached === undefined) next = found;
    else if (!isEnd) {
      const kernel = this.#step(reached, unitClass);
      if (kernel.length > 0) {
        if (this.#kernels.length > this.#maxStates || this.#kept > maxKept) {
          this.#forget();
          return this.#stateOf(kernel, this.#program.hasAssertions ? after : other);
        }
        next = this.#stateOf(kernel, this.#program.hasAssertions ? after : other);
      }
    }
    this.#next[state * this.#width + unitClass] = next;
    return next;
  }

  /** The unit instructions that can be reached without reading; undefined when the match is among what is reached. */
  #reach(kernel: Int32Array, before: number, after: number): readonly number[] | undefined {
    const { operations, a, b } = this.#program;
    const reached: number[] = [];
    const mark = ++this.#mark;
    const stack = this.#stack;
    stack.length = 0;
    for (const place of kernel) stack.push(place);
    for (let place = stack.pop(); place !== undefined; place = stack.pop()) {
      if (this.#marks[place] === mark) continue;
      this.#marks[place] = mark;
      switch (operations[place]) {
        case operation.unit:
          reached.push(place);
          break;
        case operation.split:
          stack.push(a[place] ?? 0, b[place] ?? 0);
          break;
        case operation.assert:
          if (holds(a[place] ?? 0, before, after)) stack.push(place + 1);
          break;
        default:
          return undefined;
      }
    }
    return reached;
  }

  #step(reached: readonly number[], unitClass: number): Int32Array {
    const kernel: number[] = [];
    for (const place of reached) {
      if (this.#units.has(this.#program.a[place] ?? 0, unitClass)) kernel.push(place + 1);
    }
    // A match may begin at every position.
    if (!this.#program.isAnchored) kernel.push(0);
    return Int32Array.from(kernel).sort();
  }

  #stateOf(kernel: Int32Array, before: number): number {
    const key = `${before}:${kernel.join()}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const state = this.#kernels.push(kernel) - 1;
    this.#before.push(before);
    this.#numbers.set(key, state);
    this.#kept += kernel.length * 2;
    if ((state + 1) * this.#width > this.#next.length) {
      const larger = new Int32Array(this.#next.length * 2);
      larger.set(this.#next);
      this.#next = larger;
    }
    return state;
  }

  #forget(): void {
    this.#next.fill(unknown);
    this.#kernels.length = 0;
    this.#before.length = 0;
    this.#numbers.clear();
    this.#kept = 0;
    // State 0 is nobody: 0 in the table is what is not known yet.
    this.#stateOf(new Int32Array(), -1);
    this.#stateOf(Int32Array.of(0), edge);
  }
}

function holds(assertion: number, before: number, after: number): boolean {
  switch (assertions[assertion]) {
    case 'textStart':
      return before === edge;
    case 'textEnd':
      return after === edge;
    case 'lineStart':
      return before === edge || before === line;
    case 'lineEnd':
      return after === edge || after === line;
    case 'wordBoundary':
      return (before === word) !== (after === word);
    case 'noWordBoundary':
      return (before === word) === (after === word);
    default:
      return false;
  }
}

/** Code units that no set of the pattern tells apart are one class. */
class UnitClasses {
  readonly count: number;
  /** The class of each unit below 256. */
  readonly low = new Uint16Array(256);
  /** What kind of neighbour each class is to assertions. */
  readonly kinds: readonly number[];
  readonly #starts: readonly number[];
  readonly #classes: readonly number[];
  readonly #members: readonly Uint8Array[];

  constructor({ sets, hasAssertions }: RegexProgram) {
    const all = hasAssertions ? [...sets, wordUnits, lineTerminators] : sets;
    const starts = new Set([0]);
    for (const set of all) {
      for (let at = 0; at < set.length; at += 2) starts.add(set[at] ?? 0).add((set[at + 1] ?? 0) + 1);
    }
    starts.delete(0x10000);
    this.#starts = [...starts].sort((x, y) => x - y);
    const numbers = new Map<string, number>();
    const representatives: number[] = [];
    this.#classes = this.#starts.map((unit) => {
      const signature = all.map((set) => (includes(set, unit) ? '1' : '0')).join('');
      const known = numbers.get(signature);
      if (known !== undefined) return known;
      numbers.set(signature, representatives.length);
      return representatives.push(unit) - 1;
    });
    this.count = representatives.length;
    this.#members = sets.map((set) => Uint8Array.from(representatives, (unit) => (includes(set, unit) ? 1 : 0)));
    this.kinds = representatives.map((unit) =>
      includes(wordUnits, unit) ? word : includes(lineTerminators, unit) ? line : other,
    );
    for (let unit = 0; unit < 256; unit++) this.low[unit] = this.classOf(unit);
  }

  classOf(unit: number): number {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= unit) low = middle;
      else high = middle - 1;
    }
    return this.#classes[low] ?? 0;
  }

  has(set: number, unitClass: number): boolean {
    return this.#members[set]?.[unitClass] === 1;
  }
}

function includes(set: UnitSet, unit: number): boolean {
  for (let at = 0; at < set.length; at += 2) if (unit >= (set[at] ?? 0) && unit <= (set[at + 1] ?? 0)) return true;
  return false;
}
