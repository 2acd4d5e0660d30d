/** One connection of a point's, at the centre: pages of wishes go out one at a time, and what became of each comes back. */
import type { TLSSocket } from 'node:tls';
import type { Clock } from '@netsentinel/contracts/clock';
import { Peer } from './peer.ts';
import { FromPoint, OLDEST_PROTOCOL, PROTOCOL, type ToPoint, type Wish } from './point-wire.ts';

/** How long a point may take to try a page, and to see it in its world. */
const DONE_MS = 30_000;
const VERIFIED_MS = 30_000;
const HELLO_MS = 10_000;

export type PointState = Omit<Extract<FromPoint, { t: 'state' }>, 't'>;

export type PageOutcome =
  | {
      readonly ok: true;
      /** Why one was not made, by its place in the page. */
      readonly refused: ReadonlyMap<number, string>;
      /** Places that were not seen in the point's world; undefined where it did not say in time. */
      readonly missing: Promise<ReadonlySet<number> | undefined>;
    }
  | { readonly ok: false; readonly reason: string };

interface Asked {
  readonly seq: number;
  readonly resolve: (refused: ReadonlyMap<number, string> | undefined) => void;
}

export interface SessionListener {
  /** The point has said who it is, and how it stands. */
  ready(session: PointSession): void;
  state(session: PointSession, state: PointState): void;
  gone(network: string, reason: string): void;
  ended(session: PointSession, why: string): void;
}

export class PointSession {
  readonly #clock: Clock;
  readonly #peer: Peer<FromPoint, ToPoint>;
  readonly #listener: SessionListener;
  readonly #verifying = new Map<number, (missing: ReadonlySet<number> | undefined) => void>();
  readonly #cancelHello: () => void;
  #hello: Extract<FromPoint, { t: 'hello' }> | undefined;
  #state: PointState | undefined;
  #asked: Asked | undefined;
  #seq = 0;
  #why = '';

  constructor(options: { readonly socket: TLSSocket; readonly clock: Clock; readonly listener: SessionListener }) {
    const { socket, clock, listener } = options;
    this.#clock = clock;
    this.#listener = listener;
    this.#peer = new Peer<FromPoint, ToPoint>({
      socket,
      clock,
      schema: FromPoint,
      onMessage: (message) => this.#hear(message),
      onEnd: (why) => this.#end(why),
      beat: () => ({ t: 'beat' }),
    });
    this.#cancelHello = clock.after(HELLO_MS, () => {
      if (this.#state === undefined) this.#peer.end('it did not say who it is');
    });
  }

  get hello(): { readonly version: string; readonly host: string } | undefined {
    return this.#hello;
  }

  get state(): PointState | undefined {
    return this.#state;
  }

  get ended(): boolean {
    return this.#peer.ended;
  }

  /** Has one page made; the next is asked for once this one is answered. Never rejects. */
  async ask(wishes: readonly Wish[], list?: { readonly first: boolean; readonly last: boolean }): Promise<PageOutcome> {
    if (this.ended || this.#asked !== undefined) return { ok: false, reason: this.#why || 'it is asked already' };
    const seq = ++this.#seq;
    let stop = (): void => {};
    const missing = new Promise<ReadonlySet<number> | undefined>((resolve) => {
      this.#verifying.set(seq, (answer) => {
        stop();
        this.#verifying.delete(seq);
        resolve(answer);
      });
    });
    const refused = await new Promise<ReadonlyMap<number, string> | undefined>((resolve) => {
      const cancel = this.#clock.after(DONE_MS, () => this.#peer.end('it did not answer in time'));
      this.#asked = {
        seq,
        resolve: (answer) => {
          cancel();
          this.#asked = undefined;
          resolve(answer);
        },
      };
      this.#peer.send({ t: 'wishes', seq, wishes: [...wishes], ...(list === undefined ? {} : { list }) });
    });
    if (refused === undefined) return { ok: false, reason: `the point was cut off: ${this.#why}` };
    if (this.#verifying.has(seq)) stop = this.#clock.after(VERIFIED_MS, () => this.#verifying.get(seq)?.(undefined));
    return { ok: true, refused, missing };
  }

  /** Ends it, with a last word where there is one. */
  end(why: string, last?: ToPoint): void {
    this.#peer.end(why, last);
  }

  #hear(message: FromPoint): void {
    switch (message.t) {
      case 'hello':
        if (message.protocol < OLDEST_PROTOCOL || message.protocol > PROTOCOL || this.#hello !== undefined)
          return this.#peer.end('it speaks another version', {
            t: 'refused',
            code: 'POINT_PROTOCOL',
            message: `The centre speaks version ${PROTOCOL} of the protocol of points, this point ${message.protocol}`,
            hint: 'Bring both to the same release.',
          });
        this.#hello = message;
        return undefined;
      case 'state': {
        if (this.#hello === undefined) return this.#peer.end('it did not say who it is');
        const first = this.#state === undefined;
        const { t: _, ...state } = message;
        this.#state = state;
        return first ? this.#listener.ready(this) : this.#listener.state(this, state);
      }
      case 'done': {
        if (this.#asked?.seq !== message.seq) return this.#peer.end('it answered what was not asked');
        return this.#asked.resolve(new Map(message.refused.map(({ at, reason }) => [at, reason])));
      }
      case 'verified':
        return this.#verifying.get(message.seq)?.(new Set(message.missing));
      case 'gone':
        for (const { network, reason } of message.blocks) this.#listener.gone(network, reason);
        return undefined;
      default:
        return message satisfies never;
    }
  }

  #end(why: string): void {
    this.#why = why;
    this.#cancelHello();
    this.#asked?.resolve(undefined);
    for (const answer of this.#verifying.values()) answer(undefined);
    this.#listener.ended(this, why);
  }
}
