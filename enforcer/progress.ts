/**
 * How blocks stand while they are in the making, and the replies that tell it: at each responder by itself, and as a whole. What is
 * settled is forgotten here; from then on the journal knows it.
 */
import type { ActionPart, ActionStatus, Measure, OrderReply } from '@netsentinel/contracts/action';
import type { Clock } from '@netsentinel/contracts/clock';
import type { Logger } from '@netsentinel/contracts/log';
import type { Block } from './block-store.ts';
import type { Lane } from './lane.ts';
import type { Ledger } from './ledger.ts';
import { standing } from './standing.ts';

/** How a block in the making stands at each responder. */
type Standings = Map<string, ActionPart & { readonly detail: string }>;

interface Followed {
  readonly measure: Measure;
  readonly standings: Standings;
}

/** A block is for all that can; and of what leaves the attacker as free as before, nobody misses a part. */
const PASSES: ReadonlySet<Measure> = new Set(['block', 'mirror', 'capture']);

/** As many parts as a reply holds. */
const MAX_PARTS = 32;

export class Progress {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #ledger: Ledger;
  readonly #lanes: ReadonlyMap<string, Lane>;
  readonly #onReply: (reply: OrderReply) => void;
  /** Blocks that are not in force everywhere yet. */
  readonly #blocks = new Map<string, Followed>();

  constructor(options: {
    readonly clock: Clock;
    readonly log: Logger;
    readonly ledger: Ledger;
    readonly lanes: ReadonlyMap<string, Lane>;
    readonly onReply: (reply: OrderReply) => void;
  }) {
    this.#clock = options.clock;
    this.#log = options.log;
    this.#ledger = options.ledger;
    this.#lanes = options.lanes;
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
    this.#blocks.set(id, followed(parts));
  }

  /** What a responder would do, in its own words; told with the next report. */
  planned(part: Block, plan: string[]): void {
    this.#of(part.id).standings.set(part.responder, { ...standingOf(part), ...(plan.length === 0 ? {} : { plan }) });
  }

  forget(id: string): void {
    this.#blocks.delete(id);
  }

  clear(): void {
    this.#blocks.clear();
  }

  /** Tells how a block stands now that one of its parts has come further. */
  advance(part: Block, status: ActionStatus, detail = ''): void {
    const all = this.#of(part.id);
    const { standings } = all;
    standings.set(part.responder, {
      ...standingOf(part),
      ...standings.get(part.responder),
      status,
      detail: detail.slice(0, 1024),
    });
    this.tell(this.#report(part.id, all));
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
    return this.#report(id, this.#blocks.get(id) ?? followed(parts));
  }

  /** What is told of a block; each plan once. */
  #report(id: string, { measure, standings }: Followed): OrderReply {
    const all = [...standings.values()];
    const { status, detail } = standing(all);
    const parts = all.map(({ detail: said, ...part }) => (said === '' ? part : { ...part, detail: said }));
    for (const [responder, { plan, ...rest }] of standings) if (plan !== undefined) standings.set(responder, rest);
    const aside = PASSES.has(measure) ? [] : this.#aside(measure, standings);
    return {
      ...this.reply(id, status, detail),
      parts: [...parts, ...aside].slice(0, Math.max(MAX_PARTS, parts.length)),
    };
  }

  /** Those that would carry a block but have no part in this measure: whoever reads the reply is to know where the attacker is as free as before. */
  #aside(measure: Measure, standings: Standings): ActionPart[] {
    return [...this.#lanes.values()]
      .filter((lane) => lane.isLive && !standings.has(lane.id) && lane.refuses('block') === undefined)
      .map((lane) => ({
        responder: lane.id,
        mode: lane.mode,
        status: 'refused',
        detail: lane.refuses(measure)?.slice(0, 1024) ?? 'it was not asked',
      }));
  }

  #of(id: string): Followed {
    let known = this.#blocks.get(id);
    if (known === undefined) {
      known = followed(this.#ledger.store.parts(id));
      this.#blocks.set(id, known);
    }
    return known;
  }
}

/** All parts of a block have its measure. */
function followed(parts: readonly Block[]): Followed {
  return {
    measure: parts[0]?.measure ?? 'block',
    standings: new Map(parts.map((part) => [part.responder, standingOf(part)])),
  };
}

function standingOf({ responder, mode, status, detail }: Block): ActionPart & { readonly detail: string } {
  return { responder, mode, status, detail };
}
