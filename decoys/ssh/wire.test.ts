import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WireReader, WireWriter } from './wire.ts';

describe('WireReader', () => {
  it('reads what WireWriter wrote', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.nat(0xffff_ffff),
        fc.boolean(),
        fc.uint8Array({ maxLength: 64 }),
        (text, number, flag, bytes) => {
          const clean = text.replaceAll('\0', '');
          const written = new WireWriter(1).string(clean).u32(number).bool(flag).mpint(bytes).string(bytes).copy();
          const reader = new WireReader(written);
          expect(reader.text()).toBe(clean);
          expect(reader.u32()).toBe(number);
          expect(reader.bool()).toBe(flag);
          const first = bytes.findIndex((byte) => byte !== 0);
          expect([...reader.mpint()]).toEqual(first < 0 ? [] : [...bytes.subarray(first)]);
          expect([...reader.string()]).toEqual([...bytes]);
          expect(reader.done).toBe(true);
        },
      ),
    );
  });

  it('never throws and never reads past the end, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.array(fc.nat(6), { maxLength: 12 }), (bytes, calls) => {
        const reader = new WireReader(bytes);
        for (const call of calls)
          [
            () => reader.u8(),
            () => reader.u32(),
            () => reader.string(),
            () => reader.cstring(),
            () => reader.mpint(),
            () => reader.nameList(),
            () => reader.raw(call * 5),
          ][call]!();
        expect(reader.position).toBeLessThanOrEqual(bytes.length);
      }),
    );
  });

  it('refuses a length beyond the end, a NUL in text and a negative number', () => {
    const long = new WireReader(Buffer.from('ffffffff61', 'hex'));
    expect(long.string().length).toBe(0);
    expect(long.ok).toBe(false);
    const nul = new WireReader(new WireWriter().string('a\0b').copy());
    expect(nul.cstring()).toBe('');
    expect(nul.ok).toBe(false);
    const negative = new WireReader(new WireWriter().string(Buffer.of(0x80)).copy());
    negative.mpint();
    expect(negative.ok).toBe(false);
  });

  it('keeps reading as empty after a failure', () => {
    const reader = new WireReader(Buffer.of(0, 0));
    reader.u32();
    expect([reader.u8(), reader.string().length, reader.done, reader.remaining]).toEqual([0, 0, false, 0]);
  });
});

describe('WireWriter', () => {
  it('encodes multiple precision integers as RFC 4251 has them', () => {
    const hex = (bytes: number[]) => new WireWriter().mpint(Uint8Array.from(bytes)).copy().toString('hex');
    expect(hex([])).toBe('00000000');
    expect(hex([0x09, 0xa3, 0x78])).toBe('0000000309a378');
    expect(hex([0x80])).toBe('000000020080');
    expect(hex([0, 0, 0x7f])).toBe('000000017f');
  });
});
