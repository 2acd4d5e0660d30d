/**
 * A phase of an attack: what a scanner or a guesser does, over however many connections, until something more telling happens. Its connections, its requests and
 * its failed logins are an entry each for each service, which counts; otherwise one scan would fill the whole story.
 */
import type { Incident, TimelineEntry } from '@netsentinel/contracts/incident';

/** What does not end a phase. */
const NOISE: ReadonlySet<string> = new Set(['connect', 'disconnect', 'detection', 'request', 'login-failed', 'probe']);
/** What only a visit of some length has: a session opened, a tunnel. */
const STAYED: ReadonlySet<string> = new Set(['session', 'forward']);
/** How far back the entry may stand, and how long ago it may have begun: an entry tells of no more time than this. */
const MAX_BACK = 48;
const MAX_PHASE_MS = 600_000;

export interface Repeated {
  readonly kind: string;
  readonly time: number;
  readonly session: string | undefined;
  readonly protocol: string | undefined;
}

/** The index of the entry that tells of the same in this phase; -1 where there is none. */
export function sameInPhase(incident: Incident, { kind, time, session, protocol }: Repeated): number {
  const { timeline } = incident;
  const decoy = decoyOf(incident, session);
  const end = Math.max(0, timeline.length - MAX_BACK);
  for (let at = timeline.length - 1; at >= end; at--) {
    const entry = timeline[at]!;
    if (!NOISE.has(entry.kind) || time - entry.time > MAX_PHASE_MS) return -1;
    if (entry.kind !== kind || entry.count === undefined || entry.protocol !== protocol) continue;
    if (entry.session === session || decoyOf(incident, entry.session) === decoy) return at;
  }
  return -1;
}

/** Whether more than this was told of a session: it is worth saying that it ended. */
export function isTelling({ timeline, sessions }: Incident, session: string | undefined): boolean {
  if (session === undefined) return true;
  const known = sessions.findLast(({ id }) => id === session);
  if (known?.user !== undefined || known?.recording !== undefined) return true;
  return timeline.some((entry: TimelineEntry) => entry.session === session && STAYED.has(entry.kind));
}

function decoyOf({ sessions }: Incident, session: string | undefined): string | undefined {
  return session === undefined ? undefined : sessions.findLast(({ id }) => id === session)?.decoy;
}
