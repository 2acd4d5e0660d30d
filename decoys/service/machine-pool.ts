/**
 * One machine for each attacker, shared by their sessions and there again when they come back: in memory as long as they are connected and a while
 * after, in `DecoyMemory` for good.
 */
import type { Actor } from '@netsentinel/contracts/actor';
import type { Clock } from '@netsentinel/contracts/clock';
import type { DecoyMemory } from '@netsentinel/contracts/decoy';
import type { Persona } from '../persona/persona.types.ts';
import type { Machine, OpenMachine } from '../shell/shell.types.ts';

/** A changed machine is saved this long after the change was first seen. */
const SAVE_DELAY_MS = 2000;

export interface MachinePoolOptions {
  readonly persona: Persona;
  readonly openMachine: OpenMachine;
  readonly clock: Clock;
  readonly memory: DecoyMemory;
  /** Machines that nobody uses, kept for a return. */
  readonly maxIdle: number;
  /** Tells this persona's machines from those of others in the same memory. */
  readonly name: string;
}

/** A machine in use. `release` when the connection ends; `changed` whenever something may have changed. */
export interface MachineLease {
  readonly machine: Machine;
  changed(): void;
  release(): void;
}

interface Entry {
  readonly actor: Actor;
  readonly machine: Machine;
  users: number;
  savedRevision: number;
  cancelSave: (() => void) | undefined;
}

export class MachinePool {
  maxIdle: number;
  #options: MachinePoolOptions;
  /** In order of use, the longest unused first. */
  #entries = new Map<Actor, Entry>();
  #loading = new Map<Actor, Promise<Entry>>();
  #idle = 0;

  constructor(options: MachinePoolOptions) {
    this.#options = options;
    this.maxIdle = options.maxIdle;
  }

  get size(): number {
    return this.#entries.size;
  }

  async acquire(actor: Actor): Promise<MachineLease> {
    const entry = this.#entries.get(actor) ?? (await this.#load(actor));
    if (entry.users === 0) this.#idle--;
    entry.users++;
    let released = false;
    return {
      machine: entry.machine,
      changed: () => this.#scheduleSave(entry),
      release: () => {
        if (released) return;
        released = true;
        this.#release(entry);
      },
    };
  }

  /** The same for an attacker who has been here before; undefined for all others. */
  async acquireKnown(actor: Actor): Promise<MachineLease | undefined> {
    const known = this.#entries.has(actor) || (await this.#options.memory.recall(this.#key(actor))) !== undefined;
    return known ? this.acquire(actor) : undefined;
  }

  /** Saves whatever is not saved yet. */
  close(): void {
    for (const entry of this.#entries.values()) this.#save(entry);
  }

  #load(actor: Actor): Promise<Entry> {
    const underway = this.#loading.get(actor);
    if (underway !== undefined) return underway;
    const loading = this.#open(actor).finally(() => this.#loading.delete(actor));
    this.#loading.set(actor, loading);
    return loading;
  }

  async #open(actor: Actor): Promise<Entry> {
    const { persona, openMachine, clock, memory } = this.#options;
    const snapshot = await memory.recall(this.#key(actor));
    const machine = openMachine(persona, clock, snapshot);
    const entry: Entry = { actor, machine, users: 0, savedRevision: machine.revision, cancelSave: undefined };
    this.#entries.set(actor, entry);
    this.#idle++;
    return entry;
  }

  #release(entry: Entry): void {
    entry.users--;
    if (entry.users > 0) return;
    this.#save(entry);
    this.#entries.delete(entry.actor);
    this.#entries.set(entry.actor, entry);
    this.#idle++;
    if (this.#idle <= this.maxIdle) return;
    for (const candidate of this.#entries.values()) {
      if (candidate.users > 0) continue;
      this.#entries.delete(candidate.actor);
      this.#idle--;
      return;
    }
  }

  #scheduleSave(entry: Entry): void {
    if (entry.cancelSave !== undefined || entry.machine.revision === entry.savedRevision) return;
    entry.cancelSave = this.#options.clock.after(SAVE_DELAY_MS, () => this.#save(entry));
  }

  #save(entry: Entry): void {
    entry.cancelSave?.();
    entry.cancelSave = undefined;
    if (entry.machine.revision === entry.savedRevision) return;
    entry.savedRevision = entry.machine.revision;
    this.#options.memory.remember(this.#key(entry.actor), entry.machine.snapshot());
  }

  #key(actor: Actor): string {
    return `machine/${this.#options.name}/${actor}`;
  }
}
