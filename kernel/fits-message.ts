/**
 * Checks messages by hand where the schemas' code would be too large: the launcher, which lives long and hears little, and sensors that shall stay small. Tests
 * hold each list of messages and its schema together.
 */

export type Check = (value: unknown) => boolean;
/** The fields of a message besides `t`; a name that ends with `?` may be missing. */
export type Fields = Readonly<Record<string, Check>>;

/** Whether it is one of these messages, by `t`, and has its fields and no others. */
export function fitsMessage(raw: unknown, known: Readonly<Record<string, Fields>>): boolean {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return false;
  const { t, ...rest } = raw as Record<string, unknown>;
  if (typeof t !== 'string' || !Object.hasOwn(known, t)) return false;
  let seen = 0;
  for (const [field, check] of Object.entries(known[t]!)) {
    const optional = field.endsWith('?');
    const name = optional ? field.slice(0, -1) : field;
    const value = Object.hasOwn(rest, name) ? rest[name] : undefined;
    if (Object.hasOwn(rest, name)) seen++;
    if (!(optional && value === undefined) && !check(value)) return false;
  }
  return seen === Object.keys(rest).length;
}
