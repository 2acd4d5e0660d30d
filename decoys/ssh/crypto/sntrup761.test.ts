import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  decapsulateSntrup761,
  encapsulateSntrup761,
  generateSntrup761KeyPair,
  SNTRUP761_CIPHERTEXT_BYTES,
  SNTRUP761_PUBLIC_KEY_BYTES,
  SNTRUP761_SECRET_KEY_BYTES,
} from './sntrup761.ts';
import {
  decodeRounded,
  decodeSmall,
  decodeWide,
  encodeRounded,
  encodeSmall,
  encodeWide,
} from './sntrup761-encoding.ts';
import { HALF_Q, invert3, invertTripledQ, multiply3, multiplyQ, P, reduceQ } from './sntrup761-ring.ts';

const pair = generateSntrup761KeyPair();
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

test('sizes are those of the specification', () => {
  expect(pair.publicKey.length).toBe(SNTRUP761_PUBLIC_KEY_BYTES);
  expect(pair.secretKey.length).toBe(SNTRUP761_SECRET_KEY_BYTES);
  expect([SNTRUP761_PUBLIC_KEY_BYTES, SNTRUP761_SECRET_KEY_BYTES, SNTRUP761_CIPHERTEXT_BYTES]).toEqual([
    1158, 1763, 1039,
  ]);
});

test('both sides get one secret, a new one every time', () => {
  const secrets = new Set<string>();
  for (let i = 0; i < 20; i++) {
    const { ciphertext, sharedSecret } = encapsulateSntrup761(pair.publicKey);
    expect(ciphertext.length).toBe(1039);
    expect(hex(decapsulateSntrup761(ciphertext, pair.secretKey))).toBe(hex(sharedSecret));
    secrets.add(hex(sharedSecret));
  }
  expect(secrets.size).toBe(20);
});

test('a changed ciphertext gives another secret, always the same one', () => {
  const { ciphertext, sharedSecret } = encapsulateSntrup761(pair.publicKey);
  for (const at of [0, 500, 1006, 1007, 1038]) {
    const changed = Buffer.from(ciphertext);
    changed[at]! ^= 4;
    const first = decapsulateSntrup761(changed, pair.secretKey);
    expect(hex(first)).not.toBe(hex(sharedSecret));
    expect(hex(decapsulateSntrup761(changed, pair.secretKey))).toBe(hex(first));
  }
});

test('any bytes of the right length are a public key that can be answered', () => {
  for (const key of [new Uint8Array(1158), new Uint8Array(1158).fill(255), randomBytes(1158)]) {
    expect(encapsulateSntrup761(key).ciphertext.length).toBe(1039);
  }
});

test('packing polynomials is reversible', () => {
  const coefficient = fc.integer({ min: -HALF_Q, max: HALF_Q });
  fc.assert(
    fc.property(fc.array(coefficient, { minLength: P, maxLength: P }), (list) => {
      const wide = Int16Array.from(list);
      expect(decodeWide(encodeWide(wide))).toEqual(wide);
      const rounded = wide.map((value) => value - (value % 3));
      expect(decodeRounded(encodeRounded(rounded))).toEqual(rounded);
      const small = Int8Array.from(list, (value) => value % 2);
      expect(decodeSmall(encodeSmall(small))).toEqual(small);
    }),
    { numRuns: 20 },
  );
});

test('inverses multiply to one', () => {
  const one = new Int8Array(P);
  one[0] = 1;
  const small = Int8Array.from(randomBytes(P), (byte) => (byte % 3) - 1);
  const inverse = invert3(small);
  expect(inverse === undefined ? one : multiply3(inverse, small)).toEqual(one);
  const product = multiplyQ(invertTripledQ(small), small);
  expect(product.map((value) => reduceQ(3 * value))).toEqual(Int16Array.from(one));
  expect(invert3(new Int8Array(P))).toBeUndefined();
});
