/** `top` of procps 4.0.2: one page after the other, in batch mode or on the terminal until interrupted. `htop` is not installed. */
import type { CommandContext, CommandTable, MachineProcess } from '../command.types.ts';
import { loadAverage, memory } from './machine-facts.ts';
import { uptimeLine } from './system-info.ts';

interface TopOptions {
  readonly batch: boolean;
  readonly turns: number;
  readonly delayMs: number;
  readonly user: string | undefined;
  readonly pids: readonly number[];
  readonly full: boolean;
  readonly sort: string;
}

function readOptions(ctx: CommandContext): TopOptions | number {
  const args = ctx.argv.slice(1);
  let [batch, full, turns, delayMs, sort] = [false, false, Infinity, 3000, '%CPU'];
  let user: string | undefined;
  let pids: number[] = [];
  for (let arg = args.shift(); arg !== undefined; arg = args.shift()) {
    const letters = arg.replace(/^-/, '');
    for (let at = 0; at < letters.length; at += 1) {
      const letter = letters[at]!;
      const value = (): string => {
        const text = letters.slice(at + 1) || (args.shift() ?? '');
        at = letters.length;
        return text;
      };
      if (letter === 'b') batch = true;
      else if (letter === 'c') full = true;
      else if (letter === 'n') turns = Number(value()) || 1;
      else if (letter === 'd') delayMs = (Number(value()) || 3) * 1000;
      else if (letter === 'u' || letter === 'U') user = value();
      else if (letter === 'p') pids = value().split(',').map(Number);
      else if (letter === 'o') sort = value();
      else if (letter === 'w') value();
      else if (letter === 'v' || letter === 'V') {
        ctx.stdout.write('top from procps-ng 4.0.2\n');
        return 0;
      } else if (letter === 'h') {
        ctx.stdout.write('Usage:\n top [options]\n');
        return 0;
      } else if (!/[iHsSeE1]/.test(letter)) {
        ctx.stderr.write(
          `top: unknown option '${letter}'\nUsage:\n  top -hv | -bcEeHiOSs1 -d secs -n max -u|U user -p pid(s) -o field -w [cols]\n`,
        );
        return 1;
      }
    }
  }
  return { batch, turns: Math.min(turns, 1000), delayMs, user, pids, full, sort };
}

async function top(ctx: CommandContext): Promise<number> {
  const options = readOptions(ctx);
  if (typeof options === 'number') return options;
  if (!options.batch && !ctx.stdout.isTerminal) {
    ctx.stderr.write('top: failed tty get\n');
    return 1;
  }
  for (let turn = 0; turn < options.turns; turn += 1) {
    if (turn > 0) {
      await ctx.sleep(options.delayMs);
      if (options.batch) ctx.stdout.write('\n');
    }
    const lines = page(ctx, options);
    if (options.batch) ctx.stdout.write(lines.map((line) => `${line}\n`).join(''));
    else {
      const shown = lines
        .slice(0, (ctx.terminal?.rows ?? 24) - 1)
        .map((line, index) =>
          index === 6 ? `\x1b[7m${line.padEnd(ctx.terminal?.columns ?? 80)}\x1b[m` : `${line}\x1b[K`,
        );
      ctx.stdout.write(`\x1b[H\x1b[2J${shown.join('\r\n')}`);
    }
  }
  if (!options.batch) ctx.stdout.write('\r\n');
  return 0;
}

function page(ctx: CommandContext, options: TopOptions): string[] {
  const all = ctx.processes.list();
  const running = all.filter((process) => process.state.startsWith('R')).length;
  const now = memory(ctx);
  const mebi = (kb: number): string => (kb / 1024).toFixed(1).padStart(8);
  const busy = Math.min(99, loadAverage(ctx)[0] * 40);
  const share = (value: number): string => value.toFixed(1).padStart(4);
  const lines = [
    `top -${uptimeLine(ctx)}`,
    `Tasks: ${String(all.length).padStart(3)} total, ${String(running).padStart(3)} running, ${String(all.length - running).padStart(3)} sleeping,   0 stopped,   0 zombie`,
    `%Cpu(s): ${share(busy * 0.7)} us, ${share(busy * 0.3)} sy,  0.0 ni, ${share(100 - busy)} id,  0.0 wa,  0.0 hi,  0.0 si,  0.0 st `,
    `MiB Mem : ${mebi(now.totalKb)} total, ${mebi(now.freeKb)} free, ${mebi(now.totalKb - now.availableKb)} used, ${mebi(now.buffersKb + now.cachedKb)} buff/cache     `,
    `MiB Swap: ${mebi(now.swapTotalKb)} total, ${mebi(now.swapFreeKb)} free, ${mebi(now.swapTotalKb - now.swapFreeKb)} used. ${mebi(now.availableKb)} avail Mem `,
    '',
    '    PID USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ COMMAND',
  ];
  const shown = all.filter(
    (process) =>
      (options.user === undefined || process.user === options.user) &&
      (options.pids.length === 0 || options.pids.includes(process.pid)),
  );
  const weight = (process: MachineProcess): number =>
    /MEM|RES/.test(options.sort) ? process.rssKb : process.pid === ctx.processes.self.pid ? 5 : 0;
  shown.sort((a, b) => weight(b) - weight(a) || a.pid - b.pid);
  for (const process of shown) {
    const cpu = process.pid === ctx.processes.self.pid ? 6.2 : 0;
    const minutes = `${Math.floor(process.cpuSeconds / 60)}:${(process.cpuSeconds % 60).toFixed(2).padStart(5, '0')}`;
    const user = process.user.length > 8 ? `${process.user.slice(0, 7)}+` : process.user.padEnd(8);
    lines.push(
      `${String(process.pid).padStart(7)} ${user}  20   0 ${String(process.vszKb).padStart(7)} ${String(process.rssKb).padStart(6)} ${String(Math.floor(process.rssKb * 0.7)).padStart(6)} ${process.state.slice(0, 1)} ${cpu.toFixed(1).padStart(5)} ${((process.rssKb / now.totalKb) * 100).toFixed(1).padStart(5)} ${minutes.padStart(9)} ${options.full ? process.args : process.comm}`,
    );
  }
  return lines;
}

export const topCommands: CommandTable = { top: { path: '/usr/bin/top', run: top } };
