/** Which log a JSON record is of: by `_path` where a streaming writer set it, by the file's name, or by fields that only this log has. */
import type { JsonObject } from '@netsentinel/contracts/parser';
import { mappingOf, mappings } from './mappings/index.ts';

export function logOf(record: JsonObject, fileName: string | undefined): string | undefined {
  const path = record['_path'] ?? record['@path'];
  if (typeof path === 'string' && path !== '') return path;
  const named = logNamed(fileName);
  // `ftp.log` may lie: what its records hold must not say otherwise.
  if (named !== undefined) return named;
  for (const [log, { signs }] of mappings)
    if (signs.some((fields) => fields.every((field) => record[field] !== undefined))) return log;
  if (record['host'] !== undefined && record['ts'] !== undefined && Object.keys(record).length === 2)
    return 'known_hosts';
  return nameWithin(fileName);
}

/** The last resort: `web1-known_hosts.json` has the longest of the names that it contains as words. */
function nameWithin(fileName: string | undefined): string | undefined {
  const words = fileName
    ?.toLowerCase()
    .split(/[^a-z0-9]+/)
    .join('_');
  if (words === undefined) return undefined;
  let found: string | undefined;
  for (const log of mappings.keys())
    if (`_${words}_`.includes(`_${log}_`) && log.length > (found?.length ?? 0)) found = log;
  return found;
}

/** `conn.log`, `conn.10:00:00-11:00:00.log.gz`, `conn_20260921.json`: Zeek's own names of files. */
export function logNamed(fileName: string | undefined): string | undefined {
  const name = fileName === undefined ? undefined : /^([a-z][a-z0-9_]*?)(?:[_-]\d.*)?\./.exec(fileName)?.[1];
  return name !== undefined && (mappingOf(name) !== undefined || OTHERS.has(name)) ? name : undefined;
}

/** Logs of Zeek and of its common packages that need no mapping: what they hold stands under `zeek.<log>`. */
const OTHERS = new Set(
  'analyzer bacnet broker cip cluster config dnp3_control ecat_registers enip ethercat failed_service fingerprint ge_srtp ldap ldap_search loaded_scripts login modbus_detailed modbus_register_change mqtt_connect mqtt_publish mqtt_subscribe netcontrol notice_alarm open_files opcua packet_filter postgresql print profinet quic redis reporter s7comm smb_eternalblue stun synchrophasor tds telemetry unknown_protocols websocket wireguard'.split(
    ' ',
  ),
);
