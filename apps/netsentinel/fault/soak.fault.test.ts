import { describe, expect, it } from 'vitest';
import { lastQuarters } from './soak.fault.ts';

describe('the last quarters of a soak', () => {
  it('leave the warm-up out and do not mind single peaks', () => {
    const samples = Array.from({ length: 100 }, (_, i) => (i < 50 ? i : i === 70 ? 9_999 : 100));
    expect(lastQuarters(samples)).toEqual({ third: 100, fourth: 100 });
  });

  it('show a leak', () => {
    const { third, fourth } = lastQuarters(Array.from({ length: 100 }, (_, i) => 100 + 2 * i));
    expect(fourth / third).toBeGreaterThan(1.1);
  });
});
