/**
 * Diffie–Hellman modulo a safe prime. node:crypto's `createDiffieHellman` proves its prime anew each time, which takes 20 s for 8,192 bits; a key that
 * comes in as PKCS #8 (PKCS #3 parameters) is taken as it is, and its public half is computed.
 */
import { createPrivateKey, createPublicKey, diffieHellman, randomBytes } from 'node:crypto';
import { bitString, integer, objectId, octetString, sequence } from '@netsentinel/kernel/der';

export interface DhGroup {
  readonly prime: Uint8Array;
  readonly generator: number;
}

/** Twice the strength of the strongest keys derived from it, as OpenSSH picks its exponents. */
const EXPONENT_BYTES = 64;
/** OpenSSH refuses a public value with fewer bits set. */
const MIN_BITS_SET = 4;

/** Own public value and the agreed secret as magnitudes (the exponent is drawn), or undefined where the peer's value is not acceptable. */
export function agreeDh(
  group: DhGroup,
  peer: Uint8Array,
  exponent: Uint8Array = randomBytes(EXPONENT_BYTES),
): { readonly publicValue: Buffer; readonly secret: Buffer } | undefined {
  if (!isAcceptable(group, peer)) return undefined;
  const algorithm = sequence(DH_KEY_AGREEMENT, sequence(integer(group.prime), integer(group.generator)));
  const privateKey = createPrivateKey({
    key: sequence(integer(0), algorithm, octetString(integer(exponent))),
    format: 'der',
    type: 'pkcs8',
  });
  try {
    const publicKey = createPublicKey({
      key: sequence(algorithm, bitString(integer(peer))),
      format: 'der',
      type: 'spki',
    });
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

/** Of PKCS #3. */
const DH_KEY_AGREEMENT = objectId('1.2.840.113549.1.3.1');

/** The integer inside the bit string at the end of a SubjectPublicKeyInfo. */
function publicValueOf(info: Buffer): Buffer {
  const outer = readTlv(info, 0);
  const algorithm = readTlv(info, outer.start);
  const bits = readTlv(info, algorithm.end);
  const value = readTlv(info, bits.start + 1);
  return info.subarray(value.start, value.end);
}

function readTlv(bytes: Buffer, at: number): { readonly start: number; readonly end: number } {
  const first = bytes[at + 1]!;
  if (first < 0x80) return { start: at + 2, end: at + 2 + first };
  const octets = first & 0x7f;
  const start = at + 2 + octets;
  return { start, end: start + bytes.readUIntBE(at + 2, octets) };
}
