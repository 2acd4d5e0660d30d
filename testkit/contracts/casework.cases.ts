/** What every state store must remember of people's work on incidents, and of answers that are given again: part of the state store's suite. */
import type { KeptAnswer } from '@netsentinel/contracts/answer-book';
import { noWork, type IncidentWork } from '@netsentinel/contracts/casework';
import type { Incident } from '@netsentinel/contracts/incident';
import type { IncidentFilter, StateStore } from '@netsentinel/contracts/state-store';
import { expect, it } from 'vitest';

export function caseworkCases(
  store: () => StateStore,
  incident: (id: string, changes?: Partial<Incident>) => Incident,
): void {
  it('keeps people’s work beside an incident, whatever is written of its attacker, and lets it go with the incident', async () => {
    const text = `'; drop table incident_work; -- \u{1f480}`;
    const work: IncidentWork = {
      ...noWork('i1'),
      assignee: 'ada',
      entries: [{ at: 1, by: 'console:ada', kind: 'note', text }],
      version: 1,
    };
    await expect(store().transaction((tx) => tx.putWork(work))).rejects.toThrow(/foreign key/i);
    await store().transaction(async (tx) => {
      await tx.putIncident(incident('i1'));
      await tx.putWork(work);
      await tx.putIncident(incident('i1', { version: 2 }));
    });
    expect(await store().read.work('i1')).toEqual(work);
    expect(await store().read.work('i2')).toBeUndefined();
    await store().transaction((tx) => tx.putWork({ ...work, status: 'closed', version: 2 }));
    expect(await store().read.work('i1')).toMatchObject({ status: 'closed', version: 2 });
    await store().transaction(async (tx) => {
      await tx.putIncident(incident('i1', { status: 'closed', lastSeen: 1 }));
      await tx.prune({ closedIncidents: 2 });
    });
    expect(await store().read.work('i1')).toBeUndefined();
  });

  it('finds incidents by who has them and how far they are', async () => {
    await store().transaction(async (tx) => {
      for (const id of ['a', 'b', 'c', 'd']) await tx.putIncident(incident(id));
      await tx.putWork({ ...noWork('a'), assignee: 'ada', status: 'in-work', version: 1 });
      await tx.putWork({ ...noWork('b'), status: 'closed', version: 1 });
      await tx.putWork({ ...noWork('c'), assignee: 'bob', version: 1 });
    });
    const found = async (filter: IncidentFilter): Promise<string> =>
      (await store().read.incidents(filter)).incidents
        .map(({ id }) => id)
        .toSorted()
        .join('');
    expect(await found({ assignee: 'ada' })).toBe('a');
    expect(await found({ assignee: "x' or '1'='1" })).toBe('');
    expect(await found({ assignee: '' })).toBe('bd');
    expect(await found({ work: ['open'] })).toBe('cd');
    expect(await found({ work: ['in-work', 'closed'] })).toBe('ab');
    expect(await found({ work: ['open', 'in-work'], assignee: '' })).toBe('d');
    expect(await found({ work: [] })).toBe('');
    expect(await found({})).toBe('abcd');
  });

  it('keeps answers by account, the newest of each, until they are over', async () => {
    const answer = (keyHash: string, changes: Partial<KeptAnswer> = {}): KeptAnswer => ({
      account: 'ada',
      keyHash,
      requestHash: 'r',
      sealed: 'v1.AP8H',
      madeAt: 1,
      expiresAt: 20,
      ...changes,
    });
    await store().transaction(async (tx) => {
      for (const name of ['ada', 'bob'])
        await tx.putAccount({ name, passwordHash: 'x', role: 'analyst', createdAt: 1 });
      for (let i = 0; i < 5; i++) await tx.putAnswer(answer(`k${i}`, { madeAt: i }), 3);
      await tx.putAnswer(answer('k0', { account: 'bob', expiresAt: 5 }), 3);
    });
    const kept = await Promise.all([0, 1, 2, 3, 4].map((i) => store().read.keptAnswer('ada', `k${i}`)));
    expect(kept.map((one) => one?.madeAt)).toEqual([undefined, undefined, 2, 3, 4]);
    expect(kept[2]!.sealed).toBe('v1.AP8H');
    expect(await store().transaction((tx) => tx.pruneAccess(10))).toBe(1);
    expect(await store().read.keptAnswer('bob', 'k0')).toBeUndefined();
    await store().transaction((tx) => tx.removeAccount('ada'));
    expect(await store().read.keptAnswer('ada', 'k4')).toBeUndefined();
  });
}
