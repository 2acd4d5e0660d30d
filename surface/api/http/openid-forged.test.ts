/** Identity tokens that are none: of another key, for another client, of another issuer, for another question, over, or not signed. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT, type JWTPayload } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { cookieOf } from '@netsentinel/testkit/api-harness';
import { OpenIdConfig } from '../auth/openid/openid.config.ts';
import { startPeople, type People } from './identity.fixture.ts';

const AT = '/api/v1/session/openid';
let server: Server;
let issuer: string;
let keys: Awaited<ReturnType<typeof generateKeyPair>>;
let others: Awaited<ReturnType<typeof generateKeyPair>>;
let p: People;
/** What the provider answers the next code with. */
let idToken = '';
/** What it says of itself besides, or instead. */
let said: object = {};

beforeAll(async () => {
  keys = await generateKeyPair('RS256', { extractable: true });
  others = await generateKeyPair('RS256');
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'k', alg: 'RS256', use: 'sig' };
  server = createServer((request, response) => {
    const documents: Readonly<Record<string, unknown>> = {
      '/.well-known/openid-configuration': {
        issuer,
        authorization_endpoint: `${issuer}/auth`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/keys`,
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
        ...said,
      },
      '/keys': { keys: [jwk] },
      '/token': { access_token: 'a', token_type: 'Bearer', id_token: idToken },
    };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(documents[request.url ?? '']));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  issuer = `http://localhost:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

beforeEach(async () => {
  said = {};
  const openId = { issuer, clientId: 'netsentinel', clientSecret: { value: 's' }, defaultRole: 'analyst' };
  p = await startPeople({ openId: OpenIdConfig.parse(openId) });
});
afterEach(() => p.h.close());

type Make = (claims: JWTPayload) => Promise<string> | string;
const signed = (claims: JWTPayload, key: Parameters<SignJWT['sign']>[0]): Promise<string> =>
  new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'k' }).sign(key);

async function statusOf(make: Make): Promise<number> {
  const begun = await p.h.call('POST', AT);
  const { searchParams: asked } = new URL(((await begun.json()) as { url: string }).url);
  const now = Math.floor(Date.now() / 1000);
  idToken = await make({
    iss: issuer,
    aud: 'netsentinel',
    sub: 's-ada',
    nonce: asked.get('nonce')!,
    iat: now,
    exp: now + 300,
    preferred_username: 'ada',
    groups: [],
  });
  const body = { answer: `code=c&state=${asked.get('state')}` };
  return (await p.h.call('POST', `${AT}/finish`, { cookie: cookieOf(begun), body })).status;
}

it('a true one lets in', async () => {
  expect(await statusOf((claims) => signed(claims, keys.privateKey))).toBe(200);
});

const FORGED: Readonly<Record<string, Make>> = {
  'of another key': (claims) => signed(claims, others.privateKey),
  'not signed': (claims) => new UnsecuredJWT(claims).encode(),
  'for another client': (claims) => signed({ ...claims, aud: 'another' }, keys.privateKey),
  'of another issuer': (claims) => signed({ ...claims, iss: 'https://id.example.org' }, keys.privateKey),
  'for another question': (claims) => signed({ ...claims, nonce: 'another' }, keys.privateKey),
  'without a nonce': (claims) => signed({ ...claims, nonce: undefined }, keys.privateKey),
  'that is over': (claims) => signed({ ...claims, exp: claims.iat! - 3600 }, keys.privateKey),
  'of nobody': ({ sub, ...claims }) => signed({ ...claims, name: sub }, keys.privateKey),
  'of somebody with an endless name': (claims) => signed({ ...claims, sub: 'x'.repeat(256) }, keys.privateKey),
  // In JSON half a pair is a character; a database makes another of each such half, and so one account of two people.
  'of somebody with half a character': (claims) => signed({ ...claims, sub: 's-\ud800' }, keys.privateKey),
  'of somebody with a line in their name': (claims) => signed({ ...claims, sub: 's\nada' }, keys.privateKey),
  'that is none': () => 'a.b.c',
};

it.each(Object.entries(FORGED))('one %s does not', async (_, make) => {
  expect(await statusOf(make)).toBe(401);
  expect((await p.h.state.read.accounts()).map(({ name }) => name)).toEqual(['admin']);
});

it('a provider that does not say where to ask is one that is away', async () => {
  said = { authorization_endpoint: undefined };
  expect((await p.h.call('POST', AT)).status).toBe(502);
});

it('what a browser brings is no fault of ours in the log', async () => {
  const begun = await p.h.call('POST', AT);
  const state = new URL(((await begun.json()) as { url: string }).url).searchParams.get('state');
  const body = { answer: `error=invalid_client&state=${state}` };
  expect((await p.h.call('POST', `${AT}/finish`, { cookie: cookieOf(begun), body })).status).toBe(403);
  expect(p.errors).toEqual([]);
});
