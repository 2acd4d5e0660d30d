/**
 * Many literals as tables: a row of an Int32Array for each state and a column for each class of letters. Tries are walked from a text's start or, for
 * what it ends with, backwards from its end, and left at the first letter that leads nowhere; `LiteralSearch` makes automata of them.
 */
import type { UnitClasses } from './unit-classes.ts';

/** What a state that ends no literal announces. */
export const noSlot = -1;

/** Finished tries: cells hold the number at which the next row begins, 0 where nothing follows. */
export interface TrieTable {
  readonly next: Int32Array;
  readonly width: number;
  /** By state (row / width): what the literal that ends there announces, or `noSlot`. */
  readonly slots: Int32Array;
}

/** Tries while they grow: children in lists, so that nothing is paid for letters that do not follow. State 0 is nowhere. */
export class Tries {
  readonly classes: UnitClasses;
  readonly #firstChild: number[] = [0];
  readonly #sibling: number[] = [0];
  readonly #class: number[] = [0];
  readonly roots: number[] = [];
  /** By state: what it announces. */
  readonly slots: number[] = [noSlot];

  constructor(classes: UnitClasses) {
    this.classes = classes;
  }

  /** Cells of the table that this would become. */
  get cells(): number {
    return this.slots.length * this.classes.count;
  }

  /** A new, empty trie. */
  addRoot(): number {
    const root = this.#addState(0);
    this.roots.push(root);
    return root;
  }

  /** The state at which the literal ends, read backwards if so asked. */
  insert(root: number, text: string, isBackwards: boolean): number {
    let state = root;
    for (let index = 0; index < text.length; index++) {
      const letter = this.classes.of[text.charCodeAt(isBackwards ? text.length - 1 - index : index)] ?? 0;
      let child = this.#firstChild[state] ?? 0;
      while (child !== 0 && this.#class[child] !== letter) child = this.#sibling[child] ?? 0;
      if (child === 0) {
        child = this.#addState(letter);
        this.#sibling[child] = this.#firstChild[state] ?? 0;
        this.#firstChild[state] = child;
      }
      state = child;
    }
    return state;
  }

  /** Whether some literal begins so. */
  begins(root: number, text: string): boolean {
    let state = root;
    for (let at = 0; at < text.length && state !== 0; at++) {
      const letter = this.classes.of[text.charCodeAt(at)] ?? 0;
      state = this.#firstChild[state] ?? 0;
      while (state !== 0 && this.#class[state] !== letter) state = this.#sibling[state] ?? 0;
    }
    return state !== 0;
  }

  *childrenOf(state: number): Generator<readonly [child: number, letter: number]> {
    for (let child = this.#firstChild[state] ?? 0; child !== 0; child = this.#sibling[child] ?? 0) {
      yield [child, this.#class[child] ?? 0];
    }
  }

  finish(): TrieTable {
    const width = this.classes.count;
    const next = new Int32Array(this.cells);
    for (let state = 1; state < this.slots.length; state++) {
      for (let child = this.#firstChild[state] ?? 0; child !== 0; child = this.#sibling[child] ?? 0) {
        next[state * width + (this.#class[child] ?? 0)] = child * width;
      }
    }
    return { next, width, slots: Int32Array.from(this.slots) };
  }

  #addState(letter: number): number {
    this.#firstChild.push(0);
    this.#sibling.push(0);
    this.#class.push(letter);
    return this.slots.push(noSlot) - 1;
  }
}
