/**
 * What a behaviour is: one file of this folder, listed in `index.ts`, with its cases beside it. It finds what shows only over many background events
 * (connections, name lookups), none of which is a move of an attacker by itself. What it remembers lies in memory, is bounded whatever comes, and is
 * keyed by actor: no dossier is loaded for a connection. After a restart it learns again from the stream's latest events, which are shown to it
 * without anything being reported.
 */
import type { Severity } from '@netsentinel/contracts/detection';
import type { DetectorInfo } from '../detector.types.ts';
import type { Sighting, SightingKind } from './sighting.ts';

/** `confidence` where a finding does not say better. */
export interface BehaviourInfo extends Omit<DetectorInfo, 'on'> {
  /** What it looks at; it is not called for other events. */
  readonly on: readonly SightingKind[];
}

export interface BehaviourLimits {
  /** Actors, or pairs of an actor and a peer, that each behaviour remembers; beyond it the one unseen for longest is forgotten. */
  readonly maxEntries: number;
}

export interface BehaviourDefinition extends BehaviourInfo {
  create(limits: BehaviourLimits): Behaviour;
}

export interface Behaviour {
  /** Event time drives what it measures; what is out of order by some minutes must do no harm. */
  observe(seen: Sighting, report: Report): void;
  /** Forgets what was not seen for long. `nowMs`: the clock of arrival, milliseconds since the epoch. */
  expire(nowMs: number): void;
  readonly stats: BehaviourStats;
}

export interface BehaviourStats {
  readonly held: number;
  /** Forgotten for want of room. */
  readonly evicted: number;
}

/** What was found is about the actor of the event in hand. */
export type Report = (finding: BehaviourFinding) => void;

export interface BehaviourFinding {
  /** One sentence that names the peer; text from the event in it stands in quotes and is capped by `quote`. */
  readonly summary: string;
  /** Ids of earlier events that it rests on, the latest last. */
  readonly evidence: readonly string[];
  /** True where all of its evidence came from a proven address. */
  readonly verified: boolean;
  readonly confidence?: number;
  readonly severity?: Severity;
  readonly techniques?: readonly string[];
  readonly tactics?: readonly string[];
}
