/** Hours of the week in a time zone: when somebody is to be left alone, when a route counts, when a digest is due. Pure. */
import { timeZone } from '@netsentinel/contracts/time-zone';
import { localTime, WEEKDAYS } from '@netsentinel/kernel/local-time';
import { z } from 'zod';

const MINUTE = 60_000;
const DAY_MINUTES = 1440;
/** A window that has no end within this time has none. */
const LONGEST_DAYS = 8;

const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time such as 22:00');

export const Hours = z.strictObject({
  days: z
    .array(z.enum(WEEKDAYS))
    .min(1)
    .max(7)
    .default([...WEEKDAYS])
    .describe('Days on which they begin.'),
  from: clockTime.describe('When they begin, such as 22:00.'),
  to: clockTime.describe(
    'When they end; before `from`, that is on the next day; the same as `from`, after a whole day.',
  ),
  zone: timeZone,
});
export type Hours = z.infer<typeof Hours>;

export function isWithin({ days, from, to, zone }: Hours, at: number): boolean {
  const { day, minutes } = localTime(at, zone);
  const [begin, end] = [minutesOf(from), minutesOf(to)];
  const today = days.includes(WEEKDAYS[day]!);
  if (begin < end) return today && minutes >= begin && minutes < end;
  const yesterday = days.includes(WEEKDAYS[(day + 6) % 7]!);
  return (today && minutes >= begin) || (yesterday && minutes < end);
}

/** When the hours that it is within end, epoch milliseconds; the same time where it is not within. */
export function endOf(hours: Hours, at: number): number {
  let here = at;
  for (let i = 0; i < LONGEST_DAYS && isWithin(hours, here); i++) here = nextAt(hours.to, hours.zone, here);
  return here;
}

/** The next time that the clocks of the zone show this, after `at`. */
export function nextAt(time: string, zone: string, at: number): number {
  const wanted = minutesOf(time);
  const { minutes } = localTime(at, zone);
  const whole = Math.floor(at / MINUTE) * MINUTE;
  const ahead = (wanted - minutes + DAY_MINUTES) % DAY_MINUTES || DAY_MINUTES;
  const guess = whole + ahead * MINUTE;
  // Where the clocks were changed in between, it is off by that much.
  const off = (localTime(guess, zone).minutes - wanted + DAY_MINUTES) % DAY_MINUTES;
  const mended = guess - (off > DAY_MINUTES / 2 ? off - DAY_MINUTES : off) * MINUTE;
  return mended > at ? mended : guess;
}

function minutesOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}
