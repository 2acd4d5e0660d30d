/** Ends an incident's story, and says in it why. Pure. */
import type { Incident } from '@netsentinel/contracts/incident';
import { Draft } from './draft.ts';

const MAX_WHY = 1200;

/** `at`: epoch milliseconds. An incident that is closed already, or benign by a person's word, stays as it is. */
export function closeIncident(incident: Incident, at: number, why: string): Incident {
  if (incident.status !== 'open' && incident.status !== 'contained') return incident;
  const draft = new Draft(incident);
  draft.incident.version++;
  draft.incident.status = 'closed';
  draft.tell({ time: at, kind: 'status', title: 'Closed', detail: why });
  return draft.incident;
}

/** A person's word that it is no attack; also of one that is closed. Said again, it is told again: the reason may be another. */
export function dismissIncident(incident: Incident, at: number, why: string): Incident {
  const draft = new Draft(incident);
  draft.incident.version++;
  draft.incident.status = 'benign';
  draft.tell({ time: at, kind: 'status', title: 'Not an attack', detail: why.slice(0, MAX_WHY) });
  return draft.incident;
}

/** A length of time as people say it: `24 hours`, `90 minutes`. */
export function sayTime(ms: number): string {
  for (const [unit, size] of [
    ['day', 86_400_000],
    ['hour', 3_600_000],
    ['minute', 60_000],
  ] as const)
    if (ms >= 2 * size && ms % size === 0) return `${ms / size} ${unit}s`;
  return `${Math.round(ms / 1000)} seconds`;
}
