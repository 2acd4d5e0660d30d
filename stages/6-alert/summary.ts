/** What a list shows of an incident. */
import type { Incident, IncidentSummary } from '@netsentinel/contracts/incident';

export function summaryOf(incident: Incident): IncidentSummary {
  const {
    id,
    actor,
    addresses,
    status,
    title,
    severity,
    score,
    firstSeen,
    lastSeen,
    tactics,
    techniques,
    counts,
    version,
  } = incident;
  return {
    id,
    actor,
    addresses,
    status,
    title,
    severity,
    score,
    firstSeen,
    lastSeen,
    tactics,
    techniques,
    counts,
    version,
  };
}
