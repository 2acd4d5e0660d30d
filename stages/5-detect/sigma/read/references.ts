/** What correlations refer to: names become ids, what is not there and what goes in circles is refused. */
import type { Correlation, Rule, RuleError } from '../rule.ts';
import { didYouMean, quote } from './problem.ts';

/** A chain of correlations is at most this long. */
const maxChain = 20;

/** The correlations with ids, and errors for those that cannot be resolved, or rest on one that cannot. */
export function resolveReferences(
  rules: readonly Rule[],
  correlations: readonly Correlation[],
): { correlations: Correlation[]; failed: RuleError[] } {
  const ids = new Set<string>();
  /** Null: several have it. */
  const byName = new Map<string, string | null>();
  for (const { id, name } of [...rules, ...correlations]) {
    ids.add(id);
    if (name !== undefined) byName.set(name, byName.has(name) ? null : id);
  }
  const failed: RuleError[] = [];
  const fail = ({ position }: Correlation, error: string): void => void failed.push({ ...position, error });
  const idOf = (reference: string): string | undefined =>
    ids.has(reference) ? reference : (byName.get(reference) ?? undefined);
  const resolved = new Map<string, Correlation>();
  for (const correlation of correlations) {
    const missing = referencesOf(correlation).find((reference) => idOf(reference) === undefined);
    if (missing === undefined) {
      resolved.set(
        correlation.id,
        withIds(correlation, (reference) => idOf(reference) ?? reference),
      );
    } else if (byName.get(missing) === null) {
      fail(correlation, `more than one rule is called ${quote(missing)}: name it by its id`);
    } else {
      const hint = didYouMean(missing, byName.keys());
      fail(correlation, `there is no rule ${quote(missing)}${hint} for the correlation to rest on`);
    }
  }
  const knownRules = new Set(rules.map(({ id }) => id));
  const states = new Map<string, 'good' | 'bad' | 'open'>();
  const isGood = (id: string, depth: number): boolean => {
    const correlation = resolved.get(id);
    if (correlation === undefined) return knownRules.has(id);
    const state = states.get(id);
    if (state !== undefined) return state === 'good';
    states.set(id, 'open');
    const broken = correlation.rules.find((each) => !isGood(each, depth + 1));
    const good = broken === undefined && depth <= maxChain;
    states.set(id, good ? 'good' : 'bad');
    if (!good)
      fail(
        correlation,
        broken === undefined ? `the chain of correlations is longer than ${maxChain}` : whyBroken(broken, id, states),
      );
    return good;
  };
  const good = [...resolved.values()].filter(({ id }) => isGood(id, 1));
  return { correlations: good, failed };
}

function referencesOf({ rules, aliases }: Correlation): string[] {
  return [...rules, ...[...aliases.values()].flatMap((fields) => [...fields.keys()])];
}

function whyBroken(broken: string, id: string, states: ReadonlyMap<string, string>): string {
  if (broken === id || states.get(broken) === 'open')
    return `the correlation goes in a circle: it rests on ${quote(broken)}, which rests on it`;
  return `it rests on ${quote(broken)}, which was refused`;
}

function withIds(correlation: Correlation, idOf: (reference: string) => string): Correlation {
  const aliases = [...correlation.aliases].map(
    ([alias, fields]) => [alias, new Map([...fields].map(([rule, field]) => [idOf(rule), field]))] as const,
  );
  return { ...correlation, rules: correlation.rules.map(idOf), aliases: new Map(aliases) };
}
