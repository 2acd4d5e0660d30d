/** Attackers as their list shows them, and what else is asked of one. */
import type { AttackerStory, AttackerSummary } from '@netsentinel/client';
import type { Action } from '@netsentinel/contracts/action';
import { api } from './api.ts';
import { countryName } from './country.ts';

const DAY_MS = 86_400_000;
const RECENT_DAYS = 30;
/** A condition in an address is bounded. */
const MAX_LIST_CHARS = 900;
const MAX_RELATED = 12;

/** As the address has it; empty: any. */
export const ANY_ATTACKER = { order: 'lastSeen', text: '', country: '', scanner: '', held: '', open: '', score: '' };
export type AttackerFilters = typeof ANY_ATTACKER;

export const ORDERS = ['lastSeen', 'score', 'incidents', 'techniques'] as const;

export interface ListedAttacker extends AttackerSummary {
  /** ISO 3166-1; not there where it is not known, or not yet. */
  readonly country?: string;
  readonly isHeld: boolean;
}

/** Pure: those that a list shows, in its order. */
export function chosenAttackers(all: readonly ListedAttacker[], filters: AttackerFilters): ListedAttacker[] {
  const { order, country, scanner, held, open } = filters;
  const words = filters.text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const minScore = Number(filters.score) || 0;
  const chosen = all.filter(
    (one) =>
      one.score >= minScore &&
      (country === '' || (one.country ?? '?') === country) &&
      (scanner === '' || (scanner === 'only') === (one.latest.scanner !== undefined)) &&
      (held === '' || (held === 'yes') === one.isHeld) &&
      (open === '' || one.open > 0) &&
      words.every((word) => textOf(one).includes(word)),
  );
  if (order === 'incidents') return chosen.toSorted((a, b) => b.incidents - a.incidents);
  if (order === 'techniques') return chosen.toSorted((a, b) => b.latest.techniques.length - a.latest.techniques.length);
  return chosen;
}

function textOf({ actor, latest: { title, techniques, scanner }, country }: ListedAttacker): string {
  return [
    actor,
    title,
    ...techniques,
    scanner?.name ?? '',
    country === undefined ? '' : `${country} ${countryName(country)}`,
  ]
    .join(' ')
    .toLowerCase();
}

/** Whom a measure holds now. */
export function heldActors(actions: readonly Action[], now: number): ReadonlySet<string> {
  return new Set(
    actions
      .filter(({ status, expiresAt }) => (status === 'applied' || status === 'verified') && expiresAt > now)
      .flatMap(({ actor, target }) => [actor, target]),
  );
}

/** From where most events of each came in the last 30 days. */
export async function countriesOf(actors: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const countries = new Map<string, string>();
  const from = String(Date.now() - RECENT_DAYS * DAY_MS);
  for (const list of listsOf(actors)) {
    const { groups } = await api.countEvents({
      from,
      filter: [`netsentinel.actor:in:${JSON.stringify(list)}`, 'source.geo.country_iso_code:exists'],
      by: ['netsentinel.actor', 'source.geo.country_iso_code'],
      top: list.length,
    });
    for (const { keys } of groups) {
      const [actor, country] = keys;
      if (typeof actor === 'string' && typeof country === 'string' && !countries.has(actor))
        countries.set(actor, country);
    }
  }
  return countries;
}

/** Pure: in lists that each fit into a condition. */
export function listsOf(values: readonly string[]): string[][] {
  const lists: string[][] = [];
  let length = 0;
  for (const value of values) {
    const more = JSON.stringify(value).length + 1;
    if (more > MAX_LIST_CHARS) continue;
    if (lists.length === 0 || length + more > MAX_LIST_CHARS) {
      lists.push([]);
      length = 0;
    }
    lists.at(-1)!.push(value);
    length += more;
  }
  return lists;
}

export interface Related {
  readonly actor: string;
  readonly events: number;
  /** A kind of fingerprint, or `network`. */
  readonly by: string;
}

/** Where a fingerprint stands in events. */
const FIELDS: Readonly<Record<string, string>> = {
  'ssh-key': 'netsentinel.credential.public_key.fingerprint',
  hassh: 'netsentinel.ssh.hassh',
  ja4: 'netsentinel.tls.ja4',
  ja3: 'tls.client.ja3',
};
const MAX_QUESTIONS = 3;

/** Who else came in the last 30 days with one of its fingerprints, or from its /24; each once. */
export async function relatedTo({ actor, fingerprints }: AttackerStory): Promise<readonly Related[]> {
  const conditions = fingerprints
    .flatMap(({ kind, value }) =>
      Object.hasOwn(FIELDS, kind) && value.length <= 128 ? [[kind, `${FIELDS[kind]}:eq:${value}`] as const] : [],
    )
    .slice(0, MAX_QUESTIONS);
  const network = networkOf(actor);
  const asked = network === undefined ? conditions : [...conditions, ['network', `source.ip:cidr:${network}`] as const];
  const from = String(Date.now() - RECENT_DAYS * DAY_MS);
  const found = new Map<string, Related>();
  for (const [by, condition] of asked) {
    const { groups } = await api.countEvents({ from, filter: condition, by: 'netsentinel.actor', top: MAX_RELATED });
    for (const { keys, count } of groups) {
      const other = keys[0];
      if (typeof other === 'string' && other !== actor && !found.has(other))
        found.set(other, { actor: other, events: count, by });
    }
  }
  return [...found.values()];
}

/** Pure: the /24 of an IPv4 address. */
export function networkOf(actor: string): string | undefined {
  const parts = /^(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}$/.exec(actor);
  return parts === null ? undefined : `${parts[1]}.0/24`;
}

export interface StoryStep {
  readonly at: number;
  readonly incident?: AttackerStory['incidents'][number];
  readonly session?: AttackerStory['sessions'][number];
}

/** Pure: incidents by when they began, and visits, the newest first. */
export function stepsOf({ incidents, sessions }: Pick<AttackerStory, 'incidents' | 'sessions'>): StoryStep[] {
  return [
    ...incidents.map((incident) => ({ at: incident.firstSeen, incident })),
    ...sessions.map((session) => ({ at: session.start, session })),
  ].toSorted((a, b) => b.at - a.at);
}
