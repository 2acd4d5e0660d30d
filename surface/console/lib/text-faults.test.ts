import { describe, expect, it } from 'vitest';
import { faultsOf, lineRange } from './text-faults.ts';

describe('faults', () => {
  it('have the line that they are of', () => {
    expect(
      faultsOf(
        'netsentinel.yaml:2:1: there is no `logLevle`\n  /etc/x.yaml:7: a number: 3\nline 4: no title\nnothing is right',
      ),
    ).toEqual([
      { line: 2, words: 'there is no `logLevle`' },
      { line: 7, words: 'a number: 3' },
      { line: 4, words: 'no title' },
      { line: undefined, words: 'nothing is right' },
    ]);
  });
});

describe('a line', () => {
  it('is found in the text, and beyond its end is the end', () => {
    expect(lineRange('ab\ncde\n', 2)).toEqual([3, 6]);
    expect(lineRange('ab', 9)).toEqual([2, 2]);
  });
});
