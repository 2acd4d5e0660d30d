import { randomBytes } from 'node:crypto';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { unpackFirst } from './unpack.ts';

const words = 'A long walk by the river. ';

it.each([
  ['gzip', gzipSync],
  ['X-Gzip ', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
])('%s is unpacked up to a bound, from its beginning alone too', async (encoding, pack) => {
  const headers = { 'content-encoding': encoding };
  expect((await unpackFirst(pack(words), headers, 1000)).toString()).toBe(words);
  expect((await unpackFirst(pack(Buffer.alloc(50_000_000)), headers, 1000)).length).toBe(1000);
  const noise = randomBytes(100_000);
  const first = await unpackFirst(pack(noise).subarray(0, 60_000), headers, 1_000_000);
  expect(first.length).toBeGreaterThan(10_000);
  expect(first.equals(noise.subarray(0, first.length))).toBe(true);
});

it('what is packed in no way that is known stays as it is, and what is broken is no mistake of ours', async () => {
  const body = Buffer.from(words);
  for (const encoding of [undefined, 'identity', 'compress', 'gzip, gzip'])
    expect(await unpackFirst(body, { 'content-encoding': encoding }, 1000)).toBe(body);
  expect((await unpackFirst(body, { 'content-encoding': 'gzip' }, 1000)).length).toBe(0);
  expect((await unpackFirst(Buffer.alloc(0), { 'content-encoding': 'br' }, 1000)).length).toBe(0);
});
