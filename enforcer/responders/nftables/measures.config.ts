/** What can be set about the measures that the nftables responder takes besides the block. */
import { parseAddress, networkContains, type Address } from '@netsentinel/kernel/address';
import { z } from 'zod';

const port = z.number().int().min(1).max(65_535);
const ports = z
  .record(z.string(), port)
  .superRefine((table, ctx) => {
    for (const text of Object.keys(table))
      if (!port.safeParse(/^[1-9]\d*$/.test(text) ? Number(text) : 0).success)
        ctx.addIssue({ code: 'custom', path: [text.slice(0, 64)], message: 'Not a port: write `22: 2222`' });
    if (Object.keys(table).length > 64) ctx.addIssue({ code: 'custom', message: 'At most 64 ports' });
  })
  .default({});

/** Addresses that no packet may be sent on to. `route_localnet` would let one reach 127.0.0.1, and everybody on the link everything that trusts it. */
const NEVER = [
  { network: { family: 4, base: 0x7f00_0000n, prefix: 8 }, why: 'packets from outside do not reach the loopback' },
  { network: { family: 6, base: 1n, prefix: 128 }, why: 'packets from outside do not reach the loopback' },
  { network: { family: 4, base: 0n, prefix: 8 }, why: 'no host has this address' },
  { network: { family: 6, base: 0n, prefix: 128 }, why: 'no host has this address' },
  { network: { family: 4, base: 0xe000_0000n, prefix: 3 }, why: 'this is no address of one host' },
  { network: { family: 6, base: 0xff00n << 112n, prefix: 8 }, why: 'this is no address of one host' },
] as const;

const destination = z
  .string()
  .max(45)
  .superRefine((text, ctx) => {
    const address = parseAddress(text);
    const never = address === undefined ? undefined : NEVER.find(({ network }) => networkContains(network, address));
    if (address === undefined) ctx.addIssue({ code: 'custom', message: 'Not an address' });
    else if (never !== undefined)
      ctx.addIssue({
        code: 'custom',
        message: `Not an address to redirect to: ${never.why}. For decoys of this machine leave \`to\` out and have them listen on all addresses`,
      });
  });

export const Redirect = z
  .strictObject({
    tcp: ports.describe(
      'TCP ports and the port of the decoy that answers there instead, as `22: 2222`: of services on this host and of those behind it.',
    ),
    udp: ports.describe('The same of UDP.'),
    to: z
      .array(destination)
      .max(2)
      .default([])
      .describe(
        'Addresses of another machine that the decoys are on, one of each family; this machine where none is given. This one must route (`net.ipv4.ip_forward`), and the answers must come back through it. Attackers of a family without an address get no answer at these ports.',
      ),
    others: z
      .enum(['pass', 'drop'])
      .default('pass')
      .describe(
        'What becomes of their packets to ports that are not named: `pass`, as if nothing were, or `drop` (but for ICMP).',
      ),
  })
  .superRefine(({ tcp, udp, to }, ctx) => {
    if (Object.keys(tcp).length + Object.keys(udp).length === 0)
      ctx.addIssue({ code: 'custom', message: 'Name at least one port, as `tcp: { 22: 2222 }`' });
    const families = to.map((text) => parseAddress(text)?.family);
    if (families.length === 2 && families[0] === families[1])
      ctx.addIssue({ code: 'custom', path: ['to'], message: 'Name at most one address of each family' });
    if (to.length > 0) return;
    for (const [protocol, table] of [
      ['tcp', tcp],
      ['udp', udp],
    ] as const)
      for (const [from, decoy] of Object.entries(table))
        if (String(decoy) in table)
          ctx.addIssue({
            code: 'custom',
            path: [protocol, from],
            message: `Port ${decoy} is one that is redirected itself: name the port of a decoy`,
          });
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
  return redirect.to.flatMap((text) => parseAddress(text) ?? []);
}
