/** `tr`: sets, classes, ranges and repeats over bytes. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { parseOptions, usageError } from './options.ts';
import { namedClass } from './pattern-syntax.ts';
import { complain, quoted, toBinary } from './text.ts';

async function tr(ctx: CommandContext): Promise<number> {
  const syntax = {
    short: 'cCdst',
    usage: '[OPTION]... STRING1 [STRING2]',
    stopAtOperand: true,
    long: { complement: 'c', delete: 'd', 'squeeze-repeats': 's', 'truncate-set1': 't' },
  };
  const options = parseOptions(ctx, syntax);
  if (typeof options === 'number') return options;
  const [first, second, extra] = options.operands;
  const [remove, squeeze] = [options.has('d'), options.has('s')];
  if (first === undefined) return usageError(ctx, 'missing operand');
  if (second === undefined && remove === squeeze)
    return usageError(ctx, `missing operand after ${quoted(first)}`, {
      short: '',
      advice: `Two strings must be given when ${remove ? 'both deleting and squeezing repeats' : 'translating'}.\nTry '${ctx.argv[0]} --help' for more information.\n`,
    });
  if (second !== undefined && remove && !squeeze)
    return usageError(ctx, `extra operand ${quoted(second)}`, {
      short: '',
      advice: `Only one string may be given when deleting without squeezing repeats.\nTry '${ctx.argv[0]} --help' for more information.\n`,
    });
  if (extra !== undefined) return usageError(ctx, `extra operand ${quoted(extra)}`);
  const given = trSet(toBinary(first), 0);
  const target = second === undefined ? undefined : trSet(toBinary(second), given.length ?? 0);
  if (typeof given === 'string') return complain(ctx, given);
  if (typeof target === 'string') return complain(ctx, target);
  const complement = options.has('c') || options.has('C');
  const members = new Set(given);
  const from = complement ? Array.from({ length: 256 }, (_, code) => code).filter((code) => !members.has(code)) : given;
  const inFrom = new Set(from);
  const map = new Map<number, number>();
  if (!remove && target !== undefined) {
    if (target.length === 0) return complain(ctx, 'when not truncating set1, string2 must be non-empty');
    for (const [index, code] of from.entries())
      if (index < target.length || !options.has('t')) map.set(code, target[Math.min(index, target.length - 1)]!);
  }
  const squeezed = squeeze ? new Set(target ?? from) : new Set<number>();
  let last = -1;
  for (;;) {
    const chunk = await ctx.stdin.read();
    if (chunk === undefined) return 0;
    ctx.step();
    const out = new Uint8Array(chunk.length);
    let length = 0;
    for (const byte of chunk) {
      if (remove && inFrom.has(byte)) continue;
      const made = map.get(byte) ?? byte;
      if (made === last && squeezed.has(made)) continue;
      out[length++] = last = made;
    }
    if (length > 0) ctx.stdout.write(out.subarray(0, length));
  }
}

/** The codes of a set of tr, or its complaint. */
function trSet(text: string, fill: number): number[] | string {
  const codes: number[] = [];
  const escapes: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, a: 7, b: 8, f: 12, v: 11, '\\': 92 };
  let at = 0;
  const one = (): number => {
    if (text[at] !== '\\') return text.charCodeAt(at++);
    const octal = /^\\([0-7]{1,3})/.exec(text.slice(at, at + 4));
    if (octal !== null) {
      at += octal[0].length;
      return Number.parseInt(octal[1]!, 8) & 255;
    }
    at += 2;
    return escapes[text[at - 1] ?? '\\'] ?? text.charCodeAt(at - 1);
  };
  while (at < text.length) {
    const named = /^\[:(\w+):\]/.exec(text.slice(at, at + 14));
    if (named !== null) {
      const members = namedClass(named[1]!);
      if (members === undefined) return `invalid character class '${named[1]}'`;
      for (const [code, bit] of members.entries()) if (bit === 1) codes.push(code);
      at += named[0].length;
      continue;
    }
    const repeated = /^\[(\\?.)\*(\d*)\]/s.exec(text.slice(at, at + 20));
    if (repeated !== null) {
      at += 1;
      const code = one();
      at += repeated[2]!.length + 2;
      const count =
        repeated[2] === ''
          ? Math.max(0, fill - codes.length)
          : Number.parseInt(repeated[2]!, repeated[2]!.startsWith('0') ? 8 : 10);
      for (let index = 0; index < Math.min(count, 65_536); index += 1) codes.push(code);
      continue;
    }
    const low = one();
    if (text[at] !== '-' || at + 1 >= text.length) {
      codes.push(low);
      continue;
    }
    at += 1;
    const high = one();
    if (high < low)
      return `range-endpoints of '${String.fromCharCode(low)}-${String.fromCharCode(high)}' are in reverse collating sequence order`;
    for (let code = low; code <= high; code += 1) codes.push(code);
  }
  return codes;
}

export const trCommands: CommandTable = {
  tr: { path: '/usr/bin/tr', run: tr },
};
