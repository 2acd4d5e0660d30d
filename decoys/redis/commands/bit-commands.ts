/** Operations on the bits of strings. */
import { CommandFailure, syntaxError } from '../command-failure.ts';
import type { Reply } from '../resp/reply.ts';
import { type CommandContext, type CommandHandlers, integer, is, range } from './command.types.ts';

type Operation = (a: number, b: number) => number;
const OPERATIONS: Readonly<Record<string, Operation>> = {
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  not: (a) => ~a & 0xff,
};

function combine({ db, args, server }: CommandContext): Reply {
  const [, name = '', target = '', ...keys] = args;
  const operation = OPERATIONS[name.toLowerCase()];
  if (operation === undefined) throw syntaxError();
  if (is(name, 'not') && keys.length !== 1)
    throw new CommandFailure('ERR BITOP NOT must be called with a single source key.');
  const texts = keys.map((key) => Buffer.from(db.readAs(key, 'string')?.text ?? '', 'latin1'));
  const length = Math.max(...texts.map((text) => text.length));
  if (length === 0) {
    db.delete(target);
    return 0;
  }
  server.keyspace.reserve(length + target.length + 64);
  const out = Buffer.alloc(length);
  for (let at = 0; at < length; at++) {
    let byte = texts[0]![at] ?? 0;
    if (is(name, 'not')) byte = operation(byte, 0);
    else for (const text of texts.slice(1)) byte = operation(byte, text[at] ?? 0);
    out[at] = byte;
  }
  db.set(target, { type: 'string', text: out.toString('latin1') });
  return length;
}

function position({ db, args }: CommandContext): Reply {
  const [, key = '', bit, from, to, unit] = args;
  if (bit !== '0' && bit !== '1') throw new CommandFailure('ERR The bit argument must be 1 or 0.');
  if (args.length > 6 || (unit !== undefined && !is(unit, 'bit') && !is(unit, 'byte'))) throw syntaxError();
  const text = db.readAs(key, 'string')?.text;
  if (text === undefined) return bit === '1' ? -1 : 0;
  const bits = is(unit, 'bit');
  const found = range(
    from === undefined ? 0 : integer(from),
    to === undefined ? -1 : integer(to),
    bits ? text.length * 8 : text.length,
  );
  if (found === undefined) return -1;
  const [first, last] = bits ? found : [found[0] * 8, found[1] * 8 + 7];
  for (let at = first; at <= last; at++)
    if (((text.charCodeAt(at >> 3) & (0x80 >> (at & 7))) !== 0) === (bit === '1')) return at;
  return bit === '0' && to === undefined ? text.length * 8 : -1;
}

export const bitCommands: CommandHandlers = { bitop: combine, bitpos: position };
