/**
 * Looks whether what is intended is what is: the journal against nftables, Redis and firewalld, and what was promised against the journal.
 * Waits until all of them are at work again after a kill, and no longer than a repair may take.
 */
import type { EnforcedBlock } from '@netsentinel/contracts/action';
import { callEnforcer } from '@netsentinel/enforcer/control';
import { heldByFirewalld, heldByNftables, heldByRedis, RESPONDERS } from './blocks-in-force.ts';
import { progress } from './progress.ts';
import { compareWithJournal, GRACE_MS, Persisting, type Difference, type Place, type Wrong } from './response-check.ts';
import type { Orders, Promised } from './response-orders.ts';

const BACK_MS = 120_000;
/** From when every responder says that it is at work; firewalld on a busy machine takes a second for each entry. */
const PATIENCE_MS = 120_000;
const LOOK_MS = 250;

export interface Subject {
  readonly enforcerSocket: string;
  readonly redisSocket: string;
  readonly namespace: string;
  readonly orders: Orders;
  /** Blocks that the platform said to be in force, by id. */
  readonly told: ReadonlyMap<string, Promised>;
}

export class ResponseJudge {
  readonly #subject: Subject;
  readonly found: Record<Wrong | 'lost' | 'unsettled', number> = {
    orphans: 0,
    gaps: 0,
    overdue: 0,
    lost: 0,
    unsettled: 0,
  };
  readonly #lost = new Set<string>();
  /** What was held when, as far as we knew, its time was over. */
  readonly #suspects = new Map<string, { readonly where: string; readonly network: string; readonly at: number }>();
  slowestMs = 0;
  looks = 0;

  constructor(subject: Subject) {
    this.#subject = subject;
  }

  /**
   * At any moment, whatever is down: what the kernel and Redis end by themselves has ended. It is judged in `settle`: whoever asked for it anew
   * a moment ago may not have been heard yet.
   */
  lookForOverdue(): void {
    const { namespace, redisSocket, orders } = this.#subject;
    // What they show was there at some time after this.
    const now = Date.now();
    const held = { nftables: heldByNftables(namespace), redis: heldByRedis(redisSocket)?.keys };
    for (const [where, holding] of Object.entries(held))
      for (const network of holding?.keys() ?? []) {
        const end = orders.latestEnd(network);
        if (end === undefined || end + GRACE_MS > now) continue;
        const key = `${where} ${network} ${end}`;
        if (!this.#suspects.has(key)) this.#suspects.set(key, { where, network, at: now });
      }
  }

  #judgeSuspects(): void {
    for (const { where, network, at } of this.#suspects.values())
      if (!this.#subject.orders.wasAsked(network, at, GRACE_MS))
        this.#count({ wrong: 'overdue', where, network }, 'when nobody wanted it any more');
    this.#suspects.clear();
  }

  /** Waits until all is as intended; what is not by then, or was not for long, is counted. */
  async settle(): Promise<void> {
    const begun = performance.now();
    if (!(await this.#back(begun))) return;
    const back = performance.now();
    const persisting = new Persisting();
    for (;;) {
      const looked = await this.#look();
      if (looked !== undefined) {
        const { differences, idle } = looked;
        const isIdle = (where: string): boolean => idle.has(where.split(' ')[0]!);
        for (const one of persisting.look(differences, performance.now(), isIdle)) this.#count(one);
        if (differences.length === 0) break;
      }
      if (performance.now() - back > PATIENCE_MS) {
        progress(`UNSETTLED: ${await this.#state()}`);
        this.found.unsettled += 1;
        break;
      }
      await pause(LOOK_MS);
    }
    this.#judgeSuspects();
    this.slowestMs = Math.max(this.slowestMs, Math.round(performance.now() - begun));
  }

  async #back(begun: number): Promise<boolean> {
    let lacking = '';
    while (performance.now() - begun < BACK_MS) {
      try {
        const { responders } = await callEnforcer(this.#subject.enforcerSocket, { command: 'describe' });
        const away = responders.filter(({ available, waiting }) => !available || waiting > 0);
        if (away.length === 0) return true;
        lacking = away.map((one) => `${one.id}: ${one.available ? 'busy' : one.reason}`).join('; ');
      } catch (error) {
        lacking = String(error);
      }
      await pause(LOOK_MS);
    }
    progress(`UNSETTLED: ${lacking}`);
    this.found.unsettled += 1;
    return false;
  }

  async #state(): Promise<string> {
    const { responders } = await callEnforcer(this.#subject.enforcerSocket, { command: 'describe' });
    return JSON.stringify(responders);
  }

  /** Undefined where one of them cannot be read now. */
  async #look(): Promise<{ differences: Difference[]; idle: ReadonlySet<string> } | undefined> {
    const { enforcerSocket, namespace, redisSocket, orders } = this.#subject;
    const promised = [...orders.applied, ...this.#subject.told];
    const reverted = new Set(orders.reverted);
    let before: readonly EnforcedBlock[];
    let after: readonly EnforcedBlock[];
    let places: Place[];
    let idle: ReadonlySet<string>;
    const begunAt = Date.now();
    try {
      before = await callEnforcer(enforcerSocket, { command: 'list' });
      const nftables = heldByNftables(namespace);
      const redis = heldByRedis(redisSocket);
      const firewalld = heldByFirewalld(namespace);
      if (nftables === undefined || redis === undefined || firewalld === undefined) return undefined;
      places = [
        { where: 'nftables', responder: 'nftables', holding: nftables },
        { where: 'redis keys', responder: 'redis', holding: redis.keys },
        { where: 'redis list', responder: 'redis', holding: redis.listed },
        { where: 'firewalld', responder: 'firewalld', holding: firewalld },
      ];
      after = await callEnforcer(enforcerSocket, { command: 'list' });
      const { responders } = await callEnforcer(enforcerSocket, { command: 'describe' });
      idle = new Set(responders.filter((one) => one.available && one.waiting + one.busyMs === 0).map(({ id }) => id));
    } catch {
      return undefined;
    }
    this.looks += 1;
    this.#lookForLost(promised, reverted, after);
    const latestEnd = (network: string): number | undefined => orders.latestEnd(network);
    const now = Date.now();
    return { differences: compareWithJournal({ before, after, places, begunAt, now, latestEnd }), idle };
  }

  #lookForLost(
    promised: readonly (readonly [string, Promised])[],
    reverted: ReadonlySet<string>,
    journal: readonly EnforcedBlock[],
  ): void {
    const parts = Map.groupBy(journal, ({ id }) => id);
    const now = Date.now();
    for (const [id, { target, expiresAt }] of promised) {
      if (expiresAt < now + GRACE_MS || this.#lost.has(id) || reverted.has(id)) continue;
      // It may have been taken back while we looked.
      if (this.#subject.orders.reverted.has(id) || this.#subject.orders.isBeingReverted(id)) continue;
      const there = parts.get(id) ?? [];
      if (there.length === RESPONDERS.length) continue;
      this.#lost.add(id);
      this.found.lost += 1;
      const where = there.map(({ responder }) => responder).join(', ') || 'nowhere';
      progress(`LOST: ${id} of ${target} was in force, and is in the journal for ${where}`);
    }
    for (const id of reverted)
      if (parts.has(id) && !this.#lost.has(id)) {
        this.#lost.add(id);
        this.found.lost += 1;
        progress(`LOST: ${id} was taken back, and is in the journal`);
      }
  }

  #count({ wrong, where, network }: Difference, how = 'for long'): void {
    this.found[wrong] += 1;
    progress(`${wrong.toUpperCase()}: ${network} at ${where}, ${how}`);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
