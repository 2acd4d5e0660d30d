/**
 * Our own chain in iptables or ip6tables: it holds one rule, which drops what comes from a set, and the first rule of each chain that
 * packets pass jumps to it. `planChain` is pure; `OwnChain` reads the table, and writes what differs in one transaction.
 */
import type { Command, RunProgram } from '../program.ts';

export interface ChainPlan {
  readonly chain: string;
  readonly set: string;
  /** Chains that jump to ours. */
  readonly parents: readonly string[];
  /** Chains that must be there besides: what they belong to is switched on. */
  readonly required?: readonly string[];
}

export type ChainVerdict =
  | { readonly kind: 'in place' }
  /** Not all chains are there that should be. */
  | { readonly kind: 'no parent' }
  /** `displaced`: everything is there, but something else comes before our jump. */
  | { readonly kind: 'altered'; readonly what: string; readonly displaced: boolean; readonly script: string };

/** Some firewalls have tens of thousands of rules. */
const MAX_TABLE = 32 * 1024 * 1024;
/** Others that want to be first too would have us move ever and again. */
const MOVE_AGAIN_MS = 60_000;

/** What to do about a table as `iptables-save -t filter` shows it. */
export function planChain(saved: string, plan: ChainPlan): ChainVerdict {
  const { chain, parents } = plan;
  const rule = `-A ${chain} -m set --match-set ${plan.set} src -j DROP`;
  const ours: string[] = [];
  const seen = new Map(parents.map((parent) => [parent, { there: isBuiltIn(parent), jumps: 0, first: '' }]));
  const required = new Set(plan.required);
  let declared = false;
  for (const line of saved.split('\n')) {
    if (line.startsWith(':')) {
      const name = line.slice(1, line.indexOf(' '));
      if (name === chain) declared = true;
      required.delete(name);
      const parent = seen.get(name);
      if (parent !== undefined) parent.there = true;
    }
    if (!line.startsWith('-A ')) continue;
    const name = line.slice(3, line.indexOf(' ', 3));
    if (name === chain) ours.push(line);
    const parent = seen.get(name);
    if (parent === undefined) continue;
    if (parent.first === '') parent.first = line;
    if (line === jump('-A', name, chain)) parent.jumps += 1;
  }
  if (required.size > 0 || parents.some((parent) => seen.get(parent)?.there !== true)) return { kind: 'no parent' };
  const chainOk = declared && ours.length === 1 && ours[0] === rule;
  const missing = parents.filter((parent) => seen.get(parent)?.jumps === 0);
  const displaced = parents.filter((parent) => seen.get(parent)?.first !== jump('-A', parent, chain));
  const doubled = parents.some((parent) => (seen.get(parent)?.jumps ?? 0) > 1);
  if (chainOk && displaced.length === 0 && !doubled) return { kind: 'in place' };
  const lines = ['*filter', `:${chain} - [0:0]`];
  for (const parent of parents) {
    for (let i = 0; i < (seen.get(parent)?.jumps ?? 0); i++) lines.push(jump('-D', parent, chain));
    lines.push(jump('-I', parent, chain).replace(parent, `${parent} 1`));
  }
  lines.push(rule, 'COMMIT', '');
  const what = !chainOk
    ? `the chain ${chain} was not as we made it`
    : missing.length > 0
      ? `the jump to ${chain} was gone from ${missing.join(', ')}`
      : `another rule came before the jump to ${chain}`;
  return { kind: 'altered', what, displaced: chainOk && missing.length === 0, script: lines.join('\n') };
}

/** Takes the chain and all jumps to it away; undefined where there is nothing of it. */
export function planRemoval(saved: string, chain: string): string | undefined {
  const lines: string[] = [];
  let declared = false;
  for (const line of saved.split('\n')) {
    if (line.startsWith(`:${chain} `)) declared = true;
    if (line.startsWith('-A ') && line.endsWith(` -j ${chain}`)) lines.push(line.replace('-A', '-D'));
  }
  return declared ? ['*filter', ...lines, `-F ${chain}`, `-X ${chain}`, 'COMMIT', ''].join('\n') : undefined;
}

function jump(operation: '-A' | '-D' | '-I', parent: string, chain: string): string {
  return `${operation} ${parent} -j ${chain}`;
}

function isBuiltIn(chain: string): boolean {
  return chain === 'INPUT' || chain === 'FORWARD';
}

export type ChainResult =
  | { readonly kind: 'in place' }
  | { readonly kind: 'mended'; readonly what: string }
  | { readonly kind: 'no parent' }
  | { readonly kind: 'failed'; readonly reason: string };

export class OwnChain {
  readonly #run: RunProgram;
  readonly #save: Command;
  readonly #restore: Command;
  readonly #plan: ChainPlan;
  readonly #timeoutMs: number;
  readonly #monotonicMs: () => number;
  #movedAt = Number.NEGATIVE_INFINITY;

  constructor(options: {
    readonly run: RunProgram;
    /** The programs that print and that read a table, such as `iptables-save` and `iptables-restore`. */
    readonly save: Command;
    readonly restore: Command;
    readonly plan: ChainPlan;
    readonly timeoutMs: number;
    readonly monotonicMs: () => number;
  }) {
    this.#run = options.run;
    this.#save = options.save;
    this.#restore = options.restore;
    this.#plan = options.plan;
    this.#timeoutMs = options.timeoutMs;
    this.#monotonicMs = options.monotonicMs;
  }

  /** Looks at the table and sets right what differs. Never rejects. */
  async uphold(): Promise<ChainResult> {
    const saved = await this.#read();
    if (!saved.ok) return { kind: 'failed', reason: saved.reason };
    const verdict = planChain(saved.output, this.#plan);
    if (verdict.kind !== 'altered') return verdict;
    if (verdict.displaced) {
      if (this.#monotonicMs() - this.#movedAt < MOVE_AGAIN_MS) return { kind: 'in place' };
      this.#movedAt = this.#monotonicMs();
    }
    const failure = await this.#write(verdict.script);
    return failure === undefined ? { kind: 'mended', what: verdict.what } : { kind: 'failed', reason: failure };
  }

  /** Why it could not be taken away, or undefined. Never rejects. */
  async remove(): Promise<string | undefined> {
    const saved = await this.#read();
    if (!saved.ok) return saved.reason;
    const script = planRemoval(saved.output, this.#plan.chain);
    return script === undefined ? undefined : this.#write(script);
  }

  #read(): ReturnType<RunProgram> {
    return this.#run(this.#save, ['-t', 'filter'], { timeoutMs: this.#timeoutMs, maxOutput: MAX_TABLE });
  }

  async #write(script: string): Promise<string | undefined> {
    // Another program may hold the lock of iptables: it is waited for.
    const wait = String(Math.max(1, Math.floor(this.#timeoutMs / 1000) - 1));
    const result = await this.#run(this.#restore, ['-w', wait, '--noflush'], {
      input: script,
      timeoutMs: this.#timeoutMs,
    });
    return result.ok ? undefined : result.reason;
  }
}
