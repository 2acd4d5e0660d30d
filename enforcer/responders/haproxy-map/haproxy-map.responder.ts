/**
 * Refuses connections in HAProxy by a map: changed through its runtime socket, in force at once, and kept in the file that HAProxy reads at
 * its own start. HAProxy ends no block by itself: we look each second. While the enforcer is down, blocks outlast their time until it is back.
 */
import { formatAddress, formatNetwork } from '@netsentinel/kernel/address';
import { ListFile } from '../../list-file.ts';
import type {
  Availability,
  Change,
  ChangeOutcome,
  Responder,
  ResponderContext,
  ResponderDefinition,
} from '../../responder.types.ts';
import { WantedList } from '../../wanted-list.ts';
import { HaproxyMapConfig } from './haproxy-map.config.ts';
import { RuntimeMap } from './runtime-map.ts';

export const haproxyMap: ResponderDefinition<HaproxyMapConfig> = {
  id: 'haproxy-map',
  summary: 'Refuses connections in HAProxy, by a map.',
  config: HaproxyMapConfig,
  create: (ctx, config) => new HaproxyMapResponder(ctx, config),
};

const HEAD = '# Written by NetSentinel; changes here are undone.\n';
/** Between two readings of the whole map. */
const REREAD_MS = 60_000;

class HaproxyMapResponder implements Responder {
  readonly id = 'haproxy-map';
  readonly #ctx: ResponderContext;
  readonly #config: HaproxyMapConfig;
  readonly #wanted: WantedList;
  readonly #map: RuntimeMap;
  readonly #file: ListFile;
  #availability: Availability = { available: false, reason: 'not started', hint: 'Start the enforcer.' };
  #queue: Promise<unknown> = Promise.resolve();
  /** What we put into the running map. */
  readonly #there = new Set<string>();
  #unsaved = false;
  #rereadAt = 0;
  #cancelCheck: (() => void) | undefined;
  #closed = false;

  constructor(ctx: ResponderContext, config: HaproxyMapConfig) {
    this.#ctx = ctx;
    this.#config = config;
    this.#wanted = new WantedList(ctx.clock, ctx.intended);
    this.#map = new RuntimeMap(config, ctx.clock);
    this.#file = new ListFile(config.file);
  }

  availability(): Availability {
    return this.#availability;
  }

  async start(): Promise<Availability> {
    await this.sync();
    this.#checkLater();
    return this.#availability;
  }

  plan({ kind, network }: Change): readonly string[] {
    const { socket, file } = this.#config;
    const text = formatNetwork(network);
    return [`${socket}: ${kind === 'block' ? `add map ${file} ${text} 1` : `del map ${file} ${text}`}`.slice(-512)];
  }

  apply(changes: readonly Change[]): Promise<readonly ChangeOutcome[]> {
    return this.#exclusive(async () => {
      if (this.#closed) return changes.map(() => ({ ok: false, reason: 'closed' }));
      this.#wanted.take(changes);
      const touched = new Set(changes.map(({ network }) => formatNetwork(network)));
      const add = [...touched].filter((text) => this.#wanted.remainingMs(text) !== undefined && !this.#there.has(text));
      const remove = [...touched].filter((text) => this.#wanted.remainingMs(text) === undefined);
      const reason = await this.#surely(async () => {
        await this.#remove(remove);
        await this.#map.add(add);
        for (const text of add) this.#there.add(text);
        this.#unsaved = true;
      });
      if (reason !== undefined) return changes.map(() => ({ ok: false, reason }));
      const bases = changes.map(({ network: { family, base } }) => formatAddress({ family, value: base }));
      const found = this.#map.finds(bases).catch((): boolean[] => []);
      return changes.map(({ network }, i) => {
        const wanted = this.#wanted.remainingMs(formatNetwork(network)) !== undefined;
        // What is not blocked any more may still lie in a wider network that is.
        return { ok: true, verified: found.then((all) => (wanted ? all[i] === true : all[i] !== undefined)) };
      });
    });
  }

  sync(): Promise<Availability> {
    return this.#exclusive(async () => {
      this.#wanted.load();
      await this.#replace();
      return this.#availability;
    });
  }

  clear(): Promise<Availability> {
    return this.#exclusive(async () => {
      // The file stays, empty: without it HAProxy would not start.
      this.#wanted.forget();
      await this.#replace();
      return this.#availability;
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelCheck?.();
    await this.#queue;
    if (this.#unsaved && this.#availability.available) this.#save();
  }

  #exclusive<T>(work: () => Promise<T>): Promise<T> {
    const run = this.#queue.then(work);
    this.#queue = run.catch(() => {});
    return run;
  }

  /** Answers why not, where it fails; then nothing is known of the map, and it is replaced at the next look. */
  async #surely(work: () => Promise<void>): Promise<string | undefined> {
    try {
      await work();
      this.#availability = { available: true, detail: `${this.#config.file}, by ${this.#config.socket}` };
      return undefined;
    } catch (error) {
      const reason = `HAProxy: ${(error as Error).message}`.slice(0, 300);
      if (this.#availability.available || this.#availability.reason !== reason)
        this.#ctx.log.error('The HAProxy responder is unavailable', { reason });
      this.#availability = {
        available: false,
        reason,
        hint: 'See that HAProxy runs with a `stats socket … level admin` there and uses the map; `echo "show map" | socat - SOCKET` tells.',
      };
      return reason;
    }
  }

  async #replace(): Promise<void> {
    await this.#surely(async () => {
      this.#wanted.expire();
      // First, so that HAProxy finds it should it start just now.
      this.#save();
      const all = [...this.#wanted.all()].map(([text]) => text);
      this.#there.clear();
      await this.#map.replace(all);
      for (const text of all) this.#there.add(text);
      this.#rereadAt = this.#ctx.clock.monotonicMs();
    });
  }

  async #remove(texts: readonly string[]): Promise<void> {
    await this.#map.remove(texts);
    for (const text of texts) this.#there.delete(text);
  }

  #save(): void {
    const lines = [HEAD];
    for (const [text] of this.#wanted.all()) lines.push(`${text} 1\n`);
    this.#file.write(lines.join(''));
    this.#unsaved = false;
  }

  #checkLater(): void {
    if (this.#closed) return;
    this.#cancelCheck = this.#ctx.clock.after(this.#config.checkMs, () => {
      void this.#exclusive(() => this.#check()).finally(() => this.#checkLater());
    });
  }

  async #check(): Promise<void> {
    const wasAvailable = this.#availability.available;
    await this.#surely(async () => {
      const over = this.#wanted.expire();
      if (over.length > 0) {
        this.#unsaved = true;
        if (wasAvailable) await this.#remove(over);
      }
      const differs = !wasAvailable || (await this.#map.count()) !== this.#there.size || (await this.#isAltered());
      const touched = !this.#unsaved && !this.#file.isUntouched();
      if (this.#unsaved || touched) this.#save();
      if (touched) this.#ctx.onMended(`${this.#config.file} was altered`, this.#wanted.size);
      if (!differs) return;
      const all = [...this.#wanted.all()].map(([text]) => text);
      await this.#map.replace(all);
      this.#there.clear();
      for (const text of all) this.#there.add(text);
      this.#ctx.onMended("HAProxy's map was altered or lost", all.length);
    });
  }

  /** Once in a while, whether it is the same as many, but others. */
  async #isAltered(): Promise<boolean> {
    if (this.#ctx.clock.monotonicMs() - this.#rereadAt < REREAD_MS) return false;
    this.#rereadAt = this.#ctx.clock.monotonicMs();
    return (await this.#map.list()).some((text) => !this.#there.has(text));
  }
}
