/**
 * Diffie–Hellman modulo a safe prime. node:crypto's `createDiffieHellman` proves its prime anew each time, which takes 20 s for 8,192 bits; a key that
 * comes in as PKCS #8 (PKCS #3 parameters) is taken as it is, and its public half is computed.
 */
import { createPrivateKey, createPublicKey, diffieHellman, randomBytes } from 'node:crypto';

export interface DhGroup {
  readonly prime: Uint8Array;
  readonly generator: number;
}

/** Twice the strength of the strongest keys derived from it, as OpenSSH picks its exponents. */
const EXPONENT_BYTES = 64;
/** OpenSSH refuses a public value with fewer bits set. */
const MIN_BITS_SET = 4;

/** Own public value and the agreed secret as magnitudes, or undefined where the peer's value is not acceptable. */
export function agreeDh(
  group: DhGroup,
  peer: Uint8Array,
): { readonly publicValue: Buffer; readonly secret: Buffer } | undefined {
  if (!isAcceptable(group, peer)) return undefined;
  const algorithm = tlv(0x30, DH_OID, tlv(0x30, integer(group.prime), integer(Buffer.of(group.generator))));
  const exponent = randomBytes(EXPONENT_BYTES);
  const privateKey = createPrivateKey({
    key: tlv(0x30, integer(Buffer.of(0)), algorithm, tlv(0x04, integer(exponent))),
    format: 'der',
    type: 'pkcs8',
  });
  try {
    const publicKey = createPublicKey({ key: publicInfo(algorithm, peer), format: 'der', type: 'spki' });
    const secret = diffieHellman({ privateKey, publicKey });
    return { publicValue: publicValueOf(createPublicKey(privateKey).export({ format: 'der', type: 'spki' })), secret };
  } catch {
    return undefined;
  }
}

function isAcceptable(group: DhGroup, peer: Uint8Array): boolean {
  if (peer.length === 0 || peer.length > group.prime.length) return false;
  const value = BigInt(`0x${Buffer.from(peer).toString('hex')}`);
  const prime = BigInt(`0x${Buffer.from(group.prime).toString('hex')}`);
  if (value <= 1n || value >= prime - 1n) return false;
  let bits = 0;
  for (const byte of peer) for (let rest = byte; rest > 0 && bits < MIN_BITS_SET; rest &= rest - 1) bits++;
  return bits >= MIN_BITS_SET;
}

/** 1.2.840.113549.1.3.1, dhKeyAgreement. */
const DH_OID = Buffer.from('06092a864886f70d010301', 'hex');

function publicInfo(algorithm: Buffer, value: Uint8Array): Buffer {
  return tlv(0x30, algorithm, tlv(0x03, Buffer.of(0), integer(value)));
}

/** The integer inside the bit string at the end of a SubjectPublicKeyInfo. */
function publicValueOf(info: Buffer): Buffer {
  const outer = readTlv(info, 0);
  const algorithm = readTlv(info, outer.start);
  const bits = readTlv(info, algorithm.end);
  const value = readTlv(info, bits.start + 1);
  return info.subarray(value.start, value.end);
}

function tlv(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  const length = body.length;
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), body]);
  if (length < 0x100) return Buffer.concat([Buffer.of(tag, 0x81, length), body]);
  return Buffer.concat([Buffer.of(tag, 0x82, length >> 8, length & 0xff), body]);
}

function integer(magnitude: Uint8Array): Buffer {
  return magnitude.length > 0 && magnitude[0]! >= 0x80 ? tlv(0x02, Buffer.of(0), magnitude) : tlv(0x02, magnitude);
}

function readTlv(bytes: Buffer, at: number): { readonly start: number; readonly end: number } {
  const first = bytes[at + 1]!;
  if (first < 0x80) return { start: at + 2, end: at + 2 + first };
  const octets = first & 0x7f;
  const start = at + 2 + octets;
  return { start, end: start + bytes.readUIntBE(at + 2, octets) };
}
