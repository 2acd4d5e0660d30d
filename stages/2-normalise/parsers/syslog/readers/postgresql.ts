/**
 * PostgreSQL: `password authentication failed for user "NAME"`, with the client's address in what the administrator puts before each line, or in the line of
 * `log_connections` that the same process wrote before.
 */
import type { EcsEndpoint } from '@netsentinel/contracts/parser';
import { endpointOf, portOf } from '../../../text/endpoint.ts';
import { failedLogin, login, type MessageContext, type Reading } from '../reading.ts';

const FAILED =
  /(?:FATAL|ERROR): {1,2}(?:\w{5}: )?(?:password|peer|ident|PAM|LDAP|RADIUS|GSSAPI|SSPI|certificate|Ident|Peer|MD5|SCRAM|BSD) authentication failed for user "(.*)"$|FATAL: {1,2}(?:\w{5}: )?role "(.*)" does not exist$/;
const NO_ENTRY =
  /FATAL: {1,2}(?:\w{5}: )?(?:no pg_hba\.conf entry|pg_hba\.conf rejects connection) for host "([^"]+)", user "(.*)", database "/;
const RECEIVED = /LOG: {1,2}(?:\w{5}: )?connection received: host=([^\s[]+)(?: port=(\d+))?$/;
const AUTHORISED = /LOG: {1,2}(?:\w{5}: )?connection authorized: user=(\S+)/;

/** `before` is what stands before the level: `ADDRESS(PORT)` of `%r` or an address of `%h` may be in it. */
function clientIn(before: string): EcsEndpoint | undefined {
  const match =
    /(?:^|[\s=@[])((?:\d{1,3}\.){3}\d{1,3}|[0-9a-f]*:[0-9a-f:.]+:[0-9a-f:.]*)(?:\((\d+)\))?(?=[\s\],:]|$)/i.exec(
      before,
    );
  if (match === null) return undefined;
  const found = endpointOf(match[1]!, portOf(match[2]));
  return found.ip === undefined ? undefined : found;
}

export function postgresql(message: string, context: MessageContext): Reading | undefined {
  const session = context.sessions.of(context.host, context.pid, context.ms);
  const received = RECEIVED.exec(message);
  if (received !== null) {
    session.source = endpointOf(received[1]!, portOf(received[2]));
    return { category: ['database', 'network'], type: ['connection', 'start'], source: session.source };
  }
  const level = message.search(/(?:FATAL|ERROR|LOG): /);
  if (level === -1) return undefined;
  const source = clientIn(message.slice(0, level)) ?? session.source;
  const refused = NO_ENTRY.exec(message);
  if (refused !== null) return failedLogin(endpointOf(refused[1]!), refused[2], 'database-login');
  const failed = FAILED.exec(message);
  if (failed !== null) return failedLogin(source, failed[1] ?? failed[2], 'database-login');
  const ok = AUTHORISED.exec(message);
  return ok === null ? undefined : login(source, ok[1], 'database-login');
}
