/**
 * A `Firewall` of firewalld's own parts: an ipset for each prefix length, and policies that drop what comes from them before any zone
 * decides. Entries are made and taken out over D-Bus and looked for in the kernel with nft. firewalld's sets know no end of an entry,
 * so ends are kept here. What is known of a connection is forgotten with conntrack, since firewalld lets established ones pass first.
 */
import type { Clock } from '@netsentinel/contracts/clock';
import { formatNetwork, type Network } from '@netsentinel/kernel/address';
import type { Firewall, Upkeep } from '../../firewall/firewall.types.ts';
import { findProgram, type Command, type CommandResult, type RunProgram } from '../../program.ts';
import type { Change, Entry } from '../../responder.types.ts';
import type { FirewalldConfig } from './firewalld.config.ts';
import { FirewalldBus } from './firewalld-bus.ts';
import * as table from './firewalld-table.ts';

/** With more changes of one set than this, its whole content is given anew. */
const MAX_SINGLE = 32;
/** Reloading firewalld drops what others changed at run time: not ever and again where it does not help. */
const RELOAD_AGAIN_MS = 60_000;
const MAX_TABLE = 32 * 1024 * 1024;
/** Networks whose connections are forgotten after one change; more would keep the processor busy for seconds. */
const MAX_FORGOTTEN = 100;

const NOT_RUNNING = {
  ok: false,
  reason: 'firewalld is not running',
  hint: 'Run `systemctl start firewalld`, or use the responder nftables, which needs no firewalld.',
} as const;

export class FirewalldFirewall implements Firewall {
  readonly longestMs = Number.POSITIVE_INFINITY;
  readonly #run: RunProgram;
  readonly #config: FirewalldConfig;
  readonly #clock: Clock;
  readonly #nft: Command | undefined;
  readonly #conntrack: Command | undefined;
  readonly #bus: FirewalldBus | undefined;
  readonly #sets: readonly table.SetDefinition[];
  readonly #names: ReadonlySet<string>;
  /** What is in force as far as we made it, by its text, and until when on the monotonic clock. */
  readonly #entries = new Map<string, { readonly network: Network; readonly end: number }>();
  /** Sets that the kernel did not show as we left them: only giving them anew helps, since firewalld believes that they are right. */
  readonly #astray = new Set<string>();
  #forgetting: Promise<void> = Promise.resolve();
  /** When a reload has not brought our definitions into force. */
  #inVainAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, config: FirewalldConfig, run: RunProgram) {
    this.#run = run;
    this.#config = config;
    this.#clock = clock;
    const find = (program: string): Command | undefined => {
      const [first, ...rest] = config.prefix;
      return first === undefined ? findProgram(program) : [first, ...rest, program];
    };
    this.#nft = find('nft');
    this.#conntrack = findProgram('conntrack') && find('conntrack');
    const busctl = find('busctl');
    this.#bus = busctl && new FirewalldBus(run, busctl, config.timeoutMs);
    this.#sets = table.setDefinitions(config);
    this.#names = new Set(this.#sets.map(({ name }) => name));
  }

  refusal(network: Network): string | undefined {
    const { prefix, family } = network;
    if (!this.#names.has(table.setName(this.#config, network)))
      return `IPv${family} networks of /${prefix} are not among \`prefixes${family}\` of the firewalld responder`;
    if (this.#entries.size >= this.#config.maxEntries && !this.#entries.has(formatNetwork(network)))
      return `the firewalld responder holds ${this.#config.maxEntries} entries already`;
    return undefined;
  }

  plan(change: Change): readonly string[] {
    const set = table.setName(this.#config, change.network);
    const entry = formatNetwork(change.network);
    if (change.kind === 'unblock') return [`firewall-cmd --ipset=${set} --remove-entry=${entry}`];
    const seconds = Math.ceil(change.remainingMs / 1000);
    return [
      `firewall-cmd --ipset=${set} --add-entry=${entry}`,
      `firewall-cmd --ipset=${set} --remove-entry=${entry} (in ${seconds} s)`,
      ...(this.#conntrack === undefined ? [] : [`conntrack -D -f ipv${change.network.family} -s ${entry}`]),
    ];
  }

  async uphold(): Promise<Upkeep> {
    if (this.#bus === undefined || this.#nft === undefined) {
      const program = this.#bus === undefined ? 'busctl' : 'nft';
      const hint = 'Install it (it comes with systemd and nftables), or use another responder.';
      return { ok: false, reason: `the program ${program} was found in none of the system folders`, hint };
    }
    const look = await this.#look();
    if (typeof look === 'string') {
      if (/not permitted|permission denied/i.test(look))
        return { ok: false, reason: 'this process may not see the firewall', hint: 'Run the enforcer as root.' };
      if (!(await this.#bus.running())) return NOT_RUNNING;
      return {
        ok: false,
        reason: `firewalld has no table in nftables: ${look}`,
        hint: 'Where `FirewallBackend=iptables` is set in firewalld.conf, use the responder iptables.',
      };
    }
    const mended = table.missing(this.#config, look);
    const { name } = this.#config;
    const detail = `policy ${name} of firewalld; ${
      this.#conntrack === undefined
        ? 'established connections go on until they close (install conntrack to end them)'
        : 'established connections end too'
    }`;
    if (mended === undefined) return { ok: true, detail, mended };
    const failure = await this.#define(this.#bus);
    if (failure !== undefined)
      return {
        ok: false,
        reason: `firewalld failed: ${failure}`,
        hint: 'See what `firewall-cmd --state` and the journal say.',
      };
    return { ok: true, detail, mended };
  }

  async replace(entries: Iterable<Entry>): Promise<CommandResult> {
    this.#entries.clear();
    for (const { name } of this.#sets) this.#astray.add(name);
    const changes: Change[] = [];
    for (const entry of entries) {
      if (changes.length >= this.#config.maxEntries) break;
      if (this.#names.has(table.setName(this.#config, entry.network)))
        changes.push({ kind: 'block', renew: true, ...entry });
    }
    return this.change(changes);
  }

  async change(changes: readonly Change[]): Promise<CommandResult> {
    const bus = this.#bus;
    if (bus === undefined) return { ok: false, reason: 'busctl is missing' };
    const bySet = new Map<string, Change[]>([...this.#astray].map((name) => [name, []]));
    for (const change of changes) {
      const name = table.setName(this.#config, change.network);
      const key = formatNetwork(change.network);
      const known = this.#entries.has(key);
      if (change.kind === 'block')
        this.#entries.set(key, { network: change.network, end: this.#clock.monotonicMs() + change.remainingMs });
      else this.#entries.delete(key);
      // Of an entry that is there only our own end changes.
      if (change.kind === 'block' && known && !this.#astray.has(name)) continue;
      const list = bySet.get(name);
      if (list === undefined) bySet.set(name, [change]);
      else list.push(change);
    }
    for (const [name, list] of bySet) {
      const result =
        this.#astray.has(name) || list.length > MAX_SINGLE
          ? await bus.setEntries(name, this.#contents(name))
          : await this.#changeEach(bus, name, list);
      if (!result.ok) {
        this.#astray.add(name);
        return { ok: false, reason: result.reason };
      }
      this.#astray.delete(name);
    }
    this.#forgetting = Promise.all([this.#forgetting, this.#forget(changes)]).then(() => {});
    return { ok: true };
  }

  async count(): Promise<number | undefined> {
    const look = await this.#look();
    if (typeof look === 'string') return undefined;
    return [...look.sets.values()].reduce((sum, networks) => sum + networks.size, 0);
  }

  async list(): Promise<Map<string, number> | undefined> {
    const look = await this.#look();
    if (typeof look === 'string') return undefined;
    const listed = new Map<string, number>();
    const now = this.#clock.monotonicMs();
    for (const [name, networks] of look.sets) {
      for (const key of networks) listed.set(key, (this.#entries.get(key)?.end ?? Number.POSITIVE_INFINITY) - now);
      if (this.#names.has(name) && !this.#asLeft(name, networks)) this.#astray.add(name);
    }
    return listed;
  }

  async seen(changes: readonly Change[]): Promise<readonly boolean[]> {
    // Only then do its established connections end too.
    await this.#forgetting;
    const look = await this.#look();
    return changes.map(({ kind, network }) => {
      if (typeof look === 'string') return false;
      const there = look.sets.get(table.setName(this.#config, network))?.has(formatNetwork(network)) === true;
      return there === (kind === 'block');
    });
  }

  async close(): Promise<void> {
    await this.#forgetting;
  }

  async remove(): Promise<CommandResult> {
    this.#entries.clear();
    const bus = this.#bus;
    if (bus === undefined || !(await bus.running())) return { ok: true };
    const [policies, sets] = [await bus.defined('Policy'), await bus.defined('IPSet')];
    const { name } = this.#config;
    for (const { name: policy } of table.policyDefinitions({ ...this.#config, forward: true }))
      if (policies?.has(policy) === true) await bus.undefine('Policy', policy);
    const ours = [...(sets ?? [])].filter((set) => set.startsWith(`${name}-v`));
    for (const set of ours) await bus.undefine('IPSet', set);
    return bus.reload();
  }

  due(now: number): readonly Network[] {
    return [...this.#entries.values()].filter(({ end }) => end <= now).map(({ network }) => network);
  }

  nextEnd(): number | undefined {
    let next: number | undefined;
    for (const { end } of this.#entries.values()) if (next === undefined || end < next) next = end;
    return next;
  }

  /** What nft shows, or why it shows nothing. */
  async #look(): Promise<table.FirewalldTable | string> {
    if (this.#nft === undefined) return 'nft is missing';
    const { timeoutMs } = this.#config;
    const args = ['-j', 'list', 'table', 'inet', 'firewalld'];
    const result = await this.#run(this.#nft, args, { timeoutMs, maxOutput: MAX_TABLE });
    if (!result.ok) return result.reason;
    return table.readTable(result.output, this.#config.name) ?? 'nft said something else than a listing';
  }

  /** Defines permanently what is not defined, and has firewalld load it; answers why that failed. */
  async #define(bus: FirewalldBus): Promise<string | undefined> {
    const now = this.#clock.monotonicMs();
    const [policies, sets] = [await bus.defined('Policy'), await bus.defined('IPSet')];
    if (policies === undefined || sets === undefined) return 'it does not answer';
    const results = [];
    for (const set of this.#sets) if (!sets.has(set.name)) results.push(await bus.defineSet(table.setSettings(set)));
    for (const policy of table.policyDefinitions(this.#config)) {
      const settings = table.policySettings(policy, this.#sets);
      results.push(
        policies.has(policy.name)
          ? await bus.redefinePolicy(policy.name, settings)
          : await bus.definePolicy(policy.name, settings),
      );
    }
    for (const result of results) if (!result.ok) return result.reason;
    if (now - this.#inVainAt < RELOAD_AGAIN_MS) return 'what is defined was not in force after it was reloaded';
    const reloaded = await bus.reload();
    if (!reloaded.ok) return reloaded.reason;
    for (const { name } of this.#sets) this.#astray.add(name);
    const look = await this.#look();
    const lacking = typeof look === 'string' ? look : table.missing(this.#config, look);
    if (lacking !== undefined) this.#inVainAt = now;
    return lacking;
  }

  async #changeEach(bus: FirewalldBus, name: string, changes: readonly Change[]): Promise<CommandResult> {
    for (const { kind, network } of changes) {
      const entry = formatNetwork(network);
      const result = await (kind === 'block' ? bus.addEntry(name, entry) : bus.removeEntry(name, entry));
      if (!result.ok) return result;
    }
    return { ok: true };
  }

  /** What a set should hold. */
  #contents(name: string): string[] {
    const contents: string[] = [];
    for (const [key, { network }] of this.#entries)
      if (table.setName(this.#config, network) === name) contents.push(key);
    return contents;
  }

  #asLeft(name: string, networks: ReadonlySet<string>): boolean {
    const contents = this.#contents(name);
    return contents.length === networks.size && contents.every((key) => networks.has(key));
  }

  /** Has the kernel forget connections of what is blocked now, so that their next packet meets the rules. */
  async #forget(changes: readonly Change[]): Promise<void> {
    if (this.#conntrack === undefined) return;
    const blocked = changes.filter(({ kind }) => kind === 'block').slice(0, MAX_FORGOTTEN);
    for (const { network } of blocked)
      await this.#run(this.#conntrack, ['-D', '-f', `ipv${network.family}`, '-s', formatNetwork(network)], {
        timeoutMs: this.#config.timeoutMs,
      });
  }
}
