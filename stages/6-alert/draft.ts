/** A copy of an incident while one event is folded into it: lists are copied on first change, bounded, and what they push out is counted. */
import { INCIDENT_LIMITS, type Incident, type TimelineEntry } from '@netsentinel/contracts/incident';

/** Entries that go first where the story is full. */
const PLAIN: ReadonlySet<string> = new Set(['connect', 'disconnect', 'login-failed', 'request', 'read']);

type List = keyof typeof INCIDENT_LIMITS;
type Item<L extends List> = Incident[L][number];

export class Draft {
  readonly incident: Incident;
  readonly #copied = new Set<string>();

  constructor(incident: Incident) {
    this.incident = { ...incident, counts: { ...incident.counts } };
  }

  /** The list itself, ready to be changed. */
  list<L extends List>(name: L): Item<L>[] {
    const incident = this.incident as Record<L, Item<L>[]>;
    if (!this.#copied.has(name)) {
      this.#copied.add(name);
      incident[name] = [...incident[name]];
    }
    return incident[name];
  }

  /** Adds at the end; where the list is full the oldest goes, of those that are not `telling` as long as there are any. */
  push<L extends List>(name: L, item: Item<L>, telling?: (item: Item<L>) => boolean): void {
    const list = this.list(name);
    list.push(item);
    if (list.length <= INCIDENT_LIMITS[name]) return;
    const plain = telling === undefined ? 0 : list.findIndex((one) => !telling(one));
    list.splice(Math.max(0, plain), 1);
    this.#omit(name);
  }

  /** Replaces the item at `index` by a changed copy. */
  change<L extends List>(name: L, index: number, changes: Partial<Item<L>>): void {
    const list = this.list(name);
    list[index] = { ...list[index]!, ...changes };
  }

  /** Adds to the timeline where its time belongs: events may come a little out of order. */
  tell(entry: TimelineEntry): void {
    const timeline = this.list('timeline');
    let at = timeline.length;
    while (at > 0 && timeline[at - 1]!.time > entry.time) at--;
    timeline.splice(at, 0, entry);
    if (timeline.length <= INCIDENT_LIMITS.timeline) return;
    const plain = timeline.findIndex(({ kind, techniques }) => PLAIN.has(kind) && techniques === undefined);
    timeline.splice(Math.max(0, plain), 1);
    this.#omit('timeline');
  }

  /** Adds what is not in the list yet, as long as there is room. */
  reach(name: 'tactics' | 'techniques', values: readonly string[], max: number): void {
    const missing = values.filter((value) => !this.incident[name].includes(value));
    if (missing.length > 0) this.incident[name] = [...this.incident[name], ...missing].slice(0, max);
  }

  #omit(name: List): void {
    this.incident.omitted = { ...this.incident.omitted, [name]: (this.incident.omitted[name] ?? 0) + 1 };
  }
}
