/**
 * Times as logs write them, as milliseconds since the epoch, and back as ISO 8601. Every parser of a text answers undefined for what is no time;
 * none throws. Positions are in UTF-16 units. On the hot path: digits are read by hand, and the text of a second is remembered.
 */
import { digits } from '@netsentinel/kernel/iso-time';
import type { Zone } from './zone.ts';

/** No event of ours is before 1970 or after 9999: what says so is wrong. */
const END_MS = 253_402_300_800_000;
const TWO = Array.from({ length: 60 }, (_, n) => String(n).padStart(2, '0'));
const SECONDS = TWO.map((text) => `${text}.`);
const FRACTIONS = Array.from({ length: 1000 }, (_, ms) => `${String(ms).padStart(3, '0')}Z`);

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
let knownMinute = Number.NaN;
let minuteText = '';
let knownDay = Number.NaN;
let dayText = '';

/** `2026-11-21T09:30:00.000Z`; undefined for what is not between 1970 and 9999. Fractions of milliseconds are cut. */
export function isoTime(ms: number | undefined): string | undefined {
  if (ms === undefined || !(ms >= 0 && ms < END_MS)) return undefined;
  const minute = Math.floor(ms / MINUTE_MS);
  const rest = ms - minute * MINUTE_MS;
  if (minute !== knownMinute) {
    const day = Math.floor(ms / DAY_MS);
    if (day !== knownDay) {
      dayText = new Date(day * DAY_MS).toISOString().slice(0, 11);
      knownDay = day;
    }
    const ofDay = minute - day * 1440;
    const hour = Math.floor(ofDay / 60);
    minuteText = `${dayText}${TWO[hour]!}:${TWO[ofDay - hour * 60]!}:`;
    knownMinute = minute;
  }
  const second = Math.floor(rest / 1000);
  return minuteText + SECONDS[second]! + FRACTIONS[Math.floor(rest - second * 1000)]!;
}

/** Whether an epoch is in seconds, milliseconds, microseconds or nanoseconds is told by its size: right for 1973 to 5138. */
export function epochMs(value: number | string | undefined): number | undefined {
  const number = typeof value === 'string' ? decimal(value) : value;
  if (number === undefined || !Number.isFinite(number) || number < 0) return undefined;
  if (number < 1e11) return Math.floor(number * 1000 + 1e-4);
  if (number < 1e14) return Math.floor(number);
  if (number < 1e17) return Math.floor(number / 1e3);
  return Math.floor(number / 1e6);
}

function decimal(text: string): number | undefined {
  return text.length > 0 && text.length <= 32 && /^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

/**
 * ISO 8601 and what looks like it: `2026-11-21T09:30:00.123456Z`, `2026-11-21 09:30:00,123 +0100`, `2026/11/21 09:30:00`. A time without a zone is in `zone`.
 * @param from where the time begins; what follows it is not looked at
 */
export function parseIsoTime(text: string, zone: Zone, from = 0): number | undefined {
  const year = digits(text, from, 4);
  const month = digits(text, from + 5, 2);
  const day = digits(text, from + 8, 2);
  const hour = digits(text, from + 11, 2);
  const minute = digits(text, from + 14, 2);
  const second = digits(text, from + 17, 2);
  if (year < 0 || hour < 0 || minute < 0 || second < 0) return undefined;
  let at = from + 19;
  let ms = 0;
  const mark = text.charCodeAt(at);
  if (mark === 0x2e || mark === 0x2c) {
    at++;
    let scale = 100;
    for (let digit = text.charCodeAt(at) - 48; digit >= 0 && digit <= 9; digit = text.charCodeAt(++at) - 48) {
      ms += digit * scale;
      scale /= 10;
    }
  }
  return zoned(year, month, day, hour, minute, second, Math.floor(ms + 1e-6), text, at, zone);
}

/** `21/Nov/2026:09:30:00 +0100`, as web servers write it, also without a zone. */
export function parseClfTime(text: string, zone: Zone, from = 0): number | undefined {
  const day = digits(text, from, 2);
  const month = monthAt(text, from + 3);
  const year = digits(text, from + 7, 4);
  const hour = digits(text, from + 12, 2);
  const minute = digits(text, from + 15, 2);
  const second = digits(text, from + 18, 2);
  if (year < 0 || hour < 0 || minute < 0 || second < 0) return undefined;
  return zoned(year, month, day, hour, minute, second, 0, text, from + 20, zone);
}

/** How long the text is that `parseBsdTime` reads: `Nov 21 09:30:00`. */
export const BSD_TIME_LENGTH = 15;

/** `Nov 21 09:30:00` or `Nov  1 09:30:00`, without a year: the newest such time that is at most a day after `referenceMs`. */
export function parseBsdTime(text: string, zone: Zone, referenceMs: number, from = 0): number | undefined {
  const month = monthAt(text, from);
  const tens = text.charCodeAt(from + 4);
  const day = tens === 0x20 ? digits(text, from + 5, 1) : digits(text, from + 4, 2);
  const hour = digits(text, from + 7, 2);
  const minute = digits(text, from + 10, 2);
  const second = digits(text, from + 13, 2);
  if (hour < 0 || minute < 0 || second < 0) return undefined;
  return withoutYear(month, day, hour, minute, second, zone, referenceMs);
}

/** A time of unknown year: the newest that is at most a day after `referenceMs`. The 29th of February finds the last leap year. */
export function withoutYear(
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
  zone: Zone,
  referenceMs: number,
): number | undefined {
  const latest = referenceMs + 24 * 60 * 60 * 1000;
  const year = new Date(latest).getUTCFullYear();
  // One more than the year of `latest`: there it may be New Year already.
  for (let candidate = year + 1; candidate >= year - 8; candidate--) {
    const ms = utcOf(candidate, month, day, hour, minute, second, 0, zone);
    if (ms !== undefined && ms <= latest) return ms;
  }
  return undefined;
}

/** Undefined where there is no such day or time; the 60th second of a leap second counts as the next minute's first. */
export function utcOf(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
  ms: number,
  zone: Zone,
): number | undefined {
  if (month < 1 || month > 12 || day < 1 || day > daysOf(year, month)) return undefined;
  if (hour > 23 || minute > 59 || second > 60) return undefined;
  return zone.toUtc(Date.UTC(year, month - 1, day, hour, minute, second, ms));
}

/** 1 to 12 for `Jan` to `Dec`; 0 for what is no month. */
export function monthAt(text: string, at: number): number {
  switch ((text.charCodeAt(at) << 16) | (text.charCodeAt(at + 1) << 8) | text.charCodeAt(at + 2)) {
    case 0x4a616e:
      return 1;
    case 0x466562:
      return 2;
    case 0x4d6172:
      return 3;
    case 0x417072:
      return 4;
    case 0x4d6179:
      return 5;
    case 0x4a756e:
      return 6;
    case 0x4a756c:
      return 7;
    case 0x417567:
      return 8;
    case 0x536570:
      return 9;
    case 0x4f6374:
      return 10;
    case 0x4e6f76:
      return 11;
    case 0x446563:
      return 12;
    default:
      return 0;
  }
}

function daysOf(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** With the zone that stands at `at`, or else `zone`. */
function zoned(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
  ms: number,
  text: string,
  at: number,
  zone: Zone,
): number | undefined {
  const sign = text.charCodeAt(at) === 0x20 ? at + 1 : at;
  const mark = text.charCodeAt(sign);
  if (mark === 0x5a) return utcOf(year, month, day, hour, minute, second, ms, UTC);
  if (mark !== 0x2b && mark !== 0x2d) return utcOf(year, month, day, hour, minute, second, ms, zone);
  const hours = digits(text, sign + 1, 2);
  const minutes = digits(text, sign + (text.charCodeAt(sign + 3) === 0x3a ? 4 : 3), 2);
  if (hours < 0) return utcOf(year, month, day, hour, minute, second, ms, zone);
  const offset = (hours * 60 + Math.max(0, minutes)) * 60_000;
  const local = utcOf(year, month, day, hour, minute, second, ms, UTC);
  return local === undefined ? undefined : mark === 0x2b ? local - offset : local + offset;
}

const UTC: Zone = { toUtc: (localMs) => localMs };
