/**
 * What a word is, for every engine: a run of letters, digits, marks and `_`, its case folded. Where runs are joined by one `.` or `-`
 * (`203.0.113.7`, `ssh-ed25519`, `example.com`) the whole is a word too, besides its parts. The words of an event are those of all its
 * texts except its own id and its timestamps. A search names words; all of them must be among the event's.
 *
 * Hot path: one pass over the characters, two 32-bit hashes a word, no string is made.
 */
/** `addExact` label of sealed texts (`kernel/sealed-text.ts`): each is one word, by its `nonceOf`. */
export const SEALED_LABEL = 2;

const SEPARATOR = 0;
const WORD = 1;
const JOINER = 2;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const WORD_FIRST = 0x811c9dc5;
const WORD_SECOND = 0x2f0b4c47;
const JOINED_FIRST = 0x9747b28c;
const JOINED_SECOND = 0x1b873593;

// What a byte of JSON text is: the folded character of a word, or one of these marks, which no word contains.
const ASCII_SEPARATOR = 0;
const ASCII_JOINER = 1;
const ASCII_END = 2;
/** A backslash, a control character or a byte beyond ASCII. */
const ASCII_OTHER = 3;

const { kinds, folded } = characterTables();
const ascii = asciiTable();

/** A growing list of word hashes; `first` spreads evenly over 32 bits. */
export class WordHashes {
  first = new Uint32Array(1024);
  second = new Uint32Array(1024);
  length = 0;

  /** Adds the words of a text, joined ones after their parts. */
  addText(text: string): void {
    const end = text.length;
    let i = 0;
    while (i < end) {
      while (i < end && kinds[text.charCodeAt(i)] !== WORD) i++;
      if (i === end) return;
      let parts = 0;
      let joined1 = JOINED_FIRST;
      let joined2 = JOINED_SECOND;
      for (;;) {
        let a = WORD_FIRST;
        let b = WORD_SECOND;
        while (i < end) {
          const code = text.charCodeAt(i);
          if (kinds[code] !== WORD) break;
          const unit = folded[code]!;
          a = Math.imul(a ^ unit, 0x01000193);
          b = Math.imul(b ^ unit, 0x5bd1e995) ^ (b >>> 15);
          i++;
        }
        this.#push(a, b);
        parts++;
        joined1 = Math.imul(joined1 ^ a, 0x85ebca6b) ^ (joined1 >>> 13);
        joined2 = Math.imul(joined2 ^ b, 0xc2b2ae35) ^ (joined2 >>> 16);
        if (i + 1 >= end || kinds[text.charCodeAt(i)] !== JOINER || kinds[text.charCodeAt(i + 1)] !== WORD) break;
        const joiner = text.charCodeAt(i);
        joined1 ^= joiner;
        joined2 ^= joiner << 8;
        i++;
      }
      if (parts > 1) this.#push(joined1, joined2);
    }
  }

  /**
   * Adds the words of the JSON string whose first character is at `at`, and answers where its closing quote is; -1, with nothing added,
   * where it has escapes or characters beyond ASCII and must be read as text. The same words as `addText`.
   */
  addQuoted(bytes: Uint8Array, at: number): number {
    const before = this.length;
    let i = at;
    for (;;) {
      let unit = ascii[bytes[i]!]!;
      while (unit === ASCII_SEPARATOR || unit === ASCII_JOINER) unit = ascii[bytes[++i]!]!;
      if (unit === ASCII_END) return i;
      let parts = 0;
      let joined1 = JOINED_FIRST;
      let joined2 = JOINED_SECOND;
      for (;;) {
        let a = WORD_FIRST;
        let b = WORD_SECOND;
        while (unit > ASCII_OTHER) {
          a = Math.imul(a ^ unit, 0x01000193);
          b = Math.imul(b ^ unit, 0x5bd1e995) ^ (b >>> 15);
          unit = ascii[bytes[++i]!]!;
        }
        if (unit === ASCII_OTHER || i >= bytes.length) {
          this.length = before;
          return -1;
        }
        this.#push(a, b);
        parts++;
        joined1 = Math.imul(joined1 ^ a, 0x85ebca6b) ^ (joined1 >>> 13);
        joined2 = Math.imul(joined2 ^ b, 0xc2b2ae35) ^ (joined2 >>> 16);
        if (unit !== ASCII_JOINER || ascii[bytes[i + 1]!]! <= ASCII_OTHER) break;
        const joiner = bytes[i]!;
        joined1 ^= joiner;
        joined2 ^= joiner << 8;
        unit = ascii[bytes[++i]!]!;
      }
      if (parts > 1) this.#push(joined1, joined2);
    }
  }

  /** Adds one exact text that no word can equal: `label` keeps kinds of them apart. */
  addExact(label: number, text: string): void {
    let a = 0x811c9dc5 ^ (label << 16);
    let b = 0x3c6ef372 ^ (label << 16);
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      a = Math.imul(a ^ unit, 0x01000193);
      b = Math.imul(b ^ unit, 0x5bd1e995) ^ (b >>> 15);
    }
    this.#push(a, b);
  }

  clear(): void {
    this.length = 0;
  }

  #push(a: number, b: number): void {
    if (this.length === this.first.length) this.#grow();
    this.first[this.length] = finish(a);
    this.second[this.length] = b;
    this.length++;
  }

  #grow(): void {
    const first = new Uint32Array(this.first.length * 2);
    const second = new Uint32Array(this.second.length * 2);
    first.set(this.first);
    second.set(this.second);
    this.first = first;
    this.second = second;
  }
}

/** The hashes of one word to look for. */
export interface WordHash {
  readonly first: number;
  readonly second: number;
}

/** The words that a search names, each once; empty where the text has none. A joined word stands for its parts. */
export function searchHashes(text: string): readonly WordHash[] {
  const found = new Map<string, WordHash>();
  for (const run of searchWords(text)) {
    const hashes = new WordHashes();
    hashes.addText(run);
    found.set(run, { first: hashes.first[hashes.length - 1]!, second: hashes.second[hashes.length - 1]! });
  }
  return [...found.values()];
}

export function exactHash(label: number, text: string): WordHash {
  const hashes = new WordHashes();
  hashes.addExact(label, text);
  return { first: hashes.first[0]!, second: hashes.second[0]! };
}

/** The joined runs of a text, folded. */
export function searchWords(text: string): readonly string[] {
  const words: string[] = [];
  let word = '';
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const kind = kinds[code];
    const joins = kind === JOINER && word !== '' && kinds[text.charCodeAt(i + 1)] === WORD;
    if (kind === WORD || joins) word += String.fromCharCode(folded[code]!);
    else if (word !== '') {
      words.push(word);
      word = '';
    }
  }
  if (word !== '') words.push(word);
  return words;
}

/** The last mixing of MurmurHash3, so that the hashes of similar words lie far apart. */
function finish(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function characterTables(): { kinds: Uint8Array; folded: Uint16Array } {
  const kindOf = new Uint8Array(65_536);
  const foldedTo = new Uint16Array(65_536);
  const word = /[\p{L}\p{N}\p{M}_]/u;
  for (let code = 0; code < 65_536; code++) {
    foldedTo[code] = code;
    // Halves of surrogate pairs: emoji and rare scripts are words.
    if (code >= 0xd800 && code <= 0xdfff) {
      kindOf[code] = WORD;
      continue;
    }
    const character = String.fromCharCode(code);
    kindOf[code] = word.test(character) ? WORD : character === '.' || character === '-' ? JOINER : SEPARATOR;
    const lower = character.toLowerCase();
    if (lower.length === 1) foldedTo[code] = lower.charCodeAt(0);
  }
  return { kinds: kindOf, folded: foldedTo };
}

function asciiTable(): Uint8Array {
  const table = new Uint8Array(256).fill(ASCII_OTHER);
  for (let code = 0x20; code < 0x80; code++)
    table[code] = kinds[code] === WORD ? folded[code]! : kinds[code] === JOINER ? ASCII_JOINER : ASCII_SEPARATOR;
  table[QUOTE] = ASCII_END;
  table[BACKSLASH] = ASCII_OTHER;
  return table;
}
