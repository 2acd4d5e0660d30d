import { describe, expect, test } from 'vitest';
import { Acknowledgements } from './acknowledgements.ts';
import { jsonFrame, packedFrame, pairsFrame, u32, windowFrame } from './lumberjack.frames.fixture.ts';
import { encodeAck, LumberjackReader, type LumberjackRecord } from './lumberjack.protocol.ts';

const limits = { maxWindow: 4096, maxRecordBytes: 1000, maxPackedBytes: 20_000 };

function read(bytes: Uint8Array, chunkBytes = bytes.length, reader = new LumberjackReader(limits)): LumberjackRecord[] {
  const records: LumberjackRecord[] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    const result = reader.push(bytes.subarray(at, at + chunkBytes));
    if (!result.ok) throw new Error(result.error);
    records.push(...result.value);
  }
  return records;
}

const textOf = ({ body }: LumberjackRecord): unknown =>
  body instanceof Uint8Array ? Buffer.from(body).toString() : body;
const refusal = (bytes: Uint8Array): string => {
  const result = new LumberjackReader(limits).push(bytes);
  return result.ok ? `${result.value.length} records` : result.error;
};

const two = Buffer.concat([windowFrame(2), jsonFrame(1, { message: 'a' }), jsonFrame(2, { message: 'b' })]);

describe('what a connection brings', () => {
  test.each([1, 2, 5, 7, 1000])('is the same in pieces of %i bytes', (chunkBytes) => {
    const packed = packedFrame([jsonFrame(1, { message: 'c' }), jsonFrame(2, { message: 'd' })]);
    const records = read(Buffer.concat([two, windowFrame(2), packed]), chunkBytes);
    expect(records.map((r) => [r.window, r.sequence, textOf(r), r.cut])).toEqual([
      [1, 1, '{"message":"a"}', false],
      [1, 2, '{"message":"b"}', false],
      [2, 1, '{"message":"c"}', false],
      [2, 2, '{"message":"d"}', false],
    ]);
  });

  test.each([1, 3, 1000])('of version 1 are pairs, in pieces of %i bytes', (chunkBytes) => {
    const pairs = pairsFrame(7, [
      ['line', 'a line'],
      ['host', 'web-1'],
      ['__proto__', 'x'],
    ]);
    const [record] = read(Buffer.concat([windowFrame(1, '1'), packedFrame([pairs], '1')]), chunkBytes);
    expect(record).toMatchObject({ version: 1, sequence: 7, body: { line: 'a line', host: 'web-1' } });
    expect(Object.getPrototypeOf(record!.body)).toBe(Object.prototype);
  });

  test.each([1, 13, 64, 100_000])('of a record beyond its bound is its begin, in pieces of %i bytes', (chunkBytes) => {
    const long = Buffer.concat([windowFrame(2), jsonFrame(1, 'x'.repeat(5000)), jsonFrame(2, '{}')]);
    const records = read(long, chunkBytes);
    expect(records.map((r) => [r.sequence, (r.body as Uint8Array).length, r.cut])).toEqual([
      [1, 1000, true],
      [2, 2, false],
    ]);
    expect(read(Buffer.concat([windowFrame(2), packedFrame([long.subarray(6)])]), chunkBytes)).toHaveLength(2);
  });

  test('never waits for more than one frame', () => {
    const reader = new LumberjackReader(limits);
    expect(read(two.subarray(0, two.length - 1), 1, reader)).toHaveLength(1);
    expect(reader.buffered).toBe(jsonFrame(2, { message: 'b' }).length - 1);
    expect(reader.missing).toBe(1);
    expect(read(two.subarray(two.length - 1), 1, reader)).toHaveLength(1);
    expect([reader.buffered, reader.missing]).toEqual([0, 0]);
  });

  test('of an empty window is nothing, and the next window counts', () => {
    expect(read(Buffer.concat([windowFrame(0), windowFrame(5), two]))).toHaveLength(2);
  });
});

describe('what breaks the protocol', () => {
  const record = jsonFrame(1, '{}');
  test.each([
    ['another version', Buffer.from('3W....'), 'a frame of a version that is neither 1 nor 2'],
    ['an unknown type', Buffer.from('2Z....'), 'a frame of unknown type'],
    ['an answer', Buffer.from(encodeAck(2, 1)), 'a frame of unknown type'],
    ['a window beyond the bound', windowFrame(4097), 'a window of 4097 records, at most 4096 allowed'],
    ['a record without a window', record, 'a record outside a window'],
    ['a record too many', Buffer.concat([windowFrame(1), record, record]), 'a record outside a window'],
    [
      'a packed frame beyond the bound',
      Buffer.concat([Buffer.from('2C'), u32(20_001)]),
      'a packed frame of 20001 bytes, at most 20000 allowed',
    ],
    ['a bomb', packedFrame([Buffer.alloc(10_000_000)]), 'a packed frame unpacks to over 20000 bytes'],
    ['a packed frame that is none', Buffer.concat([Buffer.from('2C'), u32(4), u32(0)]), 'a packed frame is damaged'],
    ['packed twice', packedFrame([packedFrame([record])]), 'a packed frame inside a packed frame'],
    [
      'a packed frame that stops early',
      Buffer.concat([windowFrame(1), packedFrame([record.subarray(0, 11)])]),
      'a packed frame ends within a frame',
    ],
    [
      'a long record that stops early',
      Buffer.concat([windowFrame(1), packedFrame([jsonFrame(1, 'x'.repeat(3000)).subarray(0, 2000)])]),
      'a packed frame ends within a frame',
    ],
    [
      'too many pairs',
      Buffer.concat([windowFrame(1), Buffer.from('1D'), u32(1), u32(1025)]),
      'a record of 1025 pairs, at most 1024 allowed',
    ],
    [
      'pairs beyond the bound',
      Buffer.concat([windowFrame(1), pairsFrame(1, [['line', 'x'.repeat(2000)]])]),
      'a record of pairs over 1000 bytes',
    ],
  ])('%s', (_, bytes, reason) => {
    expect(refusal(bytes)).toBe(reason);
  });
});

describe('answers', () => {
  const frames = (bytes: Uint8Array | undefined): string[] =>
    Array.from({ length: (bytes?.length ?? 0) / 6 }, (_, i) => {
      const at = Buffer.from(bytes!).subarray(i * 6);
      return `${at.toString('latin1', 0, 2)}${at.readUInt32BE(2)}`;
    });
  const record = (window: number, sequence: number): LumberjackRecord => ({
    version: 2,
    window,
    sequence,
    body: new Uint8Array(),
    cut: false,
  });

  test('are given for each window, and for the part of one', () => {
    const acks = new Acknowledgements();
    for (const [window, sequence] of [
      [1, 1],
      [1, 2],
      [2, 1],
      [2, 2],
      [2, 3],
    ] as const)
      acks.add(record(window, sequence));
    expect(frames(acks.kept(4))).toEqual(['2A2', '2A2']);
    expect(acks.outstanding).toBe(1);
    expect(frames(acks.kept(1))).toEqual(['2A3']);
    expect(acks.outstanding).toBe(0);
  });

  test('repeat what the sender knows while it waits, and nothing when it does not', () => {
    const acks = new Acknowledgements();
    expect(acks.keepAlive()).toBeUndefined();
    for (const sequence of [1, 2, 3]) acks.add(record(1, sequence));
    expect(frames(acks.keepAlive())).toEqual(['2A0']);
    acks.kept(2);
    expect(frames(acks.keepAlive())).toEqual(['2A2']);
    acks.kept(1);
    acks.add(record(2, 1));
    expect(frames(acks.keepAlive())).toEqual(['2A0']);
  });

  test('go on over many windows, in the sender’s version', () => {
    const acks = new Acknowledgements();
    for (let i = 1; i <= 10_000; i++) acks.add({ ...record(i, i), version: 1 });
    for (let i = 0; i < 9_999; i++) acks.kept(1);
    expect(frames(acks.kept(5))).toEqual(['1A10000']);
    expect(frames(acks.kept(5))).toEqual([]);
  });
});
