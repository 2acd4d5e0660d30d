/**
 * chacha20-poly1305@openssh.com (OpenSSH's PROTOCOL.chacha20poly1305): the second half of the key encrypts the four length bytes, the
 * first half everything else from block 1 on; block 0 keys Poly1305 over both. The nonce is the sequence number.
 */
import { ChaCha20 } from './chacha20.ts';
import type { OpenFailure, PacketOpener, PacketSealer } from './crypto.types.ts';
import { judgeLength, layOut, packetBytes, payloadOf, type Framing } from './framing.ts';
import { equalBytes, readUint32, writeUint32 } from './padding.ts';
import { poly1305 } from './poly1305.ts';

const FRAMING: Framing = { blockBytes: 8, tagBytes: 16, clearBytes: 4 };
const TAG = new Uint8Array(16);

export class ChaChaPolySealer implements PacketSealer {
  readonly #main: ChaCha20;
  readonly #length: ChaCha20;

  /** 64 bytes of key. */
  constructor(key: Uint8Array) {
    this.#main = new ChaCha20(key.subarray(0, 32));
    this.#length = new ChaCha20(key.subarray(32, 64));
  }

  sealedBytes(payloadBytes: number): number {
    return packetBytes(FRAMING, payloadBytes) + 16;
  }

  sealInto(sequence: number, payload: Uint8Array, out: Uint8Array, at: number): number {
    const bytes = layOut(FRAMING, payload, out, at, true);
    const stream = this.#length.keystream(sequence, 0);
    for (let i = 0; i < 4; i++) out[at + i] = out[at + i]! ^ stream[i]!;
    this.#main.xor(sequence, 1, out, at + 4, bytes - 4);
    poly1305(this.#main.keystream(sequence, 0), out, at, bytes, out, at + bytes);
    return bytes + 16;
  }

  seal(sequence: number, payload: Uint8Array): Uint8Array {
    const out = new Uint8Array(this.sealedBytes(payload.length));
    this.sealInto(sequence, payload, out, 0);
    return out;
  }
}

export class ChaChaPolyOpener implements PacketOpener {
  readonly headBytes = 4;
  packetLength = 0;
  readonly #main: ChaCha20;
  readonly #length: ChaCha20;

  /** 64 bytes of key. */
  constructor(key: Uint8Array) {
    this.#main = new ChaCha20(key.subarray(0, 32));
    this.#length = new ChaCha20(key.subarray(32, 64));
  }

  frameBytes(sequence: number, buffer: Uint8Array, at: number, maxPacketBytes: number): number {
    const stream = this.#length.keystream(sequence, 0);
    this.packetLength = (readUint32(buffer, at) ^ readUint32(stream, 0)) >>> 0;
    return judgeLength(FRAMING, this.packetLength, maxPacketBytes);
  }

  open(sequence: number, buffer: Uint8Array, at: number): Uint8Array | OpenFailure {
    const bytes = 4 + this.packetLength;
    poly1305(this.#main.keystream(sequence, 0), buffer, at, bytes, TAG, 0);
    if (!equalBytes(TAG, 0, buffer, at + bytes, 16)) return 'corrupt';
    this.#main.xor(sequence, 1, buffer, at + 4, bytes - 4);
    writeUint32(buffer, at, this.packetLength);
    return payloadOf(buffer, at, this.packetLength);
  }
}
