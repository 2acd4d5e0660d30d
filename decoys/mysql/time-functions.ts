/** Functions of dates and times that do not ask for the clock. */
import { MONTHS, WEEKDAYS } from '../shell/commands/time-format.ts';
import { type SqlType } from '../sql/values.ts';
import { INT, type FunctionDefinition, datetime, text } from './function.types.ts';
import { textOf, timeOf } from './mysql-values.ts';

function field(
  name: string,
  run: (at: Date) => number | string,
  type: SqlType = INT,
): readonly [string, FunctionDefinition] {
  return [
    name,
    {
      least: 1,
      most: 1,
      type: () => type,
      run: (args) => {
        const at = timeOf(args[0]!);
        return at === undefined ? null : run(new Date(at.ms));
      },
    },
  ];
}

/** Seconds as `[-]HH:MM:SS`. */
export function clockText(seconds: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const all = Math.min(Math.abs(seconds), 838 * 3600 + 3599);
  return `${seconds < 0 ? '-' : ''}${two(Math.floor(all / 3600))}:${two(Math.floor(all / 60) % 60)}:${two(all % 60)}`;
}

export function dateFormat(ms: number, format: string): string {
  const at = new Date(ms);
  const two = (value: number): string => String(value).padStart(2, '0');
  const parts: Record<string, () => string> = {
    Y: () => String(at.getUTCFullYear()),
    y: () => two(at.getUTCFullYear() % 100),
    m: () => two(at.getUTCMonth() + 1),
    c: () => String(at.getUTCMonth() + 1),
    d: () => two(at.getUTCDate()),
    e: () => String(at.getUTCDate()),
    H: () => two(at.getUTCHours()),
    k: () => String(at.getUTCHours()),
    h: () => two(at.getUTCHours() % 12 || 12),
    I: () => two(at.getUTCHours() % 12 || 12),
    i: () => two(at.getUTCMinutes()),
    s: () => two(at.getUTCSeconds()),
    S: () => two(at.getUTCSeconds()),
    f: () => `${String(at.getUTCMilliseconds()).padStart(3, '0')}000`,
    p: () => (at.getUTCHours() < 12 ? 'AM' : 'PM'),
    W: () => WEEKDAYS[at.getUTCDay()]!,
    a: () => WEEKDAYS[at.getUTCDay()]!.slice(0, 3),
    w: () => String(at.getUTCDay()),
    M: () => MONTHS[at.getUTCMonth()]!,
    b: () => MONTHS[at.getUTCMonth()]!.slice(0, 3),
    T: () => at.toISOString().slice(11, 19),
    j: () => String(Math.floor((ms - Date.UTC(at.getUTCFullYear(), 0, 1)) / 86_400_000) + 1).padStart(3, '0'),
    '%': () => '%',
  };
  return format.replace(/%(.)/g, (_, c: string) => parts[c]?.() ?? c);
}

export const timeFunctions: Readonly<Record<string, FunctionDefinition>> = {
  date_format: {
    least: 2,
    most: 2,
    type: () => ({ ...text(64), scale: 0 }),
    run: ([at, format]) => {
      const time = timeOf(at!);
      return time === undefined || format === null ? null : dateFormat(time.ms, textOf(format!));
    },
  },
  datediff: {
    least: 2,
    most: 2,
    type: () => INT,
    run: ([a, b]) => {
      const [x, y] = [timeOf(a!), timeOf(b!)];
      return x === undefined || y === undefined ? null : Math.floor(x.ms / 86_400_000) - Math.floor(y.ms / 86_400_000);
    },
  },
  to_days: {
    least: 1,
    most: 1,
    type: () => INT,
    run: ([at]) => {
      const time = timeOf(at!);
      return time === undefined ? null : Math.floor(time.ms / 86_400_000) + 719_528;
    },
  },
  date: {
    least: 1,
    most: 1,
    type: () => datetime('date'),
    run: ([at]) => {
      const time = timeOf(at!);
      return time === undefined ? null : new Date(time.ms).toISOString().slice(0, 10);
    },
  },
  time: {
    least: 1,
    most: 1,
    type: () => datetime('time'),
    run: ([at]) => {
      const time = timeOf(at!);
      return time === undefined ? null : new Date(time.ms).toISOString().slice(11, 19);
    },
  },
  ...Object.fromEntries([
    field('year', (at) => at.getUTCFullYear()),
    field('month', (at) => at.getUTCMonth() + 1),
    field('day', (at) => at.getUTCDate()),
    field('dayofmonth', (at) => at.getUTCDate()),
    field('hour', (at) => at.getUTCHours()),
    field('minute', (at) => at.getUTCMinutes()),
    field('second', (at) => at.getUTCSeconds()),
    field('weekday', (at) => (at.getUTCDay() + 6) % 7),
    field('dayofweek', (at) => at.getUTCDay() + 1),
    field('dayname', (at) => WEEKDAYS[at.getUTCDay()]!, { ...text(9), scale: 0 }),
    field('monthname', (at) => MONTHS[at.getUTCMonth()]!, { ...text(9), scale: 0 }),
  ]),
};
