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
  command: leadingWords.describe(
    'Program and leading arguments that run nft, for decoys in another namespace; empty: nft from the system folders.',
  ),
});
export type StacksConfig = z.infer<typeof StacksConfig>;
