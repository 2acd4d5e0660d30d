/**
 * Time as everything in the house reads it, so that tests and replays can bring their own.
 * Wall time may jump; whatever measures a duration uses `monotonicMs`.
 * One contract suite (`testkit/contracts/clock.suite.ts`) runs over every clock.
 */
export interface Clock {
  /** Wall time, milliseconds since the Unix epoch. */
  now(): number;
  /** Milliseconds that only grow, unaffected by changes to the wall clock. */
  monotonicMs(): number;
  /**
   * Calls `callback` once after `delayMs` of monotonic time (up to one millisecond earlier), however long that is, and never before it has
   * returned; the returned function cancels it, and may be called at any time. Does not keep the process alive.
   */
  after(delayMs: number, callback: () => void): () => void;
}
