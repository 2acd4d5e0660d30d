import { describe, expect, it } from 'vitest';
import { looksAt } from './last-look.ts';

const NOW = 1_000_000_000;
const MINUTE = 60_000;

describe('the last look', () => {
  it('is the one before, and stays it while somebody comes and goes within minutes', () => {
    expect(looksAt(null, NOW)).toEqual({ before: undefined, latest: NOW });
    expect(looksAt(`0 ${NOW - 60 * MINUTE}`, NOW)).toEqual({ before: NOW - 60 * MINUTE, latest: NOW });
    expect(looksAt(`${NOW - 60 * MINUTE} ${NOW - MINUTE}`, NOW)).toEqual({ before: NOW - 60 * MINUTE, latest: NOW });
    expect(looksAt(`0 ${NOW - MINUTE}`, NOW)).toEqual({ before: undefined, latest: NOW });
  });

  it('is none where the browser kept nonsense, or a time to come', () => {
    for (const kept of ['', 'x y', '1e999 -5', `0 ${NOW + 1}`, '<script>'])
      expect(looksAt(kept, NOW)).toEqual({ before: undefined, latest: NOW });
  });
});
