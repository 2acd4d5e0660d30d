/**
 * Pairs of account and password that leaked elsewhere, tried one after the other: many accounts, each once or twice, every one with a password of its
 * own. Where passwords are not known, the accounts tell: mail addresses of many domains are no list of this house's people.
 */
import {
  accountTriesDetector,
  type AccountTries,
  type AccountTry,
  isGateway,
  isLeakedList,
  partedByPassword,
} from '../account-tries.ts';
import { isKnownPair } from '../known-pairs.ts';

const ACCOUNTS = 10;
const TRIES_EACH = 2;
/** Of ten accounts, at least eight have a password of their own. */
const OWN_PASSWORDS = 0.8;

export const credentialStuffing = accountTriesDetector(
  {
    id: 'credential-stuffing',
    title: 'Credential stuffing',
    severity: 'high',
    confidence: 85,
    techniques: ['T1110.004'],
    tactics: ['TA0006'],
    falsePositives: 'A gateway, or a mail program with many accounts, after all of their passwords were changed.',
  },
  {
    accounts: ACCOUNTS,
    judge: (known) => {
      const tries = leakedPairs(known);
      if (tries.length < ACCOUNTS || isGateway(known)) return undefined;
      return { tries, summary: `${tries.length} accounts tried, each once or twice, as from a list of leaked pairs` };
    },
  },
);

function leakedPairs(known: AccountTries): readonly AccountTry[] {
  const { seen, unseen } = partedByPassword(known);
  const pairs = seen.filter((one) => one.count <= TRIES_EACH && !isGuess(one.user, one.password));
  const passwords = new Set(pairs.map(({ password }) => password));
  if (pairs.length >= ACCOUNTS && passwords.size >= pairs.length * OWN_PASSWORDS) return pairs;
  const tried = unseen.filter(({ count }) => count <= TRIES_EACH);
  return isLeakedList(tried) ? tried : [];
}

/** What a guesser tries first: the name itself, with a number behind it, or what everybody uses. */
function isGuess(user: string, password: string): boolean {
  const [name, secret] = [user.toLowerCase(), password.toLowerCase()];
  return (
    secret === '' ||
    secret.includes(name) ||
    name.includes(secret) ||
    isKnownPair('root', password) ||
    isKnownPair(user, password)
  );
}
