/**
 * `zlib@openssh.com`: one deflate stream per direction, flushed at each packet (RFC 4253 section 6.2). node:zlib compresses synchronously only as
 * a whole; packets must stay in order without waiting, so this drives the binding under its stream objects. What comes out of one packet is
 * bounded: a small packet cannot unfold into a large one.
 */
import { constants, createDeflate, createInflate } from 'node:zlib';
import { NetSentinelError } from '@netsentinel/kernel/errors';

export interface Compressor {
  /** A view that is valid until the next call. */
  compress(payload: Uint8Array): Uint8Array;
  close(): void;
}

export interface Decompressor {
  /** The payload, or undefined where the data is damaged or unfolds beyond the bound. Valid until the next call. */
  decompress(bytes: Uint8Array): Buffer | undefined;
  close(): void;
}

/** What node:zlib keeps behind a stream: `writeSync` leaves the bytes still free and still unread in `_writeState`. */
interface ZlibInternals {
  readonly _handle: {
    writeSync(
      flush: number,
      input: Uint8Array,
      inputAt: number,
      inputBytes: number,
      output: Uint8Array,
      outputAt: number,
      outputBytes: number,
    ): void;
  };
  readonly _writeState: Uint32Array;
  close(): void;
}

/** Both directions of all connections share it: the work of one packet is done before the next begins. */
let output = Buffer.allocUnsafe(64 * 1024);

/** OpenSSH compresses at level 6. A window of 32 KiB is what the peer must expect anyway. */
export function createCompressor(): Compressor {
  const stream = internals(createDeflate({ level: 6 }));
  let failed = false;
  onError(stream, () => (failed = true));
  return {
    compress(payload) {
      const length = drive(stream, payload, Number.MAX_SAFE_INTEGER);
      if (failed || length === undefined) throw new NetSentinelError('SSH_DEFLATE', 'bug', 'Deflate failed');
      return output.subarray(0, length);
    },
    close: () => stream.close(),
  };
}

export function createDecompressor(maxBytes: number): Decompressor {
  const stream = internals(createInflate());
  let failed = false;
  onError(stream, () => (failed = true));
  return {
    decompress(bytes) {
      if (failed) return undefined;
      const length = drive(stream, bytes, maxBytes, () => failed);
      failed ||= length === undefined;
      return failed ? undefined : output.subarray(0, length);
    },
    close: () => stream.close(),
  };
}

/** The binding calls what stands in this property; it is no event target. */
function onError(stream: ZlibInternals, action: () => void): void {
  Object.assign(stream._handle, { onerror: action });
}

function drive(
  stream: ZlibInternals,
  input: Uint8Array,
  maxBytes: number,
  failed: () => boolean = () => false,
): number | undefined {
  let inputAt = 0;
  let length = 0;
  for (;;) {
    const room = output.length - length;
    const inputBytes = input.length - inputAt;
    stream._handle.writeSync(constants.Z_SYNC_FLUSH, input, inputAt, inputBytes, output, length, room);
    if (failed()) return undefined;
    const free = stream._writeState[0]!;
    inputAt += inputBytes - stream._writeState[1]!;
    length += room - free;
    if (length > maxBytes) return undefined;
    if (free > 0) return length;
    const grown = Buffer.allocUnsafe(output.length * 2);
    output.copy(grown, 0, 0, length);
    output = grown;
  }
}

function internals(stream: unknown): ZlibInternals {
  const candidate = stream as ZlibInternals;
  if (typeof candidate._handle?.writeSync !== 'function' || !(candidate._writeState instanceof Uint32Array))
    throw new NetSentinelError('SSH_ZLIB', 'bug', 'This version of Node has no synchronous zlib behind its streams');
  return candidate;
}
