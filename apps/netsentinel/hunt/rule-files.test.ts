import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readRuleFiles } from './rule-files.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'netsentinel-rule-files-'));
  await mkdir(join(folder, 'rules', 'deep'), { recursive: true });
  await mkdir(join(folder, 'empty'));
  for (const name of ['b.yml', 'a.yaml', 'a.cases.yml', 'deep/c.yml', 'README.md']) {
    await writeFile(join(folder, 'rules', name), name);
  }
});

afterAll(() => rm(folder, { recursive: true }));

it('takes named files as they are and every rule below a folder, but no cases', async () => {
  const files = await readRuleFiles([join(folder, 'rules/README.md'), join(folder, 'rules')]);
  expect(files.map(({ text }) => text)).toEqual(['README.md', 'a.yaml', 'b.yml', 'deep/c.yml']);
});

it('says what is not there, or too large to be a rule', async () => {
  await expect(readRuleFiles([join(folder, 'nowhere')])).rejects.toMatchObject({ code: 'RULES_NOT_FOUND' });
  await expect(readRuleFiles([join(folder, 'empty')])).rejects.toMatchObject({ code: 'RULES_NOT_FOUND' });
  await writeFile(join(folder, 'large.yml'), ' '.repeat(5 * 1024 * 1024));
  await expect(readRuleFiles([join(folder, 'large.yml')])).rejects.toMatchObject({ code: 'RULES_TOO_LARGE' });
});
