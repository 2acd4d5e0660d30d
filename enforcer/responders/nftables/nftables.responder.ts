/**
 * Drops packets from blocked networks with nftables, in a table of our own. The kernel expires entries by itself. Changes go
 * through one long-lived nft (see `nft-process.ts`), are proven by the kernel's own notification (see `nft-monitor.ts`), and
 * whatever somebody else does to our table is set right by replacing it as a whole in one transaction, which leaves no gap.
 */
import { formatNetwork, parseAddress, type Network } from '@netsentinel/kernel/address';
import { NOT_STARTED } from '../../availability.ts';
import { findProgram, type Command, type CommandResult } from '../../program.ts';
import type {
  Availability,
  Change,
  ChangeOutcome,
  Responder,
  ResponderContext,
  ResponderDefinition,
} from '../../responder.types.ts';
import { Turns } from '../../turns.ts';
import { NftMonitor, type MonitorEvent } from './nft-monitor.ts';
import { NftSession } from './nft-process.ts';
import { NftScript, PROBE_SET } from './nft-script.ts';
import { NftablesConfig } from './nftables.config.ts';

export const nftables: ResponderDefinition<NftablesConfig> = {
  id: 'nftables',
  summary: 'Drops packets on this host, and on their way through it, with nftables.',
  config: NftablesConfig,
  create: (ctx, config) => new NftablesResponder(ctx, config),
};

/** How long a change that was made may take to show up in the monitor before it counts as not verified. */
const VERIFY_MS = 5000;
/**
 * How long to wait for each probe before sending another. A monitor that starts reads all of nftables first (half a second for
 * 100,000 entries) and begins again whenever something changes meanwhile, as a probe does: hence the pause after the second.
 */
const PROBE_WAITS_MS = [60, 120, 1000, 1500, 2500, 4000];
/** Is the monitor still with us? Costs one element that lives a second. */
const HEARTBEAT_MS = 30_000;
const MAX_SUSPECTS = 1000;
/** Between attempts to rebuild a table that nft refuses. */
const RETRY_MS = 5000;

class NftablesResponder implements Responder {
  readonly id = 'nftables';
  readonly #ctx: ResponderContext;
  readonly #config: NftablesConfig;
  readonly #script: NftScript;
  readonly #command: Command | undefined;
  readonly #session: NftSession | undefined;
  readonly #monitor: NftMonitor | undefined;
  /** Sets that exist in the kernel, as far as we made them. */
  readonly #sets = new Set<string>();
  readonly #unverified = new Map<
    string,
    { readonly op: 'add' | 'delete'; readonly settle: (seen: boolean) => void }[]
  >();
  readonly #probes = new Set<(number: number) => void>();
  /** Elements whose last reported change contradicts what is intended; looked at again when things have calmed down. */
  readonly #suspects = new Map<string, { readonly op: 'add' | 'delete'; readonly network: Network }>();
  /** What the transaction that the monitor is reporting has done last to each network. */
  readonly #lastOps = new Map<string, { readonly op: 'add' | 'delete'; readonly network: Network }>();
  /** Of changes, mending included. */
  readonly #turns = new Turns();
  #availability: Availability = NOT_STARTED;
  /** While we replace the table ourselves, its coming and going is no news. */
  #rebuilding = false;
  /** Within a rebuild: the monitor has told that the old table is gone. */
  #replaced = false;
  #broken = false;
  /** The monitor has been started. */
  #watching = false;
  /** The monitor ended and has not been heard again. */
  #blind = false;
  #probeNumber = 0;
  #rebuilds = 0;
  #cancelMend: (() => void) | undefined;
  #cancelHeartbeat: (() => void) | undefined;
  #closed = false;

  constructor(ctx: ResponderContext, config: NftablesConfig) {
    this.#ctx = ctx;
    this.#config = config;
    this.#script = new NftScript(config);
    const [program, ...rest] = config.command;
    this.#command = program === undefined ? findProgram('nft') : [program, ...rest];
    if (this.#command === undefined) return;
    this.#session = new NftSession(this.#command, ctx.clock, config.timeoutMs);
    this.#monitor = new NftMonitor({
      command: this.#command,
      table: config.table,
      clock: ctx.clock,
      onEvent: (event) => this.#noticed(event),
      onDown: () => {
        this.#blind = true;
        this.#mendSoon('the monitor ended');
      },
    });
  }

  availability(): Availability {
    return this.#availability;
  }

  async start(): Promise<Availability> {
    if (this.#watching) return this.sync();
    if (this.#session === undefined || this.#monitor === undefined)
      return (this.#availability = {
        available: false,
        reason: 'the program nft was found in none of the system folders',
        hint: 'Install nftables (Debian, Ubuntu: apt-get install nftables), then start again.',
      });
    const founded = await this.#session.runAlone(this.#script.foundation());
    if (!founded.ok) return this.#unavailable(founded.reason);
    // The monitor first: what somebody does while the table is rebuilt must not stay unseen.
    this.#rebuilding = true;
    this.#watching = true;
    this.#monitor.start();
    const watching = await this.#probe(PROBE_WAITS_MS.slice(0, 3));
    await this.#turns.take(() => this.#rebuild());
    if (!watching) {
      this.#blind = true;
      this.#mendSoon('the monitor was late');
    }
    this.#beat();
    return this.#availability;
  }

  plan(change: Change): readonly string[] {
    return this.#script.plan(change).map((line) => `nft ${line}`);
  }

  apply(changes: readonly Change[]): Promise<readonly ChangeOutcome[]> {
    return this.#turns.take(async () => {
      const session = this.#session;
      if (session === undefined || this.#closed || !this.#availability.available) {
        const reason = this.#availability.available ? 'closed' : this.#availability.reason;
        return changes.map(() => ({ ok: false as const, reason }));
      }
      const verified = changes.map((change) => this.#expect(change));
      let result = await session.run(this.#script.changes(changes, this.#sets));
      // Most likely the table is gone. What is intended includes these changes, so replacing it makes them too.
      if (!result.ok) {
        this.#ctx.log.warn('A change failed; the table is rebuilt', { reason: result.reason });
        result = await this.#rebuild();
        if (result.ok) this.#ctx.onMended('a change found the table altered', this.#ctx.intended.count());
      }
      if (result.ok) return verified.map((seen) => ({ ok: true as const, verified: seen }));
      const { reason } = result;
      return changes.map(() => ({ ok: false as const, reason }));
    });
  }

  sync(): Promise<Availability> {
    return this.#turns.take(async () => {
      await this.#rebuild();
      return this.#availability;
    });
  }

  clear(): Promise<Availability> {
    return this.#turns.take(async () => {
      this.#rebuilding = true;
      this.#sets.clear();
      const result = await this.#session?.runAlone(this.#script.removal());
      if (result !== undefined && !result.ok) return this.#unavailable(result.reason);
      return this.#availability;
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelMend?.();
    this.#cancelHeartbeat?.();
    await this.#turns.done();
    await Promise.all([this.#monitor?.close(), this.#session?.close()]);
    for (const waiting of this.#unverified.values()) for (const { settle } of waiting) settle(false);
  }

  #unavailable(reason: string): Availability {
    const rights = /not permitted|permission denied/i.test(reason);
    this.#availability = {
      available: false,
      reason: rights ? 'this process may not change the firewall' : `nft failed: ${reason}`,
      hint: rights
        ? 'Run the enforcer as root or with the capability CAP_NET_ADMIN.'
        : 'Run `nft list tables` as the same user and see what it says.',
    };
    return this.#availability;
  }

  /** Replaces the table by what is intended now, in one transaction. */
  async #rebuild(): Promise<CommandResult> {
    const session = this.#session;
    if (session === undefined) return { ok: false, reason: 'nft is missing' };
    this.#rebuilding = true;
    this.#replaced = false;
    this.#broken = false;
    this.#suspects.clear();
    this.#lastOps.clear();
    const result = await session.runAlone(this.#script.rebuild(this.#ctx.intended.all(), this.#sets));
    if (result.ok) {
      this.#availability = { available: true, detail: `table inet ${this.#config.table}` };
      this.#settle();
    } else {
      this.#rebuilding = false;
      this.#sets.clear();
      this.#unavailable(result.reason);
      this.#broken = true;
      this.#mendSoon('the table could not be rebuilt', RETRY_MS);
    }
    return result;
  }

  /** Whatever the monitor says before it shows a probe is about the rebuild, should it have lost the end of that. */
  #settle(): void {
    const rebuild = (this.#rebuilds += 1);
    void this.#probe().then((seen) => {
      if (rebuild !== this.#rebuilds) return;
      this.#rebuilding = false;
      if (!seen && !this.#closed) this.#monitor?.restart();
    });
  }

  /** True once the monitor shows an element that we added just now. */
  async #probe(waitsMs: readonly number[] = PROBE_WAITS_MS): Promise<boolean> {
    const first = this.#probeNumber + 1;
    for (const waitMs of waitsMs) {
      if (this.#closed) return false;
      this.#probeNumber += 1;
      // Before it is sent: the monitor may be faster than the answer.
      const seen = new Promise<boolean>((resolve) => {
        const cancel = this.#ctx.clock.after(waitMs, () => {
          this.#probes.delete(waiting);
          resolve(false);
        });
        const waiting = (number: number): void => {
          if (number < first) return;
          cancel();
          this.#probes.delete(waiting);
          resolve(true);
        };
        this.#probes.add(waiting);
      });
      await this.#session?.run([...this.#script.foundation(), ...this.#script.probe(this.#probeNumber)]);
      if (await seen) return true;
    }
    return false;
  }

  #beat(): void {
    this.#cancelHeartbeat = this.#ctx.clock.after(HEARTBEAT_MS, () => {
      if (this.#closed) return;
      void this.#turns
        .take(async () => {
          if (!this.#availability.available) return;
          if (!(await this.#probe())) this.#monitor?.restart();
        })
        .finally(() => this.#beat());
    });
  }

  #expect(change: Change): Promise<boolean> {
    const key = formatNetwork(change.network);
    return new Promise((resolve) => {
      const op = change.kind === 'block' ? 'add' : 'delete';
      const settle = (seen: boolean): void => {
        cancel();
        const rest = (this.#unverified.get(key) ?? []).filter((waiting) => waiting.settle !== settle);
        if (rest.length === 0) this.#unverified.delete(key);
        else this.#unverified.set(key, rest);
        resolve(seen);
      };
      // While the monitor is busy or away it needs longer to tell.
      const shownMs = this.#blind || this.#rebuilding ? 4 * VERIFY_MS : VERIFY_MS;
      // Before that it may hang for as long as it may take, and then be made by a process of its own.
      const cancel = this.#ctx.clock.after(2 * this.#config.timeoutMs + shownMs, () => settle(false));
      this.#unverified.set(key, [...(this.#unverified.get(key) ?? []), { op, settle }]);
    });
  }

  #noticed(event: MonitorEvent): void {
    switch (event.kind) {
      case 'lost':
        if (!this.#rebuilding) this.#breakage('messages of the kernel were lost');
        return;
      case 'structure':
        // Sets of a new prefix length are added by ourselves; nothing of ours goes except in a rebuild.
        if (event.op === 'add') return;
        if (this.#rebuilding) this.#replaced = true;
        else this.#breakage('somebody changed the table');
        return;
      case 'generation':
        // This was our replacement of the table: from here on, what is said is about others again.
        if (this.#replaced) this.#rebuilding = false;
        this.#replaced = false;
        if (this.#lastOps.size > 0) this.#compare();
        return;
      case 'element':
        for (const element of event.elements) this.#noticedElement(event.op, event.set, element);
        return;
      default:
        event satisfies never;
    }
  }

  #noticedElement(op: 'add' | 'delete', set: string, element: string): void {
    const address = parseAddress(element);
    const shape = /^v[46]_(\d+)$/.exec(set);
    if (address === undefined) return;
    if (set === PROBE_SET) {
      if (op === 'add') for (const waiting of this.#probes) waiting(Number(address.value));
      return;
    }
    if (shape === null) return;
    const network: Network = { family: address.family, base: address.value, prefix: Number(shape[1]) };
    const key = formatNetwork(network);
    for (const waiting of this.#unverified.get(key) ?? []) if (waiting.op === op) waiting.settle(true);
    // What counts is how the transaction leaves it: a renewal deletes and adds.
    if (!this.#rebuilding) this.#lastOps.set(key, { op, network });
  }

  /** Compares what the transaction that just ended did with what is intended. */
  #compare(): void {
    for (const [key, { op, network }] of this.#lastOps) {
      const intended = this.#ctx.intended.remainingMs(network) !== undefined;
      if (intended === (op === 'add')) this.#suspects.delete(key);
      else if (this.#suspects.size < MAX_SUSPECTS) this.#suspects.set(key, { op, network });
      else {
        this.#breakage('somebody changed many elements');
        break;
      }
    }
    this.#lastOps.clear();
    if (this.#suspects.size > 0) this.#mendSoon('somebody changed elements');
  }

  #breakage(what: string): void {
    this.#broken = true;
    this.#suspects.clear();
    this.#mendSoon(what);
  }

  #mendSoon(what: string, delayMs = this.#config.mendDelayMs): void {
    if (this.#cancelMend !== undefined || this.#closed) return;
    this.#cancelMend = this.#ctx.clock.after(delayMs, () => {
      this.#cancelMend = undefined;
      void this.#turns.take(() => this.#mend(what));
    });
  }

  async #mend(what: string): Promise<void> {
    if (this.#closed || this.#session === undefined) return;
    // A monitor that has just been started again: what happened before it listens is unknown.
    if (this.#blind) {
      await this.#probe();
      this.#blind = false;
      this.#broken = true;
    }
    if (!this.#broken && this.#suspects.size === 0) return;
    if (!this.#broken && this.#suspects.size > 0) {
      const changes: Change[] = [];
      for (const { op, network } of this.#suspects.values()) {
        const remainingMs = this.#ctx.intended.remainingMs(network);
        if (op === 'delete' && remainingMs !== undefined)
          changes.push({ kind: 'block', network, remainingMs, renew: true });
        if (op === 'add' && remainingMs === undefined) changes.push({ kind: 'unblock', network });
      }
      this.#suspects.clear();
      if (changes.length === 0) return;
      const result = await this.#session.run(this.#script.changes(changes, this.#sets));
      if (result.ok) {
        this.#ctx.onMended(what, changes.length);
        return;
      }
      this.#ctx.log.warn('Elements could not be mended one by one; the table is rebuilt', { reason: result.reason });
    }
    const result = await this.#rebuild();
    if (result.ok) this.#ctx.onMended(what, this.#ctx.intended.count());
  }
}
