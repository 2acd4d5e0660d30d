import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { create } from 'tar';
import { readRuleSource } from './rule-source.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'netsentinel-rule-source-'));
  const set = join(folder, 'Their Rules-1.4.0');
  mkdirSync(join(set, 'rules', '.git'), { recursive: true });
  for (const name of ['a.yml', 'b.yaml', 'a.cases.yml', 'README.md', '.git/config.yml'])
    writeFileSync(join(set, 'rules', name), `text of ${name}`);
  writeFileSync(join(set, 'c.yml'), 'text of c.yml');
  symlinkSync('/etc/hostname', join(set, 'link.yml'));
});

afterAll(() => rmSync(folder, { recursive: true }));

const expected = [
  ['c.yml', 'text of c.yml'],
  ['rules/a.yml', 'text of a.yml'],
  ['rules/b.yaml', 'text of b.yaml'],
];

it('takes the rules of a folder: no cases, nothing hidden, no links', async () => {
  const source = await readRuleSource(join(folder, 'Their Rules-1.4.0'));
  expect(source.files.map(({ path, text }) => [path, text])).toEqual(expected);
  expect(source).toMatchObject({ name: 'their-rules', version: '1.4.0' });
});

it.each([
  ['set-r2026-10-01.tar', false],
  ['set-r2026-10-01.tar.gz', true],
  ['set-r2026-10-01.tgz', true],
])('takes the same rules out of %s, without the folder around them', async (name, zipped) => {
  const path = join(folder, name);
  await create({ file: path, cwd: folder, gzip: zipped, filter: (entry) => !entry.includes('.git') }, [
    'Their Rules-1.4.0',
  ]);
  const source = await readRuleSource(path);
  expect(source.files.map(({ path: at, text }) => [at, text])).toEqual(expected);
  expect(source).toMatchObject({ name: 'set', version: 'r2026-10-01' });
});

it('takes the same rules out of a zip, whatever it is called', async () => {
  const path = join(folder, 'rules.download');
  writeFileSync(path, zipOf(expected.map(([name = '', text = '']) => [`outer/${name}`, text])));
  const source = await readRuleSource(path);
  expect(source.files.map(({ path: at, text }) => [at, text])).toEqual(expected);
  expect(source.version).toMatch(/^[0-9a-f]{12}$/);
});

it('refuses paths that lead out of the set, and hidden ones', async () => {
  for (const name of ['../../evil.yml', 'a/../../evil.yml', '.ssh/evil.yml']) {
    const path = join(folder, 'evil.zip');
    writeFileSync(path, zipOf([[name, 'x']]));
    await expect(readRuleSource(path)).rejects.toMatchObject({ code: 'RULES_SOURCE_INVALID' });
  }
});

it('refuses what is larger than rules can be, also when the archive hides it', async () => {
  const path = join(folder, 'bomb.zip');
  writeFileSync(path, zipOf([['bomb.yml', '0'.repeat(5 * 1024 * 1024)]]));
  await expect(readRuleSource(path)).rejects.toMatchObject({ message: expect.stringContaining('more than') });
  writeFileSync(join(folder, 'large.yml'), '0'.repeat(5 * 1024 * 1024));
  const tar = join(folder, 'bomb.tgz');
  await create({ file: tar, cwd: folder, gzip: true }, ['large.yml']);
  await expect(readRuleSource(tar)).rejects.toMatchObject({ message: expect.stringContaining('more than') });
});

it('says what is wrong with what is no set of rules', async () => {
  for (const [name, content] of [
    ['broken.zip', 'PK\u0003\u0004 broken'],
    ['broken.tgz', gzipSync('no tar').subarray(0, 15)],
    ['empty.tar', Buffer.alloc(1024)],
  ] as const) {
    writeFileSync(join(folder, name), content);
    await expect(readRuleSource(join(folder, name))).rejects.toMatchObject({
      code: 'RULES_SOURCE_INVALID',
      hint: expect.any(String),
    });
  }
  await expect(readRuleSource(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'RULES_SOURCE_INVALID' });
});

/** Written by Python's standard library: a zip that is not our reader's own idea of one. */
function zipOf(files: readonly (readonly [string, string])[]): Buffer {
  const program =
    'import io,json,sys,zipfile\nout=io.BytesIO()\nz=zipfile.ZipFile(out,"w",zipfile.ZIP_DEFLATED)\n' +
    'for name,text in json.load(sys.stdin): z.writestr(name,text)\nz.close()\nsys.stdout.buffer.write(out.getvalue())';
  return execFileSync('python3', ['-c', program], { input: JSON.stringify(files), maxBuffer: 1 << 24 });
}
