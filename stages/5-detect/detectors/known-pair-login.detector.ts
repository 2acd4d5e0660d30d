/** In at the first try with a pair that is on every bot's list: no guessing, they knew it. */
import { z } from 'zod';
import { quote } from '../command-detector.ts';
import { isKnownPair } from '../known-pairs.ts';
import { rememberingDetector } from '../detector.types.ts';

const WINDOW_MS = 30 * 60_000;
const Memory = z.object({ failedAt: z.number() });

export const knownPairLogin = rememberingDetector<z.infer<typeof Memory>>(
  {
    id: 'known-pair-login',
    title: 'Login at the first try with a known pair',
    severity: 'high',
    confidence: 90,
    techniques: ['T1078.001'],
    tactics: ['TA0001'],
    falsePositives: 'A tester of your own.',
    on: ['login'],
    memory: Memory,
  },
  ({ event, time, login }, memory) => {
    if (login?.outcome === 'failure') return { memory: { failedAt: time } };
    if (login?.outcome !== 'success' || event.netsentinel.decoy === undefined) return undefined;
    if (memory !== undefined && Math.abs(time - memory.failedAt) <= WINDOW_MS) return undefined;
    const user = login.user ?? '';
    if (!isKnownPair(user, login.password)) return undefined;
    return {
      ...(memory === undefined ? {} : { memory }),
      finding: { summary: `Logged in as ${quote(user)} at the first try, with a well-known password` },
    };
  },
);
