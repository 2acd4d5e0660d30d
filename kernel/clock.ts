/** The real clock, and one that a test moves by hand. */
import type { Clock } from '@netsentinel/contracts/clock';

/** The longest that a timer of Node's can wait: asked for more, it fires at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  after: (delayMs, callback) => {
    if (delayMs > LONGEST_TIMER_MS) return afterLong(delayMs, callback);
    const timer = setTimeout(callback, Math.max(0, delayMs)).unref();
    return () => clearTimeout(timer);
  },
};

/** Apart, so that the many short waits do not hold what this one needs. */
function afterLong(delayMs: number, callback: () => void): () => void {
  let timer: NodeJS.Timeout;
  const wait = (leftMs: number): void => {
    timer =
      leftMs > LONGEST_TIMER_MS
        ? setTimeout(() => wait(leftMs - LONGEST_TIMER_MS), LONGEST_TIMER_MS)
        : setTimeout(callback, leftMs);
    timer.unref();
  };
  wait(delayMs);
  return () => clearTimeout(timer);
}

/** A clock that stands still until `advance` moves it; wall time can be set apart from monotonic time. */
export class ManualClock implements Clock {
  #wall: number;
  #monotonic = 0;
  #timers = new Set<{ at: number; callback: () => void }>();

  constructor(wallMs = Date.UTC(2026, 0, 1)) {
    this.#wall = wallMs;
  }

  now(): number {
    return this.#wall;
  }

  monotonicMs(): number {
    return this.#monotonic;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { at: this.#monotonic + Math.max(0, delayMs), callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Moves both clocks and runs the timers that fall due, in their order. */
  advance(ms: number): void {
    const target = this.#monotonic + ms;
    for (;;) {
      let due: { at: number; callback: () => void } | undefined;
      for (const timer of this.#timers) if (timer.at <= target && (due === undefined || timer.at < due.at)) due = timer;
      if (due === undefined) break;
      this.#wall += due.at - this.#monotonic;
      this.#monotonic = due.at;
      this.#timers.delete(due);
      due.callback();
    }
    this.#wall += target - this.#monotonic;
    this.#monotonic = target;
  }

  /** Jumps the wall clock alone, as an administrator or NTP would. */
  setWall(ms: number): void {
    this.#wall = ms;
  }
}
