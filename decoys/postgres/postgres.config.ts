/** What can be configured of the PostgreSQL decoy. */
import { z } from 'zod';
import { serviceFields } from '../service/service.config.ts';

export const PostgresConfig = z.strictObject({
  ...serviceFields,
  version: z
    .string()
    .regex(/^15\.\d+ \([\x20-\x7e]+\)$/)
    .max(60)
    .optional()
    .describe(
      'The version it tells, `15.20 (Debian 15.20-0+deb12u1)`; the installed one where nothing is said. The behaviour is that of PostgreSQL 15.',
    ),
  content: z.boolean().default(true).describe("Fill the persona's databases with believable tables."),
  tls: z
    .boolean()
    .default(true)
    .describe('Answer SSLRequest with TLS, as Debian configures it (the snakeoil certificate).'),
  authentication: z
    .enum(['scram-sha-256', 'md5', 'password', 'trust'])
    .default('scram-sha-256')
    .describe(
      'The method of `pg_hba.conf` for clients from outside. `password` asks for it in clear text and so learns all that is tried.',
    ),
  maxStores: z
    .number()
    .int()
    .min(1)
    .max(100_000)
    .default(2000)
    .describe('Attackers whose changes to the tables are kept in memory.'),
  loginTimeoutMs: z
    .number()
    .int()
    .min(1000)
    .max(600_000)
    .default(60_000)
    .describe('A connection that has not logged in by then is closed, milliseconds (authentication_timeout).'),
});
export type PostgresConfig = z.infer<typeof PostgresConfig>;
