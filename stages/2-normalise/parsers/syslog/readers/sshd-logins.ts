/** What OpenSSH's server says of logins. The user's name is the client's text, and stands before the address. */
import type { EcsEndpoint } from '@netsentinel/contracts/parser';
import { endpointOf, portOf } from '../../../text/endpoint.ts';
import { INFO, LOGIN, type Reading } from '../reading.ts';
import type { Session } from '../sessions.ts';
import { peerBehind, PEER, withoutPreauth } from './sshd-peers.ts';

const LOGIN_AND_SESSION = ['authentication', 'session'] as const;

function loginAt(
  session: Session,
  source: EcsEndpoint | undefined,
  user: string | undefined,
  event: string,
  method?: string,
): Reading | undefined {
  if (source === undefined) return undefined;
  session.source = source;
  session.blamed = true;
  return {
    category: LOGIN,
    type: INFO,
    outcome: 'failure',
    action: 'ssh_login',
    source,
    user: user === undefined ? undefined : { name: user },
    auth: { ssh: { event, method } },
  };
}

export function rootRefused(message: string, session: Session): Reading | undefined {
  return loginAt(session, peerBehind(message, 'ROOT LOGIN REFUSED FROM '), 'root', 'Refused');
}

/** `Failed METHOD for [invalid user ]USER from ADDRESS port N ssh2[: KEY]`: only the methods with keys say something behind the address. */
export function failed(message: string, session: Session): Reading | undefined {
  const begin = message.indexOf(' for ');
  if (begin === -1) return undefined;
  const method = message.slice(7, begin);
  const found = loginLine(message, method);
  if (found === undefined) return undefined;
  const { end, source } = found;
  const invalidUser = message.startsWith('invalid user ', begin + 5) || message.startsWith('illegal user ', begin + 5);
  const user = message.slice(begin + (invalidUser ? 18 : 5), end);
  // Clients try their keys in turn, and "none" to learn what is offered: no guess of a password. A user that is not there is one.
  const guess = invalidUser || (method !== 'publickey' && method !== 'none');
  if (!guess) session.source = source;
  const reading = guess
    ? loginAt(session, source, user, 'Failed', method)
    : {
        category: LOGIN,
        type: INFO,
        outcome: 'unknown' as const,
        action: 'ssh_login',
        source,
        user: { name: user },
        auth: { ssh: { event: 'Failed', method, signature: found.signature } },
      };
  return reading;
}

interface LoginLine {
  readonly source: EcsEndpoint;
  /** Where the user's name ends. */
  readonly end: number;
  readonly signature: string | undefined;
}

const KEYED = / from (\S+) port (\d+) ssh[12](?:: ([\w@.-]+ [\w:+/=$-]+|ID [^"]*))?$/;

function loginLine(message: string, method: string): LoginLine | undefined {
  let match = PEER.exec(message);
  if (match === null && method.startsWith('publickey')) match = KEYED.exec(message);
  if (match === null || match[2] === undefined) match = beforeDetails(message) ?? match;
  if (match === null) return undefined;
  return { source: endpointOf(match[1]!, portOf(match[2])), end: match.index, signature: match[3] };
}

/** With text of the client's behind the address (host-based logins; versions before 6.3): the address, where there is but one. */
function beforeDetails(message: string): RegExpExecArray | undefined {
  const [only, second] = message.matchAll(/ from (\S+) port (\d+) ssh[12](?=:)/g);
  return second === undefined ? only : undefined;
}

/** `Accepted METHOD for USER from ADDRESS port N ssh2[: KEY]`. The user exists: its name is no attacker's. */
export function accepted(message: string, session: Session): Reading | undefined {
  const begin = message.indexOf(' for ');
  if (begin === -1) return undefined;
  const match = PEER.exec(message) ?? KEYED.exec(message) ?? beforeDetails(message);
  if (match === undefined) return undefined;
  const source = endpointOf(match[1]!, portOf(match[2]));
  session.source = source;
  session.owed = false;
  return {
    category: LOGIN_AND_SESSION,
    type: INFO,
    outcome: 'success',
    action: 'ssh_login',
    source,
    user: { name: message.slice(begin + 5, match.index) },
    auth: { ssh: { event: 'Accepted', method: message.slice(9, begin), signature: match[3] } },
  };
}

/** `Invalid user NAME from ADDRESS[ port N]`. */
export function invalid(message: string, session: Session): Reading | undefined {
  const match = PEER.exec(message);
  if (match === null || !message.startsWith('user ', 8)) return undefined;
  return loginAt(session, endpointOf(match[1]!, portOf(match[2])), message.slice(13, match.index), 'Invalid');
}

/** `PAM: REASON for [illegal user ]NAME from HOST[ via ADDRESS]`. */
export function pam(whole: string, message: string, session: Session): Reading | undefined {
  const match = / from (\S+)(?: via \S+)? ?$/.exec(message);
  const begin = message.indexOf(' for ');
  if (match === null || begin === -1) return undefined;
  const illegal = message.startsWith('illegal user ', begin + 5);
  const user = message.slice(begin + (illegal ? 18 : 5), match.index);
  const event = whole.slice(0, begin + 4 + whole.length - message.length) + (illegal ? ' illegal' : '');
  return loginAt(session, endpointOf(match[1]!), user, event);
}

/** `User NAME from ADDRESS not allowed because REASON`: the account exists, so the name is no attacker's. */
export function notAllowed(message: string, session: Session): Reading | undefined {
  const end = message.lastIndexOf(' not allowed because ');
  const from = message.lastIndexOf(' from ', end);
  if (end === -1 || from === -1) {
    if (end !== -1) session.owed = true;
    return undefined;
  }
  return loginAt(session, endpointOf(message.slice(from + 6, end)), message.slice(5, from), 'NotAllowed');
}

/** `maximum authentication attempts exceeded for [invalid user ]NAME from ADDRESS port N ssh2 [preauth]`. */
export function tooMany(message: string, session: Session): Reading | undefined {
  const match = PEER.exec(withoutPreauth(message));
  const begin = message.indexOf(' for ');
  if (match === null || begin === -1) return undefined;
  const illegal = message.startsWith('invalid user ', begin + 5);
  const user = message.slice(begin + (illegal ? 18 : 5), match.index);
  return loginAt(session, endpointOf(match[1]!, portOf(match[2])), user, 'MaximumAttempts');
}
