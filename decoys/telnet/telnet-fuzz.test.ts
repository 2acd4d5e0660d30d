import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fuzz, seeds } from './telnet.fuzz.ts';

it.each([0, 1, 2, 3])('survives hostile bytes in place %i', async (place) => {
  let survived = 0;
  const telnetish = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(255, 250, 251, 252, 253, 254, 240, 0, 1, 3, 24, 31, 34, 39, 13, 10) },
    fc.nat(255),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(telnetish, { maxLength: 300 }), async (bytes) => {
      await fuzz(Buffer.from([place, ...bytes]));
      survived++;
    }),
    { numRuns: 60 },
  );
  expect(survived).toBe(60);
});

it.each(seeds.map((seed, n) => [n, seed] as const))('survives seed %i', async (_n, seed) => {
  await expect(fuzz(seed)).resolves.toBeUndefined();
});
