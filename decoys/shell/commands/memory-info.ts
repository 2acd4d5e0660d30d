/** Memory: `free`, `vmstat`. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { memory } from './machine-facts.ts';
import { parseOptions } from './options.ts';

const FREE_USAGE =
  '\nUsage:\n free [options]\n\nOptions:\n -b, --bytes         show output in bytes\n -k, --kibi          show output in kibibytes\n -m, --mebi          show output in mebibytes\n -g, --gibi          show output in gibibytes\n -h, --human         show human-readable output\n -t, --total         show total for RAM + swap\n -w, --wide          wide output\n\nFor more details see free(1).\n';

async function free(ctx: CommandContext): Promise<number> {
  const options = parseOptions(ctx, {
    short: 'bkmghltwvs:c:V',
    advice: FREE_USAGE,
    long: {
      bytes: 'b',
      kibi: 'k',
      mebi: 'm',
      gibi: 'g',
      kilo: 'kilo',
      mega: 'mega',
      giga: 'giga',
      human: 'h',
      si: 'si',
      lohi: 'l',
      total: 't',
      wide: 'w',
      committed: 'v',
      'seconds=': 's',
      'count=': 'c',
      version: 'V',
      help: 'help',
    },
  });
  if (typeof options === 'number') return options;
  if (options.has('help')) ctx.stdout.write(FREE_USAGE);
  if (options.has('V')) ctx.stdout.write('free from procps-ng 4.0.2\n');
  if (options.has('help') || options.has('V')) return 0;
  const unit =
    options.list.findLast(({ key }) => ['b', 'k', 'm', 'g', 'h', 'kilo', 'mega', 'giga'].includes(key))?.key ?? 'k';
  const divisors: Record<string, number> = {
    b: 1 / 1024,
    k: 1,
    m: 1024,
    g: 1_048_576,
    kilo: 1000 / 1024,
    mega: 1_000_000 / 1024,
    giga: 1e9 / 1024,
  };
  const show = (kb: number): string =>
    unit === 'h' ? scaled(kb, options.has('si')) : String(Math.floor(kb / divisors[unit]!));
  const times = options.has('c') ? Math.min(Number(options.value('c')) || 1, 1000) : options.has('s') ? 1000 : 1;
  for (let turn = 0; turn < times; turn += 1) {
    if (turn > 0) {
      await ctx.sleep((Number(options.value('s')) || 1) * 1000);
      ctx.stdout.write('\n');
    }
    const memoryNow = memory(ctx);
    const used = memoryNow.totalKb - memoryNow.availableKb;
    const wide = options.has('w');
    const cache = wide ? [memoryNow.buffersKb, memoryNow.cachedKb] : [memoryNow.buffersKb + memoryNow.cachedKb];
    const heads = ['total', 'used', 'free', 'shared', ...(wide ? ['buffers', 'cache'] : ['buff/cache']), 'available'];
    const row = (name: string, cells: readonly number[]): string =>
      `${name.padEnd(9)}${cells.map((cell) => show(cell).padStart(11)).join(' ')}\n`;
    ctx.stdout.write(`${' '.repeat(9)}${heads.map((head) => head.padStart(11)).join(' ')}\n`);
    ctx.stdout.write(
      row('Mem:', [memoryNow.totalKb, used, memoryNow.freeKb, memoryNow.sharedKb, ...cache, memoryNow.availableKb]),
    );
    const swapUsed = memoryNow.swapTotalKb - memoryNow.swapFreeKb;
    ctx.stdout.write(row('Swap:', [memoryNow.swapTotalKb, swapUsed, memoryNow.swapFreeKb]));
    if (options.has('t'))
      ctx.stdout.write(
        row('Total:', [
          memoryNow.totalKb + memoryNow.swapTotalKb,
          used + swapUsed,
          memoryNow.freeKb + memoryNow.swapFreeKb,
        ]),
      );
  }
  return 0;
}

/** As procps scales: `3.8Gi`, `412Mi`, `0B`. */
function scaled(kb: number, si: boolean): string {
  const base = si ? 1000 : 1024;
  let value = kb * 1024;
  if (value < base) return `${value}B`;
  for (const unit of ['K', 'M', 'G', 'T', 'P']) {
    value /= base;
    if (value < 10) return `${(Math.floor(value * 10) / 10).toFixed(1)}${unit}${si ? '' : 'i'}`;
    if (value < base) return `${Math.floor(value)}${unit}${si ? '' : 'i'}`;
  }
  return `${Math.floor(value)}P`;
}

async function vmstat(ctx: CommandContext): Promise<number> {
  if (ctx.argv.includes('-s') || ctx.argv.includes('--stats')) {
    const now = memory(ctx);
    const rows: [number, string][] = [
      [now.totalKb, 'K total memory'],
      [now.totalKb - now.availableKb, 'K used memory'],
      [Math.floor(now.availableKb * 0.4), 'K active memory'],
      [Math.floor(now.availableKb * 0.3), 'K inactive memory'],
      [now.freeKb, 'K free memory'],
      [now.buffersKb, 'K buffer memory'],
      [now.cachedKb, 'K swap cache'],
      [now.swapTotalKb, 'K total swap'],
      [now.swapTotalKb - now.swapFreeKb, 'K used swap'],
      [now.swapFreeKb, 'K free swap'],
    ];
    for (const [value, name] of rows) ctx.stdout.write(`${String(value).padStart(13)} ${name}\n`);
    return 0;
  }
  const operands = ctx.argv.slice(1).filter((arg) => !arg.startsWith('-'));
  const times = operands.length > 1 ? Math.min(Number(operands[1]) || 1, 1000) : operands.length === 1 ? 1000 : 1;
  ctx.stdout.write(
    'procs -----------memory---------- ---swap-- -----io---- -system-- ------cpu-----\n r  b   swpd   free   buff  cache   si   so    bi    bo   in   cs us sy id wa st\n',
  );
  for (let turn = 0; turn < times; turn += 1) {
    if (turn > 0) await ctx.sleep((Number(operands[0]) || 1) * 1000);
    const now = memory(ctx);
    const cells = [0, now.freeKb, now.buffersKb, now.cachedKb].map((value) => String(value).padStart(6)).join(' ');
    ctx.stdout.write(` ${turn === 0 ? 1 : 0}  0 ${cells}    0    0     2     9   41   71  0  0 99  0  0\n`);
  }
  return 0;
}

export const memoryInfoCommands: CommandTable = {
  free: { path: '/usr/bin/free', run: free },
  vmstat: { path: '/usr/bin/vmstat', run: vmstat },
};
