import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { passingKeyring } from './keyring.ts';
import { sealerOf } from './sealer.ts';

const SECRET = Buffer.from('twenty bytes of both');

it.each([
  ['one key', (): ReturnType<typeof sealerOf> => sealerOf(randomBytes(32))],
  ['a keyring', passingKeyring],
])('opens nothing of another account, another key, or what was touched: %s', (_, make) => {
  const sealer = make();
  const sealed = sealer.seal(SECRET, 'totp ada');
  expect(Buffer.from(sealer.open(sealed, 'totp ada')!)).toEqual(SECRET);
  expect(sealed).not.toContain(SECRET.toString('base64url'));
  expect(sealer.seal(SECRET, 'totp ada')).not.toBe(sealed);
  expect(sealer.open(sealed, 'totp eve')).toBeUndefined();
  expect(make().open(sealed, 'totp ada')).toBeUndefined();
  // The last character of base64 holds bits that say nothing.
  for (let at = 0; at < sealed.length - 1; at++) {
    const other = sealed[at] === 'A' ? 'B' : 'A';
    const touched = sealed.slice(0, at) + other + sealed.slice(at + 1);
    expect([at, sealer.open(touched, 'totp ada')]).toEqual([at, undefined]);
  }
  for (const none of ['', 'v1.', 'v2.', 'v1.AAAA', `v3.${sealed.slice(3)}`, sealed.slice(0, -8)])
    expect([none, sealer.open(none, 'totp ada')]).toEqual([none, undefined]);
});
