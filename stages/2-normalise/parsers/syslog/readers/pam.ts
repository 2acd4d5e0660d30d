/**
 * Pluggable authentication modules, in whatever program: `pam_unix(sshd:auth): authentication failure; … ruser=NAME rhost=ADDRESS  user=NAME`. `ruser` is what the
 * client sent and may hold anything; the address is the last `rhost=`, behind which only a user stands that the system knows.
 */
import { endpointOf } from '../../../text/endpoint.ts';
import { LOGIN, START, type MessageContext, type Reading, type UserFields } from '../reading.ts';

export function pam(message: string, { program, host, pid, ms, sessions }: MessageContext): Reading | undefined {
  // `(pam_unix) authentication failure; …`, of old, stood alone; today's sshd says itself how the login ended, and told by both it would count twice.
  const old = message.startsWith('(pam_');
  const text = old || message.startsWith('pam_') ? message.slice(message.indexOf(old ? ') ' : ': ') + 2) : message;
  if (text.startsWith('session ')) return session(text);
  const failure = text.startsWith('authentication failure; ');
  if (failure || / more authentication failures?; /.test(text.slice(0, 40))) {
    const reading = authentication(text);
    if (old || !isSshd(program)) return reading;
    const known = sessions.of(host, pid, ms);
    known.source ??= reading.source;
    known.owed = true;
    return { ...reading, outcome: 'unknown' };
  }
  const changed = /^password changed for (\S+)$/.exec(text);
  if (changed !== null)
    return {
      category: ['iam'],
      type: ['user', 'change'],
      outcome: 'success',
      action: 'password-change',
      user: { name: changed[1] },
    };
  return locked(text);
}

function isSshd(program: string): boolean {
  return program.startsWith('sshd');
}

function authentication(text: string): Reading {
  const rhost = text.lastIndexOf(' rhost=');
  const ruser = text.indexOf(' ruser=');
  let address = '';
  let name = '';
  if (rhost !== -1) {
    const begin = rhost + 7;
    const blank = text.indexOf(' ', begin);
    address = blank === -1 ? text.slice(begin) : text.slice(begin, blank);
    const user = text.indexOf(' user=', begin);
    if (user !== -1) name = text.slice(user + 6).trimEnd();
    if (name === '' && ruser !== -1 && ruser < rhost) name = text.slice(ruser + 7, rhost).trim();
  }
  return {
    category: LOGIN,
    type: START,
    outcome: 'failure',
    action: 'login',
    source: address === '' ? undefined : endpointOf(address),
    user: name === '' ? undefined : { name },
  };
}

const OPENED = /^session opened for user (.*?)(?:\(uid=\d+\))? by (.*?)\(uid=(\d+)\)$/;

function session(text: string): Reading | undefined {
  const closed = 'session closed for user ';
  if (text.startsWith(closed))
    return {
      category: ['session'],
      type: ['end'],
      outcome: 'success',
      action: 'session-closed',
      user: { name: text.slice(closed.length) },
    };
  const opened = OPENED.exec(text);
  if (opened === null) return undefined;
  const user: UserFields = { name: opened[2]!, id: opened[3]!, effective: { name: opened[1]! } };
  return { category: ['session'], type: ['start'], outcome: 'success', action: 'session-opened', user };
}

/** pam_tally2 and pam_faillock. */
function locked(text: string): Reading | undefined {
  const match =
    /^(?:Consecutive login failures for user |user )(\S+?)(?: \(\d+\))?(?: account temporarily locked| tally \d+, deny \d+)/.exec(
      text,
    );
  return match === null
    ? undefined
    : { category: LOGIN, type: ['denied'], outcome: 'failure', action: 'account-locked', user: { name: match[1] } };
}
