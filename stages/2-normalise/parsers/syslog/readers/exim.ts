/**
 * Exim, in syslog and in its own mainlog: `… H=NAME (GREETING) [ADDRESS]:PORT I=… …`. A greeting has no blanks; commands and senders may hold anything, so the host
 * is looked for where no such text can stand before it.
 */
import type { EcsEndpoint } from '@netsentinel/contracts/parser';
import { canonicalAddress } from '../../../text/canonical-address.ts';
import { portOf } from '../../../text/endpoint.ts';
import { DENIED, failedLogin, login, refusedConnection, type Reading } from '../reading.ts';

/** A process's number and a message's id, in front of what it is about. */
const PREFIX =
  /^(?:\d{4}-\d\d-\d\d \d\d:\d\d:\d\d )?(?:\[\d+\] )?(?:[0-9A-Za-z]{6}-[0-9A-Za-z]{6,11}-[0-9A-Za-z]{2,4} )?/;
const HOST = /^(?:[^\s([]\S* )?(?:\(\S*\) )?\[([^\]\s]{2,45})\](?::(\d{1,5}))?/;

export function exim(text: string): Reading | undefined {
  const message = text.replace(PREFIX, '');
  const failed = /^[\w-]+ authenticator failed for /.exec(message);
  if (failed !== null)
    return failedLogin(hostAt(message, failed[0].length), /\(set_id=(.*)\)/.exec(message)?.[1], 'smtp-login');
  if (message.startsWith('SMTP ')) return smtp(message);
  if (message.startsWith('no MAIL in ')) return behind(message, 'no MAIL in SMTP connection from ', 'smtp-abuse');
  if (message.startsWith('<= ')) return arrived(message);
  if (message.startsWith('SA: Action: ')) return spam(message);
  if (message.startsWith('H=')) return refused(message, 2);
  return message.startsWith('F=') ? refused(message, behindSender(message)) : undefined;
}

/** `NAME (GREETING) [ADDRESS]:PORT` at `at`. */
function hostAt(message: string, at: number): EcsEndpoint | undefined {
  const match = HOST.exec(message.slice(at, at + 600));
  if (match === null) return undefined;
  const ip = canonicalAddress(match[1]!);
  return ip === undefined ? undefined : { address: match[1]!, ip, port: portOf(match[2]) };
}

function behind(message: string, literal: string, action: string): Reading | undefined {
  if (!message.startsWith(literal)) return undefined;
  const source = hostAt(message, literal.length);
  return source === undefined ? undefined : refusedConnection(source, action);
}

function smtp(message: string): Reading | undefined {
  if (message.startsWith('SMTP call from ')) return behind(message, 'SMTP call from ', 'smtp-abuse');
  if (message.startsWith('SMTP connection from '))
    return message.includes(' closed by DROP in ACL')
      ? behind(message, 'SMTP connection from ', 'smtp-abuse')
      : undefined;
  if (message.startsWith('SMTP protocol error in "')) {
    // The command stands in front, in quotes that it may hold itself; behind the host nothing is the client's.
    const source = hostAt(message, message.lastIndexOf('" H=') + 4);
    return source === undefined ? undefined : refusedConnection(source, 'smtp-abuse');
  }
  if (message.startsWith('SMTP protocol synchronization error ')) {
    const input = message.search(/ (?:next )?input="/);
    const head = input === -1 ? message : message.slice(0, input);
    const source = hostAt(head, head.lastIndexOf(' H=') + 3);
    return source === undefined ? undefined : refusedConnection(source, 'smtp-abuse');
  }
  return undefined;
}

/** Where the host begins behind `F=SENDER`; a sender in quotes may hold blanks. */
function behindSender(message: string): number {
  const sender = /^F=<?(?:"(?:[^"\\]|\\.)*")?\S* H=/.exec(message);
  return sender === null ? -1 : sender[0].length;
}

const REFUSED = / (?:(?:temporarily )?rejected |sender verify fail for |dropped by )/;

function refused(message: string, at: number): Reading | undefined {
  if (at === -1 || !REFUSED.test(message)) return undefined;
  const source = hostAt(message, at);
  if (source === undefined) return undefined;
  // Whoever was asked to come back did nothing wrong; whoever came too often did.
  const temporary =
    (message.includes(' temporarily rejected ') && !/rate.?limit/i.test(message)) || message.includes('greylist');
  return {
    category: ['email'],
    type: DENIED,
    outcome: temporary ? 'unknown' : 'failure',
    action: / rejected RCPT .*: relay (?:not permitted|access denied)/.test(message) ? 'relay-denied' : 'mail-rejected',
    source,
  };
}

/** `<= SENDER H=… P=esmtpa A=login:USER …`: who has logged in to send. */
function arrived(message: string): Reading | undefined {
  const host = message.indexOf(' H=');
  const user = / A=\w+:(\S+)/.exec(message)?.[1];
  const source = host === -1 ? undefined : hostAt(message, host + 3);
  return user === undefined || source === undefined ? undefined : login(source, user, 'smtp-login');
}

/** sa-exim: `… From <SENDER> (host=NAME [ADDRESS]) for RECIPIENT`. */
function spam(message: string): Reading | undefined {
  const host = message.lastIndexOf(' (host=');
  const source = host === -1 ? undefined : hostAt(message, host + 7);
  return source === undefined
    ? undefined
    : { category: ['email'], type: DENIED, outcome: 'failure', action: 'mail-rejected', source };
}
