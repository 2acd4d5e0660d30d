/** Pure: what looks for each technique, and which incidents showed it. */
import type { IncidentSummary } from '@netsentinel/contracts/incident';
import type { RuleCard } from '@netsentinel/contracts/rule-card';
import type { ApiOptions } from '../../api.types.ts';

type Detections = ApiOptions['attackBook']['detections'];

export interface TechniqueCoverage {
  readonly id: string;
  readonly rules: number;
  readonly off: number;
  readonly detections: { id: string; title: string }[];
}

export interface TechniqueHits {
  readonly id: string;
  readonly incidents: number;
  readonly attackers: number;
  readonly lastSeen: number;
}

/** By id. What is of a sub-technique is of the one above it too, once. */
export function coverageOf(
  rules: readonly Pick<RuleCard, 'techniques' | 'enabled' | 'problem'>[],
  detections: Detections,
): TechniqueCoverage[] {
  const all = new Map<string, { rules: number; off: number; detections: { id: string; title: string }[] }>();
  const of = (id: string) => {
    const known = all.get(id) ?? { rules: 0, off: 0, detections: [] };
    all.set(id, known);
    return known;
  };
  for (const { techniques, enabled, problem } of rules)
    for (const id of withAbove(techniques)) of(id)[enabled && problem === undefined ? 'rules' : 'off']++;
  for (const { id, title, techniques } of detections)
    for (const technique of withAbove(techniques)) of(technique).detections.push({ id, title });
  return [...all].map(([id, found]) => ({ id, ...found })).toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

/** By id, as `coverageOf`. */
export function hitsOf(
  incidents: readonly Pick<IncidentSummary, 'techniques' | 'actor' | 'lastSeen'>[],
): TechniqueHits[] {
  const all = new Map<string, { incidents: number; actors: Set<string>; lastSeen: number }>();
  for (const { techniques, actor, lastSeen } of incidents)
    for (const id of withAbove(techniques)) {
      const known = all.get(id) ?? { incidents: 0, actors: new Set(), lastSeen };
      known.incidents++;
      known.actors.add(actor);
      known.lastSeen = Math.max(known.lastSeen, lastSeen);
      all.set(id, known);
    }
  return [...all]
    .map(([id, found]) => ({ id, incidents: found.incidents, attackers: found.actors.size, lastSeen: found.lastSeen }))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

function withAbove(techniques: readonly string[]): ReadonlySet<string> {
  return new Set(techniques.flatMap((id) => [id, id.split('.', 1)[0]!]));
}
