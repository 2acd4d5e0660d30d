/**
 * Patterns of `messages.ts`, made into steps: find the next literal text, keep what stood before it. No regular expressions, so that a hostile message costs no
 * more than its length.
 */

interface Step {
  /** Undefined for what nobody needs. */
  readonly field: string | undefined;
  /** What stands after the field; empty for the rest of the message. */
  readonly until: string;
}

export interface Pattern {
  readonly kind: string;
  readonly begin: string;
  readonly steps: readonly Step[];
  readonly constants: readonly (readonly [string, string])[];
}

export type Fields = Map<string, string>;

/** By message id. */
export function compile(table: string): ReadonlyMap<string, readonly Pattern[]> {
  const patterns = new Map<string, Pattern[]>();
  for (const line of table.split('\n')) {
    const match = /^(\d+) (\S+) (.+)$/.exec(line);
    if (match === null) continue;
    const [, id, kind, text] = match as unknown as [string, string, string, string];
    const list = patterns.get(id) ?? [];
    list.push(patternOf(kind, text));
    patterns.set(id, list);
  }
  return patterns;
}

function patternOf(kind: string, text: string): Pattern {
  const constants: [string, string][] = [];
  const variable = text.replace(/\{([^{}=]+)=([^{}]*)\}/g, (_, name: string, value: string) => {
    constants.push([name, value]);
    return '';
  });
  const [begin = '', ...parts] = variable.split('{');
  const steps = parts.map((part) => {
    const end = part.indexOf('}');
    return { field: end === 0 ? undefined : part.slice(0, end), until: part.slice(end + 1) };
  });
  return { kind, begin, steps, constants };
}

/** The fields of the first pattern that fits, trimmed. */
export function match(patterns: readonly Pattern[], text: string): { kind: string; fields: Fields } | undefined {
  for (const pattern of patterns) {
    const fields = fieldsOf(pattern, text);
    if (fields !== undefined) return { kind: pattern.kind, fields };
  }
  return undefined;
}

function fieldsOf({ begin, steps, constants }: Pattern, text: string): Fields | undefined {
  if (!text.startsWith(begin)) return undefined;
  const fields: Fields = new Map();
  let at = begin.length;
  for (const { field, until } of steps) {
    const end = until === '' ? text.length : text.indexOf(until, at);
    if (end === -1) return undefined;
    if (field !== undefined) fields.set(field, text.slice(at, end).trim());
    at = end + until.length;
  }
  for (const [name, value] of constants) fields.set(name, value);
  return fields;
}
