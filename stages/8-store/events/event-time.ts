/** Event times out of the bytes of JSON text, without making a string or a date of them. */

const DAY_MS = 86_400_000;
/** `2026-11-21T09:30:00.000` */
const SHORTEST = 23;

/**
 * Milliseconds since the epoch of an ISO 8601 time in UTC, as the schema has it; digits beyond milliseconds are dropped. What is not quite
 * of this form goes to `Date.parse`, whose NaN says that it is no time.
 */
export function readTime(bytes: Buffer, from: number, to: number): number {
  const month = two(bytes, from + 5);
  const day = two(bytes, from + 8);
  const hour = two(bytes, from + 11);
  const minute = two(bytes, from + 14);
  const second = two(bytes, from + 17);
  const year = two(bytes, from) * 100 + two(bytes, from + 2);
  const milliseconds = two(bytes, from + 20) * 10 + (two(bytes, from + 21) % 10);
  // Days that not every month has are left to `Date.parse`.
  const isPlain =
    to - from > SHORTEST &&
    bytes[to - 1] === 0x5a &&
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= 28 &&
    hour < 24 &&
    minute < 60 &&
    second < 60;
  if (!isPlain || !(year >= 0) || !(milliseconds >= 0))
    return Math.floor(Date.parse(bytes.toString('latin1', from, to)));
  return daysBefore(year, month, day) * DAY_MS + ((hour * 60 + minute) * 60 + second) * 1000 + milliseconds;
}

/** Two digits; NaN where they are none. */
function two(bytes: Buffer, at: number): number {
  const tens = bytes[at]! - 0x30;
  const ones = bytes[at + 1]! - 0x30;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

/** Days from 1970-01-01 to this day of the Gregorian calendar. Years are counted from March, so that a leap day ends one. */
function daysBefore(year: number, month: number, day: number): number {
  const marchYear = month > 2 ? year : year - 1;
  const marchMonth = month > 2 ? month - 3 : month + 9;
  const dayOfYear = Math.floor((153 * marchMonth + 2) / 5) + day - 1;
  const leapDays = Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400);
  return marchYear * 365 + leapDays + dayOfYear - 719_468;
}
