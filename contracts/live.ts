/** The live channel (Socket.IO): what the platform pushes to a signed-in console, and what the console may ask for. */
import { z } from 'zod';
import { ResponseMode, type Action } from './action.ts';
import type { WorkNews } from './casework.ts';
import type { IncidentSummary } from './incident.ts';
import { SourcesStatus } from './source.ts';

export interface ServerToClient {
  /** An incident was opened or changed. */
  incident: (incident: IncidentSummary) => void;
  action: (action: Action) => void;
  /** People have done something about an incident. */
  work: (work: WorkNews) => void;
  /** A piece of the terminal of a watched session: whole characters of asciicast v2 lines, the bytes `offset` to `end` of the recording. */
  terminal: (piece: {
    readonly session: string;
    readonly offset: number;
    readonly end: number;
    readonly text: string;
  }) => void;
  status: (status: PlatformStatus) => void;
}

export interface ClientToServer {
  /** Answers the recording so far, then `terminal` follows from there. At most 4 watched sessions a client. */
  watch: (
    session: string,
    answer: (reply: {
      readonly ok: boolean;
      readonly offset: number;
      readonly text: string;
      readonly error?: string;
    }) => void,
  ) => void;
  unwatch: (session: string) => void;
}

const Count = z.number().int().min(0);

export const PlatformStatus = z.strictObject({
  /** Epoch milliseconds. */
  startedAt: z.number(),
  eventsTotal: Count,
  eventsPerSecond: z.number().min(0),
  openIncidents: Count,
  blocksInForce: Count,
  responseMode: ResponseMode,
  /** Sigma rules and correlations in force, and documents that could not be read. */
  rules: z.strictObject({ rules: Count, correlations: Count, refused: Count }),
  decoys: z.array(
    z.strictObject({
      id: z.string(),
      type: z.string(),
      listen: z.string(),
      connections: Count,
      healthy: z.boolean(),
      /** By a person: it refuses connections. */
      stopped: z.boolean(),
    }),
  ),
  /** Where the watcher looks for port scans; the reason where it does not. */
  scans: z.strictObject({
    addresses: z.array(z.string()).readonly(),
    reason: z.string().optional(),
    /** Probes that could not be counted by port: a flood, or more packets than the kernel had room for. */
    uncounted: Count,
  }),
  /** Who is expected to be heard, and who is not. */
  sources: SourcesStatus,
  collectors: z.array(
    z.strictObject({
      id: z.string(),
      type: z.string(),
      /** Linked, and nothing for an operator to mend. */
      healthy: z.boolean(),
      /** Since the platform's start. */
      events: Count,
      refused: Count,
      /** Epoch ms of the latest record that came in; not there before the first. */
      lastRecordAt: z.number().optional(),
      sources: Count,
      lagBytes: Count,
      dropped: Count,
      problems: z.array(z.string()).readonly(),
    }),
  ),
});
export type PlatformStatus = z.infer<typeof PlatformStatus>;
