/** What a collector is handed, with the real formats, and a platform that keeps at once, later, or not at all. */
import type { CollectorContext, Delivery, DeliveryOptions } from '@netsentinel/contracts/collector';
import type { Clock } from '@netsentinel/contracts/clock';
import type { EcsDocument, Refused } from '@netsentinel/contracts/parser';
import type { LogFields, Logger } from '@netsentinel/contracts/log';
import { ManualClock } from '@netsentinel/kernel/clock';
import { formatsFor } from '@netsentinel/normalise/records/formats';

export interface PutRecord {
  readonly epoch: string;
  readonly trusted: boolean;
  readonly sequence: number;
  readonly document?: EcsDocument;
  readonly refused?: Refused;
}

export interface FakeCollectorContext extends CollectorContext {
  /** What was put, in its order. */
  readonly records: PutRecord[];
  readonly warnings: { readonly message: string; readonly fields: LogFields | undefined }[];
  /** Waits until so many records have been put. */
  put(count: number): Promise<void>;
  /** False: nothing reaches the disk until it is true again. */
  keeping: boolean;
  /** True: more is under way than may be. */
  full: boolean;
}

export function fakeCollectorContext(
  given: Partial<Pick<CollectorContext, 'listeners' | 'tls' | 'stdin' | 'kernelDrops'>> & {
    readonly clock?: Clock;
  } = {},
): FakeCollectorContext {
  const { clock = new ManualClock(Date.UTC(2026, 10, 21, 10)) } = given;
  const records: PutRecord[] = [];
  const warnings: FakeCollectorContext['warnings'] = [];
  let putWaiters: { readonly count: number; readonly resolve: () => void }[] = [];
  const keepWaiters: (() => void)[] = [];
  const drainWaiters: (() => void)[] = [];
  let [keeping, full, epochs] = [true, false, 0];

  const take = (record: PutRecord): void => {
    records.push(record);
    putWaiters = putWaiters.filter(({ count, resolve }) => {
      if (records.length < count) return true;
      resolve();
      return false;
    });
  };
  const log: Logger = {
    debug: () => undefined,
    info: () => undefined,
    warn: (message, fields) => void warnings.push({ message, fields }),
    error: (message, fields) => void warnings.push({ message, fields }),
    with: () => log,
  };
  const open = (epoch: string, { trusted }: DeliveryOptions): Delivery => ({
    document: (sequence, document) => take({ epoch, trusted, sequence, document }),
    refused: (sequence, refused) => take({ epoch, trusted, sequence, refused }),
    get kept() {
      return keeping ? (records.findLast((record) => record.epoch === epoch)?.sequence ?? 0) : 0;
    },
    allKept: () => (keeping ? Promise.resolve() : new Promise((resolve) => keepWaiters.push(resolve))),
  });

  return {
    collector: 'test',
    clock,
    log,
    formats: formatsFor(clock, { zone: 'UTC', trustedProxies: [] }),
    memory: { recall: async () => undefined, remember: async () => undefined },
    listeners: new Map(),
    kernelDrops: () => 0,
    ...given,
    open,
    newEpoch: () => `epoch${String(++epochs).padStart(4, '0')}`,
    drained: () => (full ? new Promise((resolve) => drainWaiters.push(resolve)) : Promise.resolve()),
    records,
    warnings,
    put: (count) =>
      records.length >= count ? Promise.resolve() : new Promise((resolve) => putWaiters.push({ count, resolve })),
    get keeping() {
      return keeping;
    },
    set keeping(value) {
      keeping = value;
      if (value) for (const resolve of keepWaiters.splice(0)) resolve();
    },
    get full() {
      return full;
    },
    set full(value) {
      full = value;
      if (!value) for (const resolve of drainWaiters.splice(0)) resolve();
    },
  };
}
