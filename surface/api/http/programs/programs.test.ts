/** Programs that sign in, go on by refresh tokens, and are ended: as their owner, an admin and whoever has copied a token meet them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PASSWORD } from '@netsentinel/testkit/api-harness';
import { codeOf, stepAt } from '../../auth/totp.ts';
import { bytesOfBase32, startPeople, type People } from '../identity.fixture.ts';

type Json = Record<string, unknown>;
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const NEW = 'another long password';
let p: People;
let ada: string;

beforeEach(async () => {
  p = await startPeople();
  ada = await p.join('ada', 'analyst');
});
afterEach(() => p.h.close());

interface Tokens {
  readonly program: string;
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly refreshExpiresAt: number;
}

/** As a program asks: it names no origin and has no cookie. */
function asked(path: string, body: object, headers: Record<string, string> = {}): Promise<[number, Json]> {
  // So that no test is refused for those before it.
  p.clock.advance(6_000);
  return p.ask('POST', path, { origin: null, body, headers });
}

const signIn = (change: object = {}): Promise<[number, Json]> =>
  asked('/api/v1/auth/token', { name: 'ada', password: PASSWORD, program: 'a report', role: 'analyst', ...change });
const signInAdmin = (): Promise<[number, Json]> => signIn({ name: 'admin', role: 'admin' });
const refresh = (refreshToken: string, headers = {}): Promise<[number, Json]> =>
  asked('/api/v1/auth/refresh', { refreshToken }, headers);

async function tokensOf(answer: Promise<[number, Json]>): Promise<Tokens> {
  const [status, body] = await answer;
  expect([status, body]).toMatchObject([200, { accessToken: expect.any(String) }]);
  return body as unknown as Tokens;
}

function by({ accessToken }: Pick<Tokens, 'accessToken'>): { readonly headers: Record<string, string> } {
  return { headers: { authorization: `Bearer ${accessToken}` } };
}

/** What reading incidents answers. */
const reads = async (tokens: Pick<Tokens, 'accessToken'>): Promise<number> =>
  (await p.ask('GET', '/api/v1/incidents', by(tokens)))[0];
const problem = (code: string): object => ({ type: `urn:netsentinel:problem:${code}` });

describe('signing in', () => {
  it('gives tokens that ask and change what the account may, for five minutes', async () => {
    const tokens = await tokensOf(signIn());
    expect(tokens).toMatchObject({
      account: 'ada',
      role: 'analyst',
      expiresInS: 300,
      refreshExpiresAt: p.clock.now() + 14 * DAY_MS,
      refreshToken: expect.stringMatching(/^nsr_[\w-]{12}\.[\w-]{43}\.[\w-]{43}$/),
    });
    expect(await reads(tokens)).toBe(200);
    const change = { ...by(tokens), origin: null, body: {} };
    // There is no such decoy, and no such right of an analyst's.
    expect((await p.ask('POST', '/api/v1/decoys/none/stop', change))[0]).toBe(404);
    expect((await p.ask('GET', '/api/v1/audit', by(tokens)))[0]).toBe(403);
    p.clock.advance(5 * MINUTE_MS - 1_000);
    expect(await reads(tokens)).toBe(200);
    p.clock.advance(1_000);
    expect(await reads(tokens)).toBe(401);
  });

  it('gives no more than it was asked for, and never more than the account has', async () => {
    const tokens = await tokensOf(signIn({ role: 'read-only' }));
    expect((await p.ask('POST', '/api/v1/decoys/none/stop', { ...by(tokens), body: {} }))[0]).toBe(403);
    expect(await signIn({ role: 'admin' })).toMatchObject([403, problem('not-allowed')]);
    expect(await p.h.state.read.programs()).toHaveLength(1);
  });

  it('tells wrong names and wrong passwords alike, and slows guessing down as at the console', async () => {
    const wrong = await signIn({ password: 'wrong' });
    expect(wrong).toMatchObject([401, problem('wrong-credentials')]);
    expect(await signIn({ name: 'nobody' })).toEqual(wrong);
    const answers: number[] = [];
    const body = { name: 'ada', password: 'wrong', program: 'x', role: 'analyst' };
    for (let i = 0; i < 12; i++) answers.push((await p.h.call('POST', '/api/v1/auth/token', { body })).status);
    expect(answers.at(-1)).toBe(429);
    const atTheConsole = await p.h.call('POST', '/api/v1/session', { body: { name: 'ada', password: PASSWORD } });
    expect(atTheConsole.status).toBe(429);
  });

  it('asks for a code where the account has a second factor, takes each once, and few wrong ones', async () => {
    const at = '/api/v1/account/second-factor';
    const [, begun] = await p.ask('POST', at, { cookie: ada, body: { password: PASSWORD } });
    const secret = bytesOfBase32(String(begun['secret']));
    const code = (): string => codeOf(secret, stepAt(p.clock.now()));
    expect((await p.ask('POST', `${at}/confirm`, { cookie: ada, body: { code: code() } }))[0]).toBe(200);
    p.clock.advance(MINUTE_MS);
    expect(await signIn()).toMatchObject([401, problem('code-needed')]);
    p.clock.advance(MINUTE_MS);
    const good = codeOf(secret, stepAt(p.clock.now() + 6_000));
    // A refusal for another reason uses no code up.
    expect((await signIn({ role: 'admin', code: good }))[0]).toBe(403);
    expect((await p.signIn('ada', PASSWORD, good)).status).toBe(200);
    expect(await signIn({ code: good })).toMatchObject([401, problem('wrong-code')]);
    for (let i = 0; i < 4; i++) await signIn({ code: '000000' });
    expect(await signIn({ code: '000000' })).toMatchObject([429, problem('too-many-codes')]);
    const { records } = await p.h.state.read.audit({ action: 'signInProgram' });
    expect(records[0]).toMatchObject({ account: 'ada', after: { refused: 'wrong code' } });
    expect(await p.h.state.read.programs()).toEqual([]);
  });

  it('sets no cookie, and needs no origin but JSON, which no other site can send', async () => {
    const body = { name: 'ada', password: PASSWORD, program: 'x', role: 'analyst' };
    const response = await p.h.call('POST', '/api/v1/auth/token', { origin: 'https://evil.example', body });
    expect([response.status, response.headers.getSetCookie()]).toEqual([200, []]);
    const headers = { 'content-type': 'text/plain' };
    expect((await p.h.call('POST', '/api/v1/auth/token', { body: JSON.stringify(body), headers })).status).toBe(415);
    expect((await p.ask('POST', '/api/v1/session', { origin: null, body }))[0]).toBe(403);
  });

  it('ends the longest unused program of a hundred', async () => {
    const [first, second] = [await tokensOf(signIn()), await tokensOf(signIn())];
    await p.h.state.transaction(async (tx) => {
      const [one] = await tx.programs('ada');
      for (let n = 0; n < 98; n++) await tx.putProgram({ ...one!, id: String(n).padStart(12, '0') });
    });
    await tokensOf(signIn());
    expect(await p.h.state.read.programs('ada')).toHaveLength(100);
    expect([(await refresh(first.refreshToken))[0], (await refresh(second.refreshToken))[0]]).toEqual([401, 200]);
    const { records } = await p.h.state.read.audit({ action: 'signInProgram', limit: 1 });
    expect(records).toMatchObject([{ after: { programsEnded: 1 } }]);
  });
});

describe('a refresh token', () => {
  it('gives new tokens, and is worth nothing then', async () => {
    const first = await tokensOf(signIn());
    p.clock.advance(10 * MINUTE_MS);
    expect(await reads(first)).toBe(401);
    // Programs send the old access token along, as they do with every request.
    const second = await tokensOf(refresh(first.refreshToken, by(first).headers));
    expect(second).toMatchObject({ program: first.program, refreshExpiresAt: p.clock.now() + 14 * DAY_MS });
    expect(second.refreshToken).not.toBe(first.refreshToken);
    expect(await reads(second)).toBe(200);
    expect(await reads(await tokensOf(refresh(second.refreshToken)))).toBe(200);
  });

  it('used twice ends all of its program, at once and with a record, and nothing of another’s', async () => {
    const first = await tokensOf(signIn());
    const other = await tokensOf(signIn());
    const second = await tokensOf(refresh(first.refreshToken));
    const third = await tokensOf(refresh(second.refreshToken));
    expect(await reads(third)).toBe(200);
    expect(await refresh(first.refreshToken)).toMatchObject([401, problem('refresh-reused')]);
    expect([await reads(second), await reads(third), await reads(other)]).toEqual([401, 401, 200]);
    expect(await refresh(third.refreshToken)).toMatchObject([401, problem('refresh-not-valid')]);
    const { records } = await p.h.state.read.audit({ action: 'refreshProgram' });
    expect(records).toMatchObject([
      {
        account: 'ada',
        address: '127.0.0.1',
        before: { program: first.program, name: 'a report', role: 'analyst' },
        after: { refused: 'refresh token used twice', ended: true },
      },
    ]);
    expect((await refresh(other.refreshToken))[0]).toBe(200);
  });

  it('is taken once of two who race, and the program ends', async () => {
    const { refreshToken } = await tokensOf(signIn());
    const both = await Promise.all([refresh(refreshToken), refresh(refreshToken)]);
    expect(both.map(([status]) => status).toSorted((a, b) => a - b)).toEqual([200, 401]);
    expect(await p.h.state.read.programs()).toEqual([]);
  });

  it('that was made up ends nobody’s program', async () => {
    const tokens = await tokensOf(signIn());
    const [id, family] = tokens.refreshToken.slice(4).split('.');
    const x = 'x'.repeat(43);
    for (const forged of [
      'x',
      `nsr_${id}`,
      `nsr_${id}.${x}.${x}`,
      `nsr_${'x'.repeat(12)}.${family}.${x}`,
      `${tokens.refreshToken}x`,
      tokens.accessToken.slice(0, 128),
    ])
      expect(await refresh(forged)).toMatchObject([401, problem('refresh-not-valid')]);
    expect((await refresh('x'.repeat(129)))[0]).toBe(400);
    expect((await refresh(tokens.refreshToken))[0]).toBe(200);
  });

  it('opens nothing by itself, nor does an access token stand for it', async () => {
    const tokens = await tokensOf(signIn());
    expect(await reads({ accessToken: tokens.refreshToken })).toBe(401);
    expect(await p.isIn(`netsentinel-session=${tokens.accessToken}`)).toBe(false);
    expect((await refresh('ns_'.padEnd(46, 'x')))[0]).toBe(401);
  });

  const key = { 'idempotency-key': '8f14e45f-ceea-467f-a8b1-2f3f0f5d3f6a' };

  it('whose answer was lost gives the next one again to whoever sends the same key, with a token that is good', async () => {
    const first = await tokensOf(signIn());
    const second = await tokensOf(refresh(first.refreshToken, key));
    p.clock.advance(10 * MINUTE_MS);
    const again = await tokensOf(refresh(first.refreshToken, key));
    expect(again.refreshToken).toBe(second.refreshToken);
    expect([await reads(second), await reads(again)]).toEqual([401, 200]);
    expect(JSON.stringify(await p.h.state.read.programs())).not.toContain(second.refreshToken.slice(4, -10));
    expect((await refresh(first.refreshToken, { 'idempotency-key': 'short' }))[0]).toBe(400);
    expect((await refresh(again.refreshToken, key))[0]).toBe(200);
  });

  it('is used twice without that key, and with it too once the next one was used', async () => {
    const other = { 'idempotency-key': 'another-key-altogether' };
    for (const next of [{}, other, key]) {
      const first = await tokensOf(signIn());
      const second = await tokensOf(refresh(first.refreshToken, key));
      const last = next === key ? await tokensOf(refresh(second.refreshToken, other)) : second;
      expect(await refresh(first.refreshToken, next)).toMatchObject([401, problem('refresh-reused')]);
      expect(await reads(last)).toBe(401);
    }
  });

  it('waits for fourteen days, and no program goes on for more than ninety', async () => {
    let tokens = await tokensOf(signIn());
    const { refreshToken } = await tokensOf(signIn());
    for (let day = 0; day < 84; day += 12) {
      p.clock.advance(12 * DAY_MS);
      tokens = await tokensOf(refresh(tokens.refreshToken));
    }
    expect((await refresh(refreshToken))[0]).toBe(401);
    p.clock.advance(5 * DAY_MS);
    tokens = await tokensOf(refresh(tokens.refreshToken));
    expect(tokens.refreshExpiresAt - p.clock.now()).toBeLessThan(DAY_MS);
    p.clock.advance(DAY_MS);
    expect((await refresh(tokens.refreshToken))[0]).toBe(401);
  });

  it('is kept as a hash', async () => {
    const { refreshToken, accessToken } = await tokensOf(signIn());
    const kept = JSON.stringify([await p.h.state.read.programs(), await p.h.state.read.signingKeys()]);
    for (const secret of [...refreshToken.split('.').slice(1), accessToken]) expect(kept).not.toContain(secret);
  });
});

describe('a program', () => {
  it('may at once no more than its account', async () => {
    const admin = await tokensOf(signInAdmin());
    const tokens = await tokensOf(signIn());
    const stop = async (): Promise<number> =>
      (await p.ask('POST', '/api/v1/decoys/none/stop', { ...by(tokens), body: {} }))[0];
    expect(await stop()).toBe(404);
    expect((await p.ask('GET', '/api/v1/users', by(admin)))[0]).toBe(200);
    await p.ask('PATCH', '/api/v1/users/ada', { cookie: p.admin, body: { role: 'read-only' } });
    expect([await stop(), await reads(tokens)]).toEqual([403, 200]);
    await p.ask('PATCH', '/api/v1/users/ada', { cookie: p.admin, body: { role: 'admin' } });
    // It was signed in as an analyst's.
    expect([await stop(), (await p.ask('GET', '/api/v1/users', by(tokens)))[0]]).toEqual([404, 403]);
    await p.ask('DELETE', '/api/v1/users/ada', { cookie: p.admin });
    expect([await reads(tokens), (await refresh(tokens.refreshToken))[0]]).toEqual([401, 401]);
  });

  it('of somebody who is gone opens nothing of whoever has the name now', async () => {
    const tokens = await tokensOf(signIn());
    const account = (await p.h.state.read.account('ada'))!;
    await p.ask('DELETE', '/api/v1/users/ada', { cookie: p.admin });
    await p.h.state.transaction((tx) => tx.putAccount(account));
    expect([await reads(tokens), (await refresh(tokens.refreshToken))[0]]).toEqual([401, 401]);
  });

  it('ends when the password is changed, or chosen anew', async () => {
    const [tokens, others] = [await tokensOf(signIn()), await tokensOf(signInAdmin())];
    expect(await reads(tokens)).toBe(200);
    const body = { password: PASSWORD, newPassword: NEW };
    expect((await p.ask('PUT', '/api/v1/account/password', { cookie: ada, body }))[0]).toBe(204);
    expect([await reads(tokens), (await refresh(tokens.refreshToken))[0]]).toEqual([401, 401]);
    const { records } = await p.h.state.read.audit({ action: 'changePassword' });
    expect(records[0]).toMatchObject({ after: { programsEnded: 1 } });
    const again = await tokensOf(signIn({ password: NEW }));
    expect(await reads(again)).toBe(200);
    const [, { path }] = await p.ask('POST', '/api/v1/users/ada/password-reset', { cookie: p.admin, body: {} });
    const reset = { token: String(path).split('#')[1], password: PASSWORD };
    expect((await p.ask('POST', '/api/v1/reset', { body: reset }))[0]).toBe(200);
    expect([await reads(again), await reads(others)]).toEqual([401, 200]);
  });

  it('is listed for its owner and admins, and ended by them or itself', async () => {
    const list = async (who: object): Promise<unknown[]> => {
      const [, { programs }] = await p.ask('GET', '/api/v1/auth/programs', who);
      return (programs as { id: string }[]).map(({ id }) => id);
    };
    const end = async (id: string, who: object): Promise<number> =>
      (await p.ask('DELETE', `/api/v1/auth/programs/${id}`, who))[0];
    const bob = await p.join('bob', 'analyst');
    const [a, b, c] = [await tokensOf(signIn()), await tokensOf(signIn()), await tokensOf(signIn({ name: 'bob' }))];
    const everyone = [c.program, b.program, a.program];
    expect(await list({ cookie: ada })).toEqual([b.program, a.program]);
    expect([await list({ cookie: bob }), await list(by(a))]).toEqual([[c.program], [a.program]]);
    expect(await list({ cookie: p.admin })).toEqual(everyone);
    const [, { programs }] = await p.ask('GET', '/api/v1/auth/programs', { cookie: bob });
    expect(programs).toEqual([
      {
        id: c.program,
        name: 'a report',
        account: 'bob',
        role: 'analyst',
        createdAt: p.clock.now(),
        refreshedAt: p.clock.now(),
        expiresAt: c.refreshExpiresAt,
        address: '127.0.0.1',
      },
    ]);
    expect([await end(a.program, { cookie: bob }), await end(b.program, by(a))]).toEqual([404, 404]);
    expect([await end(a.program, by(a)), await end(b.program, { cookie: ada })]).toEqual([204, 204]);
    expect([await reads(a), await reads(b), await reads(c)]).toEqual([401, 401, 200]);
    expect(await end(c.program, { cookie: p.admin })).toBe(204);
    expect([await reads(c), (await refresh(c.refreshToken))[0]]).toEqual([401, 401]);
    expect(await list({ cookie: p.admin })).toEqual([]);
  });

  it('is named by the audit, has no session to end, and makes no tokens', async () => {
    const admin = await tokensOf(signInAdmin());
    const made = await p.ask('POST', '/api/v1/tokens', { ...by(admin), body: { name: 'x', role: 'read-only' } });
    expect(made).toMatchObject([403, problem('needs-session')]);
    expect((await p.ask('DELETE', '/api/v1/session', by(admin)))[0]).toBe(409);
    const victim = await tokensOf(signIn());
    expect((await p.ask('DELETE', `/api/v1/auth/programs/${victim.program}`, by(admin)))[0]).toBe(204);
    const { records } = await p.h.state.read.audit({ action: 'endProgram' });
    expect(records).toMatchObject([{ account: 'admin', token: admin.program }]);
  });

  it('that was ended while it asked changes nothing', async () => {
    const admin = await tokensOf(signInAdmin());
    const victim = await tokensOf(signIn());
    expect(await reads(admin)).toBe(200);
    await p.h.state.transaction((tx) => tx.removeProgram(admin.program));
    // For a second it is taken from memory, but its transaction looks again.
    expect((await p.ask('DELETE', `/api/v1/auth/programs/${victim.program}`, by(admin)))[0]).toBe(401);
    expect(await reads(victim)).toBe(200);
  });

  it('of an admin who is none any more ends nobody else’s, whatever it was when it began to ask', async () => {
    const admin = await tokensOf(signInAdmin());
    const victim = await tokensOf(signIn());
    expect(await reads(admin)).toBe(200);
    const account = (await p.h.state.read.account('admin'))!;
    await p.h.state.transaction((tx) => tx.putAccount({ ...account, role: 'read-only' }));
    expect((await p.ask('DELETE', `/api/v1/auth/programs/${victim.program}`, by(admin)))[0]).toBe(404);
    expect(await reads(victim)).toBe(200);
  });

  it('may ask as often as any account, and no more often with a newer token', async () => {
    const few = await startPeople({ requestsPerMinute: 60 });
    const ask = async (token: unknown): Promise<number> =>
      (await few.ask('GET', '/api/v1/incidents', by({ accessToken: String(token) })))[0];
    try {
      const body = { name: 'admin', password: PASSWORD, program: 'x', role: 'admin' };
      const [, first] = await few.ask('POST', '/api/v1/auth/token', { origin: null, body });
      const statuses: number[] = [];
      for (let n = 0; n < 16; n++) statuses.push(await ask(first['accessToken']));
      expect(statuses).toEqual([...Array<number>(15).fill(200), 429]);
      const refreshing = { origin: null, body: { refreshToken: first['refreshToken'] } };
      const [status, second] = await few.ask('POST', '/api/v1/auth/refresh', refreshing);
      expect([status, await ask(second['accessToken'])]).toEqual([200, 429]);
      expect((await few.ask('GET', '/api/v1/incidents', { cookie: few.admin }))[0]).toBe(200);
    } finally {
      await few.h.close();
    }
  });
});
