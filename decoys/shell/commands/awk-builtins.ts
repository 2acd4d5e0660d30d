/** The functions of awk: `substr`, `split`, `gsub`, `sprintf`, `system` and the others mawk has. */
import type { AwkMachine } from './awk-machine.ts';
import { formatValues } from './awk-statements.ts';
import type { AwkExpr } from './awk-syntax.ts';
import { fromInput, fromNumber, fromText, toNumber, toText } from './awk-values.ts';
import type { AwkValue } from './awk-values.ts';
import { MONTHS, strftime, zonedTime, zoneOf } from './time-format.ts';

const RECORD: AwkExpr = { kind: 'field', index: { kind: 'number', value: 0 } };

export async function callBuiltin(machine: AwkMachine, name: string, args: readonly AwkExpr[]): Promise<AwkValue> {
  const value = async (index: number): Promise<AwkValue> => machine.eval(args[index] ?? RECORD);
  const text = async (index: number): Promise<string> => toText(await value(index));
  const number = async (index: number): Promise<number> =>
    args[index] === undefined ? 0 : toNumber(await value(index));
  switch (name) {
    case 'length': {
      const [arg] = args;
      if (arg?.kind === 'variable' && !machine.variables.has(arg.name) && machine.array(arg.name).size > 0)
        return fromNumber(machine.array(arg.name).size);
      return fromNumber((await text(0)).length);
    }
    case 'substr':
      return fromText(substr(await text(0), await number(1), args[2] === undefined ? Infinity : await number(2)));
    case 'index':
      return fromNumber((await text(0)).indexOf(await text(1)) + 1);
    case 'split': {
      const target = args[1];
      if (target?.kind !== 'variable') return fromNumber(0);
      const separator =
        args[2] === undefined ? machine.text('FS') : args[2].kind === 'regex' ? args[2].source : await text(2);
      const parts = machine.record.split(await text(0), separator).slice(0, 50_000);
      const array = machine.array(target.name);
      array.clear();
      for (const [index, part] of parts.entries()) array.set(String(index + 1), fromInput(part));
      return fromNumber(parts.length);
    }
    case 'sub':
    case 'gsub':
      return substitute(machine, args, name === 'gsub');
    case 'match': {
      const found = (await machine.pattern(args[1] ?? RECORD)).match(await text(0));
      machine.variables.set('RSTART', fromNumber(found === undefined ? 0 : found.start + 1));
      machine.variables.set('RLENGTH', fromNumber(found === undefined ? -1 : found.end - found.start));
      return fromNumber(found === undefined ? 0 : found.start + 1);
    }
    case 'sprintf': {
      const values: AwkValue[] = [];
      for (const arg of args) values.push(await machine.eval(arg));
      return fromText(formatValues(values));
    }
    case 'tolower':
      return fromText((await text(0)).replaceAll(/[A-Z]+/g, (upper) => upper.toLowerCase()));
    case 'toupper':
      return fromText((await text(0)).replaceAll(/[a-z]+/g, (lower) => lower.toUpperCase()));
    case 'system': {
      machine.streams.flush();
      return fromNumber(await machine.ctx.runScript(Buffer.from(await text(0), 'latin1').toString('utf8'), []));
    }
    case 'close':
      return fromNumber(await machine.streams.close(await text(0)));
    case 'fflush':
      machine.streams.flush();
      return fromNumber(0);
    case 'rand':
      machine.seed = (machine.seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return fromNumber(machine.seed / 2_147_483_648);
    case 'srand': {
      const old = machine.seed;
      machine.seed = args.length === 0 ? Math.floor(machine.ctx.clock.now() / 1000) : await number(0);
      return fromNumber(old);
    }
    case 'systime':
      return fromNumber(Math.floor(machine.ctx.clock.now() / 1000));
    case 'strftime': {
      const at = args[1] === undefined ? machine.ctx.clock.now() : (await number(1)) * 1000;
      return fromText(strftime(zonedTime(at, zoneOf(machine.ctx)), args.length === 0 ? '%c' : await text(0)));
    }
    case 'mktime': {
      const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = (await text(0)).split(' ').map(Number);
      return fromNumber(MONTHS.length === 12 ? Date.UTC(year, month - 1, day, hour, minute, second) / 1000 : -1);
    }
    case 'atan2':
      return fromNumber(Math.atan2(await number(0), await number(1)));
    default: {
      const functions: Readonly<Record<string, (x: number) => number>> = {
        sin: Math.sin,
        cos: Math.cos,
        exp: Math.exp,
        log: Math.log,
        sqrt: Math.sqrt,
        int: Math.trunc,
      };
      return fromNumber(functions[name]?.(await number(0)) ?? 0);
    }
  }
}

function substr(text: string, start: number, length: number): string {
  const from = Math.round(start);
  const to = length === Infinity ? Infinity : from + Math.round(length);
  return text.slice(Math.max(0, from - 1), Math.max(0, Math.min(text.length, to - 1)));
}

async function substitute(machine: AwkMachine, args: readonly AwkExpr[], all: boolean): Promise<AwkValue> {
  const regex = await machine.pattern(args[0] ?? RECORD);
  const replacement = toText(await machine.eval(args[1] ?? RECORD));
  const target = args[2] ?? RECORD;
  const text = toText(await machine.eval(target));
  let out = '';
  let at = 0;
  let count = 0;
  let afterMatch = -1;
  for (;;) {
    const match = at <= text.length ? regex.match(text, at) : undefined;
    if (match === undefined) break;
    machine.ctx.step();
    const empty = match.start === match.end;
    if (!(empty && match.start === afterMatch)) {
      out += text.slice(at, match.start) + expand(replacement, text.slice(match.start, match.end));
      count += 1;
    } else out += text.slice(at, match.start);
    at = match.end;
    afterMatch = match.end;
    if (empty) {
      out += text.slice(at, at + 1);
      at += 1;
    }
    if (!all) break;
  }
  if (count > 0) await machine.assign(target, fromText(out + text.slice(at)));
  return fromNumber(count);
}

/** `&` is what matched, `\&` an ampersand. */
function expand(replacement: string, matched: string): string {
  return replacement.replaceAll(/\\([\\&])|&/g, (_whole, escaped?: string) => escaped ?? matched);
}
