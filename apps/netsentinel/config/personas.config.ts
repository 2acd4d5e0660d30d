/** `personas`: whole machines to play, each with all that such a machine opens. */
import { z } from 'zod';

const port = z.number().int().min(1).max(65_535);

export const PersonasConfig = z
  .array(
    z.strictObject({
      id: z
        .string()
        .regex(/^[a-z0-9][a-z0-9.-]{0,39}$/, 'lower-case letters, digits, dots and hyphens')
        .describe(
          'A name of your own for this machine; its decoys are called after it. Another name is another machine.',
        ),
      file: z
        .string()
        .min(1)
        .max(1024)
        .default('debian-12-server')
        .describe(
          'The kind of machine: one of ours (`netsentinel persona show` lists them) or a file of yours, relative to this file.',
        ),
      seed: z
        .union([z.number().int(), z.string().min(1).max(64)])
        .optional()
        .describe(
          'Chooses the machine: the same seed gives the same one anywhere and for ever. Without it, it is this install’s alone.',
        ),
      address: z
        .string()
        .optional()
        .describe('Address to listen on; all of them where neither this nor `interface` is given.'),
      interface: z.string().max(64).optional().describe('Network interface whose first address it listens on: `eth1`.'),
      ports: z
        .union([z.enum(['real', 'high']), z.record(z.string().regex(/^\d{1,5}$/), port)])
        .default('real')
        .describe(
          'Where its services listen: `real` on the ports that such a machine has them on; `high` on free ports above 10000; or a table of a few, as `22: 2222`, the others on their real ports.',
        ),
      without: z.array(z.string().max(64)).max(64).default([]).describe('Types of decoys that it shall not start.'),
    }),
  )
  .max(64)
  .default([]);
export type PersonasConfig = z.infer<typeof PersonasConfig>;
