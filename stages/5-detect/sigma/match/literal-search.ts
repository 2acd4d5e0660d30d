/**
 * Finds literals anywhere in a text, in one pass however many there are: automata after Aho and Corasick that are entered only where two letters begin
 * some literal, and left where they remember no more than one. Between, a pass costs one look at a small table a letter, and none waits for another.
 */
import { noSlot, type Tries } from './literal-tables.ts';

/** Told what was found, and where its text ends. True stops the search. */
export type OnLiteral = (slot: number, end: number) => boolean;

/** Classes of letters are fewer than 128 (see `UnitClasses`). */
const letterBits = 7;
const pairBits = 14;

export class LiteralSearch {
  readonly #classes: Uint8Array;
  readonly #width: number;
  /** Cells that lead to states which remember two letters or more: the number of their row, complemented (`~row`) where there is something to tell. */
  readonly #next: Int32Array;
  readonly #slots: Int32Array;
  /** By state: the next one to tell of, or 0. */
  readonly #links: Int32Array;
  /** By trie, then by two letters: 1 where they begin a literal. */
  readonly #pairs: Uint8Array;
  readonly #rootRows: readonly number[];

  /** Every literal of the tries has two letters at least. */
  constructor(tries: Tries) {
    const width = tries.classes.count;
    this.#classes = tries.classes.of;
    this.#width = width;
    this.#next = new Int32Array(tries.cells);
    this.#slots = Int32Array.from(tries.slots);
    this.#links = new Int32Array(tries.slots.length);
    this.#pairs = new Uint8Array(tries.roots.length << pairBits);
    this.#rootRows = tries.roots.map((root) => root * width);
    const fails = new Int32Array(tries.slots.length);
    for (const [trie, root] of tries.roots.entries()) this.#complete(tries, trie, root, fails);
  }

  /** Whether the search was stopped. `trie`: the number of the trie, in the order in which they were added. */
  search(trie: number, text: string, onLiteral: OnLiteral): boolean {
    const classes = this.#classes;
    const pairs = this.#pairs;
    const next = this.#next;
    const base = trie << pairBits;
    let previous = 0;
    let at = 0;
    while (at < text.length) {
      const letter = classes[text.charCodeAt(at++)] ?? 0;
      if (pairs[base | (previous << letterBits) | letter] === 0) {
        previous = letter;
        continue;
      }
      let row = next[(next[(this.#rootRows[trie] ?? 0) + previous] ?? 0) + letter] ?? 0;
      previous = letter;
      while (row !== 0) {
        if (row < 0) {
          row = ~row;
          if (this.#tell(row / this.#width, at, onLiteral)) return true;
        }
        if (at >= text.length) return false;
        previous = classes[text.charCodeAt(at++)] ?? 0;
        row = next[row + previous] ?? 0;
      }
    }
    return false;
  }

  #tell(first: number, end: number, onLiteral: OnLiteral): boolean {
    for (let state = first; state !== 0; state = this.#links[state] ?? 0) {
      const slot = this.#slots[state] ?? noSlot;
      if (slot !== noSlot && onLiteral(slot, end)) return true;
    }
    return false;
  }

  /** Breadth first: where a state's own trie leads nowhere, on from the longest end of what was read that begins a literal. */
  #complete(tries: Tries, trie: number, root: number, fails: Int32Array): void {
    const width = this.#width;
    const next = this.#next;
    const queue: number[] = [];
    for (const [child, letter] of tries.childrenOf(root)) {
      next[root * width + letter] = child * width;
      fails[child] = root;
      queue.push(child);
      for (const [, second] of tries.childrenOf(child)) {
        this.#pairs[(trie << pairBits) | (letter << letterBits) | second] = 1;
      }
    }
    const single = queue.length;
    for (let at = 0; at < queue.length; at++) {
      const state = queue[at] ?? 0;
      const fail = fails[state] ?? 0;
      // The root's row leads to what remembers one letter: that is to leave.
      if (at >= single && fail !== root) next.copyWithin(state * width, fail * width, (fail + 1) * width);
      for (const [child, letter] of tries.childrenOf(state)) {
        const onward = (next[fail * width + letter] ?? 0) || (next[root * width + letter] ?? 0);
        const failed = onward === 0 ? root : (onward < 0 ? ~onward : onward) / width;
        const link = this.#slots[failed] === noSlot ? (this.#links[failed] ?? 0) : failed;
        fails[child] = failed;
        this.#links[child] = link;
        next[state * width + letter] = link !== 0 || this.#slots[child] !== noSlot ? ~(child * width) : child * width;
        queue.push(child);
      }
    }
  }
}
