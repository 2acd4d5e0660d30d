/** Lua's `string`. */
import { type LuaArguments, library } from './lua-arguments.ts';
import type { LuaBudget } from './lua-budget.ts';
import { formatText } from './lua-format.ts';
import { LuaPattern } from './lua-pattern.ts';
import { LuaError, LuaTable, type LuaFunction, type LuaValue, luaText, truthy } from './lua-values.ts';

const MAX_STRING = 1024 * 1024;

export function stringLibrary(budget: LuaBudget): LuaTable {
  const made = (text: string): string => {
    if (text.length > MAX_STRING) throw new LuaError('not enough memory');
    budget.make(text.length);
    return text;
  };
  return library({
    len: (args) => args.text(0).length,
    lower: (args) => made(args.text(0).replace(/[A-Z]+/g, (text) => text.toLowerCase())),
    upper: (args) => made(args.text(0).replace(/[a-z]+/g, (text) => text.toUpperCase())),
    rep(args) {
      const [text, count] = [args.text(0), Math.max(0, args.integer(1))];
      if (text.length * count > MAX_STRING) throw new LuaError('not enough memory');
      return made(text.repeat(count));
    },
    reverse(args) {
      const text = args.text(0);
      budget.make(text.length * 8);
      return Buffer.from(text, 'latin1').reverse().toString('latin1');
    },
    sub(args) {
      const text = args.text(0);
      const [from, to] = ends(text, args.integer(1), args.integer(2, -1));
      return made(text.slice(from, to));
    },
    byte(args) {
      const text = args.text(0);
      const first = args.integer(1, 1);
      const [from, to] = ends(text, first, args.integer(2, first));
      budget.make((to - from) * 8);
      return Array.from({ length: Math.max(0, to - from) }, (_, i) => text.charCodeAt(from + i));
    },
    char: (args) =>
      args.values
        .map((_, i) => {
          const code = args.integer(i);
          if (code < 0 || code > 255) throw args.wrong(i, 'invalid value');
          return String.fromCharCode(code);
        })
        .join(''),
    format: (args) => made(formatText(args)),
    find: (args) => search(args, true, budget),
    match: (args) => search(args, false, budget),
    gmatch(args) {
      const text = args.text(0);
      const pattern = new LuaPattern(args.text(1), text, budget);
      let at = 0;
      const next: LuaFunction = () => {
        const found = at > text.length ? undefined : pattern.find(at);
        if (found === undefined) return [null];
        at = found.to === found.from ? found.to + 1 : found.to;
        return found.captures;
      };
      return next;
    },
    gsub: (args) => substitute(args, budget, made),
  });
}

/** From and behind, counted from 0. */
function ends(text: string, from: number, to: number): readonly [number, number] {
  const start = from < 0 ? Math.max(0, text.length + from) : Math.max(0, from - 1);
  const stop = to < 0 ? text.length + to + 1 : Math.min(text.length, to);
  return [start, Math.max(start, stop)];
}

function search(args: LuaArguments, wherePlaced: boolean, budget: LuaBudget): readonly LuaValue[] {
  const [text, pattern] = [args.text(0), args.text(1)];
  const init = args.integer(2, 1);
  const start = Math.max(0, init < 0 ? text.length + init : init - 1);
  if (start > text.length) return [null];
  if (wherePlaced && (truthy(args.values[3] ?? null) || !/[\^$*+?.([%-]/.test(pattern))) {
    budget.look(text.length);
    const at = text.indexOf(pattern, start);
    return at < 0 ? [null] : [at + 1, at + pattern.length];
  }
  const found = new LuaPattern(pattern, text, budget).find(start);
  if (found === undefined) return [null];
  if (!wherePlaced) return found.captures;
  const captured = /\((?!\))|\(\)/.test(pattern.replace(/%./g, '')) ? found.captures : [];
  return [found.from + 1, found.to, ...captured];
}

function substitute(args: LuaArguments, budget: LuaBudget, made: (text: string) => string): readonly LuaValue[] {
  const [text, source] = [args.text(0), args.text(1)];
  const replacement = args.values[2] ?? null;
  if (!['string', 'number', 'function'].includes(typeof replacement) && !(replacement instanceof LuaTable))
    throw args.wrong(2, 'string/function/table expected');
  const most = args.integer(3, text.length + 1);
  const pattern = new LuaPattern(source, text, budget);
  let [out, at, count] = ['', 0, 0];
  while (count < most && at <= text.length) {
    const found = pattern.find(at);
    if (found === undefined) break;
    count++;
    const whole = text.slice(found.from, found.to);
    out += text.slice(at, found.from) + replaced(replacement, whole, found.captures);
    budget.make(whole.length + 8);
    if (out.length > MAX_STRING) throw new LuaError('not enough memory');
    at = found.to;
    if (found.to === found.from) out += text[at++] ?? '';
    if (source.startsWith('^')) break;
  }
  return [made(out + text.slice(at)), count];
}

function replaced(replacement: LuaValue, whole: string, captures: readonly LuaValue[]): string {
  let value: LuaValue;
  if (replacement instanceof LuaTable) value = replacement.get(captures[0]!);
  else if (typeof replacement === 'function') value = replacement(captures)[0] ?? null;
  else
    return luaText(replacement).replace(/%(.)/gs, (_all, c: string) => {
      if (c === '0') return whole;
      if (!/[1-9]/.test(c)) return c;
      const capture = captures[Number(c) - 1];
      if (capture === undefined) throw new LuaError('invalid capture index');
      return luaText(capture);
    });
  if (!truthy(value)) return whole;
  if (typeof value !== 'string' && typeof value !== 'number')
    throw new LuaError(`invalid replacement value (a ${value instanceof LuaTable ? 'table' : typeof value})`);
  return luaText(value);
}
