import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeFolder } from './make-folder.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'make-folder-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

it('makes what is missing, for us alone, and leaves what is there', () => {
  const folder = join(home, 'a', 'b', 'c');
  makeFolder(folder);
  makeFolder(folder);
  expect([join(home, 'a'), folder].map((path) => statSync(path).mode & 0o777)).toEqual([0o700, 0o700]);
});

it('says that a file is in the way', () => {
  writeFileSync(join(home, 'a'), '');
  expect(() => makeFolder(join(home, 'a'))).toThrow('EEXIST');
  expect(() => makeFolder(join(home, 'a', 'b'))).toThrow('ENOTDIR');
});

it('gives up in a folder that was removed and yet is there', () => {
  const removed = join(home, 'removed');
  makeFolder(removed);
  const handle = openSync(removed, 'r');
  rmdirSync(removed);
  try {
    expect(() => makeFolder(`/proc/self/fd/${handle}/platform/events`)).toThrow('ENOENT');
  } finally {
    closeSync(handle);
  }
});
