/** The live channel (Socket.IO): what the platform pushes to a signed-in console, and what the console may ask for. */
import type { Action } from './action.ts';
import type { IncidentSummary } from './incident.ts';
import type { SourcesStatus } from './source.ts';

export interface ServerToClient {
  /** An incident was opened or changed. */
  incident: (incident: IncidentSummary) => void;
  action: (action: Action) => void;
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

export interface PlatformStatus {
  readonly startedAt: number;
  readonly eventsTotal: number;
  readonly eventsPerSecond: number;
  readonly openIncidents: number;
  readonly blocksInForce: number;
  readonly responseMode: 'off' | 'simulate' | 'approve' | 'enforce';
  /** Sigma rules and correlations in force, and documents that could not be read. */
  readonly rules: { readonly rules: number; readonly correlations: number; readonly refused: number };
  readonly decoys: readonly {
    readonly id: string;
    readonly type: string;
    readonly listen: string;
    readonly connections: number;
    readonly healthy: boolean;
  }[];
  /** Where the watcher looks for port scans; the reason where it does not. */
  readonly scans: {
    readonly addresses: readonly string[];
    readonly reason?: string;
    /** Probes that could not be counted by port: a flood, or more packets than the kernel had room for. */
    readonly uncounted: number;
  };
  /** Who is expected to be heard, and who is not. */
  readonly sources: SourcesStatus;
  readonly collectors: readonly {
    readonly id: string;
    readonly type: string;
    /** Linked, and nothing for an operator to mend. */
    readonly healthy: boolean;
    /** Since the platform's start. */
    readonly events: number;
    readonly refused: number;
    /** Epoch ms of the latest record that came in; not there before the first. */
    readonly lastRecordAt?: number;
    readonly sources: number;
    readonly lagBytes: number;
    readonly dropped: number;
    readonly problems: readonly string[];
  }[];
}
