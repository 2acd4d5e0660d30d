/**
 * AES-CTR with a MAC of its own, in both orders: encrypt-and-MAC (RFC 4253: the tag covers the plaintext, the length is encrypted) and
 * encrypt-then-MAC (OpenSSH's -etm: the tag covers length and ciphertext, the length is in the clear).
 */
import type { CipherSpec, DirectionKeys, MacSpec, OpenFailure, PacketOpener, PacketSealer } from './crypto.types.ts';
import { CtrStream } from './ctr-stream.ts';
import { judgeLength, layOut, packetBytes, payloadOf, type Framing } from './framing.ts';
import { createPacketMac, type PacketMac } from './packet-mac.ts';
import { equalBytes, readUint32 } from './padding.ts';

const TAG = new Uint8Array(64);

function framingOf(mac: MacSpec): Framing {
  return { blockBytes: 16, tagBytes: mac.tagBytes, clearBytes: mac.etm ? 4 : 0 };
}

function streamOf(cipher: CipherSpec, keys: DirectionKeys): CtrStream {
  return new CtrStream(keys.key.subarray(0, cipher.keyBytes), keys.iv.subarray(0, cipher.ivBytes));
}

export class CtrSealer implements PacketSealer {
  readonly #framing: Framing;
  readonly #stream: CtrStream;
  readonly #mac: PacketMac;
  readonly #etm: boolean;

  constructor(cipher: CipherSpec, mac: MacSpec, keys: DirectionKeys) {
    this.#framing = framingOf(mac);
    this.#stream = streamOf(cipher, keys);
    this.#mac = createPacketMac(mac, keys.macKey);
    this.#etm = mac.etm;
  }

  sealedBytes(payloadBytes: number): number {
    return packetBytes(this.#framing, payloadBytes) + this.#framing.tagBytes;
  }

  sealInto(sequence: number, payload: Uint8Array, out: Uint8Array, at: number): number {
    const bytes = layOut(this.#framing, payload, out, at, true);
    if (this.#etm) {
      this.#stream.xor(out, at + 4, bytes - 4);
      this.#mac.tagInto(sequence, out, at, bytes, out, at + bytes);
    } else {
      this.#mac.tagInto(sequence, out, at, bytes, out, at + bytes);
      this.#stream.xor(out, at, bytes);
    }
    return bytes + this.#framing.tagBytes;
  }

  seal(sequence: number, payload: Uint8Array): Uint8Array {
    const out = new Uint8Array(this.sealedBytes(payload.length));
    this.sealInto(sequence, payload, out, 0);
    return out;
  }
}

/** Encrypt-then-MAC: check, then decrypt. */
export class CtrEtmOpener implements PacketOpener {
  readonly headBytes = 4;
  packetLength = 0;
  readonly #framing: Framing;
  readonly #stream: CtrStream;
  readonly #mac: PacketMac;

  constructor(cipher: CipherSpec, mac: MacSpec, keys: DirectionKeys) {
    this.#framing = framingOf(mac);
    this.#stream = streamOf(cipher, keys);
    this.#mac = createPacketMac(mac, keys.macKey);
  }

  frameBytes(_sequence: number, buffer: Uint8Array, at: number, maxPacketBytes: number): number {
    this.packetLength = readUint32(buffer, at);
    return judgeLength(this.#framing, this.packetLength, maxPacketBytes);
  }

  open(sequence: number, buffer: Uint8Array, at: number): Uint8Array | OpenFailure {
    const bytes = 4 + this.packetLength;
    this.#mac.tagInto(sequence, buffer, at, bytes, TAG, 0);
    if (!equalBytes(TAG, 0, buffer, at + bytes, this.#framing.tagBytes)) return 'corrupt';
    this.#stream.xor(buffer, at + 4, bytes - 4);
    return payloadOf(buffer, at, this.packetLength);
  }
}

/** Encrypt-and-MAC: the first block is decrypted to learn the length, the rest before the tag can be checked. */
export class CtrOpener implements PacketOpener {
  readonly headBytes = 16;
  packetLength = 0;
  readonly #framing: Framing;
  readonly #stream: CtrStream;
  readonly #mac: PacketMac;
  #headOpened = false;

  constructor(cipher: CipherSpec, mac: MacSpec, keys: DirectionKeys) {
    this.#framing = framingOf(mac);
    this.#stream = streamOf(cipher, keys);
    this.#mac = createPacketMac(mac, keys.macKey);
  }

  frameBytes(_sequence: number, buffer: Uint8Array, at: number, maxPacketBytes: number): number {
    if (!this.#headOpened) {
      this.#stream.xor(buffer, at, 16);
      this.#headOpened = true;
    }
    this.packetLength = readUint32(buffer, at);
    return judgeLength(this.#framing, this.packetLength, maxPacketBytes);
  }

  open(sequence: number, buffer: Uint8Array, at: number): Uint8Array | OpenFailure {
    const bytes = 4 + this.packetLength;
    this.#stream.xor(buffer, at + 16, bytes - 16);
    this.#headOpened = false;
    this.#mac.tagInto(sequence, buffer, at, bytes, TAG, 0);
    if (!equalBytes(TAG, 0, buffer, at + bytes, this.#framing.tagBytes)) return 'corrupt';
    return payloadOf(buffer, at, this.packetLength);
  }
}
