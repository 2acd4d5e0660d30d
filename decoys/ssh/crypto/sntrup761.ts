/**
 * The key encapsulation sntrup761 (Streamlined NTRU Prime, NIST round-3 submission of October 2020), the post-quantum half of
 * sntrup761x25519-sha512@openssh.com. A server encapsulates, a client makes the key pair and decapsulates.
 */
import { hash, randomFillSync } from 'node:crypto';
import {
  decodeRounded,
  decodeSmall,
  decodeWide,
  encodeRounded,
  encodeSmall,
  encodeWide,
  ROUNDED_BYTES,
  SMALL_BYTES,
  WIDE_BYTES,
} from './sntrup761-encoding.ts';
import {
  invert3,
  invertTripledQ,
  multiply3,
  multiplyQ,
  P,
  reduce3,
  reduceQ,
  WEIGHT,
  type Small,
  type Wide,
} from './sntrup761-ring.ts';

export const SNTRUP761_PUBLIC_KEY_BYTES = WIDE_BYTES;
export const SNTRUP761_CIPHERTEXT_BYTES = ROUNDED_BYTES + 32;
export const SNTRUP761_SECRET_KEY_BYTES = 2 * SMALL_BYTES + WIDE_BYTES + SMALL_BYTES + 32;

export interface Sntrup761KeyPair {
  readonly publicKey: Uint8Array;
  readonly secretKey: Uint8Array;
}

export function generateSntrup761KeyPair(): Sntrup761KeyPair {
  let g: Small;
  let inverse: Small | undefined;
  do {
    g = randomSmall();
    inverse = invert3(g);
  } while (inverse === undefined);
  const f = randomShort();
  const publicKey = encodeWide(multiplyQ(invertTripledQ(f), g));
  const secretKey = Buffer.concat([
    encodeSmall(f),
    encodeSmall(inverse),
    publicKey,
    randomFillSync(new Uint8Array(SMALL_BYTES)),
    prefixedHash(4, publicKey),
  ]);
  return { publicKey, secretKey };
}

/** `publicKey` must be 1,158 bytes; any such bytes give an answer, as in OpenSSH. */
export function encapsulateSntrup761(publicKey: Uint8Array): {
  readonly ciphertext: Uint8Array;
  readonly sharedSecret: Uint8Array;
} {
  const r = randomShort();
  const input = encodeSmall(r);
  const ciphertext = hide(r, input, decodeWide(publicKey), prefixedHash(4, publicKey));
  return { ciphertext, sharedSecret: sessionHash(1, input, ciphertext) };
}

/** `ciphertext` must be 1,039 bytes; one that was not made for this key gives a secret that nobody else has. */
export function decapsulateSntrup761(ciphertext: Uint8Array, secretKey: Uint8Array): Uint8Array {
  const publicAt = 2 * SMALL_BYTES;
  const rhoAt = publicAt + WIDE_BYTES;
  const f = decodeSmall(secretKey.subarray(0, SMALL_BYTES));
  const inverse = decodeSmall(secretKey.subarray(SMALL_BYTES, publicAt));
  const r = decrypt(decodeRounded(ciphertext.subarray(0, ROUNDED_BYTES)), f, inverse);
  const input = encodeSmall(r);
  const again = hide(
    r,
    input,
    decodeWide(secretKey.subarray(publicAt, rhoAt)),
    secretKey.subarray(rhoAt + SMALL_BYTES, rhoAt + SMALL_BYTES + 32),
  );
  return Buffer.compare(again, ciphertext) === 0
    ? sessionHash(1, input, ciphertext)
    : sessionHash(0, secretKey.subarray(rhoAt, rhoAt + SMALL_BYTES), ciphertext);
}

/** Core decryption: the short polynomial, or a fixed one where there is none. */
function decrypt(rounded: Wide, f: Small, inverse: Small): Small {
  const product = multiplyQ(rounded, f);
  const e = new Int8Array(P);
  for (let i = 0; i < P; i++) e[i] = reduce3(reduceQ(3 * product[i]!));
  const r = multiply3(e, inverse);
  let weight = 0;
  for (const coefficient of r) weight += coefficient & 1;
  return weight === WEIGHT ? r : new Int8Array(P).fill(1, 0, WEIGHT);
}

/** The ciphertext: h·r rounded to multiples of 3, then a confirmation of r and the key. */
function hide(r: Small, input: Uint8Array, h: Wide, keyHash: Uint8Array): Uint8Array {
  const rounded = multiplyQ(h, r);
  for (let i = 0; i < P; i++) rounded[i] = rounded[i]! - reduce3(rounded[i]!);
  return Buffer.concat([encodeRounded(rounded), prefixedHash(2, prefixedHash(3, input), keyHash)]);
}

function sessionHash(prefix: 0 | 1, input: Uint8Array, ciphertext: Uint8Array): Uint8Array {
  return prefixedHash(prefix, prefixedHash(3, input), ciphertext);
}

/** The first half of SHA-512, with a byte in front that says what for. */
function prefixedHash(prefix: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return hash('sha512', Buffer.concat([Uint8Array.of(prefix), ...parts]), 'buffer').subarray(0, 32);
}

function randomSmall(): Small {
  const words = randomFillSync(new Uint32Array(P));
  return Int8Array.from(words, (value) => Math.floor((value % 0x40000000) / (0x40000000 / 3)) - 1);
}

/** Exactly 286 coefficients of ±1 at random places: tagged random words, sorted. */
function randomShort(): Small {
  const words = randomFillSync(new Uint32Array(P));
  for (let i = 0; i < P; i++) words[i] = i < WEIGHT ? words[i]! & ~1 : (words[i]! & ~3) | 1;
  words.sort();
  return Int8Array.from(words, (value) => (value & 3) - 1);
}
