/** `dd`: what an endless source would write is counted and timed, and only its beginning kept. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { fraction } from './machine-facts.ts';
import { usageError } from './options.ts';
import { parseSize } from './sizes.ts';
import { complain, errorText, quoted, readFile, writeFile } from './text.ts';

async function dd(ctx: CommandContext): Promise<number> {
  const operands = new Map<string, string>();
  for (const arg of ctx.argv.slice(1)) {
    const match = /^(if|of|bs|ibs|obs|count|skip|seek|conv|status|iflag|oflag)=(.*)$/s.exec(arg);
    if (match === null)
      return usageError(
        ctx,
        arg.includes('=') ? `unrecognized operand ${quoted(arg)}` : `unrecognized operand ${quoted(arg)}`,
      );
    operands.set(match[1]!, match[2]!);
  }
  const number = (key: string, fallback: number): number | undefined => {
    const text = operands.get(key);
    return text === undefined
      ? fallback
      : text
          .split('x')
          .reduce<number | undefined>(
            (product, part) =>
              product === undefined
                ? undefined
                : ((value) => (value === undefined ? undefined : product * value))(parseSize(part)),
            1,
          );
  };
  const size = number('bs', number('ibs', 512) ?? 512);
  const count = number('count', Infinity);
  const skip = number('skip', 0);
  const seek = number('seek', 0);
  for (const [key, value] of [
    ['bs', size],
    ['count', count],
    ['skip', skip],
    ['seek', seek],
  ] as const)
    if (value === undefined || (key === 'bs' && value === 0))
      return complain(ctx, `invalid number: ${quoted(operands.get(key) ?? '')}`);
  const source = operands.get('if');
  const target = operands.get('of');
  const wanted = count! * size!;
  const endless = source === '/dev/zero' || source === '/dev/urandom' || source === '/dev/random';
  let data: Uint8Array;
  if (source === undefined) data = await ctx.stdin.readAll();
  else if (endless) data = new Uint8Array(0);
  else {
    const file = readFile(ctx, source);
    if (!file.ok)
      return complain(
        ctx,
        file.error === 'EISDIR'
          ? `error reading ${quoted(source)}: Is a directory`
          : `failed to open ${quoted(source)}: ${errorText(file.error)}`,
      );
    data = file.bytes;
  }
  // A large write is made as long as the disk would take; only its first part is kept.
  const bytes = endless
    ? Math.min(wanted, ctx.machine.persona.hardware.diskKb * 700)
    : Math.max(0, Math.min(data.length - skip! * size!, wanted));
  if (endless && wanted === Infinity && (target === undefined || target === '/dev/null'))
    for (;;) await ctx.sleep(1000);
  const kept = endless
    ? fill(ctx, source, Math.min(bytes, 256 * 1024))
    : data.subarray(skip! * size!, skip! * size! + bytes);
  if (target === undefined) ctx.stdout.write(kept);
  else if (target !== '/dev/null') {
    const failed =
      seek! > 0 || operands.get('conv')?.includes('notrunc') === true
        ? writeAt(ctx, target, kept, seek! * (number('obs', size!) ?? 512))
        : writeFile(ctx, target, kept);
    if (failed !== undefined) return complain(ctx, `failed to open ${quoted(target)}: ${errorText(failed)}`);
    if (bytes > kept.length) ctx.fs.truncate(ctx.resolve(target), bytes, ctx.user);
  }
  const seconds = Math.max(
    0.000_03,
    bytes / (target === '/dev/null' ? 9e9 : endless ? 8e8 : 2e8) +
      fraction(ctx.machine.persona, `dd:${ctx.clock.now()}`) * 0.0004,
  );
  await ctx.sleep(Math.min(seconds, 20) * 1000);
  if (operands.get('status') === 'none') return 0;
  const whole = Math.floor(bytes / size!);
  const rest = Number(bytes % size! > 0);
  ctx.stderr.write(`${whole}+${rest} records in\n${whole}+${rest} records out\n`);
  if (operands.get('status') !== 'noxfer')
    ctx.stderr.write(
      `${bytes} byte${bytes === 1 ? '' : 's'}${bytes < 1000 ? '' : ` (${scaled(bytes, 1000)}B${bytes < 1024 ? '' : `, ${scaled(bytes, 1024)}iB`})`} copied, ${Number(seconds.toPrecision(6))} s, ${scaled(bytes / seconds, 1000)}B/s\n`,
    );
  return 0;
}

function fill(ctx: CommandContext, source: string | undefined, length: number): Uint8Array {
  if (source === '/dev/zero') return new Uint8Array(length);
  const seed = ctx.machine.persona.derive(`dd:${ctx.clock.now()}`, 4096);
  return Uint8Array.from({ length }, (_, index) => (seed[index % 4096]! + (index >> 12) * 31) & 255);
}

function writeAt(
  ctx: CommandContext,
  target: string,
  data: Uint8Array,
  offset: number,
): Parameters<typeof errorText>[0] | undefined {
  const written = ctx.fs.write(ctx.resolve(target), data, ctx.user, { offset: Math.min(offset, 1024 * 1024) });
  return written.ok ? undefined : written.error;
}

function scaled(value: number, base: number): string {
  let amount = value;
  let unit = 0;
  while (amount >= base && unit < 6) {
    amount /= base;
    unit += 1;
  }
  const letter = ['', base === 1000 ? 'k' : 'K', 'M', 'G', 'T', 'P', 'E'][unit]!;
  return `${amount < 10 && unit > 0 ? amount.toFixed(1) : Math.round(amount)} ${letter}`;
}

export const ddCommands: CommandTable = {
  dd: { path: '/usr/bin/dd', run: dd },
};
