/**
 * What correlations mean, as simply as it can be said: every window is looked through again for every event, nothing is forgotten, time is quadratic.
 * The correlator is tested against it. Events come in the order of their times.
 */
import { fieldOf, type EventRecord } from '../event.ts';
import type { Correlation } from '../rule.ts';

export interface TimedEvent {
  readonly atMs: number;
  readonly event: EventRecord;
  /** Rules that the event matched. */
  readonly ruleIds: readonly string[];
  /** Of a correlation that reported: its group, which hides the event's own fields. */
  readonly group?: ReadonlyMap<string, string>;
}

export interface Report {
  readonly id: string;
  readonly atMs: number;
  /** The group's values, in the order of `group-by`. */
  readonly group: readonly string[];
  readonly measured: number;
}

/** One event in one group. */
interface Sighting {
  readonly atMs: number;
  readonly seen: TimedEvent;
  readonly positions: readonly number[];
  readonly values: readonly unknown[];
}

/** What a correlation reports, when it reports. `correlations`: those that rest on others come after them. */
export function referenceReports(correlations: readonly Correlation[], events: readonly TimedEvent[]): Report[] {
  let stream = [...events];
  const all: Report[] = [];
  for (const correlation of correlations) {
    const after = new Map<TimedEvent, TimedEvent[]>();
    for (const [key, sightings] of groupsOf(correlation, stream)) {
      const group = JSON.parse(key) as string[];
      const named = new Map(correlation.groupBy.map((field, at) => [field, group[at] ?? '']));
      for (const { sighting, measured } of reported(correlation, sightings)) {
        const { atMs, seen } = sighting;
        all.push({ id: correlation.id, atMs, group, measured });
        const raised = { atMs, event: seen.event, ruleIds: [correlation.id], group: named };
        after.set(seen, [...(after.get(seen) ?? []), raised]);
      }
    }
    // To correlations above, a report is an event that follows the one that brought it about.
    stream = stream.flatMap((seen) => [seen, ...(after.get(seen) ?? [])]);
  }
  return all;
}

function groupsOf(correlation: Correlation, stream: readonly TimedEvent[]): Map<string, Sighting[]> {
  const groups = new Map<string, Sighting[]>();
  for (const seen of stream) {
    const own = new Map<string, { positions: number[]; rule: string }>();
    for (const [position, rule] of correlation.rules.entries()) {
      if (!seen.ruleIds.includes(rule)) continue;
      const values = correlation.groupBy.map((field) => valueOf(correlation, rule, field, seen));
      if (values.includes(undefined)) continue;
      const key = JSON.stringify(values);
      const known = own.get(key);
      if (known === undefined) own.set(key, { positions: [position], rule });
      else known.positions.push(position);
    }
    for (const [key, { positions, rule }] of own) {
      const values = correlation.condition.fields.map((field) => valueOf(correlation, rule, field, seen));
      groups.set(key, [...(groups.get(key) ?? []), { atMs: seen.atMs, seen, positions, values }]);
    }
  }
  return groups;
}

/** A value as a text: `22` and `"22"` are one. */
function valueOf(
  { aliases }: Correlation,
  rule: string,
  name: string,
  { event, group }: TimedEvent,
): string | undefined {
  const field = aliases.get(name)?.get(rule) ?? name;
  const value = group?.get(field) ?? fieldOf(event, field);
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function* reported(
  correlation: Correlation,
  sightings: readonly Sighting[],
): Generator<{ sighting: Sighting; measured: number }> {
  const { timespanMs } = correlation;
  if (mayBreakLater(correlation)) {
    // One window after the other, each opened by the first event that the one before does not hold.
    for (let from = 0; from < sightings.length;) {
      const endMs = (sightings[from]?.atMs ?? 0) + timespanMs;
      const inside = sightings.slice(from).filter(({ atMs }) => atMs <= endMs);
      from += inside.length;
      const measured = measure(correlation, inside);
      const sighting = inside.at(-1);
      if (sighting !== undefined && measured !== undefined && holds(correlation, measured))
        yield { sighting, measured };
    }
    return;
  }
  let lastMs: number | undefined;
  for (const [at, sighting] of sightings.entries()) {
    const inside = sightings.slice(0, at + 1).filter(({ atMs }) => atMs >= sighting.atMs - timespanMs);
    const measured = measure(correlation, inside);
    if (measured === undefined || !holds(correlation, measured)) lastMs = undefined;
    else if (lastMs === undefined || sighting.atMs - lastMs > timespanMs) {
      lastMs = sighting.atMs;
      yield { sighting, measured };
    }
  }
}

function mayBreakLater({ type, condition }: Correlation): boolean {
  const onlyGrows = condition.bounds.every(({ op }) => op === 'gt' || op === 'gte');
  return !onlyGrows && type !== 'value_avg' && type !== 'value_percentile';
}

function measure({ type }: Correlation, inside: readonly Sighting[]): number | undefined {
  const known = inside.filter(({ values }) => !values.includes(undefined));
  const keys = known.map(({ values }) => JSON.stringify(values));
  const numbers = known.map(({ values: [value] }) => (String(value).trim() === '' ? Number.NaN : Number(value)));
  const finite = numbers.filter(Number.isFinite);
  const sum = finite.reduce((total, value) => total + value, 0);
  switch (type) {
    case 'event_count':
      return inside.length;
    case 'value_count':
      return new Set(keys).size;
    case 'temporal':
      return new Set(inside.flatMap(({ positions }) => positions)).size;
    case 'temporal_ordered':
      return longestChain(inside);
    case 'value_sum':
      return finite.length === 0 ? undefined : sum;
    case 'value_avg':
      return finite.length === 0 ? undefined : sum / finite.length;
    default: {
      const newest = keys.at(-1);
      if (inside.at(-1) !== known.at(-1) || newest === undefined) return undefined;
      return (100 * keys.filter((key) => key === newest).length) / keys.length;
    }
  }
}

/** The most rules that events, one each, met in the author's order. */
function longestChain(inside: readonly Sighting[]): number {
  const chains: { readonly position: number; readonly length: number; readonly event: unknown }[] = [];
  for (const { positions, seen } of inside) {
    // An event is one step, also when a correlation reports it.
    const before = chains.filter(({ event }) => event !== seen.event);
    for (const position of positions) {
      const lengths = before.filter((chain) => chain.position < position).map(({ length }) => length);
      chains.push({ position, length: 1 + Math.max(0, ...lengths), event: seen.event });
    }
  }
  return Math.max(0, ...chains.map(({ length }) => length));
}

function holds({ condition }: Correlation, measured: number): boolean {
  return condition.bounds.every(({ op, value }) => {
    switch (op) {
      case 'gt':
        return measured > value;
      case 'gte':
        return measured >= value;
      case 'lt':
        return measured < value;
      case 'lte':
        return measured <= value;
      case 'eq':
        return measured === value;
      default:
        return measured !== value;
    }
  });
}
