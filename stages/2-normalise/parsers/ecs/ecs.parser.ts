/** Events that are in ECS already, as Beats, Logstash, Elasticsearch exports and we ourselves write them: nested, with dotted names, or mixed. Taken over as they are. */
import {
  Refusal,
  type EcsGroup,
  type JsonObject,
  type Parsed,
  type ParserDefinition,
} from '@netsentinel/contracts/parser';
import { get, isObject, put, scalarOf, textOf } from '../../text/document.ts';
import { shareOf } from '../../text/share.ts';
import { epochMs, isoTime, parseIsoTime } from '../../text/time.ts';
import { stateless, type LocalClock } from '../stateless.ts';

export const ecs: ParserDefinition = {
  id: 'ecs',
  title: 'Elastic Common Schema, JSON',
  module: 'ecs',
  dataset: 'ecs.event',
  examples: [
    '{"@timestamp":"2026-11-21T09:30:00.125Z","ecs":{"version":"8.11.0"},"event":{"kind":"event","category":["authentication"],"outcome":"failure","dataset":"example.login"},"source":{"ip":"198.51.100.7"},"user":{"name":"root"}}',
    '{"@timestamp":"2026-11-21T09:30:01Z","ecs.version":"1.12.0","event.kind":"alert","event.category":"network","source.ip":"198.51.100.7","destination.port":22}',
  ],
  recognise: ({ objects }) => shareOf(objects, (object) => isEcs(sourceOf(object))) * 0.9,
  create: stateless({ object: readObject }),
};

function readObject(object: JsonObject, original: string, clock: LocalClock): Parsed {
  const source = sourceOf(object);
  const at = source['@timestamp'] ?? get(source, 'event.created');
  if (at === undefined && !isEcs(source)) return new Refusal('neither a time nor an event in the names of ECS');
  const document = nested(source);
  const event = isObject(document['event']) ? document['event'] : {};
  for (const name of ['category', 'type']) if (typeof event[name] === 'string') event[name] = [event[name]];
  const dataset = textOf(event['dataset']) ?? textOf(get(source, 'data_stream.dataset'));
  return {
    ...document,
    '@timestamp': timeOf(at, clock),
    event: {
      ...event,
      dataset: dataset !== undefined && DATASET.test(dataset) ? dataset : undefined,
      original: textOf(event['original']) ?? original,
    },
  };
}

function timeOf(value: unknown, clock: LocalClock): string | undefined {
  const text = scalarOf(value);
  if (text === undefined) return undefined;
  // More digits than milliseconds are kept where they are written as ISO 8601 in UTC.
  if (PRECISE.test(text)) return text;
  return isoTime(parseIsoTime(text, clock.zone) ?? epochMs(text));
}

const DATASET = /^[a-z0-9_]+\.[a-z0-9_]+$/;
const PRECISE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,9}Z$/;

/** What Elasticsearch's exports have around each event. */
function sourceOf(object: JsonObject): JsonObject {
  const source = object['_source'];
  return isObject(source) && typeof object['_index'] === 'string' ? source : object;
}

/** A field that is ECS's own invention, beside a time. */
function isEcs(object: JsonObject): boolean {
  if (get(object, 'ecs.version') !== undefined || object['ecs.version'] !== undefined) return true;
  if (object['@timestamp'] === undefined) return false;
  return ['kind', 'category', 'action', 'dataset', 'module'].some(
    (name) => get(object, `event.${name}`) !== undefined || object[`event.${name}`] !== undefined,
  );
}

const MAX_DEPTH = 24;

/** Dotted names taken apart, at every depth; what stands at a name already is joined, never replaced. */
function nested(object: JsonObject, depth = 0): EcsGroup {
  const group: EcsGroup = {};
  for (const [name, value] of Object.entries(object)) {
    if (name === '__proto__') continue;
    const inner = isObject(value) && depth < MAX_DEPTH ? nested(value, depth + 1) : value;
    join(group, name, inner);
  }
  return group;
}

function join(group: EcsGroup, path: string, value: unknown): void {
  const known = path.includes('.') ? get(group, path) : group[path];
  if (isObject(known) && isObject(value)) {
    for (const [name, inner] of Object.entries(value)) join(known, name, inner);
  } else if (known === undefined) {
    if (!path.includes('.')) group[path] = value;
    else if (!runsThroughValue(group, path)) put(group, path, value);
  }
}

/** Whether a part of the path is there and is no group: the name behind it has no place then. */
function runsThroughValue(group: EcsGroup, path: string): boolean {
  let at: unknown = group;
  for (const name of path.split('.')) {
    if (at === undefined) return false;
    if (!isObject(at)) return true;
    at = at[name];
  }
  return false;
}
