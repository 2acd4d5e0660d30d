/** An incident as a line of JSON tells it: for programs, so its shape stays. */
import { hostOf } from '@netsentinel/contracts/actor';
import type { Incident } from '@netsentinel/contracts/incident';
import type { KnownScanner } from '@netsentinel/contracts/scanner';

export interface Verdict {
  /** An address, or the machine whose own log shows the attack. */
  readonly attacker: { readonly ip: string } | { readonly host: string };
  /** Whose scanner the attacker is, where that is known by its network. */
  readonly scanner?: KnownScanner;
  /** Where it logged in or ran something; absent where nowhere. */
  readonly inside?: 'machine' | 'decoy';
  readonly first_seen: string;
  readonly last_seen: string;
  readonly severity: Incident['severity'];
  /** 0 to 100. */
  readonly score: number;
  readonly techniques: readonly string[];
  readonly detections: readonly { readonly id: string; readonly title: string; readonly count: number }[];
  readonly title: string;
  readonly tactics: readonly string[];
  readonly events: number;
  readonly failed_logins: number;
  readonly logins: number;
  readonly commands: number;
}

export function verdictOf(incident: Incident): Verdict {
  const { counts, detections, scanner, inside } = incident;
  return {
    attacker: attackerOf(incident),
    ...(scanner === undefined ? {} : { scanner }),
    ...(inside === undefined ? {} : { inside }),
    first_seen: new Date(incident.firstSeen).toISOString(),
    last_seen: new Date(incident.lastSeen).toISOString(),
    severity: incident.severity,
    score: incident.score,
    techniques: incident.techniques,
    detections: detections.map(({ rule, title, count }) => ({ id: rule, title, count })),
    title: incident.title,
    tactics: incident.tactics,
    events: counts.events,
    failed_logins: counts.failures,
    logins: counts.logins,
    commands: counts.commands,
  };
}

/** An address, or the name of the machine. */
export function attackerName(incident: Pick<Incident, 'actor' | 'addresses'>): string {
  const attacker = attackerOf(incident);
  return 'ip' in attacker ? attacker.ip : attacker.host;
}

function attackerOf({ actor, addresses }: Pick<Incident, 'actor' | 'addresses'>): Verdict['attacker'] {
  const host = hostOf(actor);
  return host === undefined ? { ip: addresses[0] ?? actor } : { host };
}

/** The worst first; of equal ones the earlier. */
export function byWeight(a: Weighed, b: Weighed): number {
  return (
    rankOf(b.severity) - rankOf(a.severity) || b.score - a.score || a.firstSeen - b.firstSeen || (a.id < b.id ? -1 : 1)
  );
}

const ORDER: readonly Incident['severity'][] = ['info', 'low', 'medium', 'high', 'critical'];

type Weighed = Pick<Incident, 'id' | 'severity' | 'score' | 'firstSeen'>;

/** The worse, the higher. */
export function rankOf(severity: Incident['severity']): number {
  return ORDER.indexOf(severity);
}
