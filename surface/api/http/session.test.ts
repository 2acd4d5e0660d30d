/** First account, signing in and out: the flows, their limits, and how long a session lives. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '@netsentinel/kernel/clock';
import { cookieOf, PASSWORD, startApi, type ApiHarness } from '@netsentinel/testkit/api-harness';

const HOUR = 3_600_000;
let clock: ManualClock;
let h: ApiHarness;

beforeEach(async () => {
  clock = new ManualClock();
  h = await startApi({ clock });
});
afterEach(() => h.close());

const token = async (): Promise<string> => (await h.api.firstRunPath())!.split('#')[1]!;
const setUp = (body: object): Promise<Response> => h.call('POST', '/api/v1/setup', { body });
const signIn = (name: string, password: string, headers = {}): Promise<Response> =>
  h.call('POST', '/api/v1/session', { body: { name, password }, headers });
const isIn = async (cookie: string): Promise<boolean> =>
  (await h.call('GET', '/api/v1/status', { cookie })).status === 200;

describe('first run', () => {
  it('makes one account with the link, once', async () => {
    expect(await (await h.call('GET', '/api/v1/session')).json()).toEqual({
      account: null,
      role: null,
      firstRun: true,
      openId: null,
    });
    const link = await token();
    const made = await setUp({ token: link, name: 'ada', password: PASSWORD });
    expect([made.status, await made.json()]).toEqual([200, { account: 'ada' }]);
    expect(await isIn(cookieOf(made)!)).toBe(true);
    expect(await h.api.firstRunPath()).toBeUndefined();
    expect((await setUp({ token: link, name: 'eve', password: PASSWORD })).status).toBe(403);
    expect(await (await h.call('GET', '/api/v1/session')).json()).toEqual({
      account: null,
      role: null,
      firstRun: false,
      openId: null,
    });
  });

  it('hands the same link to all who ask, for a day after the last', async () => {
    const links = await Promise.all([h.api.firstRunPath(), h.api.firstRunPath(), h.api.firstRunPath()]);
    expect(new Set(links).size).toBe(1);
    clock.advance(23 * HOUR);
    expect(await h.api.firstRunPath()).toBe(links[0]);
    clock.advance(23 * HOUR);
    expect((await setUp({ token: links[0]!.split('#')[1], name: 'ada', password: PASSWORD })).status).toBe(200);
  });

  it('refuses a link after its day and makes a new one', async () => {
    const link = await token();
    clock.advance(24 * HOUR);
    expect((await setUp({ token: link, name: 'ada', password: PASSWORD })).status).toBe(403);
    expect(await token()).not.toBe(link);
  });

  it('makes one account of two who race', async () => {
    const link = await token();
    const both = await Promise.all(['ada', 'eve'].map((name) => setUp({ token: link, name, password: PASSWORD })));
    expect(both.map((r) => r.status).toSorted((a, b) => a - b)).toEqual([200, 403]);
    expect(await h.state.read.accounts()).toHaveLength(1);
  });

  it('refuses wrong tokens, names and passwords', async () => {
    const good = { token: await token(), name: 'ada', password: PASSWORD };
    expect((await setUp({ ...good, token: 'x' })).status).toBe(403);
    for (const bad of [
      { token: '' },
      { token: 'x'.repeat(129) },
      { token: 7 },
      { name: '' },
      { name: '<b>' },
      { name: 'x'.repeat(65) },
      { password: 'too short' },
      { password: 'x'.repeat(257) },
      { role: 'admin' },
    ]) {
      clock.advance(60_000);
      const response = await setUp({ ...good, ...bad });
      expect([bad, response.status]).toEqual([bad, 400]);
    }
    expect(await h.state.read.accounts()).toEqual([]);
  });
});

describe('signing in', () => {
  it('sets a cookie that scripts and other sites do not get', async () => {
    await h.setUp();
    const response = await signIn('admin', PASSWORD);
    expect(response.status).toBe(200);
    const cookie = response.headers.getSetCookie()[0]!;
    expect(cookie).toMatch(/^netsentinel-session=[\w-]{43}; /);
    for (const attribute of ['HttpOnly', 'SameSite=Strict', 'Path=/', 'Max-Age=604800'])
      expect(cookie).toContain(attribute);
    expect(cookie).not.toContain('Secure');
  });

  it('tells wrong names and wrong passwords alike', async () => {
    await h.setUp();
    const answers = await Promise.all([
      signIn('admin', 'wrong'),
      signIn('nobody', PASSWORD),
      signIn('admin', `${PASSWORD} `),
    ]);
    const bodies = await Promise.all(answers.map((r) => r.text()));
    expect(answers.map((r) => r.status)).toEqual([401, 401, 401]);
    expect(new Set(bodies).size).toBe(1);
    expect((await signIn('', '')).status).toBe(400);
  });

  it('ends the session that the browser had before', async () => {
    const before = await h.setUp();
    const after = await signIn('admin', PASSWORD, { cookie: before });
    expect([await isIn(before), await isIn(cookieOf(after)!)]).toEqual([false, true]);
  });

  it('stores no token', async () => {
    const secret = (await h.setUp()).split('=')[1]!;
    expect(await h.state.read.session(secret)).toBeUndefined();
    expect((await h.state.read.account('admin'))!.passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  it('slows guessing down and lets the owner in afterwards', async () => {
    await h.setUp();
    const answers: number[] = [];
    for (let i = 0; i < 12; i++) answers.push((await signIn('admin', 'wrong')).status);
    expect(answers.filter((s) => s === 401)).toHaveLength(9);
    const refused = await signIn('admin', PASSWORD);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '6']);
    clock.advance(6_000);
    expect((await signIn('admin', PASSWORD)).status).toBe(200);
  });
});

describe('a session', () => {
  it('ends with sign-out', async () => {
    const cookie = await h.setUp();
    const out = await h.call('DELETE', '/api/v1/session', { cookie });
    expect(out.status).toBe(204);
    expect(out.headers.getSetCookie()[0]).toMatch(/^netsentinel-session=; .*Expires=Thu, 01 Jan 1970/);
    expect(await isIn(cookie)).toBe(false);
    expect((await h.call('DELETE', '/api/v1/session', { cookie })).status).toBe(401);
  });

  it('stays gone when a request of its own ran beside the sign-out', async () => {
    const cookie = await h.setUp();
    clock.advance(2 * 60_000);
    await Promise.all([
      h.call('GET', '/api/v1/status', { cookie }),
      h.call('DELETE', '/api/v1/session', { cookie }),
      h.call('GET', '/api/v1/status', { cookie }),
    ]);
    clock.advance(2_000);
    expect(await isIn(cookie)).toBe(false);
  });

  it('ends after twelve idle hours, and after a week in any case', async () => {
    const cookie = await h.setUp();
    for (let i = 0; i < 15; i++) {
      clock.advance(11 * HOUR);
      expect(await isIn(cookie)).toBe(true);
    }
    clock.advance(3 * HOUR);
    expect(await isIn(cookie)).toBe(false);
    const idle = cookieOf(await signIn('admin', PASSWORD))!;
    clock.advance(12 * HOUR);
    expect(await isIn(idle)).toBe(false);
  });
});
