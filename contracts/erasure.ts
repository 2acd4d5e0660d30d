/** What somebody wants to be known no longer, and what came of it. */
import { z } from 'zod';
import { FieldName } from './event-store.ts';

const dryRun = z.boolean().default(false).describe('Only count what would go');

export const ErasureOrder = z
  .union([
    z.strictObject({
      field: FieldName.describe('A field of events by its dotted name, `user.name`: its values go, the events stay'),
      value: z.string().min(1).max(1024).describe('The value, whole and as it is written'),
      dryRun,
    }),
    z.strictObject({
      address: z.string().min(1).max(45).describe('An IP address: what came from it goes'),
      dryRun,
    }),
  ])
  .describe('A value of a field, or an address');
export type ErasureOrder = z.infer<typeof ErasureOrder>;

export const Erased = z.strictObject({
  dryRun: z.boolean(),
  events: z.number().int().describe('Events that lost the value, or went'),
  incidents: z.number().int().describe('Incidents whose texts lost it, or that went'),
  recordings: z.number().int(),
  uploads: z.number().int().describe('Uploads, captures and the like that nobody else left as well'),
  memories: z.number().int().describe('What detectors and decoys remembered of attackers'),
  left: z.array(z.string()).describe('Where it still is, or may be, and until when'),
});
export type Erased = z.infer<typeof Erased>;
