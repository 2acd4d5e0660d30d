import { clockSuite } from '@netsentinel/testkit/contracts/clock.suite';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ManualClock, systemClock } from './clock.ts';

clockSuite('the real one', () => ({
  clock: systemClock,
  pass: async (ms) => {
    const end = systemClock.monotonicMs() + ms;
    // Its timers keep no process alive; this one does.
    do await new Promise((resolve) => setTimeout(resolve, Math.ceil(end - systemClock.monotonicMs())));
    while (systemClock.monotonicMs() < end);
  },
}));

clockSuite('one moved by hand', () => {
  const clock = new ManualClock();
  return { clock, pass: async (ms) => clock.advance(ms) };
});

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

describe('the real clock, over weeks', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('calls after more than a timer of Node can wait, and not if cancelled on the way', () => {
    const days = (count: number): number => count * 86_400_000;
    const ran: string[] = [];
    systemClock.after(days(60), () => ran.push('kept'));
    const cancel = systemClock.after(days(60), () => ran.push('cancelled'));
    vi.advanceTimersByTime(days(59));
    cancel();
    expect(ran).toEqual([]);
    vi.advanceTimersByTime(days(1));
    expect(ran).toEqual(['kept']);
  });
});
