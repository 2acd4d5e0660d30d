/** The incident queue as data: pages from the server and live changes in one list, newest activity first. */
import type { IncidentSummary } from '@netsentinel/contracts/incident';
import { holdsWords } from '@netsentinel/contracts/incident-words';

/** Rows on the page at once; further pages take the place of these. */
export const MAX_ROWS = 300;

export interface Queue {
  readonly byId: ReadonlyMap<string, IncidentSummary>;
  /** Where the next page starts; undefined when all is here. */
  readonly next: string | undefined;
}

export interface Page {
  readonly incidents: readonly IncidentSummary[];
  readonly next?: string;
}

export const EMPTY: Queue = { byId: new Map(), next: undefined };

/** The first page of a list (again): what was loaded beyond it is let go, newer live versions stay. */
export function firstPage(old: Queue, page: Page): Queue {
  const byId = new Map<string, IncidentSummary>();
  for (const incident of page.incidents) byId.set(incident.id, newer(old.byId.get(incident.id), incident));
  return { byId, next: page.next };
}

export function nextPage(old: Queue, page: Page): Queue {
  return { byId: merge(old.byId, page.incidents), next: page.next };
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
  const byId = merge(old.byId, incidents);
  for (const { id } of incidents) if (!holds(byId.get(id)!)) byId.delete(id);
  return { ...old, byId };
}

/** The rows to show: those that hold the words (while somebody types, the server has not answered yet), newest activity first, at most `MAX_ROWS`. */
export function rowsOf(queue: Queue, words: string): readonly IncidentSummary[] {
  return [...queue.byId.values()]
    .filter((i) => holdsWords(i, words))
    .sort((a, b) => b.lastSeen - a.lastSeen || (a.id < b.id ? 1 : -1))
    .slice(0, MAX_ROWS);
}

function merge(
  old: ReadonlyMap<string, IncidentSummary>,
  incidents: readonly IncidentSummary[],
): Map<string, IncidentSummary> {
  const byId = new Map(old);
  for (const incident of incidents) byId.set(incident.id, newer(byId.get(incident.id), incident));
  return byId;
}

function newer(known: IncidentSummary | undefined, incoming: IncidentSummary): IncidentSummary {
  return known !== undefined && known.version > incoming.version ? known : incoming;
}
