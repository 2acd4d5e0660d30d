/**
 * What a command answers, and its bytes in RESP2 and RESP3. Byte strings are JavaScript strings of one character a byte (latin1) throughout the decoy:
 * keys and values compare, sort and index as redis' own do.
 */

/** A simple string: `+OK`. */
export class Status {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** An error; `text` starts with its code: `ERR syntax error`. */
export class ErrorReply {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** Pairs: a map in RESP3, a flat array in RESP2. */
export class MapReply {
  readonly pairs: readonly (readonly [Reply, Reply])[];
  constructor(pairs: readonly (readonly [Reply, Reply])[]) {
    this.pairs = pairs;
  }
}

/** A set in RESP3, an array in RESP2. */
export class SetReply {
  readonly items: readonly Reply[];
  constructor(items: readonly Reply[]) {
    this.items = items;
  }
}

/** A floating-point number: `,1.5` in RESP3, a bulk string in RESP2. */
export class DoubleReply {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** Text for people: `=txt:` in RESP3, a bulk string in RESP2. */
export class VerbatimReply {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** Out-of-band data: `>` in RESP3, an array in RESP2. */
export class PushReply {
  readonly items: readonly Reply[];
  constructor(items: readonly Reply[]) {
    this.items = items;
  }
}

/** Bytes that are encoded already. */
export class EncodedReply {
  readonly bytes: string;
  constructor(bytes: string) {
    this.bytes = bytes;
  }
}

/** The null array `*-1` of RESP2; `_` in RESP3. */
export const NULL_ARRAY = Symbol('null array');
/** Nothing is sent: the answer comes later, or never. */
export const NO_REPLY = Symbol('no reply');
export const OK = new Status('OK');

export type Reply =
  | string
  | number
  | bigint
  | null
  | boolean
  | Status
  | ErrorReply
  | MapReply
  | SetReply
  | DoubleReply
  | VerbatimReply
  | PushReply
  | EncodedReply
  | typeof NULL_ARRAY
  | typeof NO_REPLY
  | readonly Reply[];

/** The most that one answer may be: the real server would go on until its memory ends. */
export const MAX_REPLY_BYTES = 16 * 1024 * 1024;

/** An answer that would be longer than `MAX_REPLY_BYTES`. */
export class ReplyTooLong extends Error {}

/** @throws ReplyTooLong */
export function encodeReply(reply: Reply, version: 2 | 3): string {
  if (typeof reply === 'string') return `$${reply.length}\r\n${reply}\r\n`;
  if (typeof reply === 'number' || typeof reply === 'bigint') return `:${reply}\r\n`;
  if (reply === null) return version === 3 ? '_\r\n' : '$-1\r\n';
  if (reply === true || reply === false) return version === 3 ? `#${reply ? 't' : 'f'}\r\n` : `:${reply ? 1 : 0}\r\n`;
  if (reply === NULL_ARRAY) return version === 3 ? '_\r\n' : '*-1\r\n';
  if (reply === NO_REPLY) return '';
  if (reply instanceof EncodedReply) return reply.bytes;
  if (reply instanceof Status) return `+${reply.text}\r\n`;
  if (reply instanceof ErrorReply) return `-${reply.text.replace(/[\r\n]/g, ' ')}\r\n`;
  if (reply instanceof MapReply) {
    let out = version === 3 ? `%${reply.pairs.length}\r\n` : `*${reply.pairs.length * 2}\r\n`;
    for (const [key, value] of reply.pairs) {
      out += encodeReply(key, version) + encodeReply(value, version);
      checkLength(out);
    }
    return out;
  }
  if (reply instanceof SetReply) return encodeItems(version === 3 ? '~' : '*', reply.items, version);
  if (reply instanceof PushReply) return encodeItems(version === 3 ? '>' : '*', reply.items, version);
  if (reply instanceof DoubleReply)
    return version === 3 ? `,${reply.text}\r\n` : `$${reply.text.length}\r\n${reply.text}\r\n`;
  if (reply instanceof VerbatimReply) {
    return version === 3
      ? `=${reply.text.length + 4}\r\ntxt:${reply.text}\r\n`
      : `$${reply.text.length}\r\n${reply.text}\r\n`;
  }
  return encodeItems('*', reply, version);
}

function encodeItems(sign: string, items: readonly Reply[], version: 2 | 3): string {
  let out = `${sign}${items.length}\r\n`;
  for (const item of items) {
    out += encodeReply(item, version);
    checkLength(out);
  }
  return out;
}

function checkLength(out: string): void {
  if (out.length > MAX_REPLY_BYTES) throw new ReplyTooLong('an answer is longer than it may be');
}
