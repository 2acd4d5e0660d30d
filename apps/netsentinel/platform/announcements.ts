/** Who is told of an incident and of an action: browsers that watch, the figures of the status, and the terminal. */
import type { Action } from '@netsentinel/contracts/action';
import type { IncidentSummary } from '@netsentinel/contracts/incident';
import type { FromPlatform } from '@netsentinel/contracts/process';

/** Incidents that the terminal has been told of; beyond this some are shown as new once more. */
const MAX_KNOWN = 100_000;

interface Listener {
  incident(incident: IncidentSummary): void;
  action(action: Action): void;
}

export interface Announcements {
  readonly onIncident: (incident: IncidentSummary) => void;
  readonly onAction: (action: Action) => void;
}

/** @param live asked for at each call: browsers are served last */
export function createAnnouncements(
  live: () => Listener,
  board: Listener,
  blocklist: { take(action: Action): void },
  send: (message: FromPlatform) => void,
): Announcements {
  const known = new Set<string>();
  return {
    onIncident: (incident) => {
      const isNew = !known.has(incident.id);
      if (known.size >= MAX_KNOWN) known.clear();
      known.add(incident.id);
      live().incident(incident);
      board.incident(incident);
      send({
        t: 'incident',
        id: incident.id,
        title: incident.title,
        severity: incident.severity,
        score: incident.score,
        isNew,
      });
    },
    onAction: (action) => {
      blocklist.take(action);
      live().action(action);
      board.action(action);
      send({
        t: 'action',
        id: action.id,
        ...(action.measure === undefined ? {} : { measure: action.measure }),
        target: action.target,
        status: action.status,
        ...(action.detail === undefined ? {} : { detail: action.detail }),
        expiresAt: action.expiresAt,
      });
    },
  };
}
