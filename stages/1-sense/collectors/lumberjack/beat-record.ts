/**
 * What a Beat, Logstash or a forwarder of version 1 says of a record besides the record: who read it, from which file and where in it. From that
 * comes what tells one record from the next (`identityOf`), and an envelope in the few fields that stay of interest.
 */
import type { EcsDocument, EcsGroup, JsonObject } from '@netsentinel/contracts/parser';

/** The fields of version 1 under the names that Beats use. */
export function fromPairs(pairs: JsonObject, now: number): JsonObject {
  const { line, file, host, offset, ...fields } = pairs;
  return {
    '@timestamp': new Date(now).toISOString(),
    message: textOf(line) ?? '',
    ...(host === undefined ? {} : { host: { name: host } }),
    log: { ...(file === undefined ? {} : { file: { path: file } }), ...(offset === undefined ? {} : { offset }) },
    fields,
  };
}

/**
 * Names the place that a record was read from, once and for ever: sent again, it says the same. Undefined where the sender tells no such place (a
 * socket's input, most of Logstash): then nobody can know whether two records are one.
 */
export function identityOf(record: JsonObject): string | undefined {
  const id = textIn(record, '@metadata', '_id');
  if (id !== undefined) return `id ${id}`;
  const log = groupIn(record, 'log');
  const offset = placeOf(log?.['offset'] ?? record['offset']);
  const file = fileOf(record, log);
  if (offset !== undefined && file !== undefined) return `file ${senderOf(record)} ${file} ${offset}`;
  const winlog = groupIn(record, 'winlog');
  const number = placeOf(winlog?.['record_id']);
  if (number === undefined) return undefined;
  return `winlog ${textOf(winlog!['computer_name']) ?? senderOf(record)} ${textOf(winlog!['channel']) ?? ''} ${number}`;
}

/** Records of one source have one format: a file on a machine, an input of an agent. */
export function sourceOf(record: JsonObject): string {
  const log = groupIn(record, 'log');
  const place = textIn(log, 'file', 'path') ?? textOf(record['source']) ?? textIn(record, 'event', 'dataset');
  return `${senderOf(record)} ${place ?? textIn(record, 'input', 'type') ?? textIn(record, 'agent', 'type') ?? ''}`;
}

/** One run of the agent: only within it does it know what it has read already. */
export function runOf(record: JsonObject): string {
  return textIn(record, 'agent', 'ephemeral_id') ?? '';
}

/** The message with what stays of interest beside it, in the form that `unwrap` of the normalise stage opens. Undefined without a message. */
export function envelopeOf(record: JsonObject): JsonObject | undefined {
  const message = textOf(record['message']);
  return message === undefined ? undefined : { '@timestamp': record['@timestamp'], message, ...keptOf(record) };
}

/** What is the record's own where its source writes JSON and the Beat took that apart; undefined where there is but a message. */
export function ownPartOf(record: JsonObject): JsonObject | undefined {
  const own: EcsGroup = {};
  let any = false;
  for (const name in record) {
    if (SHIPPERS.has(name)) continue;
    own[name] = record[name];
    any ||= !COMMON.has(name);
  }
  if (isObject(record['event']) && (record['event']['kind'] ?? record['event']['category']) !== undefined) any = true;
  return any ? own : undefined;
}

/** Adds what stays of interest where the record's own fields do not say it. */
export function addKept(document: EcsDocument, record: JsonObject): void {
  const kept = keptOf(record);
  for (const name in kept) document[name] ??= kept[name];
}

const DATASET = /^[a-z0-9_]+\.[a-z0-9_]+$/;

/** The event of a record whose message no parser knows. */
export function plainDocument(record: JsonObject, text: string): EcsDocument {
  const at = textOf(record['@timestamp']);
  const message = textOf(record['message']);
  const dataset = textIn(record, 'event', 'dataset');
  return {
    '@timestamp': at !== undefined && TIME.test(at) ? at : undefined,
    ...(message === undefined ? {} : { message }),
    event: {
      kind: 'event',
      module: BEATS.module,
      dataset: dataset !== undefined && DATASET.test(dataset) ? dataset : BEATS.dataset,
      original: message ?? text,
    },
    ...keptOf(record),
  };
}

/** Of one that the parser of its source refused. */
export function refusedDocument(record: JsonObject, text: string, module: string, reason: string): EcsDocument {
  const document = plainDocument(record, text);
  const event = {
    ...document.event,
    kind: 'pipeline_error' as const,
    module,
    dataset: `${module}.pipeline_error`,
    reason,
  };
  return { ...document, event, error: { type: 'parse', message: reason } };
}

/** How events are named whose message no parser knows. */
export const BEATS = { id: 'beats', module: 'beats', dataset: 'beats.log' };

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,9}Z$/;

/** What shippers say of themselves and of the way. */
const SHIPPERS = new Set(
  '@metadata @version agent beat cloud data_stream ecs elastic_agent fields fileset input journald kubernetes container docker log offset orchestrator prospector service source stream type'.split(
    ' ',
  ),
);
/** What a record has that is but a message. */
const COMMON = new Set(['@timestamp', 'message', 'event', 'host', 'tags', 'error']);

function keptOf(record: JsonObject): EcsGroup {
  const kept: EcsGroup = {};
  const host = textIn(record, 'host', 'name') ?? textOf(record['host']) ?? textIn(record, 'beat', 'hostname');
  if (host !== undefined) kept['host'] = { name: host };
  const path = textIn(groupIn(record, 'log'), 'file', 'path') ?? textOf(record['source']);
  if (path !== undefined) kept['log'] = { file: { path } };
  const agent = groupIn(record, 'agent');
  if (agent !== undefined)
    kept['agent'] = {
      id: textOf(agent['id']),
      name: textOf(agent['name']),
      type: textOf(agent['type']),
      version: textOf(agent['version']),
    };
  if (Array.isArray(record['tags'])) kept['tags'] = record['tags'].filter((tag) => typeof tag === 'string');
  return kept;
}

function senderOf(record: JsonObject): string {
  return (
    textIn(record, 'agent', 'id') ??
    textIn(record, 'host', 'name') ??
    textOf(record['host']) ??
    textIn(record, 'beat', 'hostname') ??
    ''
  );
}

/** The file itself where the Beat tells it, since a path is another file after each rotation. */
function fileOf(record: JsonObject, log: JsonObject | undefined): string | undefined {
  const file = groupIn(log, 'file');
  const inode = placeOf(file?.['inode']);
  if (inode !== undefined) return `${placeOf(file!['device_id']) ?? ''}-${inode}`;
  return textOf(file?.['fingerprint']) ?? textOf(file?.['path']) ?? textOf(record['source']);
}

function placeOf(value: unknown): string | undefined {
  return typeof value === 'number' ? `${value}` : textOf(value);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function groupIn(record: JsonObject | undefined, name: string): JsonObject | undefined {
  const group = record?.[name];
  return isObject(group) ? group : undefined;
}

function textIn(record: JsonObject | undefined, group: string, name: string): string | undefined {
  return textOf(groupIn(record, group)?.[name]);
}
