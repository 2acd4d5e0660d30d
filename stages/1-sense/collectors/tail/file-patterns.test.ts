import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { listFiles, patternRegex, rotatedOf } from './file-patterns.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'netsentinel-patterns-'));
  for (const name of ['nginx', 'nginx/old', 'apache', '.hidden']) mkdirSync(join(folder, name));
  for (const name of [
    'nginx/access.log',
    'nginx/error.log',
    'nginx/old/access.log',
    'apache/access.log',
    '.hidden/access.log',
    'app.log',
    'app.log.1',
    'app.log-20261121.gz',
    'app-20261121.log',
    'apple.log',
    'app.logs',
  ])
    writeFileSync(join(folder, name), '');
  symlinkSync(join(folder, 'apache'), join(folder, 'linked'));
  symlinkSync(join(folder, 'app.log'), join(folder, 'current.log'));
});

afterAll(() => rmSync(folder, { recursive: true }));

async function list(pattern: string, exclude: string[] = []): Promise<string[]> {
  const { files } = await listFiles([join(folder, pattern)], exclude);
  return files.map(({ path }) => path.slice(folder.length + 1)).toSorted();
}

it.each([
  ['app.log', ['app.log']],
  ['nginx/*.log', ['nginx/access.log', 'nginx/error.log']],
  ['*/access.log', ['apache/access.log', 'linked/access.log', 'nginx/access.log']],
  ['**/access.log', ['apache/access.log', 'nginx/access.log', 'nginx/old/access.log']],
  ['ap?.log', ['app.log']],
  ['[a-c]pp.log', ['app.log']],
  ['[!a]*.log', ['current.log']],
  ['nginx', ['nginx/access.log', 'nginx/error.log', 'nginx/old/access.log']],
  ['nowhere/*.log', []],
])('%s', async (pattern, expected) => {
  expect(await list(pattern)).toEqual(expected);
});

it('leaves out what is excluded', async () => {
  expect(await list('nginx', [join(folder, '**/error.log')])).toEqual(['nginx/access.log', 'nginx/old/access.log']);
});

it('names a file that is not there, since it may come', async () => {
  expect(await list('later.log')).toEqual(['later.log']);
});

it('knows what rotation made of a file, and what it did not', async () => {
  const found = await rotatedOf([join(folder, 'app.log')]);
  expect(found.map((path) => path.slice(folder.length + 1)).toSorted()).toEqual([
    'app-20261121.log',
    'app.log-20261121.gz',
    'app.log.1',
  ]);
});

it('takes characters of regular expressions for themselves', () => {
  expect(patternRegex('/var/log/a+b(1).log').test('/var/log/a+b(1).log')).toBe(true);
  expect(patternRegex('/var/log/a.log').test('/var/log/axlog')).toBe(false);
});
