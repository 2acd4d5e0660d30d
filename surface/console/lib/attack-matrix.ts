/** Pure: ATT&CK's matrix with what looks for each technique and where it was seen, as the page shows and exports it. */
import type { GetAttackCoverageAnswer, GetAttackHitsAnswer } from '@netsentinel/client';
import type { AttackNames } from './api.ts';
import type { Cell } from './save-file.ts';

export const SHOWN = ['all', 'covered', 'hit', 'gaps'] as const;
export type Shown = (typeof SHOWN)[number];

export interface Technique {
  readonly id: string;
  readonly name: string;
  /** Rules and built-in detections that look for it, or for one below it; undefined where who asks may not see that. */
  readonly covered: number | undefined;
  readonly rules: number;
  readonly detections: readonly { readonly id: string; readonly title: string }[];
  /** Incidents that showed it, or one below it. */
  readonly hits: number;
  readonly attackers: number;
  readonly lastSeen: number | undefined;
  readonly below: readonly Technique[];
}

export interface Column {
  readonly tactic: string;
  readonly name: string;
  readonly techniques: readonly Technique[];
}

/** `coverage`: undefined where who asks may not see it. */
export function matrixOf(
  names: AttackNames,
  coverage: GetAttackCoverageAnswer | undefined,
  hits: GetAttackHitsAnswer | undefined,
): Column[] {
  const covers = new Map(coverage?.techniques.map((one) => [one.id, one]));
  const hit = new Map(hits?.techniques.map((one) => [one.id, one]));
  const technique = (id: string, below: readonly Technique[]): Technique => {
    const { rules = 0, detections = [] } = covers.get(id) ?? {};
    const { incidents = 0, attackers = 0, lastSeen } = hit.get(id) ?? {};
    return {
      id,
      name: names.techniques[id] ?? id,
      covered: coverage === undefined ? undefined : rules + detections.length,
      rules,
      detections,
      hits: incidents,
      attackers,
      lastSeen,
      below,
    };
  };
  return names.matrix.map(({ tactic, techniques }) => ({
    tactic,
    name: names.tactics[tactic] ?? tactic,
    techniques: techniques
      .filter((id) => !id.includes('.'))
      .map((id) =>
        technique(
          id,
          techniques.filter((one) => one.startsWith(`${id}.`)).map((one) => technique(one, [])),
        ),
      ),
  }));
}

/** What of the matrix is asked for. A technique stays where one below it is; of those below it only such are left. */
export function shownOf(columns: readonly Column[], shown: Shown, words: string): Column[] {
  const wanted = words.trim().toLowerCase();
  const meets = (one: Technique): boolean =>
    isShown(one, shown) && (wanted === '' || `${one.id} ${one.name}`.toLowerCase().includes(wanted));
  return columns.map((column) => ({
    ...column,
    techniques: column.techniques.flatMap((one) => {
      const below = one.below.filter(meets);
      return meets(one) || below.length > 0 ? [{ ...one, below }] : [];
    }),
  }));
}

function isShown({ covered, hits }: Technique, shown: Shown): boolean {
  if (shown === 'covered') return covered !== undefined && covered > 0;
  if (shown === 'hit') return hits > 0;
  if (shown === 'gaps') return covered === 0;
  return true;
}

/** From 0 (nothing) to 4: the steps in which a colour grows. */
export function stepOf(count: number): 0 | 1 | 2 | 3 | 4 {
  if (count === 0) return 0;
  if (count === 1) return 1;
  if (count < 5) return 2;
  return count < 20 ? 3 : 4;
}

/** Every technique once, those below another behind it, by id. */
export function flatOf(columns: readonly Column[]): Technique[] {
  const all = new Map(columns.flatMap(({ techniques }) => techniques.flatMap((one) => [one, ...one.below])).map(entry));
  return [...all.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

function entry(one: Technique): [id: string, technique: Technique] {
  return [one.id, one];
}

export const CSV_HEAD = ['technique', 'name', 'tactics', 'rules', 'built-in', 'incidents', 'attackers', 'lastSeen'];

export function csvRowsOf(columns: readonly Column[]): Cell[][] {
  return flatOf(columns).map((one) => [
    one.id,
    one.name,
    columns
      .filter(({ techniques }) =>
        techniques.some(({ id, below }) => id === one.id || below.some((b) => b.id === one.id)),
      )
      .map(({ name }) => name)
      .join('; '),
    one.covered === undefined ? undefined : one.rules,
    one.covered === undefined ? undefined : one.detections.length,
    one.hits,
    one.attackers,
    one.lastSeen === undefined ? undefined : new Date(one.lastSeen).toISOString(),
  ]);
}

/**
 * A layer for MITRE's ATT&CK Navigator, layer format 4.5 (github.com/mitre-attack/attack-navigator, layers/spec/v4.5): `score` is how much looks for a
 * technique, or how many incidents showed it; techniques with none are left out.
 */
export function navigatorLayer(
  columns: readonly Column[],
  of: 'coverage' | 'hits',
  words: { readonly version: string; readonly name: string; readonly description: string },
): unknown {
  const score = (one: Technique): number => (of === 'hits' ? one.hits : (one.covered ?? 0));
  const scored = flatOf(columns).filter((one) => score(one) > 0);
  return {
    name: words.name,
    description: words.description,
    domain: 'enterprise-attack',
    versions: { attack: words.version, navigator: '5.1.0', layer: '4.5' },
    sorting: 3,
    hideDisabled: false,
    gradient: {
      colors: of === 'hits' ? ['#fde8e0', '#b3261e'] : ['#d9f2ee', '#0b7d72'],
      minValue: 0,
      maxValue: Math.max(1, ...scored.map(score)),
    },
    techniques: scored.map((one) => ({
      techniqueID: one.id,
      score: score(one),
      comment: of === 'hits' ? '' : one.detections.map(({ title }) => title).join('\n'),
      enabled: true,
      showSubtechniques: scored.some(({ id }) => id.startsWith(`${one.id}.`)),
    })),
  };
}
