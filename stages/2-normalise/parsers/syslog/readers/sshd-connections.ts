/** What OpenSSH's server says of connections that end, break or never become a login. */
import type { EcsEndpoint } from '@netsentinel/contracts/parser';
import { endpointOf, portOf } from '../../../text/endpoint.ts';
import { tailPeer } from '../peer.ts';
import { refusedConnection, type Reading } from '../reading.ts';
import type { Session } from '../sessions.ts';
import { peerBehind, PEER, withoutPreauth } from './sshd-peers.ts';

/**
 * A connection that came to nothing: its client is blamed, or whoever the next line of this process names.
 * @param once not again where an earlier line has said so
 */
export function blamed(
  session: Session,
  source: EcsEndpoint | undefined,
  user?: string,
  once = false,
): Reading | undefined {
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

export function connection(message: string, session: Session): Reading | undefined {
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
export function ended(message: string, session: Session): Reading | undefined {
  const tail = tailPeer(withoutPreauth(message));
  if (tail === undefined || tail.source.ip === undefined) return undefined;
  const named = /^(?:Connection (?:closed|reset) by|Disconnected from) (?:authenticating|invalid) user (.*)$/.exec(
    message.slice(0, Math.max(0, tail.at - 1)),
  );
  const before = message.endsWith('[preauth]') || session.owed;
  const reading: Reading | undefined = before
    ? blamed(session, tail.source, named?.[1], message.startsWith('Disconnected'))
    : { category: ['network'], type: ['connection', 'end'], source: tail.source };
  // What this process says from now on is of somebody else.
  session.source = undefined;
  session.owed = false;
  return reading;
}

/** `Received disconnect from ADDRESS[ port N]:CODE: WORDS[ [preauth]]`: the words are the client's. */
export function received(message: string, session: Session): Reading | undefined {
  const match = /^Received disconnect from (\S+?)(?: port (\d+))?: ?\d+:/.exec(message);
  if (match === null) return undefined;
  const source = endpointOf(match[1]!, portOf(match[2]));
  if (message.endsWith('[preauth]') || message.endsWith('Auth fail')) return blamed(session, source);
  session.source = source;
  return { category: ['network'], type: ['connection', 'end'], source };
}

/** `Disconnecting[ invalid|authenticating user NAME ADDRESS port N]: REASON`. */
export function disconnecting(message: string, session: Session): Reading | undefined {
  const reason = /(?:^Disconnecting| (\S+) port (\d+)): (Too many authentication failures|Change of username)/g;
  const [only, second] = message.matchAll(reason);
  if (only === undefined || second !== undefined) return undefined;
  if (only[3] === 'Change of username') session.blamed = false;
  return blamed(session, only[1] === undefined ? undefined : endpointOf(only[1], portOf(only[2])), undefined, true);
}

export function noIdentification(message: string, session: Session): Reading | undefined {
  const source = peerBehind(message, 'Did not receive identification string from ');
  if (source?.ip === undefined) return undefined;
  const reading = blamed(session, source);
  if (reading === undefined) return undefined;
  return { ...reading, source: { ip: source.ip, port: source.port }, auth: { ssh: { dropped_ip: source.ip } } };
}

/** What no client does that wants to log in. */
export function broken(message: string, session: Session): Reading | undefined {
  const reading = brokenOff(message, session);
  if (reading !== undefined) reading.reason ??= 'protocol';
  return reading;
}

function brokenOff(message: string, session: Session): Reading | undefined {
  if (message.startsWith('Bad protocol version identification ')) {
    const match = PEER.exec(message);
    return match === null ? undefined : blamed(session, endpointOf(match[1]!, portOf(match[2])));
  }
  if (message.startsWith('Timeout before authentication for ')) {
    const from = message.startsWith('connection from ', 34)
      ? 'Timeout before authentication for connection from '
      : 'Timeout before authentication for ';
    return blamed(session, peerBehind(message, from));
  }
  if (message.startsWith('Unable to negotiate with '))
    return blamed(session, peerBehind(message, 'Unable to negotiate with '));
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
export function remote(message: string, session: Session): Reading | undefined {
  const match = /^SSH: Server;Ltype: \w+;Remote: ([^;\s]+)-(\d+);/.exec(message);
  if (match === null) return undefined;
  session.source = endpointOf(match[1]!, portOf(match[2]));
  session.blamed = false;
  return { category: ['network'], type: ['connection', 'info'], source: session.source };
}
