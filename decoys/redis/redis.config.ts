/** What can be configured of the Redis decoy. The defaults are a server that somebody opened to the network and forgot. */
import { z } from 'zod';
import { serviceFields } from '../service/service.config.ts';

export const RedisConfig = z.strictObject({
  ...serviceFields,
  password: z
    .string()
    .max(512)
    .default('')
    .describe('`requirepass`; empty: none. What `credentials` lets in is let in besides, as user `default`.'),
  protectedMode: z
    .boolean()
    .default(false)
    .describe('Refuse everybody who is not of this machine, as redis does by default. Then nothing else is played.'),
  protectedConfigs: z
    .enum(['yes', 'no'])
    .default('yes')
    .describe(
      '`enable-protected-configs`: whether CONFIG SET may change `dir` and `dbfilename`. Debian has `no`; attackers need `yes`.',
    ),
  moduleCommand: z
    .enum(['yes', 'no'])
    .default('yes')
    .describe('`enable-module-command`: whether MODULE LOAD is tried. Nothing is ever loaded.'),
  debugCommand: z.enum(['yes', 'no']).default('no').describe('`enable-debug-command`.'),
  runsAs: z
    .enum(['redis', 'root'])
    .default('root')
    .describe('Whose rights the server has on the machine: `root` can be made to write crontabs and authorized_keys.'),
  luaEscape: z
    .boolean()
    .default(true)
    .describe(
      'Play the hole of CVE-2022-0543 (Debian’s Lua `package` library). The real 7.0.15 has it closed: `false` answers as that does.',
    ),
  maxStoreBytes: z
    .number()
    .int()
    .min(65_536)
    .max(268_435_456)
    .default(4_194_304)
    .describe('Bytes of keys and values that one attacker may keep.'),
  maxServers: z
    .number()
    .int()
    .min(1)
    .max(100_000)
    .default(512)
    .describe('Servers of attackers that are not connected, kept in memory for their return.'),
});
export type RedisConfig = z.infer<typeof RedisConfig>;
