/** What can be configured of the RDP decoy. */
import { z } from 'zod';
import { serviceFields } from '../service/service.config.ts';

export const RdpConfig = z.strictObject({
  ...serviceFields,
  security: z
    .enum(['negotiate', 'nla', 'tls', 'rdp'])
    .default('negotiate')
    .describe(
      'What clients must speak: `nla` (CredSSP, as Windows is installed), `tls`, `rdp` (its own encryption, as Windows 2003), or `negotiate`: the best that both have, so that passwords come in the clear too.',
    ),
  failureDelayMs: z
    .number()
    .int()
    .min(0)
    .max(10_000)
    .default(300)
    .describe('Delay after a wrong password, milliseconds.'),
  welcomeMs: z
    .number()
    .int()
    .min(0)
    .max(600_000)
    .default(12_000)
    .describe('How long "Welcome" is shown after a right password before the session is ended, milliseconds.'),
  maxTries: z
    .number()
    .int()
    .min(1)
    .max(100)
    .default(5)
    .describe('Wrong passwords on the login screen until the session is ended.'),
});
export type RdpConfig = z.infer<typeof RdpConfig>;
