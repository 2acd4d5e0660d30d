import { describe, expect, it } from 'vitest';
import { aesCmac, CIPHER, decrypt, encrypt, sessionKeys, sign, SIGNING, verify } from './smb2-crypto.ts';

/** RFC 4493, section 4. */
const KEY = Buffer.from('2b7e151628aed2a6abf7158809cf4f3c', 'hex');
const TEXT = Buffer.from(
  '6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710',
  'hex',
);

it.each([
  [0, 'bb1d6929e95937287fa37d129b756746'],
  [16, '070a16b46b4d4144f79bdd9dd04a287c'],
  [40, 'dfa66747de9ae63030ca32611497c827'],
  [64, '51f0bebf7e3b9d92fc49741779363cfe'],
])('AES-CMAC of %i bytes is that of RFC 4493', (length, code) => {
  expect(aesCmac(KEY, TEXT.subarray(0, length)).toString('hex')).toBe(code);
});

describe('a message', () => {
  const message = Buffer.concat([Buffer.from('fe534d4240000000', 'hex'), Buffer.alloc(120, 3)]);

  it.each(Object.values(SIGNING))('is signed by way %i, and no other key fits', (algorithm) => {
    const signed = Buffer.from(message);
    sign(signed, KEY, algorithm);
    expect(verify(signed, KEY, algorithm)).toBe(true);
    expect(verify(signed, Buffer.alloc(16, 1), algorithm)).toBe(false);
    signed[100]! ^= 1;
    expect(verify(signed, KEY, algorithm)).toBe(false);
  });

  it.each(Object.values(CIPHER))('is encrypted by cipher %i and not changed on its way', (cipher) => {
    const key = Buffer.alloc(cipher >= CIPHER.aes256Ccm ? 32 : 16, 9);
    const sealed = encrypt(message, key, cipher, 5n, 1n);
    expect(sealed.readUInt32LE(0)).toBe(0x424d_53fd);
    expect(decrypt(sealed, key, cipher)).toEqual(message);
    sealed[60]! ^= 1;
    expect(decrypt(sealed, key, cipher)).toBeUndefined();
  });
});

it('keys differ by dialect and direction', () => {
  const hash = Buffer.alloc(64, 1);
  const old = sessionKeys(0x0210, KEY, hash, 0);
  const three = sessionKeys(0x0300, KEY, hash, CIPHER.aes128Ccm);
  const last = sessionKeys(0x0311, KEY, hash, CIPHER.aes256Gcm);
  expect(old.signing).toEqual(KEY);
  expect(
    new Set([three.signing, three.fromClient, three.toClient, last.signing].map((key) => key.toString('hex'))).size,
  ).toBe(4);
  expect([three.fromClient.length, last.fromClient.length, last.signing.length]).toEqual([16, 32, 16]);
});
