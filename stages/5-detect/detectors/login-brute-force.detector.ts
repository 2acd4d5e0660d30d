/**
 * Many failed logins of one actor within a window: guessing passwords. Reported at the threshold, then each time their number has
 * doubled, so that an attack of a million tries is twenty detections.
 */
import { z } from 'zod';
import { Attempt, evidenceOf, withAttempt } from '../attempts.ts';
import { rememberingDetector } from '../detector.types.ts';

const THRESHOLD = 5;
const WINDOW_MS = 10 * 60_000;
const MAX_REMEMBERED = 32;

const Memory = z.object({
  recent: z.array(Attempt).max(MAX_REMEMBERED),
  /** Failures since the window was last empty. */
  failures: z.number().int().nonnegative(),
  /** The number of failures at which to report next. */
  next: z.number().int().positive(),
});

export const loginBruteForce = rememberingDetector<z.infer<typeof Memory>>(
  {
    id: 'login-brute-force',
    title: 'Brute force of logins',
    severity: 'medium',
    confidence: 90,
    techniques: ['T1110.001'],
    tactics: ['TA0006'],
    falsePositives: 'A script of your own with an outdated password that retries without pause.',
    on: ['login'],
    memory: Memory,
  },
  ({ event, time, verified, login }, memory) => {
    if (login?.outcome !== 'failure') return undefined;
    const before = memory ?? { recent: [], failures: 0, next: THRESHOLD };
    const recent = withAttempt(before.recent, { time, id: event.event.id, verified }, WINDOW_MS, MAX_REMEMBERED);
    const fresh = recent.length === 1;
    const failures = (fresh ? 0 : before.failures) + 1;
    const next = fresh ? THRESHOLD : before.next;
    if (failures < next || recent.length < THRESHOLD) return { memory: { recent, failures, next } };
    return {
      memory: { recent, failures, next: failures * 2 },
      finding: {
        summary: `${failures} failed logins, ${recent.length} of them within ${WINDOW_MS / 60_000} minutes`,
        evidence: evidenceOf(recent.filter(([, id]) => id !== event.event.id)),
      },
    };
  },
);
