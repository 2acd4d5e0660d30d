/** Who was answered by whom, as well as it can be remembered in a fixed piece of memory: an entry is overwritten by another that falls to its place. */

const SLOTS = 1 << 16;

export class AnsweredPairs {
  /** Made with the first pair: an installation that sees no connections holds none. */
  #slots: Int32Array | undefined;

  add(pair: number): void {
    this.#slots ??= new Int32Array(SLOTS);
    this.#slots[pair % SLOTS] = pair;
  }

  has(pair: number): boolean {
    return this.#slots !== undefined && this.#slots[pair % SLOTS] === pair;
  }
}
