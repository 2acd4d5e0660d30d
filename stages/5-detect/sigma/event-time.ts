/** When an event happened, wherever its source wrote that down: what correlations measure their windows by. */

/** Names in the order of preference: when it happened before when it was written or read. Dots separate levels. */
const timeFields = [
  '@timestamp',
  'UtcTime',
  'Event.System.TimeCreated.#attributes.SystemTime',
  'Event.System.TimeCreated.SystemTime',
  'TimeCreated_SystemTime',
  'TimeCreated',
  'SystemTime',
  'EventTime',
  'eventTime',
  'timestamp',
  'Timestamp',
  'time',
  'ts',
  'date',
  'CreationUtcTime',
  'TimeGenerated',
  '_time',
].map((name) => name.split('.'));

/**
 * Milliseconds since the epoch, or undefined when the event names no time. Texts are ISO 8601 or its common relatives (a blank for the `T`; UTC when no
 * zone is named); numbers and texts of numbers are seconds, milliseconds, microseconds or nanoseconds since the epoch, told apart by their size.
 */
export function timeOf(event: unknown): number | undefined {
  for (const path of timeFields) {
    const time = parseTime(valueAt(event, path));
    if (time !== undefined) return time;
  }
  return undefined;
}

function valueAt(event: unknown, path: readonly string[]): unknown {
  const whole = path.join('.');
  if (isRecord(event) && Object.hasOwn(event, whole)) return event[whole];
  let value = event;
  for (const name of path) {
    if (!isRecord(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

const withoutZone = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?)$/;
const dotNetDate = /^\/Date\((-?\d{1,16})\)\/$/;

/** One value as a time, by the same rules. */
export function parseTime(value: unknown): number | undefined {
  if (typeof value === 'number') return fromEpoch(value);
  if (typeof value !== 'string' || value.length > 64) return undefined;
  if (/^\d{9,19}(\.\d+)?$/.test(value)) return fromEpoch(Number(value));
  const dotNet = dotNetDate.exec(value)?.[1];
  if (dotNet !== undefined) return Number(dotNet);
  const [, date, time] = withoutZone.exec(value) ?? [];
  const parsed = Date.parse(date === undefined ? value : `${date}T${time?.replace(',', '.')}Z`);
  return Number.isNaN(parsed) ? undefined : parsed;
}

/** The year 2001 to 2286 in each unit: ten digits of seconds, thirteen of milliseconds, and so on. */
function fromEpoch(value: number): number | undefined {
  if (!Number.isFinite(value) || value < 1e9) return undefined;
  if (value < 1e10) return value * 1_000;
  if (value < 1e13) return value;
  if (value < 1e16) return value / 1_000;
  return value < 1e19 ? value / 1_000_000 : undefined;
}
