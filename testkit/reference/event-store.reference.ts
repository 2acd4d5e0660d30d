/**
 * The event store's meaning in its simplest form: a list and loops. The contract suite compares every engine with it.
 *
 * A field has zero or more scalar values (an array has each of its items; null and objects are none). A condition holds where any value meets
 * it, `not` where none does. Words: see `wordsOf`.
 */
import { networkContains, parseAddress, parseNetwork } from '@netsentinel/kernel/address';
import type { Event } from '@netsentinel/contracts/event';
import type { AggregateRow, EventAggregate, EventFilter, EventQuery } from '@netsentinel/contracts/event-store';

type Scalar = string | number | boolean;
type Selection = Pick<EventQuery, 'from' | 'to' | 'filters' | 'words'>;

/** Of a value that is counted by. */
const MAX_KEY_CHARS = 512;
const DEFAULT_TOP = 100;

/** What a store with these events, appended in this order, answers to the whole of a query (no paging). */
export function referenceQuery(events: readonly Event[], query: EventQuery): Event[] {
  const found = events.map((event, seq) => ({ event, seq })).filter(({ event }) => selects(event, query));
  found.sort((a, b) => timeOf(a.event) - timeOf(b.event) || a.seq - b.seq);
  if (query.order !== 'oldest') found.reverse();
  return found.map(({ event }) => event);
}

export function referenceAggregate(events: readonly Event[], aggregate: EventAggregate): AggregateRow[] {
  const selected = events.filter((event) => selects(event, aggregate.where ?? {}));
  return groups(selected, aggregate, 0, []);
}

function groups(
  events: readonly Event[],
  aggregate: EventAggregate,
  level: number,
  keys: AggregateRow['keys'],
): AggregateRow[] {
  const by = aggregate.by[level];
  if (by === undefined) return [row(events, aggregate, keys)];
  const members = new Map<string, { key: Scalar | null; events: Event[] }>();
  for (const event of events)
    for (const key of keysOf(event, by)) {
      const name = JSON.stringify(key);
      const group = members.get(name) ?? { key, events: [] };
      group.events.push(event);
      members.set(name, group);
    }
  const list = [...members.values()];
  const below = (group: { key: Scalar | null; events: Event[] }): AggregateRow[] =>
    groups(group.events, aggregate, level + 1, [...keys, group.key]);
  if (!('field' in by)) return list.sort((a, b) => Number(a.key) - Number(b.key)).flatMap(below);
  // What ranks a value is all that stands below it, where an event with several values counts in each of them.
  const inner = aggregate.by.slice(level + 1);
  const total = (group: { events: Event[] }): number =>
    group.events.reduce((sum, event) => sum + inner.reduce((n, next) => n * keysOf(event, next).length, 1), 0);
  return list
    .sort((a, b) => total(b) - total(a) || compareKeys(a.key, b.key))
    .slice(0, by.top ?? DEFAULT_TOP)
    .flatMap(below);
}

function keysOf(event: Event, by: EventAggregate['by'][number]): (Scalar | null)[] {
  if (!('field' in by)) return [Math.floor(timeOf(event) / by.intervalMs) * by.intervalMs];
  const values = new Set(
    valuesOf(event, by.field).map((value) =>
      typeof value === 'string' ? Array.from(value).slice(0, MAX_KEY_CHARS).join('') : value,
    ),
  );
  return values.size === 0 ? [null] : [...values];
}

function row(events: readonly Event[], aggregate: EventAggregate, keys: AggregateRow['keys']): AggregateRow {
  const { measure } = aggregate;
  if (measure === undefined) return { keys, count: events.length };
  const values = events.flatMap((event) => valuesOf(event, measure.field));
  if (measure.op === 'distinct') return { keys, count: events.length, measure: new Set(values).size };
  const numbers = values.filter((value) => typeof value === 'number');
  if (numbers.length === 0) return { keys, count: events.length };
  const sum = numbers.reduce((a, b) => a + b, 0);
  const answer = { sum, min: Math.min(...numbers), max: Math.max(...numbers) }[measure.op];
  return { keys, count: events.length, measure: answer };
}

export function selects(event: Event, selection: Selection): boolean {
  const time = timeOf(event);
  if (selection.from !== undefined && time < selection.from) return false;
  if (selection.to !== undefined && time >= selection.to) return false;
  if (!(selection.filters ?? []).every((filter) => meets(event, filter))) return false;
  const text = selection.words ?? '';
  if (text.trim() === '') return true;
  const searched = joinedRuns(text);
  if (searched.length === 0) return false;
  const words = wordsOf(event);
  return searched.every((word) => words.has(word));
}

function meets(event: Event, filter: EventFilter): boolean {
  const found =
    filter.op === 'exists'
      ? exists(event, filter.field)
      : valuesOf(event, filter.field).some((value) => matches(value, filter));
  return found !== (filter.not ?? false);
}

function matches(value: Scalar, { op, value: wanted }: EventFilter): boolean {
  switch (op) {
    case 'eq':
      return equal(value, wanted);
    case 'in':
      return (wanted as (string | number)[]).some((item) => equal(value, item));
    case 'prefix':
      return String(value).toLowerCase().startsWith(String(wanted).toLowerCase());
    case 'contains':
      return String(value).toLowerCase().includes(String(wanted).toLowerCase());
    case 'gt':
      return compare(value, wanted, (order) => order > 0);
    case 'gte':
      return compare(value, wanted, (order) => order >= 0);
    case 'lt':
      return compare(value, wanted, (order) => order < 0);
    case 'lte':
      return compare(value, wanted, (order) => order <= 0);
    case 'cidr': {
      const address = parseAddress(String(value));
      return address !== undefined && networkContains(parseNetwork(String(wanted))!, address);
    }
    case 'exists':
      return true;
    default:
      throw new Error(`there is no operator ${String(op satisfies never)}`);
  }
}

function equal(value: Scalar, wanted: unknown): boolean {
  return typeof wanted === 'string' ? String(value) === wanted : value === wanted;
}

function compare(value: Scalar, wanted: unknown, holds: (order: number) => boolean): boolean {
  if (typeof value === 'number' && typeof wanted === 'number') return holds(value - wanted);
  if (typeof value !== 'string' || typeof wanted !== 'string') return false;
  return holds(Buffer.compare(Buffer.from(value), Buffer.from(wanted)));
}

function compareKeys(a: Scalar | null, b: Scalar | null): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  const order = (x: string, y: string): number => Buffer.compare(Buffer.from(x), Buffer.from(y));
  return order(String(a), String(b)) || order(JSON.stringify(a), JSON.stringify(b));
}

function exists(event: Event, field: string): boolean {
  return reach(event, field.split('.')).some((value) =>
    Array.isArray(value) ? value.length > 0 : value !== null && value !== undefined,
  );
}

export function valuesOf(event: Event, field: string): Scalar[] {
  return reach(event, field.split('.'))
    .flat()
    .filter((value) => typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean');
}

/** Arrays of objects within the schema are walked through. */
function reach(value: unknown, path: readonly string[]): unknown[] {
  if (path.length === 0) return [value];
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item) => reach(item, path));
  const [key, ...rest] = path;
  return Object.hasOwn(value, key!) ? reach((value as Record<string, unknown>)[key!], rest) : [];
}

export function timeOf(event: Event): number {
  return Math.floor(Date.parse(event['@timestamp']));
}

/**
 * Runs of letters, digits, marks and `_`, folded; and such runs joined by one `.` or `-` as a whole, too. Of all texts but the event's own id
 * and its timestamps.
 */
export function wordsOf(event: Event): Set<string> {
  const words = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value === 'string')
      for (const run of joinedRuns(value)) for (const word of [run, ...run.split(/[.-]/)]) words.add(word);
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(visit);
  };
  const { '@timestamp': _time, event: details, ...rest } = event;
  const { id: _id, ingested: _ingested, start: _start, end: _end, ...others } = details;
  visit(rest);
  visit(others);
  return words;
}

function joinedRuns(text: string): string[] {
  const folded = Array.from(text, (character) => {
    const lower = character.toLowerCase();
    return lower.length === character.length ? lower : character;
  }).join('');
  return (
    folded.match(/[\p{L}\p{N}\p{M}_\u{10000}-\u{10ffff}]+(?:[.-][\p{L}\p{N}\p{M}_\u{10000}-\u{10ffff}]+)*/gu) ?? []
  );
}
