/** Pure: what in the platform's state needs a person, and what to do next. */
import type { ListSensorsAnswer } from '@netsentinel/client';
import type { SystemFigures } from '@netsentinel/contracts/system-figures';
import type { PlatformStatus } from '@netsentinel/contracts/live';
import { size } from './format.ts';
import * as text from '../text/index.ts';

const { needs } = text.system;

export type Sensor = ListSensorsAnswer['sensors'][number];

export interface Need {
  readonly level: 'bad' | 'late' | 'note';
  readonly what: string;
  readonly next: string;
  /** The page where it is mended. */
  readonly href?: string;
}

/** Waiting for less is the usual thing: a file that was just written. */
export const LATE_BYTES = 1_000_000;
/** Records that a stage may have in hand: some batches. */
export const LATE_RECORDS = 50_000;
/** Of the disk, or as often as much as is kept free: less is told of before it is too late. */
const LOW_SHARE = 0.1;
const LOW_TIMES = 2;
/** Of the heap, and of the main thread's time. */
export const FULL_SHARE = 0.9;

/** `readiness`: what the platform answered when it was asked; undefined before. The worst first. */
export function needsOf(
  status: PlatformStatus | undefined,
  sensors: readonly Sensor[],
  readiness: 'ready' | 'not-ready' | 'no-answer' | undefined,
  figures?: SystemFigures,
): Need[] {
  const found: Need[] = [];
  if (readiness === 'not-ready') found.push({ level: 'bad', ...needs.notReady });
  if (readiness === 'no-answer') found.push({ level: 'bad', ...needs.noAnswer });
  for (const { id, healthy, stopped } of status?.decoys ?? [])
    if (!healthy && !stopped)
      found.push({ level: 'bad', ...needs.decoy(id), href: `/decoy/?id=${encodeURIComponent(id)}` });
  for (const { id, healthy, lagBytes, dropped } of sensors) {
    if (!healthy) found.push({ level: 'bad', ...needs.sensor(id) });
    if (lagBytes >= LATE_BYTES) found.push({ level: 'late', ...needs.lag(id, size(lagBytes)) });
    if (dropped > 0) found.push({ level: 'late', ...needs.dropped(id, dropped) });
  }
  if (figures !== undefined) found.push(...needsOfFigures(figures));
  if (status !== undefined) {
    const { sources, rules, scans, responseMode } = status;
    if (sources.silent > 0) found.push({ level: 'bad', ...needs.silent(sources.silent) });
    if (rules.refused > 0) found.push({ level: 'late', ...needs.refused(rules.refused) });
    if (scans.reason !== undefined) found.push({ level: 'late', ...needs.scans(scans.reason) });
    if (scans.uncounted > 0) found.push({ level: 'note', ...needs.uncounted(scans.uncounted) });
    if (responseMode === 'off' || responseMode === 'simulate')
      found.push({ level: 'note', ...needs.mode(responseMode), href: '/response/' });
  }
  const order = ['bad', 'late', 'note'];
  return found.toSorted((a, b) => order.indexOf(a.level) - order.indexOf(b.level));
}

function needsOfFigures({ stages, memory, busy, disk: { free, keepFree, total } }: SystemFigures): Need[] {
  const found: Need[] = stages
    .filter(({ waiting }) => waiting >= LATE_RECORDS)
    .map(({ id, waiting }) => ({ level: 'late', ...needs.stage(text.system.stages[id], waiting) }));
  if (free < keepFree) found.push({ level: 'bad', ...needs.diskFull(size(free)) });
  else if (free < Math.max(total * LOW_SHARE, keepFree * LOW_TIMES))
    found.push({ level: 'late', ...needs.diskLow(size(free)) });
  if (memory.heap > memory.heapLimit * FULL_SHARE)
    found.push({ level: 'late', ...needs.memory(size(memory.heap), size(memory.heapLimit)) });
  if (busy > FULL_SHARE) found.push({ level: 'late', ...needs.busy(text.system.share100(busy)) });
  return found;
}

/** A part of what there is. */
export interface Share {
  readonly name: 'decoys' | 'sensors' | 'sources' | 'rules';
  readonly n: number;
  readonly of: number;
}

export function sharesOf(status: PlatformStatus, sensors: readonly Sensor[]): Share[] {
  const { decoys, sources, rules } = status;
  const read = rules.rules + rules.correlations;
  return [
    { name: 'decoys', n: decoys.filter(({ healthy, stopped }) => healthy && !stopped).length, of: decoys.length },
    { name: 'sensors', n: sensors.filter(({ healthy }) => healthy).length, of: sensors.length },
    { name: 'sources', n: sources.known - sources.silent, of: sources.known },
    { name: 'rules', n: read, of: read + rules.refused },
  ];
}
