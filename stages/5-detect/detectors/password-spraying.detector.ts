/** Few passwords tried on many accounts: stays below lockouts, so it is counted by account, not by failure. */
import { z } from 'zod';
import { Attempt, evidenceOf, withAttempt } from '../attempts.ts';
import { rememberingDetector } from '../detector.types.ts';

const USERS = 8;
const MAX_PASSWORDS = 3;
const WINDOW_MS = 30 * 60_000;
const MAX_REMEMBERED = 24;
const MAX_TEXT = 64;

const Try = z.tuple([z.string().max(MAX_TEXT), z.string().max(MAX_TEXT), Attempt]);
const Memory = z.object({
  tries: z.array(Try).max(MAX_REMEMBERED),
  /** Event time of the latest report. */
  told: z.number(),
});

export const passwordSpraying = rememberingDetector<z.infer<typeof Memory>>(
  {
    id: 'password-spraying',
    title: 'Password spraying',
    severity: 'high',
    confidence: 90,
    techniques: ['T1110.003'],
    tactics: ['TA0006'],
    falsePositives: 'A gateway behind which many people mistype the same new password.',
    on: ['login'],
    memory: Memory,
  },
  ({ event, time, verified }, memory) => {
    const password = event.netsentinel.credential?.password;
    if (event.event.outcome !== 'failure' || password === undefined) return undefined;
    const user = (event.user?.name ?? '').slice(0, MAX_TEXT);
    const before = memory ?? { tries: [], told: Number.MIN_SAFE_INTEGER };
    const attempt = withAttempt([], { time, id: event.event.id, verified }, WINDOW_MS, 1)[0]!;
    // One entry an account: the latest.
    const others = before.tries.filter(([one, , [at]]) => one !== user && Math.abs(time - at) <= WINDOW_MS);
    const tries = [...others, [user, password.slice(0, MAX_TEXT), attempt] satisfies z.infer<typeof Try>].slice(
      -MAX_REMEMBERED,
    );
    const passwords = new Set(tries.map((one) => one[1]));
    if (tries.length < USERS || passwords.size > MAX_PASSWORDS || time - before.told < WINDOW_MS)
      return { memory: { tries, told: before.told } };
    return {
      memory: { tries, told: time },
      finding: {
        summary: `${tries.length} accounts tried with ${passwords.size === 1 ? 'one password' : `${passwords.size} passwords`}`,
        evidence: evidenceOf(tries.map((one) => one[2]).filter(([, id]) => id !== event.event.id)),
      },
    };
  },
);
