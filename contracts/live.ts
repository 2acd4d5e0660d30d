/**
 * The live channel (Socket.IO, path `/live`, WebSocket only): what the platform pushes to a signed-in console, and what the console may ask for. A client
 * hears nothing but the rooms that it joined (`live-rooms.ts`), each by a permission of its own.
 *
 * Messages of kept rooms carry an offset as their last argument, which grows with each message of the room within one epoch: a start of the platform, or
 * what several platforms that share a Redis have in common, so that a client goes on at any of them. A client that was away joins with the epoch and the last offset that it had, and is answered either that it resumes (what it missed follows, in
 * order, then what happens) or that it does not: then it reads anew by REST. The platform keeps the latest 4,096 messages or 4 MiB of each kept room (of a burst
 * up to eight times as much for five seconds), and nothing from before somebody listened or after nobody did for five minutes.
 *
 * A client's connection ends when it sends more than 50 messages a second (200 at once) or 2 joins a second (60 at once), or one message beyond 8 KiB; when
 * it is so slow that the window of a kept room passed it; and when its session ends. It may come back at once if it may come back at all.
 */
import { z } from 'zod';
import { ResponseMode, type Action } from './action.ts';
import type { WorkNews } from './casework.ts';
import type { Detection } from './detection.ts';
import type { IncidentSummary } from './incident.ts';
import type { LiveRoom, PassingRoom } from './live-rooms.ts';
import { SourcesStatus } from './source.ts';
import { TourStatus } from './tour.ts';

export interface ServerToClient {
  /** An incident was opened or changed. */
  incident: (incident: IncidentSummary, offset: number) => void;
  /** People have done something about an incident. */
  work: (work: WorkNews, offset: number) => void;
  action: (action: Action, offset: number) => void;
  status: (status: PlatformStatus) => void;
  metrics: (point: MetricsPoint) => void;
  session: (visit: LiveSession) => void;
  anomaly: (anomaly: LiveAnomaly) => void;
  event: (event: LiveEvent) => void;
  /** How many messages of which rooms this client was not sent since it was told last: at most once a second. */
  missed: (counts: Readonly<Partial<Record<PassingRoom, number>>>) => void;
  /** A piece of the terminal of a watched session: whole characters of asciicast v2 lines, the bytes `offset` to `end` of the recording. */
  terminal: (piece: {
    readonly session: string;
    readonly offset: number;
    readonly end: number;
    readonly text: string;
  }) => void;
}

/** Up to where a client has heard a kept room. */
export interface Heard {
  readonly epoch: string;
  readonly offset: number;
}

export type JoinReply =
  | {
      readonly ok: true;
      /** Of kept rooms alone. `resumed`: all after the offset that was named follows; otherwise what is after `heard`, and the client reads anew. */
      readonly kept?: { readonly heard: Heard; readonly resumed: boolean };
    }
  | { readonly ok: false; readonly error: string };

export interface ClientToServer {
  /** `heard`: null where the client has heard nothing of the room yet; of no meaning to rooms that are not kept. */
  join: (room: LiveRoom, heard: Heard | null, answer: (reply: JoinReply) => void) => void;
  leave: (room: LiveRoom) => void;
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

/** The figures of the status at one moment. */
export interface MetricsPoint {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly eventsTotal: number;
  readonly eventsPerSecond: number;
  readonly openIncidents: number;
  readonly blocksInForce: number;
  /** Open connections of all decoys. */
  readonly decoyConnections: number;
  readonly silentSources: number;
}

/** A visit to a decoy began or ended, as its decoy saw it. */
export interface LiveSession {
  readonly id: string;
  readonly what: 'begun' | 'ended';
  /** Epoch milliseconds, of the event. */
  readonly at: number;
  readonly decoy: string;
  readonly type: string;
  readonly address?: string;
}

/** What a behaviour found (scans, beacons, tunnels …) and no exception leaves alone. */
export type LiveAnomaly = Pick<
  Detection,
  'id' | 'rule' | 'actor' | 'time' | 'severity' | 'confidence' | 'techniques' | 'summary'
>;

/** The little of an event that a running list shows; all of it is asked for by its id. Texts are cut at 200 characters. */
export interface LiveEvent {
  readonly id: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly sensor: string;
  readonly action?: string;
  readonly outcome?: string;
  readonly address?: string;
  readonly country?: string;
  readonly user?: string;
  readonly decoy?: string;
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
  /** There are recorded attacks among the incidents and events, and since when. */
  tour: TourStatus.optional(),
  /** What the configuration says of who is told of attacks, and of what is never blocked: how many. */
  configured: z.strictObject({ notifiers: Count, neverBlocked: Count }).optional(),
  /** Where the watcher looks for port scans; the reason where it does not. */
  scans: z.strictObject({
    addresses: z.array(z.string()).readonly(),
    reason: z.string().optional(),
    /** Probes that could not be counted by port: a flood, or more packets than the kernel had room for. */
    uncounted: Count,
  }),
  /** Who is expected to be heard, and who is not. */
  sources: SourcesStatus,
  /** Why consoles hear nothing of the other platforms, where they should; not there while they do. */
  othersUnheard: z.string().max(400).optional(),
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
