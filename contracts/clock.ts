/**
 * Time as everything in the house reads it, so that tests and replays can bring their own.
 * Wall time may jump; whatever measures a duration uses `monotonicMs`.
 */
export interface Clock {
  /** Wall time, milliseconds since the Unix epoch. */
  now(): number;
  /** Milliseconds that only grow, unaffected by changes to the wall clock. */
  monotonicMs(): number;
  /** Calls `callback` once after `delayMs` of monotonic time; the returned function cancels it. Does not keep the process alive. */
  after(delayMs: number, callback: () => void): () => void;
}
