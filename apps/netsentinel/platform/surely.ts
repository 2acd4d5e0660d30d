/** Work that must be done, however often it takes: with growing pauses, until it succeeds or the process stops. */
import type { Clock } from '@netsentinel/contracts/clock';

export interface SurelyOptions {
  readonly clock: Clock;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
  /** The first pause in milliseconds; each is twice the one before, up to half a minute. */
  readonly firstMs: number;
  readonly onFailure: (error: unknown, waitMs: number) => void;
}

const MAX_WAIT_MS = 30_000;

/** False when stopped before it succeeded: then somebody has to do it again at the next start. */
export async function surely(work: () => Promise<unknown>, options: SurelyOptions): Promise<boolean> {
  const { clock, signal, firstMs, onFailure } = options;
  for (let waitMs = firstMs; !signal.aborted; waitMs = Math.min(waitMs * 2, MAX_WAIT_MS)) {
    try {
      await work();
      return true;
    } catch (error) {
      if (isStopped(signal)) return false;
      onFailure(error, waitMs);
      await pause(clock, waitMs, signal);
    }
  }
  return false;
}

/** Read anew: it may have changed while the work was being done. */
function isStopped(signal: AbortSignal): boolean {
  return signal.aborted;
}

/** Waits, but not beyond the abort. */
export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const cancel = clock.after(ms, end);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
}
