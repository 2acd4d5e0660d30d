/** The part of a date that `|hour` and its kin compare, in UTC. */
import type { TimeUnit } from './expression.ts';

const dayMs = 86_400_000;

/** `week` is the week of ISO 8601: 1 to 53, weeks start on Monday. Months count from 1. */
export function timePart(timeMs: number, unit: TimeUnit): number {
  const date = new Date(timeMs);
  switch (unit) {
    case 'minute':
      return date.getUTCMinutes();
    case 'hour':
      return date.getUTCHours();
    case 'day':
      return date.getUTCDate();
    case 'week':
      return isoWeek(date);
    case 'month':
      return date.getUTCMonth() + 1;
    default:
      return date.getUTCFullYear();
  }
}

/** The year that a week belongs to is the one of its Thursday. */
function isoWeek(date: Date): number {
  const weekday = (date.getUTCDay() + 6) % 7;
  const thursday = new Date(date.getTime() + (3 - weekday) * dayMs);
  const firstDay = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  return 1 + Math.floor((thursday.getTime() - firstDay) / (7 * dayMs));
}
