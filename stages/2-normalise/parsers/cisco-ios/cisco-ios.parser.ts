/** Cisco's routers and switches (IOS, IOS XE): `<189>52: sw1: 000051: Nov 21 09:30:00.125: %SYS-5-CONFIG_I: text`, of which much may be missing. */
import { Refusal, type EcsGroup, type Parsed, type ParserDefinition } from '@netsentinel/contracts/parser';
import { isObject, numberIn } from '../../text/document.ts';
import { prioritySyslog, syslogHead } from '../../text/syslog-head.ts';
import { shareOf } from '../../text/share.ts';
import { stateless, type LocalClock } from '../stateless.ts';
import { readMessage } from './message.ts';

export const ciscoIos: ParserDefinition = {
  id: 'cisco-ios',
  title: 'Cisco IOS routers and switches',
  module: 'cisco_ios',
  dataset: 'cisco_ios.log',
  examples: [
    '<189>52: sw1: 000051: Nov 21 09:30:00.125: %SEC_LOGIN-4-LOGIN_FAILED: Login failed [user: root] [Source: 198.51.100.7] [localport: 22] [Reason: Login Authentication Failed] at 09:30:00 UTC Sat Nov 21 2026',
    '<190>53: sw1: Nov 21 2026 09:30:01: %SEC-6-IPACCESSLOGP: list INBOUND denied tcp 198.51.100.7(40000) -> 203.0.113.5(23), 1 packet',
    'Nov 21 09:30:02 sw1 54: *Nov 21 09:30:02.250: %SYS-5-CONFIG_I: Configured from console by admin on vty0 (192.0.2.9)',
  ],
  recognise: ({ lines }) => shareOf(lines, (line) => TAG.test(line) && !FIREWALL.test(line)) * 0.95,
  create: stateless({ line: readLine }),
};

/** Facility, perhaps with a part after a dash, severity, name. */
const TAG = /%([A-Z][A-Z0-9_]*(?:-[A-Z0-9_]+)*)-([0-7])-([A-Z][A-Z0-9_]*): ?/;
const FIREWALL = /%(?:ASA|FTD|PIX|FWSM)-/;
const UPTIME = /^(?:\d+[ywdhms])+\d*$|^\d{1,3}:\d\d:\d\d$/;
const TIME = /[*.]?[A-Z][a-z]{2} {1,2}\d{1,2} (?:\d{4} )?\d\d:\d\d:\d\d(?:\.\d+)?/g;
const LEVELS = ['emergency', 'alert', 'critical', 'error', 'warning', 'notification', 'informational', 'debug'];

function readLine(line: string, clock: LocalClock): Parsed {
  const tag = TAG.exec(line);
  if (tag === null || tag.index > 256) return new Refusal('no %FACILITY-SEVERITY-NAME of IOS in this line');
  const [whole, facility, severity, name] = tag as unknown as [string, string, string, string];
  const message = line.slice(tag.index + whole.length);
  const before = line.slice(0, tag.index);
  const head = syslogHead(before, clock.zone, clock.referenceMs);
  const parts = partsOf(before.replace(/^<\d{1,3}>/, ''));
  // The device's own time, which stands last, is what it means; a server's before it is when that was received.
  const own = before.match(TIME)?.at(-1);
  const time = own === undefined ? head.time : syslogHead(own, clock.zone, clock.referenceMs).time;
  const said = readMessage(name, message);
  const event = isObject(said['event']) ? said['event'] : {};
  const vendor = isObject(said['cisco']) ? (said['cisco']['ios'] as EcsGroup) : {};
  return {
    ...said,
    '@timestamp': time,
    message,
    event: {
      kind: 'event',
      category: ['network'],
      type: ['info'],
      provider: 'firewall',
      code: name,
      severity: Number(severity),
      sequence: numberIn(parts.sequence) ?? parts.count,
      ...event,
      original: line,
    },
    log: {
      level: LEVELS[Number(severity)],
      syslog: { ...prioritySyslog(head.priority), hostname: parts.host ?? head.host },
    },
    observer: { vendor: 'Cisco', product: 'IOS', type: 'firewall' },
    cisco: {
      ios: { facility, message_count: parts.count, sequence: parts.sequence, uptime: parts.uptime, ...vendor },
    },
  };
}

interface Parts {
  readonly count: number | undefined;
  readonly host: string | undefined;
  readonly sequence: string | undefined;
  readonly uptime: string | undefined;
}

/** What stands between colons before the message: a counter, the host, a sequence number with zeros before it, how long the device has been up. */
function partsOf(before: string): Parts {
  let count: number | undefined;
  let host: string | undefined;
  let sequence: string | undefined;
  let uptime: string | undefined;
  for (const part of before.split(/:(?: |$)/).slice(0, 8)) {
    const word = part.trim();
    const last = word.slice(word.lastIndexOf(' ') + 1);
    if (/^\d+$/.test(last)) {
      if (count === undefined && !(last.startsWith('0') && last.length > 3)) count = Number(last);
      else sequence ??= last;
    } else if (UPTIME.test(word)) uptime ??= word;
    else if (host === undefined && /^[A-Za-z][\w.-]*$/.test(word)) host = word;
  }
  return { count, host, sequence, uptime };
}
