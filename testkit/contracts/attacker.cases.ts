/** What every state store adds up of attackers: part of the state store's suite. */
import type { AttackerFilter, AttackerSummary } from '@netsentinel/contracts/attacker';
import { summaryOf, type Incident } from '@netsentinel/contracts/incident';
import type { StateStore } from '@netsentinel/contracts/state-store';
import { expect, it } from 'vitest';

export function attackerCases(
  store: () => StateStore,
  incidentFixture: (id: string, changes?: Partial<Incident>) => Incident,
): void {
  const pages = async (filter: AttackerFilter): Promise<AttackerSummary[]> => {
    const found: AttackerSummary[] = [];
    let after: string | undefined;
    do {
      const page = await store().read.attackers({ ...filter, ...(after === undefined ? {} : { after }) });
      expect(page.attackers.length).toBeLessThanOrEqual(filter.limit ?? 50);
      found.push(...page.attackers);
      after = page.next;
    } while (after !== undefined);
    return found;
  };

  it('adds up the incidents of each attacker', async () => {
    expect(await store().read.attackers()).toEqual({ attackers: [] });
    const newest = incidentFixture('b', { lastSeen: 9_000, score: 40, status: 'contained' });
    await store().transaction(async (tx) => {
      await tx.putIncident(incidentFixture('a', { lastSeen: 3_000, score: 90, status: 'closed' }));
      await tx.putIncident(newest);
      await tx.putIncident(incidentFixture('c', { lastSeen: 4_000, score: 10, status: 'benign' }));
      await tx.putIncident(incidentFixture('d', { actor: '-', lastSeen: 99_000 }));
      await tx.putIncident(incidentFixture('e', { actor: 'host:web1', lastSeen: 99_000 }));
      await tx.putIncident(incidentFixture('f', { actor: '2001:db8::/64', lastSeen: 1_000, score: 95 }));
    });
    expect(await pages({})).toMatchObject([
      { actor: '203.0.113.7', lastSeen: 9_000, score: 90, incidents: 3, open: 1, latest: summaryOf(newest) },
      { actor: '2001:db8::/64', lastSeen: 1_000, score: 95, incidents: 1, open: 1 },
    ]);
    expect((await pages({ order: 'score' })).map(({ actor }) => actor)).toEqual(['2001:db8::/64', '203.0.113.7']);
  });

  it('lists attackers page by page, each once, whatever they share', async () => {
    await store().transaction(async (tx) => {
      for (let i = 0; i < 40; i++)
        await tx.putIncident(
          incidentFixture(`i${i}`, { actor: `192.0.2.${i % 25}`, lastSeen: 1_000 + (i % 3), score: i % 4 }),
        );
    });
    for (const order of ['lastSeen', 'score'] as const) {
      const found = await pages({ order, limit: 4 });
      expect(new Set(found.map(({ actor }) => actor)).size).toBe(25);
      expect(found).toHaveLength(25);
      expect(found.map((one) => one[order])).toEqual(found.map((one) => one[order]).toSorted((a, b) => b - a));
    }
    for (const after of ['x', '1~', `1~${'x'.repeat(65)}`, `1'; --`])
      await expect(store().read.attackers({ after })).rejects.toMatchObject({ code: 'STATE_BAD_PAGE_KEY' });
    expect(await pages({ after: `1001~' or '1'='1` })).not.toHaveLength(0);
  });
}
