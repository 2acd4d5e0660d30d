/**
 * `Event`: one thing that happened, in the field names and types of the Elastic Common Schema 9. What ECS has no field
 * for stands under `netsentinel.*` (ours) or under the vendor's own namespace as Elastic's integrations name it
 * (`zeek.ssh.*`, `suricata.eve.*`). Strict: an unknown field is an error at the door, before anything is stored.
 *
 * A sensor sends a `SensorEvent`; the platform stamps what only it may say (id, sensor, receive time) and so makes an `Event`.
 */
import { z } from 'zod';

/** The version of ECS that these fields follow; exporters write it as `ecs.version`. */
export const ECS_VERSION = '9.5.0';

/** An event is at most this large when serialised; larger things belong into the blob store. */
export const MAX_EVENT_BYTES = 64 * 1024;

/** Any one text inside an event; longer text is cut by the sensor and marked with `netsentinel.truncated`. */
export const MAX_TEXT = 16 * 1024;
const MAX_KEYWORD = 1024;
const MAX_LIST = 256;

const text = z.string().max(MAX_TEXT);
const keyword = z.string().max(MAX_KEYWORD);
const keywords = z.array(keyword).max(MAX_LIST);
const count = z.number().int().nonnegative();
const port = z.number().int().min(0).max(65_535);
const ip = z.string().max(45);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** ISO 8601 in UTC, with at least milliseconds: `2026-11-21T09:30:00.000Z`, up to nanoseconds. */
const timestamp = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,9}Z$/);

const eventKind = z.enum(['alert', 'asset', 'enrichment', 'event', 'metric', 'state', 'pipeline_error', 'signal']);
const eventCategory = z.enum([
  'api',
  'authentication',
  'configuration',
  'database',
  'driver',
  'email',
  'file',
  'host',
  'iam',
  'intrusion_detection',
  'library',
  'malware',
  'network',
  'package',
  'process',
  'registry',
  'session',
  'threat',
  'vulnerability',
  'web',
]);
const eventType = z.enum([
  'access',
  'admin',
  'allowed',
  'change',
  'connection',
  'creation',
  'deletion',
  'denied',
  'device',
  'end',
  'error',
  'group',
  'indicator',
  'info',
  'installation',
  'protocol',
  'start',
  'user',
]);

const endpoint = z.strictObject({
  ip: ip.optional(),
  port: port.optional(),
  address: keyword.optional(),
  domain: keyword.optional(),
  mac: keyword.optional(),
  bytes: count.optional(),
  packets: count.optional(),
  nat: z.strictObject({ ip: ip.optional(), port: port.optional() }).optional(),
  as: z
    .strictObject({ number: count.optional(), organization: z.strictObject({ name: keyword.optional() }).optional() })
    .optional(),
  geo: z
    .strictObject({
      country_iso_code: keyword.optional(),
      country_name: keyword.optional(),
      city_name: keyword.optional(),
    })
    .optional(),
});

const hashes = z.strictObject({ md5: keyword.optional(), sha1: keyword.optional(), sha256: sha256.optional() });

const process = z.strictObject({
  pid: count.optional(),
  name: keyword.optional(),
  executable: keyword.optional(),
  command_line: text.optional(),
  args: z.array(text).max(MAX_LIST).optional(),
  args_count: count.optional(),
  exit_code: z.number().int().optional(),
  working_directory: keyword.optional(),
});

const file = z.strictObject({
  path: text.optional(),
  name: keyword.optional(),
  directory: text.optional(),
  extension: keyword.optional(),
  size: count.optional(),
  type: keyword.optional(),
  mode: keyword.optional(),
  mime_type: keyword.optional(),
  hash: hashes.optional(),
});

const url = z.strictObject({
  original: text.optional(),
  full: text.optional(),
  scheme: keyword.optional(),
  domain: keyword.optional(),
  port: port.optional(),
  path: text.optional(),
  query: text.optional(),
  extension: keyword.optional(),
  username: keyword.optional(),
  password: keyword.optional(),
});

const technique = z.strictObject({
  id: keywords.optional(),
  name: keywords.optional(),
  subtechnique: z.strictObject({ id: keywords.optional(), name: keywords.optional() }).optional(),
});

/** What the platform's own sensors know and ECS has no word for. */
const netsentinel = z.strictObject({
  /** The decoy's configured id and protocol. */
  decoy: z.strictObject({ id: keyword, type: keyword, persona: keyword.optional() }).optional(),
  /** One attacker's visit: every event of a connection carries the same id. */
  session: z.strictObject({ id: keyword, sequence: count.optional() }).optional(),
  /** A secret that the attacker presented; encrypted where it is stored at rest, never logged. */
  credential: z
    .strictObject({
      method: keyword.optional(),
      password: keyword.optional(),
      public_key: z.strictObject({ type: keyword, fingerprint: keyword }).optional(),
      accepted: z.boolean().optional(),
    })
    .optional(),
  ssh: z
    .strictObject({
      client_version: keyword.optional(),
      hassh: keyword.optional(),
      hassh_algorithms: text.optional(),
      kex_algorithm: keyword.optional(),
      host_key_algorithm: keyword.optional(),
      cipher: keyword.optional(),
      mac: keyword.optional(),
      channel: keyword.optional(),
      subsystem: keyword.optional(),
      terminal: z
        .strictObject({ type: keyword.optional(), columns: count.optional(), rows: count.optional() })
        .optional(),
      environment: z.record(z.string().max(128), keyword).optional(),
      forward: z.strictObject({ kind: keyword, host: keyword, port }).optional(),
    })
    .optional(),
  /** A terminal recording or capture in the blob store. */
  recording: z
    .strictObject({
      id: keyword,
      format: z.enum(['asciicast-v2', 'pcap', 'raw']),
      sha256: sha256.optional(),
      bytes: count.optional(),
      duration_ms: count.optional(),
    })
    .optional(),
  /** Bytes that the attacker left, in the blob store by hash. */
  upload: z.strictObject({ sha256, bytes: count, truncated: z.boolean().optional() }).optional(),
  /** How many events stand behind this one when a stage had to aggregate. */
  aggregated: count.optional(),
  /** Names of the fields whose text was cut to a cap. */
  truncated: keywords.optional(),
});

const shape = {
  '@timestamp': timestamp,
  message: text.optional(),
  tags: keywords.optional(),
  agent: z.strictObject({ name: keyword.optional(), type: keyword.optional(), version: keyword.optional() }).optional(),
  client: endpoint.optional(),
  destination: endpoint.optional(),
  dns: z
    .strictObject({
      id: keyword.optional(),
      type: keyword.optional(),
      question: z
        .strictObject({
          name: keyword.optional(),
          type: keyword.optional(),
          class: keyword.optional(),
          registered_domain: keyword.optional(),
          subdomain: keyword.optional(),
        })
        .optional(),
      answers: z
        .array(
          z.strictObject({
            data: keyword.optional(),
            name: keyword.optional(),
            type: keyword.optional(),
            ttl: count.optional(),
          }),
        )
        .max(MAX_LIST)
        .optional(),
      resolved_ip: keywords.optional(),
      response_code: keyword.optional(),
    })
    .optional(),
  error: z.strictObject({ code: keyword.optional(), message: text.optional(), type: keyword.optional() }).optional(),
  file: file.optional(),
  host: z
    .strictObject({
      name: keyword.optional(),
      hostname: keyword.optional(),
      id: keyword.optional(),
      ip: z.array(ip).max(MAX_LIST).optional(),
      os: z
        .strictObject({
          name: keyword.optional(),
          version: keyword.optional(),
          family: keyword.optional(),
          kernel: keyword.optional(),
          type: keyword.optional(),
        })
        .optional(),
    })
    .optional(),
  http: z
    .strictObject({
      version: keyword.optional(),
      request: z
        .strictObject({
          method: keyword.optional(),
          id: keyword.optional(),
          referrer: text.optional(),
          mime_type: keyword.optional(),
          bytes: count.optional(),
          body: z.strictObject({ bytes: count.optional(), content: text.optional() }).optional(),
        })
        .optional(),
      response: z
        .strictObject({
          status_code: count.optional(),
          mime_type: keyword.optional(),
          bytes: count.optional(),
          body: z.strictObject({ bytes: count.optional(), content: text.optional() }).optional(),
        })
        .optional(),
    })
    .optional(),
  log: z
    .strictObject({
      level: keyword.optional(),
      logger: keyword.optional(),
      file: z.strictObject({ path: text.optional() }).optional(),
      syslog: z.record(z.string().max(64), z.unknown()).optional(),
    })
    .optional(),
  network: z
    .strictObject({
      transport: keyword.optional(),
      type: keyword.optional(),
      protocol: keyword.optional(),
      application: keyword.optional(),
      direction: keyword.optional(),
      community_id: keyword.optional(),
      iana_number: keyword.optional(),
      bytes: count.optional(),
      packets: count.optional(),
    })
    .optional(),
  process: process.extend({ parent: process.optional() }).optional(),
  related: z
    .strictObject({
      ip: z.array(ip).max(MAX_LIST).optional(),
      user: keywords.optional(),
      hash: keywords.optional(),
      hosts: keywords.optional(),
    })
    .optional(),
  rule: z
    .strictObject({
      id: keyword.optional(),
      name: keyword.optional(),
      category: keyword.optional(),
      description: text.optional(),
      version: keyword.optional(),
      reference: keyword.optional(),
      ruleset: keyword.optional(),
    })
    .optional(),
  server: endpoint.optional(),
  service: z
    .strictObject({ name: keyword.optional(), type: keyword.optional(), version: keyword.optional() })
    .optional(),
  source: endpoint.optional(),
  threat: z
    .strictObject({
      framework: keyword.optional(),
      tactic: z.strictObject({ id: keywords.optional(), name: keywords.optional() }).optional(),
      technique: technique.optional(),
      indicator: z.record(z.string().max(64), z.unknown()).optional(),
    })
    .optional(),
  tls: z
    .strictObject({
      version: keyword.optional(),
      cipher: keyword.optional(),
      established: z.boolean().optional(),
      client: z.strictObject({ ja3: keyword.optional(), server_name: keyword.optional() }).optional(),
      server: z
        .strictObject({ subject: keyword.optional(), issuer: keyword.optional(), ja3s: keyword.optional() })
        .optional(),
    })
    .optional(),
  url: url.optional(),
  user: z
    .strictObject({
      id: keyword.optional(),
      name: keyword.optional(),
      domain: keyword.optional(),
      email: keyword.optional(),
      roles: keywords.optional(),
    })
    .optional(),
  user_agent: z
    .strictObject({ original: text.optional(), name: keyword.optional(), version: keyword.optional() })
    .optional(),
  netsentinel: netsentinel.optional(),
  /** Vendors' own facts, as Elastic's integrations name them. */
  zeek: z.record(z.string().max(64), z.unknown()).optional(),
  suricata: z.record(z.string().max(64), z.unknown()).optional(),
};

const eventDetails = z.strictObject({
  kind: eventKind,
  category: z.array(eventCategory).max(8).optional(),
  type: z.array(eventType).max(8).optional(),
  action: keyword.optional(),
  outcome: z.enum(['success', 'failure', 'unknown']).optional(),
  code: keyword.optional(),
  reason: text.optional(),
  dataset: keyword,
  module: keyword.optional(),
  provider: keyword.optional(),
  severity: count.optional(),
  start: timestamp.optional(),
  end: timestamp.optional(),
  /** Nanoseconds, as ECS has it. */
  duration: count.optional(),
  original: text.optional(),
});

/** What a sensor of ours sends: everything but what only the platform may say. */
export const SensorEvent = z.strictObject({ ...shape, event: eventDetails });
export type SensorEvent = z.infer<typeof SensorEvent>;

/** What the platform alone says of an event; a payload that brings any of it is refused. */
const stamped = z.strictObject({
  /** From the connection the event came over, never from its payload. */
  sensor: z.strictObject({ id: keyword, type: keyword }),
  /** True where the address of `source.ip` was proven, by a completed handshake or by a trusted log. */
  source_verified: z.boolean(),
  /** The key of the stream: IPv4 address, IPv6 /64, or `-` where the event names nobody. */
  actor: keyword,
});

export const Event = z.strictObject({
  ...shape,
  event: eventDetails.extend({
    /** From the event's origin (sensor, boot epoch, sequence …), so one record delivered twice is one event. */
    id: keyword,
    ingested: timestamp,
    sequence: count.optional(),
  }),
  netsentinel: netsentinel.extend(stamped.shape),
});
export type Event = z.infer<typeof Event>;

/** Where an event came from, and so who it is. `epoch` changes when a sensor starts anew; `sequence` grows within it. */
export interface Origin {
  readonly producer: string;
  readonly epoch: string;
  readonly sequence: number;
}

/** The id of the event with this origin. */
export function eventId(origin: Origin): string {
  return `${origin.producer}~${origin.epoch}~${origin.sequence.toString(36)}`;
}
