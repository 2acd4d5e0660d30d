/** Cisco's firewalls: ASA, and Firepower's lines of the same form. Which message says what is in `messages.ts`. */
import { Refusal, type Parsed, type ParserDefinition } from '@netsentinel/contracts/parser';
import { numberIn } from '../../text/document.ts';
import { syslogHead } from '../../text/syslog-head.ts';
import { shareOf } from '../../text/share.ts';
import { stateless, type LocalClock } from '../stateless.ts';
import { MESSAGES } from './messages.ts';
import { compile, match, type Fields } from './pattern.ts';
import { toDocument } from './to-document.ts';

export const ciscoAsa: ParserDefinition = {
  id: 'cisco-asa',
  title: 'Cisco ASA and Firepower firewalls',
  module: 'cisco_asa',
  dataset: 'cisco_asa.log',
  examples: [
    'Nov 21 2026 09:30:00 fw1 : %ASA-4-106023: Deny tcp src outside:198.51.100.7/40000 dst inside:203.0.113.5/23 by access-group "inbound" [0x0, 0x0]',
    '<166>Nov 21 09:30:01 fw1 : %ASA-6-302013: Built inbound TCP connection 17 for outside:198.51.100.7/40001 (198.51.100.7/40001) to inside:192.0.2.9/443 (203.0.113.5/443)',
    'Nov 21 2026 09:30:02: %ASA-6-302014: Teardown TCP connection 17 for outside:198.51.100.7/40001 to inside:192.0.2.9/443 duration 0:00:05 bytes 1200 TCP FINs',
    'Nov 21 09:30:03 fw1: %ASA-6-113015: AAA user authentication Rejected : reason = Invalid password : local database : user = root : user IP = 198.51.100.7',
    'Nov 21 09:30:04 fw1: %ASA-6-605004: Login denied from 198.51.100.7/40002 to outside:203.0.113.1/ssh for user "admin"',
  ],
  recognise: ({ lines }) => shareOf(lines, (line) => TAG.test(line)) * 0.97,
  create: stateless({ line: readLine }),
};

/** `%ASA-6-302013: `, with a class of messages between where the device is set so. */
const TAG = /%(?:ASA|FTD|PIX|FWSM)-(?:[a-z]+-)?-?(\d)-(\d{4,7}):? */;
const PROCESS = /^([\w.-]+)\[(\d{1,7})\]$/;
/** A host's name, a process and what stands around them. */
const MAX_SENDER = 512;
const PATTERNS = compile(MESSAGES);

function readLine(line: string, clock: LocalClock): Parsed {
  const tag = TAG.exec(line);
  if (tag === null) return new Refusal('no message id of a Cisco firewall in this line');
  const [whole, severity, id] = tag as unknown as [string, string, string];
  const head = syslogHead(line, clock.zone, clock.referenceMs);
  const sender = senderOf(head.host, line.slice(head.at, tag.index));
  const text = line.slice(tag.index + whole.length);
  const fields: Fields = new Map();
  const found = match(PATTERNS.get(id) ?? [], id.startsWith('713') ? peerOf(text, fields) : text);
  return toDocument({
    line,
    time: head.time,
    priority: head.priority,
    ...sender,
    severity: Number(severity),
    id,
    kind: found?.kind,
    fields: fields.size === 0 ? (found?.fields ?? fields) : new Map([...fields, ...(found?.fields ?? [])]),
  });
}

/** What stands between time and message: `fw1 : `, `fw1: `, `CiscoASA[999]: `. */
function senderOf(host: string | undefined, between: string) {
  const word = between.slice(0, MAX_SENDER).trim().replace(/\s*:$/, '');
  const process = PROCESS.exec(word);
  const named = host ?? (word === '' || process !== null ? undefined : word.split(' ')[0]);
  return { host: named, processName: process?.[1], processId: numberIn(process?.[2]) };
}

const PEER = /^(?:Group = ([^,]*), )?(?:Username = ([^,]*), )?(?:IP = ([^,]*), )?/;

/** Tunnel messages name their peer first, as much of it as is known. Answers the text behind. */
function peerOf(text: string, fields: Fields): string {
  const match = PEER.exec(text)!;
  if (match[2] !== undefined) fields.set('person', match[2]);
  if (match[3] !== undefined) fields.set('src', match[3]);
  return text.slice(match[0].length);
}
