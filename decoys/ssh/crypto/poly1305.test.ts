import fc from 'fast-check';
import { expect, test } from 'vitest';
import { poly1305 } from './poly1305.ts';
import { referencePoly1305 } from './reference.ts';

function tag(key: Uint8Array, data: Uint8Array): string {
  const out = new Uint8Array(20).fill(0xee);
  poly1305(key, data, 0, data.length, out, 2);
  expect([out[0], out[1], out[18], out[19]]).toEqual([0xee, 0xee, 0xee, 0xee]);
  return Buffer.from(out.subarray(2, 18)).toString('hex');
}

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

test('RFC 8439 section 2.5.2', () => {
  const key = hex('85d6be7857556d337f4452fe42d506a80103808afb0db2fd4abff6af4149f51b');
  expect(tag(key, Buffer.from('Cryptographic Forum Research Group'))).toBe('a8061dc1305136c6c22b8baf0c0127a9');
});

test.each([
  ['#7: a sum just above the prime', '02', 'ffffffffffffffffffffffffffffffff', '03'],
  [
    '#8: the sum is the prime',
    '01',
    'ffffffffffffffffffffffffffffffff fbfefefefefefefefefefefefefefefe 01010101010101010101010101010101',
    '00',
  ],
  ['#9: one below the prime', '02', 'fdffffffffffffffffffffffffffffff', 'faffffffffffffffffffffffffffffff'],
])('RFC 8439 appendix A.3 %s', (_name, r, data, expected) => {
  const key = Buffer.alloc(32);
  hex(r).copy(key);
  expect(tag(key, hex(data))).toBe(Buffer.concat([hex(expected), Buffer.alloc(16)]).toString('hex', 0, 16));
});

test('the addition of the second key half wraps at 2^128 (RFC 8439 appendix A.3 #6)', () => {
  const key = Buffer.alloc(32, 0xff, 'latin1');
  key.fill(0, 0, 16);
  key[0] = 2;
  key.fill(0xff, 16);
  expect(tag(key, hex('02000000000000000000000000000000'))).toBe('03000000000000000000000000000000');
});

test('agrees with the plain implementation, extreme limbs included', () => {
  const bytes = fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(0, 0xff));
  const key = fc.uint8Array({ minLength: 32, maxLength: 32 });
  const extreme = fc.array(bytes, { minLength: 32, maxLength: 32 }).map((list) => Uint8Array.from(list));
  const data = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.integer({ min: 0, max: 400 }).map((length) => new Uint8Array(length).fill(0xff)),
  );
  fc.assert(
    fc.property(fc.oneof(key, extreme), data, (k, d) => {
      expect(tag(k, d)).toBe(Buffer.from(referencePoly1305(k, d)).toString('hex'));
    }),
    { numRuns: 1500 },
  );
});
