/** Many files side by side: in time order, whatever the files are like. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LogFile } from './log-file.ts';
import { readInTimeOrder } from './merge.ts';
import { NotableLists } from './notable-list.ts';
import type { FileReader } from './piece.types.ts';
import { everything } from './sifter.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ns-merge-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const BEGIN = 1_795_253_400;
const NOW_MS = (BEGIN + 1_000_000) * 1000;

function ssh(name: string, seconds: readonly (number | string)[]): string {
  const path = join(folder, name);
  const head =
    '#separator \\x09\n#path\tssh\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tauth_success\n#types\ttime\tstring\taddr\tport\taddr\tport\tbool\n';
  const rows = seconds.map(
    (at) => `${typeof at === 'number' ? BEGIN + at : at}\tC\t198.51.100.7\t40112\t203.0.113.9\t22\tF\n`,
  );
  writeFileSync(path, head + rows.join(''));
  return path;
}

async function read(paths: readonly string[]) {
  const times: number[] = [];
  const clocks: number[] = [];
  const ended: FileReader[] = [];
  await readInTimeOrder(
    paths.map((path, index) => ({
      isOnce: false,
      open: () =>
        new LogFile({
          file: { path, bytes: 0 },
          index,
          parse: { zone: 'UTC', referenceMs: 0, trustedProxies: [] },
          nowMs: NOW_MS,
          sifter: everything,
          keeper: new NotableLists(),
        }),
    })),
    {
      onNotable: ({ event }, clockMs) => {
        times.push(Date.parse(event['@timestamp']) / 1000 - BEGIN);
        clocks.push(clockMs / 1000 - BEGIN);
      },
      onEnd: (file) => ended.push(file),
      onPiece: () => Promise.resolve(true),
    },
  );
  return { times, clocks, ended };
}

it('reads files that overlap as one, and one that comes later after them', async () => {
  const { times, ended } = await read([ssh('later', [100, 101]), ssh('a', [0, 2, 4]), ssh('b', [1, 3, 5])]);
  expect(times).toEqual([0, 1, 2, 3, 4, 5, 100, 101]);
  expect(ended.map((file) => file.read.records)).toEqual([3, 3, 2]);
});

it('keeps the order over more than one piece of a file', async () => {
  const even = Array.from({ length: 3000 }, (_, at) => 2 * at);
  const { times } = await read([
    ssh('a', even),
    ssh(
      'b',
      even.map((at) => at + 1),
    ),
  ]);
  expect(times).toEqual(Array.from({ length: 6000 }, (_, at) => at));
});

it('is not held up by one record that is far ahead, and its clock not moved', async () => {
  const { times, clocks } = await read([ssh('a', [0, 90_000, 2, 3]), ssh('b', [1, 4])]);
  expect(times).toEqual(
    [0, 90_000, 1, 2, 3, 4].toSorted((a, b) => [0, 1, 90_000, 2, 3, 4].indexOf(a) - [0, 1, 90_000, 2, 3, 4].indexOf(b)),
  );
  expect(Math.max(...clocks)).toBe(4);
  expect(clocks).toEqual(clocks.toSorted((a, b) => a - b));
});

it('reads a damaged file up to its damage', async () => {
  const path = ssh('a.log', [0, 1, 2]);
  const whole = gzipSync(readFileSync(path));
  writeFileSync(path, whole.subarray(0, whole.length - 8));
  const { times, ended } = await read([path]);
  expect(times).toEqual([0, 1, 2]);
  expect(ended.map((file) => file.read.failure)).toEqual([expect.stringContaining('cannot be read to its end')]);
});

it('tells of a file that is damaged, of one that nobody knows, and reads the rest', async () => {
  const broken = join(folder, 'broken.gz');
  writeFileSync(broken, gzipSync('x'.repeat(100_000)).subarray(0, 40));
  const unknown = join(folder, 'notes.md');
  writeFileSync(unknown, '# Notes\nnothing\n');
  const { times, ended } = await read([broken, unknown, ssh('a', [0])]);
  expect(times).toEqual([0]);
  expect(ended.map(({ read: { failure, format } }) => [failure !== undefined, format])).toEqual([
    [true, undefined],
    [false, undefined],
    [false, 'zeek'],
  ]);
});

it('comes in the same pieces whether a file is packed or not', async () => {
  const plain = ssh(
    'long',
    Array.from({ length: 6000 }, (_, second) => second),
  );
  writeFileSync(`${plain}.gz`, gzipSync(readFileSync(plain)));
  const piecesOf = async (path: string): Promise<number[]> => {
    const options = { index: 0, parse: { zone: 'UTC', referenceMs: 0, trustedProxies: [] }, nowMs: NOW_MS };
    const file = new LogFile({
      ...options,
      file: { path, bytes: 0 },
      sifter: { sift: () => undefined },
      keeper: new NotableLists(),
    });
    const records: number[] = [];
    for (let piece = await file.next(); piece !== undefined; piece = await file.next())
      records.push(piece.timesMs.length);
    return records;
  };
  const pieces = await piecesOf(plain);
  expect(pieces.length).toBeGreaterThan(3);
  expect(await piecesOf(`${plain}.gz`)).toEqual(pieces);
});
