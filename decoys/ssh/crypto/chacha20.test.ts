import { createCipheriv, createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { ChaCha20 } from './chacha20.ts';

const key = createHash('sha256').update('chacha').digest();

function native(sequence: number, counter: number, data: Uint8Array): string {
  const iv = Buffer.alloc(16);
  iv.writeUInt32LE(counter, 0);
  iv.writeUInt32BE(sequence, 12);
  return createCipheriv('chacha20', key, iv).update(data).toString('hex');
}

test('encrypts like OpenSSL at every length around its blocks and its native threshold', () => {
  const chacha = new ChaCha20(key);
  for (const length of [0, 1, 15, 63, 64, 65, 127, 128, 200, 1023, 2047, 2048, 2049, 40_000]) {
    const plain = Buffer.alloc(length, 'abc');
    for (const sequence of [0, 1, 0x01020304, 0xffffffff]) {
      const data = Buffer.concat([Buffer.from('before'), plain, Buffer.from('after')]);
      chacha.xor(sequence, 1, data, 6, length);
      expect(data.subarray(6, 6 + length).toString('hex')).toBe(native(sequence, 1, plain));
      expect(data.subarray(0, 6).toString()).toBe('before');
      expect(data.subarray(6 + length).toString()).toBe('after');
    }
  }
});

test('gives the keystream block that Poly1305 is keyed with', () => {
  const chacha = new ChaCha20(key);
  expect(Buffer.from(chacha.keystream(7, 0)).toString('hex')).toBe(native(7, 0, new Uint8Array(64)));
});
