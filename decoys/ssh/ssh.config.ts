/** What can be configured of the SSH decoy. The defaults are a believable, attackable Debian 12 server. */
import { z } from 'zod';
import { serviceFields } from '../service/service.config.ts';

export const SshConfig = z.strictObject({
  ...serviceFields,
  software: z
    .string()
    .regex(/^[\x21-\x7e]+( [\x21-\x7e]+)?$/)
    .max(200)
    .optional()
    .describe(
      'Software version in the identification string, instead of the one that the persona has. The behaviour is that of OpenSSH 9.2p1.',
    ),
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
});
export type SshConfig = z.infer<typeof SshConfig>;
