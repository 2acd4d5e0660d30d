/**
 * The Log Event Extended Format of QRadar: `LEEF:1.0|vendor|product|version|id|key=value<tab>key=value`; in version 2 the separator may stand in the header.
 * Source: IBM, QRadar Log Event Extended Format (LEEF), version 2.
 */
import { Refusal, type EcsGroup, type Parsed, type ParserDefinition } from '@netsentinel/contracts/parser';
import { canonicalAddress } from '../../text/canonical-address.ts';
import { communityId } from '../../text/community-id.ts';
import { ifAny, numberIn, related } from '../../text/document.ts';
import { portOf } from '../../text/endpoint.ts';
import { syslogHead } from '../../text/syslog-head.ts';
import { shareOf } from '../../text/share.ts';
import { epochMs, isoTime, parseIsoTime } from '../../text/time.ts';
import { stateless, type LocalClock } from '../stateless.ts';
import { readLeef, type LeefRecord } from './read-leef.ts';

export const leef: ParserDefinition = {
  id: 'leef',
  title: 'Log Event Extended Format (LEEF)',
  module: 'leef',
  dataset: 'leef.log',
  examples: [
    '<134>Nov 21 09:30:00 sensor LEEF:1.0|Example|Gate|1.0|LoginFailed|cat=Authentication\tsev=7\tsrc=198.51.100.7\tsrcPort=40000\tdst=203.0.113.5\tdstPort=22\tproto=TCP\tusrName=root',
    'LEEF:2.0|Example|Gate|2.0|Blocked|^|devTime=1795253400000^src=198.51.100.7^dst=203.0.113.5^url=http://203.0.113.5/?a=b^action=blocked',
  ],
  recognise: ({ lines }) => shareOf(lines, (line) => readLeef(line) !== undefined) * 0.98,
  create: stateless({ line: readLine }),
};

function readLine(line: string, clock: LocalClock): Parsed {
  const record = readLeef(line);
  if (record === undefined) return new Refusal('no LEEF header with its five parts');
  const head = syslogHead(line, clock.zone, clock.referenceMs);
  const inHead = record.begin > 8;
  const time = timeOf(record.attributes.get('devTime'), clock) ?? (inHead ? head.time : undefined);
  return toDocument(record, line, time, inHead ? head.host : undefined);
}

/** Milliseconds, `MMM dd yyyy HH:mm:ss` and its kin, or ISO 8601. */
function timeOf(text: string | undefined, clock: LocalClock): string | undefined {
  if (text === undefined) return undefined;
  return (
    isoTime(epochMs(text) ?? parseIsoTime(text, clock.zone)) ?? syslogHead(text, clock.zone, clock.referenceMs).time
  );
}

function toDocument(record: LeefRecord, original: string, time: string | undefined, host: string | undefined): Parsed {
  const { attributes } = record;
  const get = (...names: string[]): string | undefined => {
    for (const name of names) {
      const value = attributes.get(name);
      if (value !== undefined && value !== '') return value;
    }
    return undefined;
  };
  const transport = get('proto')?.toLowerCase();
  const source = sideOf(get('src', 'identSrc'), get('srcPort'), get('srcMAC'), get('srcBytes'), get('srcPostNAT'));
  const destination = sideOf(get('dst'), get('dstPort'), get('dstMAC'), get('dstBytes'), get('dstPostNAT'));
  const user = get('usrName', 'accountName');
  const action = get('action', 'act');
  const url = get('url');
  return {
    '@timestamp': time,
    message: get('msg', 'message') ?? record.eventId,
    event: {
      kind: 'event',
      category: categoryOf(get('cat'), record.eventId, source !== undefined),
      type: typesOf(action ?? record.eventId),
      action: action ?? record.eventId,
      code: record.eventId,
      severity: numberIn(get('sev')),
      outcome: outcomeOf(record.eventId, get('cat')),
      reason: get('reason'),
      original,
    },
    source,
    destination,
    network: ifAny({
      transport,
      protocol: get('app')?.toLowerCase(),
      community_id: communityId(transport, source?.ip, source?.port, destination?.ip, destination?.port),
    }),
    user: ifAny({ name: user, domain: get('domain') }),
    url: url === undefined ? undefined : { original: url },
    observer: { vendor: record.vendor, product: record.product, version: record.version, hostname: host },
    related: ifAny({ ip: related(source?.ip, destination?.ip), user: related(user) }),
    leef: {
      version: record.leefVersion,
      event_id: record.eventId,
      device: { vendor: record.vendor, product: record.product, version: record.version },
      attributes: Object.fromEntries([...attributes].filter(([name]) => name !== '__proto__')) as EcsGroup,
    },
  };
}

function sideOf(
  address: string | undefined,
  port: string | undefined,
  mac: string | undefined,
  bytes: string | undefined,
  nat: string | undefined,
) {
  const ip = canonicalAddress(address ?? '');
  const natIp = canonicalAddress(nat ?? '');
  return ifAny({
    address,
    ip,
    domain: ip === undefined ? address : undefined,
    port: portOf(port),
    mac: mac?.toUpperCase().replaceAll(':', '-'),
    bytes: numberIn(bytes),
    nat: natIp === undefined ? undefined : { ip: natIp },
  });
}

function categoryOf(category: string | undefined, eventId: string, network: boolean): string[] | undefined {
  if (/auth|log[io]n/i.test(`${category ?? ''} ${eventId}`)) return ['authentication'];
  return network ? ['network'] : undefined;
}

function typesOf(words: string): string[] | undefined {
  if (/block|den(y|ied)|drop|reject|prevent/i.test(words)) return ['denied'];
  return /accept|allow|permit|pass/i.test(words) ? ['allowed'] : undefined;
}

function outcomeOf(eventId: string, category: string | undefined): 'success' | 'failure' | undefined {
  const words = `${eventId} ${category ?? ''}`;
  return /fail/i.test(words) ? 'failure' : /succe/i.test(words) ? 'success' : undefined;
}
