/** Frames, partitions, producers and positions: the parts that need no stream around them. */
import { mkdtemp, rm, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StreamRecord } from '@netsentinel/contracts/stream';
import { realDisk } from './disk.ts';
import { checkFrame, decodeRecord, encodeRecord, findMarker, frameBound, NEED_MORE } from './frame.ts';
import { partitionFor } from './partition.ts';
import { GroupPositions } from './positions.ts';
import { ProducerTable } from './producers.ts';

const text = (maxLength: number): fc.Arbitrary<string> => fc.string({ unit: 'grapheme', maxLength });
const record: fc.Arbitrary<StreamRecord> = fc.record({
  key: text(100),
  origin: fc.record({ producer: text(50), epoch: text(20), sequence: fc.nat(Number.MAX_SAFE_INTEGER) }),
  value: fc.uint8Array({ maxLength: 2000 }),
});
const marker = 0x9e3779b1;

describe('a frame', () => {
  it('gives back the record that it was made from, and its length is what was written', () => {
    fc.assert(
      fc.property(record, fc.nat(15), fc.nat(2 ** 50), fc.nat(20), (made, partition, offset, at) => {
        const bytes = Buffer.alloc(at + frameBound(made) + 50, 0xff);
        const length = encodeRecord(bytes, at, made, { marker, commit: 3, partition, offset, appendedAt: 1234 });
        expect(length).toBeLessThanOrEqual(frameBound(made));
        expect(checkFrame(bytes, at, bytes.length, marker)).toBe(length);
        const { value, ...rest } = decodeRecord(bytes, at, length);
        expect(rest).toEqual({
          key: made.key,
          origin: made.origin,
          partition,
          offset: BigInt(offset),
          appendedAt: 1234,
        });
        expect(Buffer.compare(value, made.value)).toBe(0);
        expect(bytes.subarray(at + length).every((byte) => byte === 0xff)).toBe(true);
      }),
    );
  });

  it('is refused with any bit flipped, and asked for more of when cut', () => {
    fc.assert(
      fc.property(record, fc.nat(), fc.nat(7), (made, where, bit) => {
        const room = Buffer.alloc(frameBound(made));
        const length = encodeRecord(room, 0, made, { marker, commit: 0, partition: 0, offset: 0, appendedAt: 0 });
        const bytes = room.subarray(0, length);
        expect(checkFrame(bytes, 0, where % length, marker)).toBe(NEED_MORE);
        bytes[where % length]! ^= 1 << bit;
        expect(checkFrame(bytes, 0, length, marker)).toBeLessThanOrEqual(0);
      }),
    );
  });

  it('is never read out of noise, nor beyond it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => {
        const bytes = Buffer.from(noise);
        if (bytes.length >= 4) bytes.writeUInt32LE(marker);
        expect(checkFrame(bytes, 0, bytes.length, marker)).toBeLessThanOrEqual(0);
        const next = findMarker(bytes, 1, bytes.length, marker);
        expect(next).toBeGreaterThanOrEqual(1);
      }),
    );
  });
});

it('a key stays in its partition for ever, and keys spread', () => {
  expect(['', 'a', '203.0.113.9', '2001:db8::/64'].map((key) => partitionFor(key, 16))).toEqual([11, 3, 7, 4]);
  const counts = Array.from({ length: 8 }, () => 0);
  for (let i = 0; i < 8000; i++) counts[partitionFor(`10.0.${i >> 8}.${i & 255}`, 8)]!++;
  for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(200);
});

it('producers are remembered up to a bound, the latest ones', () => {
  const table = new ProducerTable(2);
  for (let i = 0; i < 100; i++) table.get({ producer: `p${i}`, epoch: 'e' }).last[0] = i;
  table.get({ producer: 'p0', epoch: 'e' });
  table.trim(80);
  expect(table.size).toBe(70);
  expect(table.get({ producer: 'p0', epoch: 'e' }).last[0]).toBe(0);
  expect(table.get({ producer: 'p99', epoch: 'e' }).last[0]).toBe(99);
  expect(table.get({ producer: 'p1', epoch: 'e' }).last[0]).toBe(-1);
  const copy = new ProducerTable(2);
  copy.restore(table.snapshot());
  expect(copy.snapshot()).toEqual(table.snapshot());
});

describe('committed positions', () => {
  let root: string;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'positions-'));
  });
  afterAll(async () => rm(root, { recursive: true, force: true }));

  it('survive damage to either slot with the positions of the other', async () => {
    const path = join(root, 'g.pos');
    const positions = await GroupPositions.open(realDisk, path, 2);
    await positions.advance([{ partition: 0, offset: 5n }]);
    await positions.advance([{ partition: 0, offset: 9n }]);
    await positions.close();
    const bytes = await readFile(path);
    const found: number[] = [];
    for (const slot of [0, 4096]) {
      const damaged = Buffer.from(bytes);
      damaged[slot + 20]! ^= 1;
      await writeFile(path, damaged);
      const again = await GroupPositions.open(realDisk, path, 2);
      found.push(again.get(0));
      await again.close();
    }
    expect(found.sort((a, b) => a - b)).toEqual([5, 9]);
  });

  it('are shared by calls at the same time', async () => {
    let writes = 0;
    const disk = {
      ...realDisk,
      writev: (...call: Parameters<typeof realDisk.writev>) => (writes++, realDisk.writev(...call)),
    };
    const positions = await GroupPositions.open(disk, join(root, 'h.pos'), 4);
    writes = 0;
    await Promise.all(
      Array.from({ length: 40 }, (_, i) => positions.advance([{ partition: i % 4, offset: BigInt(i) }])),
    );
    expect(writes).toBeLessThanOrEqual(3);
    expect(positions.list().map(({ offset }) => offset)).toEqual([36n, 37n, 38n, 39n]);
    await positions.close();
  });
});
