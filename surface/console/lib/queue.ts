/** The incident queue as data: pages from the server and live changes in one list, newest activity first. */
import type { IncidentSummary } from '@netsentinel/contracts/incident';
import { holdsWords } from '@netsentinel/contracts/incident-words';

/** Incidents that a page holds; older ones take the place of these. Some 40 MB. */
export const MAX_ROWS = 50_000;

export interface Queue {
  readonly byId: ReadonlyMap<string, IncidentSummary>;
  /** The same, newest activity first. */
  readonly rows: readonly IncidentSummary[];
  /** Where the next page starts; undefined when all is here. */
  readonly next: string | undefined;
}

export interface Page {
  readonly incidents: readonly IncidentSummary[];
  readonly next?: string;
}

export const EMPTY: Queue = { byId: new Map(), rows: [], next: undefined };

/** The first page of a list (again): what was loaded beyond it is let go, newer live versions stay. */
export function firstPage(old: Queue, page: Page): Queue {
  const incidents = page.incidents.map((incident) => newer(old.byId.get(incident.id), incident));
  return { ...merged(EMPTY, incidents), next: page.next };
}

export function nextPage(old: Queue, page: Page): Queue {
  return { ...merged(old, page.incidents), next: page.next };
}

/** The first page again after a pause: further pages that were loaded stay. */
export function refreshed(old: Queue, page: Page): Queue {
  return old.byId.size <= page.incidents.length ? firstPage(old, page) : { ...nextPage(old, page), next: old.next };
}

/** Live changes. `holds` says which still belong in the list that is shown. */
export function changed(
  old: Queue,
  incidents: readonly IncidentSummary[],
  holds: (incident: IncidentSummary) => boolean,
): Queue {
  const { byId, rows } = merged(old, incidents);
  const out = new Set(incidents.filter(({ id }) => !holds(byId.get(id)!)).map(({ id }) => id));
  if (out.size === 0) return { byId, rows, next: old.next };
  for (const id of out) byId.delete(id);
  return { byId, rows: rows.filter(({ id }) => !out.has(id)), next: old.next };
}

/** Live changes to what is shown, each where it stands: for somebody who reads further down. */
export function changedInPlace(old: Queue, incidents: readonly IncidentSummary[]): Queue {
  const changes = new Map(
    incidents.filter(({ id }) => old.byId.has(id)).map((i) => [i.id, newer(old.byId.get(i.id), i)]),
  );
  if (changes.size === 0) return old;
  return {
    byId: new Map([...old.byId, ...changes]),
    rows: old.rows.map((row) => changes.get(row.id) ?? row),
    next: old.next,
  };
}

/** The rows to show: those that hold the words (while somebody types, the server has not answered yet), newest activity first. */
export function rowsOf(queue: Queue, words: string): readonly IncidentSummary[] {
  return words.trim() === '' ? queue.rows : queue.rows.filter((i) => holdsWords(i, words));
}

/** Newest activity first; of the same moment, as the API has them. */
function before(a: IncidentSummary, b: IncidentSummary): number {
  return b.lastSeen - a.lastSeen || (a.id < b.id ? 1 : -1);
}

/** Both lists in one, without sorting all of it: tens of thousands of rows change many times a second. */
function merged(
  old: Queue,
  incidents: readonly IncidentSummary[],
): { byId: Map<string, IncidentSummary>; rows: IncidentSummary[] } {
  const byId = new Map(old.byId);
  for (const incident of incidents) byId.set(incident.id, newer(byId.get(incident.id), incident));
  const ids = new Set(incidents.map(({ id }) => id));
  const coming = [...ids].map((id) => byId.get(id)!).toSorted(before);
  const rows: IncidentSummary[] = [];
  let at = 0;
  for (const row of old.rows) {
    if (ids.has(row.id)) continue;
    while (at < coming.length && before(coming[at]!, row) < 0) rows.push(coming[at++]!);
    rows.push(row);
  }
  while (at < coming.length) rows.push(coming[at++]!);
  return { byId, rows };
}

function newer(known: IncidentSummary | undefined, incoming: IncidentSummary): IncidentSummary {
  return known !== undefined && known.version > incoming.version ? known : incoming;
}
