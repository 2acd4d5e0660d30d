/**
 * What is known of each attacker while logs are analysed, within bounds. Those that moved lately are at hand. Of others, what they are remembered by is
 * packed away, and taken out when they come back. Beyond the bound of that, attackers without an incident are forgotten and incidents keep a short form.
 */
import type { Actor } from '@netsentinel/contracts/actor';
import type { Incident } from '@netsentinel/contracts/incident';
import { newActorState, packActorState, unpackActorState, type ActorState } from '@netsentinel/detect/actor-state';
import { folded, foldedBytes, unfolded, unfoldedBytes } from './folded.ts';
import { shortForm } from './short-form.ts';

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
  maxBytes: 48 * 1024 * 1024,
  maxPackedBytes: 32 * 1024 * 1024,
  maxShortBytes: 64 * 1024 * 1024,
};

interface Packed {
  readonly state: string;
  readonly incident: string | undefined;
}

/** What an entry of a map costs besides its bytes. */
const ENTRY_BYTES = 300;

export class Actors {
  readonly #limits: ActorLimits;
  /** Here and below: the longest unmoved first. */
  readonly #atHand = new Map<Actor, Known & { bytes: number }>();
  readonly #packed = new Map<Actor, Packed>();
  readonly #short = new Map<Actor, string>();
  /** Incidents that are over, since their attackers were quiet for long. */
  readonly #closed: string[] = [];
  #atHandBytes = 0;
  #packedBytes = 0;
  #shortBytes = 0;
  /** Attackers of whom nothing is known any more, though they had no incident yet; incidents that lost detail; incidents that were lost. */
  readonly counters = { forgotten: 0, shortened: 0, lost: 0 };

  constructor(limits: ActorLimits = ACTOR_LIMITS) {
    this.#limits = limits;
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
    for (const [oldest, { bytes: freed, state, incident }] of this.#atHand) {
      const fits = this.#atHand.size <= this.#limits.maxActors && this.#atHandBytes <= this.#limits.maxBytes;
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
    if (this.#shortBytes >= this.#limits.maxShortBytes) return void this.counters.lost++;
    const bytes = folded(shortForm(incident));
    this.#closed.push(bytes);
    this.#shortBytes += bytes.length + ENTRY_BYTES;
  }

  /** Every incident there is, one after the other: unpacked all at once, they would not fit. */
  *incidents(): Generator<Incident> {
    for (const bytes of this.#closed) yield unfolded(bytes) as Incident;
    for (const bytes of this.#short.values()) yield unfolded(bytes) as Incident;
    for (const { incident } of this.#packed.values()) if (incident !== undefined) yield unfolded(incident) as Incident;
    for (const { incident } of this.#atHand.values()) if (incident !== undefined) yield incident;
  }

  #takeOut(actor: Actor): Known {
    const packed = this.#packed.get(actor);
    if (packed !== undefined) {
      this.#packed.delete(actor);
      this.#packedBytes -= sizeOf(packed);
      return {
        state: unpackActorState(unfoldedBytes(packed.state)),
        incident: packed.incident === undefined ? undefined : (unfolded(packed.incident) as Incident),
      };
    }
    const short = this.#short.get(actor);
    if (short === undefined) return { state: newActorState(), incident: undefined };
    this.#short.delete(actor);
    this.#shortBytes -= short.length + ENTRY_BYTES;
    return { state: newActorState(), incident: unfolded(short) as Incident };
  }

  #packAway(actor: Actor, packed: Packed): void {
    this.#packed.set(actor, packed);
    this.#packedBytes += sizeOf(packed);
    for (const [oldest, whole] of this.#packed) {
      if (this.#packedBytes <= this.#limits.maxPackedBytes) return;
      this.#packed.delete(oldest);
      this.#packedBytes -= sizeOf(whole);
      if (whole.incident === undefined) this.counters.forgotten++;
      else this.#shorten(oldest, unfolded(whole.incident) as Incident);
    }
  }

  #shorten(actor: Actor, incident: Incident): void {
    const bytes = folded(shortForm(incident));
    this.counters.shortened++;
    this.#short.set(actor, bytes);
    this.#shortBytes += bytes.length + ENTRY_BYTES;
    for (const [oldest, short] of this.#short) {
      if (this.#shortBytes <= this.#limits.maxShortBytes) return;
      this.#short.delete(oldest);
      this.#shortBytes -= short.length + ENTRY_BYTES;
      this.counters.lost++;
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
