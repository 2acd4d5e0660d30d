import {
  appendFileSync,
  closeSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakePlatform } from '@netsentinel/testkit/fake-platform';
import { Tail } from './tail.ts';
import { TailConfig } from './tail.config.ts';

const LATER = { timeout: 15_000, interval: 10 };
let folder: string;
let file: string;
let platform: FakePlatform;
let tails: Tail[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'netsentinel-tail-'));
  file = join(folder, 'auth.log');
  platform = new FakePlatform();
  tails = [];
});

afterEach(async () => {
  for (const tail of tails) await tail.close();
  rmSync(folder, { recursive: true, force: true });
});

const line = (n: number): string =>
  `Nov 21 09:30:00 www sshd[${1000 + n}]: Failed password for root from 198.51.100.${n % 250} port ${2000 + n} ssh2\n`;
const lines = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, i) => line(from + i)).join('');
const all = (to: number): string[] => lines(0, to).trimEnd().split('\n');

async function follow(options: Partial<TailConfig> = {}): Promise<Tail> {
  const tail = new Tail(platform.context(), TailConfig.parse({ paths: [file], from: 'start', ...options }));
  tails.push(tail);
  await tail.start();
  return tail;
}

async function has(wanted: readonly string[]): Promise<void> {
  await vi.waitFor(() => expect(platform.originals.toSorted()).toEqual(wanted.toSorted()), {
    timeout: 30_000,
    interval: 10,
  });
}

describe('a file that grows', () => {
  it('is read to its end, and on as it grows', async () => {
    writeFileSync(file, lines(0, 20));
    await follow();
    await has(all(20));
    appendFileSync(file, lines(20, 25));
    await has(all(25));
    expect(platform.refusals).toEqual([]);
  });

  it('goes on under another name while a new one begins', async () => {
    writeFileSync(file, lines(0, 20));
    await follow();
    await has(all(20));
    renameSync(file, `${file}.1`);
    appendFileSync(`${file}.1`, lines(20, 22));
    writeFileSync(file, lines(22, 24));
    await has(all(24));
    appendFileSync(file, lines(24, 26));
    await has(all(26));
    expect(platform.again).toBe(0);
  });

  it.each(['rename', 'copy'])('is rotated again and again by %s', async (how) => {
    writeFileSync(file, lines(0, 20));
    await follow();
    let n = 20;
    for (let i = 0; i < 4; i++) {
      await has(all(n));
      appendFileSync(file, lines(n, n + 500));
      n += 500;
      if (how === 'rename') renameSync(file, `${file}.${i}`);
      else {
        copyFileSync(file, `${file}.${i}`);
        truncateSync(file);
      }
      appendFileSync(file, lines(n, n + 5));
      n += 5;
    }
    await has(all(n));
    expect(platform.again).toBe(0);
  });

  it('is rotated many times before anybody looks', async () => {
    writeFileSync(file, lines(0, 20));
    await follow();
    await has(all(20));
    for (let n = 20; n < 60; n += 10) {
      appendFileSync(file, lines(n, n + 5));
      renameSync(file, `${file}.${n}`);
      writeFileSync(file, lines(n + 5, n + 10));
    }
    await has(all(60));
    expect(platform.again).toBe(0);
  });
});

describe('a restart', () => {
  it('goes on at the byte, whatever became of the file meanwhile', async () => {
    writeFileSync(file, lines(0, 20));
    const tail = await follow();
    await has(all(20));
    await tail.close();
    appendFileSync(file, lines(20, 25));
    renameSync(file, `${file}.2`);
    writeFileSync(`${file}.1`, lines(25, 35));
    writeFileSync(file, lines(35, 40));
    writeFileSync(`${file}.3.gz`, gzipSync(lines(40, 45)));
    await follow();
    await has(all(45));
    expect(platform.again).toBe(0);
  });

  it('finds the rest of a file that was packed, or copied and cut', async () => {
    writeFileSync(file, lines(0, 20));
    const tail = await follow();
    await has(all(20));
    await tail.close();
    writeFileSync(`${file}.1.gz`, gzipSync(lines(0, 25)));
    unlinkSync(file);
    writeFileSync(file, lines(25, 40));
    const next = await follow();
    await has(all(40));
    await next.close();
    copyFileSync(file, `${file}.1`);
    appendFileSync(`${file}.1`, lines(40, 41));
    writeFileSync(file, lines(41, 50));
    await follow();
    await has(all(50));
    expect(platform.again).toBe(0);
  });

  it('puts what was not acknowledged again, under the same origin', async () => {
    writeFileSync(file, lines(0, 20));
    await follow();
    await has(all(20));
    platform.isThere = false;
    appendFileSync(file, lines(20, 30));
    await has(all(30));
    platform.comeBack();
    // Killed: nobody closes it.
    await follow();
    await vi.waitFor(() => expect(platform.again).toBeGreaterThanOrEqual(10), LATER);
    await has(all(30));
  });
});

describe('what files may do', () => {
  it('a line without its end waits, and is one with the rest', async () => {
    writeFileSync(file, lines(0, 9) + line(9).slice(0, 50));
    const tail = await follow();
    await has(all(9));
    appendFileSync(file, line(9).slice(50));
    await has(all(10));
    await vi.waitFor(() => expect(tail.status().lagBytes).toBe(0), LATER);
  });

  it('is removed, and made again', async () => {
    writeFileSync(file, lines(0, 10));
    await follow();
    await has(all(10));
    unlinkSync(file);
    writeFileSync(file, lines(10, 20));
    await has(all(20));
    expect(platform.again).toBe(0);
  });

  it('begins with the hole that a writer without O_APPEND leaves after the cut', async () => {
    writeFileSync(file, lines(0, 10));
    await follow();
    await has(all(10));
    truncateSync(file);
    const fd = openSync(file, 'r+');
    writeSync(fd, lines(10, 20), 5_000);
    closeSync(fd);
    await has(all(20));
    expect(platform.refusals).toEqual([]);
  });

  it('shrinks to a part of itself: what follows is read', async () => {
    writeFileSync(file, lines(0, 10));
    await follow();
    await has(all(10));
    writeFileSync(file, lines(20, 23));
    await has([...all(10), ...lines(20, 23).trimEnd().split('\n')]);
    expect(platform.refusals).toEqual([]);
  });

  it('holds 100 MB in one line: cut, said, and no more in memory than its begin', async () => {
    writeFileSync(file, lines(0, 10));
    const fd = openSync(file, 'a');
    const megabyte = Buffer.alloc(1024 * 1024, 0x78);
    for (let i = 0; i < 100; i++) writeSync(fd, megabyte);
    writeSync(fd, `\n${line(10)}`);
    closeSync(fd);
    await follow();
    await vi.waitFor(() => expect(platform.kept.size).toBe(12), LATER);
    expect(platform.refusals[0]!.original.length).toBeLessThanOrEqual(1024 * 1024);
    expect(platform.originals.at(-1)).toBe(line(10).trimEnd());
  });

  it('is no log that we read: every line is a refusal once enough of them are seen, and none before', async () => {
    const strange = (n: number): string => `@@ ${n} ??\n`;
    writeFileSync(file, strange(0));
    const tail = await follow();
    await vi.waitFor(() => expect(tail.status().problems[0]).toContain('more lines are needed'), LATER);
    expect(platform.kept.size).toBe(0);
    appendFileSync(file, Array.from({ length: 39 }, (_, i) => strange(i + 1)).join(''));
    await vi.waitFor(() => expect(platform.refusals).toHaveLength(40), LATER);
  });

  it('is named and not there: said, and found when it comes', async () => {
    const tail = await follow();
    expect(tail.status().problems).toEqual([`${file}: it is not there (yet)`]);
    writeFileSync(file, lines(0, 10));
    await has(all(10));
    await vi.waitFor(() => expect(tail.status().problems).toEqual([]), LATER);
  });
});

describe('what is read', () => {
  it('of files that are there at the first start only what comes, unless all is asked for', async () => {
    writeFileSync(file, lines(0, 20));
    writeFileSync(`${file}.1`, lines(100, 120));
    writeFileSync(`${file}.2.gz`, gzipSync(lines(120, 140)));
    await follow({ from: 'end' });
    appendFileSync(file, lines(20, 22));
    await has(lines(20, 22).trimEnd().split('\n'));
    expect(platform.refusals).toEqual([]);
  });

  it('packed files of a pattern are, once', async () => {
    writeFileSync(`${file}.2.gz`, gzipSync(lines(0, 20)));
    writeFileSync(`${file}.1`, lines(20, 30));
    const tail = await follow({ paths: [join(folder, 'auth.*')] });
    await has(all(30));
    await tail.close();
    await follow({ paths: [join(folder, 'auth.*')] });
    writeFileSync(file, lines(30, 40));
    await has(all(40));
    expect(platform.again).toBe(0);
  });

  it('the header of a table is known to who goes on in the middle of it', async () => {
    const conn = join(folder, 'conn.log');
    const head =
      '#separator \\x09\n#path\tconn\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\n#types\ttime\tstring\taddr\tport\taddr\tport\tenum\n';
    const row = (n: number): string => `${1763717400 + n}.5\tC${n}\t192.0.2.1\t${n}\t198.51.100.2\t22\ttcp\n`;
    const rows = (from: number, to: number): string =>
      Array.from({ length: to - from }, (_, i) => row(from + i)).join('');
    // More than is read again before the place to go on from.
    writeFileSync(conn, head + rows(1000, 31_000));
    const tail = await follow({ paths: [conn], from: 'end' });
    appendFileSync(conn, rows(1, 3));
    await vi.waitFor(() => expect(platform.kept.size).toBe(2), LATER);
    await tail.close();
    appendFileSync(conn, rows(3, 5));
    await follow({ paths: [conn] });
    await vi.waitFor(() => expect(platform.kept.size).toBe(4), LATER);
    const last = [...platform.kept.values()].at(-1)!.document!;
    expect(last).toMatchObject({ source: { ip: '192.0.2.1', port: 4 }, event: { module: 'zeek' } });
  });

  it('a folder: its logs, and none of its pictures', async () => {
    mkdirSync(join(folder, 'below'));
    writeFileSync(join(folder, 'below', 'auth.log'), lines(0, 10));
    writeFileSync(join(folder, 'picture'), Buffer.from([0x89, 0x50, 0, 0, 1, 2]));
    writeFileSync(join(folder, 'left-out.log'), lines(20, 30));
    const tail = await follow({ paths: [folder], exclude: [join(folder, 'left-*')] });
    await has(all(10));
    expect(tail.status()).toMatchObject({ sources: 1, problems: [] });
  });

  it('no more files than allowed; the others are named', async () => {
    for (const n of [0, 1, 2]) writeFileSync(join(folder, `${n}.log`), lines(n * 10, n * 10 + 10));
    const tail = await follow({ paths: [join(folder, '*.log')], maxFiles: 2 });
    await vi.waitFor(() => expect(tail.status()).toMatchObject({ sources: 2 }), LATER);
    expect(tail.status().problems.join()).toContain('more than 2 files');
  });
});
