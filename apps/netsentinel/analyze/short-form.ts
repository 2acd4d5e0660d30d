/** What is kept of an incident that there is no room for in full: its verdict, and of each list the begin and the end. */
import type { INCIDENT_LIMITS } from '@netsentinel/contracts/incident';
import { type Incident } from '@netsentinel/contracts/incident';

/** Entries of each list; of the timeline more. */
const KEPT = 4;
const KEPT_TIMELINE = 8;

export function shortForm(incident: Incident): Incident {
  const omitted = { ...incident.omitted };
  const short: Incident = { ...incident, omitted };
  const cut = <T>(name: keyof typeof INCIDENT_LIMITS, list: readonly T[], keep: number): T[] => {
    if (list.length <= keep) return [...list];
    omitted[name] = (omitted[name] ?? 0) + list.length - keep;
    return [...list.slice(0, keep / 2), ...list.slice(-keep / 2)];
  };
  short.timeline = cut('timeline', incident.timeline, KEPT_TIMELINE);
  short.credentials = cut('credentials', incident.credentials, KEPT);
  short.commands = cut('commands', incident.commands, KEPT);
  short.files = cut('files', incident.files, KEPT);
  short.sessions = cut('sessions', incident.sessions, KEPT);
  short.fingerprints = incident.fingerprints.slice(0, KEPT);
  return short;
}
