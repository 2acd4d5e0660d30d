/**
 * Cuts what a syslog sender writes into a TCP or TLS connection into messages (RFC 6587, RFC 5425 section 4.3):
 *
 *     octet counting      MSG-LEN SP MSG MSG-LEN SP MSG …
 *     newline framing     MSG LF MSG LF …      (CR before LF and NUL in place of LF are met, too)
 *
 * Which of them a sender uses is told once, from its first bytes: a count that is followed by `<`, where every counted message begins. A line of a log that begins
 * with a number is therefore no count later on, so that whoever can put text into a message cannot make the rest of the connection be read as one. Counted
 * messages that lose their count are beyond repair: where the next message begins, nobody knows.
 */
import { err, ok, type Result } from '@netsentinel/contracts/result';

export interface FramingOptions {
  /** Of one message at most; the rest of a longer one is left out and counted. */
  readonly maxBytes: number;
  /** @param cutBytes how many bytes of the message are missing at its end */
  readonly onMessage: (message: string, cutBytes: number) => void;
}

const NUL = 0x00;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
const LESS = 0x3c;

/** A count of more digits is no syslog: RFC 5425 asks for 8,192 bytes, and nobody sends 10 MB in a message. */
const MAX_COUNT_DIGITS = 7;

const NOTHING = Buffer.alloc(0);

export type Framing = 'octet-counting' | 'newline';

export class SyslogFraming {
  readonly #maxBytes: number;
  readonly #onMessage: FramingOptions['onMessage'];
  #framing: Framing | undefined;
  /** The begin of a message whose end has not been seen; it grows by doubling, so that neither a long one nor one in many pieces costs much. */
  #held: Buffer = NOTHING;
  #heldBytes = 0;
  #cutBytes = 0;
  /** Octet counting: what is still to come of the message; -1 while its count is read. */
  #missing = -1;
  #count = 0;
  #countDigits = 0;
  #broken: string | undefined;

  constructor({ maxBytes, onMessage }: FramingOptions) {
    this.#maxBytes = maxBytes;
    this.#onMessage = onMessage;
  }

  /** Undefined until the first bytes have told. */
  get framing(): Framing | undefined {
    return this.#framing;
  }

  /** Bytes of a message that has not ended. */
  get pendingBytes(): number {
    return this.#heldBytes + this.#cutBytes + this.#countDigits;
  }

  /** An error means that the connection cannot be read any further; what was whole before has been handed on. */
  push(chunk: Uint8Array): Result<undefined> {
    if (this.#broken !== undefined) return err(this.#broken);
    let bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (this.#framing === undefined) {
      if (this.#heldBytes > 0) bytes = Buffer.concat([this.#held.subarray(0, this.#heldBytes), bytes]);
      this.#release();
      this.#framing = framingOf(bytes);
      if (this.#framing === undefined) {
        this.#hold(bytes, 0, bytes.length);
        return ok(undefined);
      }
    }
    if (this.#framing === 'newline') this.#pushLines(bytes);
    else this.#pushCounted(bytes);
    return this.#broken === undefined ? ok(undefined) : err(this.#broken);
  }

  /** The connection has ended: what stands there is the last message, whole or not. */
  end(): void {
    if (this.#broken !== undefined) return;
    // Part of a counted message is as good as what a newline would have ended; its sender has said that more was to come.
    if (this.#missing > 0) this.#cutBytes += this.#missing;
    if (this.#heldBytes > 0) this.#emitHeld();
    this.#missing = -1;
  }

  #pushLines(bytes: Buffer): void {
    let from = 0;
    // One search of the whole chunk for NULs, which nearly nobody sends.
    let nul = bytes.indexOf(NUL);
    for (;;) {
      let end = bytes.indexOf(NEWLINE, from);
      if (nul !== -1 && (end === -1 || nul < end)) {
        end = nul;
        nul = bytes.indexOf(NUL, nul + 1);
      }
      if (end === -1) break;
      if (this.#heldBytes === 0) this.#emit(bytes, from, end, 0);
      else {
        this.#hold(bytes, from, end);
        this.#emitHeld();
      }
      from = end + 1;
    }
    if (from < bytes.length) this.#hold(bytes, from, bytes.length);
  }

  #pushCounted(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length) {
      if (this.#missing === -1) {
        at = this.#readCount(bytes, at);
        if (at === -1) return;
        continue;
      }
      const taken = Math.min(this.#missing, bytes.length - at);
      this.#missing -= taken;
      if (this.#missing === 0 && this.#heldBytes === 0 && this.#cutBytes === 0) this.#emit(bytes, at, at + taken, 0);
      else {
        this.#hold(bytes, at, at + taken);
        if (this.#missing === 0) this.#emitHeld();
      }
      if (this.#missing === 0) this.#missing = -1;
      at += taken;
    }
  }

  /** Answers where the message begins, or the end of `bytes`; -1 where there is no count. */
  #readCount(bytes: Buffer, from: number): number {
    for (let at = from; at < bytes.length; at++) {
      const code = bytes[at]!;
      if (code >= 0x30 && code <= 0x39) {
        this.#count = this.#count * 10 + code - 0x30;
        if (++this.#countDigits > MAX_COUNT_DIGITS) return this.#breakOff('a message claims to be larger than 10 MB');
      } else if (code === SPACE && this.#countDigits > 0) {
        if (this.#count === 0) return this.#breakOff('a message claims to be empty');
        this.#missing = this.#count;
        this.#count = 0;
        this.#countDigits = 0;
        return at + 1;
        // Some end a counted message with a newline all the same, and do not count it.
      } else if (this.#countDigits > 0 || (code !== NEWLINE && code !== RETURN && code !== NUL))
        return this.#breakOff('a count of bytes was expected between two messages');
    }
    return bytes.length;
  }

  #breakOff(reason: string): -1 {
    this.#broken = reason;
    this.#release();
    return -1;
  }

  #hold(bytes: Buffer, from: number, end: number): void {
    const taken = Math.min(this.#maxBytes - this.#heldBytes, end - from);
    this.#cutBytes += end - from - taken;
    if (taken <= 0) return;
    const needed = this.#heldBytes + taken;
    if (needed > this.#held.length) {
      const grown = Buffer.allocUnsafeSlow(Math.min(this.#maxBytes, Math.max(needed, 2 * this.#held.length, 256)));
      this.#held.copy(grown, 0, 0, this.#heldBytes);
      this.#held = grown;
    }
    bytes.copy(this.#held, this.#heldBytes, from, from + taken);
    this.#heldBytes = needed;
  }

  #emitHeld(): void {
    const message = this.#held;
    const length = this.#heldBytes;
    const cut = this.#cutBytes;
    this.#release();
    this.#emit(message, 0, length, cut);
  }

  #release(): void {
    this.#held = NOTHING;
    this.#heldBytes = 0;
    this.#cutBytes = 0;
  }

  #emit(bytes: Buffer, from: number, end: number, alreadyCut: number): void {
    emitMessage(bytes, from, end, alreadyCut, this.#maxBytes, this.#onMessage);
  }
}

/** One datagram is one message (RFC 5426, section 3.1). */
export function readDatagram(datagram: Buffer, { maxBytes, onMessage }: FramingOptions): void {
  emitMessage(datagram, 0, datagram.length, 0, maxBytes, onMessage);
}

/** Line ends and NULs behind a message are its sender's habit; a message of nothing else is none. */
function emitMessage(
  bytes: Buffer,
  from: number,
  end: number,
  alreadyCut: number,
  maxBytes: number,
  onMessage: FramingOptions['onMessage'],
): void {
  let last = end;
  let cut = alreadyCut;
  if (last - from > maxBytes) {
    cut += last - from - maxBytes;
    last = from + maxBytes;
  }
  for (; last > from; last--) {
    const code = bytes[last - 1];
    if (code !== NEWLINE && code !== RETURN && code !== NUL) break;
  }
  if (last > from) onMessage(bytes.toString('utf8', from, last), cut);
}

/** Undefined while the first bytes leave both possible. */
function framingOf(bytes: Uint8Array): Framing | undefined {
  let at = 0;
  for (; at < bytes.length && at <= MAX_COUNT_DIGITS; at++) {
    const code = bytes[at]!;
    if (code >= 0x30 && code <= 0x39 && !(at === 0 && code === 0x30)) continue;
    if (at === 0 || code !== SPACE) return 'newline';
    const next = bytes[at + 1];
    return next === undefined ? undefined : next === LESS ? 'octet-counting' : 'newline';
  }
  return at > MAX_COUNT_DIGITS ? 'newline' : undefined;
}
