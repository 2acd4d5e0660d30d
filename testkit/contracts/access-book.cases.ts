/** What every state store must remember of who has access: part of the state store's suite. */
import type { StateStore } from '@netsentinel/contracts/state-store';
import { expect, it } from 'vitest';

const SESSION = {
  tokenHash: 'ab'.repeat(32),
  createdAt: 1,
  expiresAt: 9,
  lastSeenAt: 2,
  address: '192.0.2.1',
  program: '\u001b[2J a browser',
} as const;

export function accessBookCases(current: () => StateStore): void {
  it('keeps accounts and sessions', async () => {
    const account = { name: 'admin', passwordHash: '$argon2id$v=19$x', role: 'admin', createdAt: 1 } as const;
    const session = { ...SESSION, account: 'admin' };
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
    await current().transaction((tx) => tx.putSession({ ...session, tokenHash: 'other', lastSeenAt: 7 }));
    expect((await current().read.sessionsOf('admin')).map(({ lastSeenAt }) => lastSeenAt)).toEqual([7, 5]);
    expect(await current().read.sessionsOf('nobody')).toEqual([]);
    await current().transaction((tx) => tx.removeSession(session.tokenHash));
    expect(await current().read.session(session.tokenHash)).toBeUndefined();
    await expect(current().transaction((tx) => tx.putSession({ ...session, account: 'nobody' }))).rejects.toThrow(
      /foreign key/i,
    );
  });

  it('knows whom an OpenID provider knows, by issuer and subject', async () => {
    const openId = { issuer: 'https://id.example.org', subject: 's-1' };
    const account = { name: 'eve', role: 'analyst', createdAt: 1, openId } as const;
    await current().transaction((tx) => tx.putAccount(account));
    expect(await current().read.account('eve')).toEqual(account);
    expect(await current().read.accountOfOpenId(openId)).toEqual(account);
    for (const other of [
      { ...openId, subject: 'S-1' },
      { ...openId, issuer: 'https://id.example.com' },
    ])
      expect(await current().read.accountOfOpenId(other)).toBeUndefined();
    await expect(current().transaction((tx) => tx.putAccount({ ...account, name: 'eve-2' }))).rejects.toThrow(
      /unique/i,
    );
    await current().transaction((tx) => tx.putAccount({ ...account, openId: undefined, passwordHash: 'x' }));
    expect(await current().read.accountOfOpenId(openId)).toBeUndefined();
    expect(await current().read.account('eve')).toEqual({
      name: 'eve',
      role: 'analyst',
      createdAt: 1,
      passwordHash: 'x',
    });
    await current().transaction((tx) => tx.removeAccount('eve'));
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
    const session = { ...SESSION, account: 'ada' };
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

  it('keeps one password reset an account, and a second factor, for as long as there is the account', async () => {
    const account = { name: 'ada', passwordHash: 'x', role: 'analyst', createdAt: 1 } as const;
    const reset = { account: 'ada', tokenHash: 'r1', by: 'admin', createdAt: 1, expiresAt: 9 };
    const factor = { account: 'ada', sealedSecret: 's', createdAt: 1, lastStep: 0 };
    await current().transaction(async (tx) => {
      await tx.putAccount(account);
      await tx.putPasswordReset(reset);
      await tx.putPasswordReset({ ...reset, tokenHash: 'r2' });
      await tx.putSecondFactor(factor);
    });
    const { read } = current();
    expect(await read.passwordReset('r1')).toBeUndefined();
    expect(await read.passwordReset('r2')).toEqual({ ...reset, tokenHash: 'r2' });
    expect(await read.secondFactor('ada')).toEqual(factor);
    expect(await read.accountsWithSecondFactor()).toEqual([]);
    const confirmed = { ...factor, confirmedAt: 3, lastStep: 57_000_000 };
    await current().transaction((tx) => tx.putSecondFactor(confirmed));
    expect(await read.secondFactor('ada')).toEqual(confirmed);
    expect(await read.accountsWithSecondFactor()).toEqual(['ada']);
    // Whoever made it takes it along.
    await current().transaction((tx) => tx.removePasswordResets('admin'));
    expect(await read.passwordReset('r2')).toBeUndefined();
    await current().transaction(async (tx) => {
      await tx.putPasswordReset(reset);
      await tx.removeAccount('ada');
      await tx.putAccount(account);
    });
    expect(await read.passwordReset('r1')).toBeUndefined();
    expect(await read.secondFactor('ada')).toBeUndefined();
  });

  it('keeps security keys and recovery codes for as long as there is the account', async () => {
    const account = { name: 'ada', passwordHash: 'x', role: 'analyst', createdAt: 1 } as const;
    const key = {
      id: 'k1',
      credential: 'AQID',
      account: 'ada',
      name: 'on my key ring',
      host: 'console.example.org',
      origin: 'https://console.example.org:8088',
      userHandle: 'BAUG',
      publicKey: 'MFkw',
      algorithm: -7,
      signCount: 0,
      transports: ['usb', 'nfc'],
      createdAt: 5,
    };
    const used = { ...key, name: 'another name', signCount: 4_294_967_295, lastUsedAt: 9 };
    const earlier = { ...key, id: 'k2', credential: 'Bw', createdAt: 2 };
    await current().transaction(async (tx) => {
      for (const name of ['ada', 'bob']) await tx.putAccount({ ...account, name });
      await tx.putSecurityKey(key);
      await tx.putSecurityKey(earlier);
      await tx.putRecoveryHashes('ada', ['a', 'b']);
    });
    const { read } = current();
    expect(await read.securityKeys('ada')).toEqual([earlier, key]);
    expect(await read.securityKeys('bob')).toEqual([]);
    expect([await read.hasCredential('AQID'), await read.hasCredential('AQI')]).toEqual([true, false]);
    expect(await read.accountsWithSecondFactor()).toEqual(['ada']);
    expect(await read.recoveryHashes('ada')).toEqual(['a', 'b']);
    expect(await read.recoveryHashes('bob')).toEqual([]);
    // Of whom a credential is it says once.
    const twice = current().transaction((tx) => tx.putSecurityKey({ ...key, id: 'k3', account: 'bob' }));
    await expect(twice).rejects.toThrow(/unique/i);
    await current().transaction(async (tx) => {
      await tx.putSecurityKey(used);
      await tx.removeSecurityKey('k2');
      await tx.putRecoveryHashes('ada', ['b']);
    });
    expect(await read.securityKeys('ada')).toEqual([used]);
    expect(await read.recoveryHashes('ada')).toEqual(['b']);
    await current().transaction(async (tx) => {
      await tx.removeAccount('ada');
      await tx.putAccount(account);
    });
    expect(await read.securityKeys('ada')).toEqual([]);
    expect(await read.recoveryHashes('ada')).toEqual([]);
    expect(await read.hasCredential('AQID')).toBe(false);
  });
}
