/**
 * How blocks stand while they are in the making, and the replies that tell it: at each responder by itself, and as a whole. What is
 * settled is forgotten here; from then on the journal knows it.
 */
import type { ActionPart, ActionStatus, OrderReply } from '@netsentinel/contracts/action';
import type { Clock } from '@netsentinel/contracts/clock';
import type { Logger } from '@netsentinel/contracts/log';
import type { Block } from './block-store.ts';
import type { Ledger } from './ledger.ts';
import { standing } from './standing.ts';

/** How a block in the making stands at each responder. */
type Standings = Map<string, ActionPart & { readonly detail: string }>;

export class Progress {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #ledger: Ledger;
  readonly #onReply: (reply: OrderReply) => void;
  /** Blocks that are not in force everywhere yet. */
  readonly #blocks = new Map<string, Standings>();

  constructor(options: {
    readonly clock: Clock;
    readonly log: Logger;
    readonly ledger: Ledger;
    readonly onReply: (reply: OrderReply) => void;
  }) {
    this.#clock = options.clock;
    this.#log = options.log;
    this.#ledger = options.ledger;
    this.#onReply = options.onReply;
  }

  reply(id: string, status: ActionStatus, detail?: string): OrderReply {
    const at = this.#clock.now();
    return detail === undefined ? { id, status, at } : { id, status, detail: detail.slice(0, 1024), at };
  }

  tell(reply: OrderReply): void {
    try {
      this.#onReply(reply);
    } catch (error) {
      this.#log.error('A reply could not be delivered', { id: reply.id, status: reply.status, error });
    }
  }

  /** Starts to follow a block, or follows it anew, with all its parts as they are journaled; of one responder's, the last counts. */
  begin(id: string, parts: readonly Block[]): void {
    this.#blocks.set(id, new Map(parts.map((part) => [part.responder, standingOf(part)])));
  }

  /** What a responder would do, in its own words; told with the next report. */
  planned(part: Block, plan: string[]): void {
    this.#of(part.id).set(part.responder, { ...standingOf(part), ...(plan.length === 0 ? {} : { plan }) });
  }

  forget(id: string): void {
    this.#blocks.delete(id);
  }

  clear(): void {
    this.#blocks.clear();
  }

  /** Tells how a block stands now that one of its parts has come further. */
  advance(part: Block, status: ActionStatus, detail = ''): void {
    const standings = this.#of(part.id);
    standings.set(part.responder, {
      ...standingOf(part),
      ...standings.get(part.responder),
      status,
      detail: detail.slice(0, 1024),
    });
    this.tell(this.#report(part.id, standings));
    const settled = [...standings.values()].every(({ status: at }) => at !== 'planned' && at !== 'applied');
    // Once the journal says the same.
    if (settled) this.#ledger.later(() => this.#blocks.delete(part.id));
  }

  /** How a block stands now. */
  report(id: string): OrderReply {
    return this.#report(id, this.#of(id));
  }

  /** The same, of a block whose parts are at hand and which need not be followed. */
  stands(id: string, parts: readonly Block[]): OrderReply {
    return this.#report(id, this.#blocks.get(id) ?? new Map(parts.map((part) => [part.responder, standingOf(part)])));
  }

  /** What is told of a block; each plan once. */
  #report(id: string, standings: Standings): OrderReply {
    const all = [...standings.values()];
    const { status, detail } = standing(all);
    const parts = all.map(({ detail: said, ...part }) => (said === '' ? part : { ...part, detail: said }));
    for (const [responder, { plan, ...rest }] of standings) if (plan !== undefined) standings.set(responder, rest);
    return { ...this.reply(id, status, detail), parts };
  }

  #of(id: string): Standings {
    let standings = this.#blocks.get(id);
    if (standings === undefined) {
      standings = new Map(this.#ledger.store.parts(id).map((part) => [part.responder, standingOf(part)]));
      this.#blocks.set(id, standings);
    }
    return standings;
  }
}

function standingOf({ responder, mode, status, detail }: Block): ActionPart & { readonly detail: string } {
  return { responder, mode, status, detail };
}
