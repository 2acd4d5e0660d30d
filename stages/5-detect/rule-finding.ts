/** From the match of a Sigma rule or correlation to a `Detection`: level, status and tags in the words of the house. */
import type { Detection, Severity } from '@netsentinel/contracts/detection';
import type { Event } from '@netsentinel/contracts/event';
import type { Correlation, Level, Rule, Status } from '@netsentinel/sigma/rule';
import { tactics, tacticsOf } from './attack.ts';
import { quote } from './command-detector.ts';

const MAX_EVIDENCE = 32;
const MAX_TITLE = 256;
const MAX_SUMMARY = 1024;

const severities: Readonly<Record<Level, Severity>> = {
  informational: 'info',
  low: 'low',
  medium: 'medium',
  high: 'high',
  critical: 'critical',
};
/** How far its author trusts a rule; percent. */
const confidences: Readonly<Record<Status, number>> = {
  stable: 90,
  test: 80,
  experimental: 70,
  deprecated: 50,
  unsupported: 40,
};
const UNNAMED = 70;

/** What a finding says of an event that it rests on: flat and small, for those who keep many. */
export interface Evidence {
  readonly id: string;
  /** Event time, milliseconds since the epoch. */
  readonly timeMs: number;
  readonly actor: string;
  readonly verified: boolean;
  readonly session: string | undefined;
}

export function evidenceOf({ '@timestamp': time, event, netsentinel }: Event): Evidence {
  const { actor, source_verified: verified, session } = netsentinel;
  return { id: event.id, timeMs: Date.parse(time), actor, verified, session: session?.id };
}

/** What a rule says of one event. */
export function findingOfRule(rule: Rule, event: Event): Detection {
  return findingOf(rule, [evidenceOf(event)], rule.title);
}

/**
 * What a correlation says of the events that it rests on (oldest first, at least one). The finding is about the actor of the newest; it is verified where
 * all of them are.
 */
export function findingOfCorrelation(
  correlation: Correlation,
  events: readonly Evidence[],
  group: ReadonlyMap<string, string>,
  measured: number,
): Detection {
  const names = [...group].map(([field, value]) => `${field} ${quote(value)}`).join(', ');
  const amount = Number.isInteger(measured) ? String(measured) : measured.toFixed(2);
  return findingOf(correlation, events, `${correlation.title}: ${amount}${names === '' ? '' : ` for ${names}`}`);
}

function findingOf(rule: Rule | Correlation, events: readonly Evidence[], summary: string): Detection {
  const newest = events.at(-1);
  if (newest === undefined) throw new Error('a finding rests on an event');
  const earlier = events.slice(0, -1).toReversed();
  const { session } = newest;
  const techniques = techniquesOf(rule.tags);
  return {
    id: `${rule.id}~${newest.id}`.slice(0, 256),
    rule: { id: rule.id.slice(0, 128), title: rule.title.slice(0, MAX_TITLE) },
    actor: newest.actor,
    time: newest.timeMs,
    severity: rule.level === undefined ? 'low' : severities[rule.level],
    confidence: rule.status === undefined ? UNNAMED : confidences[rule.status],
    techniques,
    tactics: tacticIdsOf(rule.tags, techniques),
    summary: summary.slice(0, MAX_SUMMARY),
    evidence: [newest, ...earlier].slice(0, MAX_EVIDENCE).map(({ id }) => id),
    sourceVerified: events.every(({ verified }) => verified),
    ...(session === undefined ? {} : { session }),
  };
}

const techniqueTag = /^attack\.(t\d{4}(?:\.\d{3})?)$/i;
const maxTags = 16;

/** `attack.t1059.004` → `T1059.004`; other tags (CVE, CAR, TLP) say nothing about techniques. */
export function techniquesOf(tags: readonly string[]): string[] {
  const found = tags.flatMap((tag) => techniqueTag.exec(tag)?.[1]?.toUpperCase() ?? []);
  return [...new Set(found)].slice(0, maxTags);
}

/** The tactics that the tags name; where they name none, those of the techniques. */
function tacticIdsOf(tags: readonly string[], techniques: readonly string[]): string[] {
  const keys = new Set(tags.map((tag) => tag.toLowerCase().replaceAll('_', '-')));
  const named = tactics().filter(({ key }) => keys.has(`attack.${key}`));
  const served = named.length > 0 ? named : techniques.flatMap((id) => tacticsOf(id).slice(0, 1));
  return [...new Set(served.map(({ id }) => id))].slice(0, maxTags);
}
