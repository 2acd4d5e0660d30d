import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeFrame, FrameReader } from './frames.ts';

describe('frames', () => {
  it('come out as they went in, however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
        (payloads, cuts) => {
          const stream = Buffer.concat(payloads.map(encodeFrame));
          const reader = new FrameReader(1024);
          const got: Uint8Array[] = [];
          for (let at = 0, i = 0; at < stream.length; i++) {
            const size = cuts[i % cuts.length]!;
            const result = reader.push(stream.subarray(at, at + size));
            if (!result.ok) throw new Error(result.error);
            got.push(...result.value.map((f) => Uint8Array.from(f)));
            at += size;
          }
          expect(got.map((f) => [...f])).toEqual(payloads.map((p) => [...p]));
        },
      ),
    );
  });

  it('refuses a length beyond the cap before any of it has arrived', () => {
    const reader = new FrameReader(16);
    expect(reader.push(Uint8Array.of(0xff, 0xff, 0xff, 0xff))).toMatchObject({ ok: false });
  });

  it('refuses an oversized frame that follows a good one', () => {
    const reader = new FrameReader(16);
    const good = encodeFrame(Uint8Array.of(1));
    expect(reader.push(Buffer.concat([good, Uint8Array.of(0, 0, 1, 0)]))).toMatchObject({ ok: false });
  });
});
