/**
 * A past incident as it grew: what there was of it at each moment of its story. An incident keeps no earlier versions of itself, so this is put together from the times
 * in it: right for what was found, run and reached; logins are counted from its story, which leaves out what its bounds have pushed out. Pure.
 */
import { scoreOf, severityOf } from '@netsentinel/alert/score';
import type { Incident, TimelineEntry } from '@netsentinel/contracts/incident';
import { tacticsOf } from '@netsentinel/detect/attack';

/** Moments that are looked at; of more, evenly many. */
const MAX_MOMENTS = 200;

export interface Moment {
  readonly at: number;
  readonly incident: Incident;
}

/** Oldest first; the last is the incident as it is stored, as if nobody had closed it. */
export function* growthOf(whole: Incident): Generator<Moment> {
  const { lastSeen } = whole;
  const times = new Set([
    ...whole.detections.map(({ first }) => first),
    ...whole.sessions.map(({ start }) => start),
    ...whole.timeline.filter(isMove).map(({ time }) => time),
  ]);
  const sorted = [...times].filter((at) => at < lastSeen).toSorted((a, b) => a - b);
  const every = Math.max(1, Math.ceil(sorted.length / MAX_MOMENTS));
  let score = 0;
  for (const [i, at] of sorted.entries()) {
    if (i % every !== 0) continue;
    const incident = asOf(whole, at, score);
    ({ score } = incident);
    yield { at, incident };
  }
  yield { at: lastSeen, incident: { ...whole, status: 'open' } };
}

function asOf(whole: Incident, at: number, before: number): Incident {
  const until = <T extends { readonly time: number }>(rows: readonly T[]): T[] => rows.filter(({ time }) => time <= at);
  const timeline = until(whole.timeline);
  const commands = until(whole.commands);
  const logins = count(timeline, 'login', whole.counts.logins);
  const known = new Set([...timeline, ...commands].flatMap(({ techniques = [] }) => techniques));
  const techniques = whole.techniques.filter((id) => known.has(id));
  const reached = new Set(techniques.flatMap((id) => tacticsOf(id).map((one) => one.id)));
  const counts = {
    events: Math.min(
      whole.counts.events,
      timeline.reduce((sum, entry) => sum + (entry.count ?? 1), 0),
    ),
    logins,
    failures: count(timeline, 'login-failed', whole.counts.failures),
    commands: Math.min(whole.counts.commands, commands.length),
  };
  const { inside, ...rest } = whole;
  const grown: Incident = {
    ...rest,
    ...(inside !== undefined && (logins > 0 || counts.commands > 0) ? { inside } : {}),
    status: 'open',
    lastSeen: at,
    techniques,
    tactics: whole.tactics.filter((id) => reached.has(id)),
    detections: whole.detections
      .filter(({ first }) => first <= at)
      .map((row) => (row.last <= at ? row : { ...row, last: at, count: 1 })),
    timeline,
    commands,
    files: until(whole.files),
    sessions: whole.sessions.filter(({ start }) => start <= at),
    credentials: whole.credentials.filter(({ last }) => last <= at),
    counts,
  };
  const score = scoreOf({ ...grown, score: before });
  return { ...grown, score, severity: severityOf({ ...grown, severity: 'info', score }) };
}

function count(timeline: readonly TimelineEntry[], kind: string, most: number): number {
  const seen = timeline.filter((entry) => entry.kind === kind).reduce((sum, entry) => sum + (entry.count ?? 1), 0);
  return Math.min(most, seen);
}

/** What others did about it is no move of the attacker's. */
function isMove({ kind }: TimelineEntry): boolean {
  return kind !== 'action' && kind !== 'status' && kind !== 'playbook';
}
