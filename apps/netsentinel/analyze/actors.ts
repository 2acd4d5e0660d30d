/**
 * What is known of each attacker while logs are analysed, within bounds. Those that moved lately are at hand. Of others, what they are remembered by is
 * packed away, and taken out when they come back. Beyond the bound of that, attackers without an incident are forgotten and incidents keep a short form; of
 * those, the worst stay.
 */
import type { Actor } from '@netsentinel/contracts/actor';
import type { Incident } from '@netsentinel/contracts/incident';
import { newActorState, packActorState, unpackActorState, type ActorState } from '@netsentinel/detect/actor-state';
import { folded, foldedBytes, unfolded, unfoldedBytes } from './folded.ts';
import { ShortIncidents } from './short-incidents.ts';

export interface Known {
  readonly state: ActorState;
  incident: Incident | undefined;
}

export interface ActorLimits {
  /** Attackers at hand. */
  readonly maxActors: number;
  /** About how much memory those may take; a rough count. */
  readonly maxBytes: number;
  /** Of what is packed away whole, and of what is kept in short. */
  readonly maxPackedBytes: number;
  readonly maxShortBytes: number;
}

export const ACTOR_LIMITS: ActorLimits = {
  maxActors: 20_000,
  maxBytes: 24 * 1024 * 1024,
  maxPackedBytes: 32 * 1024 * 1024,
  maxShortBytes: 48 * 1024 * 1024,
};

interface Packed {
  readonly state: string;
  readonly incident: string | undefined;
}

/** What memory had no room for. */
export interface Omitted {
  /** Attackers of whom nothing is known any more, though they had no incident yet. */
  readonly forgotten: number;
  /** Incidents that lost detail. */
  readonly shortened: number;
  /** Incidents that were lost: the least of all; and the worst of those. */
  readonly lost: number;
  readonly worstLost: Pick<Incident, 'severity' | 'score'> | undefined;
}

/** What an entry of a map costs besides its bytes. */
const ENTRY_BYTES = 300;
/** Room is made for some more than the one that needs it: the first entry of a map is found the slower the more were taken from its begin. */
const FILLED = 0.98;

export class Actors {
  readonly #limits: ActorLimits;
  /** Here and below: the longest unmoved first. */
  readonly #atHand = new Map<Actor, Known & { bytes: number }>();
  readonly #packed = new Map<Actor, Packed>();
  /** By actor; those that are over, since their attackers were quiet for long, by their own id. */
  readonly #short: ShortIncidents;
  #atHandBytes = 0;
  #packedBytes = 0;
  #forgotten = 0;
  #shortened = 0;

  constructor(limits: ActorLimits = ACTOR_LIMITS) {
    this.#limits = limits;
    this.#short = new ShortIncidents(limits.maxShortBytes);
  }

  get omitted(): Omitted {
    const { lost, worstLost } = this.#short;
    return { forgotten: this.#forgotten, shortened: this.#shortened, lost, worstLost };
  }

  /** Notes that the actor has moved. */
  open(actor: Actor): Known {
    const known = this.#atHand.get(actor) ?? { ...this.#takeOut(actor), bytes: 0 };
    this.#atHand.delete(actor);
    this.#atHand.set(actor, known);
    return known;
  }

  /** After what is known of an actor has changed: weighs it again, and packs the oldest away beyond the limits. */
  weigh(actor: Actor): void {
    const known = this.#atHand.get(actor);
    if (known === undefined) return;
    const bytes = weightOf(known);
    this.#atHandBytes += bytes - known.bytes;
    known.bytes = bytes;
    const { maxActors, maxBytes } = this.#limits;
    if (this.#atHand.size <= maxActors && this.#atHandBytes <= maxBytes) return;
    for (const [oldest, { bytes: freed, state, incident }] of this.#atHand) {
      const fits = this.#atHand.size <= maxActors * FILLED && this.#atHandBytes <= maxBytes * FILLED;
      if (fits || oldest === actor) return;
      this.#atHand.delete(oldest);
      this.#atHandBytes -= freed;
      this.#packAway(oldest, {
        state: foldedBytes(packActorState(state)),
        incident: incident === undefined ? undefined : folded(incident),
      });
    }
  }

  /** Keeps an incident that a newer one of the same attacker took the place of. */
  close(incident: Incident): void {
    this.#short.put(incident.id, incident);
  }

  /** Every incident there is, one after the other: unpacked all at once, they would not fit. */
  *incidents(): Generator<Incident> {
    yield* this.#short.values();
    for (const { incident } of this.#packed.values()) if (incident !== undefined) yield unfolded(incident) as Incident;
    for (const { incident } of this.#atHand.values()) if (incident !== undefined) yield incident;
  }

  #takeOut(actor: Actor): Known {
    const packed = this.#packed.get(actor);
    if (packed === undefined) return { state: newActorState(), incident: this.#short.take(actor) };
    this.#packed.delete(actor);
    this.#packedBytes -= sizeOf(packed);
    return {
      state: unpackActorState(unfoldedBytes(packed.state)),
      incident: packed.incident === undefined ? undefined : (unfolded(packed.incident) as Incident),
    };
  }

  #packAway(actor: Actor, packed: Packed): void {
    this.#packed.set(actor, packed);
    this.#packedBytes += sizeOf(packed);
    if (this.#packedBytes <= this.#limits.maxPackedBytes) return;
    for (const [oldest, whole] of this.#packed) {
      if (this.#packedBytes <= this.#limits.maxPackedBytes * FILLED) return;
      this.#packed.delete(oldest);
      this.#packedBytes -= sizeOf(whole);
      if (whole.incident === undefined) this.#forgotten++;
      else {
        this.#shortened++;
        this.#short.put(oldest, unfolded(whole.incident) as Incident);
      }
    }
  }
}

function sizeOf({ state, incident }: Packed): number {
  return ENTRY_BYTES + state.length + (incident?.length ?? 0);
}

/** A rough count: a few hundred bytes an entry, and the texts that attackers may make long. */
function weightOf({ state, incident }: Known): number {
  let bytes = 2000 + state.before.length * 700;
  if (incident === undefined) return bytes;
  const { timeline, commands, credentials, files, sessions, detections } = incident;
  bytes +=
    300 * (timeline.length + commands.length + credentials.length + files.length + sessions.length + detections.length);
  // Texts are short as a rule; a sample of the latest says enough.
  for (const { title, detail } of timeline.slice(-8))
    bytes += ((title.length + (detail?.length ?? 0)) * timeline.length) / 8;
  for (const { input } of commands.slice(-8)) bytes += (input.length * commands.length) / 8;
  return bytes;
}
