/** What can be set about the Redis responder: where Redis is, and how to be let in. */
import { z } from 'zod';
import { checkMs, filePath, timeoutMs } from '../../shared.config.ts';

export const RedisConfig = z
  .strictObject({
    host: z.string().min(1).max(255).default('127.0.0.1').describe('Name or address of the Redis server.'),
    port: z.number().int().min(1).max(65_535).default(6379).describe('Its port.'),
    socket: z.string().min(1).max(107).optional().describe('Path of its Unix socket, instead of `host` and `port`.'),
    username: z.string().min(1).max(256).optional().describe('Name to sign in with (Redis 6 and later).'),
    passwordFile: filePath
      .optional()
      .describe('File with the password; read at each connection, so that it may be changed while running.'),
    database: z.number().int().min(0).max(65_535).default(0).describe('Number of the database.'),
    tls: z
      .strictObject({
        caFile: filePath.optional().describe('PEM file with the authority to trust; without it, those of the system.'),
        serverName: z
          .string()
          .max(255)
          .optional()
          .describe('Name that its certificate must carry, where that is not `host`.'),
        certFile: filePath.optional().describe('PEM file with a certificate of our own.'),
        keyFile: filePath.optional().describe('PEM file with its key.'),
      })
      .optional()
      .describe('Connect with TLS.'),
    prefix: z
      .string()
      .regex(/^[\x21-\x7e]{1,64}$/)
      .default('netsentinel:')
      .describe('What all keys and the channel begin with. One enforcer writes below one prefix.'),
    checkMs: checkMs.describe('Milliseconds between two looks whether all is still there.'),
    timeoutMs: timeoutMs.describe('Milliseconds that Redis may take for an answer before it counts as gone.'),
  })
  .describe(
    'Keeps the blocklist in Redis, for programs that block by themselves: `enforcer/responders/redis/README.md`.',
  );
export type RedisConfig = z.infer<typeof RedisConfig>;
