/**
 * Values as numbers in a row, and the letters of texts in another, to be handed to another thread without a copy and to wait there without an object for each.
 * A text takes two cells: where it begins, and how long it is. Whoever reads must know where which kind of value lies.
 */

export interface Cells {
  readonly numbers: Float64Array<ArrayBuffer>;
  readonly letters: Uint8Array<ArrayBuffer>;
}

/** Cells of a text. */
export const TEXT_CELLS = 2;

const ROOM = 4096;
const LETTERS = 16_384;
const NO_TEXT = -1;
/** A power of two. */
const SLOTS = 512;

export class CellWriter {
  #numbers = new Float64Array(ROOM);
  #length = 0;
  #letters = new Uint8Array(LETTERS);
  #used = 0;
  /** Texts that came lately, by a few of their characters: to look all up in a map would cost more than to send some twice. */
  readonly #lately = Array.from({ length: SLOTS }, () => '');
  readonly #begins = new Int32Array(SLOTS);
  readonly #sizes = new Int32Array(SLOTS);

  /** Where the next value goes. */
  get length(): number {
    return this.#length;
  }

  number(value: number): void {
    if (this.#length === this.#numbers.length) {
      const more = new Float64Array(2 * this.#length);
      more.set(this.#numbers);
      this.#numbers = more;
    }
    this.#numbers[this.#length++] = value;
  }

  boolean(value: boolean): void {
    this.number(value ? 1 : 0);
  }

  text(value: string | undefined): void {
    if (value === undefined) return this.#place(NO_TEXT, 0);
    const { length } = value;
    const slot = (length + value.charCodeAt(length - 1) * 17 + value.charCodeAt(length - 3) * 5) & (SLOTS - 1);
    if (this.#lately[slot] !== value) {
      this.#lately[slot] = value;
      this.#begins[slot] = this.#used;
      this.#sizes[slot] = this.#write(value);
    }
    return this.#place(this.#begins[slot]!, this.#sizes[slot]!);
  }

  list(texts: readonly string[]): void {
    this.number(texts.length);
    for (const text of texts) this.text(text);
  }

  /** All that was written; the next begins anew. */
  take(): Cells {
    const cells = { numbers: this.#numbers.slice(0, this.#length), letters: this.#letters.slice(0, this.#used) };
    this.#length = 0;
    this.#used = 0;
    this.#lately.fill('');
    this.#begins.fill(0);
    this.#sizes.fill(0);
    return cells;
  }

  #place(begin: number, size: number): void {
    this.number(begin);
    this.number(size);
  }

  /** One byte a character where that is enough, else two. Answers the number of characters, as its complement where they take two. */
  #write(text: string): number {
    const { length } = text;
    if (this.#used + 2 * length > this.#letters.length) {
      const more = new Uint8Array(2 * (this.#used + 2 * length));
      more.set(this.#letters);
      this.#letters = more;
    }
    const letters = this.#letters;
    const begin = this.#used;
    for (let at = 0; at < length; at++) {
      const code = text.charCodeAt(at);
      if (code > 0xff) return this.#writeWide(text);
      letters[begin + at] = code;
    }
    this.#used += length;
    return length;
  }

  #writeWide(text: string): number {
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      this.#letters[this.#used++] = code & 0xff;
      this.#letters[this.#used++] = code >> 8;
    }
    return ~text.length;
  }
}

const NONE: readonly string[] = [];

export class CellReader {
  readonly #numbers: Float64Array;
  readonly #letters: Buffer;

  constructor({ numbers, letters }: Cells) {
    this.#numbers = numbers;
    this.#letters = Buffer.from(letters.buffer, letters.byteOffset, letters.length);
  }

  number(at: number): number {
    return this.#numbers[at]!;
  }

  boolean(at: number): boolean {
    return this.#numbers[at] !== 0;
  }

  /** Made anew whenever it is asked for. */
  text(at: number): string | undefined {
    const begin = this.#numbers[at]!;
    if (begin === NO_TEXT) return undefined;
    const size = this.#numbers[at + 1]!;
    return size < 0
      ? this.#letters.toString('utf16le', begin, begin + 2 * ~size)
      : this.#letters.toString('latin1', begin, begin + size);
  }

  /** For what was a text for sure. */
  words(at: number): string {
    return this.text(at) ?? '';
  }

  list(at: number): readonly string[] {
    const length = this.number(at);
    if (length === 0) return NONE;
    return Array.from({ length }, (_, i) => this.words(at + 1 + i * TEXT_CELLS));
  }

  /** Where what follows the list begins. */
  endOfList(at: number): number {
    return at + 1 + this.number(at) * TEXT_CELLS;
  }
}
