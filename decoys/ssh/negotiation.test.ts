import { describe, expect, it } from 'vitest';
import {
  decodeProposal,
  encodeProposal,
  hassh,
  negotiate,
  SERVER_PROPOSAL,
  serverKexInit,
  wantsExtensions,
  wantsStrictKex,
  type Proposal,
} from './negotiation.ts';

const client: Proposal = {
  kex: ['curve25519-sha256', 'ext-info-c', 'kex-strict-c-v00@openssh.com'],
  hostKey: ['ssh-ed25519'],
  cipherIn: ['aes128-ctr'],
  cipherOut: ['aes256-gcm@openssh.com'],
  macIn: ['hmac-sha2-256'],
  macOut: ['nothing-we-know'],
  compressionIn: ['none'],
  compressionOut: ['zlib@openssh.com'],
  firstKexPacketFollows: false,
};

describe('negotiate', () => {
  it("takes the client's first choice that the server has, each way apart", () => {
    expect(negotiate(client)).toEqual({
      ok: true,
      value: {
        kex: 'curve25519-sha256',
        hostKey: 'ssh-ed25519',
        cipherIn: 'aes128-ctr',
        cipherOut: 'aes256-gcm@openssh.com',
        macIn: 'hmac-sha2-256',
        macOut: '<implicit>',
        compressionIn: 'none',
        compressionOut: 'zlib@openssh.com',
        skipGuess: false,
      },
    });
  });

  it.each([
    [{ kex: ['kex-strict-s-v00@openssh.com'] }, 'no matching key exchange method found'],
    [{ hostKey: ['ssh-dss'] }, 'no matching host key type found'],
    [{ cipherIn: ['3des-cbc'] }, 'no matching cipher found'],
    [{ macIn: ['hmac-md5'] }, 'no matching MAC found'],
    [{ compressionOut: ['zlib'] }, 'no matching compression method found'],
  ])('says what is missing for %j', (change, reason) => {
    expect(negotiate({ ...client, ...change })).toEqual({ ok: false, reason });
  });

  it('skips a guess unless it names what the server prefers', () => {
    const skips = (change: Partial<Proposal>) => {
      const result = negotiate({ ...client, firstKexPacketFollows: true, ...change });
      return result.ok && result.value.skipGuess;
    };
    expect(skips({})).toBe(true);
    expect(skips({ kex: ['sntrup761x25519-sha512'], hostKey: ['rsa-sha2-512'] })).toBe(false);
    expect(skips({ firstKexPacketFollows: false })).toBe(false);
  });
});

describe('proposals', () => {
  it('survive encoding', () => {
    expect(decodeProposal(encodeProposal(client, Buffer.alloc(16)))).toEqual(client);
    expect(decodeProposal(serverKexInit(Buffer.alloc(16, 3)))).toEqual(SERVER_PROPOSAL);
  });

  it('are refused when cut anywhere', () => {
    const whole = encodeProposal(client, Buffer.alloc(16));
    for (let length = 0; length < whole.length; length++)
      expect(decodeProposal(whole.subarray(0, length))).toBeUndefined();
  });

  it('offer nothing that Debian does not: KEXINIT is 1132 bytes with its padding', () => {
    const payload = serverKexInit(Buffer.alloc(16));
    expect(payload.length + 1 + 11).toBe(1132);
  });

  it('tell which extensions the client wants', () => {
    expect([wantsExtensions(client), wantsStrictKex(client)]).toEqual([true, true]);
    expect([wantsExtensions(SERVER_PROPOSAL), wantsStrictKex(SERVER_PROPOSAL)]).toEqual([false, false]);
  });
});

describe('hassh', () => {
  it('is the MD5 of four lists, client to server', () => {
    const { algorithms, hash } = hassh(client);
    expect(algorithms).toBe('curve25519-sha256,ext-info-c,kex-strict-c-v00@openssh.com;aes128-ctr;hmac-sha2-256;none');
    expect(hash).toMatch(/^[0-9a-f]{32}$/);
  });
});
