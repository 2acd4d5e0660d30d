/** Everything that can be set about the enforcer, with units and safe defaults: it simulates until it is told to enforce. */
import { ResponseMode } from '@netsentinel/contracts/action';
import { parseNetwork } from '@netsentinel/kernel/address';
import { z } from 'zod';
import { NftablesConfig } from './responders/nftables/nftables.config.ts';

const networkText = z
  .string()
  .max(49)
  .refine((text) => parseNetwork(text) !== undefined, 'Not an address or a network in CIDR form with zero host bits');

const DAY_MS = 86_400_000;

export const EnforcerConfig = z.strictObject({
  mode: ResponseMode.default('simulate').describe(
    '`off`: orders are refused; `simulate`: everything but the change itself; `enforce`: packets are dropped. Leaving `enforce` takes every block back at the next start.',
  ),
  allow: z
    .array(networkText)
    .max(10_000)
    .default([])
    .describe('Addresses and networks that are never blocked: partners, scanners of your own, monitoring.'),
  management: z
    .array(networkText)
    .max(1000)
    .default([])
    .describe('Networks that you administer this machine from; never blocked.'),
  limits: z
    .strictObject({
      ordersPerMinute: z
        .number()
        .int()
        .min(1)
        .max(1_000_000)
        .default(6000)
        .describe('Orders taken in any 60 seconds; more are refused.'),
      maxEntries: z.number().int().min(1).max(200_000).default(200_000).describe('Blocks in force at once.'),
      maxTtlMs: z
        .number()
        .int()
        .min(1000)
        .max(365 * DAY_MS)
        .default(7 * DAY_MS)
        .describe('Longest time, in milliseconds, that an order may block for.'),
      minPrefix4: z
        .number()
        .int()
        .min(8)
        .max(32)
        .default(24)
        .describe('Widest IPv4 network, as a prefix length in bits.'),
      minPrefix6: z
        .number()
        .int()
        .min(16)
        .max(128)
        .default(48)
        .describe('Widest IPv6 network, as a prefix length in bits.'),
    })
    .prefault({})
    .describe('What an order may ask for at most.'),
  refreshMs: z
    .number()
    .int()
    .min(1000)
    .max(3_600_000)
    .default(15_000)
    .describe(
      'Milliseconds between readings of own addresses, gateways and name servers; changes of addresses are seen at once.',
    ),
  resolvConf: z
    .string()
    .max(4096)
    .default('/etc/resolv.conf')
    .describe('File that names the DNS servers, which are never blocked.'),
  ipCommand: z
    .array(z.string().min(1).max(256))
    .max(16)
    .default([])
    .describe('Program and leading arguments that run ip, for another namespace; empty: ip from the system folders.'),
  auditFileBytes: z
    .number()
    .int()
    .min(4096)
    .max(1_073_741_824)
    .default(16_777_216)
    .describe('Bytes after which the audit goes on in a new file.'),
  nftables: NftablesConfig.prefault({}).describe('The nftables responder.'),
});
export type EnforcerConfig = z.infer<typeof EnforcerConfig>;
