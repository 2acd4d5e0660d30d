/** What a link holds, and what a file that a page saves holds. */
import { describe, expect, it } from 'vitest';
import { bucketLabel } from '../components/charts/series.ts';
import { csvOf } from './save-file.ts';
import { timesOf } from './time-series.ts';
import { oneOf, searchOf, viewOf } from './url-view.ts';

const DEFAULTS = { range: '24h', text: '' };

describe('a view in an address', () => {
  it('comes back as it was, and says nothing of what is as always', () => {
    const view = { range: '7d', text: 'a&b="ü"' };
    const search = searchOf(view, DEFAULTS);
    expect(viewOf(new URLSearchParams(search), DEFAULTS)).toEqual(view);
    expect(searchOf(DEFAULTS, DEFAULTS)).toBe('');
    expect(searchOf({ ...DEFAULTS, text: '\ud800' }, DEFAULTS)).toBe('?text=%EF%BF%BD');
  });

  it('leaves other parameters, and takes neither unknown ones nor endless ones', () => {
    expect(searchOf({ ...DEFAULTS, range: '1h' }, DEFAULTS, new URLSearchParams('id=i1&range=7d'))).toBe(
      '?id=i1&range=1h',
    );
    const search = new URLSearchParams({ __proto__: 'x', evil: '1', text: 'x'.repeat(3_000), range: '1h' });
    expect(viewOf(search, DEFAULTS)).toEqual({ range: '1h', text: '' });
  });

  it('falls back to the first of what may be', () => {
    expect(oneOf('b', ['a', 'b'])).toBe('b');
    expect(oneOf('constructor', ['a', 'b'])).toBe('a');
  });
});

describe('a saved table', () => {
  it('keeps every value in its cell, and lets none become a formula', () => {
    const rows = [
      ['=cmd|calc', '+1', '-1', '@x', '\tx'],
      ['a,b', 'say "hi"', 'two\r\nlines', -1, undefined],
    ] as const;
    expect(csvOf(['a', '=b'], rows)).toBe(
      `a,'=b\r\n'=cmd|calc,'+1,'-1,'@x,'\tx\r\n"a,b","say ""hi""","two\r\nlines",-1,\r\n`,
    );
  });
});

describe('times of a series', () => {
  it('are the beginnings of all its intervals', () => {
    expect(timesOf({ from: 0, to: 250, intervalMs: 100 })).toEqual([0, 100, 200]);
    expect(timesOf({ from: 0, to: 250, intervalMs: 0 })).toEqual([]);
  });

  it('are called by the clock within a day, and by the day beyond', () => {
    const noon = new Date(2026, 5, 7, 12, 30, 15).getTime();
    expect(bucketLabel(noon, 1_000)).toContain('15');
    expect(bucketLabel(noon, 60_000)).toMatch(/12.30/);
    expect(bucketLabel(noon, 86_400_000)).not.toContain('30');
  });
});
