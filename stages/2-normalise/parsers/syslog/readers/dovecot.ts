/**
 * Dovecot's login processes (`… user=<NAME>, method=PLAIN, rip=ADDRESS, lip=…`) and its authentication (`sql(NAME,ADDRESS,<SESSION>): unknown user`). The name
 * is the client's; the address is the last one of its kind, and Dovecot lets no comma into a name.
 */
import { canonicalAddress } from '../../../text/canonical-address.ts';
import { endpointOf } from '../../../text/endpoint.ts';
import { failedLogin, login, refusedConnection, type MessageContext, type Reading } from '../reading.ts';
import { pam } from './pam.ts';

const FAILED = /\((?:proxy dest )?auth failed|\(tried to use dis\w+ \w+ auth\)|\(client didn't finish SASL auth/;
/** Without a login, but not as a mail program ends a connection. */
const BROKEN =
  /Connection closed: (?:read|SSL_accept)\(|Too many invalid commands|syscall failed|\(disconnected (?:before auth was ready|during TLS handshake)/;
const BACKEND =
  /\b(?:pam|sql|ldap|passwd-file|passwd|shadow|static|lua|oauth2|imap|checkpassword)\(([^()]*)\)(?:<[^>]*>)?: (.*)$/;
/** Dovecot 2.4 puts what it is about into the tag, of which the envelope takes only a part. */
const TAGGED = /^auth\(([^()]*)\)(?:<[^>]*>)?: (.*)$/;
const REFUSED =
  /unknown user|[Pp]assword mismatch|[Ii]nvalid credentials|pam_authenticate\(\) failed|[Aa]uthentication failure/;

export function dovecot(message: string, context: MessageContext): Reading | undefined {
  const rip = message.lastIndexOf('rip=');
  if (rip !== -1) return loginProcess(message, rip);
  const module = message.indexOf('pam_unix(');
  if (module !== -1 && module < 40) return pam(message.slice(module), context);
  const tagged = context.program.startsWith('auth(') && context.program.includes(',');
  const match = tagged ? TAGGED.exec(`${context.program}:${message}`) : BACKEND.exec(message);
  if (match === null || !REFUSED.test(match[2]!)) return undefined;
  const parts = match[1]!.split(',');
  for (let i = parts.length - 1; i > 0; i--) {
    const address = parts[i]!;
    if (canonicalAddress(address) !== undefined)
      return failedLogin(endpointOf(address), parts.slice(0, i).join(','), 'mail-login');
  }
  return undefined;
}

function loginProcess(message: string, rip: number): Reading | undefined {
  const end = message.indexOf(',', rip);
  const source = endpointOf(message.slice(rip + 4, end === -1 ? undefined : end).trim());
  const begin = message.indexOf('user=<');
  const close = message.lastIndexOf('>, ', rip);
  const user = begin === -1 || close < begin ? undefined : message.slice(begin + 6, close);
  const said = begin === -1 ? message.slice(0, rip) : message.slice(0, begin);
  if (FAILED.test(said)) return failedLogin(source, user, 'mail-login');
  if (BROKEN.test(said) || BROKEN.test(message.slice(rip))) return refusedConnection(source, 'mail-disconnect');
  if (/(?:^|: )Login: $/.test(said)) return login(source, user, 'mail-login');
  return { category: ['network'], type: ['connection', 'end'], source };
}
