/** A responder whose world is a map: for tests of the enforcer, and the proof that the contract suite asks nothing of nftables alone. */
import type { Clock } from '@netsentinel/contracts/clock';
import { formatNetwork } from '@netsentinel/kernel/address';
import type { Measure } from '@netsentinel/contracts/action';
import type { Change, Entry, Outcome } from './responder-shape.types.ts';

type Availability =
  | { readonly available: true; readonly detail: string }
  | { readonly available: false; readonly reason: string; readonly hint: string };

/** What is blocked, and until when on the clock's monotonic time. Outlives the responders that change it. */
export class FakeFirewall {
  readonly entries = new Map<string, number>();
  /** Measures beside the block that are in force. */
  readonly measures = new Map<string, Measure>();
  /** Measures that it takes beside the block. */
  readonly takes = new Set<Measure>();
  readonly clock: Clock;
  /** Set to make every change fail with this reason. */
  failure: string | undefined;
  /** Measures of which every change fails, each with why, while it is available for the others; what held before is gone then. */
  readonly rejects = new Map<Measure, string>();
  /** Set to have changes made but not shown. */
  invisible = false;
  /** Set to keep every change waiting until it resolves. */
  hangs: Promise<void> | undefined;
  applied = 0;
  syncs = 0;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** `redirect 198.18.0.1`. */
  measured(): string[] {
    return this.blocked().map((text) => `${this.measures.get(text) ?? 'block'} ${text}`);
  }

  blocked(): string[] {
    const now = this.clock.monotonicMs();
    return [...this.entries].filter(([, end]) => end > now).map(([text]) => text);
  }
}

export class FakeResponder {
  readonly id = 'fake';
  readonly #firewall: FakeFirewall;
  readonly #ctx: {
    readonly intended: { all(): Iterable<Entry>; count(): number };
    onMended(what: string, entries: number): void;
  };
  #cancel: (() => void) | undefined;

  constructor(
    firewall: FakeFirewall,
    ctx: {
      readonly intended: { all(): Iterable<Entry>; count(): number };
      onMended(what: string, entries: number): void;
    },
  ) {
    this.#firewall = firewall;
    this.#ctx = ctx;
  }

  availability(): Availability {
    const { failure } = this.#firewall;
    return failure === undefined
      ? { available: true, detail: 'a map' }
      : { available: false, reason: failure, hint: 'Stop failing.' };
  }

  plan(change: Change): readonly string[] {
    return [`${change.kind} ${formatNetwork(change.network)}`];
  }

  refuses(measure: Measure): string | undefined {
    return measure === 'block' || this.#firewall.takes.has(measure) ? undefined : 'it can only block';
  }

  start(): Promise<Availability> {
    this.#watch();
    return this.sync();
  }

  sync(): Promise<Availability> {
    const { failure, entries } = this.#firewall;
    this.#firewall.syncs += 1;
    if (failure === undefined) {
      entries.clear();
      for (const entry of this.#ctx.intended.all()) this.#set(entry);
    }
    return Promise.resolve(this.availability());
  }

  clear(): Promise<Availability> {
    this.#firewall.entries.clear();
    return Promise.resolve(this.availability());
  }

  async apply(changes: readonly Change[]): Promise<readonly Outcome[]> {
    await (this.#firewall.hangs ?? Promise.resolve());
    const { failure, invisible, rejects } = this.#firewall;
    if (failure !== undefined) return changes.map(() => ({ ok: false, reason: failure }));
    this.#firewall.applied += 1;
    return changes.map((change) => {
      const reason = change.kind === 'block' ? rejects.get(change.measure ?? 'block') : undefined;
      if (change.kind === 'block' && reason === undefined) this.#set(change);
      else this.#firewall.entries.delete(formatNetwork(change.network));
      if (reason !== undefined) return { ok: false, reason };
      return { ok: true, verified: Promise.resolve(!invisible) };
    });
  }

  async close(): Promise<void> {
    this.#cancel?.();
    await Promise.resolve();
  }

  #set({ network, remainingMs, measure = 'block' }: Entry): void {
    if (measure === 'block') this.#firewall.measures.delete(formatNetwork(network));
    else this.#firewall.measures.set(formatNetwork(network), measure);
    this.#firewall.entries.set(formatNetwork(network), this.#firewall.clock.monotonicMs() + remainingMs);
  }

  #watch(): void {
    this.#cancel = this.#firewall.clock.after(100, () => {
      if (this.#firewall.entries.size < this.#ctx.intended.count()) {
        for (const entry of this.#ctx.intended.all()) this.#set(entry);
        this.#ctx.onMended('entries were missing', this.#ctx.intended.count());
      }
      this.#watch();
    });
  }
}
