/** `keys`: shows which keys there are, and never one of them. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openKeyring } from '@netsentinel/kernel/keyring-files';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { dataFolder, prepareDataFolder, type DataFolder } from '../launcher/data-folder.ts';
import { captured } from './captured.fixture.ts';

let top: string;
let folder: DataFolder;
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'ns-keys-'));
  folder = dataFolder(join(top, 'data'));
  writeFileSync(join(top, 'netsentinel.yaml'), `data: ${folder.root}\n`);
  prepareDataFolder(folder, undefined);
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

const cli = (...args: string[]): ReturnType<typeof captured> =>
  captured(['--config', join(top, 'netsentinel.yaml'), 'keys', ...args]);

it('lists them with their ages, and none of their bytes', async () => {
  const { keyring } = openKeyring({ directory: folder.platform }, Date.now() - 7_200_000);
  const [first] = keyring.list();
  const second = keyring.rotate(Date.now());
  const { code, out } = await cli('list', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(out)).toEqual({
    master: { id: expect.stringMatching(/^[0-9a-f]{16}$/) as string, configured: false },
    keys: [{ ...first, active: false }, second],
  });
  const table = (await cli('list')).out;
  expect(table).toMatch(new RegExp(`${first?.id} .* 2 h`));
  expect(table).toMatch(new RegExp(`${second.id} .*sealed with it`));
  const master = readFileSync(join(folder.platform, 'secrets.key'), 'utf8').trim().split(' ')[1]!;
  for (const shown of [out, table]) expect(shown).not.toContain(master);
});

it('says that there are none yet, and that a new one needs a running NetSentinel', async () => {
  expect((await cli('list')).err).toContain('no keys yet');
  const { code, err } = await cli('rotate');
  expect(code).toBe(3);
  expect(err).toContain('not running');
});
