/**
 * A login that worked after several that did not: the guess was right. At a decoy any of them count. At a real service many people may share an address, so they
 * must have failed at the same account, or at many while nobody got in.
 */
import { z } from 'zod';
import { Attempt, evidenceOf } from '../attempts.ts';
import { quote } from '../command-detector.ts';
import { rememberingDetector } from '../detector.types.ts';

const THRESHOLD = 3;
/** At other accounts than the one that worked. */
const ELSEWHERE = 8;
/** So many at one account are no forgotten password. */
const CERTAIN = 10;
const WINDOW_MS = 30 * 60_000;
const MAX_REMEMBERED = 16;
const MAX_NAME = 64;

/** An attempt and its account. */
const Failed = z.tuple([Attempt, z.string().max(MAX_NAME)]);
const Memory = z.object({ failed: z.array(Failed).max(MAX_REMEMBERED) });

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
  ({ event, time, verified, login }, memory) => {
    const user = (login?.user ?? '').slice(0, MAX_NAME);
    const failed = (memory?.failed ?? []).filter(([[at]]) => Math.abs(time - at) <= WINDOW_MS);
    if (login?.outcome === 'failure') {
      const attempt: Attempt = [time, event.event.id.slice(0, 128), verified];
      return {
        memory: { failed: [...failed, [attempt, user] satisfies z.infer<typeof Failed>].slice(-MAX_REMEMBERED) },
      };
    }
    if (login?.outcome !== 'success') return undefined;
    const isDecoy = event.netsentinel.decoy !== undefined;
    const same = isDecoy ? failed : failed.filter(([, account]) => account === user);
    const rested = same.length >= THRESHOLD ? same : failed.length >= ELSEWHERE ? failed : undefined;
    // Whoever gets in is no stranger any more: what others failed at before is not his.
    if (rested === undefined) return {};
    return {
      finding: {
        summary: `Logged in as ${quote(login.user ?? '')} after ${rested.length} failed logins`,
        evidence: evidenceOf(rested.map(([attempt]) => attempt)),
        ...(!isDecoy && same.length >= CERTAIN ? { severity: 'critical' as const } : {}),
      },
    };
  },
);
