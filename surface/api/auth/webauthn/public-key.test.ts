import { generateKeyPairSync } from 'node:crypto';
import { expect, it } from 'vitest';
import { publicKeyOf } from './public-key.ts';

const { n, e } = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' });
const modulus = Buffer.from(n!, 'base64url');
const exponent = Buffer.from(e!, 'base64url');
const rsa = (of: Buffer, by: Buffer): boolean =>
  publicKeyOf(
    new Map<number, number | Buffer>([
      [1, 3],
      [3, -257],
      [-1, of],
      [-2, by],
    ]),
  ).ok;
const even = Buffer.from(modulus);
even[255]! &= 0xfe;

it('takes an RSA key as authenticators have it', () => {
  expect(rsa(modulus, exponent)).toBe(true);
});

it.each([
  ['has no modulus', Buffer.alloc(0), exponent],
  ['is short behind zeros', Buffer.concat([Buffer.alloc(255), Buffer.of(15)]), exponent],
  ['is nothing but zeros', Buffer.alloc(256), exponent],
  ['is even', even, exponent],
  ['is too long', Buffer.concat([modulus, modulus, modulus]), exponent],
  ['signs without a secret', modulus, Buffer.of(1)],
  ['has no exponent', modulus, Buffer.alloc(0)],
  ['has the exponent zero', modulus, Buffer.of(0)],
  ['has an exponent that makes it slow', modulus, Buffer.alloc(200, 0xff)],
])('takes none that %s', (_, of, by) => {
  expect(rsa(of, by)).toBe(false);
});
