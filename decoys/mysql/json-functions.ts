/** Functions of JSON. */
import { type Value } from '../sql/values.ts';
import { known, texts } from './function-makers.ts';
import { INT, type FunctionDefinition, text } from './function.types.ts';
import { textOf } from './mysql-values.ts';

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** What `$.a[1]` names; undefined where there is nothing. */
function at(json: unknown, path: string): unknown {
  let value = json;
  for (const part of path
    .replace(/^\$\.?/, '')
    .split(/[.[\]]+/)
    .filter((piece) => piece !== '')) {
    const key = part.replace(/^"|"$/g, '');
    value =
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? (value as Record<string, unknown>)[key]
        : undefined;
  }
  return value;
}

/** As the server writes it: a space behind each comma and colon. */
function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(', ')}]`;
  if (typeof value === 'object' && value !== null)
    return `{${Object.entries(value)
      .map(([key, each]) => `${JSON.stringify(key)}: ${spaced(each)}`)
      .join(', ')}}`;
  return JSON.stringify(value) ?? 'null';
}

export const jsonFunctions: Readonly<Record<string, FunctionDefinition>> = {
  json_extract: texts(2, 2, 16_000, (json, path) => {
    const found = at(parsed(json), path);
    return found === undefined ? null : spaced(found);
  }),
  json_value: texts(2, 2, 16_000, (json, path) => {
    const found = at(parsed(json), path);
    return found === undefined || typeof found === 'object'
      ? null
      : typeof found === 'string'
        ? found
        : JSON.stringify(found);
  }),
  json_type: texts(1, 1, 12, (json) => {
    const value = parsed(json);
    if (value === undefined) return null;
    if (value === null) return 'NULL';
    if (Array.isArray(value)) return 'ARRAY';
    if (typeof value === 'number') return Number.isInteger(value) ? 'INTEGER' : 'DOUBLE';
    return { object: 'OBJECT', string: 'STRING', boolean: 'BOOLEAN' }[typeof value as 'object'];
  }),
  json_keys: texts(1, 2, 16_000, (json, path = '$') => {
    const value = at(parsed(json), path);
    return value === null || typeof value !== 'object' || Array.isArray(value) ? null : spaced(Object.keys(value));
  }),
  json_length: {
    least: 1,
    most: 2,
    type: () => INT,
    run: known((json, path) => {
      const value = at(parsed(textOf(json)), path === undefined ? '$' : textOf(path));
      if (value === undefined) return null;
      return value === null || typeof value !== 'object' ? 1 : Object.keys(value).length;
    }),
  },
  json_contains: {
    least: 2,
    most: 3,
    type: () => INT,
    run: known((json, wanted, path) => {
      const value = at(parsed(textOf(json)), path === undefined ? '$' : textOf(path));
      const sought = JSON.stringify(parsed(textOf(wanted)));
      const all: unknown[] = Array.isArray(value) ? value : [value];
      return all.some((each) => JSON.stringify(each) === sought) ? 1 : 0;
    }),
  },
  json_unquote: texts(1, 1, 16_000, (json) => {
    try {
      const value: unknown = JSON.parse(json);
      return typeof value === 'string' ? value : json;
    } catch {
      return json;
    }
  }),
  json_quote: texts(1, 1, 255, (value) => JSON.stringify(value)),
  json_valid: {
    least: 1,
    most: 1,
    type: () => INT,
    run: known((value) => {
      try {
        JSON.parse(textOf(value));
        return 1;
      } catch {
        return 0;
      }
    }),
  },
  json_array: { least: 0, most: 4096, type: () => text(16_000), run: (args) => `[${args.map(jsonOf).join(', ')}]` },
  json_object: {
    least: 0,
    most: 4096,
    type: () => text(16_000),
    run: (args) =>
      `{${Array.from({ length: args.length >> 1 }, (_, i) => `${JSON.stringify(textOf(args[2 * i]!))}: ${jsonOf(args[2 * i + 1]!)}`).join(', ')}}`,
  },
};

function jsonOf(value: Value): string {
  return value === null ? 'null' : typeof value === 'number' ? String(value) : JSON.stringify(textOf(value));
}
