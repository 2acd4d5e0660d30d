/** BITFIELD: numbers of any width at any place of a string. */
import { CommandFailure, notAnInteger, syntaxError } from '../command-failure.ts';
import type { Reply } from '../resp/reply.ts';
import { readInteger } from '../store/values.ts';
import type { CommandContext, CommandHandlers } from './command.types.ts';

const MAX_STRING = 1024 * 1024;
const MAX_OFFSET = 4_294_967_295n;

type Overflow = 'wrap' | 'sat' | 'fail';

interface Operation {
  readonly what: 'get' | 'set' | 'incrby';
  readonly signed: boolean;
  readonly bits: number;
  readonly offset: number;
  readonly value: bigint;
  readonly overflow: Overflow;
}

function readType(word: string): { readonly signed: boolean; readonly bits: number } {
  const bits = /^[iu][1-9]\d?$/.test(word) ? Number(word.slice(1)) : 0;
  const signed = word.startsWith('i');
  if (bits < 1 || bits > (signed ? 64 : 63))
    throw new CommandFailure(
      'ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.',
    );
  return { signed, bits };
}

function readOffset(word: string, bits: number): number {
  const counted = word.startsWith('#');
  const value = readInteger(counted ? word.slice(1) : word);
  const offset = value === undefined ? -1n : value * (counted ? BigInt(bits) : 1n);
  if (offset < 0n || offset + BigInt(bits) > MAX_OFFSET + 1n)
    throw new CommandFailure('ERR bit offset is not an integer or out of range');
  return Number(offset);
}

function operations({ args }: CommandContext, readOnly: boolean): readonly Operation[] {
  const found: Operation[] = [];
  let overflow: Overflow = 'wrap';
  for (let i = 2; i < args.length;) {
    const word = args[i]!.toLowerCase();
    const left = args.length - i - 1;
    if (word === 'overflow' && left >= 1) {
      const kind = args[i + 1]!.toLowerCase();
      if (kind !== 'wrap' && kind !== 'sat' && kind !== 'fail')
        throw new CommandFailure('ERR Invalid OVERFLOW type specified');
      overflow = kind;
      i += 2;
      continue;
    }
    const what =
      word === 'get' && left >= 2 ? 'get' : (word === 'set' || word === 'incrby') && left >= 3 ? word : undefined;
    if (what === undefined) throw syntaxError();
    const type = readType(args[i + 1]!);
    const offset = readOffset(args[i + 2]!, type.bits);
    let value = 0n;
    if (what !== 'get') {
      if (readOnly) throw new CommandFailure('ERR BITFIELD_RO only supports the GET subcommand');
      const given = readInteger(args[i + 3]!);
      if (given === undefined) throw notAnInteger();
      value = given;
    }
    found.push({ what, ...type, offset, value, overflow });
    i += what === 'get' ? 3 : 4;
  }
  return found;
}

function run(ctx: CommandContext, readOnly: boolean): Reply {
  const { db, args, server } = ctx;
  const key = args[1]!;
  const wanted = operations(ctx, readOnly);
  const writes = wanted.some(({ what }) => what !== 'get');
  const old = writes ? db.peekAs(key, 'string') : db.readAs(key, 'string');
  const length = wanted.reduce(
    (most, { what, offset, bits }) => (what === 'get' ? most : Math.max(most, Math.ceil((offset + bits) / 8))),
    old?.text.length ?? 0,
  );
  if (length > MAX_STRING) throw new CommandFailure("OOM command not allowed when used memory > 'maxmemory'.");
  const bytes = Buffer.alloc(length);
  bytes.write(old?.text ?? '', 'latin1');
  let changes = 0;
  const answers = wanted.map((operation): Reply => {
    const { what, signed, bits, offset, value, overflow } = operation;
    const known = readBits(bytes, offset, bits, signed);
    if (what === 'get') return known;
    const [kept, answer] = what === 'set' ? [value, known] : [known + value, undefined];
    const fitted = fit(kept, signed, bits, overflow);
    if (fitted === undefined) return null;
    writeBits(bytes, offset, bits, fitted);
    changes++;
    return answer ?? fitted;
  });
  if (changes > 0) {
    server.keyspace.reserve(length - (old?.text.length ?? 0) + 64);
    const entry = db.open(key, 'string', () => ({ type: 'string', text: '' }));
    entry.text = bytes.toString('latin1');
    entry.raw = true;
    db.changed(key, changes);
  }
  return answers;
}

function fit(value: bigint, signed: boolean, bits: number, overflow: Overflow): bigint | undefined {
  const [least, most] = signed
    ? [-(1n << BigInt(bits - 1)), (1n << BigInt(bits - 1)) - 1n]
    : [0n, (1n << BigInt(bits)) - 1n];
  if (value >= least && value <= most) return value;
  if (overflow === 'fail') return undefined;
  if (overflow === 'sat') return value < least ? least : most;
  return signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
}

function readBits(bytes: Buffer, offset: number, bits: number, signed: boolean): bigint {
  let value = 0n;
  for (let at = offset; at < offset + bits; at++)
    value = (value << 1n) | BigInt(((bytes[at >>> 3] ?? 0) >> (7 - (at & 7))) & 1);
  return signed ? BigInt.asIntN(bits, value) : value;
}

function writeBits(bytes: Buffer, offset: number, bits: number, value: bigint): void {
  for (let i = 0; i < bits; i++) {
    const at = offset + bits - 1 - i;
    const mask = 0x80 >> (at & 7);
    const set = ((value >> BigInt(i)) & 1n) === 1n;
    bytes[at >>> 3] = set ? bytes[at >>> 3]! | mask : bytes[at >>> 3]! & ~mask;
  }
}

export const bitfieldCommands: CommandHandlers = {
  bitfield: (ctx) => run(ctx, false),
  bitfield_ro: (ctx) => run(ctx, true),
};
