/** What is drawn over time, each by where it is known from: incidents for what was found, events for what happened at decoys. */
import { setImmediate } from 'node:timers/promises';
import type { EventFilter } from '@netsentinel/contracts/event-store';
import type { Incident } from '@netsentinel/contracts/incident';
import type { RouteContext } from '../context.ts';
import type { EventReads } from '../reads/bounded-read.ts';
import { recentIncidents } from './recent-incidents.ts';
import { FORGOTTEN_MS, threatLevel } from './threat-level.ts';
import { countLines, highestLines, MAX_SERIES, rowLines, spreadLines, type Intervals, type Line } from './series.ts';

const NS_PER_MS = 1_000_000;
/** Whole incidents that are looked into, the newest. */
const MAX_BODIES = 500;
const BODIES_AT_ONCE = 20;

interface Measured {
  readonly unit: 'incidents' | 'sessions' | 'ms' | 'score';
  readonly lines: readonly Line[];
  readonly isWhole: boolean;
}

export interface MeasureSource {
  readonly state: RouteContext['state'];
  readonly reads: EventReads;
  /** Ids of what finds behaviour: scans, beacons, tunnels … */
  readonly behaviours: ReadonlySet<string>;
  /** Epoch milliseconds. */
  readonly now: number;
}

export type Measure = (source: MeasureSource, intervals: Intervals) => Promise<Measured>;

/** Incidents that began, by what `keys` says of each. */
function incidentsBy(
  keys: (incident: Awaited<ReturnType<typeof recentIncidents>>['incidents'][number]) => readonly string[],
): Measure {
  return async ({ state }, intervals) => {
    const { incidents, isWhole } = await recentIncidents(state.read, intervals.from);
    const entries = incidents.flatMap((one) => keys(one).map((key) => [key, one.firstSeen] as const));
    return { unit: 'incidents', lines: countLines(entries, intervals), isWhole };
  };
}

/** Sessions at decoys that began, by a field. `ssh-connect` and its like are the first event of each. */
function sessionsBy(field: string): Measure {
  return async ({ reads }, { from, to, intervalMs }) => {
    const where = { from, to, filters: atDecoys('-connect') };
    const rows = await reads.aggregate({ where, by: [{ field, top: MAX_SERIES }, { intervalMs }] });
    return { unit: 'sessions', lines: rowLines(rows, { from, to, intervalMs }, ({ count }) => count), isWhole: true };
  };
}

function atDecoys(action: string): EventFilter[] {
  return [
    { field: 'netsentinel.decoy.id', op: 'exists' },
    { field: 'event.action', op: 'contains', value: action },
  ];
}

/** How long attackers were held by decoys, by service: the length of the sessions that ended. */
const engagement: Measure = async ({ reads }, { from, to, intervalMs }) => {
  const rows = await reads.aggregate({
    where: { from, to, filters: atDecoys('-disconnect') },
    by: [{ field: 'network.protocol', top: MAX_SERIES }, { intervalMs }],
    measure: { op: 'sum', field: 'event.duration' },
  });
  const lines = rowLines(rows, { from, to, intervalMs }, ({ measure = 0 }) => Math.round(measure / NS_PER_MS));
  return { unit: 'ms', lines, isWhole: true };
};

/** From an attacker's first move to the first finding, by the times of the events. */
const latency: Measure = async ({ state }, intervals) => {
  const { incidents, isWhole } = await recentIncidents(state.read, intervals.from, { most: MAX_BODIES });
  const entries: [number, number][] = [];
  for await (const { detections, firstSeen } of wholeOnes(state, incidents)) {
    const first = Math.min(...detections.map((one) => one.first));
    if (Number.isFinite(first)) entries.push([first, Math.max(0, first - firstSeen)]);
  }
  return { unit: 'ms', lines: spreadLines(entries, intervals), isWhole };
};

/** How sure behaviours were of what they found: the highest in each interval in which a finding began or was made last. */
const anomaly: Measure = async ({ state, behaviours }, intervals) => {
  const { incidents, isWhole } = await recentIncidents(state.read, intervals.from, { most: MAX_BODIES });
  const entries: [string, number, number][] = [];
  for await (const { detections } of wholeOnes(state, incidents))
    for (const { rule, confidence = 0, first, last } of detections)
      if (behaviours.has(rule)) entries.push([rule, first, confidence], [rule, last, confidence]);
  return { unit: 'score', lines: highestLines(entries, intervals), isWhole };
};

/**
 * The threat level as it was, by what is known of the incidents now: one that is closed counts until it was last seen, one that a person said is no attack never did.
 * The last point is the level now.
 */
const threat: Measure = async ({ state, now }, intervals) => {
  const { from, to, intervalMs } = intervals;
  const known = await recentIncidents(state.read, from - FORGOTTEN_MS, { recorded: false });
  const incidents = known.incidents.filter(({ status }) => status !== 'benign');
  const points: number[] = [];
  for (let end = from + intervalMs; end <= to; end += intervalMs) {
    const at = Math.min(end, now);
    const then = incidents.flatMap(({ status, severity, firstSeen, lastSeen }) => {
      if (firstSeen > at || (status === 'closed' && lastSeen < at)) return [];
      return [{ status: status === 'closed' ? 'open' : status, severity, lastSeen: Math.min(lastSeen, at) } as const];
    });
    points.push(threatLevel(then, at).score);
    await setImmediate();
  }
  return { unit: 'score', lines: [{ key: 'threat', points }], isWhole: known.isWhole };
};

/** The whole of each; those that are gone by now are left out. */
async function* wholeOnes(
  state: MeasureSource['state'],
  incidents: readonly { readonly id: string }[],
): AsyncGenerator<Incident> {
  for (const [n, { id }] of incidents.entries()) {
    const whole = await state.read.incident(id);
    if (whole !== undefined) yield whole;
    // An embedded store answers at once: others have their turn in between.
    if (n % BODIES_AT_ONCE === 0) await setImmediate();
  }
}

export const MEASURES = {
  technique: incidentsBy(({ techniques }) => techniques),
  severity: incidentsBy(({ severity }) => [severity]),
  service: sessionsBy('network.protocol'),
  country: sessionsBy('source.geo.country_iso_code'),
  latency,
  engagement,
  anomaly,
  threat,
} as const satisfies Readonly<Record<string, Measure>>;
