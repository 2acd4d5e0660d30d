/** What can be set about platforms that share their live channel over Redis. */
import { z } from 'zod';
import { Secret } from '@netsentinel/kernel/secret';

export const LiveRedisConfig = z.strictObject({
  host: z.string().min(1).max(255).default('127.0.0.1').describe('Name or address of the Redis server.'),
  port: z.number().int().min(1).max(65_535).default(6379).describe('Its port.'),
  socket: z.string().min(1).max(107).optional().describe('Path of its Unix socket, instead of `host` and `port`.'),
  username: z.string().min(1).max(256).optional().describe('Name to sign in with.'),
  password: Secret.optional().describe('What proves it.'),
  database: z.number().int().min(0).max(65_535).default(0).describe('Number of the database.'),
  tls: z
    .strictObject({
      ca: Secret.optional().describe('Authority to trust as PEM; without it, those of the system.'),
      serverName: z
        .string()
        .max(255)
        .optional()
        .describe('Name that its certificate must carry, where that is not `host`.'),
      cert: Secret.optional().describe('A certificate of our own as PEM.'),
      key: Secret.optional().describe('Its key as PEM.'),
    })
    .optional()
    .describe('Connect with TLS.'),
  prefix: z
    .string()
    .regex(/^[\x21-\x7e]{1,64}$/)
    .default('netsentinel:')
    .describe('What all keys begin with. Platforms with one prefix and one `secret` share their messages.'),
  secret: Secret.describe(
    'The same for all platforms, at least 32 characters: it signs each message, so that who can write to Redis cannot write to consoles.',
  ),
  timeoutMs: z
    .number()
    .int()
    .min(100)
    .max(60_000)
    .default(5000)
    .describe('Milliseconds that Redis may take for an answer before it counts as gone.'),
});
export type LiveRedisConfig = z.infer<typeof LiveRedisConfig>;
