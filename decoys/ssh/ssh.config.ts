/** What can be configured of the SSH decoy. The defaults are a believable, attackable Debian 12 server. */
import { z } from 'zod';

const name = z.string().min(1).max(64);
const pair = z.strictObject({
  user: name.describe('User name, exactly.'),
  password: z.string().max(256).describe('Password, exactly.'),
});

export const SshConfig = z.strictObject({
  persona: name
    .default('debian-12-server')
    .describe('The profile of the machine behind the login (a folder of `content/personas`).'),
  software: z
    .string()
    .regex(/^[\x21-\x7e]+( [\x21-\x7e]+)?$/)
    .max(200)
    .default('OpenSSH_9.2p1 Debian-2+deb12u10')
    .describe(
      'Software version in the identification string. The behaviour is that of OpenSSH 9.2p1 on Debian 12; claim nothing else.',
    ),
  credentials: z
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
    .describe('Who gets in with a password.'),
  publicKeys: z
    .strictObject({
      accept: z
        .array(z.string().regex(/^SHA256:[A-Za-z0-9+/]{43}$/))
        .max(1000)
        .default([])
        .describe('Fingerprints of keys that let in, as `ssh-keygen -l` prints them.'),
      planted: z
        .boolean()
        .default(true)
        .describe("Let in with a key that the attacker put into a user's authorized_keys on the machine before."),
    })
    .prefault({})
    .describe('Who gets in with a key.'),
  keyboardInteractive: z
    .boolean()
    .default(false)
    .describe(
      'Offer keyboard-interactive besides publickey and password (Debian: KbdInteractiveAuthentication, no by default).',
    ),
  failureDelayMs: z
    .number()
    .int()
    .min(0)
    .max(10_000)
    .default(2000)
    .describe(
      'Mean delay after a wrong password, milliseconds, spread as PAM does and rounded up as sshd does; 0 answers at once.',
    ),
  successDelayMs: z
    .number()
    .int()
    .min(0)
    .max(10_000)
    .default(40)
    .describe('Time that checking a right password takes, milliseconds.'),
  loginGraceMs: z
    .number()
    .int()
    .min(1000)
    .max(600_000)
    .default(120_000)
    .describe('A connection that has not logged in by then is closed, milliseconds (LoginGraceTime).'),
  maxAuthTries: z
    .number()
    .int()
    .min(1)
    .max(100)
    .default(6)
    .describe('Failures until the connection is closed (MaxAuthTries).'),
  maxStartups: z
    .strictObject({
      start: z
        .number()
        .int()
        .min(1)
        .max(10_000)
        .default(10)
        .describe('Connections not yet logged in from which on some are refused.'),
      rate: z.number().int().min(0).max(100).default(30).describe('How many of a hundred are refused from there on.'),
      full: z.number().int().min(1).max(10_000).default(100).describe('From here on all are refused.'),
    })
    .prefault({})
    .describe('MaxStartups, counted for each attacker apart, so that none can shut out another.'),
  maxMachines: z
    .number()
    .int()
    .min(1)
    .max(100_000)
    .default(512)
    .describe('Machines of attackers that are not connected, kept in memory for their return.'),
});
export type SshConfig = z.infer<typeof SshConfig>;
