/** What can be set about the measures that the nftables responder takes besides the block. */
import type { Address } from '@netsentinel/kernel/address';
import { z } from 'zod';
import {
  checkChains,
  checkRedirect,
  decoyAddress,
  decoyAddresses,
  otherPorts,
  port,
  portTable,
} from '../../redirect.config.ts';

export const Redirect = z
  .strictObject({
    tcp: portTable.describe(
      'TCP ports and the port of the decoy that answers there instead, as `22: 2222`: of services on this host and of those behind it.',
    ),
    udp: portTable.describe('The same of UDP.'),
    to: z
      .array(decoyAddress('For decoys of this machine leave `to` out and have them listen on all addresses'))
      .max(2)
      .default([])
      .describe(
        'Addresses of another machine that the decoys are on, one of each family; this machine where none is given. This one must route (`net.ipv4.ip_forward`), and the answers must come back through it. Attackers of a family without an address get no answer at these ports.',
      ),
    others: otherPorts,
  })
  .superRefine((redirect, ctx) => {
    checkRedirect(redirect, ctx);
    if (redirect.to.length === 0) checkChains(redirect, 'refused', ctx);
  });

export const Tarpit = z.strictObject({
  port: port.describe(
    'TCP port of this machine where they are held: that of a decoy of the type `tarpit` which listens on all addresses.',
  ),
});

export const RateLimit = z.strictObject({
  perSecond: z.number().int().min(1).max(1_000_000).default(10).describe('How many a second may pass, of each.'),
  burst: z.number().int().min(1).max(1_000_000).default(20).describe('How many may come at once, of each.'),
  of: z
    .enum(['packets', 'connections'])
    .default('packets')
    .describe(
      'What is counted: `packets` of any kind, or `connections`, the first packet of each TCP connection alone.',
    ),
});

export interface MeasuresConfig {
  readonly management: readonly string[];
  readonly redirect?: z.output<typeof Redirect> | undefined;
  readonly tarpit?: z.output<typeof Tarpit> | undefined;
  readonly rateLimit: z.output<typeof RateLimit>;
}

/** The addresses that are redirected to; none where it is this machine. */
export function destinations(redirect: NonNullable<MeasuresConfig['redirect']>): readonly Address[] {
  return decoyAddresses(redirect.to);
}
