import { describe, expect, it } from 'vitest';
import { ManualClock, systemClock } from './clock.ts';

describe('a clock moved by hand', () => {
  it('runs timers in their order, at their times, those that timers make included', () => {
    const clock = new ManualClock(1_000);
    const ran: string[] = [];
    const note = (name: string) => (): void => void ran.push(`${name}@${clock.now()}`);
    clock.after(20, note('late'));
    clock.after(10, () => {
      note('early')();
      clock.after(5, note('made'));
    });
    clock.after(-5, note('past'));
    const cancel = clock.after(15, note('never'));
    cancel();
    clock.advance(100);
    expect(ran).toEqual(['past@1000', 'early@1010', 'made@1015', 'late@1020']);
    expect(clock.now()).toBe(1_100);
    expect(clock.monotonicMs()).toBe(100);
  });

  it('has its wall time set apart from what passes', () => {
    const clock = new ManualClock();
    let ran = false;
    clock.after(10, () => (ran = true));
    clock.setWall(0);
    expect(ran).toBe(false);
    clock.advance(10);
    expect(ran).toBe(true);
    expect(clock.now()).toBe(10);
  });
});

describe('the real clock', () => {
  it('goes on, runs what is due, and not what was cancelled', async () => {
    const before = systemClock.monotonicMs();
    let cancelled = false;
    const cancel = systemClock.after(0, () => (cancelled = true));
    cancel();
    await new Promise<void>((resolve) => {
      systemClock.after(-1, resolve);
      // Its timers keep no process alive; this one does.
      setTimeout(() => {}, 100);
    });
    expect(cancelled).toBe(false);
    expect(systemClock.monotonicMs()).toBeGreaterThan(before);
    expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1_000);
  });
});
