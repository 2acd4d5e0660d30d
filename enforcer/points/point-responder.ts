/**
 * An enforcement point on another host, as a responder of the centre: journal, modes, approval and the way back are those of any responder. A point
 * that comes back is told all that shall be blocked there, for nothing is known of what it did meanwhile.
 */
import type { Measure } from '@netsentinel/contracts/action';
import { MEASURE_WORDS } from '@netsentinel/contracts/measure-words';
import { formatNetwork, parseNetwork, type Network } from '@netsentinel/kernel/address';
import type { Availability, Change, ChangeOutcome, Responder, ResponderContext } from '../responder.types.ts';
import type { PageOutcome, PointSession, PointState, SessionListener } from './point-session.ts';
import { MAX_PAGE, type Wish } from './point-wire.ts';

const AWAY = {
  available: false,
  reason: 'the point is not connected',
  hint: 'See that it runs there (netsentinel enforcer run) and reaches this machine.',
} as const satisfies Availability;
const NOT_SEEN = 'the point does not see it in force';
const ONLY_BLOCKS = 'the release that runs there can only block';

/** Why a network's measure was not made. */
interface Refused {
  readonly reason: string;
  readonly measure: Measure;
}

export function responderIdOf(name: string): string {
  return `point-${name}`;
}

export class PointResponder implements Responder, SessionListener {
  readonly id: string;
  readonly #ctx: ResponderContext;
  readonly #name: string;
  readonly #onSeen: (session: PointSession) => void;
  #session: PointSession | undefined;
  /** How it stood last, also where it is away. */
  #known: PointState | undefined;
  /** The point holds what is intended, as far as is known. */
  #inLine = false;

  constructor(name: string, ctx: ResponderContext, onSeen: (session: PointSession) => void) {
    this.id = responderIdOf(name);
    this.#name = name;
    this.#ctx = ctx;
    this.#onSeen = onSeen;
  }

  get session(): PointSession | undefined {
    return this.#session;
  }

  ready(session: PointSession): void {
    // One point, one connection: the later one is that of a point that has lost the earlier.
    const before = this.#session;
    this.#session = session;
    this.#known = session.state;
    this.#inLine = false;
    before?.end('it connected again');
    this.#onSeen(session);
    if (session.state?.able === true) this.#ctx.onReady?.();
  }

  state(session: PointSession, state: PointState): void {
    if (session !== this.#session) return;
    const { able, unable = {} } = state;
    const before = Object.keys(this.#known?.unable ?? {}) as Measure[];
    this.#known = state;
    // It can again what it could not: it has not made that meanwhile.
    if (!able || before.some((measure) => unable[measure] === undefined)) this.#inLine = false;
    if (!able) return;
    if (!this.#inLine) this.#ctx.onReady?.();
  }

  gone(text: string, reason: string): void {
    const network = parseNetwork(text);
    if (network !== undefined) this.#ctx.onRefused?.(network, `taken back at the point: ${reason}`);
  }

  ended(session: PointSession, why: string): void {
    if (session !== this.#session) return;
    this.#session = undefined;
    this.#inLine = false;
    this.#ctx.log.warn('An enforcement point is cut off; it keeps what it holds', { point: this.#name, why });
    this.#onSeen(session);
  }

  availability(measure: Measure = 'block'): Availability {
    const state = this.#session?.state;
    if (state === undefined) return AWAY;
    const unable = measure === 'block' ? undefined : state.unable?.[measure];
    if (unable !== undefined)
      return {
        available: false,
        reason: `the point cannot ${measure} now: ${unable}`,
        hint: 'Look at the point itself.',
      };
    if (state.able) return { available: true, detail: `${state.entries} entries; ${state.detail}`.slice(0, 512) };
    return { available: false, reason: `the point cannot block: ${state.detail}`, hint: 'Look at the point itself.' };
  }

  plan(change: Change): readonly string[] {
    const network = formatNetwork(change.network);
    const { measure = 'block' } = change;
    if (change.kind === 'unblock')
      return [
        `order ${this.#name}: ${measure === 'block' ? `unblock ${network}` : `end the ${MEASURE_WORDS[measure].noun} of ${network}`}`,
      ];
    return [`order ${this.#name}: ${measure} ${network} for ${Math.ceil(change.remainingMs / 1000)} s`];
  }

  /** Of a point that was never here nothing is known: it is asked when it comes. */
  refuses(measure: Measure): string | undefined {
    if (measure === 'block' || this.#known === undefined) return undefined;
    return this.#known.refuses === undefined ? ONLY_BLOCKS : this.#known.refuses[measure];
  }

  start(): Promise<Availability> {
    return this.sync();
  }

  async apply(changes: readonly Change[]): Promise<readonly ChangeOutcome[]> {
    if (!this.#inLine) {
      const refused = await this.#replace();
      if (typeof refused === 'string') return changes.map(() => ({ ok: false, reason: refused }));
      const asked = new Set(changes.map(({ network }) => formatNetwork(network)));
      this.#tellRefused(new Map([...refused].filter(([network]) => !asked.has(network))));
      return changes.map(({ network }): ChangeOutcome => {
        const why = refused.get(formatNetwork(network));
        return why === undefined ? { ok: true, verified: Promise.resolve(true) } : { ok: false, reason: why.reason };
      });
    }
    const outcomes: ChangeOutcome[] = [];
    for (let at = 0; at < changes.length; at += MAX_PAGE) {
      const page = changes
        .slice(at, at + MAX_PAGE)
        .map((change) => this.#wish(change.network, change.kind === 'block' ? change : {}));
      const outcome = await this.#ask(page.map(({ wish }) => wish));
      outcomes.push(
        ...page.map(({ refused }, i): ChangeOutcome => {
          return refused === undefined || !outcome.ok ? outcomeOf(outcome, i) : { ok: false, reason: refused };
        }),
      );
    }
    return outcomes;
  }

  async sync(): Promise<Availability> {
    const refused = await this.#replace();
    if (typeof refused === 'string') {
      const now = this.availability();
      return now.available ? { available: false, reason: refused, hint: 'It is tried again.' } : now;
    }
    this.#tellRefused(refused);
    return this.availability();
  }

  async clear(): Promise<Availability> {
    const outcome = await this.#ask([], { first: true, last: true });
    if (outcome.ok) this.#inLine = true;
    return this.availability();
  }

  close(): Promise<void> {
    this.#session?.end('the centre goes down');
    return Promise.resolve();
  }

  /** Has the point hold exactly what is intended; answers what it refused, by network, or why it could not be asked. */
  async #replace(): Promise<ReadonlyMap<string, Refused> | string> {
    const refused = new Map<string, Refused>();
    const session = this.#session;
    const networks = [...this.#ctx.intended.all()].map(({ network }) => network);
    const pages = Math.max(1, Math.ceil(networks.length / MAX_PAGE));
    const looked: Promise<boolean>[] = [];
    for (let page = 0; page < pages; page++) {
      // What ended since is not wished any more.
      const planned = networks.slice(page * MAX_PAGE, (page + 1) * MAX_PAGE).map((network) =>
        this.#wish(network, {
          remainingMs: this.#ctx.intended.remainingMs(network),
          measure: this.#ctx.intended.measureOf?.(network),
        }),
      );
      const wishes = planned.map(({ wish }) => wish);
      const refuse = (at: number, reason: string): void => {
        const one = planned[at];
        if (one !== undefined) refused.set(one.wish.network, { reason, measure: one.measure });
      };
      for (const [at, { refused: why }] of planned.entries()) if (why !== undefined) refuse(at, why);
      const outcome = await this.#ask(wishes, { first: page === 0, last: page === pages - 1 });
      if (!outcome.ok) return outcome.reason;
      for (const [at, reason] of outcome.refused) refuse(at, reason);
      looked.push(
        outcome.missing.then((missing) => {
          for (const at of missing ?? []) refuse(at, NOT_SEEN);
          return missing !== undefined;
        }),
      );
    }
    if ((await Promise.all(looked)).includes(false)) return 'the point did not say in time what is in force';
    const now = this.availability();
    if (!now.available) return now.reason;
    if (session === this.#session) this.#inLine = true;
    return refused;
  }

  /** What it cannot do is not wished, and nothing else in its place. */
  #wish(
    address: Network,
    {
      remainingMs,
      measure = 'block',
    }: { readonly remainingMs?: number | undefined; readonly measure?: Measure | undefined },
  ): { readonly wish: Wish; readonly measure: Measure; readonly refused?: string } {
    const network = formatNetwork(address);
    if (remainingMs === undefined) return { wish: { network }, measure };
    const refused = this.refuses(measure);
    if (refused !== undefined) return { wish: { network }, measure, refused };
    const left = Math.max(1, Math.ceil(remainingMs));
    return { wish: { network, remainingMs: left, ...(measure === 'block' ? {} : { measure }) }, measure };
  }

  async #ask(
    wishes: readonly Wish[],
    list?: { readonly first: boolean; readonly last: boolean },
  ): Promise<PageOutcome> {
    const session = this.#session;
    if (session === undefined) return { ok: false, reason: AWAY.reason };
    return session.ask(wishes, list);
  }

  /** Once the lane has noted what was made good. */
  #tellRefused(refused: ReadonlyMap<string, Refused>): void {
    if (refused.size === 0) return;
    setImmediate(() => {
      for (const [text, { reason, measure }] of refused) {
        const network = parseNetwork(text);
        if (network !== undefined) this.#ctx.onRefused?.(network, reason, measure);
      }
    });
  }
}

function outcomeOf(page: PageOutcome, at: number): ChangeOutcome {
  if (!page.ok) return { ok: false, reason: page.reason };
  const reason = page.refused.get(at);
  if (reason !== undefined) return { ok: false, reason };
  const verified = page.missing.then((missing) => missing !== undefined && !missing.has(at));
  return { ok: true, verified };
}
