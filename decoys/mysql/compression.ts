/**
 * The compressed protocol: frames of their own around the packets, each 3 bytes of length, 1 of sequence, 3 of length before compression (0: as it is),
 * then zlib's bytes. What would grow beyond measure is refused before it is unpacked.
 */
import { deflateSync, inflateSync } from 'node:zlib';
import { InputBuffer } from '../service/input-buffer.ts';

const HEAD = 7;
/** Shorter ones go out as they are. */
const MIN_COMPRESSED = 50;
const LARGEST = 0xff_ffff;
/** Frames that claim more than this may only grow so much. */
const FREE_BYTES = 1024 * 1024;
const MAX_GROWTH = 100;

export class Compression {
  readonly #input = new InputBuffer();
  #sequence = 0;

  /** What the frames that are whole hold, one after the other; undefined where one cannot be unpacked. */
  read(bytes: Buffer): Buffer | undefined {
    this.#input.append(bytes);
    const parts: Buffer[] = [];
    for (;;) {
      const { buffer, start, length } = this.#input;
      if (length < HEAD) break;
      const size = buffer.readUIntLE(start, 3);
      const plain = buffer.readUIntLE(start + 4, 3);
      if (plain > FREE_BYTES && plain > size * MAX_GROWTH) return undefined;
      if (length < HEAD + size) break;
      this.#sequence = (buffer[start + 3]! + 1) & 0xff;
      const body = Buffer.from(buffer.subarray(start + HEAD, start + HEAD + size));
      this.#input.consume(HEAD + size);
      const unpacked = plain === 0 ? body : inflated(body, plain);
      if (unpacked === undefined) return undefined;
      parts.push(unpacked);
    }
    this.#input.compact();
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  }

  write(bytes: Uint8Array): Buffer {
    if (bytes.length > LARGEST)
      return Buffer.concat([this.write(bytes.subarray(0, LARGEST)), this.write(bytes.subarray(LARGEST))]);
    const packed = bytes.length < MIN_COMPRESSED ? undefined : deflateSync(bytes);
    const isSmaller = packed !== undefined && packed.length < bytes.length;
    const body = isSmaller ? packed : bytes;
    const frame = Buffer.allocUnsafe(HEAD + body.length);
    frame.writeUIntLE(body.length, 0, 3);
    frame[3] = this.#sequence;
    frame.writeUIntLE(isSmaller ? bytes.length : 0, 4, 3);
    frame.set(body, HEAD);
    this.#sequence = (this.#sequence + 1) & 0xff;
    return frame;
  }
}

function inflated(body: Buffer, size: number): Buffer | undefined {
  try {
    const plain = inflateSync(body, { maxOutputLength: size });
    return plain.length === size ? plain : undefined;
  } catch {
    return undefined;
  }
}
