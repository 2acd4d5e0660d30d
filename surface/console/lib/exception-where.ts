/** Which events an exception is about, as a form has it and as the API takes it: Sigma fields with their modifiers. */

export const OPERATORS = ['is', 'startswith', 'contains', 'cidr'] as const;

export interface Condition {
  readonly field: string;
  readonly operator: (typeof OPERATORS)[number];
  /** One a line; any of them. */
  readonly values: string;
}

/** As the API takes them. */
const MAX_VALUES = 100;

/** Undefined where a field or its values are missing, and where there are too many. Two conditions of one name are one, which cannot both hold: undefined, too. */
export function whereOf(conditions: readonly Condition[]): Readonly<Record<string, readonly string[]>> | undefined {
  const where = new Map<string, readonly string[]>();
  for (const { field, operator, values } of conditions) {
    const name = field.trim();
    const key = operator === 'is' ? name : `${name}|${operator}`;
    const lines = values
      .split('\n')
      .map((line) => line.trim().toWellFormed())
      .filter((line) => line !== '');
    if (!/^[@\w][\w.@-]*$/.test(name) || lines.length === 0 || lines.length > MAX_VALUES || where.has(key))
      return undefined;
    where.set(key, lines);
  }
  return where.size === 0 ? undefined : Object.fromEntries(where);
}
