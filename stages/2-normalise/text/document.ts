/** Small steps in building an ECS document. */
import type { EcsGroup, JsonObject } from '@netsentinel/contracts/parser';

/** Every value once, in order, without what is undefined or empty; undefined where nothing is left (for `related.*`). */
export function related(...values: readonly (string | undefined)[]): string[] | undefined {
  let list: string[] | undefined;
  for (const value of values) {
    if (value === undefined || value === '') continue;
    if (list === undefined) list = [value];
    else if (!list.includes(value)) list.push(value);
  }
  return list;
}

/** Sets `a.b.c`, making the groups on the way. Not for the hot path of a fast format: there, literals are faster. */
export function put(document: EcsGroup, path: string, value: unknown): void {
  // `__proto__` out of a record's own names would reach every object there is.
  if (value === undefined || path.includes('__proto__')) return;
  const names = path.split('.');
  const last = names.pop()!;
  let group = document;
  for (const name of names) {
    const next = group[name];
    if (isObject(next)) group = next;
    else {
      const made: EcsGroup = {};
      group[name] = made;
      group = made;
    }
  }
  group[last] = value;
}

/** The value at `a.b.c`, or undefined. */
export function get(document: JsonObject, path: string): unknown {
  let value: unknown = document;
  for (const name of path.split('.')) {
    if (!isObject(value)) return undefined;
    value = value[name];
  }
  return value;
}

/** The group if any field of it is defined. */
export function ifAny<T extends object>(group: T): T | undefined {
  for (const name in group) if (group[name] !== undefined) return group;
  return undefined;
}

export function isObject(value: unknown): value is EcsGroup {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value if it is a text that is not empty. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A text, number or truth value as text. `String(value)` would throw on objects that bring a `toString` of their own. */
export function scalarOf(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
    case 'boolean':
      return String(value);
    default:
      return undefined;
  }
}

/** The value if it is a finite number. */
export function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** A number out of text; undefined for an empty text, `-` and whatever is no number. */
export function numberIn(text: string | undefined): number | undefined {
  if (text === undefined || text === '' || text === '-') return undefined;
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
}
