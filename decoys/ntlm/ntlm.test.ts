import { describe, expect, it } from 'vitest';
import { AV, readAvPairs, utf16, writeAvPairs } from './av-pairs.ts';
import { hashcatLine } from './hashcat.ts';
import { NtlmAcceptor } from './ntlm-acceptor.ts';
import { NTLM } from './ntlm-flags.ts';
import { fileTime, readAuthenticate, writeChallenge } from './ntlm-messages.ts';
import { checkMic, findPassword, lmHash, matchPassword, ntHash, responseKind } from './ntlm-response.ts';
import { NtlmSealing } from './ntlm-sealing.ts';
import type { NtlmAuthenticate, NtlmTarget } from './ntlm.types.ts';
import { ntlmClient } from './ntlm-client.fixture.ts';
import { OID, readSpnego, spnegoHello } from './spnego.ts';

/** The examples of MS-NLMP section 4.2: user `User` of `Domain`, password `Password`. */
const CHALLENGE = Buffer.from('0123456789abcdef', 'hex');
const EXAMPLE: NtlmAuthenticate = {
  flags: 0xe202_8233,
  user: 'User',
  domain: 'Domain',
  workstation: 'COMPUTER',
  lmResponse: Buffer.from('98def7b87f88aa5dafe2df779688a172def11c7d5ccdef13', 'hex'),
  ntResponse: Buffer.from('67c43011f30298a2ad35ece64f16331c44bdbed927841f94', 'hex'),
  encryptedSessionKey: Buffer.from('518822b1b3f350c8958682ecbb3e3cb7', 'hex'),
  version: undefined,
  anonymous: false,
  mic: undefined,
  targetName: undefined,
};
const ESS: NtlmAuthenticate = {
  ...EXAMPLE,
  flags: 0x820a_8233,
  lmResponse: Buffer.from('aaaaaaaaaaaaaaaa00000000000000000000000000000000', 'hex'),
  ntResponse: Buffer.from('7537f803ae367128ca458204bde7caf81e97ed2683267232', 'hex'),
  encryptedSessionKey: Buffer.alloc(0),
};
const V2: NtlmAuthenticate = {
  ...EXAMPLE,
  flags: 0xe28a_8233,
  ntResponse: Buffer.from(
    '68cd0ab851e51c96aabc927bebef6a1c01010000000000000000000000000000aaaaaaaaaaaaaaaa0000000002000c0044006f006d00610069006e0001000c005300650072007600650072000000000000000000',
    'hex',
  ),
  encryptedSessionKey: Buffer.from('c5dad2544fc9799094ce1ce90bc9d03e', 'hex'),
};
const EXPORTED = Buffer.alloc(16, 0x55);

describe('a response', () => {
  it('is checked as the specification’s examples are made', () => {
    expect(ntHash('Password').toString('hex')).toBe('a4f49c406510bdcab6824ee7c30fd852');
    expect(lmHash('Password').toString('hex')).toBe('e52cac67419a9a224a3b108f3fa6cb6d');
    expect(matchPassword(EXAMPLE, CHALLENGE, 'Password')).toEqual(EXPORTED);
    expect(matchPassword(ESS, CHALLENGE, 'Password')?.toString('hex')).toBe('eb93429a8bd952f8b89c55b87f475edc');
    expect(matchPassword(V2, CHALLENGE, 'Password')).toEqual(EXPORTED);
    const lm = { ...EXAMPLE, ntResponse: Buffer.alloc(0) };
    expect(matchPassword(lm, CHALLENGE, 'Password')).toEqual(EXPORTED);
    // Section 4.2.4.2.1.
    const lmv2 = {
      ...lm,
      lmResponse: Buffer.from('86c35097ac9cec102554764a57cccc19aaaaaaaaaaaaaaaa', 'hex'),
      flags: 0,
    };
    expect(matchPassword(lmv2, CHALLENGE, 'Password')).toHaveLength(16);
    expect(matchPassword(lmv2, CHALLENGE, 'password')).toBeUndefined();
    expect([EXAMPLE, ESS, V2, lm].map(responseKind)).toEqual(['ntlm', 'ntlm-ess', 'ntlmv2', 'lm']);
  });

  it.each([EXAMPLE, ESS, V2])('of a password that is no candidate matches none', (message) => {
    expect(findPassword(message, CHALLENGE, ['123456', 'password', ''])).toBeUndefined();
    expect(findPassword(message, CHALLENGE, ['123456', 'Password', ''])?.password).toBe('Password');
  });

  it('is written as hashcat reads it', () => {
    expect(hashcatLine(EXAMPLE, CHALLENGE)).toBe(
      'User::Domain:98def7b87f88aa5dafe2df779688a172def11c7d5ccdef13:67c43011f30298a2ad35ece64f16331c44bdbed927841f94:0123456789abcdef',
    );
    expect(hashcatLine({ ...V2, user: 'a:b' }, CHALLENGE)).toMatch(
      /^a_b::Domain:0123456789abcdef:68cd0ab851e51c96aabc927bebef6a1c:0101000000000000/,
    );
    expect(hashcatLine({ ...EXAMPLE, ntResponse: Buffer.alloc(0) }, CHALLENGE)).toBeUndefined();
  });
});

describe('sealing', () => {
  it('unseals the specification’s example and answers in its own direction', () => {
    const server = new NtlmSealing(EXPORTED, V2.flags);
    const sealed = Buffer.from('54e50165bf1936dc996020c1811b0f06fb5f', 'hex');
    const signature = Buffer.from('010000007fb38ec5c55d497600000000', 'hex');
    expect(server.unseal(sealed, signature)).toEqual({ clear: utf16('Plaintext'), valid: true });
    const client = new NtlmSealing(EXPORTED, V2.flags, 'client');
    const answer = server.seal(Buffer.from('answer'));
    expect(client.unseal(answer.sealed, answer.signature)).toEqual({ clear: Buffer.from('answer'), valid: true });
    server.restart();
    client.restart();
    expect(client.verify(Buffer.from('again'), server.sign(Buffer.from('again')))).toBe(true);
    expect(client.verify(Buffer.from('changed'), server.sign(Buffer.from('again')))).toBe(false);
  });
});

const TARGET: NtlmTarget = {
  netbiosDomain: 'WORKGROUP',
  netbiosComputer: 'FILES01',
  dnsDomain: 'example.net',
  dnsComputer: 'files01.example.net',
  inDomain: false,
  version: { major: 6, minor: 1, build: 0 },
};
const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);

describe('a challenge', () => {
  it('names the machine and grants what was asked for', () => {
    const challenge = writeChallenge({
      target: TARGET,
      serverChallenge: CHALLENGE,
      clientFlags: NTLM.unicode | NTLM.requestTarget | NTLM.sign | NTLM.extendedSessionSecurity,
      now: NOW,
    });
    expect(challenge.readUInt32LE(20)).toBe(
      NTLM.unicode |
        NTLM.requestTarget |
        NTLM.sign |
        NTLM.ntlm |
        NTLM.targetTypeServer |
        NTLM.extendedSessionSecurity |
        NTLM.targetInfo |
        NTLM.version,
    );
    const pairs = readAvPairs(challenge.subarray(challenge.readUInt32LE(44)));
    expect([...pairs.keys()]).toEqual([2, 1, 4, 3, 7]);
    expect(pairs.get(AV.dnsComputer)?.toString('utf16le')).toBe('files01.example.net');
    expect(pairs.get(AV.timestamp)?.readBigUInt64LE()).toBe(fileTime(NOW));
    expect(fileTime(0)).toBe(116_444_736_000_000_000n);
  });

  it('survives what is cut anywhere', () => {
    const client = ntlmClient({ user: 'anna', password: 'secret' });
    const server = new NtlmAcceptor(TARGET, CHALLENGE, () => NOW);
    server.step(client.negotiate());
    const { message } = client.authenticate(server.challenge!);
    for (let length = 0; length < message.length; length++) {
      const read = readAuthenticate(message.subarray(0, length));
      expect(read?.user ?? 'anna').toBe('anna');
    }
    expect(readAvPairs(writeAvPairs([[AV.dnsTree, utf16('x')]]).subarray(0, 5)).size).toBe(0);
  });
});

describe('a login', () => {
  it.each(['bare', 'spnego', 'spnego-second'] as const)('is led to its end: %s', (wrapping) => {
    const client = ntlmClient({ user: 'anna', password: 'secret', domain: 'FILES01', wrapping });
    const server = new NtlmAcceptor(TARGET, CHALLENGE, () => NOW);
    let token = client.first();
    let step = server.step(token);
    while (step.kind === 'continue') {
      token = client.next(step.token);
      step = server.step(token);
    }
    if (step.kind !== 'authenticate') throw new Error('malformed');
    expect(step.message).toMatchObject({ user: 'anna', domain: 'FILES01', anonymous: false });
    const match = findPassword(step.message, CHALLENGE, ['other', 'secret'])!;
    expect(match.sessionKey).toEqual(client.sessionKey);
    expect(checkMic(step.message, match.sessionKey, server.negotiate!, server.challenge!, step.raw)).toBe(true);
    const forged = Buffer.from(step.raw);
    forged[forged.length - 1]! ^= 1;
    expect(checkMic(step.message, match.sessionKey, server.negotiate!, server.challenge!, forged)).toBe(false);
    const last = server.accept(match.sessionKey, step.message.flags);
    expect(client.finished(last)).toBe(true);
  });

  it('of nobody is anonymous', () => {
    const client = ntlmClient({ user: '', password: '' });
    const server = new NtlmAcceptor(TARGET, CHALLENGE, () => NOW);
    server.step(client.first());
    const step = server.step(client.next(server.challenge!));
    expect(step).toMatchObject({ kind: 'authenticate', message: { anonymous: true } });
  });

  it('that makes no sense is malformed', () => {
    const server = new NtlmAcceptor(TARGET, CHALLENGE, () => NOW);
    const client = ntlmClient({ user: 'a', password: 'b' });
    expect(server.step(Buffer.from('nonsense'))).toEqual({ kind: 'malformed' });
    expect(server.step(spnegoHello([OID.kerberos]))).toEqual({ kind: 'malformed' });
    expect(server.step(Buffer.concat([client.negotiate().subarray(0, 8), Buffer.of(3, 0, 0, 0)]))).toEqual({
      kind: 'malformed',
    });
    expect(server.reject().length).toBeGreaterThan(0);
  });
});

it('begins SPNEGO with its mechanisms', () => {
  const hello = spnegoHello([OID.ntlmssp]);
  expect(hello.toString('latin1')).toContain('not_defined_in_RFC4178@please_ignore');
  expect(readSpnego(hello)?.mechanisms).toEqual([OID.ntlmssp]);
  expect(readSpnego(Buffer.from('6005', 'hex'))).toBeUndefined();
});
