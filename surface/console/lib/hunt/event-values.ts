/** An event as rows of field and value. */

export type FieldValue = string | number | boolean;

/** Deeper ones are told as JSON. */
const MAX_DEPTH = 12;

/** All fields that an event has, by name, each with its values. */
export function fieldsOf(event: object): readonly (readonly [field: string, values: readonly FieldValue[]])[] {
  const found = new Map<string, FieldValue[]>();
  collect(event, '', 0, found);
  return [...found].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** The values of one field; none where the event does not have it. */
export function valuesAt(event: object, field: string): readonly FieldValue[] {
  let level: unknown[] = [event];
  for (const part of field.split('.'))
    level = level
      .flat()
      .flatMap((one) =>
        typeof one === 'object' && one !== null && Object.hasOwn(one, part)
          ? [(one as Record<string, unknown>)[part]]
          : [],
      );
  return level.flat().filter(isValue);
}

function collect(value: unknown, name: string, depth: number, found: Map<string, FieldValue[]>): void {
  if (isValue(value)) {
    const values = found.get(name);
    if (values === undefined) found.set(name, [value]);
    else values.push(value);
  } else if (Array.isArray(value)) for (const one of value) collect(one, name, depth + 1, found);
  else if (typeof value === 'object' && value !== null)
    if (depth > MAX_DEPTH) collect(JSON.stringify(value), name, depth, found);
    else
      for (const [key, below] of Object.entries(value))
        collect(below, name === '' ? key : `${name}.${key}`, depth + 1, found);
}

function isValue(value: unknown): value is FieldValue {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
