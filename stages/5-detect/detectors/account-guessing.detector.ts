/**
 * A few accounts tried within hours, a try or two each, and nobody let in: too few and too slow for spraying, yet no person has three accounts of which none
 * works. Accounts that guessers try everywhere weigh double. Decoys are left out: whoever logs in there guesses, and what was tried tells more.
 */
import { accountTriesDetector } from '../account-tries.ts';
import { isGuessedName } from '../guessed-names.ts';

const WINDOW_MS = 3 * 60 * 60_000;
const ACCOUNTS = 3;
/** Five accounts of any name, or three of which two are guessers' own. */
const WEIGHT = 5;
/** Whoever tries more is told of as spraying. */
const MAX_KEPT = 10;
/** Whoever tries one more often has its password, or had it: another program's business. */
const TRIES_EACH = 3;

export const accountGuessing = accountTriesDetector(
  {
    id: 'account-guessing',
    title: 'Guessing of accounts',
    severity: 'medium',
    confidence: 60,
    techniques: ['T1110.003', 'T1110.001'],
    tactics: ['TA0006'],
    falsePositives: 'A gateway or a mail program with several accounts while the service refuses everybody.',
  },
  {
    accounts: ACCOUNTS,
    windowMs: WINDOW_MS,
    keeps: MAX_KEPT,
    leaves: ({ event }) => event.netsentinel.decoy !== undefined,
    judge: ({ tries: known, successes }) => {
      if (successes.length > 0) return undefined;
      const tries = known.filter(({ count }) => count <= TRIES_EACH);
      const weight = tries.reduce((sum, { user }) => sum + (isGuessedName(user) ? 2 : 1), 0);
      if (tries.length < ACCOUNTS || weight < WEIGHT) return undefined;
      return {
        tries,
        summary: `${tries.length} accounts tried within ${WINDOW_MS / 3_600_000} hours, each at most ${TRIES_EACH} times, and none let in`,
      };
    },
  },
);
