/** Who sends us events, and how each does: the decoy host, the watcher, the collectors, and the sources that stand behind them. */
import { z } from 'zod';

const Count = z.number().int().min(0);
const Time = z.number().describe('Milliseconds since 1970');

export const SensorStatus = z.strictObject({
  id: z.string(),
  type: z.string().describe('`decoy-host`, `watcher`, or the collector’s: `tail`, `syslog`'),
  healthy: z.boolean().describe('Linked, and nothing for an operator to mend'),
  events: Count.describe('Kept since the platform’s start'),
  refused: Count.describe('Records that nobody could read, since then'),
  lastRecordAt: Time.optional().describe(
    'When the latest came in, milliseconds since 1970; not there before the first',
  ),
  lagBytes: Count.describe('What waits in files that are followed'),
  dropped: Count.describe('Records that were thrown away, for want of room or of a link'),
  problems: z.array(z.string()).readonly(),
  sources: z
    .strictObject({
      read: Count.describe('Files or senders that it has now, as it says itself'),
      expected: Count.describe('That wrote regularly, and are expected to go on'),
      silent: Count.describe('Those of them that have stopped'),
    })
    .describe('What stands behind it'),
});
export type SensorStatus = z.infer<typeof SensorStatus>;

/** A source that is expected to be heard. */
export const ExpectedSource = z.strictObject({
  name: z.string().describe('A file of a machine, a sender’s address, an agent’s name'),
  firstSeen: Time,
  lastSeen: Time,
  silentSince: Time.optional().describe('Not there while it speaks'),
});
export type ExpectedSource = z.infer<typeof ExpectedSource>;

export const SensorDetail = SensorStatus.extend({
  heartbeat: ExpectedSource.omit({ name: true, firstSeen: true })
    .optional()
    .describe('Of the sensor itself, where one is expected of it'),
  expected: z.array(ExpectedSource).describe('The silent ones first'),
});
export type SensorDetail = z.infer<typeof SensorDetail>;
