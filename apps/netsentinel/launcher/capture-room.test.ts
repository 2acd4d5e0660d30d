import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CaptureNews } from '@netsentinel/contracts/capture';
import { silentLogger } from '@netsentinel/kernel/log';
import { captureName, writeRecord } from '@netsentinel/watcher/capture/capture-record';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeRoom, type RoomOptions } from './capture-room.ts';

const NETWORK = '198.18.0.2';
const MAX_BYTES = 100;

let folder: string;
let removed: CaptureNews[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'netsentinel-room-'));
  removed = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const put = (order: string, startedAt: number, bytes: number, isRecorded = true): string => {
  const of = { network: NETWORK, order, startedAt };
  const file = captureName(of);
  writeFileSync(join(folder, file), Buffer.alloc(bytes));
  // What a record says of its size is not asked.
  if (isRecorded) writeRecord(folder, { ...of, file, incident: '', state: 'ended', packets: 7, bytes: 1, dropped: 0 });
  return file;
};
const room = (orders: readonly string[], closing: readonly string[] = [], changes: Partial<RoomOptions> = {}) =>
  makeRoom(
    {
      folder,
      uid: undefined,
      maxBytesPerCapture: MAX_BYTES,
      maxTotalBytes: 2 * MAX_BYTES,
      keepFreeBytes: 0,
      log: silentLogger,
      ...changes,
    },
    orders.map((order) => ({ network: NETWORK, order })),
    new Set(closing),
    (news) => removed.push(news),
  );

it('takes the oldest until what is written now could become full, those without a record too', () => {
  const [unknown, old] = [put('do-0', 1, 60, false), put('do-1', 2, 60)];
  const young = put('do-2', 3, 60);
  expect(room(['do-9'])).toBeUndefined();
  expect(removed).toEqual([
    { file: unknown, network: '', order: '', state: 'removed', packets: 0, bytes: 60 },
    { file: old, network: NETWORK, order: 'do-1', state: 'removed', packets: 7, bytes: 60 },
  ]);
  expect(readdirSync(folder).toSorted()).toEqual([young.replace('.pcap', '.json'), young]);
});

it('counts the files of an order that is written now once, and leaves them', () => {
  put('do-1', 1, 90);
  put('do-2', 2, 100);
  expect(room(['do-1'])).toBeUndefined();
  expect(removed).toEqual([]);
});

it('counts what is being closed, and leaves it', () => {
  const closing = put('do-1', 1, 60, false);
  const other = put('do-2', 2, 60);
  room(['do-9'], [closing]);
  expect(removed.map(({ file }) => file)).toEqual([other]);
});

it('makes the folder anew where somebody removed it', () => {
  rmSync(folder, { recursive: true });
  expect(room(['do-1'])).toBeUndefined();
  expect(readdirSync(folder)).toEqual([]);
});

it('passes over what is no file, and takes what was written halfway long ago', () => {
  const old = put('do-1', 1, 150, false);
  mkdirSync(join(folder, old.replace('.pcap', '.json')));
  mkdirSync(join(folder, captureName({ network: NETWORK, order: 'do-2', startedAt: 2 })));
  symlinkSync('/etc/passwd', join(folder, 'a-b.pcap'));
  for (const [name, at] of [
    ['old.json.00.new', 0],
    ['now.json.00.new', Date.now() / 1000],
  ] as const) {
    writeFileSync(join(folder, name), '');
    utimesSync(join(folder, name), at, at);
  }
  expect(room(['do-9'])).toBeUndefined();
  expect(removed.map(({ file }) => file)).toEqual([old]);
  expect(readdirSync(folder).filter((name) => name.endsWith('.new'))).toEqual(['now.json.00.new']);
});

it('says why there is none', () => {
  expect(room(['do-1'], [], { keepFreeBytes: Number.MAX_SAFE_INTEGER })).toContain('too little is free');
});
