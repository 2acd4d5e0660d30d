/**
 * What the editing of lines may cost: each key brings a little, and what handles many characters at once (a repaint, a recalled line, a search) takes from
 * what was saved. So an attacker's keys cost what their number allows, however they are mixed; nobody at a keyboard comes near it.
 */
const SAVED = 1024 * 1024;
const OF_A_KEY = 64;

export class Effort {
  #left = SAVED;

  /** A key came. */
  earn(): void {
    this.#left = Math.min(SAVED, this.#left + OF_A_KEY);
  }

  /** Takes what handling this many characters costs; false, and nothing taken, where there is not enough. */
  spend(characters: number): boolean {
    if (characters > this.#left) return false;
    this.#left -= characters;
    return true;
  }
}

/** The most characters that an editor handles for these keys. */
export function effortOf(keys: number): number {
  return SAVED + keys * OF_A_KEY;
}
