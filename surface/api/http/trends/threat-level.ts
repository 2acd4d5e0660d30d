/**
 * Pure: how bad things are now, as one number that anybody can work out by hand.
 *
 *     pressure = Σ over incidents that are open or contained:  weight × ½^(age ÷ 6 h) × (¼ where contained)
 *     score    = 100 × (1 − e^(−pressure ÷ 60)), rounded
 *
 * `weight` is by severity: critical 40, high 15, medium 5, low 1, info 0; `age` is since the incident was last seen. One critical incident that goes on is
 * 49; as many as there are, they never reach more than 100; twelve hours of silence take three quarters of the pressure away.
 */
import { z } from 'zod';
import type { Severity } from '@netsentinel/contracts/detection';
import type { IncidentSummary } from '@netsentinel/contracts/incident';

export const ThreatLevel = z.strictObject({
  score: z.number().int().min(0).max(100),
  level: z
    .enum(['calm', 'guarded', 'elevated', 'high', 'severe'])
    .describe('By score: guarded from 10, elevated from 30, high from 55, severe from 80'),
});
export type ThreatLevel = z.infer<typeof ThreatLevel>;

const WEIGHTS: Readonly<Record<Severity, number>> = { critical: 40, high: 15, medium: 5, low: 1, info: 0 };
const HALF_LIFE_MS = 6 * 3_600_000;
const CONTAINED = 0.25;
const SCALE = 60;
const LEVELS = [
  [80, 'severe'],
  [55, 'high'],
  [30, 'elevated'],
  [10, 'guarded'],
] as const;

/** What was last seen so long ago weighs nothing that one could see. */
export const FORGOTTEN_MS = 7 * 24 * 3_600_000;

/** `now`: epoch milliseconds. Incidents that are over count for nothing. */
export function threatLevel(
  incidents: Iterable<Pick<IncidentSummary, 'status' | 'severity' | 'lastSeen'>>,
  now: number,
): ThreatLevel {
  let pressure = 0;
  for (const { status, severity, lastSeen } of incidents) {
    if (status !== 'open' && status !== 'contained') continue;
    const fading = 0.5 ** (Math.max(0, now - lastSeen) / HALF_LIFE_MS);
    pressure += WEIGHTS[severity] * fading * (status === 'contained' ? CONTAINED : 1);
  }
  const score = Math.round(100 * (1 - Math.exp(-pressure / SCALE)));
  return { score, level: LEVELS.find(([from]) => score >= from)?.[1] ?? 'calm' };
}
