import { createHash } from 'node:crypto';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CaptureNews } from '@netsentinel/contracts/capture';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readRecords, recordPath } from './capture-record.ts';
import { Capture, type CaptureOptions, type PacketSource } from './capture.ts';

const START = Date.UTC(2026, 0, 2, 3, 4, 5);
const FILE_HEADER = 24;
/** Of each packet, and the link's before its bytes. */
const HEADERS = 32;
/** `struct sockaddr_ll` of a packet that came over Ethernet from 02:00:00:00:00:01. */
const LINK = Buffer.from(['1100', '0800', '02000000', '0100', '00', '06', '0200000000010000'].join(''), 'hex');

let folder: string;
let news: CaptureNews[];
let now: number;
let packets: Buffer[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'netsentinel-capture-'));
  news = [];
  now = START;
  packets = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** One batch at a time, cut as the kernel would. */
const source = (snapLength: number): PacketSource => {
  let batch: Buffer[] = [];
  return {
    receive: () => (batch = packets.splice(0, 2)).length,
    bytes: (i) => batch[i]!.subarray(0, snapLength),
    length: (i) => batch[i]!.length,
    link: () => LINK,
    seconds: () => 1_700_000_000,
    nanoseconds: () => 123_456_789,
  };
};
const begin = (changes: Partial<CaptureOptions> = {}, order = 'do-1'): Capture => {
  const snapLength = changes.snapLength ?? 65_535;
  const capture = new Capture({
    folder,
    wanted: { network: '198.18.0.0/24', remainingMs: 60_000, order, incident: 'i-1' },
    maxBytes: 65_536,
    snapLength,
    keepFreeBytes: 0,
    source: source(snapLength),
    dropped: () => 0,
    freeBytes: () => 1e9,
    now: () => now,
    tell: (one) => news.push(one),
    ...changes,
  });
  capture.begin();
  return capture;
};
const come = (capture: Capture, ...texts: string[]): void => {
  packets.push(...texts.map((text) => Buffer.from(text)));
  capture.read();
};
const states = (): string[] => news.map(({ state }) => state);

it('writes what others read as pcap: nanoseconds, LINUX_SLL, the packet, and what was cut off it', () => {
  const capture = begin({ snapLength: 4 });
  come(capture, 'abcdef');
  capture.end('ended');
  const [record] = readRecords(folder);
  const bytes = readFileSync(join(folder, record!.file));
  const file = ['4d3cb2a1', '0200', '0400', '00000000', '00000000', '14000000', '71000000'];
  const packet = ['00f15365', '15cd5b07', '14000000', '16000000'];
  const link = ['0000', '0001', '0006', '0200000000010000', '0800'];
  expect(bytes.toString('hex')).toBe([...file, ...packet, ...link, Buffer.from('abcd').toString('hex')].join(''));
  expect(record).toMatchObject({
    file: '20260102T030405.000Z-198.18.0.0_24-do-1.pcap',
    order: 'do-1',
    incident: 'i-1',
    state: 'ended',
    packets: 1,
    bytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  });
  for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
});

it('ends where one packet more would pass its bound, and writes nothing after', () => {
  const capture = begin({ maxBytes: FILE_HEADER + 2 * (HEADERS + 10) });
  come(capture, '0123456789', '0123456789', '0123456789');
  expect(capture.isOver).toBe(true);
  come(capture, '0123456789');
  capture.end('ended');
  expect(states()).toEqual(['capturing', 'full']);
  expect(news[1]).toMatchObject({ packets: 2, bytes: FILE_HEADER + 2 * (HEADERS + 10) });
  expect(statSync(join(folder, news[1]!.file)).size).toBe(news[1]!.bytes);
});

it('goes on in a new file after one whose writer died, ends that behind its last whole packet, and has one bound for both', () => {
  const first = begin();
  come(first, 'one', 'two');
  const [{ file } = { file: '' }] = readRecords(folder);
  // It died in the middle of a packet.
  appendFileSync(join(folder, file), Buffer.alloc(20, 7));
  now += 1000;
  const whole = FILE_HEADER + 2 * (HEADERS + 3);
  const second = begin({ maxBytes: whole + FILE_HEADER + HEADERS + 5 });
  expect(statSync(join(folder, file)).size).toBe(whole);
  expect(news[1]).toMatchObject({ file, state: 'interrupted', packets: 2, bytes: whole });
  expect(news[1]!.sha256).toBe(
    createHash('sha256')
      .update(readFileSync(join(folder, file)))
      .digest('hex'),
  );
  come(second, 'three');
  expect(second.isOver).toBe(false);
  come(second, 'x');
  expect(states()).toEqual(['capturing', 'interrupted', 'capturing', 'full']);
  now += 1000;
  // Nothing is left for a third.
  expect(begin({ maxBytes: whole + FILE_HEADER }).isOver).toBe(true);
  expect(readRecords(folder).map(({ state, packets: count }) => [state, count])).toEqual([
    ['interrupted', 2],
    ['full', 1],
  ]);
});

it('leaves alone what others write now, and ends what they left long ago', () => {
  const other = begin({}, 'do-other');
  now += 1;
  begin();
  expect(states()).toEqual(['capturing', 'capturing']);
  const [{ file } = { file: '' }] = readRecords(folder);
  truncateSync(join(folder, file), 3);
  utimesSync(recordPath(folder, file), START / 1000, START / 1000);
  now = START + 120_000;
  begin({}, 'do-3');
  expect(news[2]).toMatchObject({ order: 'do-other', state: 'interrupted', packets: 0, bytes: 3 });
  other.end('ended');
});

it('goes on where what others left cannot be ended, and drops the record of what is gone', () => {
  for (const order of ['do-gone', 'do-odd']) {
    begin({}, order);
    now += 1;
  }
  const [gone, odd] = readRecords(folder);
  for (const { file } of [gone!, odd!]) {
    rmSync(join(folder, file));
    utimesSync(recordPath(folder, file), START / 1000, START / 1000);
  }
  mkdirSync(join(folder, odd!.file));
  now = START + 120_000;
  const capture = begin();
  come(capture, 'one');
  capture.end('ended');
  expect(readRecords(folder).map(({ order, state }) => [order, state])).toEqual([
    ['do-odd', 'capturing'],
    ['do-1', 'ended'],
  ]);
});

it('counts files of its order that have no record', () => {
  begin().end('ended');
  rmSync(recordPath(folder, readRecords(folder)[0]!.file));
  now += 1;
  begin({ maxBytes: 2 * FILE_HEADER });
  expect(states()).toEqual(['capturing', 'ended', 'full']);
});

it('stays full until its order ends, though there were some bytes left', () => {
  const capture = begin({ maxBytes: 200 });
  come(capture, 'one', 'x'.repeat(150));
  now += 1;
  expect(begin({ maxBytes: 200 }).isOver).toBe(true);
  expect(states()).toEqual(['capturing', 'full', 'full']);
  expect(begin({ maxBytes: 200 }, 'do-2').isOver).toBe(false);
});

it('writes all that waits when it is asked to end', () => {
  const capture = begin({ maxBytes: 1_000_000 });
  packets.push(...Array.from({ length: 3000 }, () => Buffer.from('x')));
  capture.finish();
  expect(news.at(-1)).toMatchObject({ state: 'ended', packets: 3000 });
});

it('stops while the disk has as much left as is to stay free', () => {
  let free = 100;
  const capture = begin({ keepFreeBytes: 50, freeBytes: () => free });
  come(capture, 'one');
  free = 49;
  capture.tick();
  expect(news.at(-1)).toMatchObject({ state: 'full', packets: 1 });
  now += 1;
  expect(begin({ keepFreeBytes: 50, freeBytes: () => free }, 'do-2').isOver).toBe(true);
});

it('has a record that keeps up, with what the kernel dropped', () => {
  const capture = begin({ dropped: () => 2 });
  come(capture, 'one');
  capture.tick();
  expect(readRecords(folder)[0]).toMatchObject({ state: 'capturing', packets: 1, dropped: 2 });
});

it('passes over what is no record', () => {
  begin().end('ended');
  const [{ file, seenAt: _, ...record } = { file: '', seenAt: 0 }] = readRecords(folder);
  const put = (name: string, value: unknown): void => writeFileSync(join(folder, name), JSON.stringify(value));
  put('a.json', { ...record, file: '../../etc/passwd.pcap' });
  put('b.json', { ...record, file: 'b.pcap', bytes: -1 });
  put('c.json', { ...record, file });
  put('d.json', 'x'.repeat(5000));
  symlinkSync('/dev/zero', join(folder, 'e.json'));
  expect(readRecords(folder).map((one) => one.file)).toEqual([file]);
  expect(readRecords(join(folder, 'nowhere'))).toEqual([]);
});
