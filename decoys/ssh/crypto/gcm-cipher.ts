/**
 * aes128-gcm@openssh.com and aes256-gcm@openssh.com (RFC 5647): the length travels in the clear as associated data, and the last eight
 * bytes of the 12-byte nonce count packets.
 */
import { createCipheriv, createDecipheriv, createSecretKey, type CipherGCMTypes, type KeyObject } from 'node:crypto';
import type { CipherSpec, DirectionKeys, OpenFailure, PacketOpener, PacketSealer } from './crypto.types.ts';
import { judgeLength, layOut, packetBytes, payloadOf, type Framing } from './framing.ts';
import { readUint32 } from './padding.ts';

const FRAMING: Framing = { blockBytes: 16, tagBytes: 16, clearBytes: 4 };
const OPTIONS = { authTagLength: 16 };

export class GcmSealer implements PacketSealer {
  readonly #algorithm: CipherGCMTypes;
  readonly #key: KeyObject;
  readonly #nonce: Uint8Array;

  constructor(spec: CipherSpec, keys: DirectionKeys) {
    this.#algorithm = spec.keyBytes === 16 ? 'aes-128-gcm' : 'aes-256-gcm';
    this.#key = createSecretKey(keys.key.subarray(0, spec.keyBytes));
    this.#nonce = new Uint8Array(keys.iv.subarray(0, spec.ivBytes));
  }

  sealedBytes(payloadBytes: number): number {
    return packetBytes(FRAMING, payloadBytes) + 16;
  }

  sealInto(_sequence: number, payload: Uint8Array, out: Uint8Array, at: number): number {
    const bytes = layOut(FRAMING, payload, out, at, true);
    const cipher = createCipheriv(this.#algorithm, this.#key, this.#nonce, OPTIONS);
    cipher.setAAD(out.subarray(at, at + 4));
    out.set(cipher.update(out.subarray(at + 4, at + bytes)), at + 4);
    cipher.final();
    out.set(cipher.getAuthTag(), at + bytes);
    increment(this.#nonce);
    return bytes + 16;
  }

  seal(sequence: number, payload: Uint8Array): Uint8Array {
    const out = new Uint8Array(this.sealedBytes(payload.length));
    this.sealInto(sequence, payload, out, 0);
    return out;
  }
}

export class GcmOpener implements PacketOpener {
  readonly headBytes = 4;
  packetLength = 0;
  readonly #algorithm: CipherGCMTypes;
  readonly #key: KeyObject;
  readonly #nonce: Uint8Array;

  constructor(spec: CipherSpec, keys: DirectionKeys) {
    this.#algorithm = spec.keyBytes === 16 ? 'aes-128-gcm' : 'aes-256-gcm';
    this.#key = createSecretKey(keys.key.subarray(0, spec.keyBytes));
    this.#nonce = new Uint8Array(keys.iv.subarray(0, spec.ivBytes));
  }

  frameBytes(_sequence: number, buffer: Uint8Array, at: number, maxPacketBytes: number): number {
    this.packetLength = readUint32(buffer, at);
    return judgeLength(FRAMING, this.packetLength, maxPacketBytes);
  }

  open(_sequence: number, buffer: Uint8Array, at: number): Uint8Array | OpenFailure {
    const end = at + 4 + this.packetLength;
    const decipher = createDecipheriv(this.#algorithm, this.#key, this.#nonce, OPTIONS);
    decipher.setAAD(buffer.subarray(at, at + 4));
    decipher.setAuthTag(buffer.subarray(end, end + 16));
    const plain = decipher.update(buffer.subarray(at + 4, end));
    try {
      decipher.final();
    } catch {
      return 'corrupt';
    }
    buffer.set(plain, at + 4);
    increment(this.#nonce);
    return payloadOf(buffer, at, this.packetLength);
  }
}

/** The last eight bytes as a big-endian counter. */
function increment(nonce: Uint8Array): void {
  for (let i = 11; i >= 4; i--) {
    const next = (nonce[i]! + 1) & 0xff;
    nonce[i] = next;
    if (next !== 0) return;
  }
}
