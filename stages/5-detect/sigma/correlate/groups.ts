/** Which groups of a correlation an event belongs to: the values of its group-by fields, under the aliases of each rule that the event met. */
import { createHash } from 'node:crypto';
import type { Correlation } from '../rule.ts';

/** The event's value for a name that the correlation uses, as the events of this rule call it. */
export type Look = (ruleId: string, name: string) => string | undefined;

export interface EventGroup {
  /** Tells the group from others of the same correlation. */
  readonly key: string;
  /** The values of the group-by fields (or aliases), in the author's order. */
  readonly values: readonly string[];
  /** Positions in `correlation.rules` of the rules that put the event into this group, ascending. */
  readonly rules: readonly number[];
}

/**
 * The rules that share the event's group under their aliases are one sighting; others are other groups. A rule whose events have not all of the
 * group-by fields puts it into none.
 */
export function groupsOf(correlation: Correlation, ruleIds: readonly string[], look: Look): readonly EventGroup[] {
  const groups: { key: string; values: readonly string[]; rules: number[] }[] = [];
  correlation.rules.forEach((id, position) => {
    if (!ruleIds.includes(id)) return;
    const values = valuesOf(correlation, id, look);
    if (values === undefined) return;
    const key = keyOf(values);
    const group = groups.find((one) => one.key === key);
    if (group === undefined) groups.push({ key, values, rules: [position] });
    else group.rules.push(position);
  });
  return groups;
}

function valuesOf({ groupBy }: Correlation, ruleId: string, look: Look): readonly string[] | undefined {
  const values: string[] = [];
  for (const name of groupBy) {
    const value = look(ruleId, name);
    if (value === undefined) return undefined;
    values.push(bounded(value));
  }
  return values;
}

/** With their lengths, so that no value can pretend to be two. */
function keyOf(values: readonly string[]): string {
  let key = '';
  for (const value of values) key += `${value.length}:${value}`;
  return key;
}

/** A name's value by way of the correlation's aliases, as a text: `22` and `"22"` are one value here as they are to rules. */
export function lookUp(
  correlation: Correlation,
  ruleId: string,
  name: string,
  fieldOf: (field: string) => unknown,
): string | undefined {
  const value = fieldOf(correlation.aliases.get(name)?.get(ruleId) ?? name);
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? value : spelled(value);
}

/** Undefined for what nests deeper than can be spelled. */
function spelled(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

const longestValue = 256;

/** A value as a key: long ones by their hash, so that an attacker's megabyte is not kept. */
export function bounded(value: string): string {
  if (value.length <= longestValue) return value;
  return `${value.slice(0, longestValue)}…sha256:${createHash('sha256').update(value).digest('hex')}`;
}
