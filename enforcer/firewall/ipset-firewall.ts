/**
 * A `Firewall` of one ipset and one chain for each family. The kernel expires the elements by itself; our rule drops whatever comes
 * from a source in the set, before any rule of the chain that jumps to it, so that established connections end too.
 */
import type { Clock } from '@netsentinel/contracts/clock';
import { formatNetwork, type Network } from '@netsentinel/kernel/address';
import { InteractiveProgram, type Conversation, type Dialogue } from '../interactive-program.ts';
import { findProgram, runProgram, type Command, type CommandResult, type RunProgram } from '../program.ts';
import type { Change, Entry } from '../responder.types.ts';
import { Turns } from '../turns.ts';
import type { Firewall, Upkeep } from './firewall.types.ts';
import * as script from './ipset-script.ts';
import { OwnChain, type ChainResult } from './own-chain.ts';

export interface IpsetTable {
  /** Its `-save` and `-restore` are called. */
  readonly program: string;
  /** Chains that jump to ours. */
  readonly parents: readonly string[];
  /** Chains that are there while the firewall that the parents belong to is switched on. */
  readonly required?: readonly string[];
}

/** How programs are run; tests play them. */
export interface IpsetPrograms {
  readonly run: RunProgram;
  /** Keeps one ipset alive that is told what to change, line by line. */
  readonly converse: (command: Command, clock: Clock, timeoutMs: number) => Conversation;
}

export interface IpsetFirewallOptions {
  readonly clock: Clock;
  readonly programs: IpsetPrograms;
  /** Leading words of every program, for a firewall in another namespace; empty: programs from the system folders. */
  readonly prefix: readonly string[];
  /** Beginning of the sets' names; the family's number follows. */
  readonly set: string;
  readonly chain: string;
  /** Most elements of one set. */
  readonly maxElements: number;
  readonly timeoutMs: number;
  /** Of each family. */
  readonly tables: Readonly<Record<4 | 6, IpsetTable>>;
  /** What to tell where a chain that should jump to ours is not there. */
  readonly noParent: { readonly reason: string; readonly hint: string };
  /** How to get the programs: `Install iptables and ipset (…)`. */
  readonly installHint: string;
}

const DIALOGUE: Dialogue = {
  args: ['-exist', '-'],
  // A type of set that there is not: ipset finds that out without asking the kernel.
  markLine: (word) => `create ${word} ${word}`,
  markAt: (lines, word) => lines.findIndex((line) => line.endsWith(`typename '${word}' is unknown`)),
};
/** Characters; more goes through a process of its own, whose time is measured by what it is given. */
const MAX_ASKED = 64 * 1024;

export const IPSET_PROGRAMS: IpsetPrograms = {
  run: runProgram,
  converse: (command, clock, timeoutMs) => new InteractiveProgram(command, DIALOGUE, clock, timeoutMs),
};

/** A listing of the largest set, 80 bytes an element. */
const BYTES_PER_ELEMENT = 80;
/** Large scripts take time in proportion. */
const BYTES_PER_MS = 100;

export class IpsetFirewall implements Firewall {
  readonly longestMs = script.LONGEST_SECONDS * 1000;
  readonly #options: IpsetFirewallOptions;
  readonly #ipset: Command | undefined;
  readonly #conversation: Conversation | undefined;
  /** It is asked for one thing at a time. */
  readonly #asking = new Turns();
  #closed = false;
  readonly #chains: Readonly<Record<4 | 6, OwnChain | undefined>>;
  /** Why IPv6 is not enforced, as the last look found it. */
  #no6: string | undefined;

  constructor(options: IpsetFirewallOptions) {
    this.#options = options;
    this.#ipset = this.#find('ipset');
    const { programs, clock, timeoutMs } = options;
    this.#conversation = this.#ipset && programs.converse(this.#ipset, clock, timeoutMs);
    this.#chains = { 4: this.#chain(4), 6: this.#chain(6) };
  }

  refusal(network: Network): string | undefined {
    return network.family === 6 ? this.#no6 : undefined;
  }

  plan(change: Change): readonly string[] {
    const line = script.changes(this.#options.set, [change]).trimEnd();
    return [`ipset ${line} -exist`];
  }

  async uphold(): Promise<Upkeep> {
    const { installHint: hint, noParent, chain, set } = this.#options;
    const { program } = this.#options.tables[4];
    if (this.#ipset === undefined)
      return { ok: false, reason: 'the program ipset was found in none of the system folders', hint };
    const four = this.#chains[4];
    if (four === undefined)
      return { ok: false, reason: `the program ${program} was found in none of the system folders`, hint };
    // A program of its own: the one that is kept may be in a namespace that has been made anew since.
    const sets = await this.#restore(script.foundation(set, this.#options.maxElements));
    if (!sets.ok) return failure('ipset', sets.reason) ?? (await this.#replaceForeignSets(sets.reason));
    const [in4, in6] = await Promise.all([four.uphold(), this.#uphold6()]);
    if (in4.kind === 'no parent') return { ok: false, ...noParent };
    if (in4.kind === 'failed')
      return (
        failure(program, in4.reason) ?? {
          ok: false,
          reason: `${program} failed: ${in4.reason}`,
          hint: `Run \`${program}-save -t filter\` as the same user and see what it says.`,
        }
      );
    this.#no6 =
      in6.kind === 'failed' || in6.kind === 'no parent'
        ? `IPv6 is not enforced: ${in6.kind === 'failed' ? in6.reason : noParent.reason}`
        : undefined;
    const mended = [in4, in6].find((result) => result.kind === 'mended')?.what;
    const where = this.#options.tables[4].parents.join(', ');
    return { ok: true, mended, detail: `chain ${chain} in ${where}${this.#no6 === undefined ? '' : `; ${this.#no6}`}` };
  }

  async replace(entries: Iterable<Entry>): Promise<CommandResult> {
    await this.#conversation?.renew();
    return this.#restore(script.replacement(this.#options.set, this.#options.maxElements, entries));
  }

  async change(changes: readonly Change[]): Promise<CommandResult> {
    return changes.length === 0 ? { ok: true } : this.#tell(script.changes(this.#options.set, changes));
  }

  async count(): Promise<number | undefined> {
    const counts = await Promise.all(
      ([4, 6] as const).map(async (family) => {
        const { output } = await this.#run(['list', '-t', script.setName(this.#options.set, family)]);
        return script.readCount(output);
      }),
    );
    const [four, six] = counts;
    return four === undefined || six === undefined ? undefined : four + six;
  }

  async list(): Promise<Map<string, number> | undefined> {
    const listed = new Map<string, number>();
    for (const family of [4, 6] as const) {
      const name = script.setName(this.#options.set, family);
      const { ok, output } = await this.#run(['save', name]);
      if (!ok || !script.readSaved(output, name, listed)) return undefined;
    }
    return listed;
  }

  async seen(changes: readonly Change[]): Promise<readonly boolean[]> {
    const { set } = this.#options;
    const networks = changes.map(({ network }) => network);
    // Not by the program that made the change: what that one says of itself proves nothing.
    const { complaint } = await this.#run(['-'], script.tests(set, networks));
    const answers = script.readTests(complaint);
    const right = changes.map(({ kind }, i) => answers.length === changes.length && answers[i] === (kind === 'block'));
    if (right.includes(false)) await this.#conversation?.renew();
    if (answers.length !== changes.length) return right;
    // An address that has been let in may still lie in a wider network of the set: then only its own entry counts.
    if (!changes.some(({ kind }, i) => kind === 'unblock' && right[i] === false)) return right;
    const listed = await this.list();
    return changes.map(({ kind, network }, i) =>
      kind === 'block' ? right[i] === true : listed?.has(formatNetwork(network)) === false,
    );
  }

  async remove(): Promise<CommandResult> {
    // Without ipset nothing can be in force.
    if (this.#ipset === undefined) return { ok: true };
    const four = await this.#chains[4]?.remove();
    const six = await this.#chains[6]?.remove();
    if (four !== undefined) return { ok: false, reason: four };
    const { ok, output, ...result } = await this.#run(['list', '-n']);
    if (!ok) return { ok: false, reason: 'reason' in result ? result.reason : 'ipset failed' };
    const names = new Set(output.split('\n'));
    const ours = ([4, 6] as const)
      .map((family) => script.setName(this.#options.set, family))
      .filter((name) => names.has(name));
    const destroyed = await this.#restore(ours.map((name) => `destroy ${name}\n`).join(''));
    return destroyed.ok || six === undefined ? destroyed : { ok: false, reason: six };
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#conversation?.close();
    await this.#asking.done();
  }

  async #uphold6(): Promise<ChainResult> {
    const six = this.#chains[6];
    const { program } = this.#options.tables[6];
    return six === undefined ? { kind: 'failed', reason: `the program ${program} was not found` } : six.uphold();
  }

  /** A set of our name that is not as we make it: with our rules and the set out of the way, the next look makes all of it anew. */
  async #replaceForeignSets(reason: string): Promise<Upkeep> {
    const removed = await this.remove();
    const made = removed.ok
      ? await this.#restore(script.foundation(this.#options.set, this.#options.maxElements))
      : removed;
    if (made.ok) return this.uphold();
    return {
      ok: false,
      reason: `ipset failed: ${reason}`,
      hint: `See with \`ipset list -t\` whether somebody else uses sets that begin with ${this.#options.set}.`,
    };
  }

  #find(program: string): Command | undefined {
    const [first, ...rest] = this.#options.prefix;
    return first === undefined ? findProgram(program) : [first, ...rest, program];
  }

  #chain(family: 4 | 6): OwnChain | undefined {
    const { program, parents, required = [] } = this.#options.tables[family];
    const save = this.#find(`${program}-save`);
    const restore = this.#find(`${program}-restore`);
    if (save === undefined || restore === undefined) return undefined;
    const { chain, set, timeoutMs, clock, programs } = this.#options;
    const { run } = programs;
    const plan = { chain, set: script.setName(set, family), parents, required };
    return new OwnChain({ run, save, restore, plan, timeoutMs, monotonicMs: () => clock.monotonicMs() });
  }

  #run(args: readonly string[], input = ''): ReturnType<RunProgram> {
    if (this.#ipset === undefined)
      return Promise.resolve({ ok: false, reason: 'ipset is missing', output: '', complaint: '' });
    const { maxElements } = this.#options;
    const timeoutMs = this.#options.timeoutMs + Math.ceil(input.length / BYTES_PER_MS);
    return this.#options.programs.run(this.#ipset, args, {
      input,
      timeoutMs,
      maxOutput: maxElements * BYTES_PER_ELEMENT,
    });
  }

  async #tell(lines: string): Promise<CommandResult> {
    // Whatever it says, if only a warning, or where it says nothing, another one's exit status decides: making them again changes nothing.
    return (await this.#ask(lines))?.trim() === '' ? { ok: true } : this.#restore(lines);
  }

  /** What ipset says to these lines; undefined where it gave no answer. */
  async #ask(lines: string): Promise<string | undefined> {
    if (lines.length > MAX_ASKED || this.#closed) return undefined;
    return this.#asking.take(async () => this.#conversation?.ask(lines.trimEnd()));
  }

  async #restore(input: string): Promise<CommandResult> {
    const result = await this.#run(['restore', '-exist'], input);
    return result.ok ? { ok: true } : { ok: false, reason: result.reason };
  }
}

/** What a program means that may not or cannot do its work, or undefined where it is something else. */
function failure(program: string, reason: string): Upkeep | undefined {
  if (/not permitted|permission denied/i.test(reason))
    return {
      ok: false,
      reason: 'this process may not change the firewall',
      hint: 'Run the enforcer as root or with the capability CAP_NET_ADMIN.',
    };
  if (/ENOENT|No such file/i.test(reason))
    return {
      ok: false,
      reason: `${program} could not be run: ${reason}`,
      hint: `Install ${program}, or correct the configured prefix.`,
    };
  return undefined;
}
