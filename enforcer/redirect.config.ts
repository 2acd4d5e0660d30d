/** What responders that redirect to decoys are told alike: which ports, to which addresses. */
import { parseAddress, networkContains, type Address } from '@netsentinel/kernel/address';
import { z } from 'zod';

export const port = z.number().int().min(1).max(65_535);

/** `{ 22: 2222 }`: a port, and that of the decoy which answers there instead. */
export const portTable = z
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

/** An address that packets can be sent on to; `advice` is said of one that is none. */
export function decoyAddress(advice: string) {
  return z
    .string()
    .max(45)
    .superRefine((text, ctx) => {
      const address = parseAddress(text);
      const never = address === undefined ? undefined : NEVER.find(({ network }) => networkContains(network, address));
      if (address === undefined) ctx.addIssue({ code: 'custom', message: 'Not an address' });
      else if (never !== undefined)
        ctx.addIssue({ code: 'custom', message: `Not an address to redirect to: ${never.why}. ${advice}` });
    });
}

export const otherPorts = z
  .enum(['pass', 'drop'])
  .default('pass')
  .describe(
    'What becomes of their packets to ports that are not named: `pass`, as if nothing were, or `drop` (but for ICMP).',
  );

interface Tables {
  readonly tcp: Readonly<Record<string, number>>;
  readonly udp: Readonly<Record<string, number>>;
}

/** What is wrong with ports and addresses together, wherever they are. */
export function checkRedirect(
  { tcp, udp, to }: Tables & { readonly to: readonly string[] },
  ctx: z.RefinementCtx,
): void {
  if (Object.keys(tcp).length + Object.keys(udp).length === 0)
    ctx.addIssue({ code: 'custom', message: 'Name at least one port, as `tcp: { 22: 2222 }`' });
  const families = to.map((text) => parseAddress(text)?.family);
  if (families.length === 2 && families[0] === families[1])
    ctx.addIssue({ code: 'custom', path: ['to'], message: 'Name at most one address of each family' });
}

/** That no decoy's port is redirected itself; `same`: to the same port it may be. */
export function checkChains({ tcp, udp }: Tables, same: 'refused' | 'taken', ctx: z.RefinementCtx): void {
  for (const [protocol, table] of [
    ['tcp', tcp],
    ['udp', udp],
  ] as const)
    for (const [from, decoy] of Object.entries(table))
      if (String(decoy) in table && !(same === 'taken' && table[String(decoy)] === decoy))
        ctx.addIssue({
          code: 'custom',
          path: [protocol, from],
          message: `Port ${decoy} is one that is redirected itself: name the port of a decoy`,
        });
}

export function decoyAddresses(to: readonly string[]): readonly Address[] {
  return to.flatMap((text) => parseAddress(text) ?? []);
}
