/** `collectors:` of the configuration file: what is read of others' logs. Each type's options are checked by its own schema. */
import { z } from 'zod';
import { HttpConfig } from '@netsentinel/sense/collectors/http/http.config';
import { SyslogConfig } from '@netsentinel/sense/collectors/syslog/syslog.config';
import { LumberjackConfig } from '@netsentinel/sense/collectors/lumberjack/lumberjack.config';
import { StdinConfig } from '@netsentinel/sense/collectors/stdin/stdin.config';
import { TailConfig } from '@netsentinel/sense/collectors/tail/tail.config';
import { silenceAfterMs } from '@netsentinel/sense/health/health.config';
import { parseNetwork } from '@netsentinel/kernel/address';
import { zoneOf } from '@netsentinel/normalise/text/zone';

const collector = <T extends string, S extends z.ZodType>(type: T, options: S) =>
  z.strictObject({
    id: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'lower-case letters, digits and hyphens')
      .refine((id) => id !== 'decoys', 'the decoys are called this')
      .describe('A name of your own; events carry it as their sensor.'),
    type: z.literal(type).describe('What it reads.'),
    zone: z
      .string()
      .max(64)
      .default('UTC')
      .refine((zone) => zoneOf(zone) !== undefined, 'no time zone: for example Europe/Berlin, UTC or +02:00')
      .describe('Time zone of times that name none: an IANA name or an offset.'),
    trustedProxies: z
      .array(z.string().refine((network) => parseNetwork(network) !== undefined, 'an address or a network'))
      .max(256)
      .default([])
      .describe('Networks whose word about the client’s address (X-Forwarded-For) is believed.'),
    pattern: z
      .string()
      .max(4096)
      .optional()
      .describe('The format string of the log where it is configured: nginx’s `log_format`, Apache’s `LogFormat`.'),
    silenceAfterMs,
    options: options.describe("The collector's own settings."),
  });

const Collector = z.discriminatedUnion('type', [
  collector('tail', TailConfig),
  collector('stdin', StdinConfig.prefault({})),
  collector('http', HttpConfig),
  collector('syslog', SyslogConfig),
  collector('lumberjack', LumberjackConfig.prefault({})),
]);

export const CollectorsConfig = z
  .array(Collector)
  .max(64)
  .default([])
  .describe(
    'What is read of others: log files, the standard input, syslog, what is posted over HTTP. None by default.',
  );
