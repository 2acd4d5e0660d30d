/**
 * Asterisk's security and notice lines, in syslog and in its own `messages`: registrations and calls that were refused. What a caller calls itself is quoted and stands
 * before the address that Asterisk wrote.
 */
import { addressIn } from '../peer.ts';
import { failedLogin, login, refusedConnection, type Reading } from '../reading.ts';

const EVENT = /SecurityEvent="(\w+)"/;
const FAILURES = new Set([
  'ChallengeResponseFailed',
  'FailedACL',
  'InvalidAccountID',
  'InvalidPassword',
  'InvalidTransport',
  'MemoryLimit',
  'RequestBadFormat',
  'RequestNotAllowed',
  'RequestNotSupported',
  'UnexpectedAddress',
  'LoadAverageLimit',
  'SessionLimit',
]);
const REFUSED =
  /(?:Registration from '(.*)' failed for '([^']+)' - |Request '[A-Z]+' from '(.*)' failed for '([^']+)' |Call from '(.*)' \(([^)]+)\) to extension '.*' rejected because |Host (\S+) failed (?:MD5 )?(?:to )?authenticat|Rejecting unknown SIP connection from ()(\S+)|(\S+) (?:failed to authenticate as|tried to authenticate with) )/;

export function asterisk(message: string): Reading | undefined {
  const event = EVENT.exec(message)?.[1];
  if (event !== undefined) return securityEvent(event, message);
  const match = REFUSED.exec(message);
  if (match === null) return undefined;
  const source = addressIn(match[2] ?? match[4] ?? match[6] ?? match[7] ?? match[9] ?? match[10] ?? '');
  if (source === undefined) return undefined;
  const isLogin = match[1] !== undefined || match[3] !== undefined || match[7] !== undefined || match[10] !== undefined;
  return isLogin
    ? failedLogin(source, nameOf(match[1] ?? match[3]), 'sip-login')
    : refusedConnection(source, 'voip-refused');
}

/** `RemoteAddress="IPV4/UDP/198.51.100.7/5060"`. */
function securityEvent(event: string, message: string): Reading | undefined {
  const source = addressIn(/RemoteAddress="IPV[46]\/\w+\/([^/"]+)\/\d+"/.exec(message)?.[1] ?? '');
  if (source === undefined) return undefined;
  const account = /AccountID="([^"]{0,128})"/.exec(message)?.[1];
  const user = account === '<unknown>' ? undefined : account;
  if (FAILURES.has(event)) return failedLogin(source, user, 'sip-login');
  return event === 'SuccessfulAuth' ? login(source, user, 'sip-login') : undefined;
}

/** `"bob" <sip:bob@192.0.2.1>`. */
function nameOf(from: string | undefined): string | undefined {
  return from === undefined ? undefined : (/sips?:([^@>;]{1,128})/.exec(from)?.[1] ?? undefined);
}
