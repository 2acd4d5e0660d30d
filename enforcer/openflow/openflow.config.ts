/** What can be set about each responder that makes flows. */
import { parseNetwork } from '@netsentinel/kernel/address';
import { z } from 'zod';
import type { FlowMeans } from './flow-plan.ts';
import type { FlowAction } from './flow.types.ts';
import { pollingOptions } from '../firewall/firewall.config.ts';
import { management } from '../shared.config.ts';

export const openflowOptions = () => ({
  cookie: z
    .string()
    .regex(/^0x[0-9a-f]{1,12}$/)
    .refine((text) => BigInt(text) !== 0n, 'Flows that nobody marks have the cookie 0')
    .default('0x4e657453656e')
    .describe(
      'Cookie of our flows, hexadecimal, at most 48 bits. Flows that others make with this cookie are taken out.',
    ),
  table: z
    .number()
    .int()
    .min(0)
    .max(253)
    .default(0)
    .describe(
      'Table of our flows. Packets begin in table 0; in a later one nothing is dropped that does not get there.',
    ),
  priority: z
    .number()
    .int()
    .min(1)
    .max(65_000)
    .default(60_000)
    .describe(
      'Priority of our flows (up to 15 more for exceptions): higher than whatever lets packets pass, and in this table nobody else’s. Where others use it the switch is left alone. Segments have the sixteen priorities below.',
    ),
  management: management.describe(
    'Addresses and networks that a host goes on speaking with while it is isolated; without any, none can be isolated.',
  ),
  mirrorPort: z
    .number()
    .int()
    .min(1)
    .max(0xfeff)
    .optional()
    .describe(
      'OpenFlow number of the port that mirrored packets are copied to, in each switch (`ovs-ofctl show` lists them); without it, nothing can be mirrored.',
    ),
  onward: z
    .union([z.literal('normal'), z.number().int().min(1).max(253)])
    .default('normal')
    .describe(
      'How packets go on that our flows let pass (mirrored ones, those of management): `normal`, by the addresses that the switch learned, or the number of a later table, where the switch has flows of its own that must be heeded.',
    ),
  checkMs: pollingOptions().checkMs.describe('Milliseconds between two looks whether our flows are in the switch.'),
  compareMs: pollingOptions().compareMs,
});

interface Options {
  readonly management: readonly string[];
  readonly mirrorPort?: number | undefined;
  readonly onward: 'normal' | number;
}

/** What the flows of measures need, of what is configured. */
export function flowMeans(config: Options, redirect: FlowMeans['redirect']): FlowMeans {
  return {
    management: config.management.flatMap((text) => parseNetwork(text) ?? []),
    mirrorPort: config.mirrorPort,
    redirect,
    onward: onwardOf(config),
  };
}

export function onwardOf({ onward }: Pick<Options, 'onward'>): FlowAction {
  return onward === 'normal' ? { kind: 'normal' } : { kind: 'goto', table: onward };
}
