/**
 * Which part of a literal to look for. A search stops wherever two letters begin a literal, so literals had better begin with letters that rarely stand
 * together; how often they do in events is taken to be how often they do in all literals.
 */
import type { UnitClasses } from './unit-classes.ts';

/** So much of a literal is kept, to be as telling as all of it. */
const leastKept = 6;
const leastShare = 0.6;
/** Letters that other literals of the field begin with already cost less. */
const sharedFactor = 0.25;

export class WindowChooser {
  readonly #classes: UnitClasses;
  readonly #uses: Uint32Array;

  constructor(classes: UnitClasses, texts: Iterable<string>) {
    this.#classes = classes;
    this.#uses = new Uint32Array(classes.count * classes.count);
    for (const text of texts) {
      for (let at = 0; at + 1 < text.length; at++) {
        const pair = this.#pairAt(text, at);
        this.#uses[pair] = (this.#uses[pair] ?? 0) + 1;
      }
    }
  }

  /** A part of the text of at most `maxLength`, at least 2. `isTaken`: whether a literal begins with these two letters already. */
  choose(text: string, maxLength: number, isTaken: (pair: string) => boolean): string {
    const kept = Math.min(text.length, maxLength, Math.max(leastKept, Math.ceil(text.length * leastShare)));
    let best = 0;
    let least = Infinity;
    for (let start = 0; start + kept <= text.length; start++) {
      const uses = this.#uses[this.#pairAt(text, start)] ?? 0;
      const cost = isTaken(text.slice(start, start + 2)) ? uses * sharedFactor : uses;
      if (cost >= least) continue;
      best = start;
      least = cost;
    }
    return text.slice(best, best + maxLength);
  }

  #pairAt(text: string, at: number): number {
    const { of, count } = this.#classes;
    return (of[text.charCodeAt(at)] ?? 0) * count + (of[text.charCodeAt(at + 1)] ?? 0);
  }
}
