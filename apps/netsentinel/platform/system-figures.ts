/** Reads what the platform takes and how far its stages are behind, at most once in five seconds however many ask. */
import { readFileSync, statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import type { BlobStore } from '@netsentinel/contracts/blob-store';
import type { Clock } from '@netsentinel/contracts/clock';
import type { EventStore } from '@netsentinel/contracts/event-store';
import type { EventStream } from '@netsentinel/contracts/stream';
import type { StageFigures, SystemFigures } from '@netsentinel/contracts/system-figures';
import { ANALYSIS_GROUP } from './analysis.ts';
import { CORRELATION_GROUP } from './correlation.ts';
import type { PlatformConfig } from './platform.config.ts';
import { STORE_GROUP } from './store-writer.ts';
import { CORRELATION_STREAM } from './stores.ts';

const KEEP_MS = 5_000;
const DAY_MS = 86_400_000;
const MIB = 1024 * 1024;

export interface SystemFiguresPorts {
  readonly stream: EventStream;
  /** Where there is one yet. */
  readonly correlation: () => EventStream | undefined;
  readonly events: Pick<EventStore, 'describe'>;
  readonly blobs: Pick<BlobStore, 'measured'>;
  readonly config: Pick<PlatformConfig, 'stream' | 'store'>;
  readonly clock: Clock;
  /** The data folder. */
  readonly directory: string;
  readonly version: string;
}

export function systemFigures(ports: SystemFiguresPorts): () => Promise<SystemFigures> {
  const { clock, config } = ports;
  const startedAt = new Date(clock.now()).toISOString();
  let loop = performance.eventLoopUtilization();
  let kept: { readonly at: number; readonly figures: Promise<SystemFigures> } | undefined;

  async function read(): Promise<SystemFigures> {
    const correlation = ports.correlation();
    const [stream, analysed, stored, ofCorrelation, events, disk] = await Promise.all([
      ports.stream.describe(),
      waiting('analysis', ports.stream, ANALYSIS_GROUP),
      waiting('store', ports.stream, STORE_GROUP),
      correlation && Promise.all([correlation.describe(), waiting('correlation', correlation, CORRELATION_GROUP)]),
      ports.events.describe(),
      statfs(ports.directory),
    ]);
    const bytesOf = (parts: readonly { readonly bytes: number }[]): number =>
      parts.reduce((sum, { bytes }) => sum + bytes, 0);
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, loop);
    loop = now;
    const memory = process.memoryUsage();
    const blobs = ports.blobs.measured();
    const eventDays = config.store.events.retentionDays['default'];
    return {
      at: new Date(clock.now()).toISOString(),
      version: ports.version,
      node: process.versions.node,
      startedAt,
      memory: {
        resident: memory.rss,
        heap: memory.heapUsed,
        heapLimit: getHeapStatistics().heap_size_limit,
      },
      busy: Math.min(1, Math.max(0, utilization)),
      stages: [stored, analysed, ...(ofCorrelation === undefined ? [] : [ofCorrelation[1]])],
      storage: [
        { id: 'stream', bytes: bytesOf(stream), ...boundsOf(config.stream) },
        ...(ofCorrelation === undefined
          ? []
          : [{ id: 'correlation' as const, bytes: bytesOf(ofCorrelation[0]), ...boundsOf(CORRELATION_STREAM) }]),
        {
          id: 'events',
          bytes: events.bytes,
          events: events.events,
          ...(eventDays === undefined ? {} : { days: eventDays }),
          ...(events.oldest === undefined ? {} : { oldest: new Date(events.oldest).toISOString() }),
        },
        ...(blobs === undefined
          ? []
          : [{ id: 'blobs' as const, bytes: blobs, limit: config.store.blobs.maxTotalMb * MIB }]),
        { id: 'state', bytes: sizeOf(join(ports.directory, 'state.db')) },
      ],
      disk: {
        total: disk.blocks * disk.bsize,
        free: disk.bavail * disk.bsize,
        keepFree: config.store.events.minFreeMb * MIB,
      },
    };
  }

  return () => {
    const at = clock.monotonicMs();
    if (kept !== undefined && at - kept.at < KEEP_MS) return kept.figures;
    const asked = { at, figures: read() };
    kept = asked;
    asked.figures.catch(() => {
      if (kept === asked) kept = undefined;
    });
    return asked.figures;
  };
}

function boundsOf({
  retention: { maxBytes, maxAgeMs },
}: {
  readonly retention: PlatformConfig['stream']['retention'];
}): { readonly limit: number; readonly days: number } {
  return { limit: maxBytes, days: maxAgeMs / DAY_MS };
}

/** The version that `package.json` of this folder names. */
export function versionOf(home: string): string {
  return (JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { version: string }).version;
}

async function waiting(id: StageFigures['id'], stream: EventStream, group: string): Promise<StageFigures> {
  const [partitions, committed] = await Promise.all([stream.describe(), stream.committed(group)]);
  const marks = new Map(committed.map(({ partition, offset }) => [partition, offset]));
  // Who has said nothing of a partition begins with the oldest record that there is.
  const behind = partitions.map(({ partition, oldest, next }) => next - (marks.get(partition) ?? oldest));
  return { id, waiting: Number(behind.reduce((sum, one) => sum + (one > 0n ? one : 0n), 0n)) };
}

/** With what is written ahead of it. */
function sizeOf(file: string): number {
  return [file, `${file}-wal`].reduce((sum, one) => sum + (statSync(one, { throwIfNoEntry: false })?.size ?? 0), 0);
}
