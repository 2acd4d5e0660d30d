import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { findTerm, readPostings, sealWords } from './word-segment.ts';

const folder = mkdtempSync(join(tmpdir(), 'words-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function roundTrip(list: readonly { first: number; second: number; row: number }[]): void {
  const sorted = list.toSorted((a, b) => a.row - b.row);
  const sealed = sealWords({
    first: Uint32Array.from(sorted, (entry) => entry.first),
    second: Uint32Array.from(sorted, (entry) => entry.second),
    row: Uint32Array.from(sorted, (entry) => entry.row),
    length: sorted.length,
  });
  const path = join(folder, 'segment');
  writeFileSync(path, Buffer.concat([Buffer.from('prefix__'), sealed.content]));
  const descriptor = openSync(path, 'r');
  try {
    const place = { descriptor, position: 8, terms: sealed.terms };
    const expected = new Map<string, { first: number; second: number; rows: Set<number> }>();
    for (const { first, second, row } of sorted) {
      const name = `${first}~${second}`;
      const entry = expected.get(name) ?? { first, second, rows: new Set<number>() };
      entry.rows.add(row);
      expected.set(name, entry);
    }
    expect(sealed.terms).toBe(expected.size);
    for (const { first, second, rows } of expected.values()) {
      expect(readPostings(place, findTerm(place, { first, second })!)).toEqual([...rows]);
      expect(
        findTerm(place, { first, second: (second + 1) >>> 0 === second ? 0 : second ^ 0x40000000 }),
      ).toBeUndefined();
    }
  } finally {
    closeSync(descriptor);
  }
}

describe('a word segment', () => {
  it('finds each word in the events that have it, colliding hashes included', () => {
    const half = fc.oneof(
      fc.constantFrom(0, 1, 2, 4_294_967_295, 2_147_483_648),
      fc.integer({ min: 0, max: 4_294_967_295 }),
    );
    const second = fc.integer({ min: 0, max: 3 });
    const row = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 70_000 }));
    fc.assert(fc.property(fc.array(fc.record({ first: half, second, row }), { maxLength: 200 }), roundTrip), {
      numRuns: 200,
    });
  });

  it('finds words however unevenly their hashes lie', () => {
    expect(() => {
      roundTrip(Array.from({ length: 4_000 }, (_, i) => ({ first: i, second: 7, row: i })));
      roundTrip(Array.from({ length: 4_000 }, (_, i) => ({ first: 4_294_967_295 - i, second: 7, row: 3 })));
    }).not.toThrow();
  });

  it('has no word where there is none', () => {
    expect(
      sealWords({ first: new Uint32Array(), second: new Uint32Array(), row: new Uint32Array(), length: 0 }).terms,
    ).toBe(0);
    expect(findTerm({ descriptor: -1, position: 0, terms: 0 }, { first: 1, second: 1 })).toBeUndefined();
  });
});
