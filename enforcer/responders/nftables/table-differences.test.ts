import { parseNetwork, type Network } from '@netsentinel/kernel/address';
import { describe, expect, it } from 'vitest';
import { differences, type ListedNetwork } from './table-differences.ts';

const network = (text: string): Network => parseNetwork(text)!;
const A = '198.18.0.1';
const listed = (remainingMs: number): Map<string, ListedNetwork> =>
  new Map([[A, { network: network(A), remainingMs }]]);
const intended = (remainingMs: number) => [{ network: network(A), remainingMs }];

describe('differences between what nft lists and what is intended', () => {
  it.each([
    [60_000, 60_000, false],
    // Ended by the kernel before its time it would be a gap, however short.
    [59_800, 60_000, false],
    [59_000, 60_000, true],
    // What was listed first is as old as listing took.
    [61_400, 60_000, false],
    [61_600, 60_000, true],
    [Infinity, 60_000, true],
  ])('%d ms for %d ms: renewed %s', (actual, wanted, isRenewed) => {
    expect(differences(intended(wanted), listed(actual), 1000)).toEqual(
      isRenewed ? [{ kind: 'block', network: network(A), remainingMs: wanted, renew: true }] : [],
    );
  });

  it('takes out what is not intended, unless it ends by itself', () => {
    expect(differences([], listed(60_000), 1000)).toEqual([{ kind: 'unblock', network: network(A) }]);
    expect(differences([], listed(1400), 1000)).toEqual([]);
  });

  it('leaves it to a rebuild where they are many, or of another measure', () => {
    const many = Array.from({ length: 1001 }, (_, i) => ({
      network: network(`198.18.${i >> 8}.${i & 255}`),
      remainingMs: 60_000,
    }));
    expect(differences(many, new Map(), 0)).toBeUndefined();
    expect(differences(many.slice(1), new Map(), 0)).toHaveLength(1000);
    expect(differences([{ ...intended(60_000)[0]!, measure: 'tarpit' }], new Map(), 0)).toBeUndefined();
  });
});
