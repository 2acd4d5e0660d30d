/**
 * Which correlations must see an event, and together with which other events: a stream that is partitioned by something else (by attacker, say) is
 * re-keyed by what correlations group by, and then each group is in one place, on any number of nodes.
 */
import { createHash } from 'node:crypto';
import { fieldOf, type EventRecord } from '../event.ts';
import { groupsOf, lookUp } from './groups.ts';
import type { Roles } from './roles.ts';

export interface Rekeyed {
  /** The same for all events of the group, of a fixed length: the key of the internal stream. */
  readonly key: string;
  /** Ids of the correlations that group the event so. */
  readonly correlations: readonly string[];
  /** Ids of the rules that the event met and that these correlations refer to. */
  readonly rules: readonly string[];
}

const nothing: readonly Rekeyed[] = [];

/** One entry for each group that the event belongs to by the rules that it met; none where no correlation refers to them. */
export function rekey(event: EventRecord, ruleIds: readonly string[], roles: Roles): readonly Rekeyed[] {
  if (!ruleIds.some((id) => roles.correlationsOf(id).length > 0)) return nothing;
  const entries = new Map<string, { key: string; correlations: string[]; rules: readonly string[] }>();
  for (const correlation of new Set(ruleIds.flatMap((id) => roles.correlationsOf(id)))) {
    const groups = groupsOf(correlation, ruleIds, (ruleId, name) =>
      lookUp(correlation, ruleId, name, (field) => fieldOf(event, field)),
    );
    for (const { key, rules: positions } of groups) {
      const rules = positions.map((position) => correlation.rules[position] ?? '');
      const bundle = `${key}\n${rules.join('\n')}`;
      const entry = entries.get(bundle);
      if (entry === undefined) entries.set(bundle, { key: hashOf(key), correlations: [correlation.id], rules });
      else entry.correlations.push(correlation.id);
    }
  }
  return [...entries.values()];
}

function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 32);
}
