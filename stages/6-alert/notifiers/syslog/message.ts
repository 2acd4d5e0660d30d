/** A message as RFC 5424 has it. One line of printable text whatever an attacker wrote. Pure. */
import type { Notification } from '@netsentinel/contracts/notification';
import type { Severity } from '@netsentinel/contracts/detection';
import { printable } from '@netsentinel/kernel/log';
import { factsOf, fitBytes, headline } from '../words.ts';
import type { SyslogConfig } from './syslog.config.ts';

/** RFC 5424 6.2.1. */
const FACILITY: Readonly<Record<SyslogConfig['facility'], number>> = {
  user: 1,
  daemon: 3,
  auth: 4,
  authpriv: 10,
  local0: 16,
  local1: 17,
  local2: 18,
  local3: 19,
  local4: 20,
  local5: 21,
  local6: 22,
  local7: 23,
};
const SEVERITY: Readonly<Record<Severity, number>> = { info: 6, low: 5, medium: 4, high: 3, critical: 2 };
/** The number that IANA keeps for examples: we have none of our own. */
const ENTERPRISE = 32473;

export interface SyslogOrigin {
  readonly facility: SyslogConfig['facility'];
  readonly host: string;
  readonly pid: number;
  readonly maxBytes: number;
}

export function syslogMessage(notification: Notification, { facility, host, pid, maxBytes }: SyslogOrigin): string {
  const { kind, severity, incident, at, id } = notification;
  const head = `<${FACILITY[facility] * 8 + SEVERITY[severity]}>1 ${new Date(at).toISOString()} ${name(host)} netsentinel ${pid} ${kind}`;
  const data = Object.entries({
    id,
    severity,
    ...(incident === undefined
      ? {}
      : {
          incident: incident.id,
          status: incident.status,
          score: String(incident.score),
          ...(incident.url === undefined ? {} : { url: incident.url }),
        }),
  }).map(([key, value]) => `${key}="${printable(value, 600).replace(/[\\"\]]/g, String.raw`\$&`)}"`);
  const facts = factsOf(notification).map(({ label, lines }) => `${label}: ${lines.join('; ')}`);
  const begin = `${head} [netsentinel@${ENTERPRISE} ${data.join(' ')}] `;
  // The byte order mark says that what follows is UTF-8.
  const text = `\ufeff${[headline(notification), ...facts].join(' | ')}`;
  return begin + fitBytes(text, Math.max(64, maxBytes - Buffer.byteLength(begin)));
}

/** HOSTNAME: printable ASCII without spaces, or nothing. */
function name(host: string): string {
  return host.replace(/[^\x21-\x7e]/g, '').slice(0, 255) || '-';
}
