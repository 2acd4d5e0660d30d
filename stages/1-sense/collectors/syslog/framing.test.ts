/** Messages out of a connection's bytes, however they are cut and whoever sends them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDatagram, SyslogFraming } from './framing.ts';

function read(bytes: string | Uint8Array, size = 1 << 20, maxBytes = 1024) {
  const messages: string[] = [];
  let cutBytes = 0;
  const framing = new SyslogFraming({
    maxBytes,
    onMessage: (message, cut) => {
      messages.push(message);
      cutBytes += cut;
    },
  });
  const all = Buffer.from(bytes);
  let error: string | undefined;
  for (let at = 0; at < all.length && error === undefined; at += size) {
    const pushed = framing.push(all.subarray(at, at + size));
    if (!pushed.ok) error = pushed.error;
  }
  framing.end();
  return { messages, cutBytes, error, framing: framing.framing };
}

const counted = (...messages: string[]): string =>
  messages.map((message) => `${Buffer.byteLength(message)} ${message}`).join('');
const sizes = [1, 2, 3, 7, 1000];

describe('messages over a connection', () => {
  it.each(sizes)('end with newlines, in pieces of %i bytes', (size) => {
    expect(read('<13>one\n<13>two\r\n\n<13>three', size)).toEqual({
      messages: ['<13>one', '<13>two', '<13>three'],
      cutBytes: 0,
      error: undefined,
      framing: 'newline',
    });
  });

  it.each(sizes)('are counted, newlines in them included, in pieces of %i bytes', (size) => {
    const messages = ['<13>one', '<13>two\nlines', '<13>dreißig'];
    expect(read(counted(...messages), size)).toMatchObject({ messages, error: undefined, framing: 'octet-counting' });
  });

  it('are the same however the bytes are cut', () => {
    const message = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
      .map((text) => `<13>${text.replaceAll(/[\n\r\0]/g, ' ')}`);
    fc.assert(
      fc.property(
        fc.array(message, { minLength: 1 }),
        fc.integer({ min: 1, max: 20 }),
        fc.boolean(),
        (list, size, count) => {
          const text = count ? counted(...list) : list.map((one) => `${one}\n`).join('');
          expect(read(text, size)).toMatchObject({ messages: list, cutBytes: 0, error: undefined });
        },
      ),
    );
  });

  it('may end with a NUL, and counted ones with a newline that is not counted', () => {
    expect(read('<13>one\0<13>two\0\n<13>three\n').messages).toEqual(['<13>one', '<13>two', '<13>three']);
    expect(read('8 <13>one\n\n8 <13>two\n').messages).toEqual(['<13>one', '<13>two']);
    expect(read('7 <13>one\n7 <13>two\0').messages).toEqual(['<13>one', '<13>two']);
  });

  it.each(['2026-11-21T09:30:00Z host app: x', '7 days left', '12345678 <13>x', '0 <13>x', '1', '12 '])(
    'that begin with a number are lines: %s',
    (line) => {
      for (const size of sizes) expect(read(`${line}\nnext`, size).messages).toEqual([line, 'next']);
    },
  );

  it('are told apart once: a line that looks like a count later on is text', () => {
    expect(read('<13>login of\n900 <13>failed\n<13>next\n').messages).toEqual([
      '<13>login of',
      '900 <13>failed',
      '<13>next',
    ]);
  });

  it.each(['<13>two\n', 'x', ' 7 <13>two', '12345678 <13>two', '0 <13>two', '7\n<13>two'])(
    'that lose their count end the reading, with all before it: %s',
    (rest) => {
      for (const size of sizes) {
        const { messages, error } = read(`7 <13>one${rest}`, size);
        expect(messages).toEqual(['<13>one']);
        expect(error).toMatch(/message/);
      }
    },
  );

  it('that are too long are cut, and every byte is accounted for', () => {
    const long = `<13>${'x'.repeat(1000)}`;
    for (const size of sizes)
      for (const text of [`<13>one\n${long}\n<13>two\n`, counted('<13>one', long, '<13>two')])
        expect(read(text, size, 100)).toMatchObject({
          messages: ['<13>one', long.slice(0, 100), '<13>two'],
          cutBytes: 904,
        });
  });

  it('that the connection leaves unfinished are handed on as they are', () => {
    expect(read('<13>one\n<13>tw', 3)).toMatchObject({ messages: ['<13>one', '<13>tw'], cutBytes: 0 });
    expect(read('7 <13>one7 <13>t', 3)).toMatchObject({ messages: ['<13>one', '<13>t'], cutBytes: 2 });
    expect(read('12').messages).toEqual(['12']);
  });
});

describe('a datagram', () => {
  const one = (text: string | Uint8Array) => {
    const found: [string, number][] = [];
    readDatagram(Buffer.from(text), { maxBytes: 10, onMessage: (message, cut) => found.push([message, cut]) });
    return found;
  };

  it('is one message, whatever is in it', () => {
    expect(one('<13>a\nb\n\0')).toEqual([['<13>a\nb', 0]]);
    expect(one('<13>0123456789')).toEqual([['<13>012345', 4]]);
    expect(one('\n')).toEqual([]);
    expect(one(new Uint8Array())).toEqual([]);
    expect(one(Uint8Array.of(0xff, 0x61))).toEqual([['\uFFFDa', 0]]);
  });
});
