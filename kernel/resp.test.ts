import { describe, expect, it } from 'vitest';
import { encodeCommand, RespError, RespFormatError, RespReader, type Reply } from './resp.ts';

const WIRE =
  '+OK\r\n:-5\r\n:+7\r\n$3\r\nä!\r\n$5\r\na\r\nbc\r\n$-1\r\n*2\r\n*1\r\n:1\r\n-ERR no\r\n*-1\r\n*0\r\n$0\r\n\r\n*3\r\n*0\r\n$-1\r\n*1\r\n+\r\n';
const READ: Reply[] = [
  'OK',
  -5,
  7,
  'ä!',
  'a\r\nbc',
  null,
  [[1], new RespError('ERR no')],
  null,
  [],
  '',
  [[], null, ['']],
];

function inPieces(bytes: Uint8Array, size: number, reader = new RespReader()): Reply[] {
  const replies: Reply[] = [];
  for (let at = 0; at < bytes.length; at += size) replies.push(...reader.push(bytes.subarray(at, at + size)));
  return replies;
}

describe('what Redis answers', () => {
  it('is read however it is cut into pieces', () => {
    const bytes = Buffer.from(WIRE);
    for (let size = 1; size <= bytes.length; size++) expect(inPieces(bytes, size)).toEqual(READ);
  });

  it('does not change with the chunk that it came in', () => {
    const reader = new RespReader();
    const chunk = Buffer.from('$6\r\nabc');
    expect(reader.push(chunk)).toEqual([]);
    chunk.fill('x');
    expect(reader.push(Buffer.from('def\r\n'))).toEqual(['abcdef']);
  });

  it('is read once: a long array and a long text in tiny pieces cost what they weigh', () => {
    const items = Array.from({ length: 20_000 }, (_, i) => String(i));
    const text = 'x'.repeat(300_000);
    const bytes = Buffer.from(encodeCommand([...items, text]));
    // With the array or the text begun anew at each chunk this takes minutes.
    expect(inPieces(bytes, 3)).toEqual([[...items, text]]);
  });

  it.each([
    ['HTTP', 'HTTP/1.1 400\r\n'],
    ['an empty line', '\r\n'],
    ['a number of letters', ':x\r\n'],
    ['a length of letters', '$x\r\n'],
    ['a negative length', '$-2\r\n'],
    ['a text past the bound', '$8388609\r\n'],
    ['a text past any bound', '$9999999999999999999999\r\n'],
    ['an array past the bound', '*4000001\r\n'],
    ['arrays in arrays', '*1\r\n'.repeat(9)],
    ['a text longer than announced', '$1\r\nabc\r\n'],
    ['a line without end', '+'.repeat(70_000)],
    ['a line past the bound', `+${'x'.repeat(70_000)}\r\n`],
  ])('is refused where it is none: %s', (_, text) => {
    expect(() => new RespReader().push(Buffer.from(text))).toThrow(RespFormatError);
    expect(() => inPieces(Buffer.from(text), 5)).toThrow(RespFormatError);
  });

  it('has as many bytes as it may, and no more', () => {
    const reader = new RespReader({ maxBytes: 20 });
    const fits = Buffer.from('*2\r\n$3\r\nabc\r\n+abcd\r\n');
    expect(fits.length).toBe(20);
    // Each reply begins to count anew.
    for (let i = 0; i < 3; i++) expect(reader.push(fits)).toEqual([['abc', 'abcd']]);
    expect(() => reader.push(Buffer.from('*2\r\n$3\r\nabc\r\n+abcde\r\n'))).toThrow('too long');
    expect(() => new RespReader({ maxBytes: 20 }).push(Buffer.from('$17\r\n'))).toThrow('too long');
  });

  it('has as many parts as it may, and no more', () => {
    const push = (text: string): Reply[] => new RespReader({ maxElements: 4 }).push(Buffer.from(text));
    expect(push('*3\r\n:1\r\n:2\r\n:3\r\n'.repeat(2))).toHaveLength(2);
    expect(() => push('*4\r\n')).toThrow('too long');
    expect(() => push('*2\r\n*2\r\n:1\r\n:2\r\n:3\r\n')).toThrow('too many parts');
  });

  it('keeps of a complaint what a log line holds', () => {
    const [reply] = new RespReader().push(Buffer.from(`-ERR ${'x'.repeat(1000)}\r\n`));
    expect((reply as RespError).message).toHaveLength(300);
  });
});

it('counts bytes, not characters, in what is sent', () =>
  expect(encodeCommand(['SET', 'ä', 10])).toBe('*3\r\n$3\r\nSET\r\n$2\r\nä\r\n$2\r\n10\r\n'));
