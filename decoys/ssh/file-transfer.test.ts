import { describe, expect, it } from 'vitest';
import { plainWords } from './file-transfer.ts';

describe('plainWords', () => {
  it('takes a line apart that needs no shell', () => {
    expect(plainWords('scp -t /tmp')).toEqual(['scp', '-t', '/tmp']);
    expect(plainWords("scp  -f -- '/tmp/a b' \"c d\" e\\ f ''")).toEqual([
      'scp',
      '-f',
      '--',
      '/tmp/a b',
      'c d',
      'e f',
      '',
    ]);
    expect(plainWords('')).toEqual([]);
  });

  it.each(['scp -t /tmp; id', 'scp -f *', 'scp -t $HOME', 'scp "a', "scp 'a", 'scp "$x"', 'a | b', 'a\nb', 'x\\'])(
    'leaves %j to the shell',
    (line) => {
      expect(plainWords(line)).toBeUndefined();
    },
  );
});
