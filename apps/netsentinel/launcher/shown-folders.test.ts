import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { groupIds, shownFolders } from './shown-folders.ts';

const folder = mkdtempSync(join(tmpdir(), 'ns-shown-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
mkdirSync(join(folder, 'nginx'));
writeFileSync(join(folder, 'auth.log'), '');

describe('folders that are shown', () => {
  it.each([
    ['of a file, its folder: rotation makes others of it', 'auth.log', ''],
    ['of a folder, itself', 'nginx', 'nginx'],
    ['of a pattern, what is in front of it', 'nginx/*.log', 'nginx'],
    ['of what is not there yet, the nearest above it', 'later/deeper/x.log', ''],
  ])('%s', (_what, path, shown) => {
    expect(shownFolders([join(folder, path)])).toEqual([join(folder, shown)]);
  });

  it('are named once, and never all there is', () => {
    expect(shownFolders([join(folder, 'auth.log'), join(folder, 'b.log')])).toEqual([folder]);
    expect(shownFolders(['/*.log', '/nowhere/x.log', '/etc/passwd', '/proc/*/environ'])).toEqual([]);
  });
});

describe('groups', () => {
  it('are those that exist, and never root’s', () => {
    const file = join(folder, 'group');
    writeFileSync(file, 'root:x:0:\nadm:x:4:syslog\nsystemd-journal:x:999:\n');
    expect(groupIds(['adm', 'systemd-journal', 'nobody-knows', 'root', 'adm'], file)).toEqual([4, 999]);
    expect(groupIds(['adm'], join(folder, 'none'))).toEqual([]);
  });
});
