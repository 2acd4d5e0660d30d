/** What every state store must remember of who changed what: part of the state store's suite. */
import type { StateStore } from '@netsentinel/contracts/state-store';
import { expect, it } from 'vitest';

export function auditBookCases(current: () => StateStore): void {
  const record = { at: 1, account: 'ada', address: '192.0.2.1', action: 'invite', target: 'invitations' };

  it('keeps who changed what, page by page and without a gap', async () => {
    const whole = { ...record, token: 't1', before: { role: 'analyst' }, after: { role: 'admin', left: 3, ok: null } };
    await current().transaction(async (tx) => {
      for (let n = 0; n < 5; n++) await tx.addAudit(record);
      await tx.addAudit({ ...record, account: 'eve', action: 'signIn' });
      await tx.addAudit(whole);
    });
    await expect(
      current().transaction(async (tx) => {
        await tx.addAudit(record);
        throw new Error('not this one');
      }),
    ).rejects.toThrow('not this one');
    await current().transaction((tx) => tx.addAudit(record));
    const { read } = current();
    const first = await read.audit({ limit: 3 });
    expect(first.records.map(({ seq }) => seq)).toEqual([8, 7, 6]);
    expect(first.records[1]).toEqual({ seq: 7, ...whole });
    const second = await read.audit({ limit: 5, before: first.next! });
    expect([second.records.map(({ seq }) => seq), second.next]).toEqual([[5, 4, 3, 2, 1], undefined]);
    expect((await read.audit({ account: 'eve' })).records.map(({ seq }) => seq)).toEqual([6]);
    expect((await read.audit({ action: 'invite', account: 'eve' })).records).toEqual([]);
  });

  it('finds what was done from an address, and in a time', async () => {
    await current().transaction(async (tx) => {
      for (const at of [10, 20, 30]) await tx.addAudit({ ...record, at });
      await tx.addAudit({ ...record, at: 20, address: '2001:db8::9' });
    });
    const seqs = async (filter: Parameters<StateStore['read']['audit']>[0]): Promise<number[]> =>
      (await current().read.audit(filter)).records.map(({ seq }) => seq);
    expect(await seqs({ address: '2001:db8::9' })).toEqual([4]);
    expect(await seqs({ from: 20, to: 30 })).toEqual([4, 2]);
    expect(await seqs({ to: 10 })).toEqual([]);
  });

  it('knows an account that did something, or that something was done to, in whatever case', async () => {
    await current().transaction(async (tx) => {
      await tx.addAudit(record);
      await tx.addAudit({ ...record, action: 'removeUser', target: 'users/Eve' });
    });
    const { read } = current();
    for (const [name, isIn] of [
      ['ada', true],
      ['Ada', true],
      ['eve', true],
      ['ad_', false],
      ['ad%', false],
      ['invitations', false],
    ] as const)
      expect([name, await read.isInAudit(name)]).toEqual([name, isIn]);
  });
}
