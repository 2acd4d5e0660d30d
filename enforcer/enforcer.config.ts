/** Everything that can be set about the enforcer, with units and safe defaults: it simulates until it is told to enforce. */
import { ResponseMode } from '@netsentinel/contracts/action';
import { z } from 'zod';
import { PointsConfig } from './points/points.config.ts';
import { RESPONDER_CONFIGS, type ResponderId } from './responders/configs.ts';
import { leadingWords, networkText, prefixLength4, prefixLength6 } from './shared.config.ts';
import { StacksConfig } from './stacks/stacks.config.ts';

const DAY_MS = 86_400_000;

const ttl = z
  .number()
  .int()
  .min(0)
  .max(365 * DAY_MS);

const MODE = ResponseMode.optional().describe(
  'What this responder does; without it, what `mode` of the enforcer says. Leaving `enforce` or `approve` takes its blocks back at the next start.',
);

type Settings<Id extends ResponderId> = z.output<(typeof RESPONDER_CONFIGS)[Id]> & { readonly mode?: ResponseMode };

/** Each responder's own settings and, in the same place, its mode. */
const shapes = Object.fromEntries(
  Object.entries(RESPONDER_CONFIGS).map(([id, config]) => [
    id,
    config
      .safeExtend({ mode: MODE })
      .optional()
      .describe(config.description ?? id),
  ]),
) as unknown as { readonly [Id in ResponderId]: z.ZodOptional<z.ZodType<Settings<Id>>> };

const Responders = z
  .strictObject(shapes)
  .refine((responders) => Object.keys(responders).length > 0, 'Name at least one responder')
  .optional()
  .describe('Where blocks are made: each responder that is named carries them. Without this, nftables alone.');

export const EnforcerConfig = z
  .strictObject({
    mode: ResponseMode.default('simulate').describe(
      'What responders do that say nothing else. `off`: nothing; `simulate`: everything but the change itself; `approve`: a person is asked before each block; `enforce`: blocks are made. Leaving `enforce` or `approve` takes every block back at the next start.',
    ),
    responders: Responders,
    stacks: StacksConfig.prefault({}).describe(
      'Packets of decoys that look as those of their persona’s system. No response: it is done in every mode.',
    ),
    points: PointsConfig.optional().describe(
      'Enforcement points on other hosts, which connect to this one and carry its blocks too. Without this, nobody is listened for.',
    ),
    allow: z
      .array(networkText)
      .max(10_000)
      .default([])
      .describe('Addresses and networks that are never blocked: partners, scanners of your own, monitoring.'),
    allowHosts: z
      .array(
        z
          .string()
          .max(253)
          .regex(/^(?!-)[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*\.?$/, 'Not a host name'),
      )
      .max(200)
      .default([])
      .describe('Host names whose addresses are never blocked; resolved again every minute.'),
    allowAsns: z
      .array(z.number().int().min(1).max(4_294_967_295))
      .max(100)
      .default([])
      .describe('Autonomous systems none of whose networks are ever blocked. Needs `asnTable`.'),
    asnTable: z
      .string()
      .max(4096)
      .regex(/^\//, 'Write the whole path, beginning with /')
      .optional()
      .describe(
        'CSV file with the networks of autonomous systems (network, or start_ip and end_ip; autonomous_system_number, asn or as_number), plain or gzip, as GeoIP databases come.',
      ),
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
        minPrefix4: prefixLength4.default(24).describe('Widest IPv4 network, as a prefix length in bits.'),
        minPrefix6: prefixLength6.default(48).describe('Widest IPv6 network, as a prefix length in bits.'),
        maxTrafficShare: z
          .number()
          .min(0)
          .max(1)
          .default(0.05)
          .describe(
            'Share of the usual traffic of the last days (0 to 1) that one block may cut off; beyond it a person is asked.',
          ),
      })
      .prefault({})
      .describe('What an order may ask for at most.'),

    quorum: z
      .strictObject({
        oneKind: z
          .strictObject({
            maxTtlMs: ttl.default(7 * DAY_MS).describe('Longest block, in milliseconds, without asking a person.'),
            networks: z
              .boolean()
              .default(false)
              .describe('Whether it may block networks wider than one host (an IPv4 address, an IPv6 /64).'),
          })
          .prefault({})
          .describe('What one kind of evidence may do alone: a decoy that was touched, a scan, a log, a honeytoken.'),
        twoKinds: z
          .strictObject({
            maxTtlMs: ttl.default(365 * DAY_MS).describe('Longest block, in milliseconds, without asking a person.'),
          })
          .prefault({})
          .describe('What two or more kinds of evidence may do together.'),
      })
      .prefault({})
      .describe('How much evidence a block needs; what has less waits for a person, in whatever mode.'),
    approval: z
      .strictObject({
        expiresAfterMs: z
          .number()
          .int()
          .min(1000)
          .max(7 * DAY_MS)
          .default(1_800_000)
          .describe('Milliseconds that a block waits for a person; then it is dropped.'),
        maxWaiting: z
          .number()
          .int()
          .min(1)
          .max(100_000)
          .default(1000)
          .describe('Blocks that wait at once; more are refused.'),
      })
      .prefault({})
      .describe('How a person is asked.'),
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
    ipCommand: leadingWords.describe(
      'Program and leading arguments that run ip, for another namespace; empty: ip from the system folders.',
    ),
    auditFileBytes: z
      .number()
      .int()
      .min(4096)
      .max(1_073_741_824)
      .default(16_777_216)
      .describe('Bytes after which the audit goes on in a new file.'),
    nftables: RESPONDER_CONFIGS.nftables
      .optional()
      .describe('The former place of `responders.nftables`: understood where `responders` is not given.'),
  })
  .refine(({ allowAsns, asnTable }) => allowAsns.length === 0 || asnTable !== undefined, {
    path: ['asnTable'],
    error: 'Name the table that says which networks the autonomous systems of `allowAsns` have',
  })
  .refine(({ responders, nftables }) => responders === undefined || nftables === undefined, {
    path: ['nftables'],
    error: 'Move this to `responders.nftables`: beside `responders` it has no place',
  });
export type EnforcerConfig = z.infer<typeof EnforcerConfig>;

/** The responders that are configured, each with its mode; those that are switched off included. */
export function respondersOf(
  config: EnforcerConfig,
): { readonly id: ResponderId; readonly mode: ResponseMode; readonly options: unknown }[] {
  const responders = config.responders ?? { nftables: config.nftables ?? RESPONDER_CONFIGS.nftables.parse({}) };
  return Object.entries(responders).flatMap(([id, settings]) => {
    if (settings === undefined) return [];
    const { mode, ...options } = settings as { readonly mode?: ResponseMode };
    return [{ id: id as ResponderId, mode: mode ?? config.mode, options }];
  });
}
