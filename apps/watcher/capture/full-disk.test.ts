import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CaptureNews } from '@netsentinel/contracts/capture';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Capture } from './capture.ts';

/** True: no byte more finds room, wherever it is written. */
const disk = vi.hoisted(() => ({ isFull: false }));
vi.mock('node:fs', async (original) => {
  const actual = await original<typeof fs>();
  const orFull = (write: (...args: never[]) => unknown) =>
    ((...args: never[]) => {
      if (disk.isFull) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
      return write(...args);
    }) as never;
  return { ...actual, writeSync: orFull(actual.writeSync), writeFileSync: orFull(actual.writeFileSync) };
});

const PACKET = Buffer.alloc(60_000);

let folder: string;
let news: CaptureNews[];
let come: number;
/** Each look at the clock is long after the one before. */
let now = 0;
beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'netsentinel-capture-'));
  news = [];
  come = 0;
});
afterEach(() => {
  disk.isFull = false;
  fs.rmSync(folder, { recursive: true, force: true });
});

const begin = (): Capture => {
  const capture = new Capture({
    folder,
    wanted: { network: '198.18.0.2', remainingMs: 60_000, order: 'do-1', incident: '' },
    maxBytes: 64 * 1024 * 1024,
    snapLength: 65_535,
    keepFreeBytes: 0,
    source: {
      receive: () => (come > 0 ? come-- && 1 : 0),
      bytes: () => PACKET,
      length: () => PACKET.length,
      link: () => Buffer.alloc(20),
      seconds: () => 0,
      nanoseconds: () => 0,
    },
    dropped: () => 0,
    freeBytes: () => 1e9,
    now: () => (now += 10_000),
    tell: (one) => news.push(one),
  });
  capture.begin();
  return capture;
};

it.each([1, 30])('says that it is full where the disk is, %d packets after it was written last', (packets) => {
  const capture = begin();
  disk.isFull = true;
  come = packets;
  capture.read();
  expect(capture.isOver).toBe(true);
  expect(news).toMatchObject([{ state: 'capturing' }, { state: 'full', packets: 0, sha256: expect.any(String) }]);
  expect(fs.statSync(join(folder, news[1]!.file)).size).toBe(news[1]!.bytes);
  // Nothing was left halfway.
  expect(fs.readdirSync(folder).filter((name) => name.endsWith('.new'))).toEqual([]);
});

it('says so where only its record finds no room, and where it cannot begin', () => {
  const capture = begin();
  disk.isFull = true;
  capture.tick();
  expect(news.map(({ state }) => state)).toEqual(['capturing', 'full']);
  expect(begin().isOver).toBe(true);
  expect(news.map(({ state }) => state)).toEqual(['capturing', 'full', 'full']);
});
