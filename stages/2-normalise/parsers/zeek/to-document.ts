/** From a Zeek record to an ECS document: what all logs have in common, then what the log's mapping says. */
import type { EcsDocument } from '@netsentinel/contracts/parser';
import { communityId } from '../../text/community-id.ts';
import { put, numberOf, related, textOf } from '../../text/document.ts';
import { epochMs, isoTime, parseIsoTime } from '../../text/time.ts';
import { zoneOf } from '../../text/zone.ts';
import { mappings } from './mappings.ts';
import type { ZeekRecord } from './tsv.ts';

const UTC = zoneOf('UTC')!;
const COMMON = new Set([
  'ts',
  'uid',
  'id.orig_h',
  'id.orig_p',
  'id.resp_h',
  'id.resp_p',
  'proto',
  '_path',
  '@path',
  '_write_ts',
]);

export function toDocument(log: string | undefined, record: ZeekRecord, original: string): EcsDocument {
  const name = log ?? 'log';
  const mapping = mappings.get(name);
  const dataset = mapping?.dataset ?? name;
  const sourceIp = textOf(record['id.orig_h']);
  const destinationIp = textOf(record['id.resp_h']);
  const sourcePort = numberOf(record['id.orig_p']);
  const destinationPort = numberOf(record['id.resp_p']);
  const transport = textOf(record['proto']) ?? mapping?.transport;
  const uid = record['uid'];
  const own: Record<string, unknown> = {};
  for (const field in record) {
    if (COMMON.has(field) || record[field] === undefined) continue;
    const place = mapping?.fields[field] ?? field;
    if (place !== '') put(own, place, record[field]);
  }
  const document: EcsDocument = {
    '@timestamp': timeOf(record['ts']),
    event: {
      kind: mapping?.kind === 'alert' ? 'alert' : (mapping?.kind ?? 'event'),
      category: mapping?.category,
      type: mapping?.type,
      module: 'zeek',
      dataset: `zeek.${dataset}`,
      id: uid,
      original,
    },
    source: sourceIp === undefined ? undefined : { address: sourceIp, ip: sourceIp, port: sourcePort },
    destination:
      destinationIp === undefined ? undefined : { address: destinationIp, ip: destinationIp, port: destinationPort },
    network:
      transport === undefined
        ? undefined
        : {
            transport,
            protocol: mapping?.protocol,
            community_id: communityId(transport, sourceIp, sourcePort, destinationIp, destinationPort),
          },
    related: sourceIp === undefined ? undefined : { ip: related(sourceIp, destinationIp) },
    zeek: { session_id: uid, [dataset]: own },
  };
  mapping?.ecs?.(record, document, own);
  return document;
}

/** Seconds since the epoch, or ISO 8601 where Zeek was told to write it so. */
export function timeOf(value: unknown): string | undefined {
  if (typeof value === 'number') return isoTime(epochMs(value));
  return typeof value === 'string' ? isoTime(parseIsoTime(value, UTC)) : undefined;
}
