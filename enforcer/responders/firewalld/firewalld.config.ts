/** What can be set about the firewalld responder. */
import { z } from 'zod';
import { pollingOptions } from '../../firewall/firewall.config.ts';
import { prefixLength4, prefixLength6 } from '../../shared.config.ts';

const name = (longest: number) => z.string().regex(new RegExp(`^[a-z][a-z0-9]{0,${longest - 1}}$`));

export const FirewalldConfig = z.strictObject({
  name: name(12)
    .default('netsentinel')
    .describe(
      'Name of our policy, and beginning of the names of our ipsets (`NAME-v4-32`, …) in firewalld. Their definitions, which hold no entries, are made permanent once; firewalld is reloaded then, which drops what others changed at run time only. Entries are made at run time only; `firewall-cmd --ipset=NAME-v4-32 --get-entries` shows them.',
    ),
  forward: z
    .boolean()
    .default(true)
    .describe(
      'A second policy, `NAME-fwd`, blocks what this host would forward; without it only what is for this host.',
    ),
  prefixes4: z
    .array(prefixLength4)
    .min(1)
    .max(25)
    .default([24, 32])
    .describe(
      'Prefix lengths of IPv4 networks that can be blocked, each an ipset: firewalld refuses entries that overlap in one. Orders for others are refused.',
    ),
  prefixes6: z.array(prefixLength6).min(1).max(25).default([48, 56, 64, 128]).describe('The same for IPv6.'),
  maxEntries: z
    .number()
    .int()
    .min(1)
    .max(20_000)
    .default(10_000)
    .describe(
      'Most entries at once; orders beyond are refused. firewalld takes 13 ms for one among a few and 140 ms among 10,000: the responder nftables works beside firewalld and knows no such limit.',
    ),
  ...pollingOptions(),
});
export type FirewalldConfig = z.infer<typeof FirewalldConfig>;
