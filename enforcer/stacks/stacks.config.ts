/** What can be set about playing the TCP/IP of a persona's system. */
import { z } from 'zod';
import { leadingWords } from '../shared.config.ts';

export const StacksConfig = z.strictObject({
  play: z
    .boolean()
    .default(true)
    .describe(
      'Whether nftables makes packets of decoys look as those of their persona’s system (Windows: TTL, windows, order of options). Without it, or without rights for it, they are this machine’s, which nmap -O tells.',
    ),
  table: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,30}$/)
    .optional()
    .describe(
      'Name of the `inet` table for it; without it one of this install’s own. It is replaced and removed as a whole: share it with nobody.',
    ),
  command: leadingWords.describe(
    'Program and leading arguments that run nft, for decoys in another namespace; empty: nft from the system folders.',
  ),
});
export type StacksConfig = z.infer<typeof StacksConfig>;
