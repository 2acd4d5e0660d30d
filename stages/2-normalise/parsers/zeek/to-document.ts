/** From a Zeek record to an ECS document: what all logs have in common, then what the log's mapping says. */
import type { EcsDocument } from '@netsentinel/contracts/parser';
import { communityId } from '../../text/community-id.ts';
import { ifAny, isObject, numberOf, related, textOf } from '../../text/document.ts';
import type { ZeekMapping } from './mappings/mapping.types.ts';
import { mappingOf } from './mappings/index.ts';
import { timeOf } from './mappings/steps.ts';
import type { ZeekRecord } from './tsv.ts';

const UNKNOWN: ZeekMapping = { dataset: 'log', fields: {}, category: ['network'], type: ['info'], signs: [] };

/** Fields of all logs, which ECS has names for. */
const COMMON = new Set([
  'ts',
  'uid',
  'id.orig_h',
  'id.orig_p',
  'id.resp_h',
  'id.resp_p',
  'proto',
  'community_id',
  '_path',
  '@path',
  '_write_ts',
  '_system_name',
]);

export interface DocumentOptions {
  /** Of the log's own fields, where all records have the same. */
  readonly plan: OwnPlan | undefined;
  /** Whether a Community ID is computed where Zeek did not write one. */
  readonly flowIds: boolean;
}

export function toDocument(
  log: string,
  given: ZeekRecord,
  original: string,
  { plan, flowIds }: DocumentOptions,
): EcsDocument {
  const known = mappingOf(log);
  const mapping = known ?? UNKNOWN;
  const dataset = known?.dataset ?? log;
  const record = isObject(given['id']) ? flattened(given) : given;
  const source = textOf(record['id.orig_h']);
  const destination = textOf(record['id.resp_h']);
  const sourcePort = numberOf(record['id.orig_p']);
  const destinationPort = numberOf(record['id.resp_p']);
  const transport = mapping.transport ?? textOf(record['proto']);
  const uid = record['uid'];
  const own = plan === undefined ? ownFields(record, mapping) : plannedFields(record, plan);
  const document: EcsDocument = {
    '@timestamp': timeOf(record['ts']),
    event: {
      kind: mapping.kind ?? 'event',
      category: mapping.category,
      type: mapping.type,
      action: undefined,
      outcome: undefined,
      module: 'zeek',
      dataset: `zeek.${dataset}`,
      id: uid,
      duration: undefined,
      original,
    },
    source: source === undefined ? undefined : { address: source, ip: source, port: sourcePort },
    destination:
      destination === undefined ? undefined : { address: destination, ip: destination, port: destinationPort },
    network: ifAny({
      transport,
      protocol: mapping.protocol,
      community_id:
        textOf(record['community_id']) ??
        (mapping.flow === false || !flowIds
          ? undefined
          : communityId(transport, source, sourcePort, destination, destinationPort)),
    }),
    related: source === undefined ? undefined : { ip: related(source, destination) },
    zeek: mapping.ecsOnly === true ? { session_id: uid } : { session_id: uid, [dataset]: own },
  };
  mapping.ecs?.(record, document, own);
  return document;
}

/** The fields that stand under `zeek.<dataset>`, each with its place there. */
export type OwnPlan = readonly (readonly [field: string, place: readonly string[]])[];

/** For records that all have the same fields. */
export function planOf(log: string, fields: readonly string[]): OwnPlan {
  const mapping = mappingOf(log) ?? UNKNOWN;
  return fields.flatMap((field) => {
    const place = placeOf(field, mapping);
    return place === null ? [] : [[field, place] as const];
  });
}

const PLACES = new WeakMap<ZeekMapping, Map<string, readonly string[] | null>>();
const MAX_PLACES = 1024;

/** `zeek.<dataset>`: every field in the place that the mapping gives it. */
function ownFields(record: ZeekRecord, mapping: ZeekMapping): Record<string, unknown> {
  let places = PLACES.get(mapping);
  if (places === undefined || places.size > MAX_PLACES) PLACES.set(mapping, (places = new Map()));
  const own: Record<string, unknown> = {};
  for (const field in record) {
    const value = record[field];
    if (value === undefined || value === null) continue;
    let place = places.get(field);
    if (place === undefined) places.set(field, (place = placeOf(field, mapping)));
    if (place !== null) setAt(own, place, value);
  }
  return own;
}

function plannedFields(record: ZeekRecord, plan: OwnPlan): Record<string, unknown> {
  const own: Record<string, unknown> = {};
  for (let i = 0; i < plan.length; i++) {
    const [field, place] = plan[i]!;
    const value = record[field];
    if (value !== undefined) setAt(own, place, value);
  }
  return own;
}

function setAt(own: Record<string, unknown>, place: readonly string[], value: unknown): void {
  let group = own;
  const last = place.length - 1;
  for (let i = 0; i < last; i++) {
    const next = group[place[i]!];
    if (isObject(next)) group = next;
    else {
      const made: Record<string, unknown> = {};
      group[place[i]!] = made;
      group = made;
    }
  }
  group[place[last]!] = value;
}

/** Null for what stands elsewhere, or must not stand anywhere. */
function placeOf(field: string, mapping: ZeekMapping): readonly string[] | null {
  if (COMMON.has(field)) return null;
  const place = (Object.hasOwn(mapping.fields, field) ? mapping.fields[field]! : field).split('.');
  return place[0] === '' || place.includes('__proto__') ? null : place;
}

/** Some shippers nest `id.orig_h` as `id: {orig_h}`. */
function flattened(record: ZeekRecord): ZeekRecord {
  const { id, ...rest } = record;
  for (const [name, value] of Object.entries(id as ZeekRecord)) rest[`id.${name}`] = value;
  return rest;
}
