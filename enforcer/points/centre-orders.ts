/**
 * What the centre wishes, as orders of this point's own enforcer, which checks each as any other: its protected assets, its limits, its responders.
 * Which block is the centre's is told by its id, so that the journal alone says after a restart what is held.
 */
import { randomBytes } from 'node:crypto';
import type { Measure, Order, OrderReply } from '@netsentinel/contracts/action';
import { isStronger } from '@netsentinel/contracts/measure-words';
import type { Clock } from '@netsentinel/contracts/clock';
import type { Enforcer } from '../enforcer.types.ts';
import { OrderWatch } from './order-watch.ts';
import { MAX_REASON, type FromPoint, type ToPoint, type Wish } from './point-wire.ts';

const PREFIX = 'centre-';
/** Two ends that are no further apart are the same: what is left of a block was told a moment ago. */
const SAME_END_MS = 2000;

type Wishes = Extract<ToPoint, { t: 'wishes' }>;
type Told = Extract<FromPoint, { t: 'done' | 'verified' }>;

interface Held {
  readonly id: string;
  readonly measure: Measure;
  /** Wall time, milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** What became of one wish: why it was not made, or whether it was seen. */
type Made = { readonly refused: string } | { readonly refused?: never; readonly seen: Promise<boolean> };

const SEEN = Promise.resolve(true);
const NOTHING_TO_DO: Made = { seen: SEEN };

export class CentreOrders {
  readonly #enforcer: Pick<Enforcer, 'handle' | 'list'>;
  readonly #clock: Clock;
  readonly #watch: OrderWatch;
  /** Blocks, and other measures, of the centre's, by network; no more than the enforcer allows at all. */
  readonly #held = new Map<string, Held>();
  readonly #networks = new Map<string, string>();
  /** What the pages of a list have named so far. */
  #listed: Set<string> | undefined;

  constructor(enforcer: Pick<Enforcer, 'handle' | 'list'>, clock: Clock) {
    this.#enforcer = enforcer;
    this.#clock = clock;
    this.#watch = new OrderWatch((order) => enforcer.handle(order), clock);
  }

  get entries(): number {
    return this.#held.size;
  }

  /** Reads from the journal what is held. A connection begins anew: half a list is none. */
  restart(): void {
    this.#listed = undefined;
    this.#held.clear();
    this.#networks.clear();
    for (const { id, target, expiresAt, measure } of this.#enforcer.list()) {
      if (!id.startsWith(PREFIX)) continue;
      const one: Held = { id, measure, expiresAt };
      const other = this.#held.get(target);
      if (other === undefined || other.id === id) {
        this.#hold(target, one);
        continue;
      }
      // Of two, one was about to replace the other when this ended: the stronger stays until the centre says which it wishes.
      const stays = isStronger(other.measure, measure) ? other : one;
      this.#hold(target, stays);
      // Watched, so that it is not told as somebody's else.
      this.#watch.give(revertOf(stays === one ? other.id : id));
    }
  }

  /** Takes one page; `tell` hears of it once it is tried, and again once it is seen. Never rejects; pages are to come one at a time. */
  async take({ seq, list, wishes }: Wishes, tell: (told: Told) => void): Promise<void> {
    if (list?.first === true) this.#listed = new Set();
    for (const { network } of wishes) this.#listed?.add(network);
    const all = await Promise.all(wishes.map((wish) => this.#make(wish)));
    if (list?.last === true) await this.#dropUnlisted();
    const refused = all.flatMap(({ refused: reason }, at) =>
      reason === undefined ? [] : [{ at, reason: reason.slice(0, MAX_REASON) }],
    );
    tell({ t: 'done', seq, refused });
    void Promise.all(all.map((made) => (made.refused === undefined ? made.seen : SEEN))).then((seen) =>
      tell({ t: 'verified', seq, missing: seen.flatMap((isSeen, at) => (isSeen ? [] : [at])) }),
    );
  }

  /** What our enforcer tells of any block; answers what the centre has to know of it unasked. */
  onReply(reply: OrderReply): { readonly network: string; readonly reason: string } | undefined {
    const { id, status, detail = '' } = reply;
    const network = this.#networks.get(id);
    if (network !== undefined && (status === 'expired' || status === 'reverted')) this.#release(network, id);
    const isOurDoing = this.#watch.hear(reply);
    if (network === undefined || status !== 'reverted' || isOurDoing) return undefined;
    return { network, reason: (detail === '' ? 'somebody took it back there' : detail).slice(0, MAX_REASON) };
  }

  async #dropUnlisted(): Promise<void> {
    const listed = this.#listed ?? new Set();
    this.#listed = undefined;
    const over = [...this.#held].filter(([network]) => !listed.has(network));
    await Promise.all(over.map(([network, { id }]) => this.#unmake(network, id)));
  }

  async #make({ network, remainingMs, measure = 'block' }: Wish): Promise<Made> {
    const held = this.#held.get(network);
    if (remainingMs === undefined) return held === undefined ? NOTHING_TO_DO : this.#unmake(network, held.id);
    const expiresAt = this.#clock.now() + remainingMs;
    const isSame = held?.measure === measure;
    if (isSame && Math.abs(held.expiresAt - expiresAt) <= SAME_END_MS) return NOTHING_TO_DO;
    // A later end is the same block, longer. A sooner one, or another measure, is another block, after which the first one goes.
    const isLonger = isSame && expiresAt > held.expiresAt;
    const id = isLonger ? held.id : `${PREFIX}${randomBytes(8).toString('hex')}`;
    const made = await this.#block(network, { id, measure, expiresAt }, held);
    if (made.refused !== undefined || held === undefined || isLonger) return made;
    const gone = await this.#unmake(network, held.id);
    return gone.refused === undefined ? made : gone;
  }

  async #block(network: string, wanted: Held, before: Held | undefined): Promise<Made> {
    const { id, measure, expiresAt } = wanted;
    this.#hold(network, wanted);
    const { tried, seen } = this.#watch.give({
      kind: 'block',
      id,
      target: network,
      ...(measure === 'block' ? {} : { measure }),
      expiresAt,
      reason: 'ordered by the centre',
      incident: '',
      // Whether it rests on enough was decided at the centre; whether it may be made here is decided here.
      sourceVerified: true,
      evidence: ['decoy', 'log'],
    });
    const { status, detail } = await tried;
    if (status === 'applied' || status === 'verified') return { seen };
    // What the enforcer may still make some day is not wanted then: the centre asks again. An order that it refused it has not taken.
    if (status !== 'refused') await this.#unmake(network, id);
    else this.#release(network, id);
    if (before !== undefined && (status === 'refused' || before.id !== id)) this.#hold(network, before);
    return { refused: detail === '' ? status : detail };
  }

  async #unmake(network: string, id: string): Promise<Made> {
    const { tried, seen } = this.#watch.give(revertOf(id));
    const { status, detail } = await tried;
    this.#release(network, id);
    // Refused is what is not there.
    return status === 'failed' ? { refused: detail } : { seen };
  }

  #hold(network: string, held: Held): void {
    this.#held.set(network, held);
    this.#networks.set(held.id, network);
  }

  #release(network: string, id: string): void {
    this.#networks.delete(id);
    if (this.#held.get(network)?.id === id) this.#held.delete(network);
  }
}

function revertOf(id: string): Extract<Order, { kind: 'revert' }> {
  return { kind: 'revert', id, by: 'the centre', reason: 'not wished here any more' };
}
