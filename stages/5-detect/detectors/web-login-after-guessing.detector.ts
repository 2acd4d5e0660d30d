/** A login at a web application that was answered otherwise than the many before it that failed: the guess was right. */
import { evidenceOf } from '../attempts.ts';
import { rememberingDetector } from '../detector.types.ts';
import { WebLoginTries, withWebTry } from '../web-login-tries.ts';

const FAILURES = 6;

export const webLoginAfterGuessing = rememberingDetector<WebLoginTries>(
  {
    id: 'web-login-after-guessing',
    title: 'Login at a web application after guessing',
    severity: 'high',
    confidence: 75,
    techniques: ['T1110.001', 'T1110.004', 'T1078'],
    tactics: ['TA0006', 'TA0001'],
    falsePositives:
      'A person who remembers a password after many tries, or an application that answers its form in several ways.',
    on: ['request'],
    memory: WebLoginTries,
  },
  (input, before) => {
    const made = withWebTry(before, input);
    if (made === undefined) return undefined;
    const { tries, outcome, stoodOut } = made;
    const status = input.event.http?.response?.status_code ?? 0;
    const isIn = outcome === 'success' || (outcome === 'unknown' && status >= 200 && status < 400);
    const isAfterFailures =
      isIn && tries.failures.length >= FAILURES && tries.failures.length > tries.unclear.length * 2;
    if (!isAfterFailures && !stoodOut) return { memory: tries };
    const rested = isAfterFailures ? tries.failures : tries.unclear.filter(([, id]) => id !== input.event.event.id);
    return {
      finding: {
        summary: `A login was answered with ${status} after ${rested.length} that failed`,
        evidence: evidenceOf(rested),
      },
    };
  },
);
