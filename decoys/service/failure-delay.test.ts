import { describe, expect, it } from 'vitest';
import { answerAfterMs, pamDelayMs } from './failure-delay.ts';

describe('pamDelayMs', () => {
  it('is what libpam 1.5.2 waited when it was measured, to the few milliseconds that it also worked', () => {
    const measured = [
      [1795227529, 2178],
      [1795227530, 1983],
      [1795227531, 2453],
      [1795227533, 1725],
      [1795227536, 2471],
      [1795227538, 1746],
    ] as const;
    for (const [second, ms] of measured) {
      const predicted = pamDelayMs(second, 2000);
      expect(ms - predicted).toBeGreaterThan(0);
      expect(ms - predicted).toBeLessThan(6);
    }
  });

  it('stays between half and one and a half times the mean', () => {
    for (let second = 0; second < 5000; second++) {
      const delay = pamDelayMs(second, 1000);
      expect(delay >= 500 && delay < 1500).toBe(true);
    }
  });
});

describe('answerAfterMs', () => {
  it('is the same for one user whatever the failure took, but for powers of two', () => {
    const base = answerAfterMs('root', 'secret', 0);
    expect(base).toBeGreaterThanOrEqual(5);
    expect(base).toBeLessThan(9.4);
    for (const elapsed of [1, 6, 100, 1700, 1900, 4000]) {
      const power = Math.log2(answerAfterMs('root', 'secret', elapsed) / base);
      expect(power).toBe(Math.round(power));
      expect(answerAfterMs('root', 'secret', elapsed)).toBeGreaterThanOrEqual(elapsed);
    }
  });

  it('differs from user to user and from install to install', () => {
    const waits = [answerAfterMs('root', 'a', 0), answerAfterMs('admin', 'a', 0), answerAfterMs('root', 'b', 0)];
    expect(new Set(waits).size).toBe(3);
  });

  it('leaves alone what took too long', () => {
    expect(answerAfterMs('root', 'secret', 6000)).toBe(6000);
  });
});
