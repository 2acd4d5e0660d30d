/** What every state store must remember of who has access: part of the state store's suite. */
import type { StateStore } from '@netsentinel/contracts/state-store';
import { expect, it } from 'vitest';

export function accessBookCases(current: () => StateStore): void {
  it('keeps accounts and sessions', async () => {
    const account = { name: 'admin', passwordHash: '$argon2id$v=19$x', role: 'admin', createdAt: 1 } as const;
    const session = { tokenHash: 'ab'.repeat(32), account: 'admin', createdAt: 1, expiresAt: 9, lastSeenAt: 2 };
    await current().transaction(async (tx) => {
      await tx.putAccount(account);
      await tx.putSession(session);
    });
    expect(await current().read.account('admin')).toEqual(account);
    expect(await current().read.accounts()).toEqual([account]);
    expect(await current().read.session(session.tokenHash)).toEqual(session);
    await current().transaction(async (tx) => {
      await tx.putAccount({ ...account, passwordHash: 'new' });
      await tx.putSession({ ...session, lastSeenAt: 5 });
    });
    expect((await current().read.account('admin'))?.passwordHash).toBe('new');
    expect((await current().read.session(session.tokenHash))?.lastSeenAt).toBe(5);
    await current().transaction((tx) => tx.removeSession(session.tokenHash));
    expect(await current().read.session(session.tokenHash)).toBeUndefined();
    await expect(current().transaction((tx) => tx.putSession({ ...session, account: 'nobody' }))).rejects.toThrow(
      /foreign key/i,
    );
  });

  it('keeps tokens and invitations, and takes an account with all that is its own', async () => {
    const account = { name: 'ada', passwordHash: 'x', role: 'analyst', createdAt: 1 } as const;
    const token = {
      id: 't1',
      tokenHash: 'cd'.repeat(32),
      name: 'a report',
      account: 'ada',
      role: 'read-only',
      createdAt: 1,
      expiresAt: 20,
    } as const;
    const session = { tokenHash: 'ab'.repeat(32), account: 'ada', createdAt: 1, expiresAt: 9, lastSeenAt: 2 };
    const invitation = {
      id: 'n1',
      tokenHash: 'ef'.repeat(32),
      role: 'analyst',
      by: 'ada',
      createdAt: 1,
      expiresAt: 5,
    } as const;
    await current().transaction(async (tx) => {
      await tx.putAccount(account);
      await tx.putSession(session);
      await tx.putApiToken(token);
      await tx.putApiToken({ ...token, id: 't2', tokenHash: 'other', createdAt: 2, lastUsedAt: 3 });
      await tx.putInvitation(invitation);
    });
    expect(await current().read.apiToken(token.tokenHash)).toEqual(token);
    expect((await current().read.apiTokens()).map(({ id, lastUsedAt }) => [id, lastUsedAt])).toEqual([
      ['t2', 3],
      ['t1', undefined],
    ]);
    expect(await current().read.invitation(invitation.tokenHash)).toEqual(invitation);
    expect(await current().read.invitations()).toEqual([invitation]);
    // Over by then are the session and the invitation.
    expect(await current().transaction((tx) => tx.pruneAccess(10))).toBe(2);
    expect(await current().read.invitations()).toEqual([]);
    await current().transaction((tx) => tx.removeApiToken('t2'));
    expect(await current().read.apiToken('other')).toBeUndefined();
    await current().transaction((tx) => tx.removeAccount('ada'));
    expect(await current().read.account('ada')).toBeUndefined();
    expect(await current().read.apiTokens()).toEqual([]);
  });
}
