/** What the platform sees of analysis. */
import type { Action } from '@netsentinel/contracts/action';
import type { Clock } from '@netsentinel/contracts/clock';
import type { Incident, IncidentSummary } from '@netsentinel/contracts/incident';
import type { Logger } from '@netsentinel/contracts/log';
import type { StateStore, StateTransaction } from '@netsentinel/contracts/state-store';
import type { EventStream } from '@netsentinel/contracts/stream';
import type { Policy } from '@netsentinel/respond/engine';

export interface AnalysisOptions {
  readonly stream: EventStream;
  readonly state: StateStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly policy: Policy;
  /** Called once it is durable. */
  readonly onIncident: (summary: IncidentSummary) => void;
  /** Called once it is durable, after `onIncident`: hand it to the dispatcher. */
  readonly onAction: (action: Action) => void;
  /** Actors kept in memory; default 50,000. */
  readonly maxActors?: number;
  /** About how much memory they may take; default 64 MiB. */
  readonly maxActorBytes?: number;
  /** A quiet time after which an incident is over, and the actor's next move opens a new one; default 24 hours. */
  readonly closeAfterMs?: number;
}

export interface Analysis {
  /** Resolves once it reads; it then runs until `stop`. */
  start(): Promise<void>;
  /** Ends after the batch in hand, and keeps the position. */
  stop(): Promise<void>;
  /**
   * Brings an action's new status into its incident, in one transaction with what `write` does: the dispatcher's `commit`. Harmless when
   * done twice.
   */
  actionChanged(action: Action, write?: (tx: StateTransaction) => Promise<void>): Promise<void>;
  /** A person's word on an incident; undefined where there is no such incident. */
  setStatus(incident: string, status: Incident['status']): Promise<Incident | undefined>;
  /** Closes incidents whose attackers have been quiet for `closeAfterMs`, at most `limit` of them; resolves with how many. */
  closeQuiet(limit: number): Promise<number>;
  readonly counters: AnalysisCounters;
}

export interface AnalysisCounters {
  events: number;
  /** Events that somebody looked at: moves of an attacker. */
  moves: number;
  detections: number;
  repeats: number;
  /** Events on which we broke; they are skipped and logged. */
  failures: number;
}
