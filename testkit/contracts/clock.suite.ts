/** What every clock must do. `pass` lets time go by on it: a real one is waited for, one moved by hand is moved. */
import type { Clock } from '@netsentinel/contracts/clock';
import { beforeEach, describe, expect, it } from 'vitest';

export interface ClockHarness {
  readonly clock: Clock;
  /** Resolves once at least this much monotonic time has passed, and what fell due in it has run. */
  pass(ms: number): Promise<void>;
}

/** A timer may be early by this much: engines count whole milliseconds, and a fraction of one is already gone when they start. */
const EARLY_MS = 1;
/** Thirty days: more than fits a timer of 32 bits, which an engine may be built on. */
const LONG_MS = 30 * 86_400_000;

export function clockSuite(name: string, create: () => ClockHarness): void {
  describe(`clock: ${name}`, () => {
    let clock: Clock;
    let pass: (ms: number) => Promise<void>;
    beforeEach(() => {
      const harness = create();
      clock = harness.clock;
      pass = (ms) => harness.pass(ms);
    });

    it('tells the wall time in milliseconds since 1970', async () => {
      const before = clock.now();
      expect(before).toBeGreaterThan(Date.UTC(2020, 0, 1));
      expect(before).toBeLessThan(Date.UTC(2100, 0, 1));
      await pass(5);
      expect(clock.now()).not.toBe(before);
    });

    it('has a monotonic time that never goes back, and passes', async () => {
      let last = clock.monotonicMs();
      const before = last;
      for (let i = 0; i < 1_000; i++) {
        const next = clock.monotonicMs();
        expect(next).toBeGreaterThanOrEqual(last);
        last = next;
      }
      await pass(5);
      expect(clock.monotonicMs() - before).toBeGreaterThanOrEqual(5);
    });

    it('calls once, never within the call that asked for it, and not before its time', async () => {
      const start = clock.monotonicMs();
      const ranAfter: number[] = [];
      const run = (): void => void ranAfter.push(clock.monotonicMs() - start);
      clock.after(10, run);
      clock.after(0, run);
      clock.after(-1_000, run);
      expect(ranAfter).toEqual([]);
      await pass(25);
      expect(ranAfter).toHaveLength(3);
      expect(ranAfter[2]).toBeGreaterThanOrEqual(10 - EARLY_MS);
      await pass(25);
      expect(ranAfter).toHaveLength(3);
    });

    it('calls in the order of the times, and of the asking where those are the same', async () => {
      const ran: string[] = [];
      const note = (what: string) => (): void => void ran.push(what);
      clock.after(20, note('late'));
      clock.after(5, note('early'));
      clock.after(5, note('early too'));
      clock.after(5, note('and this'));
      await pass(30);
      expect(ran).toEqual(['early', 'early too', 'and this', 'late']);
    });

    it('calls what a callback asked for', async () => {
      const ran: string[] = [];
      clock.after(2, () => {
        ran.push('first');
        clock.after(2, () => ran.push('second'));
      });
      await pass(10);
      await pass(10);
      expect(ran).toEqual(['first', 'second']);
    });

    it('does not call what was cancelled, also by a callback that fell due with it', async () => {
      const ran: string[] = [];
      clock.after(5, () => ran.push('stays'));
      const cancel = clock.after(5, () => ran.push('cancelled at once'));
      cancel();
      let cancelLater = (): void => {};
      clock.after(5, () => cancelLater());
      cancelLater = clock.after(5, () => ran.push('cancelled by another'));
      await pass(15);
      expect(ran).toEqual(['stays']);
    });

    it('takes a cancellation twice, and one after the call', async () => {
      let calls = 0;
      const cancel = clock.after(1, () => calls++);
      const never = clock.after(1, () => calls++);
      never();
      never();
      await pass(10);
      cancel();
      cancel();
      await pass(10);
      expect(calls).toBe(1);
    });

    it('waits for times far away, however far', async () => {
      let calls = 0;
      const cancels = [LONG_MS, Number.MAX_SAFE_INTEGER, Infinity].map((ms) => clock.after(ms, () => calls++));
      await pass(10);
      for (const cancel of cancels) cancel();
      expect(calls).toBe(0);
    });

    it('keeps no process alive', () => {
      const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
      const before = timers();
      const cancels = [1_000, LONG_MS].map((ms) => clock.after(ms, () => {}));
      expect(timers()).toBe(before);
      for (const cancel of cancels) cancel();
    });
  });
}
