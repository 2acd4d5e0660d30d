/** What two neighbouring fixed windows say of the window that ends now. */
import type { Counted } from './count-store.types.ts';

/**
 * @param count requests in the current fixed window
 * @param before requests in the one before it
 */
export function weigh(count: number, before: number, windowMs: number, nowMs: number): Counted {
  const elapsedMs = nowMs % windowMs;
  return { used: count + before * (1 - elapsedMs / windowMs), resetMs: windowMs - elapsedMs };
}
