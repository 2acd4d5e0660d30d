/**
 * OpenSSH's server. The client chooses its user name, its banner and the words that it leaves with, so the address is always taken from the end that the
 * server wrote last. What a client can do without guessing (offer its keys) is no failure, and one act that several lines tell is blamed once.
 */
import type { EcsEndpoint } from '@netsentinel/contracts/parser';
import { endpointOf, portOf } from '../../../text/endpoint.ts';
import { addressIn, tailPeer } from '../peer.ts';
import { INFO, LOGIN, refusedConnection, type MessageContext, type Reading } from '../reading.ts';
import type { Session } from '../sessions.ts';

const LOGIN_AND_SESSION = ['authentication', 'session'] as const;

export function sshd(text: string, context: MessageContext): Reading | undefined {
  const message = withoutPrefix(text);
  const session = context.sessions.of(context.host, context.pid);
  switch (message.slice(0, message.indexOf(' '))) {
    case 'Failed':
      return failed(message, session);
    case 'Accepted':
      return accepted(message, session);
    case 'Invalid':
    case 'Illegal':
      return invalid(message, session);
    case 'PAM:':
      return pam(text, message, session);
    case 'User':
      return notAllowed(message, session);
    case 'ROOT':
      return loginAt(session, at(message, 'ROOT LOGIN REFUSED FROM '), 'root', 'Refused');
    case 'maximum':
      return tooMany(message, session);
    case 'refused':
      return blamed(session, addressIn(message.slice(message.lastIndexOf('(') + 1)));
    case 'Connection':
      return connection(message, session);
    case 'Received':
      return received(message, session);
    case 'Disconnected':
      return message.endsWith('[preauth]') ? ended(message, session) : undefined;
    case 'Disconnecting:':
    case 'Disconnecting':
      return disconnecting(message, session);
    case 'Did':
      return noIdentification(message, session);
    case 'Bad':
    case 'banner':
    case 'ssh_dispatch_run_fatal:':
    case 'Timeout':
    case 'Unable':
    case 'kex_exchange_identification:':
    case 'Read':
    case 'no':
      return broken(message, session);
    case 'SSH:':
      return remote(message, session);
    case 'subsystem':
      return { user: { name: message.slice(message.lastIndexOf(' ') + 1) } };
    case 'message':
      return repeated(message, context);
    default:
      return undefined;
  }
}

function withoutPrefix(text: string): string {
  if (text.startsWith('error: ')) return text.slice(7);
  return text.startsWith('fatal: ') ? text.slice(7) : text;
}

/** The text behind `literal` as a peer: `ADDRESS`, `ADDRESS port N`. */
function at(message: string, literal: string): EcsEndpoint | undefined {
  if (!message.startsWith(literal)) return undefined;
  const [address = '', word, port] = message.slice(literal.length).split(' ', 3);
  return address === ''
    ? undefined
    : endpointOf(address, word === 'port' ? portOf(port?.replace(/:.*$/, '')) : undefined);
}

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

/** `Failed METHOD for [invalid user ]USER from ADDRESS port N ssh2[: KEY]`: only the methods with keys say something behind the address. */
function failed(message: string, session: Session): Reading | undefined {
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

const PEER = / from (\S+)(?: port (\d+)(?: ssh[12])?)?$/;
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
function accepted(message: string, session: Session): Reading | undefined {
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
function invalid(message: string, session: Session): Reading | undefined {
  const match = PEER.exec(message);
  if (match === null || !message.startsWith('user ', 8)) return undefined;
  return loginAt(session, endpointOf(match[1]!, portOf(match[2])), message.slice(13, match.index), 'Invalid');
}

/** `PAM: REASON for [illegal user ]NAME from HOST[ via ADDRESS]`. */
function pam(whole: string, message: string, session: Session): Reading | undefined {
  const match = / from (\S+)(?: via \S+)? ?$/.exec(message);
  const begin = message.indexOf(' for ');
  if (match === null || begin === -1) return undefined;
  const illegal = message.startsWith('illegal user ', begin + 5);
  const user = message.slice(begin + (illegal ? 18 : 5), match.index);
  const event = whole.slice(0, begin + 4 + whole.length - message.length) + (illegal ? ' illegal' : '');
  return loginAt(session, endpointOf(match[1]!), user, event);
}

/** `User NAME from ADDRESS not allowed because REASON`: the account exists, so the name is no attacker's. */
function notAllowed(message: string, session: Session): Reading | undefined {
  const end = message.lastIndexOf(' not allowed because ');
  const from = message.lastIndexOf(' from ', end);
  if (end === -1 || from === -1) {
    if (end !== -1) session.owed = true;
    return undefined;
  }
  return loginAt(session, endpointOf(message.slice(from + 6, end)), message.slice(5, from), 'NotAllowed');
}

/** `maximum authentication attempts exceeded for [invalid user ]NAME from ADDRESS port N ssh2 [preauth]`. */
function tooMany(message: string, session: Session): Reading | undefined {
  const match = PEER.exec(withoutPreauth(message));
  const begin = message.indexOf(' for ');
  if (match === null || begin === -1) return undefined;
  const illegal = message.startsWith('invalid user ', begin + 5);
  const user = message.slice(begin + (illegal ? 18 : 5), match.index);
  return loginAt(session, endpointOf(match[1]!, portOf(match[2])), user, 'MaximumAttempts');
}

function withoutPreauth(message: string): string {
  return message.endsWith(' [preauth]') ? message.slice(0, -10) : message;
}

/**
 * A connection that came to nothing: its client is blamed, or whoever the next line of this process names.
 * @param once not again where an earlier line has said so
 */
function blamed(session: Session, source: EcsEndpoint | undefined, user?: string, once = false): Reading | undefined {
  const known = source ?? session.source;
  if (known === undefined) {
    session.owed = true;
    return undefined;
  }
  const again = once && session.blamed;
  session.source = known;
  session.blamed = true;
  session.owed = false;
  const reading = refusedConnection(known, 'ssh_disconnect');
  if (user !== undefined) reading.user = { name: user };
  if (again) reading.outcome = 'unknown';
  return reading;
}

function connection(message: string, session: Session): Reading | undefined {
  if (message.startsWith('Connection from ')) {
    const [, , address = '', , port, , local = '', , localPort] = message.split(' ', 9);
    session.source = endpointOf(address, portOf(port));
    session.owed = false;
    session.blamed = false;
    return {
      category: ['network'],
      type: ['connection', 'start'],
      source: session.source,
      destination: local === '' ? undefined : endpointOf(local, portOf(localPort)),
    };
  }
  return message.startsWith('Connection closed by ') || message.startsWith('Connection reset by ')
    ? ended(message, session)
    : undefined;
}

/** `… by|from [authenticating|invalid user NAME ]ADDRESS[ port N][ [preauth]]`. */
function ended(message: string, session: Session): Reading | undefined {
  const tail = tailPeer(withoutPreauth(message));
  if (tail === undefined || tail.source.ip === undefined) return undefined;
  const named = /^(?:Connection (?:closed|reset) by|Disconnected from) (?:authenticating|invalid) user (.*)$/.exec(
    message.slice(0, Math.max(0, tail.at - 1)),
  );
  const before = message.endsWith('[preauth]') || session.owed;
  if (before) return blamed(session, tail.source, named?.[1], message.startsWith('Disconnected'));
  session.source = tail.source;
  return { category: ['network'], type: ['connection', 'end'], source: tail.source };
}

/** `Received disconnect from ADDRESS[ port N]:CODE: WORDS[ [preauth]]`: the words are the client's. */
function received(message: string, session: Session): Reading | undefined {
  const match = /^Received disconnect from (\S+?)(?: port (\d+))?: ?\d+:/.exec(message);
  if (match === null) return undefined;
  const source = endpointOf(match[1]!, portOf(match[2]));
  if (message.endsWith('[preauth]') || message.endsWith('Auth fail')) return blamed(session, source);
  session.source = source;
  return { category: ['network'], type: ['connection', 'end'], source };
}

/** `Disconnecting[ invalid|authenticating user NAME ADDRESS port N]: REASON`. */
function disconnecting(message: string, session: Session): Reading | undefined {
  const reason = /(?:^Disconnecting| (\S+) port (\d+)): (Too many authentication failures|Change of username)/g;
  const [only, second] = message.matchAll(reason);
  if (only === undefined || second !== undefined) return undefined;
  if (only[3] === 'Change of username') session.blamed = false;
  return blamed(session, only[1] === undefined ? undefined : endpointOf(only[1], portOf(only[2])), undefined, true);
}

function noIdentification(message: string, session: Session): Reading | undefined {
  const source = at(message, 'Did not receive identification string from ');
  if (source?.ip === undefined) return undefined;
  const reading = blamed(session, source);
  if (reading === undefined) return undefined;
  return { ...reading, source: { ip: source.ip, port: source.port }, auth: { ssh: { dropped_ip: source.ip } } };
}

function broken(message: string, session: Session): Reading | undefined {
  if (message.startsWith('Bad protocol version identification ')) {
    const match = PEER.exec(message);
    return match === null ? undefined : blamed(session, endpointOf(match[1]!, portOf(match[2])));
  }
  if (message.startsWith('Timeout before authentication for ')) {
    const from = message.startsWith('connection from ', 34)
      ? 'Timeout before authentication for connection from '
      : 'Timeout before authentication for ';
    return blamed(session, at(message, from));
  }
  if (message.startsWith('Unable to negotiate with ')) return blamed(session, at(message, 'Unable to negotiate with '));
  const match = /^(?:banner exchange|ssh_dispatch_run_fatal): Connection from (?:.* )?(\S+) port (\d+): /.exec(message);
  if (match !== null) return blamed(session, endpointOf(match[1]!, portOf(match[2])));
  if (message.startsWith('kex_exchange_identification: banner')) return undefined;
  if (
    /^(?:kex_exchange_identification:|Unable to negotiate a key|no matching |Read from socket failed:)/.test(message)
  ) {
    return blamed(session, undefined);
  }
  return undefined;
}

/** The high-performance patches: `SSH: Server;Ltype: Version;Remote: ADDRESS-PORT;…`. */
function remote(message: string, session: Session): Reading | undefined {
  const match = /^SSH: Server;Ltype: \w+;Remote: ([^;\s]+)-(\d+);/.exec(message);
  if (match === null) return undefined;
  session.source = endpointOf(match[1]!, portOf(match[2]));
  session.blamed = false;
  return { category: ['network'], type: ['connection', 'info'], source: session.source };
}

/** rsyslog's `message repeated N times: [ … ]`. */
function repeated(message: string, context: MessageContext): Reading | undefined {
  const begin = message.indexOf(': [ ');
  if (begin === -1 || !message.startsWith('message repeated ') || !message.endsWith(']')) return undefined;
  const inner = message.slice(begin + 4, -1);
  return inner.startsWith('message ') ? undefined : sshd(inner, context);
}
