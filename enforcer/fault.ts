/**
 * Kills an enforcer at random moments while it works, and compares the firewall with its journal each time it is back: no block of
 * ours that is not intended (orphan), none intended that is missing (gap), nothing past its end, and an unbroken audit. Runs in a
 * network namespace of its own; needs root, `ip` and `nft`.
 */
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { formatNetwork, parseAddress } from '@netsentinel/kernel/address';
import { verifyAudit } from './audit.ts';

export interface FaultOptions {
  /** Kills. */
  readonly rounds: number;
  /** The same seed draws the same orders and moments. */
  readonly seed: number;
}

export interface FaultResult {
  readonly rounds: number;
  /** Entries in the firewall that no block intends, over all rounds. */
  readonly orphans: number;
  /** Blocks that were acknowledged or are intended, but missing in the firewall. */
  readonly gaps: number;
  /** Entries in the firewall after their end. */
  readonly overdue: number;
  readonly orders: number;
  readonly auditOk: boolean;
}

/** What the child says, a line each. */
type ChildLine =
  | {
      readonly kind: 'ready';
      readonly blocks: readonly { readonly id: string; readonly target: string; readonly expiresAt: number }[];
    }
  | { readonly kind: 'reply'; readonly id: string; readonly status: string };

const CHILD = fileURLToPath(new URL('./fault-child.ts', import.meta.url));
/** Time that an entry may be about to expire in: neither missing nor overdue then. */
const GRACE_MS = 1500;

export async function runEnforcerFault({ rounds, seed }: FaultOptions): Promise<FaultResult> {
  const name = `nst-f-${randomBytes(3).toString('hex')}`;
  const directory = mkdtempSync(join(tmpdir(), 'enforcer-fault-'));
  const random = generator(seed);
  execFileSync('ip', ['netns', 'add', name]);
  const result = { orphans: 0, gaps: 0, overdue: 0, orders: 0 };
  /** What the enforcer has said to be in force, and until when. */
  const acknowledged = new Map<string, { target: string; expiresAt: number }>();
  let child: Child | undefined;
  try {
    for (let round = 0; round <= rounds; round++) {
      child = await Child.start(directory, name);
      const intended = new Map<string, number>();
      for (const { target, expiresAt } of child.blocks)
        intended.set(target, Math.max(expiresAt, intended.get(target) ?? 0));
      const now = Date.now();
      const present = listEntries(name);
      for (const target of present) if (!intended.has(target)) result.orphans += 1;
      for (const [target, expiresAt] of intended) {
        if (expiresAt < now - GRACE_MS) {
          // The journal may name what ended while the enforcer was starting; the kernel has let it in by then.
          if (present.has(target)) result.overdue += 1;
        } else if (expiresAt > now + GRACE_MS && !present.has(target)) result.gaps += 1;
      }
      for (const { target, expiresAt } of acknowledged.values())
        if (expiresAt > now + GRACE_MS && !present.has(target)) result.gaps += 1;
      if (round === rounds) break;
      result.orders += await child.work(random, acknowledged, round);
    }
    await child?.stop();
    const { ok } = await verifyAudit(join(directory, 'audit'));
    return { rounds, ...result, auditOk: ok };
  } finally {
    child?.kill();
    spawnSync('ip', ['netns', 'delete', name]);
    rmSync(directory, { recursive: true, force: true });
  }
}

class Child {
  readonly #process: ChildProcess;
  readonly #ended: Promise<void>;
  #onReply: (id: string, status: string) => void = () => {};
  blocks: (ChildLine & { kind: 'ready' })['blocks'] = [];

  private constructor(directory: string, namespace: string) {
    this.#process = spawn(process.execPath, [CHILD, directory, namespace], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#ended = new Promise((resolve) => this.#process.once('close', () => resolve()));
  }

  static async start(directory: string, namespace: string): Promise<Child> {
    const child = new Child(directory, namespace);
    const { stdout } = child.#process;
    await new Promise<void>((resolve, reject) => {
      void child.#ended.then(() => reject(new Error('the enforcer ended before it was ready')));
      if (stdout === null) return reject(new Error('no stdout'));
      return createInterface({ input: stdout }).on('line', (text) => {
        const line = JSON.parse(text) as ChildLine;
        if (line.kind === 'reply') return child.#onReply(line.id, line.status);
        child.blocks = line.blocks;
        return resolve();
      });
    });
    return child;
  }

  /** Gives random orders until a random moment, then kills. Answers how many orders it gave. */
  async work(
    random: () => number,
    acknowledged: Map<string, { target: string; expiresAt: number }>,
    round: number,
  ): Promise<number> {
    const pending = new Map<string, { target: string; expiresAt: number }>();
    this.#onReply = (id, status) => {
      const block = pending.get(id);
      if (block !== undefined && (status === 'applied' || status === 'verified')) acknowledged.set(id, block);
      if (status === 'expired' || status === 'reverted') acknowledged.delete(id);
    };
    const killAt = performance.now() + random() * 120;
    let orders = 0;
    while (performance.now() < killAt) {
      const id = `r${round}-${orders}`;
      const held = [...acknowledged.keys()];
      const victim = held[Math.floor(random() * held.length)];
      if (random() < 0.25 && victim !== undefined) {
        // From here on both are right: in force, or let in again. A reply about it that was on its way does not make it a promise again.
        acknowledged.delete(victim);
        pending.delete(victim);
        this.#send({ kind: 'revert', id: victim, by: 'fault', reason: 'fault' });
      } else {
        const n = Math.floor(random() * 60_000);
        const target = random() < 0.8 ? `198.18.${n >> 8}.${n & 255}` : `2001:db8:${n.toString(16)}::/64`;
        const expiresAt = Date.now() + 1000 + Math.floor(random() * 60_000);
        pending.set(id, { target, expiresAt });
        this.#send({ kind: 'block', id, target, expiresAt, reason: 'fault', incident: 'fault', sourceVerified: true });
      }
      orders += 1;
      await new Promise((resolve) => setTimeout(resolve, random() * 4));
    }
    this.kill();
    await this.#ended;
    return orders;
  }

  async stop(): Promise<void> {
    this.#process.stdin?.end();
    await this.#ended;
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }

  #send(order: object): void {
    this.#process.stdin?.write(`${JSON.stringify(order)}\n`);
  }
}

/** Networks in our table, asked of the kernel through nft. */
function listEntries(namespace: string): Set<string> {
  const json = execFileSync('ip', ['netns', 'exec', namespace, 'nft', '-j', 'list', 'table', 'inet', 'netsentinel'], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const listing = JSON.parse(json) as {
    nftables: { set?: { name: string; elem?: { elem: { val: string } }[] } }[];
  };
  const entries = new Set<string>();
  for (const { set } of listing.nftables) {
    const prefix = Number(set?.name.split('_')[1]);
    if (Number.isNaN(prefix)) continue;
    for (const { elem } of set?.elem ?? []) {
      const address = parseAddress(elem.val);
      if (address !== undefined) entries.add(formatNetwork({ family: address.family, base: address.value, prefix }));
    }
  }
  return entries;
}

/** Mulberry32: small, and the same everywhere. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
