/**
 * A responder whose list of networks is held by somebody who ends no block by itself (`ListHolder`): we keep the list in memory too, take
 * out what is over at each check, and look whether somebody else has changed it. Where anything fails, nothing is known of what is held:
 * the whole list replaces it as soon as that works again. Changes, proofs and checks come one after another.
 */
import { formatNetwork } from '@netsentinel/kernel/address';
import { NOT_STARTED } from '../availability.ts';
import { repeat } from '../repeat.ts';
import type { Availability, Change, ChangeOutcome, Responder, ResponderContext } from '../responder.types.ts';
import { Turns } from '../turns.ts';
import type { HolderResult, ListHolder } from './list-holder.types.ts';
import { WantedList } from './wanted-list.ts';

export interface HeldListOptions {
  /** Milliseconds between two looks for blocks that are over and for what somebody else did. */
  readonly checkMs: number;
  /** Milliseconds at least between two attempts to replace everything after a failure; without it, each check is one. */
  readonly retryMs?: number;
}

export class HeldListResponder implements Responder {
  readonly id: string;
  readonly #ctx: ResponderContext;
  readonly #holder: ListHolder;
  readonly #options: HeldListOptions;
  readonly #wanted: WantedList;
  readonly #turns = new Turns();
  #availability: Availability = NOT_STARTED;
  #replacedAt = 0;
  #stopChecks: (() => void) | undefined;
  #closed = false;

  constructor(id: string, ctx: ResponderContext, holder: ListHolder, options: HeldListOptions) {
    this.id = id;
    this.#ctx = ctx;
    this.#holder = holder;
    this.#options = options;
    this.#wanted = new WantedList(ctx.clock, ctx.intended);
  }

  availability(): Availability {
    return this.#availability;
  }

  async start(): Promise<Availability> {
    await this.sync();
    if (!this.#closed)
      this.#stopChecks ??= repeat(
        this.#ctx.clock,
        this.#options.checkMs,
        () => this.#turns.take(() => this.#check()),
        (error) => this.#ctx.log.error('Looking after a list failed', { responder: this.id, error }),
      );
    return this.#availability;
  }

  plan(change: Change): readonly string[] {
    return this.#holder.plan(change);
  }

  async apply(changes: readonly Change[]): Promise<readonly ChangeOutcome[]> {
    const networks = changes.map(({ network }) => formatNetwork(network));
    const made = this.#turns.take(() => this.#make(changes, networks));
    // The very next turn, so that nothing changes meanwhile; but whoever asked does not wait for it.
    const seen = this.#turns
      .take(async () => ((await made) === undefined ? this.#holder.seen(networks, this.#wanted) : []))
      .catch((): boolean[] => []);
    const failure = await made;
    return changes.map((_, i) => {
      const reason = failure ?? this.#holder.refusal?.(networks[i]!, this.#wanted);
      return reason === undefined ? { ok: true, verified: seen.then((all) => all[i] === true) } : { ok: false, reason };
    });
  }

  sync(): Promise<Availability> {
    return this.#turns.take(async () => {
      this.#wanted.load();
      await this.#replace();
      return this.#availability;
    });
  }

  clear(): Promise<Availability> {
    return this.#turns.take(async () => {
      this.#wanted.forget();
      if (this.#holder.clear === undefined) await this.#replace();
      else this.#failure(await this.#holder.clear());
      return this.#availability;
    });
  }

  async close(): Promise<void> {
    const first = !this.#closed;
    this.#closed = true;
    this.#stopChecks?.();
    if (first) this.#holder.close?.(this.#wanted);
    await this.#turns.done();
  }

  /** Answers why not, where it fails. */
  async #make(changes: readonly Change[], networks: readonly string[]): Promise<string | undefined> {
    if (this.#closed) return 'closed';
    this.#wanted.take(changes);
    if (!this.#availability.available) return this.#replace();
    // What is over goes out with them.
    const touched = new Set([...networks, ...this.#wanted.expire()]);
    return this.#failure(await this.#holder.change([...touched], this.#wanted));
  }

  async #replace(): Promise<string | undefined> {
    this.#replacedAt = this.#ctx.clock.monotonicMs();
    this.#wanted.expire();
    return this.#failure(await this.#holder.replace(this.#wanted));
  }

  #failure(result: HolderResult): string | undefined {
    if (result.ok) {
      this.#availability = { available: true, detail: this.#holder.detail };
      return undefined;
    }
    // What our own end cut short says nothing about the holder.
    if (this.#closed) return 'closed';
    const { reason, hint } = result;
    this.#availability = { available: false, reason, hint };
    return reason;
  }

  async #check(): Promise<void> {
    if (this.#closed) return;
    if (!this.#availability.available) {
      const pausedMs = this.#ctx.clock.monotonicMs() - this.#replacedAt;
      if (pausedMs >= (this.#options.retryMs ?? 0)) await this.#replace();
      return;
    }
    const over = this.#wanted.expire();
    if (over.length > 0 && this.#failure(await this.#holder.change(over, this.#wanted)) !== undefined) return;
    const look = await this.#holder.look(this.#wanted);
    if (this.#failure(look) !== undefined || !look.ok || look.altered === undefined) return;
    const { what, entries } = look.altered;
    if ((await this.#replace()) === undefined) this.#ctx.onMended(what, entries);
  }
}
