/** Access tokens that are not what they seem, each signed as an attacker could sign it, and one that is, so that each refusal is for its own reason. */
import { createHmac, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { JsonWebKey, KeyObject } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sealerOf } from '@netsentinel/kernel/sealer';
import { PASSWORD } from '@netsentinel/testkit/api-harness';
import { AUDIENCE, ISSUER } from '../../auth/access-tokens.ts';
import { startPeople, type People } from '../identity.fixture.ts';

type Json = Record<string, unknown>;

const sealer = sealerOf(randomBytes(32));
let p: People;
/** What signs here, as somebody has it who has stolen the install's key and its state. */
let stolen: KeyObject;
let kid: string;
let genuine: string;
let program: string;

beforeAll(async () => {
  p = await startPeople({ sealer });
  await p.join('ada', 'analyst');
  const body = { name: 'ada', password: PASSWORD, program: 'a report', role: 'analyst' };
  const [, issued] = await p.ask('POST', '/api/v1/auth/token', { origin: null, body });
  genuine = String(issued['accessToken']);
  program = String(issued['program']);
  const [key] = await p.h.state.read.signingKeys();
  kid = key!.id;
  const opened = Buffer.from(sealer.open(key!.sealedKey, `signing-key ${kid}`)!).toString('utf8');
  stolen = createPrivateKey({ key: JSON.parse(opened) as JsonWebKey, format: 'jwk' });
});
afterAll(() => p.h.close());

const seconds = (): number => Math.floor(p.clock.now() / 1000);
const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
/** That a token of ours has; what is undefined is left out. */
const header = (change: Json = {}): Json => ({ alg: 'ES256', kid, typ: 'at+jwt', ...change });
const claims = (change: Json = {}): Json => ({
  client_id: program,
  iss: ISSUER,
  aud: AUDIENCE,
  sub: 'ada',
  jti: 'abcdefghijkl',
  iat: seconds(),
  exp: seconds() + 300,
  ...change,
});

function signed(head: Json, body: Json, key: KeyObject = stolen, hash = 'sha256'): string {
  const text = `${encoded(head)}.${encoded(body)}`;
  const signature = sign(hash, Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' });
  return `${text}.${signature.toString('base64url')}`;
}

function withHmac(head: Json, secret: string | Buffer): string {
  const text = `${encoded(head)}.${encoded(claims())}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

async function statusOf(token: string): Promise<number> {
  return (await p.ask('GET', '/api/v1/incidents', { headers: { authorization: `Bearer ${token}` } }))[0];
}

it('is taken as it was issued, and as whoever has the private key can make one', async () => {
  expect(await statusOf(genuine)).toBe(200);
  expect(await statusOf(signed(header(), claims()))).toBe(200);
  expect(await statusOf(signed(header(), claims({ more: 'x'.repeat(500) })))).toBe(200);
});

it('says who, for whom and until when, and has a type of its own (RFC 9068)', () => {
  const [head, body] = genuine
    .split('.')
    .slice(0, 2)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as Json);
  expect(head).toEqual({ alg: 'ES256', kid, typ: 'at+jwt' });
  const { iat, ...rest } = body!;
  expect(rest).toEqual({
    client_id: program,
    iss: 'netsentinel',
    aud: 'netsentinel-api',
    sub: 'ada',
    jti: expect.stringMatching(/^[\w-]{12}$/),
    exp: Number(iat) + 300,
  });
});

const publicPem = (): string => createPublicKey(stolen).export({ type: 'spki', format: 'pem' }).toString();
const publicJwk = (): JsonWebKey => createPublicKey(stolen).export({ format: 'jwk' });
const strange = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const strange384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
const strangeRsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const strangeJwk = strange.publicKey.export({ format: 'jwk' });

/** Made when they are asked for: the keys and the clock are there by then. */
const FORGED: Readonly<Record<string, () => string>> = {
  'without a signature, by algorithm “none”': () => `${encoded(header({ alg: 'none' }))}.${encoded(claims())}.`,
  'by “nOnE”, with the signature of another': () =>
    `${encoded(header({ alg: 'nOnE' }))}.${encoded(claims())}.${genuine.split('.')[2]}`,
  'without a signature, by our algorithm': () => `${encoded(header())}.${encoded(claims())}.`,
  'without an algorithm': () => signed(header({ alg: undefined }), claims()),
  'by HS256 with the public key (PEM) as the secret': () => withHmac(header({ alg: 'HS256' }), publicPem()),
  'by HS256 with the public key (JWK) as the secret': () =>
    withHmac(header({ alg: 'HS256' }), JSON.stringify(publicJwk())),
  'by HS256 with nothing as the secret': () => withHmac(header({ alg: 'HS256' }), ''),
  'by an HMAC that is called ES256': () => withHmac(header(), publicPem()),
  'by ES384': () => signed(header({ alg: 'ES384' }), claims(), strange384, 'sha384'),
  'by RS256': () => signed(header({ alg: 'RS256' }), claims(), strangeRsa),
  'by another key under our key’s id': () => signed(header(), claims(), strange.privateKey),
  'by another key that it brings along': () => signed(header({ jwk: strangeJwk }), claims(), strange.privateKey),
  'by another key, under its own id': () => signed(header({ kid: 'x'.repeat(43) }), claims(), strange.privateKey),
  'by another key that it says where to find': () =>
    signed(header({ jku: 'http://127.0.0.1:9/keys' }), claims(), strange.privateKey),
  'with a key id that is a path': () => signed(header({ kid: '../../../../dev/null' }), claims()),
  'with a key id that is a number': () => signed(header({ kid: 7 }), claims()),
  'without a key id': () => signed(header({ kid: undefined }), claims()),
  'of another type': () => signed(header({ typ: 'JWT' }), claims()),
  'of no type': () => signed(header({ typ: undefined }), claims()),
  'with an extension that must be understood': () => signed(header({ crit: ['x'], x: 1 }), claims()),
  'with a body that is not encoded': () => signed(header({ b64: false, crit: ['b64'] }), claims()),
  'that is over': () => signed(header(), claims({ iat: seconds() - 300, exp: seconds() })),
  'that is not good yet': () => signed(header(), claims({ nbf: seconds() + 1 })),
  'of the future': () => signed(header(), claims({ iat: seconds() + 60 })),
  'without an end': () => signed(header(), claims({ exp: undefined })),
  'whose end is no number': () => signed(header(), claims({ exp: '9999999999' })),
  'of a year, made long ago': () => signed(header(), claims({ iat: seconds() - 3_600, exp: seconds() + 31_536_000 })),
  'that does not say when it was made': () => signed(header(), claims({ iat: undefined })),
  'for another audience': () => signed(header(), claims({ aud: 'another-api' })),
  'for no audience': () => signed(header(), claims({ aud: undefined })),
  'of another issuer': () => signed(header(), claims({ iss: 'https://elsewhere.example' })),
  'of nobody': () => signed(header(), claims({ sub: undefined })),
  'of somebody else than who signed the program in': () => signed(header(), claims({ sub: 'admin' })),
  'of a program that there is not': () => signed(header(), claims({ client_id: 'abcdefghijkl' })),
  'of no program': () => signed(header(), claims({ client_id: undefined })),
  'of a program that is an object': () => signed(header(), claims({ client_id: { $ne: '' } })),
  'without an id': () => signed(header(), claims({ jti: undefined })),
  'whose claims were changed': () => {
    const [head, , signature] = genuine.split('.');
    return `${head}.${encoded(claims({ sub: 'admin' }))}.${signature}`;
  },
  'whose header was changed': () => {
    const [, body, signature] = genuine.split('.');
    return `${encoded({ ...header(), x: 1 })}.${body}.${signature}`;
  },
  'whose signature was changed': () => {
    const [head, body, signature] = genuine.split('.');
    return `${head}.${body}.${signature!.startsWith('A') ? 'B' : 'A'}${signature!.slice(1)}`;
  },
  'whose signature was cut short': () => genuine.slice(0, -4),
  'whose signature is all zeros': () => `${encoded(header())}.${encoded(claims())}.${'A'.repeat(86)}`,
  'that is too long': () => signed(header(), claims({ more: 'x'.repeat(2_000) })),
  'that is far too long': () => `${'e'.repeat(5_000)}.${'e'.repeat(5_000)}.e`,
  'with a header that is no JSON': () => `${Buffer.from('{').toString('base64url')}.${encoded(claims())}.AAAA`,
  'with claims that are no object': () => signed(header(), [1] as unknown as Json),
  'in five parts, as encrypted ones are': () => `${genuine}.AAAA.AAAA`,
  'in two parts': () => genuine.split('.').slice(0, 2).join('.'),
  'with something after it': () => `${genuine},${genuine}`,
};

describe('a token', () => {
  it.each(Object.keys(FORGED))('%s is refused', async (what) => {
    expect(await statusOf(FORGED[what]!())).toBe(401);
    expect(p.errors).toEqual([]);
  });

  it('with any part changed is refused', async () => {
    // The last character of a signature has bits that say nothing.
    for (let at = 0; at < genuine.length - 1; at += 7) {
      const other = genuine[at] === 'x' ? 'y' : 'x';
      expect([at, await statusOf(genuine.slice(0, at) + other + genuine.slice(at + 1))]).toEqual([at, 401]);
    }
    expect(p.errors).toEqual([]);
  });

  it('of another install is refused', async () => {
    const other = await startPeople();
    try {
      const body = { name: 'admin', password: PASSWORD, program: 'x', role: 'admin' };
      const [, issued] = await other.ask('POST', '/api/v1/auth/token', { origin: null, body });
      const headers = { authorization: `Bearer ${String(issued['accessToken'])}` };
      expect((await other.ask('GET', '/api/v1/incidents', { headers }))[0]).toBe(200);
      expect(await statusOf(String(issued['accessToken']))).toBe(401);
    } finally {
      await other.h.close();
    }
  });

  it('is none where it is no bearer’s, nor in a cookie', async () => {
    const ask = async (options: object): Promise<number> => (await p.ask('GET', '/api/v1/incidents', options))[0];
    expect(await ask({ headers: { authorization: `DPoP ${genuine}` } })).toBe(401);
    expect(await ask({ headers: { authorization: genuine } })).toBe(401);
    expect(await ask({ cookie: `netsentinel-session=${genuine}` })).toBe(401);
    expect((await p.ask('GET', `/api/v1/incidents?access_token=${genuine}`))[0]).toBe(401);
  });
});
