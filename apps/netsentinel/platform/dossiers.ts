/**
 * What is known of each actor, kept in memory within bounds and written through, so that forgetting loses nothing: the actors that moved longest ago
 * are forgotten first, and read from the store when they come back.
 */
import type { Action } from '@netsentinel/contracts/action';
import type { Actor } from '@netsentinel/contracts/actor';
import type { Clock } from '@netsentinel/contracts/clock';
import type { Incident } from '@netsentinel/contracts/incident';
import type { StateReader } from '@netsentinel/contracts/state-store';
import { newActorState, unpackActorState, type ActorState } from '@netsentinel/detect/actor-state';

export interface Dossier {
  readonly state: ActorState;
  incident: Incident | undefined;
  /** All actions against the actor that count for planning; loaded when first needed. */
  actions: Action[] | undefined;
  /** About how much memory it takes, as last weighed. */
  bytes: number;
  /** When an event of the actor came last, on the monotonic clock. */
  touchedAt: number;
}

export interface DossierLimits {
  readonly maxActors: number;
  readonly maxBytes: number;
}

export class Dossiers {
  readonly #read: StateReader;
  readonly #clock: Clock;
  readonly #limits: DossierLimits;
  readonly #known = new Map<Actor, Dossier>();
  #bytes = 0;

  constructor(read: StateReader, clock: Clock, limits: DossierLimits) {
    this.#read = read;
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Of those in memory. */
  peek(actor: Actor): Dossier | undefined {
    return this.#known.get(actor);
  }

  /** From memory or else from the store, in their order; notes that the actors have moved. */
  async open(actors: readonly Actor[]): Promise<Dossier[]> {
    const strangers = [...new Set(actors.filter((actor) => !this.#known.has(actor)))];
    if (strangers.length > 0)
      for (const [i, { state, incident, hasIncidents }] of (await this.#read.actors(strangers)).entries())
        this.#known.set(strangers[i]!, {
          state: state === undefined ? newActorState() : unpackActorState(state),
          incident,
          // Whom no incident is about, nothing has been done against.
          actions: hasIncidents ? undefined : [],
          bytes: 0,
          touchedAt: 0,
        });
    return actors.map((actor) => {
      const dossier = this.#known.get(actor)!;
      // Last used comes last.
      this.#known.delete(actor);
      this.#known.set(actor, dossier);
      dossier.touchedAt = this.#clock.monotonicMs();
      return dossier;
    });
  }

  /** The actor's incident with this id, where it is in memory and not over: between batches it is as it is stored. */
  openIncident(actor: Actor, id: string): Incident | undefined {
    const incident = this.#known.get(actor)?.incident;
    return incident?.id === id && incident.status !== 'closed' && incident.status !== 'benign' ? incident : undefined;
  }

  /** An incident that was changed by others than its attacker takes the place of the remembered one. */
  replaceIncident(incident: Incident): void {
    const dossier = this.#known.get(incident.actor);
    if (dossier?.incident?.id === incident.id) dossier.incident = incident;
  }

  /** Weighs what has changed, and forgets the oldest beyond the limits, but for those that `isAhead` of what is stored. Only between batches. */
  forgetOldest(changed: Iterable<Dossier>, isAhead: (actor: Actor) => boolean): void {
    for (const dossier of changed) {
      const bytes = weightOf(dossier);
      this.#bytes += bytes - dossier.bytes;
      dossier.bytes = bytes;
    }
    for (const [actor, dossier] of this.#known) {
      if (this.#known.size <= this.#limits.maxActors && this.#bytes <= this.#limits.maxBytes) return;
      if (isAhead(actor)) continue;
      this.#known.delete(actor);
      this.#bytes -= dossier.bytes;
    }
  }

  forgetAll(): void {
    this.#known.clear();
    this.#bytes = 0;
  }
}

/** A rough count: a few hundred bytes an entry, and the texts that attackers may make long. */
function weightOf({ state, incident }: Dossier): number {
  let bytes = 2000 + state.before.length * 500;
  if (incident === undefined) return bytes;
  const { timeline, commands, credentials, files, sessions, detections } = incident;
  bytes +=
    300 * (timeline.length + commands.length + credentials.length + files.length + sessions.length + detections.length);
  for (const { title, detail } of timeline) bytes += title.length + (detail?.length ?? 0);
  for (const { input } of commands) bytes += input.length;
  return bytes;
}
