/** Strings: SET and its relatives, counters, ranges and bits. */
import { CommandFailure, notAFloat, notAnInteger, syntaxError } from '../command-failure.ts';
import { OK, type Reply } from '../resp/reply.ts';
import { isInt64, readInteger, type ValueOf } from '../store/values.ts';
import {
  type CommandContext,
  type CommandHandlers,
  float,
  formatLongDouble,
  integer,
  is,
  range,
} from './command.types.ts';

const MAX_STRING = 1024 * 1024;
const FLAT_EVERY = 256;

const empty = (): ValueOf<'string'> => ({ type: 'string', text: '' });
const textOf = ({ db }: CommandContext, key: string): string | undefined => db.readAs(key, 'string')?.text;

/** The time that `EX 10`, `PXAT …` mean, epoch ms. */
function expiry(ctx: CommandContext, unit: string, word: string | undefined, command: string): number {
  if (word === undefined) throw syntaxError();
  const value = readInteger(word);
  if (value === undefined) throw notAnInteger();
  const bad = (): CommandFailure => new CommandFailure(`ERR invalid expire time in '${command}' command`);
  if (value <= 0n) throw bad();
  const ms = unit.startsWith('ex') ? value * 1000n : value;
  const at = unit.endsWith('at') ? ms : ms + BigInt(ctx.now);
  if (!isInt64(at)) throw bad();
  return Number(at);
}

const EXPIRY_UNITS = new Set(['ex', 'px', 'exat', 'pxat']);

function set(ctx: CommandContext): Reply {
  const { db, args } = ctx;
  const [, key = '', text = ''] = args;
  let [expireAt, keep, only, get] = [undefined as number | undefined, false, '', false];
  for (let i = 3; i < args.length; i++) {
    const option = args[i]!.toLowerCase();
    if ((option === 'nx' || option === 'xx') && (only === '' || only === option)) only = option;
    else if (option === 'get') get = true;
    else if (option === 'keepttl' && expireAt === undefined) keep = true;
    else if (EXPIRY_UNITS.has(option) && expireAt === undefined && !keep && i + 1 < args.length)
      expireAt = expiry(ctx, option, args[++i], 'set');
    else throw syntaxError();
  }
  const old = get ? db.readAs(key, 'string') : undefined;
  const known = db.peek(key);
  if ((only === 'nx' && known !== undefined) || (only === 'xx' && known === undefined))
    return get ? (old?.text ?? null) : null;
  store(ctx, key, text, keep ? known?.expireAt : expireAt);
  return get ? (old?.text ?? null) : OK;
}

function store({ server, db }: CommandContext, key: string, text: string, expireAt?: number): void {
  server.keyspace.reserve(key.length + text.length + 128);
  db.set(key, { type: 'string', text }, expireAt);
}

function increment(ctx: CommandContext, key: string, by: bigint): Reply {
  const entry = ctx.db.peek(key);
  const old = ctx.db.peekAs(key, 'string')?.text ?? '0';
  const value = readInteger(old);
  if (value === undefined) throw notAnInteger();
  const sum = value + by;
  if (!isInt64(sum)) throw new CommandFailure('ERR increment or decrement would overflow');
  store(ctx, key, String(sum), entry?.expireAt);
  return sum;
}

function step(word: string): bigint {
  const by = readInteger(word);
  if (by === undefined) throw notAnInteger();
  return by;
}

function setMany(ctx: CommandContext, onlyNew: boolean): Reply {
  const { args, db } = ctx;
  const name = args[0]!.toLowerCase();
  if (args.length % 2 === 0) throw new CommandFailure(`ERR wrong number of arguments for '${name}' command`);
  if (onlyNew) for (let i = 1; i < args.length; i += 2) if (db.peek(args[i]!) !== undefined) return 0;
  for (let i = 1; i < args.length; i += 2) store(ctx, args[i]!, args[i + 1]!);
  return onlyNew ? 1 : OK;
}

function setExpiring(ctx: CommandContext, unit: string): Reply {
  const [name = '', key = '', time, text = ''] = ctx.args;
  store(ctx, key, text, expiry(ctx, unit, time, name.toLowerCase()));
  return OK;
}

function getEx(ctx: CommandContext): Reply {
  const { args, db, now } = ctx;
  const [, key = ''] = args;
  let persist = false;
  let expireAt: number | undefined;
  for (let i = 2; i < args.length; i++) {
    const option = args[i]!.toLowerCase();
    if (option === 'persist' && expireAt === undefined) persist = true;
    else if (EXPIRY_UNITS.has(option) && !persist && expireAt === undefined && i + 1 < args.length)
      expireAt = expiry(ctx, option, args[++i], 'getex');
    else throw syntaxError();
  }
  const text = textOf(ctx, key) ?? null;
  const entry = db.peek(key);
  if (entry === undefined) return null;
  if (expireAt !== undefined && expireAt <= now) db.delete(key);
  else if (persist || expireAt !== undefined) {
    entry.expireAt = expireAt;
    db.changed(key);
  }
  return text;
}

function setRange(ctx: CommandContext): Reply {
  const [, key = '', at = '', piece = ''] = ctx.args;
  const offset = integer(at);
  if (offset < 0) throw new CommandFailure('ERR offset is out of range');
  const old = ctx.db.peekAs(key, 'string')?.text ?? '';
  if (piece === '') return old.length;
  checkLength(offset + piece.length);
  ctx.server.keyspace.reserve(Math.max(0, offset + piece.length - old.length) + 64);
  const value = ctx.db.open(key, 'string', empty);
  value.text = old.padEnd(offset, '\0').slice(0, offset) + piece + old.slice(offset + piece.length);
  value.raw = true;
  ctx.db.changed(key);
  return value.text.length;
}

function checkLength(length: number): void {
  if (length > 512 * 1024 * 1024)
    throw new CommandFailure('ERR string exceeds maximum allowed size (proto-max-bulk-len)');
  if (length > MAX_STRING) throw new CommandFailure("OOM command not allowed when used memory > 'maxmemory'.");
}

/** Pieces that are joined stay apart in memory until somebody looks: many small ones would cost far more than they hold. */
function joined(text: string, piece: string): string {
  const whole = text + piece;
  const crosses = Math.floor(whole.length / FLAT_EVERY) !== Math.floor(text.length / FLAT_EVERY);
  return crosses ? Buffer.from(whole, 'latin1').toString('latin1') : whole;
}

function append(ctx: CommandContext): Reply {
  const [, key = '', piece = ''] = ctx.args;
  const old = ctx.db.peekAs(key, 'string');
  checkLength((old?.text.length ?? 0) + piece.length);
  ctx.server.keyspace.reserve(piece.length + 64);
  const value = ctx.db.open(key, 'string', empty);
  value.text = joined(value.text, piece);
  if (old !== undefined) value.raw = true;
  ctx.db.changed(key);
  return value.text.length;
}

function getRange(ctx: CommandContext): Reply {
  const [, key = '', from = '', to = ''] = ctx.args;
  const [start, stop] = [integer(from), integer(to)];
  const text = textOf(ctx, key) ?? '';
  if (start < 0 && stop < 0 && start > stop) return '';
  const found = range(start, stop < -text.length ? -text.length : stop, text.length);
  return found === undefined ? '' : text.slice(found[0], found[1] + 1);
}

function bitOffset(word: string): number {
  const at = readInteger(word);
  if (at === undefined || at < 0n || at > 4_294_967_295n)
    throw new CommandFailure('ERR bit offset is not an integer or out of range');
  return Number(at);
}

function setBit(ctx: CommandContext): Reply {
  const [, key = '', word = '', bit = ''] = ctx.args;
  const at = bitOffset(word);
  if (bit !== '0' && bit !== '1') throw new CommandFailure('ERR bit is not an integer or out of range');
  const byte = at >> 3;
  checkLength(byte + 1);
  ctx.server.keyspace.reserve(byte + 64);
  const value = ctx.db.open(key, 'string', empty);
  const text = value.text.padEnd(byte + 1, '\0');
  const mask = 0x80 >> (at & 7);
  const old = text.charCodeAt(byte);
  value.text = text.slice(0, byte) + String.fromCharCode(bit === '1' ? old | mask : old & ~mask) + text.slice(byte + 1);
  value.raw = true;
  ctx.db.changed(key);
  return (old & mask) === 0 ? 0 : 1;
}

function bitCount(ctx: CommandContext): Reply {
  const [, key = '', from, to, unit] = ctx.args;
  if (ctx.args.length === 3 || ctx.args.length > 5 || (unit !== undefined && !is(unit, 'byte') && !is(unit, 'bit')))
    throw syntaxError();
  const bits = is(unit, 'bit');
  const ends = from === undefined ? undefined : ([integer(from), integer(to!)] as const);
  const text = textOf(ctx, key) ?? '';
  const length = bits ? text.length * 8 : text.length;
  const found = ends === undefined ? range(0, -1, length) : range(ends[0], ends[1], length);
  if (found === undefined) return 0;
  let count = 0;
  const [first, last] = bits ? found : [found[0] * 8, found[1] * 8 + 7];
  for (let at = first; at <= last; at++) if ((text.charCodeAt(at >> 3) & (0x80 >> (at & 7))) !== 0) count++;
  return count;
}

function incrementFloat(ctx: CommandContext): Reply {
  const [, key = '', by = ''] = ctx.args;
  const entry = ctx.db.peek(key);
  const old = ctx.db.peekAs(key, 'string')?.text ?? '0';
  const sum = float(old, notAFloat) + float(by, notAFloat);
  if (!Number.isFinite(sum)) throw new CommandFailure('ERR increment would produce NaN or Infinity');
  const text = formatLongDouble(sum);
  store(ctx, key, text, entry?.expireAt);
  return text;
}

export const stringCommands: CommandHandlers = {
  set,
  get: (ctx) => textOf(ctx, ctx.args[1]!) ?? null,
  getex: getEx,
  getdel(ctx) {
    const text = textOf(ctx, ctx.args[1]!);
    if (text === undefined) return null;
    ctx.db.delete(ctx.args[1]!);
    return text;
  },
  getset(ctx) {
    const old = textOf(ctx, ctx.args[1]!) ?? null;
    store(ctx, ctx.args[1]!, ctx.args[2]!);
    return old;
  },
  setnx(ctx) {
    if (ctx.db.peek(ctx.args[1]!) !== undefined) return 0;
    store(ctx, ctx.args[1]!, ctx.args[2]!);
    return 1;
  },
  setex: (ctx) => setExpiring(ctx, 'ex'),
  psetex: (ctx) => setExpiring(ctx, 'px'),
  mget: ({ args, db }) =>
    args.slice(1).map((key) => {
      const value = db.read(key);
      return value?.type === 'string' ? value.text : null;
    }),
  mset: (ctx) => setMany(ctx, false),
  msetnx: (ctx) => setMany(ctx, true),
  incr: (ctx) => increment(ctx, ctx.args[1]!, 1n),
  decr: (ctx) => increment(ctx, ctx.args[1]!, -1n),
  incrby: (ctx) => increment(ctx, ctx.args[1]!, step(ctx.args[2]!)),
  decrby(ctx) {
    const by = step(ctx.args[2]!);
    if (!isInt64(-by)) throw new CommandFailure('ERR decrement would overflow');
    return increment(ctx, ctx.args[1]!, -by);
  },
  incrbyfloat: incrementFloat,
  append,
  strlen: (ctx) => textOf(ctx, ctx.args[1]!)?.length ?? 0,
  getrange: getRange,
  substr: getRange,
  setrange: setRange,
  setbit: setBit,
  getbit(ctx) {
    const at = bitOffset(ctx.args[2]!);
    const text = textOf(ctx, ctx.args[1]!) ?? '';
    return (text.charCodeAt(at >> 3) & (0x80 >> (at & 7))) === 0 ? 0 : 1;
  },
  bitcount: bitCount,
};
