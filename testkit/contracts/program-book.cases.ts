/** What every state store must remember of signed-in programs and of signing keys: part of the state store's suite. */
import type { SignedInProgram } from '@netsentinel/contracts/program-book';
import type { StateStore } from '@netsentinel/contracts/state-store';
import { expect, it } from 'vitest';

const program = (id: string, changes: Partial<SignedInProgram> = {}): SignedInProgram => ({
  id,
  familyHash: 'ab'.repeat(32),
  refreshHash: 'cd'.repeat(32),
  account: 'ada',
  name: `a report '"\u202e`,
  role: 'read-only',
  createdAt: 1,
  refreshedAt: 1,
  expiresAt: 9,
  address: '192.0.2.1',
  ...changes,
});

export function programBookCases(current: () => StateStore): void {
  it('keeps signed-in programs for as long as they hold, and their account is there', async () => {
    const account = { name: 'ada', passwordHash: 'x', role: 'analyst', createdAt: 1 } as const;
    const retry = { hash: 'ef'.repeat(32), sealed: 'v1.x' };
    const refreshed = program('p1', { refreshHash: 'new', refreshedAt: 5, expiresAt: 20, retry });
    await current().transaction(async (tx) => {
      await tx.putAccount(account);
      await tx.putAccount({ ...account, name: 'bob' });
      for (const one of [program('p1'), program('p2', { refreshedAt: 3 }), program('p3', { account: 'bob' })])
        await tx.putProgram(one);
      await tx.putProgram(refreshed);
    });
    const { read } = current();
    expect([await read.program('p1'), await read.program('p9')]).toEqual([refreshed, undefined]);
    expect((await read.programs()).map(({ id }) => id)).toEqual(['p1', 'p2', 'p3']);
    expect((await read.programs('ada')).map(({ id }) => id)).toEqual(['p1', 'p2']);
    expect(await current().transaction((tx) => tx.pruneAccess(10))).toBe(2);
    expect(await read.programs()).toEqual([refreshed]);
    await current().transaction(async (tx) => {
      await tx.putProgram(program('p4'));
      await tx.removeProgram('p4');
    });
    expect(await read.program('p4')).toBeUndefined();
    await current().transaction((tx) => tx.removeAccount('ada'));
    expect(await read.programs()).toEqual([]);
    await expect(current().transaction((tx) => tx.putProgram(program('p5')))).rejects.toThrow(/foreign key/i);
  });

  it('keeps the key that signs, and those before it until what they signed is over', async () => {
    const key = { id: 'k1', publicKey: '{"kty":"EC"}', sealedKey: 'v1.x', createdAt: 1 };
    await current().transaction(async (tx) => {
      await tx.putSigningKey(key);
      await tx.putSigningKey({ ...key, id: 'k2', createdAt: 2 });
      await tx.putSigningKey({ ...key, expiresAt: 9 });
    });
    expect(await current().read.signingKeys()).toEqual([
      { ...key, id: 'k2', createdAt: 2 },
      { ...key, expiresAt: 9 },
    ]);
    expect(await current().transaction((tx) => tx.pruneAccess(10))).toBe(1);
    expect((await current().read.signingKeys()).map(({ id }) => id)).toEqual(['k2']);
  });
}
