/**
 * What all ciphers share: where the parts of a packet are (RFC 4253 section 6), and how its length is judged, as OpenSSH judges it.
 *
 *     uint32 packet_length | byte padding_length | payload | padding | tag
 */
import { BAD_BLOCK, BAD_LENGTH, type OpenFailure } from './crypto.types.ts';
import { paddingFor, randomInto, writeUint32 } from './padding.ts';

/** Layout of one direction. */
export interface Framing {
  readonly blockBytes: number;
  readonly tagBytes: number;
  /** 4 where the length field is outside of the encrypted blocks (AEAD, encrypt-then-MAC), else 0. */
  readonly clearBytes: 0 | 4;
}

/** Bytes of the packet without its tag. */
export function packetBytes(framing: Framing, payloadBytes: number): number {
  const bytes = 5 + payloadBytes;
  return bytes + paddingFor(bytes - framing.clearBytes, framing.blockBytes);
}

/** Writes length, padding length, payload and padding at `at`; answers the bytes written: `packetBytes`. */
export function layOut(
  framing: Framing,
  payload: Uint8Array,
  out: Uint8Array,
  at: number,
  randomPadding: boolean,
): number {
  const length = payload.length;
  const padding = paddingFor(5 + length - framing.clearBytes, framing.blockBytes);
  writeUint32(out, at, 1 + length + padding);
  out[at + 4] = padding;
  const start = at + 5;
  if (payload.buffer !== out.buffer || payload.byteOffset !== out.byteOffset + start) {
    if (length < 48) for (let i = 0; i < length; i++) out[start + i] = payload[i]!;
    else out.set(payload, start);
  }
  if (randomPadding) randomInto(out, start + length, padding);
  else out.fill(0, start + length, start + length + padding);
  return 5 + length + padding;
}

/** Answers the whole frame's bytes for a length field, or what is wrong with it. */
export function judgeLength(framing: Framing, packetLength: number, maxPacketBytes: number): number {
  if (packetLength < 5 || packetLength > maxPacketBytes) return BAD_LENGTH;
  if ((packetLength + 4 - framing.clearBytes) % framing.blockBytes !== 0) return BAD_BLOCK;
  return 4 + packetLength + framing.tagBytes;
}

/** The payload of a decrypted packet at `at` whose length field says `packetLength`. */
export function payloadOf(buffer: Uint8Array, at: number, packetLength: number): Uint8Array | OpenFailure {
  const padding = buffer[at + 4]!;
  if (padding < 4 || padding + 1 > packetLength) return 'bad-padding';
  return buffer.subarray(at + 5, at + 4 + packetLength - padding);
}
