/** Lua's `math`, and redis' `bit`. */
import { type LuaArguments, library } from './lua-arguments.ts';
import type { LuaRandom } from './lua-random.ts';
import type { LuaTable, LuaValue } from './lua-values.ts';

const one =
  (run: (value: number) => number) =>
  (args: LuaArguments): LuaValue =>
    run(args.number(0));

export function mathLibrary(random: LuaRandom): LuaTable {
  return library({
    abs: one(Math.abs),
    acos: one(Math.acos),
    asin: one(Math.asin),
    atan: one(Math.atan),
    atan2: (args) => Math.atan2(args.number(0), args.number(1)),
    ceil: one(Math.ceil),
    cos: one(Math.cos),
    cosh: one(Math.cosh),
    deg: one((value) => (value * 180) / Math.PI),
    exp: one(Math.exp),
    floor: one(Math.floor),
    fmod: (args) => args.number(0) % args.number(1),
    ldexp: (args) => args.number(0) * 2 ** args.integer(1),
    log: one(Math.log),
    log10: one(Math.log10),
    max: (args) => args.values.reduce<number>((most, _, i) => Math.max(most, args.number(i)), args.number(0)),
    min: (args) => args.values.reduce<number>((least, _, i) => Math.min(least, args.number(i)), args.number(0)),
    modf: (args) => [Math.trunc(args.number(0)), args.number(0) - Math.trunc(args.number(0))],
    pow: (args) => args.number(0) ** args.number(1),
    rad: one((value) => (value * Math.PI) / 180),
    random(args) {
      const drawn = random.next();
      if (args.values.length === 0) return drawn;
      const [from, to] = args.values.length === 1 ? [1, args.integer(0)] : [args.integer(0), args.integer(1)];
      if (from > to) throw args.wrong(args.values.length - 1, 'interval is empty');
      return Math.floor(drawn * (to - from + 1)) + from;
    },
    randomseed(args) {
      random.seed(args.integer(0));
      return [];
    },
    sin: one(Math.sin),
    sinh: one(Math.sinh),
    sqrt: one(Math.sqrt),
    tan: one(Math.tan),
    tanh: one(Math.tanh),
    huge: Infinity,
    pi: Math.PI,
  });
}

export function bitLibrary(): LuaTable {
  const all =
    (run: (a: number, b: number) => number) =>
    (args: LuaArguments): LuaValue =>
      args.values.reduce<number>((bits, _, i) => (i === 0 ? bits : run(bits, word(args, i))), word(args, 0));
  const shift =
    (run: (value: number, by: number) => number) =>
    (args: LuaArguments): LuaValue =>
      run(word(args, 0), args.integer(1) & 31) | 0;
  return library({
    tobit: (args) => word(args, 0),
    bnot: (args) => ~word(args, 0),
    band: all((a, b) => a & b),
    bor: all((a, b) => a | b),
    bxor: all((a, b) => a ^ b),
    lshift: shift((value, by) => value << by),
    rshift: shift((value, by) => value >>> by),
    arshift: shift((value, by) => value >> by),
    rol: shift((value, by) => (value << by) | (value >>> (32 - by))),
    ror: shift((value, by) => (value >>> by) | (value << (32 - by))),
    bswap(args) {
      const bytes = Buffer.alloc(4);
      bytes.writeInt32LE(word(args, 0));
      return bytes.readInt32BE();
    },
    tohex: (args) =>
      (word(args, 0) >>> 0)
        .toString(16)
        .padStart(8, '0')
        .slice(-Math.min(8, Math.abs(args.integer(1, 8)))),
  });
}

/** 32 bits with a sign. */
function word(args: LuaArguments, at: number): number {
  return Number(BigInt.asIntN(32, BigInt(Math.round(args.number(at)) || 0)));
}
