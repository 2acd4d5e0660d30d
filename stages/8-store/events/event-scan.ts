/**
 * Reads an event out of its JSON text without making an object of it: one pass over the bytes finds what stands at the places asked for, and
 * the words of all texts.
 *
 * Takes the compact JSON of `kernel/event-record.ts` and throws where the text breaks off. `event-scan.test.ts` compares it with
 * `JSON.parse` and with the plain definition of an event's words.
 */
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { NONCE_AT, NONCE_CHARS, SEALED } from '@netsentinel/kernel/sealed-text';
import { SEALED_LABEL, type WordHashes } from './event-words.ts';

/** Takes what stands at the places asked for; `place` is the number of the path in the list given to the scanner. */
export interface ScanSink {
  /** A text, as the bytes that it has in the JSON. */
  text(place: number, from: number, to: number): void;
  /** A text that JSON writes with escapes. */
  escaped(place: number, text: string): void;
  number(place: number, value: number): void;
}

/** Vendors' records may nest; what lies in more objects and lists than this is kept but not searched. */
const MAX_SEARCHED_DEPTH = 32;
/** Not searched: what every event has one of, and nobody remembers. */
const UNSEARCHED = ['@timestamp', 'event.id', 'event.ingested', 'event.start', 'event.end'];
const NO_PLACE = -1;
const SEALED_START = Buffer.from(SEALED);

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
/** A double holds any number of so many digits. */
const SAFE_DIGITS = 15;

/** Bytes of base64url, and the dot. */
const IN_SEALED = Array.from({ length: 256 }, (_, code) => /[\w.-]/.test(String.fromCharCode(code)));

/** A field that is a place, or on the way to one. */
interface Field {
  readonly name: Buffer;
  readonly inner: Fields;
  place: number;
  searched: boolean;
}

/** Fields of one object, by the hash of their name. */
type Fields = Map<number, Field>;
const NO_FIELDS: Fields = new Map();

export class EventScanner {
  readonly #fields: Fields = new Map();
  readonly #sink: ScanSink;
  /** The objects and lists that are open around the present one, outermost first. */
  readonly #outer: { readonly fields: Fields; readonly isList: boolean }[] = [];
  #bytes: Buffer = Buffer.alloc(0);
  #words: WordHashes | undefined;
  /** Of the name read last. */
  #hash = 0;

  constructor(places: readonly (readonly string[])[], sink: ScanSink) {
    this.#sink = sink;
    for (const [place, path] of places.entries()) fieldAt(this.#fields, path).place = place;
    for (const path of UNSEARCHED) fieldAt(this.#fields, path.split('.')).searched = false;
  }

  /** One event, whose text is `bytes` from `from` to `to`; its words are added to `words`. */
  scan(bytes: Buffer, from: number, to: number, words: WordHashes): void {
    this.#bytes = bytes;
    this.#words = words;
    const outer = this.#outer;
    outer.length = 0;
    let fields = this.#fields;
    let isList = false;
    let at = from + 1;
    while (at < to) {
      const code = bytes[at]!;
      if (code === CLOSE_OBJECT || code === CLOSE_LIST) {
        at++;
        const around = outer.pop();
        if (around === undefined) {
          if (at !== to) break;
          return;
        }
        ({ fields, isList } = around);
        continue;
      }
      if (code === COMMA) at++;
      let field: Field | undefined;
      if (!isList) {
        const nameAt = at + 1;
        const nameEnd = this.#nameEnd(nameAt, to);
        if (fields !== NO_FIELDS) field = this.#fieldNamed(fields, nameAt, nameEnd);
        at = nameEnd + 2;
      }
      const first = bytes[at];
      if (first === QUOTE) at = this.#text(at + 1, to, field);
      else if (first === OPEN_OBJECT || first === OPEN_LIST) {
        outer.push({ fields, isList });
        isList = first === OPEN_LIST;
        fields = isList || field === undefined ? NO_FIELDS : field.inner;
        at++;
      } else at = this.#scalar(at, to, field);
    }
    throw brokenEvent();
  }

  /** Where the quote behind the name is. */
  #nameEnd(from: number, to: number): number {
    const bytes = this.#bytes;
    let hash = 0;
    for (let at = from; at < to; at++) {
      const code = bytes[at]!;
      if (code === QUOTE) {
        this.#hash = hash;
        return at;
      }
      if (code === BACKSLASH) at++;
      hash = (Math.imul(hash, 31) + code) | 0;
    }
    throw brokenEvent();
  }

  #fieldNamed(fields: Fields, from: number, to: number): Field | undefined {
    const field = fields.get(this.#hash);
    if (field === undefined || field.name.length !== to - from) return undefined;
    for (let i = 0; i < field.name.length; i++) if (field.name[i] !== this.#bytes[from + i]) return undefined;
    return field;
  }

  /** `from`: behind the opening quote. Answers the byte behind the closing one. */
  #text(from: number, to: number, field: Field | undefined): number {
    if (this.#bytes[from] === SEALED_START[0]) {
      const sealedEnd = this.#sealedEnd(from, to);
      if (sealedEnd >= 0) {
        const nonceAt = from + NONCE_AT;
        const nonce = this.#bytes.toString('latin1', nonceAt, Math.min(nonceAt + NONCE_CHARS, sealedEnd));
        this.#words!.addExact(SEALED_LABEL, nonce);
        if (field !== undefined && field.place !== NO_PLACE) this.#sink.text(field.place, from, sealedEnd);
        return sealedEnd + 1;
      }
    }
    const searched = field?.searched !== false && this.#outer.length <= MAX_SEARCHED_DEPTH;
    const plainEnd = searched ? this.#words!.addQuoted(this.#bytes, from) : -1;
    if (plainEnd >= to) throw brokenEvent();
    if (plainEnd >= 0) {
      if (field !== undefined && field.place !== NO_PLACE) this.#sink.text(field.place, from, plainEnd);
      return plainEnd + 1;
    }
    let isEscaped = false;
    let end = from;
    for (; end < to && this.#bytes[end] !== QUOTE; end++)
      if (this.#bytes[end] === BACKSLASH) {
        isEscaped = true;
        end++;
      }
    if (end >= to) throw brokenEvent();
    const wanted = field !== undefined && field.place !== NO_PLACE;
    if (wanted && !isEscaped) this.#sink.text(field.place, from, end);
    if (searched || (wanted && isEscaped)) {
      const text = isEscaped
        ? (JSON.parse(this.#bytes.toString('utf8', from - 1, end + 1)) as string)
        : this.#bytes.toString('utf8', from, end);
      if (searched) this.#words!.addText(text);
      if (wanted && isEscaped) this.#sink.escaped(field.place, text);
    }
    return end + 1;
  }

  /** Where a sealed text ends, which has no words: what only begins like one is searched like any other. -1 where it is none. */
  #sealedEnd(from: number, to: number): number {
    const bytes = this.#bytes;
    for (let i = 0; i < SEALED_START.length; i++) if (bytes[from + i] !== SEALED_START[i]) return -1;
    for (let at = from + SEALED_START.length; at < to; at++) {
      const code = bytes[at]!;
      if (code === QUOTE) return at;
      if (!IN_SEALED[code]) return -1;
    }
    return -1;
  }

  /** A number, true, false or null. */
  #scalar(from: number, to: number, field: Field | undefined): number {
    const bytes = this.#bytes;
    let whole = 0;
    let at = from;
    for (; at < to; at++) {
      const code = bytes[at]!;
      if (code === COMMA || code === CLOSE_OBJECT || code === CLOSE_LIST) break;
      whole = code >= DIGIT_0 && code <= DIGIT_9 ? whole * 10 + code - DIGIT_0 : Number.NaN;
    }
    if (at === from) throw brokenEvent();
    const first = bytes[from]!;
    if (field === undefined || field.place === NO_PLACE || (first !== MINUS && (first < DIGIT_0 || first > DIGIT_9)))
      return at;
    const isPlain = !Number.isNaN(whole) && at - from <= SAFE_DIGITS;
    this.#sink.number(field.place, isPlain ? whole : Number(bytes.toString('latin1', from, at)));
    return at;
  }
}

/** The field at this path, made where it is missing. */
function fieldAt(root: Fields, path: readonly string[]): Field {
  let fields = root;
  let field: Field | undefined;
  for (const name of path) {
    const bytes = Buffer.from(name);
    const hash = bytes.reduce((sum, code) => (Math.imul(sum, 31) + code) | 0, 0);
    field = fields.get(hash);
    if (field !== undefined && !field.name.equals(bytes)) throw new Error(`two fields share a hash: ${name}`);
    if (field === undefined)
      fields.set(hash, (field = { name: bytes, inner: new Map(), place: NO_PLACE, searched: true }));
    fields = field.inner;
  }
  if (field === undefined) throw new Error('a place needs a path');
  return field;
}

function brokenEvent(): NetSentinelError {
  return new NetSentinelError('STORE_BAD_EVENT', 'bug', 'an event cannot be stored: its text is not whole');
}
