/** Fields of the Elastic Common Schema 9 that our events may carry, by its names and types. */
import { z } from 'zod';
import { endpoint, file, groupFields, host, observer, process, registry, tls, url, user } from './event-ecs-groups.ts';
import { count, float, ip, keyword, keywords, MAX_LIST, text, timestamp } from './event-values.ts';
import { vendorFields } from './event-vendors.ts';

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
  risk_score: float.optional(),
  timezone: keyword.optional(),
  created: timestamp.optional(),
  start: timestamp.optional(),
  end: timestamp.optional(),
  /** Nanoseconds, as ECS has it. */
  duration: count.optional(),
  original: text.optional(),
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
  agent: z
    .strictObject({
      id: keyword.optional(),
      ephemeral_id: keyword.optional(),
      name: keyword.optional(),
      type: keyword.optional(),
      version: keyword.optional(),
    })
    .optional(),
  client: endpoint.optional(),
  destination: endpoint.optional(),
  dns: z
    .strictObject({
      id: keyword.optional(),
      type: keyword.optional(),
      op_code: keyword.optional(),
      header_flags: keywords.optional(),
      question: z
        .strictObject({
          name: keyword.optional(),
          type: keyword.optional(),
          class: keyword.optional(),
          registered_domain: keyword.optional(),
          subdomain: keyword.optional(),
          top_level_domain: keyword.optional(),
        })
        .optional(),
      answers: z
        .array(
          z.strictObject({
            data: keyword.optional(),
            name: keyword.optional(),
            class: keyword.optional(),
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
  error: z
    .strictObject({
      code: keyword.optional(),
      id: keyword.optional(),
      message: text.optional(),
      stack_trace: text.optional(),
      type: keyword.optional(),
    })
    .optional(),
  file: file.optional(),
  group: groupFields.optional(),
  host: host.optional(),
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
      source: z.strictObject({ address: keyword.optional() }).optional(),
      syslog: z.record(z.string().max(64), z.unknown()).optional(),
    })
    .optional(),
  network: z
    .strictObject({
      transport: keyword.optional(),
      type: keyword.optional(),
      name: keyword.optional(),
      protocol: keyword.optional(),
      application: keyword.optional(),
      direction: keyword.optional(),
      community_id: keyword.optional(),
      forwarded_ip: ip.optional(),
      vlan: z.strictObject({ id: keyword.optional(), name: keyword.optional() }).optional(),
      inner: z
        .strictObject({ vlan: z.strictObject({ id: keyword.optional(), name: keyword.optional() }).optional() })
        .optional(),
      iana_number: keyword.optional(),
      bytes: count.optional(),
      packets: count.optional(),
    })
    .optional(),
  observer: observer.optional(),
  process: process.optional(),
  registry: registry.optional(),
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
      uuid: keyword.optional(),
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
    .strictObject({
      id: keyword.optional(),
      name: keyword.optional(),
      type: keyword.optional(),
      version: keyword.optional(),
      node: z.strictObject({ name: keyword.optional() }).optional(),
    })
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
  tls: tls.optional(),
  url: url.optional(),
  user: user.optional(),
  user_agent: z
    .strictObject({
      original: text.optional(),
      name: keyword.optional(),
      version: keyword.optional(),
      device: z.strictObject({ name: keyword.optional() }).optional(),
      os: z
        .strictObject({ name: keyword.optional(), full: keyword.optional(), version: keyword.optional() })
        .optional(),
    })
    .optional(),
  ...vendorFields,
};
