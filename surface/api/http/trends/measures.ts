/** What is drawn over time, each by where it is known from: incidents for what was found, events for what happened at decoys. */
import { setImmediate } from 'node:timers/promises';
import type { EventFilter } from '@netsentinel/contracts/event-store';
import type { RouteContext } from '../context.ts';
import type { EventReads } from '../reads/bounded-read.ts';
import { recentIncidents } from './recent-incidents.ts';
import { countLines, MAX_SERIES, rowLines, spreadLines, type Intervals, type Line } from './series.ts';

const NS_PER_MS = 1_000_000;
/** Whole incidents that are looked into, the newest. */
const MAX_BODIES = 500;
const BODIES_AT_ONCE = 20;

interface Measured {
  readonly unit: 'incidents' | 'sessions' | 'ms';
  readonly lines: readonly Line[];
  readonly isWhole: boolean;
}

export interface MeasureSource {
  readonly state: RouteContext['state'];
  readonly reads: EventReads;
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
  for (let at = 0; at < incidents.length; at += BODIES_AT_ONCE) {
    for (const { id } of incidents.slice(at, at + BODIES_AT_ONCE)) {
      const whole = await state.read.incident(id);
      const first = Math.min(...(whole?.detections ?? []).map((one) => one.first));
      if (whole !== undefined && Number.isFinite(first)) entries.push([first, Math.max(0, first - whole.firstSeen)]);
    }
    await setImmediate();
  }
  return { unit: 'ms', lines: spreadLines(entries, intervals), isWhole };
};

export const MEASURES = {
  technique: incidentsBy(({ techniques }) => techniques),
  severity: incidentsBy(({ severity }) => [severity]),
  service: sessionsBy('network.protocol'),
  country: sessionsBy('source.geo.country_iso_code'),
  latency,
  engagement,
} as const satisfies Readonly<Record<string, Measure>>;
