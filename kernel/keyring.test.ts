import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openKeyring, readKeyring, readKeyringFile, type KeptKeyring, type KeyringOptions } from './keyring-files.ts';
import { parseMasterKey } from './master-key.ts';
import { sealerOf } from './sealer.ts';

const SECRET = Buffer.from('Passw0rd of somebody');
let directory: string;
beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), 'keyring-'))));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const at = (name: string): string => join(directory, name);
const open = (options: Partial<KeyringOptions> = {}): KeptKeyring => openKeyring({ directory, ...options }, 1000);
const opened = (sealed: string, options?: Partial<KeyringOptions>): string | undefined => {
  const bytes = open(options).keyring.open(sealed, 'a test');
  return bytes && Buffer.from(bytes).toString();
};
const code = (expected: string): unknown => expect.objectContaining({ code: expected });

describe('a keyring', () => {
  it('is made once, for nobody else to read, and holds no key in the clear', () => {
    const { keyring } = open();
    const sealed = keyring.seal(SECRET, 'a test');
    expect(readdirSync(directory).toSorted()).toEqual(['keys.json', 'secrets.key']);
    for (const name of ['keys.json', 'secrets.key']) expect(statSync(at(name)).mode & 0o777).toBe(0o600);
    expect(opened(sealed)).toBe(String(SECRET));
    expect(sealed).toMatch(new RegExp(`^v2\\.${keyring.active}\\.`));
    expect(keyring.list()).toEqual([{ id: keyring.active, createdAt: 1000, active: true }]);
    const before = readFileSync(at('keys.json'), 'utf8');
    open();
    expect(readFileSync(at('keys.json'), 'utf8')).toBe(before);
  });

  it('opens what was sealed before there was one, and seals no more so', () => {
    const key = randomBytes(32);
    writeFileSync(at('secrets.key'), `${key.toString('base64')}\n`);
    const old = sealerOf(key).seal(SECRET, 'a test');
    expect(open().keyring.seal(SECRET, 'a test')).toMatch(/^v2\./);
    open().rotateMaster();
    expect(opened(old)).toBe(String(SECRET));
    expect(open().keyring.list()).toMatchObject([{ id: 'v1', active: false }, { active: true }]);
  });

  it('seals with a new key once rotated, and opens what any of them sealed', () => {
    const kept = open();
    const seals = [0, 1, 2].map((n) => {
      if (n > 0) kept.keyring.rotate(1000 + n);
      return kept.keyring.seal(SECRET, 'a test');
    });
    expect(new Set(seals.map((sealed) => sealed.split('.')[1])).size).toBe(3);
    expect(seals.map((sealed) => opened(sealed))).toEqual(Array(3).fill(String(SECRET)));
    expect(open().keyring.list()).toMatchObject([
      { createdAt: 1000, active: false },
      { createdAt: 1001, active: false },
      { createdAt: 1002, active: true },
    ]);
  });

  it('gives each file a key of its own, by kind and salt, and none where the data key is unknown', () => {
    const { keyring } = open();
    const salts = [randomBytes(32), randomBytes(32)];
    const keys = salts.flatMap((salt) => ['a', 'b'].map((kind) => keyring.derive(keyring.active, salt, kind)));
    expect(new Set(keys.map((key) => Buffer.from(key!).toString('hex'))).size).toBe(4);
    expect(keyring.derive('0'.repeat(16), salts[0]!, 'a')).toBeUndefined();
    expect(open().keyring.derive(keyring.active, salts[0]!, 'a')).toEqual(keys[0]);
  });

  it('is wrapped by another master key on order, and then opens with that one alone', () => {
    const kept = open();
    const sealed = kept.keyring.seal(SECRET, 'a test');
    const oldMaster = readFileSync(at('secrets.key'));
    kept.rotateMaster();
    kept.keyring.rotate(2000);
    expect(readdirSync(directory).toSorted()).toEqual(['keys.json', 'secrets.key']);
    expect(opened(sealed)).toBe(String(SECRET));
    writeFileSync(at('secrets.key'), oldMaster);
    expect(() => open()).toThrow(code('MASTER_KEY_WRONG'));
  });

  it.each([
    ['the master key is written', ['secrets.key.next'], 'old'],
    ['the data keys are wrapped anew', ['secrets.key.next', 'keys.json'], 'new'],
  ])('opens everything where its rotation ended once %s', (_, done, master) => {
    const kept = open();
    const sealed = kept.keyring.seal(SECRET, 'a test');
    const before = mkdtempSync(join(tmpdir(), 'keyring-'));
    try {
      kept.copyTo(before);
      kept.rotateMaster();
      const masters = { old: join(before, 'secrets.key'), new: at('secrets.key') };
      const wanted = readFileSync(masters[master as 'old' | 'new'], 'utf8');
      cpSync(at('secrets.key'), at('secrets.key.next'));
      for (const name of ['secrets.key', 'keys.json']) if (!done.includes(name)) cpSync(join(before, name), at(name));
      expect(Buffer.from(readKeyring({ directory }).open(sealed, 'a test')!)).toEqual(SECRET);
      expect(existsSync(at('secrets.key.next'))).toBe(true);
      expect(opened(sealed)).toBe(String(SECRET));
      expect(readFileSync(at('secrets.key'), 'utf8')).toBe(wanted);
      expect(existsSync(at('secrets.key.next'))).toBe(false);
    } finally {
      rmSync(before, { recursive: true });
    }
  });

  it('is made anew where its making ended before there was anything to seal with', () => {
    open();
    cpSync(at('secrets.key'), at('secrets.key.next'));
    rmSync(at('keys.json'));
    rmSync(at('secrets.key'));
    expect(opened(open().keyring.seal(SECRET, 'a test'))).toBe(String(SECRET));
  });

  it('stays as it was where a new key cannot be kept', () => {
    const kept = open();
    const { keyring } = kept;
    const before = keyring.active;
    const files = readdirSync(directory).map((name) => [name, readFileSync(at(name), 'utf8')]);
    rmSync(directory, { recursive: true });
    expect(() => keyring.rotate(2000)).toThrow('ENOENT');
    expect(() => kept.rotateMaster()).toThrow('ENOENT');
    expect(keyring.active).toBe(before);
    expect(keyring.list()).toHaveLength(1);
    directory = mkdtempSync(join(tmpdir(), 'keyring-'));
    for (const [name, text] of files) writeFileSync(at(name!), text!);
    expect(opened(keyring.seal(SECRET, 'a test'))).toBe(String(SECRET));
  });
});

describe('a master key of the configuration', () => {
  const [one, other] = [randomBytes(32), randomBytes(32)];

  it('leaves none beside the data, takes the place of the file, and gives it back', () => {
    const sealed = open().keyring.seal(SECRET, 'a test');
    expect(opened(sealed, { masterKey: one })).toBe(String(SECRET));
    expect(readdirSync(directory)).toEqual(['keys.json']);
    expect(() => open()).toThrow(code('MASTER_KEY_MISSING'));
    expect(() => open({ masterKey: one }).rotateMaster()).toThrow(code('MASTER_KEY_CONFIGURED'));
    expect(opened(sealed, { previousMasterKey: one })).toBe(String(SECRET));
    expect(opened(sealed)).toBe(String(SECRET));
  });

  it('is changed by naming the one before it', () => {
    const sealed = open({ masterKey: one }).keyring.seal(SECRET, 'a test');
    expect(readdirSync(directory)).toEqual(['keys.json']);
    expect(() => open({ masterKey: other })).toThrow(code('MASTER_KEY_WRONG'));
    expect(opened(sealed, { masterKey: other, previousMasterKey: one })).toBe(String(SECRET));
    expect(opened(sealed, { masterKey: other })).toBe(String(SECRET));
    expect(() => open({ masterKey: one })).toThrow(code('MASTER_KEY_WRONG'));
  });

  it('is 32 bytes in base64 or hexadecimal digits, and no words', () => {
    for (const written of [one.toString('base64'), one.toString('base64url'), `${one.toString('hex')}\n`])
      expect(parseMasterKey(written)).toEqual(one);
    for (const wrong of [
      '',
      'correct horse battery staple',
      one.subarray(1).toString('hex'),
      `${one.toString('hex')}00`,
    ])
      expect(parseMasterKey(wrong)).toBeUndefined();
  });
});

describe('a keyring that is lost or damaged', () => {
  it.each([
    ['secrets.key', undefined, 'MASTER_KEY_MISSING'],
    ['secrets.key', 'AAAA', 'MASTER_KEY_DAMAGED'],
    ['secrets.key', `netsentinel-master-key-1 ${randomBytes(32).toString('base64')}\n`, 'MASTER_KEY_WRONG'],
    ['keys.json', undefined, 'KEYRING_MISSING'],
    ['keys.json', '{"version":1', 'KEYRING_DAMAGED'],
    ['keys.json', '{"version":2,"keys":[]}', 'KEYRING_DAMAGED'],
  ])('says so, and makes no other: %s as %j', (name, text, expected) => {
    open();
    if (text === undefined) rmSync(at(name));
    else writeFileSync(at(name), text);
    expect(() => open()).toThrow(code(expected));
    expect(() => readKeyring({ directory })).toThrow(code(expected));
    expect(existsSync(at(name)) && readFileSync(at(name), 'utf8')).toBe(text ?? false);
  });

  it('says so where one wrapped key was touched', () => {
    open();
    const file = readKeyringFile(directory)!;
    const [{ wrapped, ...rest }] = file.keys as [(typeof file.keys)[0]];
    const touched = (wrapped.startsWith('A') ? 'B' : 'A') + wrapped.slice(1);
    for (const key of [
      { ...rest, wrapped: touched },
      { wrapped, ...rest, createdAt: 7 },
    ]) {
      writeFileSync(at('keys.json'), JSON.stringify({ ...file, keys: [key] }));
      expect(() => open()).toThrow(code('KEYRING_DAMAGED'));
    }
  });
});
