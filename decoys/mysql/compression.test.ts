/** Frames that are whole, in pieces, as they are, packed, wrong, and bombs. */
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Compression } from './compression.ts';

function frame(body: Uint8Array, plain: number, sequence = 0): Buffer {
  const head = Buffer.alloc(7);
  head.writeUIntLE(body.length, 0, 3);
  head[3] = sequence;
  head.writeUIntLE(plain, 4, 3);
  return Buffer.concat([head, body]);
}

describe('the compressed protocol', () => {
  it('reads frames in any pieces, packed and as they are', () => {
    const long = Buffer.from('select 1 union '.repeat(40));
    const bytes = Buffer.concat([frame(Buffer.from('abc'), 0), frame(deflateSync(long), long.length, 1)]);
    const compression = new Compression();
    const read = [...bytes].map((byte) => compression.read(Buffer.from([byte]))!);
    expect(Buffer.concat(read).toString()).toBe(`abc${long.toString()}`);
  });

  it('counts on from the frame that came, packs what is long, and leaves the rest', () => {
    const compression = new Compression();
    compression.read(frame(Buffer.from('x'), 0, 4));
    expect(compression.write(Buffer.from('short'))).toEqual(frame(Buffer.from('short'), 0, 5));
    const packed = compression.write(Buffer.alloc(4000, 65));
    expect([packed[3], packed.readUIntLE(4, 3)]).toEqual([6, 4000]);
    expect(packed.length).toBeLessThan(100);
    expect(new Compression().read(packed)).toEqual(Buffer.alloc(4000, 65));
  });

  it('refuses what does not unpack, unpacks to another length, or grows beyond measure', () => {
    expect(new Compression().read(frame(Buffer.from('no zlib'), 40))).toBeUndefined();
    expect(new Compression().read(frame(deflateSync(Buffer.alloc(100)), 99))).toBeUndefined();
    expect(new Compression().read(frame(deflateSync(Buffer.alloc(100)), 101))).toBeUndefined();
    const bomb = Buffer.alloc(16_000_000);
    expect(new Compression().read(frame(deflateSync(bomb), bomb.length))).toBeUndefined();
  });
});
