/**
 * What a word is, for every engine: a run of letters, digits, marks and `_`, its case folded. Where runs are joined by one `.` or `-`
 * (`203.0.113.7`, `ssh-ed25519`, `example.com`) the whole is a word too, besides its parts. The words of an event are those of all its
 * texts except its own id and its timestamps. A search names words; all of them must be among the event's.
 *
 * Hot path: one pass over the characters, two 32-bit hashes a word, no string is made.
 */
const SEPARATOR = 0;
const WORD = 1;
const JOINER = 2;

const { kinds, folded } = characterTables();

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
      let joined1 = 0x9747b28c;
      let joined2 = 0x1b873593;
      for (;;) {
        let a = 0x811c9dc5;
        let b = 0x2f0b4c47;
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

/** Calls `visit` with every text of the event that is searched. */
export function eventTexts(event: object, visit: (text: string) => void): void {
  for (const [key, value] of Object.entries(event)) {
    if (key === '@timestamp') continue;
    if (key !== 'event' || typeof value !== 'object' || value === null) texts(value, visit, 0);
    else
      for (const [name, inner] of Object.entries(value as object))
        if (name !== 'id' && name !== 'ingested' && name !== 'start' && name !== 'end') texts(inner, visit, 0);
  }
}

/** Vendors' records may nest; what lies deeper than this is kept but not searched. */
const MAX_DEPTH = 32;

function texts(value: unknown, visit: (text: string) => void, depth: number): void {
  if (typeof value === 'string') visit(value);
  else if (typeof value === 'object' && value !== null && depth < MAX_DEPTH) {
    if (Array.isArray(value)) for (const item of value) texts(item, visit, depth + 1);
    else for (const key in value) texts((value as Record<string, unknown>)[key], visit, depth + 1);
  }
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
