/**
 * Two tables that find literals in texts, a row of an Int32Array for each state and a column for each class of letters. The first is of tries, walked
 * from a text's start or, for what it ends with, backwards from its end, and left at the first letter that leads nowhere. The second is of automata
 * after Aho and Corasick that find literals anywhere: one step a letter, however many literals there are. Many tries or automata share a table.
 */
import type { UnitClasses } from './unit-classes.ts';

/** What a state that ends no literal announces. */
export const noSlot = -1;

/** A finished table: cells hold the number at which the next row begins. */
export interface LiteralTable {
  readonly next: Int32Array;
  readonly width: number;
  /** By state (row / width): what the literal that ends there announces, or `noSlot`. */
  readonly slots: Int32Array;
  /** Automata only. By state: the next state to announce, or 0. */
  readonly links: Int32Array;
}

/** Tries while they grow: children in lists, so that nothing is paid for letters that do not follow. State 0 is nowhere. */
export class Tries {
  readonly #classes: UnitClasses;
  readonly #firstChild: number[] = [0];
  readonly #sibling: number[] = [0];
  readonly #class: number[] = [0];
  readonly #roots: number[] = [];
  /** By state: what it announces. */
  readonly slots: number[] = [noSlot];

  constructor(classes: UnitClasses) {
    this.#classes = classes;
  }

  /** Cells of the table that this would become. */
  get cells(): number {
    return this.slots.length * this.#classes.count;
  }

  /** A new, empty trie. */
  addRoot(): number {
    const root = this.#addState(0);
    this.#roots.push(root);
    return root;
  }

  /** The state at which the literal ends, read backwards if so asked. */
  insert(root: number, text: string, isBackwards: boolean): number {
    let state = root;
    for (let index = 0; index < text.length; index++) {
      const letter = this.#classes.of[text.charCodeAt(isBackwards ? text.length - 1 - index : index)] ?? 0;
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

  /** The tries as they are: cells that lead nowhere hold 0. */
  finish(): LiteralTable {
    const width = this.#classes.count;
    const next = new Int32Array(this.cells);
    for (let state = 1; state < this.slots.length; state++) {
      for (let child = this.#firstChild[state] ?? 0; child !== 0; child = this.#sibling[child] ?? 0) {
        next[state * width + (this.#class[child] ?? 0)] = child * width;
      }
    }
    return { next, width, slots: Int32Array.from(this.slots), links: new Int32Array() };
  }

  /**
   * The tries as automata: where a trie leads nowhere, on from the longest end of what was read that begins a literal. A row's number is complemented
   * (`~row`) where its state announces something, itself or through `links`.
   */
  finishAutomata(): LiteralTable {
    const width = this.#classes.count;
    const next = new Int32Array(this.cells);
    const slots = Int32Array.from(this.slots);
    const fails = new Int32Array(slots.length);
    const links = new Int32Array(slots.length);
    const queue = new Int32Array(slots.length);
    for (const root of this.#roots) {
      next.fill(root * width, root * width, (root + 1) * width);
      queue[0] = root;
      let queued = 1;
      for (let at = 0; at < queued; at++) {
        const state = queue[at] ?? 0;
        const fail = fails[state] ?? 0;
        if (state !== root) next.copyWithin(state * width, fail * width, (fail + 1) * width);
        for (let child = this.#firstChild[state] ?? 0; child !== 0; child = this.#sibling[child] ?? 0) {
          const cell = state * width + (this.#class[child] ?? 0);
          const onward = next[cell] ?? 0;
          const failed = (onward < 0 ? ~onward : onward) / width;
          const link = slots[failed] === noSlot ? (links[failed] ?? 0) : failed;
          fails[child] = failed;
          links[child] = link;
          next[cell] = link !== 0 || slots[child] !== noSlot ? ~(child * width) : child * width;
          queue[queued++] = child;
        }
      }
    }
    return { next, width, slots, links };
  }

  #addState(letter: number): number {
    this.#firstChild.push(0);
    this.#sibling.push(0);
    this.#class.push(letter);
    return this.slots.push(noSlot) - 1;
  }
}
