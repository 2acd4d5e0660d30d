/**
 * Few passwords tried on many accounts: stays below lockouts, so it is counted by account, not by failure. Where passwords are not known, as in the logs of
 * real services, it is many accounts with a try or two each.
 */
import {
  accountTriesDetector,
  type AccountTries,
  isGateway,
  isLeakedList,
  partedByPassword,
  type Suspicion,
} from '../account-tries.ts';

const ACCOUNTS = 8;
const MAX_PASSWORDS = 3;
/** Without passwords it could be as many people who mistype: more of them must, and hardly any may get in. */
const ACCOUNTS_UNSEEN = 10;
const TRIES_EACH = 3;

export const passwordSpraying = accountTriesDetector(
  {
    id: 'password-spraying',
    title: 'Password spraying',
    severity: 'high',
    confidence: 85,
    techniques: ['T1110.003'],
    tactics: ['TA0006'],
    falsePositives: 'A gateway behind which many people mistype the same new password.',
  },
  { accounts: ACCOUNTS, judge: (known) => onePassword(known) ?? fewTries(known) },
);

function onePassword(known: AccountTries): Suspicion | undefined {
  const { seen } = partedByPassword(known);
  const passwords = new Set(seen.map(({ password }) => password)).size;
  if (seen.length < ACCOUNTS || passwords > MAX_PASSWORDS) return undefined;
  const how = passwords === 1 ? 'one password' : `${passwords} passwords`;
  return { tries: seen, summary: `${seen.length} accounts tried, with ${how}` };
}

function fewTries(known: AccountTries): Suspicion | undefined {
  const { unseen } = partedByPassword(known);
  const tries = unseen.filter(({ count }) => count <= TRIES_EACH);
  const isSpread = tries.length >= ACCOUNTS_UNSEEN && tries.length * 4 >= unseen.length * 3;
  if (!isSpread || isGateway(known) || isLeakedList(tries)) return undefined;
  return { tries, summary: `${tries.length} accounts tried, none more than ${TRIES_EACH} times` };
}
