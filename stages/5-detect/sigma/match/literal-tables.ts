/**
 * Two tables that find literals in texts, a row of an Int32Array for each state and a column for each class of letters. The first is of tries, walked
 * from a text's start or, for what it ends with, backwards from its end, and left at the first letter that leads nowhere. The second is an automaton
 * after Aho and Corasick that finds literals anywhere: one step a letter, however many literals there are. Many tries and automata share a table.
 */
import type { UnitClasses } from './unit-classes.ts';

/** What a state that ends no literal announces. */
export const noSlot = -1;

/** A growing table; states are counted in numbers of a row (`state * width`). */
export class TrieTable {
  readonly #classes: UnitClasses;
  readonly width: number;
  next: Int32Array;
  /** By state (not row): what the literal that ends here announces. */
  readonly slots: number[] = [noSlot];

  constructor(classes: UnitClasses) {
    this.#classes = classes;
    this.width = classes.count;
    this.next = new Int32Array(this.width * 256);
  }

  /** The row of a new, empty trie. Row 0 is nowhere. */
  addRoot(): number {
    return this.#addState();
  }

  /** The state at which the literal ends, read backwards if so asked. */
  insert(root: number, text: string, isBackwards: boolean): number {
    let row = root;
    for (let index = 0; index < text.length; index++) {
      const unit = text.charCodeAt(isBackwards ? text.length - 1 - index : index);
      const cell = row + (this.#classes.of[unit] ?? 0);
      let child = this.next[cell] ?? 0;
      if (child === 0) {
        child = this.#addState();
        this.next[cell] = child;
      }
      row = child;
    }
    return row / this.width;
  }

  get cells(): number {
    return this.slots.length * this.width;
  }

  /** Lets go of what was only reserved. */
  trim(): void {
    this.next = this.next.slice(0, this.cells);
  }

  #addState(): number {
    const row = this.cells;
    this.slots.push(noSlot);
    if (this.cells > this.next.length) {
      const larger = new Int32Array(Math.max(this.next.length * 2, this.cells));
      larger.set(this.next);
      this.next = larger;
    }
    return row;
  }
}

/**
 * Completes tries to automata: where a trie leads nowhere, on from the longest end of what was read that begins a literal. A row's number is
 * complemented (`~row`) where its state announces something, itself or through `links`. Returns `links`: by state, the next one to announce, or 0.
 */
export function completeAutomata(table: TrieTable, roots: readonly number[]): Int32Array {
  const { next, slots, width } = table;
  const fails = new Int32Array(slots.length);
  const links = new Int32Array(slots.length);
  for (const root of roots) {
    const queue: number[] = [];
    for (let column = 0; column < width; column++) {
      const child = next[root + column] ?? 0;
      if (child === 0) next[root + column] = root;
      else {
        fails[child / width] = root;
        queue.push(child);
      }
    }
    for (let at = 0; at < queue.length; at++) {
      const row = queue[at] ?? 0;
      const fail = fails[row / width] ?? 0;
      links[row / width] = slots[fail / width] === noSlot ? (links[fail / width] ?? 0) : fail / width;
      for (let column = 0; column < width; column++) {
        const child = next[row + column] ?? 0;
        const onward = next[fail + column] ?? 0;
        if (child === 0) next[row + column] = onward;
        else {
          fails[child / width] = onward;
          queue.push(child);
        }
      }
    }
  }
  for (let cell = 0; cell < table.cells; cell++) {
    const row = next[cell] ?? 0;
    const state = row / width;
    if (slots[state] !== noSlot || links[state] !== 0) next[cell] = ~row;
  }
  return links;
}
