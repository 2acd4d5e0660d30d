import {
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ListFile } from './list-file.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'netsentinel-list-'));
  path = join(folder, 'list');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('is replaced as a whole, for all to read', () => {
  const file = new ListFile(path);
  expect(file.isUntouched()).toBe(false);
  file.write('a\n');
  const { ino } = statSync(path);
  file.write('b\n');
  expect(readFileSync(path, 'utf8')).toBe('b\n');
  expect(statSync(path).ino).not.toBe(ino);
  expect(statSync(path).mode & 0o777).toBe(0o644);
  expect([file.isAsWritten(), file.isUntouched(), existsSync(`${path}.new`)]).toEqual([true, true, false]);
});

it('knows what somebody else did to it', () => {
  const file = new ListFile(path);
  file.write('a\n');
  utimesSync(path, 0, 0);
  expect(file.isUntouched()).toBe(true);
  writeFileSync(path, 'b\n');
  expect([file.isAsWritten(), file.isUntouched()]).toEqual([false, false]);
  rmSync(path);
  expect([file.isAsWritten(), file.isUntouched()]).toEqual([false, false]);
});

it('follows no link that somebody laid in its way', () => {
  const victim = join(folder, 'victim');
  writeFileSync(victim, 'mine');
  symlinkSync(victim, `${path}.new`);
  new ListFile(path).write('a\n');
  expect(readFileSync(victim, 'utf8')).toBe('mine');
});
