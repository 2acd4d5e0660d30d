import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Spared } from '@netsentinel/contracts/blob-store';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { blobFile, blobPaths, recordingFile, type BlobPaths } from './blob-paths.ts';
import { retainFiles } from './retain-files.ts';

const BLOCK = 4096;
let directory: string;
let paths: BlobPaths;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'retain-'));
  paths = blobPaths(directory);
  for (const folder of [paths.content, paths.recordings]) mkdirSync(folder);
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** @param at seconds */
function write(file: string, at: number, bytes = 10): string {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, new Uint8Array(bytes));
  utimesSync(file, at, at);
  return file;
}
const recorded = (id: string, at: number, bytes?: number): string =>
  write(`${recordingFile(paths, id)!}.sealed`, at, bytes);
const sparing = (...recordings: string[]) => ({
  spared: async (): Promise<Spared> => ({ blobs: new Set(), recordings: new Set(recordings) }),
  isOpen: () => false,
});

it('counts a tiny file as the block that it takes', async () => {
  recorded('empty', 1, 0);
  recorded('tiny', 2, 1);
  recorded('more', 3, BLOCK + 1);
  expect(await retainFiles(paths, { maxBytes: 4 * BLOCK, ...sparing() })).toEqual({ freed: 0, left: 3 * BLOCK });
});

it('goes over the files again where one pass cannot remember all that must go', async () => {
  const files = Array.from({ length: 23 }, (_, i) => recorded(`r${i}`, 1000 - i));
  const done = await retainFiles(paths, { maxBytes: 5 * BLOCK, ...sparing('r22', 'r21'), atOnce: 4 });
  expect(done).toEqual({ freed: 18 * BLOCK, left: 5 * BLOCK });
  expect(files.flatMap((file, i) => (existsSync(file) ? [i] : []))).toEqual([0, 1, 2, 21, 22]);
});

it('leaves what was taken up again since it was listed', async () => {
  const [first, second] = [recorded('first', 1), recorded('second', 2)];
  let asked = 0;
  const isOpen = (id: string): boolean => {
    // The first time it is listed; then its session goes on.
    return id === 'first' && ++asked > 1;
  };
  const { freed } = await retainFiles(paths, { maxBytes: 0, ...sparing(), isOpen });
  expect([freed, existsSync(first), existsSync(second)]).toEqual([BLOCK, true, false]);
});

it('leaves what was written again since it was listed', async () => {
  const sha256 = 'ab'.repeat(32);
  const upload = write(`${blobFile(paths, sha256)!}.sealed`, 1);
  const later = recorded('later', 2);
  const isOpen = (): boolean => {
    // Asked of the recording only, which is listed behind the blob.
    utimesSync(upload, 5, 5);
    return false;
  };
  await retainFiles(paths, { maxBytes: BLOCK, ...sparing(), isOpen });
  expect([existsSync(upload), existsSync(later)]).toEqual([true, false]);
});

it('touches nothing that is not called as ours', async () => {
  const others = [
    join(paths.content, 'note.txt'),
    join(paths.content, 'ab', 'cd', 'ef'),
    join(paths.recordings, 'x'),
    join(paths.recordings, 'r-a.b'),
  ];
  for (const file of others) write(file, 1);
  expect(await retainFiles(paths, { maxBytes: 0, ...sparing() })).toEqual({ freed: 0, left: 0 });
  expect(others.every((file) => existsSync(file))).toBe(true);
});
