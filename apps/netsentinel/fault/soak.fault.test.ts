import { describe, expect, it } from 'vitest';
import { halves } from './soak.fault.ts';

describe('the halves of a soak', () => {
  it('leave the warm-up out and do not mind single peaks', () => {
    const samples = Array.from({ length: 100 }, (_, i) => (i < 10 ? 1 : i === 70 ? 9_999 : 100));
    expect(halves(samples)).toEqual({ first: 100, second: 100 });
  });

  it('show a leak', () => {
    const { first, second } = halves(Array.from({ length: 100 }, (_, i) => 100 + i));
    expect(second / first).toBeGreaterThan(1.1);
  });
});
