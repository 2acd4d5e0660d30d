import { describe, expect, it } from 'vitest';
import { faultsOf, hunksOf, lineRange, sectionOf } from './configuration.ts';

describe('faults', () => {
  it('have the line that they are of', () => {
    expect(
      faultsOf('netsentinel.yaml:2:1: there is no `logLevle`\n  /etc/x.yaml:7: a number: 3\nnothing is right'),
    ).toEqual([
      { line: 2, words: 'there is no `logLevle`' },
      { line: 7, words: 'a number: 3' },
      { line: undefined, words: 'nothing is right' },
    ]);
  });
});

describe('a section', () => {
  const text = 'data: ./d\nalert:\n  notifiers:\n    - id: ops\n# of those\n\nresponse:\n  mode: off\n';
  it('ends where the next begins', () => {
    expect(sectionOf(text, 'alert')).toBe('alert:\n  notifiers:\n    - id: ops\n# of those');
    expect(sectionOf(text, 'response')).toBe('response:\n  mode: off');
    expect(sectionOf(text, 'networks')).toBe('');
  });
});

describe('a line', () => {
  it('is found in the text, and beyond its end is the end', () => {
    expect(lineRange('ab\ncde\n', 2)).toEqual([3, 6]);
    expect(lineRange('ab', 9)).toEqual([2, 2]);
  });
});

describe('what differs', () => {
  it('is shown with some lines around it', () => {
    const same = (n: number) => ({ change: 'same' as const, text: String(n) });
    const added = { change: 'added' as const, text: 'x' };
    expect(hunksOf([same(1), same(2), same(3), added, same(4), same(5)], 1)).toEqual([
      { omitted: 2 },
      same(3),
      added,
      same(4),
      { omitted: 1 },
    ]);
    expect(hunksOf([same(1)])).toEqual([{ omitted: 1 }]);
  });
});
