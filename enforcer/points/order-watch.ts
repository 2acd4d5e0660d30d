/** Gives orders to an enforcer and follows what it tells of each: first what became of it, then whether it was seen in the world. */
import type { ActionStatus, Order, OrderReply } from '@netsentinel/contracts/action';
import type { Clock } from '@netsentinel/contracts/clock';

/** Until an order that nobody tells of is given up, and until what was made is not waited for to be seen. */
const TRIED_MS = 25_000;
const SEEN_MS = 25_000;

export interface Outcome {
  readonly status: ActionStatus;
  readonly detail: string;
}

export interface Watched {
  readonly tried: Promise<Outcome>;
  readonly seen: Promise<boolean>;
}

export class OrderWatch {
  readonly #handle: (order: Order) => void;
  readonly #clock: Clock;
  /** What is told of each order is given on here; one at a time for each id. */
  readonly #waiting = new Map<string, (outcome: Outcome) => void>();

  constructor(handle: (order: Order) => void, clock: Clock) {
    this.#handle = handle;
    this.#clock = clock;
  }

  give(order: Extract<Order, { kind: 'block' | 'revert' }>): Watched {
    const { id } = order;
    // A later order about the same block is what counts: nobody sees the earlier one any more.
    this.#waiting.get(id)?.({ status: 'reverted', detail: '' });
    const tried = Promise.withResolvers<Outcome>();
    const seen = Promise.withResolvers<boolean>();
    const settle = (isSeen: boolean): void => {
      cancel();
      seen.resolve(isSeen);
      if (this.#waiting.get(id) === hear) this.#waiting.delete(id);
    };
    const hear = (outcome: Outcome): void => {
      // It stands so since before the order.
      if (outcome.status === 'planned') return;
      tried.resolve(outcome);
      if (order.kind === 'block' && outcome.status === 'applied') {
        cancel();
        cancel = this.#clock.after(SEEN_MS, () => settle(false));
      } else settle(outcome.status === 'verified' || order.kind === 'revert');
    };
    let cancel = this.#clock.after(TRIED_MS, () =>
      hear({ status: 'failed', detail: 'nothing was told of it in time' }),
    );
    this.#waiting.set(id, hear);
    this.#handle(order);
    return { tried: tried.promise, seen: seen.promise };
  }

  /** True where somebody waits to hear of it. */
  hear({ id, status, detail = '' }: OrderReply): boolean {
    const waiting = this.#waiting.get(id);
    waiting?.({ status, detail });
    return waiting !== undefined;
  }
}
