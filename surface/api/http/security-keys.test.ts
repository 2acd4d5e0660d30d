/** Security keys and passkeys, as their owner, an admin and whoever has stolen a password or a session meet them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cookieOf, PASSWORD } from '@netsentinel/testkit/api-harness';
import { codeOf, stepAt } from '../auth/totp.ts';
import type { CreationOptions, RequestOptions, ShownKey } from '../auth/webauthn/browser-json.ts';
import { SoftwareAuthenticator, type Lies } from '../auth/webauthn/software-authenticator.fixture.ts';
import { bytesOfBase32, startPeople, type People } from './identity.fixture.ts';

const AT = '/api/v1/account/security-keys';
type Answer = [status: number, body: Record<string, unknown>];
let p: People;
let ada: string;
/** Under which browsers have WebAuthn, as they do not under the address. */
let here: string;
let key: SoftwareAuthenticator;

beforeEach(async () => {
  p = await startPeople();
  ada = await p.join('ada', 'analyst');
  here = p.h.url.replace('127.0.0.1', 'localhost');
  key = new SoftwareAuthenticator(here, { signCount: 1 });
});
afterEach(() => p.h.close());

async function ask(method: string, path: string, body?: object, cookie?: string): Promise<Answer> {
  // So that no test is refused for those before it.
  p.clock.advance(6_000);
  const response = await fetch(here + path, {
    method,
    headers: {
      origin: here,
      ...(cookie === undefined ? {} : { cookie }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return [response.status, text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)];
}
const asAda = (method: string, path: string, body?: object): Promise<Answer> => ask(method, path, body, ada);

function problemOf([status, { type }]: Answer): [number, string] {
  return [status, String(type).replace('urn:netsentinel:problem:', '')];
}

async function toMake(proof: object = {}): Promise<CreationOptions> {
  const [status, { options }] = await asAda('POST', `${AT}/begin`, { password: PASSWORD, ...proof });
  expect(status).toBe(200);
  return options as CreationOptions;
}

/** Answers the recovery codes, where there are any. */
async function add(authenticator = key, proof: object = {}): Promise<readonly string[]> {
  const credential = authenticator.create(await toMake(proof));
  const [status, { recoveryCodes = [] }] = await asAda('POST', AT, { name: ' on my key ring ', credential });
  expect(status).toBe(201);
  return recoveryCodes as string[];
}

/** What the account's keys are asked by, signed in or at the door. */
async function toShow(cookie?: string): Promise<RequestOptions> {
  const [status, { options }] =
    cookie === undefined
      ? await ask('POST', '/api/v1/session/key', { name: 'ada', password: PASSWORD })
      : await ask('POST', `${AT}/ask`, {}, cookie);
  expect(status).toBe(200);
  return options as RequestOptions;
}
const proof = async (authenticator = key): Promise<{ key: ShownKey }> => ({
  key: authenticator.get(await toShow(ada)),
});

function signIn(factor: object = {}, name = 'ada'): Promise<Answer> {
  return ask('POST', '/api/v1/session', { name, password: PASSWORD, ...factor });
}
const signInBy = async (authenticator: SoftwareAuthenticator, lies?: Lies): Promise<[number, string]> =>
  problemOf(await signIn({ key: authenticator.get(await toShow(), lies) }));

async function list(): Promise<Record<string, unknown>[]> {
  return (await asAda('GET', AT))[1]['keys'] as Record<string, unknown>[];
}
const idOf = async (): Promise<string> => String((await list())[0]!['id']);

async function turnCodesOn(factor: object = {}): Promise<() => string> {
  const [, { secret }] = await asAda('POST', '/api/v1/account/second-factor', { password: PASSWORD, ...factor });
  const bytes = bytesOfBase32(String(secret));
  const shown = (): string => codeOf(bytes, stepAt(p.clock.now() + 6_000));
  expect((await asAda('POST', '/api/v1/account/second-factor/confirm', { code: shown() }))[0]).toBe(200);
  p.clock.advance(60_000);
  return shown;
}

async function refusals(action: string): Promise<unknown[]> {
  const { records } = await p.h.state.read.audit({ account: 'ada', action });
  return records.flatMap(({ after }) => (after?.['refused'] === undefined ? [] : [after['refused']]));
}

describe('adding one', () => {
  it('asks for the password, makes recovery codes, and shows when it was used', async () => {
    expect(problemOf(await asAda('POST', `${AT}/begin`, { password: 'wrong' }))).toEqual([403, 'wrong-password']);
    const codes = await add();
    expect(new Set(codes).size).toBe(10);
    const added = { id: expect.any(String), name: 'on my key ring', host: 'localhost', createdAt: p.clock.now() };
    expect(await list()).toEqual([{ ...added, createdAt: expect.any(Number) }]);
    expect(await signInBy(key)).toEqual([200, 'undefined']);
    expect(await list()).toEqual([{ ...added, createdAt: expect.any(Number), lastUsedAt: expect.any(Number) }]);
    const kept = JSON.stringify(await p.h.state.read.recoveryHashes('ada'));
    for (const code of codes) expect(kept).not.toContain(code.replaceAll('-', ''));
  });

  it('takes what the browser made once, of who began, and in time', async () => {
    const credential = key.create(await toMake());
    const bob = await p.join('bob', 'analyst');
    const later = async (): Promise<Answer> => {
      const other = new SoftwareAuthenticator(here).create(await toMake());
      p.clock.advance(200_000);
      return asAda('POST', AT, { name: 'late', credential: other });
    };
    expect(problemOf(await ask('POST', AT, { name: 'mine', credential }, bob))).toEqual([403, 'key-not-accepted']);
    // The challenge went with it.
    expect(problemOf(await asAda('POST', AT, { name: 'mine', credential }))).toEqual([403, 'key-not-accepted']);
    expect(problemOf(await later())).toEqual([403, 'key-not-accepted']);
    const again = key.create(await toMake());
    expect((await asAda('POST', AT, { name: 'mine', credential: again }))[0]).toBe(201);
    expect((await asAda('POST', AT, { name: 'mine', credential: again }))[0]).toBe(403);
    expect(await list()).toHaveLength(1);
  });

  it.each<[string, Lies]>([
    ['another site', { origin: 'https://localhost.example.org' }],
    ['another challenge', { challenge: 'AAAA' }],
    ['another relying party', { rpId: 'example.org' }],
  ])('takes nothing made for %s', async (_, lies) => {
    const credential = key.create(await toMake(), lies);
    expect(problemOf(await asAda('POST', AT, { name: 'mine', credential }))).toEqual([403, 'key-not-accepted']);
    expect(await list()).toEqual([]);
  });

  it('takes no credential that somebody has', async () => {
    await add();
    const bob = await p.join('bob', 'analyst');
    const [, { options }] = await ask('POST', `${AT}/begin`, { password: PASSWORD }, bob);
    const { userHandle } = key;
    const credential = key.create(options as CreationOptions);
    expect(problemOf(await ask('POST', AT, { name: 'mine', credential }, bob))).toEqual([403, 'key-not-accepted']);
    key.userHandle = userHandle;
    expect(await signInBy(key)).toEqual([200, 'undefined']);
  });

  it('asks for a factor that is there, so that a stolen session and password add none', async () => {
    await add();
    const begin = (factor: object): Promise<Answer> => asAda('POST', `${AT}/begin`, { password: PASSWORD, ...factor });
    expect(problemOf(await begin({}))).toEqual([403, 'key-needed']);
    expect(problemOf(await asAda('POST', '/api/v1/account/second-factor', { password: PASSWORD }))).toEqual([
      403,
      'key-needed',
    ]);
    expect(problemOf(await begin({ key: new SoftwareAuthenticator(here).get(await toShow(ada)) }))).toEqual([
      403,
      'wrong-key',
    ]);
    const second = new SoftwareAuthenticator(here);
    const options = await toMake(await proof());
    expect(options.excludeCredentials.map(({ id }) => id)).toEqual([key.credential.toString('base64url')]);
    expect(options.user.id).toBe(key.userHandle);
    expect((await asAda('POST', AT, { name: 'second', credential: second.create(options) }))[0]).toBe(201);
    expect(await signInBy(second)).toEqual([200, 'undefined']);
    expect(await refusals('beginSecurityKey')).toEqual(['wrong key']);
  });

  it('adds nothing that was begun before there was a factor to ask for', async () => {
    const codes = '/api/v1/account/second-factor';
    const [, { secret }] = await asAda('POST', codes, { password: PASSWORD });
    const early = new SoftwareAuthenticator(here).create(await toMake());
    await add();
    expect(problemOf(await asAda('POST', AT, { name: 'early', credential: early }))).toEqual([403, 'key-not-accepted']);
    const code = codeOf(bytesOfBase32(String(secret)), stepAt(p.clock.now() + 6_000));
    expect(problemOf(await asAda('POST', `${codes}/confirm`, { code }))).toEqual([409, 'nothing-begun']);
    expect((await asAda('POST', `${AT}/${await idOf()}/remove`, await proof()))[0]).toBe(204);
    const other = new SoftwareAuthenticator(here).create(await toMake());
    await turnCodesOn();
    expect(problemOf(await asAda('POST', AT, { name: 'early', credential: other }))).toEqual([403, 'key-not-accepted']);
  });

  it('is for names, and says so under an address', async () => {
    const body = { password: PASSWORD };
    const under = await p.ask('POST', `${AT}/begin`, { cookie: ada, body });
    expect(problemOf(under)).toEqual([409, 'no-name-for-keys']);
    expect(under[1]['detail']).toContain('by its name over HTTPS, or as localhost');
    await add();
    expect(problemOf(await p.ask('POST', `${AT}/ask`, { cookie: ada, body: {} }))).toEqual([409, 'no-name-for-keys']);
    const stored = (await p.h.state.read.securityKeys('ada'))[0]!;
    const there = { host: 'console.example.org', origin: 'https://console.example.org' };
    await p.h.state.transaction((tx) => tx.putSecurityKey({ ...stored, ...there }));
    const elsewhere = await ask('POST', '/api/v1/session/key', { name: 'ada', ...body });
    expect(problemOf(elsewhere)).toEqual([404, 'key-of-another-name']);
    expect(elsewhere[1]['detail']).toContain('console.example.org');
  });

  it('does not sign for another program at another port of the same name, which its authenticator would', async () => {
    await add();
    const stored = (await p.h.state.read.securityKeys('ada'))[0]!;
    const [, { options }] = await ask('POST', '/api/v1/session/key', { name: 'ada', password: PASSWORD });
    const other = { ...stored, origin: 'http://localhost:9999' };
    await p.h.state.transaction((tx) => tx.putSecurityKey(other));
    const again = await ask('POST', '/api/v1/session/key', { name: 'ada', password: PASSWORD });
    expect(problemOf(again)).toEqual([404, 'key-of-another-name']);
    expect(again[1]['detail']).toContain('http://localhost:9999');
    // Nor with what was asked for before.
    const shown = key.get(options as RequestOptions);
    const body = { name: 'ada', password: PASSWORD, key: shown };
    expect(problemOf(await ask('POST', '/api/v1/session', body))).toEqual([401, 'wrong-key']);
  });

  it('is bounded in number and in size', async () => {
    await add();
    const credential = key.create(await toMake(await proof()));
    const [stored] = await p.h.state.read.securityKeys('ada');
    await p.h.state.transaction(async (tx) => {
      for (let i = 0; i < 19; i++)
        await tx.putSecurityKey({ ...stored!, id: `id-${i}`, credential: `credential-${i}` });
    });
    const full = await asAda('POST', `${AT}/begin`, { password: PASSWORD, ...(await proof()) });
    expect(problemOf(full)).toEqual([409, 'too-many']);
    const huge = { ...credential, response: { ...credential.response, attestationObject: 'A'.repeat(30_000) } };
    expect((await asAda('POST', AT, { name: 'mine', credential: huge }))[0]).toBe(400);
    expect((await asAda('POST', AT, { name: 'x'.repeat(65), credential }))[0]).toBe(400);
    const enormous = { ...credential, response: { ...credential.response, clientDataJSON: 'A'.repeat(100_000) } };
    expect((await asAda('POST', AT, { name: 'mine', credential: enormous }))[0]).toBe(413);
  });
});

describe('signing in', () => {
  it('asks for it after the password only, and tells nobody else that there is one', async () => {
    await add();
    expect(problemOf(await signIn())).toEqual([401, 'key-needed']);
    for (const name of ['ada', 'admin', 'nobody']) {
      const wrong = await ask('POST', '/api/v1/session/key', { name, password: 'wrong' });
      expect(problemOf(wrong)).toEqual([401, 'wrong-credentials']);
    }
    expect(problemOf(await ask('POST', '/api/v1/session/key', { name: 'admin', password: PASSWORD }))).toEqual([
      404,
      'no-security-key',
    ]);
    expect(await signInBy(key)).toEqual([200, 'undefined']);
    const { records } = await p.h.state.read.audit({ account: 'ada', action: 'signIn' });
    expect(records[0]?.after).toEqual({ session: expect.any(String), secondFactor: 'key', key: await idOf() });
  });

  it('takes an answer once, to its own challenge, of its own account and purpose', async () => {
    await add();
    const shown = key.get(await toShow());
    expect((await signIn({ key: shown }))[0]).toBe(200);
    expect(problemOf(await signIn({ key: shown }))).toEqual([401, 'wrong-key']);
    // Asked by who is signed in, it opens no door; asked at the door, it removes no key.
    expect(problemOf(await signIn(await proof()))).toEqual([401, 'wrong-key']);
    const atDoor = key.get(await toShow());
    expect(problemOf(await asAda('POST', `${AT}/${await idOf()}/remove`, { key: atDoor }))).toEqual([403, 'wrong-key']);
    // Of a session, for that session.
    const body = { name: 'ada', password: PASSWORD, key: key.get(await toShow()) };
    const headers = { origin: here, 'content-type': 'application/json' };
    const opened = await fetch(`${here}/api/v1/session`, { method: 'POST', headers, body: JSON.stringify(body) });
    const other = cookieOf(opened)!;
    const taken = await ask('POST', `${AT}/${await idOf()}/remove`, await proof(), other);
    expect(problemOf(taken)).toEqual([403, 'wrong-key']);
    const bob = new SoftwareAuthenticator(here);
    expect(await signInBy(bob)).toEqual([401, 'wrong-key']);
    const late = key.get(await toShow());
    p.clock.advance(180_000);
    expect(problemOf(await signIn({ key: late }))).toEqual([401, 'wrong-key']);
    expect(await signInBy(key)).toEqual([200, 'undefined']);
  });

  it.each<[string, Lies]>([
    ['for another site', { origin: 'https://console.example.org' }],
    ['by another key', { forged: true }],
    ['for another relying party', { rpId: 'console.example.org' }],
    ['for another account', { userHandle: 'AAAA' }],
    ['with nobody there', { flags: 0 }],
  ])('takes nothing signed %s', async (_, lies) => {
    await add();
    expect(await signInBy(key, lies)).toEqual([401, 'wrong-key']);
    expect(await refusals('signIn')).toEqual(['wrong key']);
  });

  it('does not take another account’s key', async () => {
    await add();
    const bob = await p.join('bob', 'analyst');
    const [, { options }] = await ask('POST', `${AT}/begin`, { password: PASSWORD }, bob);
    const bobs = new SoftwareAuthenticator(here);
    await ask('POST', AT, { name: 'of bob', credential: bobs.create(options as CreationOptions) }, bob);
    expect(await signInBy(bobs, { userHandle: key.userHandle })).toEqual([401, 'wrong-key']);
    expect((await signIn({ key: key.get(await toShow()) }, 'bob'))[0]).toBe(401);
  });

  it('refuses a key that counts back, and says so in the audit; those that never count are fine', async () => {
    await add();
    expect(await signInBy(key)).toEqual([200, 'undefined']);
    for (const signCount of [0, 1, 2]) expect(await signInBy(key, { signCount })).toEqual([401, 'key-counted-back']);
    expect(await refusals('signIn')).toEqual(Array(3).fill('the key counted back'));
    expect(await signInBy(key)).toEqual([200, 'undefined']);
    const passkey = new SoftwareAuthenticator(here);
    await add(passkey, await proof());
    for (let i = 0; i < 3; i++) expect(await signInBy(passkey)).toEqual([200, 'undefined']);
  });

  it('keeps few challenges of an account, and takes none of another away', async () => {
    await add();
    const first = await toShow();
    for (let i = 0; i < 5; i++) await toShow();
    expect(problemOf(await signIn({ key: key.get(first) }))).toEqual([401, 'wrong-key']);
    const mine = await toShow();
    const bob = await p.join('bob', 'analyst');
    for (let i = 0; i < 8; i++) await ask('POST', `${AT}/begin`, { password: PASSWORD }, bob);
    expect((await signIn({ key: key.get(mine) }))[0]).toBe(200);
  });

  it('fills no audit with wrong keys, and never makes a right one wait', async () => {
    await add();
    for (let i = 0; i < 8; i++) expect(await signInBy(key, { forged: true })).toEqual([401, 'wrong-key']);
    expect((await refusals('signIn')).length).toBeLessThan(8);
    expect(await signInBy(key)).toEqual([200, 'undefined']);
  });

  it('is not for programs, which take a recovery code', async () => {
    const [recovery] = await add();
    const program = (factor: object): Promise<Answer> =>
      ask('POST', '/api/v1/auth/token', {
        name: 'ada',
        password: PASSWORD,
        program: 'a report',
        role: 'analyst',
        ...factor,
      });
    expect(problemOf(await program({}))).toEqual([401, 'key-needed']);
    expect((await program({ key: key.get(await toShow()) }))[0]).toBe(400);
    expect((await program({ code: recovery }))[0]).toBe(200);
  });

  it('takes codes, keys and recovery codes side by side', async () => {
    const [recovery] = await add();
    expect((await signIn({ code: recovery }))[0]).toBe(200);
    expect(problemOf(await signIn({ code: recovery }))).toEqual([401, 'wrong-code']);
    expect(problemOf(await signIn({ code: '000000' }))).toEqual([401, 'wrong-code']);
    const shown = await turnCodesOn(await proof());
    expect(problemOf(await signIn())).toEqual([401, 'code-or-key-needed']);
    expect((await signIn({ code: shown() }))[0]).toBe(200);
    expect(await signInBy(key)).toEqual([200, 'undefined']);
  });
});

describe('changing and removing', () => {
  it('renames by the password', async () => {
    await add();
    const rename = (password: string): Promise<Answer> =>
      idOf().then((id) => asAda('PATCH', `${AT}/${id}`, { name: 'in the safe', password }));
    expect(problemOf(await rename('wrong'))).toEqual([403, 'wrong-password']);
    expect(await rename(PASSWORD)).toMatchObject([200, { name: 'in the safe' }]);
    expect(problemOf(await asAda('PATCH', `${AT}/abcdefghijkl`, { name: 'x', password: PASSWORD }))).toEqual([
      404,
      'no-such-key',
    ]);
  });

  it('removes by a present factor, and recovery codes with the last', async () => {
    await add();
    const at = `${AT}/${await idOf()}/remove`;
    expect(problemOf(await asAda('POST', at, {}))).toEqual([403, 'key-needed']);
    expect(problemOf(await asAda('POST', at, { code: '000000' }))).toEqual([403, 'wrong-code']);
    expect((await asAda('POST', at, await proof()))[0]).toBe(204);
    expect(await list()).toEqual([]);
    expect(await p.h.state.read.recoveryHashes('ada')).toEqual([]);
    expect((await signIn())[0]).toBe(200);
  });

  it('leaves codes on where a key goes, and keys where codes go', async () => {
    await add();
    const shown = await turnCodesOn(await proof());
    const end = '/api/v1/account/second-factor/end';
    expect((await asAda('POST', end, await proof()))[0]).toBe(204);
    expect(problemOf(await asAda('POST', end, await proof()))).toEqual([409, 'no-second-factor']);
    expect(problemOf(await signIn({ code: shown() }))).toEqual([401, 'wrong-code']);
    expect((await p.h.state.read.recoveryHashes('ada')).length).toBe(10);
    const again = await turnCodesOn(await proof());
    expect((await asAda('POST', `${AT}/${await idOf()}/remove`, { code: again() }))[0]).toBe(204);
    p.clock.advance(30_000);
    expect((await signIn({ code: again() }))[0]).toBe(200);
  });

  it('is an admin’s for another, and of whoever is at the machine', async () => {
    await add();
    const users = async (): Promise<unknown> => (await p.ask('GET', '/api/v1/users', { cookie: p.admin }))[1]['users'];
    expect(await users()).toMatchObject([{ name: 'ada', secondFactor: true }, { secondFactor: false }]);
    expect((await p.ask('DELETE', '/api/v1/users/ada/second-factor', { cookie: p.admin }))[0]).toBe(204);
    expect(await users()).toMatchObject([{ name: 'ada', secondFactor: false }, {}]);
    expect((await signIn())[0]).toBe(200);
    await add(new SoftwareAuthenticator(here));
    await p.h.api.recoverPath({ account: 'ada', by: 'cli:root', secondFactorOff: true });
    expect((await signIn())[0]).toBe(200);
    expect(await p.h.state.read.recoveryHashes('ada')).toEqual([]);
  });
});
