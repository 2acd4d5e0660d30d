/**
 * One world of tables for each attacker: shared by their connections, there when they come back. In memory in order of use; what they changed also in
 * `DecoyMemory`, as their machine's files are, so that it outlives the decoy host.
 */
import type { Actor } from '@netsentinel/contracts/actor';
import type { Clock } from '@netsentinel/contracts/clock';
import type { DecoyMemory } from '@netsentinel/contracts/decoy';

/** A changed world is saved this long after the change was first seen. */
const SAVE_DELAY_MS = 2000;

export interface World {
  /** Grows with every change. */
  readonly revision: number;
  snapshot(): Uint8Array | undefined;
}

export interface WorldPoolOptions<T extends World> {
  /** A new one, or the one that was saved. */
  open(snapshot: Uint8Array | undefined): T;
  readonly max: number;
  readonly memory: DecoyMemory;
  readonly clock: Pick<Clock, 'after'>;
  /** Tells this decoy's worlds from those of others in the same memory. */
  readonly name: string;
}

interface Entry<T> {
  readonly actor: Actor;
  readonly world: T;
  savedRevision: number;
  cancelSave: (() => void) | undefined;
}

export class WorldPool<T extends World> {
  readonly #options: WorldPoolOptions<T>;
  /** The longest unused first. */
  readonly #entries = new Map<Actor, Entry<T>>();
  readonly #loading = new Map<Actor, Promise<T>>();

  constructor(options: WorldPoolOptions<T>) {
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
  }

  async of(actor: Actor): Promise<T> {
    const known = this.#entries.get(actor);
    if (known !== undefined) {
      this.#entries.delete(actor);
      this.#entries.set(actor, known);
      return known.world;
    }
    const underway = this.#loading.get(actor);
    if (underway !== undefined) return underway;
    const loading = this.#load(actor).finally(() => this.#loading.delete(actor));
    this.#loading.set(actor, loading);
    return loading;
  }

  /** Something may have changed: saved soon. */
  changed(actor: Actor): void {
    const entry = this.#entries.get(actor);
    if (entry === undefined || entry.cancelSave !== undefined || entry.world.revision === entry.savedRevision) return;
    entry.cancelSave = this.#options.clock.after(SAVE_DELAY_MS, () => this.#save(entry));
  }

  /** A connection ended. */
  left(actor: Actor): void {
    const entry = this.#entries.get(actor);
    if (entry !== undefined) this.#save(entry);
  }

  async #load(actor: Actor): Promise<T> {
    const world = this.#options.open(await this.#options.memory.recall(this.#key(actor)));
    this.#entries.set(actor, { actor, world, savedRevision: world.revision, cancelSave: undefined });
    if (this.#entries.size > this.#options.max) {
      const [oldest] = this.#entries.values();
      this.#save(oldest!);
      this.#entries.delete(oldest!.actor);
    }
    return world;
  }

  #save(entry: Entry<T>): void {
    entry.cancelSave?.();
    entry.cancelSave = undefined;
    if (entry.world.revision === entry.savedRevision) return;
    entry.savedRevision = entry.world.revision;
    const snapshot = entry.world.snapshot();
    if (snapshot !== undefined) this.#options.memory.remember(this.#key(entry.actor), snapshot);
  }

  #key(actor: Actor): string {
    return `sql/${this.#options.name}/${actor}`;
  }
}
