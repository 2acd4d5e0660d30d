/** Dates as FTP servers write them, in a time zone of the machine. */
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;
const formats = new Map<string, Intl.DateTimeFormat>();

export interface DateParts {
  readonly year: number;
  readonly month: string;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/** @param seconds since the epoch */
export function datePartsOf(seconds: number, timeZone: string): DateParts {
  let format = formats.get(timeZone);
  if (format === undefined) {
    const two = '2-digit';
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: two,
      minute: two,
      second: two,
    });
    formats.set(timeZone, format);
  }
  const parts = Object.fromEntries(
    format.formatToParts(seconds * 1000).map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return { year, month: MONTHS[month - 1]!, day, hour, minute, second };
}

/** `20260304050607` (RFC 3659, 2.3). */
export function timestampOf(seconds: number, timeZone: string): string {
  const { year, month, day, hour, minute, second } = datePartsOf(seconds, timeZone);
  return [year, MONTHS.indexOf(month as (typeof MONTHS)[number]) + 1, day, hour, minute, second]
    .map((part) => String(part).padStart(2, '0'))
    .join('');
}

/** Epoch seconds of `20260304050607` in UTC; what runs over is carried, as by mktime. */
export function secondsOf(timestamp: string): number {
  const part = (from: number, to: number): number => Number(timestamp.slice(from, to));
  return Date.UTC(part(0, 4), part(4, 6) - 1, part(6, 8), part(8, 10), part(10, 12), part(12, 14) || 0) / 1000;
}

export function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
