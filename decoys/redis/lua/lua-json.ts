/** `cjson`: the values of a script as JSON and back. */
import { library } from './lua-arguments.ts';
import type { LuaBudget } from './lua-budget.ts';
import { LuaError, LuaTable, type LuaValue, luaText, typeName } from './lua-values.ts';

const MAX_DEPTH = 100;
/** `cjson.null`. */
export const JSON_NULL: LuaValue = () => [];

export function jsonLibrary(budget: LuaBudget): LuaTable {
  const table = library({
    encode: (args) => encode(args.any(0), 0, budget),
    decode(args) {
      const text = args.text(0);
      budget.make(text.length * 4);
      let value: unknown;
      try {
        value = JSON.parse(Buffer.from(text, 'latin1').toString('utf8'));
      } catch {
        throw new LuaError('Expected value but found invalid token at character 1');
      }
      return decode(value, 0, budget);
    },
  });
  table.set('null', JSON_NULL);
  return table;
}

function encode(value: LuaValue, depth: number, budget: LuaBudget): string {
  if (depth > MAX_DEPTH) throw new LuaError('Cannot serialise, excessive depth (101)');
  if (value === JSON_NULL || value === null) return 'null';
  if (typeof value === 'string') {
    budget.make(value.length);
    return quoted(value);
  }
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new LuaError('Cannot serialise number: must not be NaN or Inf');
    return luaText(value);
  }
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'function') throw new LuaError(`Cannot serialise ${typeName(value)}: type not supported`);
  budget.make(8 + value.size * 8);
  if (value.size > 0 && value.length === value.size)
    return `[${value
      .values()
      .map((item) => encode(item, depth + 1, budget))
      .join(',')}]`;
  const pairs = [...value.entries()].map(([key, item]) => {
    if (typeof key !== 'string' && typeof key !== 'number')
      throw new LuaError('Cannot serialise table: table key must be a number or string');
    return `${quoted(luaText(key))}:${encode(item, depth + 1, budget)}`;
  });
  return `{${pairs.join(',')}}`;
}

/** Bytes beyond ASCII stay as they are. */
function quoted(text: string): string {
  return `"${text.replace(/["\\/\x00-\x1f\x7f]/g, (c) => SHORT[c] ?? `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)}"`;
}
const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '/': '\\/',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\f': '\\f',
  '\r': '\\r',
};

function decode(value: unknown, depth: number, budget: LuaBudget): LuaValue {
  if (depth > MAX_DEPTH) throw new LuaError('Found too many nested data structures (1001)');
  budget.make(16);
  if (value === null) return JSON_NULL;
  if (typeof value === 'string') return Buffer.from(value, 'utf8').toString('latin1');
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return LuaTable.of(value.map((item) => decode(item, depth + 1, budget)));
  const table = new LuaTable();
  for (const [key, item] of Object.entries(value as Record<string, unknown>))
    table.set(Buffer.from(key, 'utf8').toString('latin1'), decode(item, depth + 1, budget));
  return table;
}
