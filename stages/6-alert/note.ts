/** A line in an incident's story that somebody else than its attacker wrote: a playbook. Pure. */
import type { Incident } from '@netsentinel/contracts/incident';
import { Draft } from './draft.ts';

/** `mark` makes it known again: the same line twice is one. */
export function noteIncident(
  incident: Incident,
  {
    at,
    text,
    detail,
    mark,
  }: { readonly at: number; readonly text: string; readonly detail: string; readonly mark: string },
): Incident {
  if (incident.timeline.some(({ event }) => event === mark)) return incident;
  const draft = new Draft(incident);
  draft.incident.version++;
  draft.tell({ time: at, kind: 'playbook', title: text.slice(0, 1024), detail, event: mark });
  return draft.incident;
}
