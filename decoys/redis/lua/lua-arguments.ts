/** What a library's function was called with, in Lua's words where it is wrong. */
import { LuaError, LuaTable, type LuaFunction, type LuaValue, luaText, toNumber, typeName } from './lua-values.ts';

export class LuaArguments {
  readonly #name: string;
  readonly values: readonly LuaValue[];

  constructor(name: string, values: readonly LuaValue[]) {
    this.#name = name;
    this.values = values;
  }

  has(at: number): boolean {
    return (this.values[at] ?? null) !== null;
  }

  any(at: number): LuaValue {
    if (at >= this.values.length) throw this.wrong(at, 'value expected');
    return this.values[at]!;
  }

  /** Numbers are text as well. */
  text(at: number): string {
    const value = this.values[at] ?? null;
    if (typeof value !== 'string' && typeof value !== 'number') throw this.#expected(at, 'string');
    return luaText(value);
  }

  number(at: number, otherwise?: number): number {
    if (otherwise !== undefined && !this.has(at)) return otherwise;
    const value = toNumber(this.values[at] ?? null);
    if (value === null) throw this.#expected(at, 'number');
    return value;
  }

  /** Cut as C cuts: what is no number that fits is 0. */
  integer(at: number, otherwise?: number): number {
    const value = Math.trunc(this.number(at, otherwise));
    return Number.isFinite(value) ? value : 0;
  }

  table(at: number): LuaTable {
    const value = this.values[at] ?? null;
    if (!(value instanceof LuaTable)) throw this.#expected(at, 'table');
    return value;
  }

  callable(at: number): LuaFunction {
    const value = this.values[at] ?? null;
    if (typeof value !== 'function') throw this.#expected(at, 'function');
    return value;
  }

  wrong(at: number, what: string): LuaError {
    return new LuaError(`bad argument #${at + 1} to '${this.#name}' (${what})`);
  }

  #expected(at: number, type: string): LuaError {
    const got = at < this.values.length ? typeName(this.values[at]!) : 'no value';
    return this.wrong(at, `${type} expected, got ${got}`);
  }
}

/** Answers one value, or several as an array. */
type Run = (args: LuaArguments) => LuaValue | readonly LuaValue[];

/** A table of functions and constants, which scripts may not change. */
export function library(entries: Readonly<Record<string, Run | number | string>>): LuaTable {
  const table = new LuaTable();
  for (const [name, entry] of Object.entries(entries))
    table.set(name, typeof entry === 'function' ? luaFunction(name, entry) : entry);
  table.readonly = true;
  return table;
}

export function luaFunction(name: string, run: Run): LuaFunction {
  return (values) => {
    const result = run(new LuaArguments(name, values));
    return isMany(result) ? result : [result];
  };
}

function isMany(result: LuaValue | readonly LuaValue[]): result is readonly LuaValue[] {
  return Array.isArray(result);
}
