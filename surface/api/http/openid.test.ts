/** Signing in by an OpenID provider, as people, admins and thieves of answers meet it: against a real provider. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  LAB_CLIENT,
  startOpenIdLab,
  type LabPerson,
  type OpenIdLab,
  type OpenIdLabOptions,
} from '@netsentinel/testkit/openid-lab';
import { cookieOf, PASSWORD, startApi } from '@netsentinel/testkit/api-harness';
import { loopbackCertificate } from '@netsentinel/testkit/certificate';
import { OpenIdConfig } from '../auth/openid/openid.config.ts';
import { startPeople, type People } from './identity.fixture.ts';

const AT = '/api/v1/session/openid';
const ADA: LabPerson = { subject: 's-ada', claims: { preferred_username: 'ada', groups: ['soc'] } };
const ADMIN: LabPerson = { subject: 's-root', claims: { preferred_username: 'root', groups: ['soc-admins'] } };
const NOBODY: LabPerson = { subject: 's-bob', claims: { preferred_username: 'bob', groups: ['cooks'] } };
let lab: OpenIdLab;
let p: People;
let openId: OpenIdConfig;

async function start(change: object = {}, options?: OpenIdLabOptions): Promise<void> {
  lab = await startOpenIdLab(options);
  openId = OpenIdConfig.parse({
    issuer: lab.issuer,
    ...LAB_CLIENT,
    name: 'Example',
    roles: [
      { has: 'soc-admins', role: 'admin' },
      { has: 'soc', role: 'analyst' },
    ],
    ...change,
  });
  p = await startPeople({ openId });
  lab.knows(`${p.h.url}/openid/`);
}

beforeEach(() => start());
afterEach(async () => {
  await p.h.close();
  await lab.close();
});

interface Begun {
  readonly url: string;
  readonly cookie: string;
}

async function begin(): Promise<Begun> {
  // So that no test is refused for those before it.
  p.clock.advance(6_000);
  const response = await p.h.call('POST', AT);
  expect(response.status).toBe(200);
  return { url: ((await response.json()) as { url: string }).url, cookie: cookieOf(response)! };
}

/** `cookie`: of the session, where somebody is in by it. */
interface Finished {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly cookie: string | undefined;
}

async function finish(answer: string, cookie: string | undefined): Promise<Finished> {
  const response = await p.h.call('POST', `${AT}/finish`, { cookie, body: { answer } });
  const set = response.headers.getSetCookie().find((one) => one.startsWith('netsentinel-session='));
  return { status: response.status, body: (await response.json()) as Finished['body'], cookie: set?.split(';')[0] };
}

async function come(person: LabPerson | undefined): Promise<Finished> {
  lab.person = person;
  const { url, cookie } = await begin();
  return finish(await lab.visit(url), cookie);
}

function problem({ status, body }: Finished): readonly [number, string] {
  return [status, String(body['type']).replace('urn:netsentinel:problem:', '')];
}

async function users(): Promise<readonly Record<string, unknown>[]> {
  return (await p.ask('GET', '/api/v1/users', { cookie: p.admin }))[1]['users'] as Record<string, unknown>[];
}

describe('whoever comes', () => {
  it('gets an account with the role of their group, and the same one the next time', async () => {
    const first = await come(ADA);
    expect(first).toMatchObject({ status: 200, body: { account: 'ada' } });
    const session = await p.ask('GET', '/api/v1/session', { cookie: first.cookie });
    expect(session[1]).toMatchObject({ account: 'ada', role: 'analyst', openId: { name: 'Example' } });
    expect((await p.ask('GET', '/api/v1/account', { cookie: first.cookie }))[1]).toMatchObject({ signsInBy: 'openid' });
    // Another name at the provider makes nobody else of them.
    expect(await come({ ...ADA, claims: { preferred_username: 'ada2', groups: ['soc'] } })).toMatchObject({
      body: { account: 'ada' },
    });
    expect((await users()).map(({ name, signsInBy }) => [name, signsInBy])).toEqual([
      ['ada', 'openid'],
      ['admin', 'password'],
    ]);
  });

  it('never gets an account that is somebody else’s', async () => {
    const local = await p.join('Ada', 'red-team');
    expect((await come(ADA)).body).toEqual({ account: 'ada-2' });
    expect((await p.ask('GET', '/api/v1/session', { cookie: local }))[1]).toMatchObject({ role: 'red-team' });
    expect((await come({ ...ADA, subject: 's-other' })).body).toEqual({ account: 'ada-3' });
    // Nor the name of somebody of whom the audit tells.
    expect((await p.ask('DELETE', '/api/v1/users/ada-2', { cookie: p.admin }))[0]).toBe(204);
    expect((await come(ADA)).body).toEqual({ account: 'ada-4' });
  });

  it('has the role that the provider gives them now, and asks again after twelve hours', async () => {
    const was = await come(ADA);
    const now = await come({ ...ADA, claims: { groups: ['soc-admins'] } });
    for (const { cookie } of [was, now])
      expect((await p.ask('GET', '/api/v1/session', { cookie }))[1]).toMatchObject({ account: 'ada', role: 'admin' });
    p.clock.advance(11 * 3_600_000);
    expect(await p.isIn(now.cookie)).toBe(true);
    p.clock.advance(3_600_000);
    expect(await p.isIn(now.cookie)).toBe(false);
  });

  it('is not let in without a role, and has nothing left of what they had', async () => {
    expect(problem(await come(NOBODY))).toEqual([403, 'openid-no-role']);
    expect((await users()).length).toBe(1);
    const { cookie } = await come(ADA);
    const made = await p.ask('POST', '/api/v1/tokens', { cookie, body: { name: 'a report', role: 'analyst' } });
    const headers = { authorization: `Bearer ${String(made[1]['secret'])}` };
    expect((await p.ask('GET', '/api/v1/incidents', { headers }))[0]).toBe(200);
    expect(problem(await come({ ...ADA, claims: {} }))).toEqual([403, 'openid-no-role']);
    expect(await p.isIn(cookie)).toBe(false);
    expect((await p.ask('GET', '/api/v1/incidents', { headers }))[0]).toBe(401);
  });

  it('leaves no links behind by which others’ passwords are set', async () => {
    const { cookie } = await come(ADMIN);
    await p.join('bea', 'analyst');
    const [, { path }] = await p.ask('POST', '/api/v1/users/bea/password-reset', { cookie });
    expect(problem(await come({ ...ADMIN, claims: {} }))).toEqual([403, 'openid-no-role']);
    const body = { token: String(path).split('#')[1], password: 'another horse battery' };
    expect((await p.ask('POST', '/api/v1/reset', { body }))[0]).toBe(403);
  });

  it('is not let in before there is an admin, but for an admin', async () => {
    await p.h.close();
    p = { ...p, h: await startApi({ openId, clock: p.clock }) };
    lab.knows(`${p.h.url}/openid/`);
    expect(problem(await come(ADA))).toEqual([409, 'first-admin']);
    expect(await p.h.api.firstRunPath()).toBeDefined();
    expect((await come(ADMIN)).status).toBe(200);
    expect((await come(ADA)).status).toBe(200);
  });

  it('is let in by the default role where there is one', async () => {
    await p.h.close();
    await lab.close();
    await start({ defaultRole: 'read-only' });
    const { cookie } = await come(NOBODY);
    expect((await p.ask('GET', '/api/v1/session', { cookie }))[1]).toMatchObject({ account: 'bob', role: 'read-only' });
  });

  it('leaves an admin where the provider takes the last one’s role', async () => {
    const { cookie } = await come(ADMIN);
    expect((await p.ask('DELETE', '/api/v1/users/admin', { cookie }))[0]).toBe(204);
    expect(problem(await come({ ...ADMIN, claims: { groups: ['soc'] } }))).toEqual([409, 'last-admin']);
    expect(await p.isIn(cookie)).toBe(false);
    expect(await p.h.state.read.account('root')).toMatchObject({ role: 'admin' });
    expect((await come(ADMIN)).status).toBe(200);
  });

  it('who says no at the provider is told so', async () => {
    const said = await come(undefined);
    expect(problem(said)).toEqual([403, 'openid-refused']);
    expect(said.body['detail']).toContain('the person said no');
    expect((await users()).length).toBe(1);
  });
});

describe('an answer', () => {
  it('is taken of the browser that asked alone, and once', async () => {
    lab.person = ADA;
    const mine = await begin();
    const another = await begin();
    const answer = await lab.visit(mine.url);
    expect(problem(await finish(answer, undefined))).toEqual([401, 'openid-not-asked']);
    expect(problem(await finish(answer, `netsentinel-openid=${'x'.repeat(80)}`))).toEqual([401, 'openid-not-asked']);
    expect(problem(await finish(answer, another.cookie))).toEqual([401, 'openid-not-valid']);
    expect((await finish(answer, mine.cookie)).status).toBe(200);
    // Who has copied both.
    expect(problem(await finish(answer, mine.cookie))).toEqual([403, 'openid-refused']);
  });

  it('is too late after ten minutes', async () => {
    lab.person = ADA;
    const { url, cookie } = await begin();
    const answer = await lab.visit(url);
    p.clock.advance(600_001);
    expect(problem(await finish(answer, cookie))).toEqual([401, 'openid-not-asked']);
  });

  it.each(['code=made-up', 'state=x', 'error=access_denied', '#', '%00', 'code=a&code=b', 'iss=https://evil.example'])(
    'that is made up (%s) lets nobody in',
    async (answer) => {
      const { url, cookie } = await begin();
      const state = new URL(url).searchParams.get('state');
      expect([401, 403]).toContain((await finish(answer, cookie)).status);
      expect([401, 403]).toContain((await finish(`${answer}&state=${state}`, cookie)).status);
      expect((await users()).length).toBe(1);
    },
  );

  it('is asked for with PKCE, state and nonce, each another one', async () => {
    const [one, two] = [new URL((await begin()).url).searchParams, new URL((await begin()).url).searchParams];
    expect(one.get('code_challenge_method')).toBe('S256');
    for (const name of ['state', 'nonce', 'code_challenge']) {
      expect(one.get(name)!.length).toBeGreaterThan(40);
      expect(one.get(name)).not.toBe(two.get(name));
    }
    expect(one.get('redirect_uri')).toBe(`${p.h.url}/openid/`);
  });
});

describe('an account of the provider’s', () => {
  it('has no password, and none is made for it but at the machine', async () => {
    const { cookie } = await come(ADA);
    for (const password of ['x', PASSWORD]) expect((await p.signIn('ada', password)).status).toBe(401);
    const change = { password: PASSWORD, newPassword: 'another long password' };
    const refused = await p.ask('PUT', '/api/v1/account/password', { cookie, body: change });
    expect(refused).toMatchObject([403, { type: 'urn:netsentinel:problem:no-password' }]);
    const reset = await p.ask('POST', '/api/v1/users/ada/password-reset', { cookie: p.admin, body: {} });
    const role = await p.ask('PATCH', '/api/v1/users/ada', { cookie: p.admin, body: { role: 'admin' } });
    for (const answer of [reset, role])
      expect(answer).toMatchObject([409, { type: 'urn:netsentinel:problem:openid-account' }]);
  });

  it('becomes one of a password by a link that is made at the machine', async () => {
    await come(ADA);
    const path = await p.h.api.recoverPath({ account: 'ada', by: 'cli:root', secondFactorOff: false });
    const body = { token: path!.split('#')[1], password: PASSWORD };
    expect((await p.ask('POST', '/api/v1/reset', { body }))[0]).toBe(200);
    expect((await p.signIn('ada')).status).toBe(200);
    expect((await come(ADA)).body).toEqual({ account: 'ada-2' });
  });
});

describe('the provider', () => {
  it('that is away is a problem that says so, and is asked again', async () => {
    await lab.close();
    const [status, body] = await p.ask('POST', AT);
    expect([status, body['type']]).toEqual([502, 'urn:netsentinel:problem:openid-away']);
    lab = await startOpenIdLab({ port: Number(new URL(lab.issuer).port) });
    lab.knows(`${p.h.url}/openid/`);
    expect((await p.ask('POST', AT))[0]).toBe(502);
    p.clock.advance(5_001);
    expect((await come(ADA)).status).toBe(200);
  });

  it.each([
    ['client_secret_post', {}],
    ['client_secret_basic', {}],
    ['none', { clientSecret: undefined }],
  ] as const)('is shown the secret as it takes it: %s', async (authentication, change) => {
    await p.h.close();
    await lab.close();
    await start(change, { authentication });
    expect((await come(ADA)).body).toEqual({ account: 'ada' });
  });

  it('may have a certificate of an authority of its own', async () => {
    const tls = loopbackCertificate();
    await p.h.close();
    await lab.close();
    await start({ ca: { value: tls.cert } }, { tls });
    expect((await come(ADA)).body).toEqual({ account: 'ada' });
    await p.h.close();
    await lab.close();
    await start({}, { tls });
    expect((await p.ask('POST', AT))[0]).toBe(502);
  });

  it('is asked for more only where the token does not say it all', async () => {
    const askedForMore = (): number => lab.asked.filter((path) => path.startsWith('/me')).length;
    await come(ADA);
    expect(askedForMore()).toBe(1);
    await p.h.close();
    await lab.close();
    await start({}, { tellsAll: true });
    expect((await come(ADA)).body).toEqual({ account: 'ada' });
    expect(askedForMore()).toBe(0);
  });
});

describe('without one', () => {
  it('nothing is asked', async () => {
    await p.h.close();
    p = await startPeople();
    expect((await p.ask('GET', '/api/v1/session'))[1]).toMatchObject({ openId: null });
    expect((await p.ask('POST', AT))[0]).toBe(404);
    expect((await p.ask('POST', `${AT}/finish`, { body: { answer: 'x' } }))[0]).toBe(404);
  });
});
