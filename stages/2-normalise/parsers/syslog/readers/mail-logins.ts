/** Mail servers whose failed logins are one line each: University of Washington, Cyrus, Perdition, solid-pop3d. */
import { addressIn, bracketed } from '../peer.ts';
import { failedLogin, login, type Reading } from '../reading.ts';
import { courier } from './courier.ts';

/** `imapd` and `pop3d` are names of several programs. */
export function mailLogins(message: string): Reading | undefined {
  if (message.startsWith('LOGIN') || message.startsWith('error,relay=')) return courier(message);
  if (message.startsWith('badlogin: ')) return cyrus(message);
  return washington(message);
}

/** `Login failed user=NAME auth=NAME host=NAME [ADDRESS]`: the address is the last. */
function washington(message: string): Reading | undefined {
  const said = WASHINGTON.exec(message);
  const host = message.lastIndexOf(' host=');
  if (said === null || host === -1) return undefined;
  const source = bracketed(message, message.length, host);
  const auth = message.indexOf(' auth=', said[0].length - 1);
  const user = message.slice(said[0].length, auth === -1 ? host : auth).trim();
  return said[1] === undefined ? failedLogin(source, user, 'mail-login') : login(source, user, 'mail-login');
}

const WASHINGTON =
  /^(?:(Login|Authenticated|Auth)|Login (?:failed|excessive login failures|disabled|refused)|Failed \S+ override of|AUTHENTICATE \S+ failure) user=/;

/** `badlogin: NAME[ADDRESS] MECHANISM [NAME] SASL(-13): authentication failure: …`: DNS's name stands first, and has no bracket. */
export function cyrus(message: string): Reading | undefined {
  const match = /^badlogin: [^\s[]*\s?\[([^\]\s]+)\] \S+ ?(.*)$/.exec(message);
  return match === null || !/authentication failure|user not found|invalid|password|SASL\(/i.test(match[2]!)
    ? undefined
    : failedLogin(addressIn(match[1]!), undefined, 'mail-login');
}

/** `Auth: ADDRESS:PORT->ADDRESS:PORT … authentication_id="NAME" … status="failed: …"`. */
export function perdition(message: string): Reading | undefined {
  const match = /^(?:Auth: |Fatal Error reading authentication information from client )(\S+?)->/.exec(message);
  if (match === null) return undefined;
  const source = addressIn(match[1]!);
  const user = /authentication_id="([^"]*)"/.exec(message)?.[1];
  if (message.startsWith('Fatal') || /status="failed/.test(message.slice(message.lastIndexOf('status="'))))
    return failedLogin(source, user, 'mail-login');
  return login(source, user, 'mail-login');
}

/** `authentication failed: no such user: NAME - ADDRESS`: the address is the last. */
export function solidPop3d(message: string): Reading | undefined {
  return /^(?:(?:APOP )?authentication failed|root login not allowed|can't find APOP secret)/.test(message)
    ? failedLogin(addressIn(message.slice(message.lastIndexOf(' - ') + 3)), undefined, 'mail-login')
    : undefined;
}
