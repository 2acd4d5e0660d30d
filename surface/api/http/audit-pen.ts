/** Writes into the audit what a request has changed. One a request. */
import type { AuditRecord, AuditValues } from '@netsentinel/contracts/audit-book';
import type { StateTransaction } from '@netsentinel/contracts/state-store';
import type { FastifyRequest } from 'fastify';
import type { SignedIn } from '../auth/sessions.ts';
import { refusalNow } from './access.ts';
import { addressOf } from './address-of.ts';
import type { RouteContext } from './context.ts';
import type { Route } from './route.ts';

/**
 * `with`: the handler writes the record in the transaction of its change: both are there, or neither. `after`: the record is written once the change is
 * done, for changes that other parts of the platform make. `none`: nothing that lasts is changed, and why that is so.
 */
export type Audited = 'with' | 'after' | { readonly none: string };

/** Of values only what may be read by whoever may read the audit: no passwords, no codes, no links, no tokens. */
interface Change {
  /** For routes that are open: whom the link or the password spoke for. */
  readonly account?: string;
  readonly before?: Told;
  readonly after?: Told;
}

/** What a request left out is not told. */
type Told = Readonly<Record<string, AuditValues[string] | undefined>>;

const MAX_TARGET = 300;

export class AuditPen {
  readonly #ctx: Pick<RouteContext, 'state' | 'clock' | 'log'>;
  readonly #route: Route;
  readonly #request: FastifyRequest;
  readonly #address: string;
  /** Undefined where the route is open: whom the handler names did it then, whoever else's token or session came along. */
  readonly #who: SignedIn | undefined;
  #note: Change = {};
  #isDone = false;

  constructor(ctx: Pick<RouteContext, 'state' | 'clock' | 'log'>, route: Route, request: FastifyRequest) {
    this.#ctx = ctx;
    this.#route = route;
    this.#request = request;
    this.#who = route.access === 'open' ? undefined : request.who;
    // Now: whoever hangs up while the handler works has none later.
    this.#address = addressOf(request);
  }

  /**
   * For routes that are audited `with` their change; also for what was refused and should be known. To be called before a change that takes rights of
   * who asks: throws, and so takes the whole change back, where these have ended since the guard looked.
   */
  async write(tx: StateTransaction, change: Change = {}): Promise<void> {
    const refused = this.#who && (await refusalNow(this.#route.access, this.#who, tx));
    if (refused !== undefined) throw refused;
    await this.#add(tx, change);
  }

  async #add(tx: StateTransaction, change: Change): Promise<void> {
    await tx.addAudit(this.#record(change));
    this.#isDone = true;
  }

  /** All was as it was asked to be: there is nothing to tell. */
  nothingChanged(): void {
    this.#isDone = true;
  }

  /** For routes that are audited `after` their change. */
  note(change: Change): void {
    this.#note = change;
  }

  /** The handler has answered, with this status. */
  async finish(status: number): Promise<void> {
    const { audit, id } = this.#route;
    if (status >= 400 || this.#isDone || (audit !== 'with' && audit !== 'after')) return;
    if (audit === 'with') this.#ctx.log.error('a change was not audited with its transaction', { route: id });
    await this.#ctx.state.transaction((tx) => this.#add(tx, this.#note));
  }

  #record({ account, before, after }: Change): Omit<AuditRecord, 'seq'> {
    const who = this.#who;
    const token = who?.tokenId;
    return {
      at: this.#ctx.clock.now(),
      account: account ?? who?.account ?? '',
      ...(token === undefined ? {} : { token }),
      address: this.#address,
      action: this.#route.id,
      target: targetOf(this.#route.path, this.#request.params as Readonly<Record<string, string>>),
      ...(before === undefined ? {} : { before: valuesOf(before) }),
      ...(after === undefined ? {} : { after: valuesOf(after) }),
    };
  }
}

function valuesOf(told: Told): AuditValues {
  return Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined)) as AuditValues;
}

/** `/api/v1/users/:name` of ada: `users/ada`. */
function targetOf(path: string, params: Readonly<Record<string, string>>): string {
  return path
    .replace(/^\/api\/v1\//, '')
    .replace(/:(\w+)/g, (_, name: string) => params[name] ?? '')
    .slice(0, MAX_TARGET);
}
