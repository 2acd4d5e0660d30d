/** Looks that are taken again and again, each a while after the one before has ended, so that slow ones never pile up. */
import type { Clock } from '@netsentinel/contracts/clock';

/** Calls `work` for the first time in `everyMs`; what it rejects with goes to `onError`. The returned function ends it. */
export function repeat(
  clock: Clock,
  everyMs: number,
  work: () => Promise<void>,
  onError: (error: unknown) => void,
): () => void {
  let stopped = false;
  let cancel: () => void;
  const later = (): void => {
    if (stopped) return;
    cancel = clock.after(everyMs, () => void work().catch(onError).then(later));
  };
  later();
  return () => {
    stopped = true;
    cancel();
  };
}
