/** What every decoy can be configured to: who gets in, and which machine stands behind. Each decoy's own schema spreads these fields. */
import { z } from 'zod';

const name = z.string().min(1).max(64);
const pair = z.strictObject({
  user: name.describe('User name, exactly.'),
  password: z.string().max(256).describe('Password, exactly.'),
});

const LoginConfig = z
  .strictObject({
    accept: z.array(pair).max(1000).default([]).describe('Pairs that always let in.'),
    anyAfterTries: z
      .union([z.number().int().min(1).max(100), z.literal('seeded'), z.literal(false)])
      .default('seeded')
      .describe(
        'Let an attacker in with whatever comes at this try of theirs, for users that exist on the machine. `seeded`: the second to fourth, fixed for each attacker. false: never.',
      ),
    weakPairs: z
      .boolean()
      .default(true)
      .describe(
        'Let in with one well-known weak password for each user of the machine, another one for each attacker.',
      ),
    any: z
      .boolean()
      .default(false)
      .describe('Let everybody in at once, with any password, as any user that exists on the machine.'),
    denyUsers: z.array(name).max(1000).default([]).describe('Users that never get in.'),
    remember: z
      .boolean()
      .default(true)
      .describe('What let an attacker in lets them in again, also after a restart, and other passwords then fail.'),
  })
  .prefault({})
  .describe('Who gets in with a password.');
export type LoginConfig = z.infer<typeof LoginConfig>;

export const serviceFields = {
  persona: name
    .default('debian-12-server')
    .describe('The profile of the machine behind the login (a folder of `content/personas`).'),
  credentials: LoginConfig,
  maxMachines: z
    .number()
    .int()
    .min(1)
    .max(100_000)
    .default(512)
    .describe('Machines of attackers that are not connected, kept in memory for their return.'),
} as const;

export interface ServiceConfig {
  readonly persona: string;
  readonly credentials: LoginConfig;
  readonly maxMachines: number;
}
