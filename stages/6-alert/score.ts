/**
 * How bad an incident is, 0 to 100:
 *
 *     strongest detection   severity weight × confidence (half of it where the source address was not proven)
 *   + 4 for each tactic reached beyond the first, at most 20
 *   + 10 where a login succeeded
 *
 * and at most 50 while no detection has a proven source. It never falls while the incident is open: lists that overflow forget detail,
 * not how bad it was.
 */
import type { Severity } from '@netsentinel/contracts/detection';
import type { Incident } from '@netsentinel/contracts/incident';

export const SEVERITY_WEIGHT: Readonly<Record<Severity, number>> = {
  info: 5,
  low: 25,
  medium: 45,
  high: 65,
  critical: 85,
};
const RANK: Readonly<Record<Severity, number>> = { info: 0, low: 1, medium: 2, high: 3, critical: 4 };
const PER_TACTIC = 4;
const MAX_BREADTH = 20;
const LOGIN = 10;
const MAX_UNVERIFIED = 50;
/** From this score on an incident is critical, whatever its single detections are. */
const CRITICAL_FROM = 90;

export function scoreOf(
  incident: Pick<Incident, 'detections' | 'tactics' | 'counts' | 'sourceVerified' | 'score'>,
): number {
  let strongest = 0;
  for (const { severity, confidence = 0 } of incident.detections)
    strongest = Math.max(strongest, (SEVERITY_WEIGHT[severity] * confidence) / 100);
  const breadth = Math.min(MAX_BREADTH, Math.max(0, incident.tactics.length - 1) * PER_TACTIC);
  const sum = Math.round(strongest + breadth + (incident.counts.logins > 0 ? LOGIN : 0));
  return Math.max(incident.score, Math.min(sum, incident.sourceVerified ? 100 : MAX_UNVERIFIED));
}

export function severityOf(incident: Pick<Incident, 'detections' | 'severity' | 'score'>): Severity {
  if (incident.score >= CRITICAL_FROM) return 'critical';
  return incident.detections.reduce((worst, { severity }) => worse(worst, severity), incident.severity);
}

export function worse(a: Severity, b: Severity): Severity {
  return RANK[a] >= RANK[b] ? a : b;
}

export function atLeast(severity: Severity, minimum: Severity): boolean {
  return RANK[severity] >= RANK[minimum];
}
