/** What stays under `suricata.eve`: the record, without what ECS has names for. */
import type { EcsGroup, JsonObject } from '@netsentinel/contracts/parser';
import { isObject, scalarOf } from '../../text/document.ts';

/** Moved to ECS, on the record's first level. */
const MOVED = new Set([
  'timestamp',
  'src_ip',
  'src_port',
  'dest_ip',
  'dest_port',
  'proto',
  'community_id',
  'app_proto',
  'flow_id',
]);

/** Moved out of the objects below it. */
const MOVED_BELOW: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries({
    alert: ['action', 'severity', 'metadata'],
    ether: ['src_mac', 'dest_mac'],
    fileinfo: ['filename', 'size'],
    flow: ['pkts_toserver', 'pkts_toclient', 'bytes_toserver', 'bytes_toclient', 'start', 'end'],
    http: ['hostname', 'url', 'http_user_agent', 'http_method', 'http_refer', 'status', 'length'],
    netflow: ['pkts', 'bytes', 'start', 'end'],
  }).map(([name, fields]) => [name, new Set(fields)]),
);

export function ownFields(record: JsonObject): EcsGroup {
  const own: EcsGroup = { event_type: record['event_type'], flow_id: scalarOf(record['flow_id']) };
  for (const name in record) {
    if (MOVED.has(name) || name === '__proto__') continue;
    const value = record[name];
    const moved = MOVED_BELOW.get(name);
    own[name] = moved === undefined || !isObject(value) ? value : without(value, moved);
  }
  return own;
}

function without(group: JsonObject, moved: ReadonlySet<string>): EcsGroup {
  const rest: EcsGroup = {};
  for (const name in group) if (!moved.has(name) && name !== '__proto__') rest[name] = group[name];
  return rest;
}
