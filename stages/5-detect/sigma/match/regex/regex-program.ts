/** A parsed pattern as the instructions of a nondeterministic machine (Thompson's construction): repetitions written out, up to a bound. */
import { RegexRefused, type Assertion, type RegexNode } from './parse-regex.ts';
import type { UnitSet } from './code-units.ts';

/** `a` and `b` by operation: the number of a set; two places to go on at; the number of an assertion. */
export const operation = Object.freeze({ unit: 0, split: 1, assert: 2, match: 3 });

export const assertions: readonly Assertion[] = [
  'textStart',
  'textEnd',
  'lineStart',
  'lineEnd',
  'wordBoundary',
  'noWordBoundary',
];

export interface RegexProgram {
  readonly operations: Uint8Array;
  readonly a: Int32Array;
  readonly b: Int32Array;
  readonly sets: readonly UnitSet[];
  readonly hasAssertions: boolean;
  /** A match can only begin where the text does. */
  readonly isAnchored: boolean;
}

/** Repetitions of repetitions multiply: what grows past this is refused. */
const maxInstructions = 5_000;

export function writeProgram(node: RegexNode): RegexProgram {
  const writer = new Writer();
  writer.write(node);
  return writer.finish(beginsWithStart(node));
}

class Writer {
  readonly #operations: number[] = [];
  readonly #a: number[] = [];
  readonly #b: number[] = [];
  readonly #sets: UnitSet[] = [];
  readonly #setNumbers = new Map<string, number>();

  /** Writes the node so that what follows it is written next. */
  write(node: RegexNode): void {
    switch (node.kind) {
      case 'unit':
        this.#emit(operation.unit, this.#setNumber(node.set), 0);
        return;
      case 'assert':
        this.#emit(operation.assert, assertions.indexOf(node.assertion), 0);
        return;
      case 'sequence':
        for (const part of node.of) this.write(part);
        return;
      case 'choice':
        this.#choice(node.of);
        return;
      case 'repeat':
        this.#repeat(node.of, node.min, node.max);
    }
  }

  finish(isAnchored: boolean): RegexProgram {
    this.#emit(operation.match, 0, 0);
    return {
      operations: Uint8Array.from(this.#operations),
      a: Int32Array.from(this.#a),
      b: Int32Array.from(this.#b),
      sets: this.#sets,
      hasAssertions: this.#operations.includes(operation.assert),
      isAnchored,
    };
  }

  #choice(branches: readonly RegexNode[]): void {
    const exits: number[] = [];
    for (const [index, branch] of branches.entries()) {
      const isLast = index === branches.length - 1;
      const split = isLast ? -1 : this.#emit(operation.split, this.#here() + 1, 0);
      this.write(branch);
      if (isLast) continue;
      exits.push(this.#emit(operation.split, 0, 0));
      this.#b[split] = this.#here();
    }
    for (const exit of exits) this.#a[exit] = this.#b[exit] = this.#here();
  }

  #repeat(of: RegexNode, min: number, max: number): void {
    for (let copy = 0; copy < min; copy++) {
      const before = this.#here();
      this.write(of);
      // What matches only the empty text matches it any number of times.
      if (this.#here() === before) return;
    }
    if (max === Infinity) {
      const loop = this.#emit(operation.split, this.#here() + 1, 0);
      this.write(of);
      this.#emit(operation.split, loop, loop);
      this.#b[loop] = this.#here();
      return;
    }
    const exits: number[] = [];
    for (let copy = min; copy < max; copy++) {
      exits.push(this.#emit(operation.split, this.#here() + 1, 0));
      const before = this.#here();
      this.write(of);
      if (this.#here() === before) break;
    }
    for (const exit of exits) this.#b[exit] = this.#here();
  }

  #emit(operation: number, a: number, b: number): number {
    if (this.#operations.length >= maxInstructions) {
      throw new RegexRefused(`its repetitions, written out, are longer than ${maxInstructions} steps`);
    }
    this.#a.push(a);
    this.#b.push(b);
    return this.#operations.push(operation) - 1;
  }

  #here(): number {
    return this.#operations.length;
  }

  #setNumber(set: UnitSet): number {
    const key = set.join(',');
    let number = this.#setNumbers.get(key);
    if (number === undefined) {
      number = this.#sets.push(set) - 1;
      this.#setNumbers.set(key, number);
    }
    return number;
  }
}

function beginsWithStart(node: RegexNode): boolean {
  if (node.kind === 'assert') return node.assertion === 'textStart';
  if (node.kind === 'sequence') return node.of[0] !== undefined && beginsWithStart(node.of[0]);
  return node.kind === 'choice' && node.of.every(beginsWithStart);
}
