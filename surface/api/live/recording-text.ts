/**
 * Recordings are bytes at byte offsets; the live channel carries text. What is cut out of a recording may begin or end inside a character:
 * `Utf8Tail` keeps the begun character for the next piece, `startText` answers a recording's text up to its last whole character.
 */

/** A text and the bytes of the recording that it stands for. */
export interface Piece {
  readonly offset: number;
  /** Where the next piece begins. */
  readonly end: number;
  readonly text: string;
}

export class Utf8Tail {
  #rest: Uint8Array = new Uint8Array();
  #next = -1;

  /** Undefined where the piece does not even hold one whole character. */
  take(offset: number, chunk: Uint8Array): Piece | undefined {
    const follows = offset === this.#next && this.#rest.length > 0;
    const bytes = follows ? Buffer.concat([this.#rest, chunk]) : chunk;
    const start = follows ? offset - this.#rest.length : offset;
    const whole = wholeCharacters(bytes);
    this.#next = offset + chunk.length;
    this.#rest = Uint8Array.from(bytes.subarray(whole));
    return whole === 0 ? undefined : { offset: start, end: start + whole, text: decode(bytes.subarray(0, whole)) };
  }
}

/**
 * A whole recording as text: at most `maxBytes` of its end from a line's start on, with its first line (the header) always before it.
 * `offset` is where the next piece begins.
 */
export function startText(recording: Uint8Array, maxBytes: number): { readonly offset: number; readonly text: string } {
  const end = wholeCharacters(recording);
  if (end <= maxBytes) return { offset: end, text: decode(recording.subarray(0, end)) };
  const header = recording.subarray(0, Math.min(recording.indexOf(10) + 1, maxBytes));
  const line = recording.indexOf(10, end - maxBytes) + 1;
  const rest = line === 0 ? new Uint8Array() : recording.subarray(line, end);
  return { offset: end, text: decode(header) + decode(rest) };
}

/** How many of these bytes are whole UTF-8 characters: all but a last one that is only begun (RFC 3629, section 3). */
function wholeCharacters(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if ((byte & 0xc0) === 0x80) continue;
    const length =
      byte >= 0xf0 && byte < 0xf8 ? 4 : byte >= 0xe0 && byte < 0xf0 ? 3 : byte >= 0xc0 && byte < 0xe0 ? 2 : 1;
    return length > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

function decode(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
