/**
 * Ends blocks in the journal: at somebody’s word, when their time is over, when their target becomes protected or their responder may do
 * no more. What was in force is noted as touched, so that the world can be made to follow.
 */
import type { Measure, Order } from '@netsentinel/contracts/action';
import type { Logger } from '@netsentinel/contracts/log';
import { isStronger } from '@netsentinel/contracts/measure-words';
import { formatNetwork, networksOverlap, parseNetwork, type Network } from '@netsentinel/kernel/address';
import type { Block } from './block-store.ts';
import type { Ledger } from './ledger.ts';
import type { Progress } from './progress.ts';
import type { ProtectedAsset, ProtectedAssets } from './protected-assets.ts';
import { Touched } from './touched.ts';

export class Withdrawal {
  readonly #log: Logger;
  readonly #ledger: Ledger;
  readonly #assets: ProtectedAssets;
  readonly #progress: Progress;
  /** Milliseconds since boot. */
  readonly #uptime: () => number;

  constructor(options: {
    readonly log: Logger;
    readonly ledger: Ledger;
    readonly assets: ProtectedAssets;
    readonly progress: Progress;
    readonly uptime: () => number;
  }) {
    this.#log = options.log;
    this.#ledger = options.ledger;
    this.#assets = options.assets;
    this.#progress = options.progress;
    this.#uptime = options.uptime;
  }

  /** Takes a block out of the journal; answers its parts. */
  remove(id: string, by: string, reason: string, touched: Touched): Block[] {
    const parts = this.#ledger.store.parts(id);
    const [one] = parts;
    if (one === undefined) return [];
    this.#ledger.store.end(id, 'reverted');
    this.#progress.forget(id);
    this.#ledger.note('reverted', { id, target: one.target, by, reason });
    const network = parseNetwork(one.target);
    if (network !== undefined)
      for (const { live, responder, target } of parts) if (live) touched.add(responder, target, network, true);
    return parts;
  }

  /** Takes back what meets every condition that was named. */
  removeWhere(order: Extract<Order, { kind: 'revert-where' }>, touched: Touched): Block[] {
    const { actor, rule, incident, since, by, reason } = order;
    const ids = new Set<string>();
    const network = actor === undefined ? undefined : parseNetwork(actor);
    const actorText = network === undefined ? actor : formatNetwork(network);
    for (const part of this.#ledger.store.all()) {
      if (actorText !== undefined && part.actor !== actorText && part.target !== actorText) continue;
      if (rule !== undefined && !part.rules.includes(rule)) continue;
      if (incident !== undefined && part.incident !== incident) continue;
      if (since !== undefined && part.appliedAt < since) continue;
      ids.add(part.id);
    }
    // What was not named is not meant: an order without any condition takes nothing back.
    if (actor === undefined && rule === undefined && incident === undefined && since === undefined) ids.clear();
    return [...ids].flatMap((id) => this.remove(id, by, reason, touched));
  }

  removeAll(order: Extract<Order, { kind: 'revert-all' }>, touched: Touched): Block[] {
    const ids = new Set<string>();
    for (const { id } of this.#ledger.store.all()) ids.add(id);
    const gone = [...ids].flatMap((id) => this.remove(id, order.by, order.reason, touched));
    this.#ledger.note('reverted-all', { by: order.by, reason: order.reason, blocks: ids.size });
    return gone;
  }

  /**
   * Ends every block whose time is over. Where there is a kernel it let the packets pass at that moment already. Touched is what a weaker measure
   * goes on for.
   */
  expire(): Touched {
    const touched = new Touched();
    for (;;) {
      const due = this.#ledger.store.due(this.#uptime());
      if (due.length === 0) return touched;
      const ended = new Map<string, string | undefined>();
      this.#ledger.commit(() => {
        const { store } = this.#ledger;
        for (const { id, responder, target, status, live, measure } of due) {
          store.removePart(id, responder);
          const weaker = live ? store.strongest(target, responder, this.#uptime()) : undefined;
          const network =
            weaker === undefined || !isStronger(measure, weaker.measure) ? undefined : parseNetwork(target);
          if (network !== undefined) touched.add(responder, target, network, true);
          if (store.has(id)) continue;
          const why = status === 'awaiting-approval' ? 'nobody approved it in time' : undefined;
          store.end(id, 'expired');
          this.#ledger.note('expired', { id, target, ...(why === undefined ? {} : { reason: why }) });
          ended.set(id, why);
        }
      });
      for (const [id, why] of ended) this.#progress.tell(this.#progress.reply(id, 'expired', why));
    }
  }

  /** Takes blocks out of the journal with a reason of our own; the caller makes the world follow. */
  drop(parts: readonly Block[], why: string): Touched {
    const touched = new Touched();
    if (parts.length === 0) return touched;
    const ids = new Set(parts.map(({ id }) => id));
    this.#ledger.commit(() => {
      for (const id of ids) this.remove(id, 'netsentinel', why, touched);
    });
    for (const id of ids) this.#progress.tell(this.#progress.reply(id, 'reverted', why));
    return touched;
  }

  /**
   * Takes the parts of one responder out of the journal: it does no more (but simulate, where `simulates`), or is configured no more.
   * Only those of one measure, where it is given. Answers how many blocks it may hold.
   */
  retire(responder: string, why: string, simulates: boolean, measure?: Measure): number {
    const { store } = this.#ledger;
    const parts: Pick<Block, 'id' | 'target' | 'live'>[] = [];
    for (const { id, target, live, status, measure: one } of store.ofResponder(responder))
      if (!(simulates && status === 'simulated') && (measure === undefined || one === measure))
        parts.push({ id, target, live });
    if (parts.length === 0) return 0;
    const ended: string[] = [];
    this.#ledger.commit(() => {
      for (const { id, target } of parts) {
        store.removePart(id, responder);
        this.#ledger.note('reverted', { id, target, responder, by: 'netsentinel', reason: why });
        if (store.has(id)) continue;
        store.end(id, 'reverted');
        ended.push(id);
      }
    });
    for (const id of ended) this.#progress.tell(this.#progress.reply(id, 'reverted', why));
    return parts.filter(({ live }) => live).length;
  }

  /** Takes what overlaps these assets out of the journal; the caller makes the world follow. */
  dropProtected(added: readonly ProtectedAsset[]): Touched {
    const blocks: Block[] = [];
    const exact = added.filter(({ network }) => network.prefix === (network.family === 4 ? 32 : 128));
    const wide = added.filter((candidate) => !exact.includes(candidate));
    for (const { network } of exact)
      for (const target of coveringTargets(network)) blocks.push(...this.#ledger.store.withTarget(target));
    if (wide.length > 0)
      for (const block of this.#ledger.store.all()) {
        const network = parseNetwork(block.target);
        if (network !== undefined && wide.some((candidate) => networksOverlap(candidate.network, network)))
          blocks.push(block);
      }
    if (blocks.length > 0) this.#log.warn('Blocks of what is protected now are taken back', { blocks: blocks.length });
    return this.drop(blocks, 'the target became protected');
  }

  /** The same for every block that could not be made any more, whatever protects it now. */
  dropConflicting(): void {
    const parts = [...this.#ledger.store.all()].filter(({ target }) => {
      const network = parseNetwork(target);
      return network !== undefined && this.#assets.conflict(network) !== undefined;
    });
    this.drop(parts, 'the target became protected');
  }
}

/** The texts of all networks that contain an address. */
function coveringTargets(address: Network): string[] {
  const width = address.prefix;
  const targets: string[] = [];
  for (let prefix = width; prefix > 0; prefix--) {
    const hostBits = BigInt(width - prefix);
    targets.push(formatNetwork({ family: address.family, base: (address.base >> hostBits) << hostBits, prefix }));
  }
  return targets;
}
