/** What can be configured of the MySQL decoy. */
import { z } from 'zod';
import { serviceFields } from '../service/service.config.ts';

export const MysqlConfig = z.strictObject({
  ...serviceFields,
  product: z
    .enum(['mariadb', 'mysql'])
    .optional()
    .describe('Which server it is; the one that the persona has installed, MariaDB where it has none.'),
  version: z
    .string()
    .regex(/^\d+\.\d+\.\d+[\x21-\x7e]*$/)
    .max(60)
    .optional()
    .describe(
      'The version it tells; the installed one where nothing is said. The behaviour is that of MariaDB 10.11 and MySQL 8.0.',
    ),
  versionComment: z
    .string()
    .max(60)
    .default('Debian 12')
    .describe('What `@@version_comment` says beside a version of your own.'),
  content: z.boolean().default(true).describe("Fill the persona's databases with believable tables."),
  tls: z.boolean().optional().describe('Offer TLS: MySQL 8 does, Debian’s MariaDB does not unless it is configured.'),
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
    .default(10_000)
    .describe('A connection that has not logged in by then is closed, milliseconds (connect_timeout).'),
});
export type MysqlConfig = z.infer<typeof MysqlConfig>;
