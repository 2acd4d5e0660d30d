/**
 * Sigma correlations over a stream of rule matches: groups, windows, and when a correlation reports.
 *
 * A condition with lower bounds only (`gt`, `gte`: "at least so many") is judged at every event, over the window that ends there. It reports when it
 * begins to hold, and once more each timespan for as long as it goes on holding: an hour of guessing is a few reports, not thousands. A condition that
 * a later event could still break (`lt`, `lte`, `eq`, `neq` on a count or a sum) is judged once, when the window that its first event opened is over. Means and shares
 * are judged at every event.
 *
 * Time is the events' own; only how long a group is remembered goes by when its events arrived, so that an old log that is read today is judged like
 * today's. An event without one of the group-by fields belongs to no group. Memory is bounded: groups in all and for each correlation
 * (the longest untouched goes first, and is counted), entries of a group (`windowCapacity`), bytes of a value.
 */
import type { Correlation, CorrelationCondition } from '../rule.ts';
import { bounded, groupsOf, lookUp, type Look } from './groups.ts';
import { openWindow, type Sighting, type Window } from './window.ts';

export interface CorrelationMatch<Event> {
  readonly correlation: Correlation;
  /** Group-by fields (or aliases) with the group's values, in the author's order. */
  readonly group: ReadonlyMap<string, string>;
  /** What the condition was about: a count, sum, mean or percentage. */
  readonly measured: number;
  /** The time of the newest event in it. */
  readonly atMs: number;
  /** The newest events that it rests on, oldest first, at most `evidence`. */
  readonly events: readonly Event[];
}

export interface CorrelatorOptions<Event> {
  /** Looks a field up as the rules do. */
  readonly fieldOf: (event: Event, field: string) => unknown;
  /** Groups in memory, over all correlations (default 100,000). */
  readonly maxGroups?: number;
  /** Groups of one correlation (default 50,000). */
  readonly maxGroupsEach?: number;
  /** Events kept as evidence with each group (default 10). */
  readonly evidence?: number;
}

export interface ObserveOptions {
  /** The correlations that may see the event, where others see it elsewhere (`rekey`). Without it: all. */
  readonly only?: ReadonlySet<string>;
  /** When it arrived; without it, when it happened. */
  readonly arrivedMs?: number;
}

export interface CorrelatorStats {
  readonly groups: number;
  /** Groups forgotten before their window was over, to stay within the bounds. */
  readonly evicted: number;
  /** Events that were older than their group's whole window. */
  readonly late: number;
}

interface Group<Event> {
  readonly values: ReadonlyMap<string, string>;
  readonly window: Window;
  readonly openedMs: number;
  newestMs: number;
  /** When its first and its latest event arrived. */
  readonly openedAtMs: number;
  touchedAtMs: number;
  /** When it was last put at the end of the order. */
  placedAtMs: number;
  /** When it last reported, while its condition has held ever since. */
  reportedMs: number | undefined;
  events: Event[];
}

interface State<Event> {
  readonly correlation: Correlation;
  readonly groups: Map<string, Group<Event>>;
  readonly judgedAtEnd: boolean;
}

/** One event, seen as whatever it matched. A correlation's own match is such an event to the correlations above it. */
interface Observation<Event> {
  readonly event: Event;
  readonly atMs: number;
  readonly arrivedMs: number;
  readonly group?: ReadonlyMap<string, string>;
}

export class Correlator<Event> {
  #states: State<Event>[] = [];
  /** Rule or correlation id → the correlations that refer to it. */
  #listeners = new Map<string, State<Event>[]>();
  /** Reports that the correlations above them have not seen yet. */
  #raised: { readonly seen: Observation<Event>; readonly id: string }[] = [];
  #groups = 0;
  #evicted = 0;
  #late = 0;
  #nowMs = Number.NEGATIVE_INFINITY;
  readonly #fieldOf: (event: Event, field: string) => unknown;
  readonly #maxGroups: number;
  readonly #maxGroupsEach: number;
  readonly #evidence: number;

  constructor(correlations: readonly Correlation[], options: CorrelatorOptions<Event>) {
    this.#fieldOf = options.fieldOf;
    this.#maxGroups = options.maxGroups ?? 100_000;
    this.#maxGroupsEach = options.maxGroupsEach ?? 50_000;
    this.#evidence = options.evidence ?? 10;
    this.reload(correlations);
  }

  get stats(): CorrelatorStats {
    return { groups: this.#groups, evicted: this.#evicted, late: this.#late };
  }

  /** Takes other correlations from now on. What is in flight goes on wherever a correlation measures the same as before. */
  reload(correlations: readonly Correlation[]): void {
    const before = new Map(this.#states.map((state) => [state.correlation.id, state]));
    this.#states = correlations.map((correlation) => {
      const old = before.get(correlation.id);
      const same = old !== undefined && measuredAs(old.correlation) === measuredAs(correlation);
      return {
        correlation,
        groups: same ? old.groups : new Map<string, Group<Event>>(),
        judgedAtEnd: isJudgedAtEnd(correlation),
      };
    });
    this.#groups = this.#states.reduce((sum, state) => sum + state.groups.size, 0);
    this.#listeners = new Map();
    for (const state of this.#states) {
      for (const id of new Set(state.correlation.rules)) {
        const listening = this.#listeners.get(id);
        if (listening === undefined) this.#listeners.set(id, [state]);
        else listening.push(state);
      }
    }
  }

  /** One event and the ids of all rules that it matched. */
  observe(
    event: Event,
    atMs: number,
    ruleIds: readonly string[],
    onMatch: (match: CorrelationMatch<Event>) => void,
    { only, arrivedMs = atMs }: ObserveOptions = {},
  ): void {
    if (!ruleIds.some((id) => this.#listeners.has(id))) return;
    this.advance(arrivedMs, onMatch);
    this.#observe({ event, atMs, arrivedMs: Math.max(arrivedMs, this.#nowMs) }, ruleIds, onMatch, only);
    this.#passOn(onMatch);
  }

  /** The latest arrival, or what `advance` was told after it; minus infinity before both. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** Lets time pass, in terms of arrival: windows that are over by then are judged, and idle groups forgotten. */
  advance(nowMs: number, onMatch: (match: CorrelationMatch<Event>) => void): void {
    if (nowMs <= this.#nowMs) return;
    this.#nowMs = nowMs;
    for (const state of this.#states) this.#endWindows(state, nowMs, onMatch);
    this.#passOn(onMatch);
  }

  /** The end of the input: every window that is still open is judged as it stands. */
  finish(onMatch: (match: CorrelationMatch<Event>) => void): void {
    // What ends here may be an event to a correlation whose turn was before: as many rounds as correlations can stand on each other.
    for (let round = 0; this.#groups > 0 && round <= this.#states.length; round++) {
      for (const state of this.#states) this.#endWindows(state, Number.POSITIVE_INFINITY, onMatch);
      this.#passOn(onMatch);
    }
  }

  /** Reports become events once everything has seen the event that brought them about: so the order of the correlations changes nothing. */
  #passOn(onMatch: (match: CorrelationMatch<Event>) => void): void {
    // What is passed on may bring about more, which is appended while this goes on.
    for (const { seen, id } of this.#raised) this.#observe(seen, [id], onMatch);
    this.#raised = [];
  }

  #observe(
    seen: Observation<Event>,
    ids: readonly string[],
    onMatch: (match: CorrelationMatch<Event>) => void,
    only?: ReadonlySet<string>,
  ): void {
    const met = new Set<State<Event>>();
    for (const id of ids) for (const state of this.#listeners.get(id) ?? []) met.add(state);
    for (const state of met) {
      if (only?.has(state.correlation.id) === false) continue;
      const look = this.#lookFor(state.correlation, seen);
      for (const { key, values, rules } of groupsOf(state.correlation, ids, look)) {
        const value = valueOf(state.correlation, rules[0] ?? 0, look);
        this.#add(state, key, values, { atMs: seen.atMs, event: seen.event, rules, value }, seen, onMatch);
      }
    }
  }

  #add(
    state: State<Event>,
    key: string,
    values: readonly string[],
    sighting: Sighting,
    { event, arrivedMs }: Observation<Event>,
    onMatch: (match: CorrelationMatch<Event>) => void,
  ): void {
    const { correlation, groups } = state;
    let group = groups.get(key);
    if (group !== undefined && state.judgedAtEnd && sighting.atMs > group.openedMs + correlation.timespanMs) {
      this.#end(state, key, group, onMatch);
      group = undefined;
    }
    if (group === undefined) {
      this.#makeRoom(state);
      group = {
        values: new Map(correlation.groupBy.map((name, index) => [name, values[index] ?? ''])),
        window: openWindow(correlation),
        openedMs: sighting.atMs,
        newestMs: sighting.atMs,
        openedAtMs: arrivedMs,
        touchedAtMs: arrivedMs,
        placedAtMs: arrivedMs,
        reportedMs: undefined,
        events: [],
      };
      groups.set(key, group);
      this.#groups++;
    } else if (sighting.atMs < group.newestMs - correlation.timespanMs) {
      this.#late++;
      return;
    } else if (!state.judgedAtEnd && arrivedMs - group.placedAtMs > correlation.timespanMs / 8) {
      // The longest untouched first, roughly: the order in which groups are forgotten.
      groups.delete(key);
      groups.set(key, group);
      group.placedAtMs = arrivedMs;
    }
    group.newestMs = Math.max(group.newestMs, sighting.atMs);
    group.touchedAtMs = arrivedMs;
    group.window.add(sighting);
    if (group.events.push(event) > this.#evidence) group.events.shift();
    if (!state.judgedAtEnd) this.#judge(state, group, group.newestMs, onMatch);
  }

  #judge(
    state: State<Event>,
    group: Group<Event>,
    nowMs: number,
    onMatch: (match: CorrelationMatch<Event>) => void,
  ): void {
    const measured = group.window.measure(nowMs);
    if (measured === undefined || !holds(state.correlation, measured)) {
      group.reportedMs = undefined;
      return;
    }
    if (group.reportedMs !== undefined && nowMs - group.reportedMs <= state.correlation.timespanMs) return;
    group.reportedMs = nowMs;
    onMatch({ correlation: state.correlation, group: group.values, measured, atMs: nowMs, events: [...group.events] });
    const newest = group.events.at(-1);
    const { id } = state.correlation;
    if (newest !== undefined && this.#listeners.has(id))
      this.#raised.push({
        seen: { event: newest, atMs: nowMs, arrivedMs: group.touchedAtMs, group: group.values },
        id,
      });
  }

  #endWindows(state: State<Event>, nowMs: number, onMatch: (match: CorrelationMatch<Event>) => void): void {
    const { groups, judgedAtEnd } = state;
    for (const [key, group] of groups) {
      const lastsUntilMs = (judgedAtEnd ? group.openedAtMs : group.touchedAtMs) + state.correlation.timespanMs;
      if (lastsUntilMs >= nowMs) return;
      this.#end(state, key, group, onMatch);
    }
  }

  #end(state: State<Event>, key: string, group: Group<Event>, onMatch: (match: CorrelationMatch<Event>) => void): void {
    state.groups.delete(key);
    this.#groups--;
    if (state.judgedAtEnd) this.#judge(state, group, group.newestMs, onMatch);
  }

  #makeRoom(state: State<Event>): void {
    if (state.groups.size >= this.#maxGroupsEach) this.#evictFrom(state);
    if (this.#groups < this.#maxGroups) return;
    this.#evictFrom(
      this.#states.reduce((largest, other) => (other.groups.size > largest.groups.size ? other : largest)),
    );
  }

  #evictFrom(state: State<Event>): void {
    const oldest = state.groups.keys().next().value;
    if (oldest === undefined) return;
    state.groups.delete(oldest);
    this.#groups--;
    this.#evicted++;
  }

  /** Looks a field up in the event, and before it in the group that a correlation below has found. */
  #lookFor(correlation: Correlation, { event, group }: Observation<Event>): Look {
    return (ruleId, name) =>
      lookUp(correlation, ruleId, name, (field) => group?.get(field) ?? this.#fieldOf(event, field));
  }
}

/** What the condition is about in this event. */
function valueOf(correlation: Correlation, rule: number, look: Look): string | undefined {
  const ruleId = correlation.rules[rule] ?? '';
  const [only, ...others] = correlation.condition.fields;
  if (only === undefined) return undefined;
  if (others.length === 0) {
    const value = look(ruleId, only);
    return value === undefined ? undefined : bounded(value);
  }
  const values = correlation.condition.fields.map((field) => look(ruleId, field));
  return values.includes(undefined) ? undefined : bounded(JSON.stringify(values));
}

/** Whether a later event could still make a condition false that holds now: then it is judged when the window is over. */
export function isJudgedAtEnd({ type, condition }: Correlation): boolean {
  if (type === 'value_avg' || type === 'value_percentile') return false;
  return condition.bounds.some(({ op }) => op !== 'gt' && op !== 'gte');
}

/** Equal texts mean that a group's state can be carried from the one to the other. */
function measuredAs({ type, rules, groupBy, timespanMs, condition, aliases }: Correlation): string {
  return JSON.stringify([
    type,
    rules,
    groupBy,
    timespanMs,
    condition,
    [...aliases].map(([alias, fields]) => [alias, [...fields]]),
  ]);
}

const comparisons: Record<CorrelationCondition['bounds'][number]['op'], (measured: number, bound: number) => boolean> =
  {
    gt: (measured, bound) => measured > bound,
    gte: (measured, bound) => measured >= bound,
    lt: (measured, bound) => measured < bound,
    lte: (measured, bound) => measured <= bound,
    eq: (measured, bound) => measured === bound,
    neq: (measured, bound) => measured !== bound,
  };

function holds({ condition }: Correlation, measured: number): boolean {
  return condition.bounds.every(({ op, value }) => comparisons[op](measured, value));
}
