import { createHash, createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { deriveHostKeys, fingerprintOf, publicKeyFromBlob } from './host-keys.ts';
import { HOST_KEY_ALGORITHMS } from './negotiation.ts';
import { WireReader, WireWriter } from './wire.ts';

const seed = (text: string) => createHash('sha256').update(text).digest();
const keys = deriveHostKeys(seed('one'));

/** The two numbers of an ECDSA signature side by side, 32 bytes each. */
function joined(signature: Uint8Array): Buffer {
  const reader = new WireReader(signature);
  const numbers = [reader.mpint(), reader.mpint()];
  return Buffer.concat(numbers.map((number) => Buffer.concat([Buffer.alloc(32 - number.length), number])));
}

describe('deriveHostKeys', () => {
  it('gives the same keys for the same seed and others for another', () => {
    const prints = (text: string) => deriveHostKeys(seed(text)).all.map((key) => key.fingerprint);
    expect(prints('one')).toEqual(keys.all.map((key) => key.fingerprint));
    expect(new Set([...prints('one'), ...prints('two')]).size).toBe(6);
  });

  it('stays the same for ever', () => {
    expect(keys.all.map((key) => key.fingerprint)).toMatchInlineSnapshot(`
      [
        "SHA256:6SBVfC1PcmoI5Nc2pH1uHfBhEl90QpF4ZVR60nEkITQ",
        "SHA256:VQvn9Xp+1BmsBrspw6zKOvFEyFk3g0Hxi2nVDFFtpfI",
        "SHA256:ipBsvOFI63NbnW3giFc71/Izm+Sz4dlmAtOjU74SLxk",
      ]
    `);
  });

  it.each(HOST_KEY_ALGORITHMS)('signs with %s so that the public blob verifies it', (algorithm) => {
    const key = keys.for(algorithm);
    const data = Buffer.from('exchange hash');
    const reader = new WireReader(key.sign(algorithm, data));
    expect(reader.cstring()).toBe(algorithm);
    const signature = reader.string();
    const publicKey = publicKeyFromBlob(key.blob)!;
    const hash = {
      'rsa-sha2-512': 'sha512',
      'rsa-sha2-256': 'sha256',
      'ecdsa-sha2-nistp256': 'sha256',
      'ssh-ed25519': null,
    };
    const raw = algorithm === 'ecdsa-sha2-nistp256' ? joined(signature) : signature;
    expect(verify(hash[algorithm], data, { key: publicKey, dsaEncoding: 'ieee-p1363' }, raw)).toBe(true);
  });

  it('makes an RSA key of 3072 bits with the usual exponent', () => {
    const details = publicKeyFromBlob(keys.all[0]!.blob)!.asymmetricKeyDetails!;
    expect(details).toMatchObject({ modulusLength: 3072, publicExponent: 65_537n });
  });
});

describe('publicKeyFromBlob', () => {
  it('reads keys of all the usual types', () => {
    for (const [curve, name] of [
      ['P-256', 'nistp256'],
      ['P-384', 'nistp384'],
      ['P-521', 'nistp521'],
    ] as const) {
      const { publicKey } = generateKeyPairSync('ec', { namedCurve: curve });
      const jwk = publicKey.export({ format: 'jwk' });
      const point = Buffer.concat([Buffer.of(4), Buffer.from(jwk.x!, 'base64url'), Buffer.from(jwk.y!, 'base64url')]);
      const blob = new WireWriter().string(`ecdsa-sha2-${name}`).string(name).string(point).copy();
      expect(publicKeyFromBlob(blob)!.equals(createPublicKey(publicKey.export({ type: 'spki', format: 'pem' })))).toBe(
        true,
      );
    }
  });

  it('answers undefined for what is no key', () => {
    const blob = new WireWriter().string('ssh-ed25519').string('short').copy();
    for (const bytes of [Buffer.alloc(0), Buffer.from('x'), blob, new WireWriter().string('ssh-dss').copy()])
      expect(publicKeyFromBlob(bytes)).toBeUndefined();
  });
});

describe('fingerprintOf', () => {
  it('prints as ssh-keygen does', () => {
    expect(fingerprintOf(Buffer.from('x'))).toBe('SHA256:LXEWQrcmsEQBYnyp+6wy9chTD7GQPMTbAiWHF5IaSIE');
  });
});
