/** A person's word that they have it, in the incident's story. Pure. */
import type { Incident } from '@netsentinel/contracts/incident';
import { Draft } from './draft.ts';

export function acknowledgeIncident(incident: Incident, at: number, by: string): Incident {
  const draft = new Draft(incident);
  draft.incident.version++;
  draft.tell({ time: at, kind: 'status', title: 'Acknowledged', detail: `By ${by}`.slice(0, 300) });
  return draft.incident;
}
