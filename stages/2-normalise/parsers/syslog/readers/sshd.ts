/**
 * OpenSSH's server. The client chooses its user name, its banner and the words that it leaves with, so the address is always taken from the end that the
 * server wrote last. What a client can do without guessing (offer its keys) is no failure, and one act that several lines tell is blamed once.
 */
import { addressIn } from '../peer.ts';
import type { MessageContext, Reading } from '../reading.ts';
import {
  blamed,
  broken,
  connection,
  disconnecting,
  ended,
  noIdentification,
  received,
  remote,
} from './sshd-connections.ts';
import { accepted, failed, invalid, notAllowed, pam, rootRefused, tooMany } from './sshd-logins.ts';

export function sshd(text: string, context: MessageContext): Reading | undefined {
  const message = withoutPrefix(text);
  const session = context.sessions.of(context.host, context.pid, context.ms);
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
      return rootRefused(message, session);
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

/** rsyslog's `message repeated N times: [ … ]`. */
function repeated(message: string, context: MessageContext): Reading | undefined {
  const begin = message.indexOf(': [ ');
  if (begin === -1 || !message.startsWith('message repeated ') || !message.endsWith(']')) return undefined;
  const inner = message.slice(begin + 4, -1);
  return inner.startsWith('message ') ? undefined : sshd(inner, context);
}
