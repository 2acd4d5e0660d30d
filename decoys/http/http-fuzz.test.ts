import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fuzz, seeds } from './http.fuzz.ts';

const WORDS = [
  'GET ',
  'POST ',
  '/',
  ' HTTP/1.1\r\n',
  'Host: a\r\n',
  '\r\n',
  '\r\n\r\n',
  'Content-Length: ',
  '5',
  'Transfer-Encoding: chunked\r\n',
  '%00',
  '\n',
  ':',
  'cmd=`id`',
  '&',
  '\0',
  '\xff',
];

it.each([0, 8, 16, 24, 1, 2, 0x82, 19, 4])('survives hostile bytes in place %i', async (place) => {
  let survived = 0;
  const piece = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...WORDS) },
    fc.string({ unit: 'binary-ascii', maxLength: 12 }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 40 }), async (pieces) => {
      await fuzz(Buffer.concat([Buffer.of(place), Buffer.from(pieces.join(''), 'latin1')]));
      survived++;
    }),
    { numRuns: 30 },
  );
  expect(survived).toBe(30);
});

it.each(seeds.map((seed, n) => [n, seed] as const))('survives seed %i', async (_n, seed) => {
  await expect(fuzz(seed)).resolves.toBeUndefined();
});
