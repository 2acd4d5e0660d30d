import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSealer } from './sealer.ts';

const SECRET = Buffer.from('twenty bytes of both');
let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sealer-'));
  file = join(folder, 'secrets.key');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a sealer', () => {
  it('makes its key once, for nobody else to read', () => {
    const sealed = openSealer(file).seal(SECRET, 'totp ada');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['secrets.key']);
    expect(Buffer.from(openSealer(file).open(sealed, 'totp ada')!)).toEqual(SECRET);
    expect(sealed).not.toContain(SECRET.toString('base64url'));
  });

  it('opens nothing of another account, another key, or what was touched', () => {
    const sealer = openSealer(file);
    const sealed = sealer.seal(SECRET, 'totp ada');
    expect(sealer.seal(SECRET, 'totp ada')).not.toBe(sealed);
    expect(sealer.open(sealed, 'totp eve')).toBeUndefined();
    expect(openSealer(join(folder, 'other.key')).open(sealed, 'totp ada')).toBeUndefined();
    // The last character of base64 holds bits that say nothing.
    for (let at = 0; at < sealed.length - 1; at++) {
      const other = sealed[at] === 'A' ? 'B' : 'A';
      const touched = sealed.slice(0, at) + other + sealed.slice(at + 1);
      expect([at, sealer.open(touched, 'totp ada')]).toEqual([at, undefined]);
    }
    for (const none of ['', 'v1.', 'v1.AAAA', `v2.${sealed.slice(3)}`, sealed.slice(0, -8)])
      expect([none, sealer.open(none, 'totp ada')]).toEqual([none, undefined]);
  });

  it('says that its key is damaged instead of making another', () => {
    writeFileSync(file, 'AAAA');
    expect(() => openSealer(file)).toThrow(expect.objectContaining({ code: 'SEALER_KEY_DAMAGED' }));
    expect(readFileSync(file, 'utf8')).toBe('AAAA');
  });
});
