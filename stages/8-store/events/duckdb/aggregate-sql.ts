/**
 * An aggregate as one SQL statement. Groups are counted once at the finest level; the `top` of each level is then chosen by totals over that
 * level, the most frequent first and equal ones by their text. An event with several values in a field counts in each value's group.
 */
import type { AggregateRow, EventAggregate } from '@netsentinel/contracts/event-store';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { columnOf } from './event-columns.ts';
import { jsonValues, type Bindings } from './query-sql.ts';

/** For a field without `top`. */
export const DEFAULT_TOP = 100;
/** Of a value that is counted by: attackers choose how long it is, and each group is held in memory. */
const MAX_KEY_CHARS = 512;
/** More rows than this help nobody, and would have to be held in memory. */
export const MAX_GROUPS = 100_000;

/** `source`: a relation with the events' columns; `conditions`: joined by AND, may be empty. */
export function aggregateSql(
  aggregate: EventAggregate,
  source: string,
  conditions: readonly string[],
  bindings: Bindings,
): string {
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
  // All that is read out of the events' JSON is read once an event, before one becomes many, and the JSON goes no further.
  const read = aggregate.by.map((by, i) => keySql(by, i, bindings));
  if (aggregate.measure !== undefined) read.push(`${measureValues(aggregate.measure.field, bindings)} AS m`);
  let events = `(SELECT ${read.join(', ')} FROM ${source}${where})`;
  // One level of SELECT a list: two `unnest` in one SELECT would pair their items instead of combining them.
  for (const [i, by] of aggregate.by.entries())
    if (isList(by))
      events = `(SELECT * EXCLUDE (l${i}), unnest(CASE WHEN len(l${i}) > 0 THEN l${i} ELSE [NULL] END) AS k${i} FROM ${events})`;
  const names = aggregate.by.map((_, i) => `k${i}`);
  const selected = [...names, 'count(*) AS n', ...measureSql(aggregate)].join(', ');
  let sql = `SELECT ${selected} FROM ${events} GROUP BY ${names.join(', ')}`;
  const order: string[] = [];
  for (const [i, by] of aggregate.by.entries()) {
    if (!('field' in by)) {
      order.push(`k${i}`);
      continue;
    }
    const outer = names.slice(0, i).join(', ');
    const partition = outer === '' ? '' : `PARTITION BY ${outer}`;
    const top = bindings.bind(BigInt(by.top ?? DEFAULT_TOP));
    // The total of each value at this level, then its rank among its siblings.
    sql = `SELECT * FROM (SELECT *, sum(n) OVER (PARTITION BY ${names.slice(0, i + 1).join(', ')}) AS t${i} FROM (${sql}))
      QUALIFY dense_rank() OVER (${partition} ORDER BY t${i} DESC, ${tieOrder(by.field, i)}) <= ${top}`;
    order.push(`t${i} DESC`, tieOrder(by.field, i));
  }
  return `${sql} ORDER BY ${order.join(', ')} LIMIT ${MAX_GROUPS + 1}`;
}

/** Turns what `aggregateSql` selected into rows. */
export function aggregateRows(aggregate: EventAggregate, rows: readonly (readonly unknown[])[]): AggregateRow[] {
  if (rows.length > MAX_GROUPS)
    throw new NetSentinelError('STORE_TOO_MANY_GROUPS', 'user', `this aggregate has more than ${MAX_GROUPS} groups`, {
      hint: 'Ask for a longer interval, a shorter time, or a smaller top.',
    });
  const width = aggregate.by.length;
  return rows.map((row) => {
    const keys = aggregate.by.map((by, i) => keyValue(row[i], 'field' in by ? by.field : undefined));
    const count = Number(row[width]);
    const measure = aggregate.measure === undefined ? null : row[width + 1];
    return measure === null || measure === undefined ? { keys, count } : { keys, count, measure: Number(measure) };
  });
}

function keyValue(value: unknown, field: string | undefined): string | number | null {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'string') return null;
  return field !== undefined && columnOf(field) === undefined ? (JSON.parse(value) as string | number) : value;
}

function intervalSql(intervalMs: number, bindings: Bindings): string {
  const interval = bindings.bind(BigInt(intervalMs));
  return `time - (((time % ${interval}) + ${interval}) % ${interval})`;
}

/** Equally frequent values stand in the order of their texts, whatever their type. */
function tieOrder(field: string, i: number): string {
  const column = columnOf(field);
  if (column?.type === 'text') return `k${i} NULLS LAST`;
  if (column?.type === 'number') return `CAST(k${i} AS VARCHAR) NULLS LAST`;
  return `json_extract_string(k${i}, '$') NULLS LAST, k${i} NULLS LAST`;
}

type By = EventAggregate['by'][number];

/** A field without a column has a list of values for each event. */
function isList(by: By): boolean {
  return 'field' in by && columnOf(by.field) === undefined;
}

/** The key `k…`, or the list `l…` of them. */
function keySql(by: By, i: number, bindings: Bindings): string {
  if (!('field' in by)) return `${intervalSql(by.intervalMs, bindings)} AS k${i}`;
  const column = columnOf(by.field);
  if (column !== undefined)
    return `${column.type === 'text' ? `left(${column.name}, ${MAX_KEY_CHARS})` : column.name} AS k${i}`;
  const key = `CASE WHEN json_type(e) = 'VARCHAR' AND length(e) > ${MAX_KEY_CHARS}
    THEN CAST(to_json(left(e->>'$', ${MAX_KEY_CHARS})) AS VARCHAR) ELSE CAST(e AS VARCHAR) END`;
  return `list_distinct(list_transform(${jsonValues(by.field, bindings)}, lambda e: ${key})) AS l${i}`;
}

/** All values of the measured field of one event, as a list, so that measuring does not multiply events. */
function measureValues(field: string, bindings: Bindings): string {
  const column = columnOf(field);
  if (column === undefined) return `list_transform(${jsonValues(field, bindings)}, lambda e: CAST(e AS VARCHAR))`;
  const text = column.type === 'text' ? `to_json(${column.name})` : column.name;
  return `CASE WHEN ${column.name} IS NULL THEN []::VARCHAR[] ELSE [CAST(${text} AS VARCHAR)] END`;
}

function measureSql(aggregate: EventAggregate): string[] {
  const op = aggregate.measure?.op;
  if (op === undefined) return [];
  if (op === 'distinct') return ['len(list_distinct(flatten(list(m)))) AS measure'];
  const numbers = `list_transform(list_filter(m, lambda e: NOT starts_with(e, '"')), lambda e: TRY_CAST(e AS DOUBLE))`;
  return [`${op}(list_${op}(${numbers})) AS measure`];
}
