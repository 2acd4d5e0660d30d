/** Functions that make, take apart and move dates and times. */
import type { SqlType, Value } from '../sql/values.ts';
import type { FunctionDefinition } from './function.types.ts';
import { BIGINT, INT, datetime, text } from './function.types.ts';
import { known, numbers } from './function-makers.ts';
import { textOf, timeOf, timeText, toNumber } from './mysql-values.ts';
import { clockText, dateFormat } from './time-functions.ts';

const DAY_MS = 86_400_000;
const MAX_MARKS = 8;
/** Days from year 0 to 1970. */
const EPOCH_DAYS = 719_528;

function ofDate(type: SqlType, run: (at: Date) => Value, most = 1): FunctionDefinition {
  return {
    least: 1,
    most,
    type: () => type,
    run: ([at]) => {
      const time = timeOf(at!);
      return time === undefined ? null : run(new Date(time.ms));
    },
  };
}

/** `[-]HHH:MM:SS` as seconds; undefined where it is no time. */
function secondsOf(value: Value): number | undefined {
  const said = textOf(value);
  const match = /^(-?)(?:\d{4}-\d\d-\d\d )?(\d{1,3}):(\d\d)(?::(\d\d)(?:\.\d+)?)?$/.exec(said);
  if (match === null) return /^\d{1,7}$/.test(said) ? compact(Number(said)) : undefined;
  const seconds = Number(match[2]) * 3600 + Number(match[3]) * 60 + Number(match[4] ?? 0);
  return match[1] === '-' ? -seconds : seconds;
}

function compact(number: number): number {
  return Math.floor(number / 10_000) * 3600 + (Math.floor(number / 100) % 100) * 60 + (number % 100);
}

function weekOf(at: Date): { readonly year: number; readonly week: number } {
  const start = Date.UTC(at.getUTCFullYear(), 0, 1);
  const first = (7 - new Date(start).getUTCDay()) % 7;
  const day = Math.floor((at.getTime() - start) / DAY_MS);
  return { year: at.getUTCFullYear(), week: day < first ? 0 : Math.floor((day - first) / 7) + 1 };
}

function yearWeek(at: Date): number {
  const { year, week } = weekOf(at);
  if (week > 0) return year * 100 + week;
  return yearWeek(new Date(Date.UTC(year - 1, 11, 31)));
}

function sum(sign: number): FunctionDefinition {
  return {
    least: 2,
    most: 2,
    type: () => ({ name: 'char', length: 26 }),
    run: known((a, b) => {
      const seconds = secondsOf(b);
      if (seconds === undefined) return null;
      const at = timeOf(a);
      if (at !== undefined) return timeText(at.ms + sign * seconds * 1000);
      const first = secondsOf(a);
      return first === undefined ? null : clockText(first + sign * seconds);
    }),
  };
}

/** The format's marks as a pattern, with what each of them stands for. */
function parseTime(value: string, format: string): string | null {
  const fields: string[] = [];
  // Each mark may be cut in several ways.
  if (format.split('%').length > MAX_MARKS) return null;
  const pattern = format.slice(0, 128).replace(/%(.)|[^%]/g, (all: string, mark: string | undefined) => {
    if (mark === undefined) return /\w/.test(all) ? all : `\\${all}`;
    const digits = { Y: 4, y: 2, m: 2, c: 2, d: 2, e: 2, H: 2, k: 2, h: 2, i: 2, s: 2, S: 2 }[mark];
    if (digits === undefined) return '\\w{0,12}';
    fields.push(mark);
    return `(\\d{1,${digits}})`;
  });
  const match = new RegExp(`^\\s*${pattern}`).exec(value.slice(0, 128));
  if (match === null) return null;
  const of = (...marks: readonly string[]): string => {
    const at = fields.findIndex((field) => marks.includes(field));
    return (at < 0 ? '' : match[at + 1]!).padStart(2, '0');
  };
  const year = fields.includes('y') ? `20${of('y')}` : of('Y').padStart(4, '0');
  const date = `${year}-${of('m', 'c')}-${of('d', 'e')}`;
  const clock = `${of('H', 'k', 'h')}:${of('i')}:${of('s', 'S')}`;
  if (!/[HkhisS]/.test(fields.join(''))) return date;
  return /[YymcdE]/.test(fields.join('')) ? `${date} ${clock}` : clock;
}

export const calendarFunctions: Readonly<Record<string, FunctionDefinition>> = {
  week: ofDate(INT, (at) => weekOf(at).week, 2),
  weekofyear: ofDate(INT, (at) => isoWeek(at)),
  yearweek: ofDate(INT, yearWeek, 2),
  quarter: ofDate(INT, (at) => Math.floor(at.getUTCMonth() / 3) + 1),
  dayofyear: ofDate(INT, (at) => Math.floor((at.getTime() - Date.UTC(at.getUTCFullYear(), 0, 1)) / DAY_MS) + 1),
  last_day: ofDate(datetime('date'), (at) => timeText(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 0), false)),
  microsecond: { least: 1, most: 1, type: () => INT, run: known((at) => micros(textOf(at))) },
  from_days: {
    least: 1,
    most: 1,
    type: () => datetime('date'),
    run: known((days) => {
      const ms = (toNumber(days) - EPOCH_DAYS) * DAY_MS;
      return Math.abs(ms) > 1e14 ? null : timeText(ms, false);
    }),
  },
  makedate: {
    least: 2,
    most: 2,
    type: () => datetime('date'),
    run: known((year, day) => {
      const ms = Date.UTC(toNumber(year), 0, toNumber(day));
      return toNumber(day) < 1 || Number.isNaN(ms) || Math.abs(ms) > 1e14 ? null : timeText(ms, false);
    }),
  },
  maketime: {
    least: 3,
    most: 3,
    type: () => datetime('time'),
    run: known((hour, minute, second) => clockText(toNumber(hour) * 3600 + toNumber(minute) * 60 + toNumber(second))),
  },
  sec_to_time: {
    least: 1,
    most: 1,
    type: () => datetime('time'),
    run: known((seconds) => clockText(Math.trunc(toNumber(seconds)))),
  },
  time_to_sec: { least: 1, most: 1, type: () => BIGINT, run: known((time) => secondsOf(time) ?? null) },
  addtime: sum(1),
  subtime: sum(-1),
  timediff: {
    least: 2,
    most: 2,
    type: () => datetime('time'),
    run: known((a, b) => {
      const [x, y] = [timeOf(a), timeOf(b)];
      if (x !== undefined && y !== undefined) return clockText(Math.trunc((x.ms - y.ms) / 1000));
      const [s, t] = [secondsOf(a), secondsOf(b)];
      return s === undefined || t === undefined ? null : clockText(s - t);
    }),
  },
  time_format: {
    least: 2,
    most: 2,
    type: () => ({ ...text(64), scale: 0 }),
    run: known((time, format) => {
      const seconds = secondsOf(time) ?? (timeOf(time) === undefined ? undefined : (timeOf(time)!.ms % DAY_MS) / 1000);
      return seconds === undefined ? null : dateFormat(seconds * 1000, textOf(format));
    }),
  },
  str_to_date: {
    least: 2,
    most: 2,
    type: (_, [, format]) => datetime(/%[HkhisST]/.test(String(format ?? '')) ? 'datetime' : 'date'),
    run: known((value, format) => parseTime(textOf(value), textOf(format))),
  },
  period_add: numbers(2, 2, INT, (period, months) => {
    const month = Math.floor(period / 100) * 12 + (period % 100) - 1 + months;
    return Math.floor(month / 12) * 100 + (month % 12) + 1;
  }),
};

function micros(said: string): number {
  return Number((/\.(\d{1,6})$/.exec(said)?.[1] ?? '0').padEnd(6, '0'));
}

function isoWeek(at: Date): number {
  const thursday = new Date(at.getTime() + (4 - (at.getUTCDay() || 7)) * DAY_MS);
  return Math.floor((thursday.getTime() - Date.UTC(thursday.getUTCFullYear(), 0, 1)) / DAY_MS / 7) + 1;
}
