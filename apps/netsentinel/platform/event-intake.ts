/**
 * Appends what one sensor's link brings, in its order. When the stream cannot write (a full disk), the batches are kept and tried again
 * until it can: nothing later overtakes them, so an acknowledgement always means everything up to it.
 */
import type { Clock } from '@netsentinel/contracts/clock';
import type { Logger } from '@netsentinel/contracts/log';
import type { EventStream, StreamRecord } from '@netsentinel/contracts/stream';
import { describeError, isNetSentinelError } from '@netsentinel/kernel/errors';

const RETRY_MS = 500;

interface Batch {
  readonly records: readonly StreamRecord[];
  /** The sequence of its last record. */
  readonly last: number;
}

export interface EventIntake {
  append(records: readonly StreamRecord[], last: number): void;
  /** No more tries: what is not on disk by now, the sensor sends again over its next link. */
  close(): void;
}

export function createEventIntake(options: {
  readonly stream: EventStream;
  readonly clock: Clock;
  readonly log: Logger;
  readonly sensor: string;
  /** All of the batch is on disk, and all before it; so many of its records were there already. */
  readonly onKept: (records: number, last: number, duplicates: number) => void;
  /** It never will be: the link is of no use any more. */
  readonly onRefused: (error: unknown) => void;
}): EventIntake {
  const { stream, clock, log, sensor, onKept, onRefused } = options;
  /** In order; while there are any, what comes waits behind them. */
  const held: Batch[] = [];
  let cancel: (() => void) | undefined;
  let closed = false;

  const write = ({ records, last }: Batch): Promise<void> =>
    stream.append(records).then(({ duplicates }) => {
      if (!closed) onKept(records.length, last, duplicates);
    });

  async function retry(): Promise<void> {
    cancel = undefined;
    try {
      for (let next = held[0]; next !== undefined && !closed; next = held[0]) {
        await write(next);
        held.shift();
      }
      if (!closed) log.warn('events are kept again', { sensor });
    } catch (error) {
      failed(error);
    }
  }

  function failed(error: unknown): void {
    if (closed) return;
    if (isNetSentinelError(error, 'STREAM_DISK_FULL') || isNetSentinelError(error, 'STREAM_WRITE_FAILED'))
      cancel ??= clock.after(RETRY_MS, () => void retry());
    else onRefused(error);
  }

  return {
    append(records, last) {
      const batch = { records, last };
      if (held.length > 0) {
        held.push(batch);
        return;
      }
      write(batch).catch((error: unknown) => {
        if (closed) return;
        // All that was under way fails with the first one, in its order.
        if (held.length === 0)
          log.error('events cannot be kept; they wait, and it is tried again', { sensor, error: describeError(error) });
        held.push(batch);
        failed(error);
      });
    },
    close() {
      closed = true;
      cancel?.();
      held.length = 0;
    },
  };
}
