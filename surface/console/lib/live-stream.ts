/** What happens now as one list: what came last is first, however much comes it stays bounded, and while somebody holds it what comes waits. */
import type { Action } from '@netsentinel/contracts/action';
import type { IncidentSummary } from '@netsentinel/contracts/incident';
import type { LiveAnomaly, LiveEvent, LiveSession } from '@netsentinel/contracts/live';

/** Rows that a page keeps, and as many may wait: the oldest go first. */
export const MAX_ROWS = 2_000;

export const KINDS = ['session', 'incident', 'anomaly', 'action', 'event'] as const;
export type Kind = (typeof KINDS)[number];

/** Told of the stream itself: messages that did not come, or a time in which none could. */
export interface Gap {
  readonly id: string;
  readonly at: number;
  readonly why: 'sampled' | 'cut' | 'paused';
  readonly count: number;
  /** Of which rooms. */
  readonly rooms: readonly string[];
}

export type News =
  | { readonly kind: 'session'; readonly body: LiveSession }
  | { readonly kind: 'incident'; readonly body: IncidentSummary }
  | { readonly kind: 'anomaly'; readonly body: LiveAnomaly }
  | { readonly kind: 'action'; readonly body: Action }
  | { readonly kind: 'event'; readonly body: LiveEvent }
  | { readonly kind: 'gap'; readonly body: Gap };

export type Row = News & {
  /** Counts up; no two rows have the same. */
  readonly n: number;
  /** Epoch ms, by the clock of who saw it. */
  readonly at: number;
};

export interface Stream {
  /** The last first. */
  readonly rows: readonly Row[];
  /** What came since it is held. */
  readonly waiting: readonly Row[];
  /** Of what came since it is held and is no longer kept. */
  readonly lost: number;
  readonly next: number;
}

export const EMPTY: Stream = { rows: [], waiting: [], lost: 0, next: 0 };

/** What came, the oldest first. `isHeld`: rows do not move; what they tell of still changes in place. */
export function told(stream: Stream, news: readonly News[], isHeld: boolean): Stream {
  if (news.length === 0) return stream;
  const rows = new Rows(stream.rows);
  const waiting = new Rows(stream.waiting);
  let { next } = stream;
  for (const one of news) {
    // What waits is the newer of the two.
    const where = waiting.knows(one) || (isHeld && one.kind === 'gap') ? waiting : rows;
    if (!where.update(one)) (isHeld ? waiting : rows).put({ ...one, n: next++, at: atOf(one) });
  }
  const { list, dropped } = waiting.done();
  return { rows: rows.done().list, waiting: list, lost: stream.lost + dropped, next };
}

/** What happened before, the oldest first, beneath all that came already. */
export function begun(stream: Stream, past: readonly News[]): Stream {
  const known = new Set([...stream.waiting, ...stream.rows].map(ownerOf));
  const before = past
    .filter((news) => !known.has(ownerOf(news)))
    .map((news, i) => ({ ...news, n: stream.next + i, at: atOf(news) }));
  const rows = [...stream.rows, ...before.toReversed()].slice(0, MAX_ROWS);
  return { ...stream, rows, next: stream.next + before.length };
}

/** What waited joins the rows; where not all of it was kept, a row says how much. */
export function released(stream: Stream, at: number): Stream {
  if (stream.waiting.length === 0) return stream;
  const { next, lost } = stream;
  const kept = lost === 0 ? stream.waiting : stream.waiting.slice(0, MAX_ROWS - 1);
  const count = lost + stream.waiting.length - kept.length;
  const gap: readonly Row[] =
    lost === 0
      ? []
      : [{ kind: 'gap', body: { id: `paused ${next}`, at, why: 'paused', count, rooms: [] }, n: next, at }];
  return {
    rows: [...kept, ...gap, ...stream.rows].slice(0, MAX_ROWS),
    waiting: [],
    lost: 0,
    next: next + gap.length,
  };
}

/**
 * What a row tells of, where news of the same change the row instead of adding one: an incident that goes on is told once for each state that matters, an
 * action once for each of its states.
 */
function sameOf(news: News): string | undefined {
  switch (news.kind) {
    case 'incident': {
      const { id, status, severity, title } = news.body;
      return JSON.stringify(['incident', id, status, severity, title]);
    }
    case 'action':
      return JSON.stringify(['action', news.body.id, news.body.status]);
    case 'session':
      return JSON.stringify(['session', news.body.id, news.body.what]);
    case 'gap':
      return news.body.why === 'sampled' ? 'gap sampled' : undefined;
    default:
      return undefined;
  }
}

/** Which rows the same news change: of incidents only the latest row, so that a state that comes back is told anew. */
function ownerOf(news: News): string {
  switch (news.kind) {
    case 'incident':
    case 'action':
      return `${news.kind} ${news.body.id}`;
    case 'session':
      return `session ${news.body.id} ${news.body.what}`;
    default:
      return news.kind;
  }
}

export function atOf({ kind, body }: News): number {
  if (kind === 'incident') return body.lastSeen;
  if (kind === 'anomaly') return body.time;
  return kind === 'action' ? body.updatedAt : body.at;
}

class Rows {
  readonly #old: readonly Row[];
  readonly #added: Row[] = [];
  #changed: Row[] | undefined;
  #latest: Map<string, { readonly in: 'old' | 'added'; readonly index: number }> | undefined;

  constructor(old: readonly Row[]) {
    this.#old = old;
  }

  put(row: Row): void {
    this.#index().set(ownerOf(row), { in: 'added', index: this.#added.length });
    this.#added.push(row);
  }

  knows(news: News): boolean {
    return this.#index().has(ownerOf(news));
  }

  /** False where no row tells of the same. */
  update(news: News): boolean {
    const same = sameOf(news);
    if (same === undefined) return false;
    const place = this.#index().get(ownerOf(news));
    if (place === undefined) return false;
    // What the stream was not sent is added up only as long as nothing came between.
    if (news.kind === 'gap' && !this.#isFirst(place)) return false;
    const list = place.in === 'added' ? this.#added : (this.#changed ?? this.#old);
    const row = list[place.index]!;
    if (sameOf(row) !== same) return false;
    const changed = { ...row, ...merged(row, news) } as Row;
    if (place.in === 'added') this.#added[place.index] = changed;
    else (this.#changed ??= [...this.#old])[place.index] = changed;
    return true;
  }

  done(): { readonly list: readonly Row[]; readonly dropped: number } {
    const old = this.#changed ?? this.#old;
    if (this.#added.length === 0) return { list: old, dropped: 0 };
    const all = [...this.#added.toReversed(), ...old];
    return { list: all.slice(0, MAX_ROWS), dropped: Math.max(0, all.length - MAX_ROWS) };
  }

  #isFirst(place: { readonly in: 'old' | 'added'; readonly index: number }): boolean {
    return this.#added.length === 0
      ? place.in === 'old' && place.index === 0
      : place.in === 'added' && place.index === this.#added.length - 1;
  }

  #index(): Map<string, { readonly in: 'old' | 'added'; readonly index: number }> {
    if (this.#latest !== undefined) return this.#latest;
    this.#latest = new Map();
    for (const [index, row] of this.#old.entries()) {
      const owner = ownerOf(row);
      if (!this.#latest.has(owner)) this.#latest.set(owner, { in: 'old', index });
    }
    return this.#latest;
  }
}

function merged(row: Row, news: News): News {
  if (row.kind === 'gap' && news.kind === 'gap') {
    const rooms = [...new Set([...row.body.rooms, ...news.body.rooms])];
    return { kind: 'gap', body: { ...news.body, id: row.body.id, count: row.body.count + news.body.count, rooms } };
  }
  return news;
}
