/** Settings of the collector that follows files. */
import { z } from 'zod';

export const TailConfig = z.strictObject({
  paths: z
    .array(
      z
        .string()
        .max(4096)
        .regex(/^\/[^\0]*$/, 'an absolute path, as /var/log/auth.log'),
    )
    .min(1)
    .max(64)
    .describe(
      'Files to follow, patterns of them (`*`, `?`, `[…]`, `**`), and folders with all that is below. Absolute. What logrotate makes of a file (auth.log.1, auth.log-20261121.gz) is found by itself.',
    ),
  exclude: z
    .array(z.string().min(1).max(4096))
    .max(64)
    .default([])
    .describe('Patterns of files to leave out, matched against the whole path.'),
  format: z
    .string()
    .regex(/^[a-z0-9-]{1,64}$/)
    .optional()
    .describe('Read all of them as this format (`netsentinel formats` lists them). Recognised by content without it.'),
  from: z
    .enum(['end', 'start'])
    .default('end')
    .describe(
      'Where to begin with files that are there when this collector first starts: `end` reads what is written from then on, `start` everything, packed files that were rotated away too. Files that come later are read from their start.',
    ),
  groups: z
    .array(z.string().regex(/^[A-Za-z0-9_.-]{1,32}$/))
    .max(16)
    .default(['adm', 'systemd-journal'])
    .describe('Groups of the system whose files may be read. Needs root at the start.'),
  maxFiles: z
    .number()
    .int()
    .min(1)
    .max(4096)
    .default(1024)
    .describe('Files followed at once; more are named in `netsentinel status` and left out.'),
});
export type TailConfig = z.infer<typeof TailConfig>;
