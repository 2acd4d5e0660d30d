/** The keys of access tokens: for whoever checks tokens elsewhere, over their rotation, a restart and a lost key of the install. */
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import { sealerOf } from '@netsentinel/kernel/sealer';
import { PASSWORD, startApi } from '@netsentinel/testkit/api-harness';
import { startPeople, type People } from '../identity.fixture.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const ROTATE = '/api/v1/auth/keys/rotate';
const sealer = sealerOf(randomBytes(32));
let p: People;

beforeEach(async () => {
  p = await startPeople({ sealer });
});
afterEach(() => p.h.close());

interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
}

async function signIn(): Promise<Tokens> {
  p.clock.advance(6_000);
  const body = { name: 'admin', password: PASSWORD, program: 'a report', role: 'admin' };
  return (await p.ask('POST', '/api/v1/auth/token', { origin: null, body }))[1] as unknown as Tokens;
}

async function refresh({ refreshToken }: Tokens): Promise<Tokens> {
  const [status, tokens] = await p.ask('POST', '/api/v1/auth/refresh', { origin: null, body: { refreshToken } });
  expect(status).toBe(200);
  return tokens as unknown as Tokens;
}

const published = async (): Promise<JSONWebKeySet> =>
  (await p.ask('GET', '/api/v1/auth/keys'))[1] as unknown as JSONWebKeySet;
const idsOf = async (): Promise<unknown[]> => (await published()).keys.map(({ kid }) => kid);
const bearer = ({ accessToken }: Tokens) => ({ headers: { authorization: `Bearer ${accessToken}` } });
const reads = async (tokens: Tokens): Promise<number> => (await p.ask('GET', '/api/v1/incidents', bearer(tokens)))[0];

function kidOf({ accessToken }: Tokens): unknown {
  const header = Buffer.from(accessToken.split('.')[0]!, 'base64url').toString('utf8');
  return (JSON.parse(header) as { kid: unknown }).kid;
}

async function rotate(body: object = {}): Promise<[number, Record<string, unknown>]> {
  return p.ask('POST', ROTATE, { cookie: p.admin, body });
}

describe('the public keys', () => {
  it('let anybody check a token, and say nothing of the private ones', async () => {
    expect(await published()).toEqual({ keys: [] });
    const { accessToken } = await signIn();
    const keys = await published();
    const { payload } = await jwtVerify(accessToken, createLocalJWKSet(keys), { currentDate: new Date(p.clock.now()) });
    expect(payload.sub).toBe('admin');
    expect(Object.keys(keys.keys[0]!).toSorted()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
  });

  it('are all that the state has to read', async () => {
    await signIn();
    const [kept] = await p.h.state.read.signingKeys();
    const opened = Buffer.from(sealer.open(kept!.sealedKey, `signing-key ${kept!.id}`)!).toString('utf8');
    const { d } = JSON.parse(opened) as { d: string };
    expect(d).toMatch(/^[\w-]{43}$/);
    expect(JSON.stringify(kept)).not.toContain(d);
  });
});

describe('a new key', () => {
  it('by order signs what comes; the one before counts for five minutes more', async () => {
    const before = await signIn();
    const [status, { key }] = await rotate();
    const kid = (key as { kid: string }).kid;
    expect(status).toBe(200);
    expect(await idsOf()).toEqual([kid, kidOf(before)]);
    const after = await refresh(before);
    expect([kidOf(after), await reads(before), await reads(after)]).toEqual([kid, 200, 200]);
    p.clock.advance(5 * MINUTE_MS);
    expect(await idsOf()).toEqual([kid]);
    expect(await reads(await refresh(after))).toBe(200);
  });

  it('by order ends the ones before at once, where that is asked for; programs go on', async () => {
    const before = await signIn();
    expect(await reads(before)).toBe(200);
    expect((await rotate({ endOld: true }))[0]).toBe(200);
    expect(await idsOf()).toHaveLength(1);
    expect(await reads(before)).toBe(401);
    expect(await reads(await refresh(before))).toBe(200);
  });

  it('ends also a key that was to count for some minutes more', async () => {
    const before = await signIn();
    await rotate();
    expect(await reads(before)).toBe(200);
    await rotate({ endOld: true });
    expect(await reads(before)).toBe(401);
  });

  it('is ordered by admins in person, and not without end', async () => {
    const tokens = await signIn();
    expect((await p.ask('POST', ROTATE, { ...bearer(tokens), body: {} }))[0]).toBe(403);
    const statuses: number[] = [];
    for (let n = 0; n < 20; n++) statuses.push((await rotate())[0]);
    expect([statuses.at(-2), statuses.at(-1)]).toEqual([200, 409]);
    p.clock.advance(5 * MINUTE_MS);
    expect((await rotate())[0]).toBe(200);
  });

  it('comes by itself after thirty days, with the next token, and is told of', async () => {
    let tokens = await signIn();
    const first = kidOf(tokens);
    for (const days of [10, 10]) {
      p.clock.advance(days * DAY_MS);
      tokens = await refresh(tokens);
      expect(kidOf(tokens)).toBe(first);
    }
    p.clock.advance(10 * DAY_MS - 1);
    const last = await refresh(tokens);
    expect(kidOf(last)).toBe(first);
    p.clock.advance(1);
    const next = await refresh(last);
    expect(kidOf(next)).not.toBe(first);
    expect([await reads(last), await reads(next)]).toEqual([200, 200]);
    const { records } = await p.h.state.read.audit({ action: 'rotateKeys' });
    expect(records).toMatchObject([
      { account: 'platform:schedule', before: { key: first }, after: { key: kidOf(next), why: 'age' } },
      { account: 'platform:schedule', after: { key: first, why: 'first' } },
    ]);
    await p.h.state.transaction((tx) => tx.pruneAccess(p.clock.now() + 5 * MINUTE_MS + 1));
    expect((await p.h.state.read.signingKeys()).map(({ id }) => id)).toEqual([kidOf(next)]);
  });
});

describe('over a restart', () => {
  it('tokens, programs and keys go on', async () => {
    const tokens = await signIn();
    const again = await startApi({ clock: p.clock, state: p.h.state, sealer });
    try {
      expect((await again.call('GET', '/api/v1/incidents', bearer(tokens))).status).toBe(200);
      const body = { refreshToken: tokens.refreshToken };
      const response = await again.call('POST', '/api/v1/auth/refresh', { origin: null, body });
      expect(kidOf((await response.json()) as Tokens)).toBe(kidOf(tokens));
    } finally {
      await again.close();
    }
  });

  it('with another key of the install a new pair takes over, and what was signed counts until it is over', async () => {
    const before = await signIn();
    const again = await startApi({ clock: p.clock, state: p.h.state, sealer: sealerOf(randomBytes(32)) });
    try {
      const body = { refreshToken: before.refreshToken };
      const response = await again.call('POST', '/api/v1/auth/refresh', { origin: null, body });
      const after = (await response.json()) as Tokens;
      expect(kidOf(after)).not.toBe(kidOf(before));
      for (const tokens of [before, after])
        expect((await again.call('GET', '/api/v1/incidents', bearer(tokens))).status).toBe(200);
    } finally {
      await again.close();
    }
    const { records } = await p.h.state.read.audit({ action: 'rotateKeys', limit: 1 });
    expect(records).toMatchObject([{ after: { why: 'unreadable' } }]);
  });
});
