/** Where events come from, and when each was last heard: a sensor of ours by its heartbeat, and what stands behind it (a tailed file, a syslog sender, a Beats agent). */
import { z } from 'zod';

/** What is remembered of one source. Times are milliseconds since the epoch. */
export interface SourceRecord {
  readonly sensor: string;
  /** A file's path, a sender's address, an agent's name; empty for the sensor itself. */
  readonly source: string;
  readonly firstSeen: number;
  readonly lastSeen: number;
  /** In how many spells apart from each other it was heard: what makes it regular. */
  readonly spells: number;
  /** Its two longest silences up to `gapsAt`, in milliseconds; the older they are, the less they count. */
  readonly gapsMs: readonly [longest: number, second: number];
  readonly gapsAt: number;
  /** Since when it is silent, where that was said; undefined while it speaks. */
  readonly silentSince?: number | undefined;
}

/** What a person is shown of a source that fell silent. */
export const SilentSource = z.strictObject({
  sensor: z.string(),
  source: z.string(),
  /** Epoch milliseconds, as the next. */
  lastSeen: z.number(),
  silentSince: z.number(),
});
export type SilentSource = z.infer<typeof SilentSource>;

export const SourcesStatus = z.strictObject({
  /** Sensors and sources that are expected to be heard. */
  known: z.number().int().min(0),
  silent: z.number().int().min(0),
  /** The ones that fell silent last, at most `MAX_SILENT_SHOWN`. */
  latest: z.array(SilentSource),
});
export type SourcesStatus = z.infer<typeof SourcesStatus>;

export const MAX_SILENT_SHOWN = 20;
