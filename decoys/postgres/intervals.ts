/** Times as text, the milliseconds behind them, and intervals between them. */

export const DAY_MS = 86_400_000;

/** Milliseconds since 1970 of a time as values have it: `2024-01-02 03:04:05.678+00`. */
export function epoch(text: string): number {
  return Date.parse(
    `${text.slice(0, 10)}T${text.slice(11, 19) || '00:00:00'}${/(\.\d{1,3})/.exec(text.slice(19))?.[1] ?? ''}Z`,
  );
}

const UNITS: Readonly<Record<string, number>> = {
  second: 1000,
  sec: 1000,
  s: 1000,
  minute: 60_000,
  min: 60_000,
  hour: 3_600_000,
  h: 3_600_000,
  day: DAY_MS,
  d: DAY_MS,
  week: 7 * DAY_MS,
  mon: 30 * DAY_MS,
  month: 30 * DAY_MS,
  year: 365.25 * DAY_MS,
  y: 365.25 * DAY_MS,
};

/** Of what a client writes: `1 day 02:03:04`, `5 minutes`. */
export function intervalMs(text: string): number {
  let ms = 0;
  for (const [, count, unit] of text.matchAll(/([+-]?\d+(?:\.\d+)?)\s*([a-z]+?)s?(?=[\s\d,]|$)/gi))
    ms += Number(count) * (UNITS[unit!.toLowerCase()] ?? 0);
  const clock = /(-?)(\d+):(\d\d)(?::(\d\d(?:\.\d+)?))?/.exec(text);
  if (clock !== null)
    ms +=
      (clock[1] === '-' ? -1 : 1) * (Number(clock[2]) * 3600 + Number(clock[3]) * 60 + Number(clock[4] ?? 0)) * 1000;
  return ms;
}

/** As a value of type `interval` looks. */
export function intervalText(ms: number): string {
  const days = Math.trunc(ms / DAY_MS);
  const rest = Math.abs(ms - days * DAY_MS);
  const seconds = Math.floor(rest / 1000);
  const two = (value: number): string => String(value).padStart(2, '0');
  const fraction = rest % 1000 === 0 ? '' : `.${String(Math.floor(rest % 1000)).padStart(3, '0')}`.replace(/0+$/, '');
  const clock = `${ms < 0 && days === 0 ? '-' : ''}${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}${fraction}`;
  if (days === 0) return clock;
  return `${days} day${Math.abs(days) === 1 ? '' : 's'}${rest === 0 ? '' : ` ${clock}`}`;
}

/** A time moved by an interval, `sign` 1 or -1. */
export function shifted(text: string, interval: string, sign: number): string {
  const zone = text.endsWith('+00') ? '+00' : '';
  const iso = new Date(epoch(text) + sign * intervalMs(interval)).toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)}${zone}`;
}
