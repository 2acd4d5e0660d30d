import type { EnforcedBlock } from '@netsentinel/contracts/action';
import { describe, expect, it } from 'vitest';
import { compareWithJournal, Persisting, type Difference } from './response-check.ts';

const NOW = 1_800_000_000_000;

function part(target: string, endsInMs: number, responder = 'redis'): EnforcedBlock {
  return {
    id: `${target}-${endsInMs}`,
    target,
    measure: 'block',
    responder,
    mode: 'enforce',
    status: 'verified',
    reason: '',
    incident: '',
    appliedAt: NOW,
    expiresAt: NOW + endsInMs,
    actor: target,
    rules: [],
    detail: '',
  };
}

function differences(
  intended: readonly EnforcedBlock[],
  held: Readonly<Record<string, number>>,
  options: { readonly after?: readonly EnforcedBlock[]; readonly ended?: readonly string[] } = {},
): Difference[] {
  const holding = new Map(Object.entries(held).map(([network, endsInMs]) => [network, NOW + endsInMs]));
  return compareWithJournal({
    before: intended,
    after: options.after ?? intended,
    places: [{ where: 'redis keys', responder: 'redis', holding }],
    begunAt: NOW,
    now: NOW,
    latestEnd: (network) => (options.ended?.includes(network) === true ? NOW - 60_000 : NOW + 60_000),
  });
}

describe('what is held, beside the journal', () => {
  it('is as intended where every block is there until its end, the latest of its network’s', () => {
    const journal = [part('198.18.1.1', 30_000), part('198.18.1.1', 50_000), part('198.18.1.2', 9_000, 'nftables')];
    expect(differences(journal, { '198.18.1.1': 50_400 })).toEqual([]);
  });

  it('is wrong where one is missing, ends too late, is over, or was never intended', () => {
    const journal = [part('198.18.1.1', 30_000), part('198.18.1.2', 30_000)];
    const held = { '198.18.1.2': 55_000, '198.18.1.3': Infinity, '198.18.1.4': 20_000 };
    expect(differences(journal, held, { ended: ['198.18.1.3'] })).toEqual([
      { wrong: 'gaps', where: 'redis keys', network: '198.18.1.1' },
      { wrong: 'overdue', where: 'redis keys', network: '198.18.1.2' },
      { wrong: 'overdue', where: 'redis keys', network: '198.18.1.3' },
      { wrong: 'orphans', where: 'redis keys', network: '198.18.1.4' },
    ]);
  });

  it('may be either way for what changed meanwhile or is about to end', () => {
    const journal = [part('198.18.1.1', 30_000), part('198.18.1.2', 1_000)];
    expect(differences(journal, {}, { after: [part('198.18.1.2', 1_000)] })).toEqual([]);
    expect(differences([], { '198.18.1.1': 30_000 }, { after: journal })).toEqual([]);
  });
});

describe('differences from look to look', () => {
  const gap: Difference = { wrong: 'gaps', where: 'nftables', network: '198.18.1.1' };

  const idle = (): boolean => true;

  it('are told once when they last, and not where they heal', () => {
    const persisting = new Persisting();
    expect(persisting.look([gap], 0, idle)).toEqual([]);
    expect(persisting.look([], 5_000, idle)).toEqual([]);
    expect(persisting.look([gap], 10_000, idle)).toEqual([]);
    expect(persisting.look([gap], 25_000, idle)).toEqual([]);
    expect(persisting.look([gap], 31_000, idle)).toEqual([gap]);
    expect(persisting.look([gap], 60_000, idle)).toEqual([]);
  });

  it('do not count while whoever mends them is at it', () => {
    const persisting = new Persisting();
    persisting.look([gap], 0, idle);
    expect(persisting.look([gap], 30_000, (where) => where !== 'nftables')).toEqual([]);
    expect(persisting.look([gap], 31_000, idle)).toEqual([]);
    expect(persisting.look([gap], 52_000, idle)).toEqual([gap]);
  });
});
