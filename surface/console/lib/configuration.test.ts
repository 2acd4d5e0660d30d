import { describe, expect, it } from 'vitest';
import { hunksOf, sectionOf } from './configuration.ts';

describe('a section', () => {
  const text = 'data: ./d\nalert:\n  notifiers:\n    - id: ops\n# of those\n\nresponse:\n  mode: off\n';
  it('ends where the next begins', () => {
    expect(sectionOf(text, 'alert')).toBe('alert:\n  notifiers:\n    - id: ops\n# of those');
    expect(sectionOf(text, 'response')).toBe('response:\n  mode: off');
    expect(sectionOf(text, 'networks')).toBe('');
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
