/**
 * Drops packets from blocked networks with nftables, in a table of our own, or slows or diverts them (see `nft-measures.ts`). The kernel expires entries by itself. Changes go
 * through one long-lived nft (see `nft-process.ts`), are proven by the kernel's own notification (see `nft-monitor.ts`), and
 * whatever somebody else does to our table is set right by replacing it as a whole in one transaction, which leaves no gap.
 */
import type { Measure } from '@netsentinel/contracts/action';
import { formatNetwork, parseAddress, type Network } from '@netsentinel/kernel/address';
import { NOT_STARTED } from '../../availability.ts';
import { findProgram, type Command, type CommandResult } from '../../program.ts';
import type {
  Availability,
  Change,
  ChangeOutcome,
  Entry,
  Responder,
  ResponderContext,
  ResponderDefinition,
} from '../../responder.types.ts';
import { Turns } from '../../turns.ts';
import { lacking } from './nft-measures.ts';
import { MonitorProbes } from './monitor-probes.ts';
import { NftMonitor, type MonitorEvent } from './nft-monitor.ts';
import { NftSession } from './nft-process.ts';
import { NftScript, PROBE_SET } from './nft-script.ts';
import { networkOf, readSetName } from './nft-words.ts';
import { NftablesConfig } from './nftables.config.ts';
import { elementKey, ReportedElements } from './reported-elements.ts';
import { differences, type ListedNetwork } from './table-differences.ts';
import { TableReader } from './table-reader.ts';
import { lacksRights, tryMeasure } from './try-measure.ts';
import { UnverifiedChanges } from './unverified-changes.ts';

export const nftables: ResponderDefinition<NftablesConfig> = {
  id: 'nftables',
  summary: 'Drops packets on this host, and on their way through it, with nftables.',
  config: NftablesConfig,
  create: (ctx, config) => new NftablesResponder(ctx, config),
};

/** How long a change that was made may take to show up in the monitor before it counts as not verified. */
const VERIFY_MS = 5000;
/** Is the monitor still with us? Costs one element that lives a second. */
const HEARTBEAT_MS = 30_000;
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
  /** Sets and chains that exist in the kernel, as far as we made them. */
  readonly #sets = new Set<string>();
  readonly #unverified: UnverifiedChanges;
  readonly #probes: MonitorProbes;
  readonly #reported = new ReportedElements((network) => this.#intendedOf(network));
  /** Measures that were tried, and why nft or the kernel cannot take them, where it cannot. */
  readonly #tried = new Map<Measure, string | undefined>([['block', undefined]]);
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
  #rebuilds = 0;
  #cancelMend: (() => void) | undefined;
  #cancelHeartbeat: (() => void) | undefined;
  #closed = false;

  constructor(ctx: ResponderContext, config: NftablesConfig) {
    this.#ctx = ctx;
    this.#config = config;
    this.#script = new NftScript(config);
    this.#unverified = new UnverifiedChanges(ctx.clock);
    this.#probes = new MonitorProbes(ctx.clock);
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
    // The monitor first: what somebody does while we look at the table must not stay unseen.
    this.#watching = true;
    this.#monitor.start();
    await this.#turns.take(async () => {
      const elements = this.#monitor?.readsAllFirst === true ? this.#ctx.intended.count() : 0;
      const watching = await this.#probes.first(elements, this.#addProbe);
      if ((await this.#adopt()) === undefined && !this.#closed) await this.#rebuild();
      if (watching) return;
      this.#blind = true;
      this.#mendSoon('the monitor was late');
    });
    this.#beat();
    return this.#availability;
  }

  /**
   * Keeps the table that is there, where it is one that we made of these settings, and sets right the elements that differ; answers how many, or
   * undefined where it has to be rebuilt. Of a rebuild the monitor tells each element, and 100,000 keep it busy for seconds. Within a turn.
   */
  async #adopt(): Promise<number | undefined> {
    const session = this.#session;
    const listed = new Map<string, ListedNetwork>();
    let isForeign = false;
    const begun = this.#ctx.clock.monotonicMs();
    const reader = new TableReader(({ set, address, remainingMs }) => {
      const network = networkOf(set, address);
      if (network !== undefined) listed.set(elementKey(network, network.measure), { network, remainingMs });
      else if (set !== PROBE_SET) isForeign = true;
    });
    const result = await session?.list(this.#config.table, (text) => reader.push(text));
    if (session === undefined || result?.ok !== true || this.#closed) return undefined;
    if (isForeign || !this.#script.isAsMade(reader)) return undefined;
    for (const key of this.#unverified.keys()) this.#unverified.shown(key, listed.has(key) ? 'add' : 'delete');
    const changes = differences(this.#able(), listed, this.#ctx.clock.monotonicMs() - begun);
    if (changes === undefined) return undefined;
    this.#sets.clear();
    for (const set of reader.sets.keys()) if (readSetName(set) !== undefined) this.#sets.add(set);
    this.#broken = false;
    this.#reported.clear();
    if (changes.length > 0 && !(await session.run(this.#script.changes(changes, this.#sets))).ok) return undefined;
    this.#available();
    // Those that wait are changes that were ordered meanwhile, not somebody's.
    const waiting = this.#ctx.intended.waiting?.();
    return changes.filter(({ network }) => waiting?.has(formatNetwork(network)) !== true).length;
  }

  plan(change: Change): readonly string[] {
    return this.#script.plan(change).map((line) => (line.startsWith('#') ? line : `nft ${line}`));
  }

  refuses(measure: Measure): string | undefined {
    return lacking(measure, this.#config) ?? this.#tried.get(measure);
  }

  apply(changes: readonly Change[]): Promise<readonly ChangeOutcome[]> {
    return this.#turns.take(async () => {
      const session = this.#session;
      if (session === undefined || this.#closed || !this.#availability.available) {
        const reason = this.#availability.available ? 'closed' : this.#availability.reason;
        return changes.map(() => ({ ok: false as const, reason }));
      }
      for (const { measure } of changes) if (measure !== undefined) await this.#tryOnce(session, measure);
      const refused = changes.map((change) => (change.kind === 'block' ? this.#whyNot(change) : undefined));
      const able = changes.filter((_, i) => refused[i] === undefined);
      const verified = changes.map((change, i) =>
        refused[i] === undefined ? this.#expect(change) : Promise.resolve(false),
      );
      const lines = this.#script.changes(able, this.#sets);
      let result: CommandResult = lines.length === 0 ? { ok: true } : await session.run(lines);
      // Most likely the table is gone. What is intended includes these changes, so replacing it makes them too.
      if (!result.ok) {
        this.#ctx.log.warn('A change failed; the table is rebuilt', { reason: result.reason });
        result = await this.#rebuild();
        if (result.ok) this.#ctx.onMended('a change found the table altered', this.#ctx.intended.count());
      }
      return verified.map((seen, i): ChangeOutcome => {
        const reason = refused[i] ?? (result.ok ? undefined : result.reason);
        return reason === undefined ? { ok: true, verified: seen } : { ok: false, reason };
      });
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
    this.#probes.close();
    this.#cancelMend?.();
    this.#cancelHeartbeat?.();
    await this.#turns.done();
    await Promise.all([this.#monitor?.close(), this.#session?.close()]);
    this.#unverified.close();
  }

  #available(): void {
    this.#availability = { available: true, detail: `table inet ${this.#config.table}` };
  }

  #unavailable(reason: string): Availability {
    const rights = lacksRights(reason);
    this.#availability = {
      available: false,
      reason: rights ? 'this process may not change the firewall' : `nft failed: ${reason}`,
      hint: rights
        ? 'Run the enforcer as root or with the capability CAP_NET_ADMIN.'
        : 'Run `nft list tables` as the same user and see what it says.',
    };
    return this.#availability;
  }

  /** One measure that the kernel does not know must not cost the blocks of the same transaction. True: it had not been tried before. */
  async #tryOnce(session: NftSession, measure: Measure = 'block'): Promise<boolean> {
    if (this.#tried.has(measure) || lacking(measure, this.#config) !== undefined) return false;
    this.#tried.set(measure, await tryMeasure(session, this.#config, measure));
    return true;
  }

  #whyNot({ measure = 'block' }: { readonly measure?: Measure }): string | undefined {
    return measure === 'block' ? undefined : this.refuses(measure);
  }

  /** What is intended of a network and can be done. */
  #intendedOf(network: Network): { readonly remainingMs: number; readonly measure: Measure } | undefined {
    const { intended } = this.#ctx;
    const [remainingMs, measure = 'block'] = [intended.remainingMs(network), intended.measureOf?.(network)];
    return remainingMs === undefined || this.#whyNot({ measure }) !== undefined ? undefined : { remainingMs, measure };
  }

  *#able(): Generator<Entry> {
    for (const entry of this.#ctx.intended.all()) if (this.#whyNot(entry) === undefined) yield entry;
  }

  /** Replaces the table by what is intended now, in one transaction. */
  async #rebuild(): Promise<CommandResult> {
    const session = this.#session;
    if (session === undefined) return { ok: false, reason: 'nft is missing' };
    this.#rebuilding = true;
    this.#replaced = false;
    this.#broken = false;
    this.#reported.clear();
    let lines = this.#script.rebuild(this.#able(), this.#sets);
    let tried = false;
    for (const measure of new Set(Array.from(this.#sets, (set) => readSetName(set)?.measure)))
      if (await this.#tryOnce(session, measure)) tried = true;
    if (tried) lines = this.#script.rebuild(this.#able(), this.#sets);
    const result = await session.runAlone(lines);
    if (result.ok) {
      this.#available();
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
    void this.#probes.seen(this.#addProbe).then((seen) => {
      if (rebuild !== this.#rebuilds) return;
      this.#rebuilding = false;
      if (!seen && !this.#closed) this.#monitor?.restart();
    });
  }

  readonly #addProbe = (number: number): Promise<unknown> | undefined =>
    this.#session?.run([...this.#script.foundation(), ...this.#script.probe(number)]);

  #beat(): void {
    this.#cancelHeartbeat = this.#ctx.clock.after(HEARTBEAT_MS, () => {
      if (this.#closed) return;
      void this.#hearMonitor().finally(() => this.#beat());
    });
  }

  /** Without a turn: changes do not wait for a monitor that is busy. */
  async #hearMonitor(): Promise<void> {
    if (this.#availability.available && !this.#blind && !(await this.#probes.seen(this.#addProbe)))
      this.#monitor?.restart();
  }

  #expect(change: Change): Promise<boolean> {
    // Taking back goes through the set of blocks whatever there was, in one transaction with the others.
    const key = elementKey(change.network, change.kind === 'block' ? (change.measure ?? 'block') : 'block');
    // While the monitor is busy or away it needs longer to tell.
    const shownMs = this.#blind || this.#rebuilding ? 4 * VERIFY_MS : VERIFY_MS;
    // Before that it may hang for as long as it may take, and then be made by a process of its own.
    return this.#unverified.wait(key, change.kind === 'block' ? 'add' : 'delete', 2 * this.#config.timeoutMs + shownMs);
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
        if (!this.#reported.compare()) this.#breakage('somebody changed many elements');
        else if (this.#reported.hasSuspects) this.#mendSoon('somebody changed elements');
        return;
      case 'element':
        for (const element of event.elements) this.#noticedElement(event.op, event.set, element);
        return;
      default:
        event satisfies never;
    }
  }

  #noticedElement(op: 'add' | 'delete', set: string, element: string): void {
    if (set === PROBE_SET) {
      const address = parseAddress(element);
      if (op === 'add' && address !== undefined) this.#probes.shown(Number(address.value));
      return;
    }
    const network = networkOf(set, element);
    if (network === undefined) return;
    const { measure } = network;
    this.#unverified.shown(elementKey(network, measure), op);
    if (!this.#rebuilding) this.#reported.note({ op, measure, network });
  }

  #breakage(what: string): void {
    this.#broken = true;
    this.#reported.clear();
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
      await this.#probes.seen(this.#addProbe);
      this.#blind = false;
      const changed = await this.#adopt();
      if (changed !== undefined && changed > 0) this.#ctx.onMended(what, changed);
      if (changed !== undefined) return;
      this.#broken = true;
    }
    if (!this.#broken) {
      const changes = this.#reported.take();
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
