import fc from 'fast-check';
import { expect, test } from 'vitest';
import { referenceUmac } from './reference.ts';
import { Umac } from './umac.ts';

const key = Buffer.from('abcdefghijklmnop');

test.each([
  ['', 1, '6e155fad26900be1'],
  ['a', 3, '44b5cb542f220104'],
  ['a', 1 << 10, '26bf2f5d60118bd9'],
  ['a', 1 << 15, '27f8ef643b0d118d'],
  ['abc', 1, 'd4d7b9f6bd4fbfcf'],
  ['abc', 500, 'd4cf26ddefd5c01a'],
])('the plain implementation gives the 64-bit tags of RFC 4418, appendix: %j × %d', (text, times, expected) => {
  const tag = referenceUmac(key, 8, Buffer.from('bcdefghi'), Buffer.from(text.repeat(times)));
  expect(Buffer.from(tag).toString('hex')).toBe(expected);
});

function tags(umacKey: Uint8Array, tagBytes: 8 | 16, sequence: number, data: Uint8Array): readonly [string, string] {
  const nonce = Buffer.alloc(8);
  nonce.writeUInt32BE(sequence, 4);
  const out = new Uint8Array(tagBytes + 4).fill(0xee);
  const padded = Buffer.concat([Buffer.from([1, 2, 3]), data, Buffer.from([4, 5])]);
  new Umac(umacKey, tagBytes).tagInto(sequence, padded, 3, data.length, out, 2);
  const expected = Buffer.from(referenceUmac(umacKey, tagBytes, nonce, data)).toString('hex');
  return [Buffer.from(out).toString('hex'), `eeee${expected}eeee`];
}

test('agrees with the plain implementation at every length around its groups and chunks', () => {
  for (const length of [0, 1, 3, 4, 31, 32, 33, 100, 1023, 1024, 1025, 1055, 2048, 2049, 5000, 35_000]) {
    const data = Buffer.alloc(length, 'The quick brown fox');
    for (const tagBytes of [8, 16] as const) {
      const [ours, plain] = tags(key, tagBytes, 12_345 + length, data);
      expect(ours).toBe(plain);
    }
  }
});

test('agrees with the plain implementation on random and extreme input', () => {
  const sixteen = fc.uint8Array({ minLength: 16, maxLength: 16 });
  const data = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc
      .tuple(fc.integer({ min: 900, max: 4000 }), fc.constantFrom(0, 0x7f, 0xff))
      .map(([n, b]) => new Uint8Array(n).fill(b)),
  );
  const sequence = fc.integer({ min: 0, max: 0xffffffff });
  fc.assert(
    fc.property(sixteen, fc.constantFrom(8 as const, 16 as const), sequence, data, (...input) => {
      const [ours, plain] = tags(...input);
      expect(ours).toBe(plain);
    }),
    {
      numRuns: 150,
    },
  );
});

test('one instance serves any order of sequence numbers, across its batches of pads', () => {
  for (const tagBytes of [8, 16] as const) {
    const umac = new Umac(key, tagBytes);
    for (const sequence of [0, 1, 2, 15, 16, 31, 32, 33, 3, 0xffffffff, 0]) {
      const nonce = Buffer.alloc(8);
      nonce.writeUInt32BE(sequence, 4);
      const out = Buffer.alloc(tagBytes);
      umac.tagInto(sequence, Buffer.from('abc'), 0, 3, out, 0);
      expect(out.toString('hex')).toBe(
        Buffer.from(referenceUmac(key, tagBytes, nonce, Buffer.from('abc'))).toString('hex'),
      );
    }
  }
});
