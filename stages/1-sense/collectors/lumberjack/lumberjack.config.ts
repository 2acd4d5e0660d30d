/** What can be configured of the Beats collector. */
import { z } from 'zod';
import { address, certificate, connections, port } from '../../receive/receiver-options.ts';

export const LumberjackConfig = z.strictObject({
  address,
  port: port.default(5044).describe('TCP port; 5044 is what Beats expect.'),
  tls: z
    .strictObject({
      ...certificate,
      caFile: z
        .string()
        .optional()
        .describe('PEM file with the authority of the senders: only they may connect then, and are trusted.'),
    })
    .optional()
    .describe('Take TLS only, with these files.'),
  trustSenders: z
    .boolean()
    .default(false)
    .describe(
      'Believe senders that show no certificate, as where only your own machines reach this port. What others send never blocks anyone.',
    ),
  maxConnections: connections(10_000, 512),
  maxWindow: z.number().int().min(1).max(1_000_000).default(65_536).describe('Events that one window may announce.'),
  maxRecordBytes: z
    .number()
    .int()
    .min(1024)
    .max(16_777_216)
    .default(1_048_576)
    .describe('Bytes of one event; a longer one is kept as its begin.'),
  maxPackedBytes: z
    .number()
    .int()
    .min(65_536)
    .max(268_435_456)
    .default(33_554_432)
    .describe('Bytes that one compressed batch may unpack to. A Beat sends `bulk_max_size` events in one.'),
  maxBufferedBytes: z
    .number()
    .int()
    .min(1_048_576)
    .max(1_073_741_824)
    .default(134_217_728)
    .describe('Bytes of unfinished batches over all connections.'),
  idleMs: z
    .number()
    .int()
    .min(1_000)
    .max(86_400_000)
    .default(300_000)
    .describe('A connection without a byte is closed after this time, in milliseconds; Beats open another.'),
});
export type LumberjackConfig = z.infer<typeof LumberjackConfig>;
