/** One decoy as it is played: where it is, what a scanner would call it, how it is set, and how it does. */
import { z } from 'zod';

const text = z.string().max(256);

/** Empty where it is not known, as in the first seconds after a start. */
export const DescribedDecoy = z.strictObject({
  host: text.describe('The name that its machine gives itself; empty in the first seconds after a start, as the next'),
  service: text.describe('What nmap calls it: `ssh`, `ssl/http`'),
  product: text.describe('`OpenSSH`; empty where nmap finds none'),
  version: text.describe('`9.2p1 Debian 2+deb12u10`; empty where nmap finds none'),
});
export type DescribedDecoy = z.infer<typeof DescribedDecoy>;

/** What a start decides. */
export const PlayedDecoy = z.strictObject({
  id: z.string().max(64),
  type: z.string().max(64).describe('The protocol: `ssh`'),
  transport: z.enum(['tcp', 'udp']),
  address: z.string().max(64).describe('Where it is bound; `0.0.0.0` is every address of the machine'),
  port: z.number().int().min(1).max(65_535),
  persona: z.string().max(64).describe('The machine that it is a part of, by its id in the configuration'),
  stopped: z.boolean().describe('A person has stopped it'),
  config: z
    .record(z.string(), z.unknown())
    .describe('Its options as they are in force, with the defaults; of passwords it says `***`'),
});
export type PlayedDecoy = z.infer<typeof PlayedDecoy>;

/** How it does, by the last heartbeat of the decoy host: at most five seconds ago. */
const standing = {
  ...DescribedDecoy.shape,
  listening: z.boolean().describe('It has what it listens on, and takes connections'),
  healthy: z.boolean().describe('The process that plays it is there, and linked with the platform'),
  connections: z.number().int().min(0).describe('Open now'),
} as const;

export const DecoySummary = PlayedDecoy.omit({ config: true }).extend(standing);
export type DecoySummary = z.infer<typeof DecoySummary>;

export const DecoyDetail = PlayedDecoy.extend(standing);
export type DecoyDetail = z.infer<typeof DecoyDetail>;
