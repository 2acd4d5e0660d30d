/** The files that are being read, by inode, and how far each of them is on the platform's disk. */
import type { CollectorContext } from '@netsentinel/contracts/collector';
import { headOf, Generations, type Generation } from './generations.ts';
import type { TailedFile } from './tailed-file.types.ts';

const MEMORY_KEY = 'files';
const SEEN_MS = 3_600_000;

export class TailedFiles {
  readonly #ctx: CollectorContext;
  readonly #live = new Map<string, TailedFile>();
  /** Read to their ends, and not all of it on the platform's disk yet. */
  readonly #ending = new Set<TailedFile>();
  /** Their names are not on disk yet, so nobody reads them yet. */
  readonly #newborn = new Set<Generation>();
  #generations = new Generations();
  #saved = '';
  #saving = Promise.resolve();

  constructor(ctx: CollectorContext) {
    this.#ctx = ctx;
  }

  get generations(): Generations {
    return this.#generations;
  }

  get size(): number {
    return this.#live.size;
  }

  /** Files that are read, or are about to be. */
  get taken(): number {
    return this.#live.size + this.#newborn.size;
  }

  /** Waits for the platform. False where nothing is remembered: this collector has never run before. */
  async load(): Promise<boolean> {
    const packed = await this.#ctx.memory.recall(MEMORY_KEY);
    this.#generations = new Generations(packed);
    return packed !== undefined;
  }

  all(): Iterable<readonly [inode: string, file: TailedFile]> {
    return this.#live;
  }

  ofInode(inode: string): TailedFile | undefined {
    return this.#live.get(inode);
  }

  /** Whether this generation is being read or about to be, or what was read of it is still on its way. */
  isReading(generation: Generation): boolean {
    if (this.#newborn.has(generation)) return true;
    if (this.#live.get(generation.inode)?.generation === generation) return true;
    for (const file of this.#ending) if (file.generation === generation) return true;
    return false;
  }

  /** A generation that nobody has read from. Its name must be on disk (`save`) before its first record is sent. */
  born(path: string, inode: string, begin: Uint8Array, kept: number): Generation {
    const generation: Generation = {
      epoch: this.#ctx.newEpoch(),
      inode,
      path,
      head: headOf(begin),
      kept,
      format: undefined,
      headers: [],
      seenAt: this.#ctx.clock.now(),
      over: false,
    };
    this.#generations.add(generation);
    this.#newborn.add(generation);
    return generation;
  }

  /** It is remembered, and nobody will read it. */
  leave(generation: Generation): void {
    generation.over = true;
    this.#newborn.delete(generation);
  }

  add(inode: string, file: TailedFile): void {
    file.generation.inode = inode;
    file.generation.over = false;
    this.#newborn.delete(file.generation);
    this.#live.set(inode, file);
  }

  /** Read to its end. What it holds is over once all of it is on the platform's disk. */
  ended(inode: string, file: TailedFile): void {
    if (this.#live.get(inode) === file) this.#live.delete(inode);
    this.#ending.add(file);
  }

  /** It cannot be read, and nothing is known of its end. */
  drop(inode: string): void {
    this.#live.delete(inode);
  }

  seen(inode: string): void {
    const generation = this.#live.get(inode)?.generation ?? this.#generations.ofInode(inode);
    const now = this.#ctx.clock.now();
    if (generation !== undefined && now - generation.seenAt > SEEN_MS) generation.seenAt = now;
  }

  /** Has the platform keep how far each file is, where that has changed. Resolves once it is on disk. */
  save(): Promise<void> {
    // One after another: what is said last shall be what is remembered.
    this.#saving = this.#saving.then(() => this.#save());
    return this.#saving;
  }

  async #save(): Promise<void> {
    for (const file of [...this.#live.values(), ...this.#ending]) {
      file.generation.kept = file.kept;
      file.generation.headers = file.headers;
    }
    for (const file of this.#ending) {
      if (!file.isKept) continue;
      file.generation.over = true;
      this.#ending.delete(file);
    }
    this.#generations.forget(this.#ctx.clock.now());
    const packed = this.#generations.pack();
    const text = Buffer.from(packed).toString('latin1');
    if (text === this.#saved) return;
    await this.#ctx.memory.remember(MEMORY_KEY, packed);
    this.#saved = text;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#live.values()].map((file) => file.stop()));
    await this.save();
  }
}
