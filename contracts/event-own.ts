/** `netsentinel.*`: what the platform's own sensors know and ECS has no word for. */
import { z } from 'zod';
import { count, keyword, keywords, port, sha256, text } from './event-values.ts';

export const netsentinel = z.strictObject({
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
  /** Names of fields of a log's record that were left out, since they have no place here or are not of their type. */
  dropped: keywords.optional(),
});
