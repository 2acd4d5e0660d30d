/**
 * Log records inside the envelopes of who carried them: Splunk's export, Docker's json-file, journalctl's JSON, Filebeat and Logstash,
 * Fluent Bit and Vector. What is inside is a
 * line of text or a JSON object; what the envelope knows beside it (host, file, time) is added to what the record says, and never replaces it.
 */
import type { EcsDocument, EcsGroup, JsonObject } from '@netsentinel/contracts/parser';
import { isObject, scalarOf, textOf } from '../text/document.ts';
import { epochMs, isoTime, parseIsoTime } from '../text/time.ts';
import { zoneOf } from '../text/zone.ts';

export interface Enveloped {
  /** What is inside: one of the two. */
  readonly line?: string;
  readonly object?: JsonObject;
  /** The text that was inside. */
  readonly original: string;
  /** What the envelope knows, in ECS's names. */
  readonly known: EcsGroup;
}

/** Undefined where the object is no envelope that we know. */
export function unwrap(object: JsonObject): Enveloped | undefined {
  return splunk(object) ?? docker(object) ?? journal(object) ?? beat(object) ?? fluentBit(object) ?? vector(object);
}

/** Adds to the document what its envelope knew. */
export function addEnvelope(document: EcsDocument, { known }: Enveloped): void {
  addMissing(document, known, 0);
}

const MAX_DEPTH = 6;

function addMissing(group: EcsGroup, more: EcsGroup, depth: number): void {
  for (const [name, value] of Object.entries(more)) {
    if (value === undefined || name === '__proto__') continue;
    const own = group[name];
    if (own === undefined) group[name] = value;
    else if (isObject(own) && isObject(value) && depth < MAX_DEPTH) addMissing(own, value, depth + 1);
  }
}

function splunk({ result }: JsonObject): Enveloped | undefined {
  if (!isObject(result) || typeof result['_raw'] !== 'string') return undefined;
  const host = textOf(result['host']);
  const path = textOf(result['source']);
  return opened(result['_raw'], {
    host: named(host),
    log: path === undefined ? undefined : { file: { path } },
  });
}

const UTC = zoneOf('UTC')!;

function docker({ log, stream, time }: JsonObject): Enveloped | undefined {
  if (typeof log !== 'string' || typeof stream !== 'string' || typeof time !== 'string') return undefined;
  return opened(log, { '@timestamp': isoTime(parseIsoTime(time, UTC)) });
}

/** `journalctl -o json`: as the line that the journal's text form has. */
function journal(object: JsonObject): Enveloped | undefined {
  const message = object['MESSAGE'];
  const at = isoTime(epochMs(scalarOf(object['__REALTIME_TIMESTAMP'])));
  if (typeof message !== 'string' || at === undefined) return undefined;
  const program = textOf(object['SYSLOG_IDENTIFIER']) ?? textOf(object['_COMM']);
  const pid = textOf(object['SYSLOG_PID']) ?? textOf(object['_PID']);
  const tag = program === undefined ? '' : pid === undefined ? `${program}: ` : `${program}[${pid}]: `;
  const host = textOf(object['_HOSTNAME']) ?? 'localhost';
  return { line: `${at} ${host} ${tag}${message}`, original: message, known: { '@timestamp': at } };
}

/** What shippers say of where a line came from. With anything else beside it, `message` is a field among others. */
const PLUMBING = new Set(
  '@metadata @timestamp @version _conf _config _tmp agent beat cloud container data_stream docker ecs elastic_agent event fields file_path fileset host input journald kubernetes labels log message offset process prospector service source stream syslog systemd tags type'.split(
    ' ',
  ),
);
/** Only of the pipeline, so of no use to anybody behind it. */
const DROPPED = new Set([
  '@metadata',
  '@version',
  '_conf',
  '_config',
  '_tmp',
  'fields',
  'file_path',
  'message',
  'offset',
]);

function beat(object: JsonObject): Enveloped | undefined {
  const { message, event } = object;
  if (typeof message !== 'string') return undefined;
  if (isObject(event) && (event['kind'] !== undefined || event['category'] !== undefined)) return undefined;
  const known: EcsGroup = {};
  for (const name in object) {
    if (!PLUMBING.has(name)) return undefined;
    if (!DROPPED.has(name) && (isObject(object[name]) || name === 'tags')) known[name] = object[name];
  }
  // A message alone is no envelope: any program may write that.
  if (object['@timestamp'] === undefined) return undefined;
  const at = textOf(object['@timestamp']);
  known['@timestamp'] = at === undefined ? undefined : isoTime(parseIsoTime(at, UTC));
  return opened(message, known);
}

/** What Fluent Bit's inputs and filters put beside a line. */
const BESIDE_LOG = new Set(
  '_p container_id container_name date file filename host hostname kubernetes log logtag path source stream tag time'.split(
    ' ',
  ),
);

/** `{"date":1795253400.125,"log":"…"}`: the time is when it was read. */
function fluentBit(object: JsonObject): Enveloped | undefined {
  const { date, log } = object;
  if (typeof log !== 'string' || (typeof date !== 'number' && typeof date !== 'string')) return undefined;
  for (const name in object) if (!BESIDE_LOG.has(name)) return undefined;
  const path = textOf(object['path']) ?? textOf(object['file']) ?? textOf(object['filename']);
  return opened(log, {
    '@timestamp': typeof date === 'number' ? isoTime(date * 1000) : isoTime(parseIsoTime(date, UTC)),
    host: named(textOf(object['hostname']) ?? textOf(object['host'])),
    log: path === undefined ? undefined : { file: { path } },
  });
}

/** Vector's events of a source of its own; of syslog it has taken the envelope apart. */
function vector(object: JsonObject): Enveloped | undefined {
  const { message, timestamp, source_type: type } = object;
  if (typeof message !== 'string' || typeof timestamp !== 'string' || typeof type !== 'string') return undefined;
  const at = isoTime(parseIsoTime(timestamp, UTC));
  if (at === undefined) return undefined;
  const host = textOf(object['hostname']) ?? textOf(object['host']);
  const program = textOf(object['appname']);
  if (type === 'syslog' && program !== undefined) {
    const pid = scalarOf(object['procid']);
    const tag = pid === undefined ? program : `${program}[${pid}]`;
    return { line: `${at} ${host ?? 'localhost'} ${tag}: ${message}`, original: message, known: { '@timestamp': at } };
  }
  const path = textOf(object['file']);
  return opened(message, {
    '@timestamp': at,
    host: named(host),
    log: path === undefined ? undefined : { file: { path } },
  });
}

function named(host: string | undefined): EcsGroup | undefined {
  return host === undefined ? undefined : { name: host };
}

function opened(raw: string, known: EcsGroup): Enveloped {
  const original = raw.endsWith('\n') ? raw.slice(0, -1) : raw;
  if (original.startsWith('{')) {
    try {
      const value: unknown = JSON.parse(original);
      if (isObject(value)) return { object: value, original, known };
    } catch {
      // It only looks like JSON.
    }
  }
  return { line: original, original, known };
}
