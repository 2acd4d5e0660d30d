/** A login that worked after several that did not: the guess was right. */
import { z } from 'zod';
import { Attempt, evidenceOf, withAttempt } from '../attempts.ts';
import { quote } from '../command-detector.ts';
import { rememberingDetector } from '../detector.types.ts';

const THRESHOLD = 3;
const WINDOW_MS = 30 * 60_000;
const MAX_REMEMBERED = 16;

const Memory = z.object({ failed: z.array(Attempt).max(MAX_REMEMBERED) });

export const loginAfterFailures = rememberingDetector<z.infer<typeof Memory>>(
  {
    id: 'login-after-failures',
    title: 'Login after failed ones',
    severity: 'high',
    confidence: 90,
    techniques: ['T1110.001', 'T1078'],
    tactics: ['TA0006', 'TA0001'],
    falsePositives: 'A person who remembers a password at the fourth try.',
    on: ['login'],
    memory: Memory,
  },
  ({ event, time, verified }, memory) => {
    const failed = memory?.failed ?? [];
    if (event.event.outcome === 'failure')
      return {
        memory: { failed: withAttempt(failed, { time, id: event.event.id, verified }, WINDOW_MS, MAX_REMEMBERED) },
      };
    if (event.event.outcome !== 'success') return undefined;
    const recent = failed.filter(([at]) => Math.abs(time - at) <= WINDOW_MS);
    if (recent.length < THRESHOLD) return recent.length === failed.length ? undefined : { memory: { failed: recent } };
    return {
      finding: {
        summary: `Logged in as ${quote(event.user?.name ?? '')} after ${recent.length} failed logins`,
        evidence: evidenceOf(recent),
      },
    };
  },
);
