/** What can be set about the nftables responder. The defaults suit a host that protects itself and whatever it forwards for. */
import { z } from 'zod';
import { leadingWords, management, setSize } from '../../shared.config.ts';
import { RateLimit, Redirect, Tarpit } from './measures.config.ts';

export const NftablesConfig = z.strictObject({
  table: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,30}$/)
    .default('netsentinel')
    .describe('Name of our own `inet` table. It is created, rebuilt and removed as a whole: share it with nobody.'),
  hook: z
    .enum(['prerouting', 'input-forward'])
    .default('prerouting')
    .describe('Where packets are dropped: `prerouting` before routing, or `input-forward` at both later hooks.'),
  priority: z
    .number()
    .int()
    .min(-1000)
    .max(1000)
    .default(-310)
    .describe(
      'Priority of the chain. Below -300 a packet is dropped before connection tracking and before any rule could accept it, so that established connections end too.',
    ),
  setSize: setSize.describe('Most elements that the kernel keeps in one set.'),
  redirect: Redirect.optional().describe(
    'Where the measure `redirect` has new connections of an attacker end: at decoys, which see its true address. Without this, none is redirected. A firewall of this machine must let the decoys’ ports be reached.',
  ),
  tarpit: Tarpit.optional().describe(
    'Where the measure `tarpit` has new TCP connections of an attacker end, to whatever port. Without this, none is held.',
  ),
  rateLimit: RateLimit.prefault({}).describe(
    'What the measure `rate-limit` lets pass of each address or network that it is ordered for; the rest is dropped.',
  ),
  management: management.describe(
    'Addresses and networks that a host behind this one goes on speaking with through it while the measure `isolate` holds; without any, none can be isolated.',
  ),
  command: leadingWords.describe(
    'Program and leading arguments that run nft, for a firewall in another namespace; empty: nft from the system folders. Perl is run in nft’s place as well, to hear of changes; where it cannot be, `nft monitor` is, which holds a copy of all sets.',
  ),
  mendDelayMs: z
    .number()
    .int()
    .min(50)
    .max(5000)
    .default(500)
    .describe('Milliseconds between noticing that somebody changed our table and mending it.'),
  timeoutMs: z
    .number()
    .int()
    .min(500)
    .max(60_000)
    .default(5000)
    .describe('Milliseconds that one change may take before the nft process is given up and replaced.'),
});
export type NftablesConfig = z.infer<typeof NftablesConfig>;
