/**
 * Stores what analysis comes to. What others are told of (incidents, actions) is durable at once; what is merely remembered of actors who did
 * nothing to tell of, and how far the stream has been read, follows within moments, many at a time: in a busy log every line is somebody's login,
 * and a sync of the disk for each would keep attackers waiting. After a crash what had not followed is read again; actors know what they have
 * seen (`isRepeat`), so those who were ahead are not changed twice.
 */
import type { Action } from '@netsentinel/contracts/action';
import type { Actor } from '@netsentinel/contracts/actor';
import type { Clock } from '@netsentinel/contracts/clock';
import type { Incident } from '@netsentinel/contracts/incident';
import type { StateStore, StateTransaction } from '@netsentinel/contracts/state-store';
import type { Position, StoredRecord } from '@netsentinel/contracts/stream';
import { packActorState } from '@netsentinel/detect/actor-state';
import type { Dossier } from './dossiers.ts';

/** How long memory and position may lag behind, in milliseconds. */
export const BEHIND_MS = 1000;
/** How many actors may, and how many records may have been read since the stored position while some do. */
const MOST_ACTORS = 2000;
const MOST_RECORDS = 8000;

/** What a batch did to one actor. */
export interface Change {
  readonly dossier: Dossier;
  /** The incident as stored before this batch, to see whether it changed. */
  readonly before: Incident | undefined;
  /** Earlier incidents that a newer one took the place of. */
  readonly replaced: Incident[];
  planned: Action[];
}

export interface ResultStoreOptions {
  readonly state: StateStore;
  readonly clock: Clock;
  /** Writes how far the stream has been read, in the same transaction as all that was read. */
  readonly setPositions: (tx: StateTransaction, positions: readonly Position[]) => Promise<void>;
  /** Told once it is durable. */
  readonly onPositions: (positions: readonly Position[]) => Promise<void>;
}

export class ResultStore {
  readonly #options: ResultStoreOptions;
  /** Whose memory is ahead of what is stored. */
  readonly #unstored = new Map<Actor, Dossier>();
  /** Positions that have been read up to, not yet stored. */
  #unmarked = new Map<number, bigint>();
  /** What was read since the stored position, while some actors are unstored. */
  #since: StoredRecord[] = [];
  #redo: readonly StoredRecord[] = [];
  #markedAt: number;

  constructor(options: ResultStoreOptions) {
    this.#options = options;
    this.#markedAt = options.clock.monotonicMs();
  }

  /** Records that have been read and must be once more, before any other: what they led to was forgotten. */
  get redo(): readonly StoredRecord[] {
    return this.#redo;
  }

  /** Nothing that was read is still needed. */
  get isWhole(): boolean {
    return this.#since.length === 0 && this.#redo.length === 0;
  }

  /** Somebody's memory is not stored yet, or has to be made once more. */
  get isBehind(): boolean {
    return this.#unstored.size > 0 || this.#redo.length > 0;
  }

  /** Whether the actor's memory is not stored yet: then it must not be forgotten. */
  isAhead = (actor: Actor): boolean => this.#unstored.has(actor);

  /** What `records` (those to be done once more among them) led to, which is read up to `next`. Where it throws, `forget` must follow. */
  async put(
    changes: ReadonlyMap<Actor, Change>,
    next: readonly Position[],
    records: readonly StoredRecord[],
  ): Promise<void> {
    const telling = new Map<Actor, Change>();
    for (const [actor, change] of changes)
      if (isTelling(change)) telling.set(actor, change);
      else this.#unstored.set(actor, change.dossier);
    for (const actor of telling.keys()) this.#unstored.delete(actor);
    for (const { partition, offset } of next) this.#unmarked.set(partition, offset);
    const isDue = this.#isDue(records.length);
    if (telling.size > 0 || isDue) await this.#write(telling, isDue || this.#unstored.size === 0);
    if (this.#unstored.size > 0) this.#since.push(...records);
    this.#redo = [];
  }

  /** Changes that no record led to, in one transaction with what `write` does. Where it throws, `forget` must follow. */
  async putLate(changes: ReadonlyMap<Actor, Change>, write: (tx: StateTransaction) => Promise<void>): Promise<void> {
    await this.#write(changes, false, write);
    for (const actor of changes.keys()) this.#unstored.delete(actor);
  }

  /** Stores all that is behind. */
  async catchUp(): Promise<void> {
    if (this.#unmarked.size > 0 || this.#unstored.size > 0) await this.#write(new Map(), true);
  }

  /** What was held in memory only is no more: it has to come from the records again. */
  forget(): void {
    this.#redo = [...this.#redo, ...this.#since];
    this.#since = [];
    this.#unstored.clear();
    this.#unmarked.clear();
  }

  #isDue(more: number): boolean {
    return (
      this.#unstored.size > MOST_ACTORS ||
      (this.#unstored.size > 0 && this.#since.length + more > MOST_RECORDS) ||
      this.#options.clock.monotonicMs() - this.#markedAt >= BEHIND_MS
    );
  }

  /** `all`: with whatever is behind, and the position. */
  async #write(
    telling: ReadonlyMap<Actor, Change>,
    all: boolean,
    more?: (tx: StateTransaction) => Promise<void>,
  ): Promise<void> {
    const { state, clock, setPositions, onPositions } = this.#options;
    const positions = [...this.#unmarked].map(([partition, offset]) => ({ partition, offset }));
    await state.transaction(async (tx) => {
      for (const [actor, { dossier, before, replaced, planned }] of telling) {
        for (const incident of replaced) await tx.putIncident(incident);
        if (dossier.incident !== undefined && dossier.incident !== before) await tx.putIncident(dossier.incident);
        await putState(tx, actor, dossier);
        for (const action of planned) await tx.putAction(action);
      }
      await more?.(tx);
      if (!all) return;
      for (const [actor, dossier] of this.#unstored) await putState(tx, actor, dossier);
      await setPositions(tx, positions);
    });
    if (!all) return;
    this.#unstored.clear();
    this.#unmarked = new Map();
    this.#since = [];
    this.#markedAt = clock.monotonicMs();
    await onPositions(positions);
  }
}

function isTelling({ dossier, before, replaced, planned }: Change): boolean {
  return dossier.incident !== before || replaced.length > 0 || planned.length > 0;
}

function putState(tx: StateTransaction, actor: Actor, { state }: Dossier): Promise<void> {
  return tx.putActorState(actor, packActorState(state), state.lastSeen);
}
