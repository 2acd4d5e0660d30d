/** What every state store must remember for alerting: part of the state store's suite. */
import type { AlertState, Delivery, Silence } from '@netsentinel/contracts/alert-book';
import type { StateStore } from '@netsentinel/contracts/state-store';
import { expect, it } from 'vitest';
import { notificationFixture } from './notifier.suite.ts';

const STATE: AlertState = {
  toldAt: 5,
  severity: 'high',
  tactics: ['TA0006'],
  failed: [],
  asked: [],
  told: ['mail'],
  escalated: [],
};

export function deliveryFixture(id: string, changes: Partial<Delivery> = {}): Delivery {
  return {
    id,
    notifier: 'mail',
    status: 'waiting',
    held: false,
    dueAt: 1000,
    createdAt: 1000,
    attempts: 0,
    notification: notificationFixture({ id, title: `'; drop table deliveries; -- \u{1f480}` }),
    ...changes,
  };
}

/** @param reopen closes the store and opens it again */
export function alertBookCases(
  store: () => StateStore,
  reopen: () => Promise<StateStore>,
  putIncident: (id: string) => Promise<void>,
): void {
  it('knows which incidents are to be looked at, the soonest word counts, and what was told of them', async () => {
    await putIncident('i1');
    await store().transaction(async (tx) => {
      await tx.alertDue('i1', 500);
      await tx.alertDue('i1', 300);
      await tx.alertDue('i1', 400);
      await tx.alertDue('gone', 200);
      await tx.alertDue('later', 9000);
    });
    const { read } = store();
    expect(await read.nextAlertAt()).toBe(200);
    const due = await read.dueAlerts(400, 10);
    expect(due.map(({ incident, dueAt }) => [incident, dueAt])).toEqual([
      ['gone', 200],
      ['i1', 300],
    ]);
    expect(due[0]).not.toHaveProperty('summary');
    expect(due[1]).toMatchObject({ summary: { id: 'i1' } });
    expect(due[1]).not.toHaveProperty('state');
    expect(await read.dueAlerts(400, 1)).toHaveLength(1);
    await store().transaction(async (tx) => {
      await tx.putAlert('gone', undefined, undefined);
      await tx.putAlert('i1', STATE, undefined);
      await tx.putAlert('later', undefined, 8000);
    });
    const again = await reopen();
    expect(await again.read.alert('i1')).toEqual(STATE);
    expect(await again.read.alert('gone')).toBeUndefined();
    expect(await again.read.dueAlerts(400, 10)).toEqual([]);
    expect(await again.read.nextAlertAt()).toBe(8000);
    // What was told stays when it is to be looked at again.
    await again.transaction((tx) => tx.alertDue('i1', 700));
    expect((await again.read.dueAlerts(700, 10))[0]).toMatchObject({ incident: 'i1', dueAt: 700, state: STATE });
  });

  it('keeps messages until they are removed, the longest due first, and counts them', async () => {
    await store().transaction(async (tx) => {
      await tx.putDelivery(deliveryFixture('b', { dueAt: 2000 }));
      await tx.putDelivery(deliveryFixture('a'));
      await tx.putDelivery(deliveryFixture('c', { notifier: 'chat' }));
      await tx.putDelivery(deliveryFixture('d', { status: 'dead', answer: 'no' }));
    });
    const again = await reopen();
    const ids = async (filter?: Parameters<typeof again.read.deliveries>[0]): Promise<string[]> =>
      (await again.read.deliveries(filter)).map(({ id }) => id);
    expect(await ids()).toEqual(['a', 'c', 'd', 'b']);
    expect(await ids({ notifier: 'mail', status: 'waiting' })).toEqual(['a', 'b']);
    expect(await ids({ dueUntil: 1500, limit: 2 })).toEqual(['a', 'c']);
    expect((await again.read.deliveries({ status: 'dead' }))[0]).toEqual(
      deliveryFixture('d', { status: 'dead', answer: 'no' }),
    );
    expect(await again.read.deliveryCounts()).toEqual([
      { notifier: 'chat', status: 'waiting', count: 1, nextAt: 1000 },
      { notifier: 'mail', status: 'dead', count: 1, nextAt: 1000 },
      { notifier: 'mail', status: 'waiting', count: 2, nextAt: 1000 },
    ]);
    await again.transaction(async (tx) => {
      await tx.putDelivery(deliveryFixture('a', { status: 'dead', dueAt: 3000 }));
      await tx.removeDeliveries(['b', 'nobody']);
    });
    expect(await ids({ notifier: 'mail' })).toEqual(['d', 'a']);
    expect(await again.read.delivery('a')).toMatchObject({ status: 'dead', dueAt: 3000 });
    expect(await again.read.delivery('b')).toBeUndefined();
    expect(await again.transaction((tx) => tx.pruneAlerts(1001))).toBe(2);
    expect(await ids()).toEqual(['c']);
  });

  it('keeps silences, newest first, until some time after their end', async () => {
    const silence = (id: string, changes: Partial<Silence>): Silence => ({
      id,
      decoy: 'ssh-1',
      reason: 'a test',
      by: 'me',
      at: 1,
      until: 100,
      ...changes,
    });
    const all = [
      silence('s3', { at: 3 }),
      silence('s2', { at: 2, ended: { by: 'me', at: 50 } }),
      silence('s1', { until: 10 }),
    ];
    await store().transaction(async (tx) => {
      for (const one of all) await tx.putSilence({ ...one, reason: 'first' });
      for (const one of all) await tx.putSilence(one);
    });
    const again = await reopen();
    expect(await again.read.silences()).toEqual(all);
    expect(await again.transaction((tx) => tx.pruneAlerts(60))).toBe(2);
    expect((await again.read.silences()).map(({ id }) => id)).toEqual(['s3']);
  });
}
