/** What can be configured of the Telnet decoy. */
import { z } from 'zod';
import { serviceFields } from '../service/service.config.ts';

export const TelnetConfig = z.strictObject({
  ...serviceFields,
  daemon: z
    .enum(['persona', 'inetutils', 'netkit', 'busybox'])
    .default('persona')
    .describe(
      'Whose negotiation and login: `inetutils` is telnetd of Debian 12, `netkit` that of Ubuntu and RHEL (password guessers understand it, which they do not inetutils), `busybox` that of routers and cameras. `persona`: what the machine would have.',
    ),
  takesUser: z
    .boolean()
    .default(true)
    .describe(
      'Take the user from the client as inetutils did before January 2026: `-f root` there lets in without a password (CVE-2026-24061).',
    ),
  failureDelayMs: z
    .number()
    .int()
    .min(0)
    .max(10_000)
    .default(3000)
    .describe('Mean delay after a wrong password, milliseconds (FAIL_DELAY), spread as PAM does; 0 answers at once.'),
  successDelayMs: z
    .number()
    .int()
    .min(0)
    .max(10_000)
    .default(60)
    .describe('Time from a right password to the shell, milliseconds.'),
  startDelayMs: z
    .number()
    .int()
    .min(0)
    .max(10_000)
    .default(40)
    .describe('Time that `login` takes to start, milliseconds.'),
});
export type TelnetConfig = z.infer<typeof TelnetConfig>;
