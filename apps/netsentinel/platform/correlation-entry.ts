/**
 * What the internal stream of correlations holds: for each event that a correlation must see, what it needs of it. Keyed by what the correlation groups
 * by, so that all events of a group are in one partition, in the order in which they were analysed.
 */
import type { Event } from '@netsentinel/contracts/event';
import type { StreamRecord } from '@netsentinel/contracts/stream';
import { essenceOf } from '@netsentinel/detect/actor-state';
import { tryUnpack, pack } from '@netsentinel/kernel/pack';
import { fieldsOfCorrelations } from '@netsentinel/sigma/correlate/fields';
import { fieldOf, type EventRecord } from '@netsentinel/sigma/event';
import type { Correlation } from '@netsentinel/sigma/rule';
import { z } from 'zod';
import type { Correlated } from './analysis.types.ts';

export interface CorrelationEntry {
  readonly correlations: readonly string[];
  /** Ids of the rules that the event met. */
  readonly rules: readonly string[];
  /** What the correlations look at, by name. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly event: Event;
}

/** Groups that one event may belong to; correlations are few, and each groups an event once or twice. */
const MAX_GROUPS = 1024;
/** Longest text of a field; what is longer counts as equal from here on. */
const MAX_TEXT = 2048;
const MAX_ENTRY_BYTES = 64 * 1024;

const ids = z.array(z.string().max(1024));
const Entry = z.tuple([
  ids,
  ids,
  z.record(z.string(), z.unknown()),
  z
    .object({
      '@timestamp': z.string(),
      event: z.object({ id: z.string() }).loose(),
      netsentinel: z.object({ actor: z.string() }).loose(),
    })
    .loose(),
]);

/** The records for one event: its place in the stream is their origin, so that the same again is known to be the same. */
export function entriesOf(
  { record, event, groups }: Correlated,
  correlationOf: (id: string) => Correlation | undefined,
): StreamRecord[] {
  const flat: EventRecord = { ...event };
  return groups.slice(0, MAX_GROUPS).flatMap(({ key, correlations, rules, facts }, index) => {
    const known = correlations.flatMap((id) => correlationOf(id) ?? []);
    const names = fieldsOfCorrelations(known);
    const values =
      facts === undefined ? names.map((name) => [name, fieldOf(flat, name)] as const) : Object.entries(facts);
    const fields = Object.fromEntries(values.flatMap(([name, value]) => entryOf(name, value)));
    const value = pack([correlations, rules, fields, essenceOf(event)]);
    if (value.length > MAX_ENTRY_BYTES) return [];
    const sequence = Number(record.offset) * MAX_GROUPS + index + 1;
    return [{ key, origin: { producer: `analysis-${record.partition}`, epoch: 'stream', sequence }, value }];
  });
}

function entryOf(name: string, value: unknown): [string, unknown][] {
  if (value === undefined) return [];
  return [[name, typeof value === 'string' ? value.slice(0, MAX_TEXT) : value]];
}

/** Undefined for what is no entry. */
export function readEntry(value: Uint8Array): CorrelationEntry | undefined {
  const read = Entry.safeParse(tryUnpack(value));
  if (!read.success) return undefined;
  const [correlations, rules, fields, event] = read.data;
  return { correlations, rules, fields, event: event as unknown as Event };
}
