/**
 * Any other program: `authentication failed … from ADDRESS`, `login failed`, `invalid user`, in the words that most programs use. Careful rather than clever: what
 * a client calls itself blames nobody else.
 */
import { clientIn } from '../../../application/client-address.ts';
import { loginOutcome, userIn } from '../../../application/login-words.ts';
import { addressIn } from '../peer.ts';
import { alarm, failedLogin, login, type Reading } from '../reading.ts';

/** What is quoted and has blanks is somebody's text: a name that tells an address, for one. A list of addresses is a proxy's. */
const SENTENCE = /(?<=^|[\s=(:[])(?:"(?![\d.:a-f]+,)[^"]*\s[^"]*"|'[^']*\s[^']*')(?=[\s,;:.)\]]|$)/g;
const MAX_LOOKED_AT = 2048;

export function generic(message: string): Reading | undefined {
  const whole = message.length > MAX_LOOKED_AT ? message.slice(0, MAX_LOOKED_AT) : message;
  const guard = guardIn(whole);
  if (guard !== undefined) return guard;
  const outcome = loginOutcome(whole);
  if (outcome === undefined) return undefined;
  const text = whole.replace(SENTENCE, "''");
  // What is only said in a quoted sentence counts where a key stands before it: `msg="Login failed"`.
  const source = clientIn(text);
  const user = userIn(text);
  if (source === undefined && user === undefined) return undefined;
  return outcome === 'failure' ? failedLogin(source, user) : login(source, user);
}

/** `Ban 198.51.100.7`, `Banning 198.51.100.7/32 for 60 minutes`, `brute force attempt … has locked out IP 198.51.100.7`. */
const BANNED =
  /(?:\b(?:Ban|Banning|Blocking|locked out(?: IP)?|blacklist(?:ing|ed)?|Added host\/network)[: ]+|brute[ -]?force (?:attempt|attack)s? (?:from |by |detected from )?["'\\]{0,2})(?:IP )?((?:\d{1,3}\.){3}\d{1,3}|[0-9a-f]{0,4}:[0-9a-f:.]+)(?=[\s"'\\/,;.]|$)/i;
const BAN_HINT = /\bban|block|lock|blacklist|denylist|brute/i;

/** A guard on that machine has seen enough of somebody. */
function guardIn(text: string): Reading | undefined {
  if (!BAN_HINT.test(text)) return undefined;
  const match = BANNED.exec(text);
  const source = match === null ? undefined : addressIn(match[1]!);
  return source === undefined ? undefined : alarm(source, 'Banned by a guard', { isDenied: true });
}
