/** Recordings cut at any byte come out as the same text. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { startText, Utf8Tail, type Piece } from './recording-text.ts';

describe('pieces of a recording', () => {
  it('carry whole characters at byte offsets, however they are cut', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.array(fc.nat({ max: 7 })), (text, cuts) => {
        const bytes = Buffer.from(text.toWellFormed());
        const tail = new Utf8Tail();
        const pieces: Piece[] = [];
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const length = 1 + (cuts[i % Math.max(1, cuts.length)] ?? 0);
          const piece = tail.take(at, bytes.subarray(at, at + length));
          if (piece !== undefined) pieces.push(piece);
          at += length;
        }
        expect(pieces.map((p) => p.text).join('')).toBe(bytes.toString());
        let next = 0;
        for (const piece of pieces) {
          expect(piece.offset).toBe(next);
          next = piece.end;
          expect(Buffer.byteLength(piece.text)).toBe(piece.end - piece.offset);
        }
        expect(next).toBe(bytes.length);
      }),
    );
  });

  it('forget what a gap has made useless, and bear bytes that are no text', () => {
    const tail = new Utf8Tail();
    expect(tail.take(0, Buffer.from([0x61, 0xe2, 0x82]))).toEqual({ offset: 0, end: 1, text: 'a' });
    expect(tail.take(9, Buffer.from('b'))).toEqual({ offset: 9, end: 10, text: 'b' });
    expect(tail.take(10, Buffer.from([0x80, 0x80, 0x80, 0x80]))).toMatchObject({ offset: 10, end: 14 });
    expect(tail.take(14, Buffer.from([0xff]))).toMatchObject({ offset: 14, end: 15 });
    expect(tail.take(15, new Uint8Array())).toBeUndefined();
  });
});

describe('the start of a recording', () => {
  it('ends with the last whole character', () => {
    expect(startText(Buffer.from('ab€').subarray(0, 4), 100)).toEqual({ offset: 2, text: 'ab' });
    expect(startText(new Uint8Array(), 100)).toEqual({ offset: 0, text: '' });
  });

  it('of a long one is its header and its last lines', () => {
    const recording = Buffer.from(`{"header":1}\n${'[0,"o","x"]\n'.repeat(100)}[1,"o","€"]\n`);
    const { offset, text } = startText(recording, 30);
    expect(text).toBe('{"header":1}\n[0,"o","x"]\n[1,"o","€"]\n');
    expect(offset).toBe(recording.length);
    expect(startText(Buffer.from(`{"header":1}\n${'x'.repeat(100)}`), 30)).toEqual({
      offset: 113,
      text: '{"header":1}\n',
    });
  });
});
