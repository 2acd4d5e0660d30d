'use client';
/** What stands before and after an incident in the queue that somebody works through: as they saw it, else as the API has it now. */
import { useEffect, useState } from 'react';
import { api } from './api.ts';
import { queryOf, type Filters } from './queue-query.ts';

/** Rows that are looked through at most for an incident that nobody came to from a queue. */
const MAX_PAGES = 4;
const PAGE = 500;

export interface Neighbours {
  readonly previous: string | undefined;
  readonly next: string | undefined;
  /** From 1. */
  readonly place: number;
  readonly of: number;
  /** There are more than those that were looked through. */
  readonly more: boolean;
}

interface Seen {
  readonly search: string;
  readonly rows: readonly { readonly id: string }[];
  readonly more: boolean;
}

let seen: Seen | undefined;

/** The queue as it stands now. `search`: its filters as an address has them. */
export function rememberQueue(search: string, rows: readonly { readonly id: string }[], more: boolean): void {
  seen = { search, rows, more };
}

export function neighboursIn(
  id: string,
  rows: readonly { readonly id: string }[],
  more: boolean,
): Neighbours | undefined {
  const at = rows.findIndex((row) => row.id === id);
  if (at === -1) return undefined;
  return { previous: rows[at - 1]?.id, next: rows[at + 1]?.id, place: at + 1, of: rows.length, more };
}

async function load(id: string, search: string, filters: Filters): Promise<Neighbours | undefined> {
  const { text, ...query } = queryOf(filters);
  const rows: { readonly id: string }[] = [];
  let after: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const answer = await api.listIncidents({ ...query, ...(text === '' ? {} : { text }), after, limit: PAGE });
    rows.push(...answer.incidents);
    after = answer.next;
    const found = neighboursIn(id, rows, after !== undefined);
    if (found?.next !== undefined || after === undefined) break;
  }
  rememberQueue(search, rows, after !== undefined);
  return neighboursIn(id, rows, after !== undefined);
}

/** Undefined while it is not known, and where the queue of these filters does not have it. */
export function useNeighbours(id: string, search: string, filters: Filters): Neighbours | undefined {
  const known = (): Neighbours | undefined =>
    seen?.search === search ? neighboursIn(id, seen.rows, seen.more) : undefined;
  const [neighbours, setNeighbours] = useState(known);
  useEffect(() => {
    if (known() !== undefined) return undefined;
    let isGone = false;
    load(id, search, filters).then(
      (found) => !isGone && setNeighbours(found),
      () => undefined,
    );
    return () => {
      isGone = true;
    };
    // The search says all that the filters do.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [id, search]);
  return neighbours;
}
