/** What an analysis found, ready to be shown: a line for each incident, the totals over all, and the worst incidents whole. Bounded, whatever attackers do. */
import type { Incident } from '@netsentinel/contracts/incident';
import { outcomeOf, type Outcome } from './outcome.ts';
import { byWeight, verdictOf, type Verdict } from './verdict.ts';

export interface Findings {
  /** The worst first. */
  readonly verdicts: readonly Verdict[];
  /** The worst first, with all that is known of them. */
  readonly worst: readonly Incident[];
  readonly severities: Readonly<Record<Incident['severity'], number>>;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** Name of a known scanner → how many incidents are of it. */
  readonly scanners: ReadonlyMap<string, number>;
  /** Tactic or technique → how many incidents reached it. */
  readonly tactics: ReadonlyMap<string, number>;
  readonly techniques: ReadonlyMap<string, number>;
}

/** Put together from time to time, so that sorting costs little and no more than twice as many are held. */
const SLACK = 2;

export function findingsOf(incidents: Iterable<Incident>, maxWhole: number): Findings {
  const ranked: { readonly verdict: Verdict; readonly rank: Rank }[] = [];
  let worst: Incident[] = [];
  const severities = { info: 0, low: 0, medium: 0, high: 0, critical: 0 };
  const outcomes = { inside: 0, decoy: 0, tried: 0 };
  const scanners = new Map<string, number>();
  const tactics = new Map<string, number>();
  const techniques = new Map<string, number>();
  for (const incident of incidents) {
    const { id, severity, score, firstSeen, scanner } = incident;
    const verdict = verdictOf(incident);
    ranked.push({ verdict, rank: { id, severity, score, firstSeen } });
    severities[severity]++;
    outcomes[outcomeOf(verdict)]++;
    if (scanner !== undefined) scanners.set(scanner.name, (scanners.get(scanner.name) ?? 0) + 1);
    for (const one of incident.tactics) tactics.set(one, (tactics.get(one) ?? 0) + 1);
    for (const one of incident.techniques) techniques.set(one, (techniques.get(one) ?? 0) + 1);
    worst.push(incident);
    if (worst.length > SLACK * maxWhole) worst = worst.toSorted(byWeight).slice(0, maxWhole);
  }
  return {
    verdicts: ranked.toSorted((a, b) => byWeight(a.rank, b.rank)).map(({ verdict }) => verdict),
    worst: worst.toSorted(byWeight).slice(0, maxWhole),
    severities,
    outcomes,
    scanners,
    tactics,
    techniques,
  };
}

type Rank = Pick<Incident, 'id' | 'severity' | 'score' | 'firstSeen'>;
