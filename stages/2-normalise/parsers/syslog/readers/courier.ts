/** Courier's IMAP, POP3 and SMTP: `LOGIN FAILED, user=NAME, ip=[ADDRESS]` and `error,relay=ADDRESS,…`. */
import { endpointOf } from '../../../text/endpoint.ts';
import { bracketed } from '../peer.ts';
import { DENIED, failedLogin, login, type Reading } from '../reading.ts';

export function courier(message: string): Reading | undefined {
  const failed = message.startsWith('LOGIN FAILED, ');
  if (failed || message.startsWith('LOGIN, ')) {
    const ip = message.lastIndexOf(', ip=[');
    if (ip === -1) return undefined;
    const close = message.indexOf(']', ip);
    const source = bracketed(message, close + 1, ip);
    const user = /, user=(.*)$/.exec(message.slice(0, ip))?.[1];
    return failed ? failedLogin(source, user, 'mail-login') : login(source, user, 'mail-login');
  }
  const error = /^error,relay=([^,\s]+),(.*)$/.exec(message);
  if (error === null) return undefined;
  const source = endpointOf(error[1]!);
  if (error[2]!.includes('msg="535 Authentication failed')) return failedLogin(source, undefined, 'smtp-login');
  return /: 5\d\d /.test(error[2]!)
    ? { category: ['email'], type: DENIED, outcome: 'failure', action: 'mail-rejected', source }
    : undefined;
}
