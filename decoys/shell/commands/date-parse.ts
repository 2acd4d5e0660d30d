/** Dates as people write them to `date -d` and `touch -d`: `@epoch`, ISO and RFC forms, `yesterday`, `2 days ago`, `next week`. */
import type { CommandContext } from '../command.types.ts';
import { MONTHS, WEEKDAYS, zonedTime, zoneOf } from './time-format.ts';

interface Fields {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  offsetMinutes: number | undefined;
}

const UNIT_SECONDS: Readonly<Record<string, number>> = {
  sec: 1,
  second: 1,
  min: 60,
  minute: 60,
  hour: 3600,
  day: 86_400,
  week: 604_800,
  fortnight: 1_209_600,
};
const ZONES: Readonly<Record<string, number>> = {
  utc: 0,
  gmt: 0,
  z: 0,
  est: -300,
  edt: -240,
  cst: -360,
  cdt: -300,
  mst: -420,
  pst: -480,
  pdt: -420,
  cet: 60,
  cest: 120,
  bst: 60,
  msk: 180,
  jst: 540,
};

/** Epoch milliseconds, or undefined for what GNU date would call an invalid date. */
export function parseDate(ctx: CommandContext, text: string): number | undefined {
  const trimmed = text.trim();
  const epoch = /^@(-?\d{1,12})(?:\.(\d+))?$/.exec(trimmed);
  if (epoch !== null) return Number(epoch[1]) * 1000 + Number((epoch[2] ?? '0').padEnd(3, '0').slice(0, 3));
  const now = zonedTime(ctx.clock.now(), zoneOf(ctx));
  const fields: Fields = {
    year: now.year,
    month: now.month,
    day: now.day,
    hour: now.hour,
    minute: now.minute,
    second: now.second,
    offsetMinutes: undefined,
  };
  let deltaMs = 0;
  let rest = trimmed
    .slice(0, 200)
    .toLowerCase()
    .replace(/^(\d{4}-\d\d-\d\d)t(?=\d)/, '$1 ');
  let dated = false;
  let timed = false;
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    const match = pattern.exec(rest);
    if (match === null) return undefined;
    rest = rest.slice(match[0].length);
    return match;
  };
  while (rest !== '') {
    let match: RegExpExecArray | undefined;
    if (take(/^[\s,]+/) !== undefined) continue;
    else if ((match = take(/^(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)/)) !== undefined) {
      Object.assign(fields, { year: Number(match[1]), month: Number(match[2]), day: Number(match[3]) });
      dated = true;
      if (!exists(fields)) return undefined;
    } else if ((match = take(/^(\d{1,2})\/(\d{1,2})(?:\/(\d{2,4}))?(?!\d)/)) !== undefined) {
      const year = match[3] === undefined ? fields.year : Number(match[3]);
      Object.assign(fields, {
        year: year < 69 ? 2000 + year : year < 100 ? 1900 + year : year,
        month: Number(match[1]),
        day: Number(match[2]),
      });
      dated = true;
      if (!exists(fields)) return undefined;
    } else if ((match = take(/^(\d{4})(\d\d)(\d\d)(?!\d)/)) !== undefined) {
      Object.assign(fields, { year: Number(match[1]), month: Number(match[2]), day: Number(match[3]) });
      dated = true;
      if (!exists(fields)) return undefined;
    } else if (
      (match = take(/^(\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d+)?)?\s*([ap]m)?\s*(z\b|[+-]\d\d:?\d\d|[+-]\d\d\b)?/)) !==
      undefined
    ) {
      const hour = Number(match[1]);
      Object.assign(fields, {
        hour: match[4] === undefined ? hour : (hour % 12) + (match[4] === 'pm' ? 12 : 0),
        minute: Number(match[2]),
        second: Number(match[3] ?? 0),
      });
      if (match[5] !== undefined) fields.offsetMinutes = offsetOf(match[5]);
      timed = true;
      if (fields.hour > 24 || fields.minute > 59 || fields.second > 60) return undefined;
    } else if ((match = take(/^(\d{1,2})\s*([ap])m\b/)) !== undefined) {
      Object.assign(fields, { hour: (Number(match[1]) % 12) + (match[2] === 'p' ? 12 : 0), minute: 0, second: 0 });
      timed = true;
    } else if (
      (match = take(
        /^([-+]?\s*\d+|next|last|this|an?)?\s*(sec(?:ond)?|min(?:ute)?|hour|day|week|fortnight|month|year)s?\b(\s+ago\b)?/,
      )) !== undefined
    ) {
      const count = relativeCount(match[1], match[3] !== undefined);
      const unit = match[2]!;
      if (unit === 'month') fields.month += count;
      else if (unit === 'year') fields.year += count;
      else if (unit === 'day' || unit === 'week' || unit === 'fortnight')
        fields.day += count * (UNIT_SECONDS[unit]! / 86_400);
      else deltaMs += count * UNIT_SECONDS[unit]! * 1000;
    } else if ((match = take(/^(now|today|yesterday|tomorrow|midnight|noon)\b/)) !== undefined) {
      if (match[1] === 'yesterday') fields.day -= 1;
      if (match[1] === 'tomorrow') fields.day += 1;
      if (match[1] === 'noon') Object.assign(fields, { hour: 12, minute: 0, second: 0 });
      if (match[1] === 'midnight') Object.assign(fields, { hour: 0, minute: 0, second: 0 });
      if (match[1] === 'noon' || match[1] === 'midnight') timed = true;
    } else if (
      (match = take(
        /^(?:(\d{1,2})[\s-]+)?([a-z]{3,9})\.?(?:[\s-]+(\d{1,2})(?![\d:]))?(?:,?[\s-]+(\d{4})(?![\d:]))?/,
      )) !== undefined
    ) {
      const kept = applyWord(fields, match, now.weekday);
      if (kept === undefined) return undefined;
      dated ||= kept;
      if (!kept) timed ||= Object.hasOwn(ZONES, match[2]!);
    } else if ((match = take(/^([+-]\d\d:?\d\d)\b/)) !== undefined) fields.offsetMinutes = offsetOf(match[1]!);
    else if ((match = take(/^(\d{4})\b/)) !== undefined && dated) fields.year = Number(match[1]);
    else return undefined;
  }
  if (dated && !timed) Object.assign(fields, { hour: 0, minute: 0, second: 0 });
  return toEpoch(ctx, fields) + deltaMs;
}

function exists({ month, day }: Fields): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

function relativeCount(given: string | undefined, ago: boolean): number {
  const words: Readonly<Record<string, number>> = { next: 1, last: -1, this: 0, a: 1, an: 1 };
  const count = given === undefined ? 1 : (words[given] ?? Number(given.replaceAll(/\s/g, '')));
  return ago ? -count : count;
}

/** A month, weekday or zone name. True when it set the date, undefined when it is none of them. */
function applyWord(fields: Fields, match: RegExpExecArray, weekday: number): boolean | undefined {
  const word = match[2]!;
  const month = MONTHS.findIndex(
    (name) => name.toLowerCase().startsWith(word) && (word.length === 3 || word === name.toLowerCase()),
  );
  if (month !== -1) {
    const day = match[1] ?? match[3];
    Object.assign(fields, { month: month + 1, day: Number(day ?? 1) });
    if (match[4] !== undefined) fields.year = Number(match[4]);
    return true;
  }
  const day = WEEKDAYS.findIndex((name) => name.toLowerCase().startsWith(word));
  if (day !== -1 && match[1] === undefined) {
    // Beside a full date a weekday says nothing new; alone it means the next one.
    if (match[3] === undefined) fields.day += (day - weekday + 7) % 7;
    else fields.day = Number(match[3]);
    return match[3] !== undefined;
  }
  const zone = ZONES[word];
  if (zone === undefined || match[1] !== undefined) return undefined;
  fields.offsetMinutes = zone;
  if (match[4] !== undefined) fields.year = Number(match[4]);
  return false;
}

function offsetOf(text: string): number {
  if (text === 'z') return 0;
  const digits = text.replaceAll(/\D/g, '').padEnd(4, '0');
  return (text.startsWith('-') ? -1 : 1) * (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2, 4)));
}

function toEpoch(ctx: CommandContext, fields: Fields): number {
  const local = Date.UTC(fields.year, fields.month - 1, fields.day, fields.hour, fields.minute, fields.second);
  if (fields.offsetMinutes !== undefined) return local - fields.offsetMinutes * 60_000;
  const guess = local - zonedTime(local, zoneOf(ctx)).offsetMinutes * 60_000;
  return local - zonedTime(guess, zoneOf(ctx)).offsetMinutes * 60_000;
}
