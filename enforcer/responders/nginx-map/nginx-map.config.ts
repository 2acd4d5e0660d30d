/** What can be set about the nginx responder. */
import { z } from 'zod';
import { checkMs, leadingWords } from '../../shared.config.ts';

export const NginxMapConfig = z
  .strictObject({
    file: z
      .string()
      .regex(/^\/[^\0\n]{1,4095}$/, 'an absolute path')
      .default('/etc/nginx/netsentinel-blocked.conf')
      .describe(
        'The file to write, a line `NETWORK 1;` each. In nginx: `geo $netsentinel_blocked { default 0; include FILE; }` beside the servers, and `if ($netsentinel_blocked) { return 403; }` in them. It must exist before nginx starts.',
      ),
    reload: leadingWords.describe('Program and arguments that make nginx read the file; empty: `nginx -s reload`.'),
    reloadEveryMs: z
      .number()
      .int()
      .min(0)
      .max(60_000)
      .default(1000)
      .describe('Milliseconds at least between two reloads; blocks that come meanwhile share the next.'),
    checkMs: checkMs.describe('Milliseconds between two looks whether blocks are over and the file is still ours.'),
    timeoutMs: z.number().int().min(500).max(60_000).default(10_000).describe('Milliseconds that a reload may take.'),
  })
  .describe('Refuses requests in nginx: keeps a file for its `geo` block, and reloads it.');
export type NginxMapConfig = z.infer<typeof NginxMapConfig>;
