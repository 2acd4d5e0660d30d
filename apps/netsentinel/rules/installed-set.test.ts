import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InstalledSets, mergeSets } from './installed-set.ts';
import type { RuleSource } from './rule-source.ts';

let folder: string;
let sets: InstalledSets;
const NOW = Date.UTC(2026, 10, 21);

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'netsentinel-sets-')), 'rules');
  sets = new InstalledSets(folder);
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true }));

const source = (version: string, files: Record<string, string>): RuleSource => ({
  name: 'theirs',
  version,
  files: Object.entries(files).map(([path, text]) => ({ path, text })),
});
const textOf = (path: string): string => readFileSync(join(folder, 'theirs', path), 'utf8');
const edit = (path: string, text: string): void => writeFileSync(join(folder, 'theirs', path), text);

describe('an installed set', () => {
  it('is there with its version, and goes again', async () => {
    expect(await sets.list()).toEqual([]);
    const report = await sets.install(source('1', { 'a.yml': 'A1', 'deep/b.yml': 'B1' }), NOW);
    expect(report).toMatchObject({ before: undefined, added: ['a.yml', 'deep/b.yml'], kept: [], conflicts: [] });
    expect(await sets.list()).toMatchObject([
      { name: 'theirs', version: '1', installedAt: '2026-11-21T00:00:00.000Z' },
    ]);
    expect([textOf('a.yml'), textOf('deep/b.yml')]).toEqual(['A1', 'B1']);
    await sets.remove('theirs');
    expect(await sets.list()).toEqual([]);
    await expect(sets.remove('theirs')).rejects.toMatchObject({ code: 'RULES_SET_UNKNOWN' });
  });

  it('takes updates but keeps what the user changed, added and removed', async () => {
    await sets.install(
      source('1', {
        'same.yml': 'S',
        'theirs.yml': '1',
        'mine.yml': '1',
        'both.yml': '1',
        'gone.yml': '1',
        'off.yml': '1',
      }),
      NOW,
    );
    edit('mine.yml', 'my change');
    edit('both.yml', 'my change');
    edit('own.yml', 'my own');
    rmSync(join(folder, 'theirs', 'off.yml'));
    const report = await sets.install(
      source('2', {
        'same.yml': 'S',
        'theirs.yml': '2',
        'mine.yml': '1',
        'both.yml': '2',
        'off.yml': '1',
        'new.yml': '2',
      }),
      NOW,
    );
    expect(report).toEqual({
      name: 'theirs',
      version: '2',
      before: '1',
      added: ['new.yml'],
      updated: ['theirs.yml'],
      removed: ['gone.yml'],
      kept: ['mine.yml', 'both.yml', 'own.yml'],
      conflicts: ['both.yml'],
    });
    expect((await readdir(join(folder, 'theirs'))).sort()).toEqual([
      'both.yml',
      'both.yml.new',
      'mine.yml',
      'new.yml',
      'own.yml',
      'same.yml',
      'set.json',
      'theirs.yml',
    ]);
    expect([textOf('both.yml'), textOf('both.yml.new'), textOf('mine.yml')]).toEqual(['my change', '2', 'my change']);
    // Once the user takes theirs, it is updated again like any other.
    edit('both.yml', '2');
    const third = await sets.install(source('3', { 'both.yml': '3', 'mine.yml': '1' }), NOW);
    expect(third).toMatchObject({ updated: ['both.yml'], kept: ['mine.yml', 'own.yml'], conflicts: [] });
    expect(await readdir(join(folder, 'theirs'))).not.toContain('both.yml.new');
  });

  it('goes back to a version that was installed before, the last three are kept', async () => {
    for (const version of ['1', '2', '3', '4']) await sets.install(source(version, { 'a.yml': version }), NOW);
    expect(await sets.versions('theirs')).toEqual(['2', '3', '4']);
    await sets.install(await sets.publication('theirs', '2'), NOW);
    expect(textOf('a.yml')).toBe('2');
    expect((await sets.list())[0]?.version).toBe('2');
    await expect(sets.publication('theirs', '1')).rejects.toMatchObject({ code: 'RULES_VERSION_UNKNOWN' });
  });

  it('is the old one or the new one after a crash', async () => {
    await sets.install(source('1', { 'a.yml': '1' }), NOW);
    renameSync(join(folder, 'theirs'), join(folder, 'theirs.old'));
    mkdirSync(join(folder, 'theirs.building'));
    expect(await new InstalledSets(folder).list()).toMatchObject([{ version: '1' }]);
    expect((await readdir(folder)).sort()).toEqual(['theirs', 'theirs.versions']);
    mkdirSync(join(folder, 'theirs.old'));
    expect(await sets.list()).toHaveLength(1);
    expect(await readdir(folder)).not.toContain('theirs.old');
  });

  it('says when its record is damaged', async () => {
    await sets.install(source('1', { 'a.yml': '1' }), NOW);
    edit('set.json', '{}');
    await expect(sets.list()).rejects.toMatchObject({ code: 'RULES_SET_DAMAGED' });
  });
});

it('merges the file of any name, also one that every object has', () => {
  const { files, report } = mergeSets({}, new Map(), [{ path: 'constructor', text: 'x' }]);
  expect(files).toEqual([{ path: 'constructor', text: 'x' }]);
  expect(report.added).toEqual(['constructor']);
});
