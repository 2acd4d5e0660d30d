/** Lua's `table`. */
import { type LuaArguments, library } from './lua-arguments.ts';
import type { LuaBudget } from './lua-budget.ts';
import { LuaError, type LuaTable, type LuaValue, luaText, truthy, typeName } from './lua-values.ts';

const MAX_STRING = 1024 * 1024;
/** As many results as the real one has room for. */
const MAX_UNPACKED = 7999;

export function tableLibrary(budget: LuaBudget): LuaTable {
  return library({
    insert(args) {
      const table = args.table(0);
      if (args.values.length === 2) {
        budget.make(16);
        table.set(table.length + 1, args.values[1]!);
        return [];
      }
      if (args.values.length !== 3) throw new LuaError("wrong number of arguments to 'insert'");
      const at = args.integer(1);
      budget.make(16 + Math.max(0, table.length - at) * 8);
      const end = table.length;
      for (let i = end; i >= at && i >= 1; i--) table.set(i + 1, table.get(i));
      table.set(at, args.values[2]!);
      return [];
    },
    remove(args) {
      const table = args.table(0);
      const end = table.length;
      const at = args.integer(1, end);
      if (end === 0 || at < 1 || at > end) return null;
      budget.look((end - at) * 64);
      const removed = table.get(at);
      for (let i = at; i < end; i++) table.set(i, table.get(i + 1));
      table.set(end, null);
      return removed;
    },
    concat(args) {
      const table = args.table(0);
      const separator = args.has(1) ? args.text(1) : '';
      const [from, to] = [args.integer(2, 1), args.integer(3, table.length)];
      let out = '';
      for (let i = from; i <= to; i++) {
        const value = table.get(i);
        if (typeof value !== 'string' && typeof value !== 'number')
          throw new LuaError(`invalid value (${typeName(value)}) at index ${i} in table for 'concat'`);
        const piece = luaText(value) + (i < to ? separator : '');
        budget.make(piece.length + 8);
        out += piece;
        if (out.length > MAX_STRING) throw new LuaError('not enough memory');
      }
      return out;
    },
    sort(args) {
      const table = args.table(0);
      const before = args.has(1) ? args.callable(1) : undefined;
      const less = (a: LuaValue, b: LuaValue): boolean => {
        budget.spend(2);
        if (before !== undefined) return truthy(before([a, b])[0] ?? null);
        if ((typeof a === 'number' && typeof b === 'number') || (typeof a === 'string' && typeof b === 'string'))
          return a < b;
        throw new LuaError(
          typeName(a) === typeName(b)
            ? `attempt to compare two ${typeName(a)} values`
            : `attempt to compare ${typeName(a)} with ${typeName(b)}`,
        );
      };
      const sorted = table.values().sort((a, b) => (less(a, b) ? -1 : less(b, a) ? 1 : 0));
      budget.make(sorted.length * 16);
      for (const [i, value] of sorted.entries()) table.set(i + 1, value);
      return [];
    },
    getn: (args) => args.table(0).length,
    maxn: (args) => {
      const table = args.table(0);
      budget.look(table.size * 16);
      let most = 0;
      for (const [key] of table.entries()) if (typeof key === 'number') most = Math.max(most, key);
      return most;
    },
  });
}

export function unpack(args: LuaArguments): readonly LuaValue[] {
  const table = args.table(0);
  const [from, to] = [args.integer(1, 1), args.integer(2, table.length)];
  if (to - from >= MAX_UNPACKED) throw new LuaError('too many results to unpack');
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => table.get(from + i));
}
