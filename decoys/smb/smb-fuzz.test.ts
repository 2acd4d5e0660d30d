import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuzz, seeds } from './smb.fuzz.ts';

/** Counts those inputs that the decoy survived: all of them, or the property fails with the smallest that it did not. */
async function survivors(inputs: fc.Arbitrary<Uint8Array>, numRuns: number): Promise<number> {
  let count = 0;
  const survived = fc.asyncProperty(inputs, async (bytes) => {
    await fuzz(bytes);
    count++;
  });
  await fc.assert(survived, { numRuns });
  return count;
}

describe('hostile bytes', () => {
  it.each([0, 1, 2, 3, 4])('are survived in place %i', async (place) => {
    const message = fc
      .uint8Array({ minLength: 1, maxLength: 200 })
      .map((bytes) => Buffer.concat([Buffer.of(0, bytes.length), bytes]));
    const inputs = fc
      .tuple(fc.constantFrom(place, place + 5), fc.array(message, { maxLength: 6 }))
      .map(([first, messages]) => Buffer.concat([Buffer.of(first), ...messages]));
    expect(await survivors(inputs, 25)).toBe(25);
  });

  it.each(seeds)('are survived as a mutated exchange', async (seed) => {
    await expect(fuzz(seed)).resolves.toBeUndefined();
    const inputs = fc.tuple(fc.nat(seed.length - 2), fc.nat(255)).map(([at, value]) => {
      const mutated = Buffer.from(seed);
      mutated[at + 1] = value;
      return mutated;
    });
    expect(await survivors(inputs, 40)).toBe(40);
  });
});
