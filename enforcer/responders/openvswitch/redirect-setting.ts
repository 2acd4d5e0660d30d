/** What can be set about the measure `redirect` of the openvswitch responder. */
import { z } from 'zod';
import type { Redirection } from '../../openflow/redirect-flows.ts';
import {
  checkChains,
  checkRedirect,
  decoyAddress,
  decoyAddresses,
  otherPorts,
  portTable,
} from '../../redirect.config.ts';

export const RedirectSetting = z
  .strictObject({
    tcp: portTable.describe(
      'TCP ports and the port of the decoy that answers there instead, as `22: 2222`: of services on whatever host the attacker reaches through these switches.',
    ),
    udp: portTable.describe('The same of UDP.'),
    to: z
      .array(decoyAddress('Decoys need an address in the network of these switches'))
      .min(1)
      .max(2)
      .describe(
        'Addresses of the machine that the decoys are on, one of each family. What it answers must come back through the switch that the attacker came by. Attackers of a family without an address get no answer at these ports.',
      ),
    mac: z
      .string()
      .regex(
        /^[0-9a-f][02468ace](?::[0-9a-f]{2}){5}$/,
        'Not the hardware address of one machine: write six pairs of lower-case hexadecimal digits, as `02:00:00:00:00:0a`',
      )
      .optional()
      .describe(
        'Hardware address of that machine, in the same network (VLAN) as those whom attackers ask. Without it frames keep theirs: right only where that is of a router that knows the way to the decoys.',
      ),
    zone: z
      .number()
      .int()
      .min(1)
      .max(65_472)
      .default(20_051)
      .describe(
        'Zone of connection tracking for the first of `bridges`; the next has the next, and so on. Nobody else on the machine of the switches may use these.',
      ),
    others: otherPorts,
  })
  .superRefine((redirect, ctx) => {
    checkRedirect(redirect, ctx);
    // With several switches on the way, the second would redirect what the first has redirected.
    checkChains(redirect, 'taken', ctx);
  });

/** For the flows: where connections end, or why there is no such place. */
export function redirection(setting: z.output<typeof RedirectSetting> | undefined): Redirection | string {
  if (setting === undefined)
    return 'it knows no decoys: name their ports and their address, as `redirect: { tcp: { 22: 2222 }, to: [198.18.0.9] }`';
  const { to, mac, others } = setting;
  const services = (['tcp', 'udp'] as const).flatMap((kind) =>
    Object.entries(setting[kind]).map(([from, decoyPort]) => ({ kind, port: Number(from), decoyPort })),
  );
  return {
    services,
    decoys: decoyAddresses(to),
    ...(mac === undefined ? {} : { mac }),
    dropsOthers: others === 'drop',
  };
}
