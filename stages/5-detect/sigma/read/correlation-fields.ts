/**
 * Correlations name fields of other rules' events (`group-by`, `field`, aliases). Where pipelines rename those for a rule, the correlation must look for
 * the new name: through an alias, so that the author's own name stays the one shown.
 */
import type { Correlation } from '../rule.ts';

/** The field's name in the events of a rule, after the pipelines. */
export type FieldRenamer = (ruleId: string, field: string) => string;

export function withRenamedFields(correlations: readonly Correlation[], rename: FieldRenamer): Correlation[] {
  const byId = new Map(correlations.map((correlation) => [correlation.id, correlation]));
  /** A correlation's events have its own group's fields, and those of the first rule that it rests on. */
  const renamed = (id: string, field: string): string => {
    const correlation = byId.get(id);
    if (correlation === undefined) return rename(id, field);
    const [first] = correlation.rules;
    return correlation.groupBy.includes(field) || first === undefined ? field : renamed(first, field);
  };
  return correlations.map((correlation) => {
    const { rules, groupBy, condition } = correlation;
    const aliases = new Map([...correlation.aliases].map(([alias, fields]) => [alias, new Map(fields)]));
    for (const fields of aliases.values()) for (const [rule, field] of fields) fields.set(rule, renamed(rule, field));
    for (const name of new Set([...groupBy, ...condition.fields])) {
      for (const rule of rules) {
        if (aliases.get(name)?.has(rule) === true) continue;
        const field = renamed(rule, name);
        if (field === name) continue;
        const fields = aliases.get(name) ?? new Map<string, string>();
        aliases.set(name, fields.set(rule, field));
      }
    }
    return { ...correlation, aliases };
  });
}
