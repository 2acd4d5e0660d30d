import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  dataFolder,
  giveFolder,
  installSeed,
  isRunning,
  lockDataFolder,
  personaSeed,
  prepareDataFolder,
  shareRules,
  type DataFolder,
} from './data-folder.ts';

let top: string;
let folder: DataFolder;
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'ns-data-'));
  folder = dataFolder(join(top, 'data'));
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

describe('the data folder', () => {
  it('is made with parts that only their owners enter, and again without harm', () => {
    prepareDataFolder(folder, undefined);
    prepareDataFolder(folder, undefined);
    expect(statSync(folder.platform).mode & 0o777).toBe(0o700);
    expect(statSync(folder.enforcer).mode & 0o777).toBe(0o700);
    expect(readFileSync(join(folder.root, 'VERSION'), 'utf8')).toBe('1\n');
  });

  it('refuses data of a newer program, and paths that no socket fits in', () => {
    prepareDataFolder(folder, undefined);
    writeFileSync(join(folder.root, 'VERSION'), '99\n');
    expect(() => prepareDataFolder(folder, undefined)).toThrow(expect.objectContaining({ code: 'DATA_TOO_NEW' }));
    expect(() => prepareDataFolder(dataFolder(join(top, 'x'.repeat(120))), undefined)).toThrow(
      expect.objectContaining({ code: 'DATA_PATH_TOO_LONG' }),
    );
  });

  it('says what is wrong when it cannot be made', () => {
    writeFileSync(join(top, 'file'), '');
    expect(() => prepareDataFolder(dataFolder(join(top, 'file')), undefined)).toThrow(
      expect.objectContaining({ code: 'DATA_NOT_WRITABLE', fault: 'user' }),
    );
  });

  it.runIf(process.getuid?.() === 0)('shows rules to the platform, which cannot change them', () => {
    prepareDataFolder(folder, 61_202);
    mkdirSync(join(folder.rules, 'set'));
    writeFileSync(join(folder.rules, 'set', 'rule.yml'), '', { mode: 0o600 });
    symlinkSync('/etc/passwd', join(folder.rules, 'link'));
    shareRules(folder);
    const rights = (path: string) => {
      const { uid, gid, mode } = statSync(join(folder.rules, path));
      return { uid, gid, mode: mode & 0o777 };
    };
    expect(rights('set')).toEqual({ uid: 0, gid: 61_202, mode: 0o750 });
    expect(rights('set/rule.yml')).toEqual({ uid: 0, gid: 61_202, mode: 0o640 });
    expect(statSync('/etc/passwd').gid).toBe(0);
    // What comes later is of the same group from the first.
    mkdirSync(join(folder.rules, 'set', 'later'), { mode: 0o750 });
    expect(rights('set/later').gid).toBe(61_202);
  });

  it.runIf(process.getuid?.() === 0)('changes hands whole when the rights of the platform change', () => {
    prepareDataFolder(folder, undefined);
    mkdirSync(join(folder.platform, 'deep'));
    writeFileSync(join(folder.platform, 'deep', 'file'), '');
    const outside = join(top, 'outside');
    writeFileSync(outside, '');
    symlinkSync(outside, join(folder.platform, 'link'));
    prepareDataFolder(folder, 61_202);
    expect(statSync(join(folder.platform, 'deep', 'file')).uid).toBe(61_202);
    expect(statSync(folder.platform).uid).toBe(61_202);
    expect(statSync(outside).uid).toBe(0);
    prepareDataFolder(folder, undefined);
    expect(statSync(join(folder.platform, 'deep', 'file')).uid).toBe(0);
  });

  it.runIf(process.getuid?.() === 0)('is left alone where its top has the right owner', () => {
    prepareDataFolder(folder, undefined);
    writeFileSync(join(folder.platform, 'file'), '');
    chownSync(join(folder.platform, 'file'), 5, 5);
    giveFolder(folder.platform, 0);
    expect(statSync(join(folder.platform, 'file')).uid).toBe(5);
  });
});

describe('its lock', () => {
  it('keeps a second one out, and is free after', () => {
    prepareDataFolder(folder, undefined);
    expect(isRunning(folder)).toBe(false);
    const release = lockDataFolder(folder);
    expect(isRunning(folder)).toBe(true);
    expect(() => lockDataFolder(folder)).toThrow(expect.objectContaining({ code: 'DATA_LOCKED' }));
    release();
    expect(existsSync(join(folder.root, 'LOCK'))).toBe(false);
    lockDataFolder(folder)();
  });

  it('is taken from a holder that was killed and that nobody has buried yet', async () => {
    prepareDataFolder(folder, undefined);
    // Its parent, which becomes `cat`, never asks for how it ended.
    const parent = spawn('sh', ['-c', 'sleep 60 & echo $!; exec cat'], { stdio: ['pipe', 'pipe', 'ignore'] });
    const [said] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(said.toString());
    const start = readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[21];
    writeFileSync(join(folder.root, 'LOCK'), `${pid} ${start}\n`);
    expect(isRunning(folder)).toBe(true);
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[2]).toBe('Z');
    expect(isRunning(folder)).toBe(false);
    lockDataFolder(folder)();
    parent.stdin.end();
  });

  it.each(['4194000 12345\n', '1 0\n', `${process.pid} 1\n`, '', 'nonsense'])(
    'is taken from a holder that is gone: %j',
    (text) => {
      prepareDataFolder(folder, undefined);
      writeFileSync(join(folder.root, 'LOCK'), text);
      expect(isRunning(folder)).toBe(false);
      const release = lockDataFolder(folder);
      expect(isRunning(folder)).toBe(true);
      release();
    },
  );
});

describe('the install', () => {
  it('has one seed for ever, which only its owner reads', () => {
    prepareDataFolder(folder, undefined);
    const seed = installSeed(folder);
    expect(seed).toHaveLength(32);
    expect(installSeed(folder)).toEqual(seed);
    expect(statSync(join(folder.root, 'install.json')).mode & 0o777).toBe(0o600);
  });

  it.each(['{}', 'not json', '{"id":"x","seed":"y","createdAt":"z"}'])('says when its file is damaged: %s', (text) => {
    prepareDataFolder(folder, undefined);
    writeFileSync(join(folder.root, 'install.json'), text);
    expect(() => installSeed(folder)).toThrow(expect.objectContaining({ code: 'DATA_INSTALL_DAMAGED' }));
  });

  it('gives each persona a seed of its own', () => {
    const install = new Uint8Array(32).fill(7);
    expect(personaSeed(install, 'a')).toBe(personaSeed(install, 'a'));
    expect(personaSeed(install, 'a')).not.toBe(personaSeed(install, 'b'));
    expect(Buffer.from(personaSeed(install, 'a'), 'base64')).toHaveLength(32);
  });
});
