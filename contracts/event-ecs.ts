/** Fields of the Elastic Common Schema 9 that our events may carry, by its names and types. */
import { z } from 'zod';
import { count, ip, keyword, keywords, MAX_LIST, port, sha256, text, timestamp } from './event-values.ts';

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

/** `event.*`, but for what only the platform may say. */
export const eventDetails = z.strictObject({
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

/** Everything beside `event.*` and `netsentinel.*`. */
export const ecsFields = {
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
  /** Vendors' own facts, as Elastic's integrations name them. */
  zeek: z.record(z.string().max(64), z.unknown()).optional(),
  suricata: z.record(z.string().max(64), z.unknown()).optional(),
};
