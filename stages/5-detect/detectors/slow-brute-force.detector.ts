/**
 * A few failed logins an hour for most of a day, or a few a day for weeks, and never one that worked: guessing that stays below what counts minutes. Days
 * on which somebody guessed in a hurry are told by `login-brute-force`, and do not count here.
 */
import { z } from 'zod';
import { Attempt, evidenceOf } from '../attempts.ts';
import { rememberingDetector } from '../detector.types.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const WINDOW_DAYS = 28;
const DAYS = 5;
const FAILURES = 10;
/** Within one day and the one before it. */
const HOURS = 8;
const FAILURES_IN_HOURS = 12;
/** Whoever goes on is told of again after so long. */
const SILENT_DAYS = 7;
/** More is no slow guessing. */
const MAX_A_DAY = 24;
const MAX_AN_HOUR = 5;

/** Number of the day since the epoch, failures on it, its hours with any (a bit each), the first of them. */
const Day = z.tuple([z.number().int(), z.number().int().positive(), z.number().int().nonnegative(), Attempt]);
type Day = z.infer<typeof Day>;
const Memory = z.object({
  days: z.array(Day).max(WINDOW_DAYS + 1),
  /** Days at which to report next. */
  next: z.number().int().positive(),
  /** Number of the day on which the hours of one day were reported last. */
  told: z.number().int(),
});

export const slowBruteForce = rememberingDetector<z.infer<typeof Memory>>(
  {
    id: 'slow-brute-force',
    title: 'Slow guessing of passwords',
    severity: 'medium',
    confidence: 75,
    techniques: ['T1110.001'],
    tactics: ['TA0006'],
    falsePositives: 'A device that keeps trying with an outdated password.',
    on: ['login'],
    memory: Memory,
  },
  ({ event, time, verified, login }, memory) => {
    // Who gets in, belongs here; whether a guess was right is another detector's business.
    if (login?.outcome === 'success') return memory === undefined ? undefined : {};
    if (login?.outcome !== 'failure') return undefined;
    const before = memory ?? { days: [], next: DAYS, told: Number.MIN_SAFE_INTEGER };
    const days = withFailure(before.days, time, [time, event.event.id.slice(0, 128), verified]);
    const slow = days.filter(isSlow);
    const today = Math.floor(time / DAY_MS);
    const lately = slow.filter(([day]) => day === today || day === today - 1);
    const hours = sum(lately.map(([, , bits]) => bitsOf(bits)));
    const next = slow.length < 2 ? DAYS : before.next;
    if (slow.length >= next && failuresOn(slow) >= FAILURES)
      return {
        memory: { days, next: slow.length * 2, told: today },
        finding: {
          summary: `${failuresOn(slow)} failed logins on ${slow.length} of the last ${WINDOW_DAYS} days, and none that worked`,
          evidence: evidenceOf(slow.map(([, , , first]) => first)),
        },
      };
    if (hours >= HOURS && today - before.told >= SILENT_DAYS && failuresOn(lately) >= FAILURES_IN_HOURS)
      return {
        memory: { days, next, told: today },
        finding: {
          summary: `${failuresOn(lately)} failed logins in ${hours} different hours, and none that worked`,
          evidence: evidenceOf(lately.map(([, , , first]) => first)),
        },
      };
    return { memory: { days, next, told: before.told } };
  },
);

function withFailure(days: readonly Day[], time: number, attempt: Attempt): Day[] {
  const today = Math.floor(time / DAY_MS);
  const hour = 1 << Math.floor((time - today * DAY_MS) / HOUR_MS);
  const latest = days.reduce((last, [day]) => Math.max(last, day), today);
  const [, count = 0, hours = 0, first = attempt] = days.find(([day]) => day === today) ?? [];
  const others = days.filter(([day]) => day !== today && day > latest - WINDOW_DAYS);
  return [...others, [today, count + 1, hours | hour, first] satisfies Day]
    .toSorted(([a], [b]) => a - b)
    .slice(-WINDOW_DAYS);
}

function isSlow([, failures, hours]: Day): boolean {
  return failures <= Math.max(MAX_A_DAY, bitsOf(hours) * MAX_AN_HOUR);
}

function failuresOn(days: readonly Day[]): number {
  return sum(days.map(([, failures]) => failures));
}

function bitsOf(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++;
  return count;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
