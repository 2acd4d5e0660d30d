/** `htop` 3.2.2: one screen after the other until `q`, F10 or ^C; without a terminal it says so. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { loadAverage, memory, uptimeSeconds } from './machine-facts.ts';
import { parseOptions } from './options.ts';

const DELAY_MS = 1500;

async function htop(ctx: CommandContext): Promise<number> {
  const options = parseOptions(ctx, {
    short: 'Cd:F:hH:Mn:p:s:tu:UV',
    long: {
      'no-color': 'C',
      'delay=': 'd',
      help: 'h',
      version: 'V',
      'pid=': 'p',
      'sort-key=': 's',
      tree: 't',
      'user=': 'u',
    },
    advice: '',
  });
  if (typeof options === 'number') return options;
  if (options.has('V')) {
    ctx.stdout.write('htop 3.2.2\n');
    return 0;
  }
  if (options.has('h')) {
    ctx.stdout.write(
      'htop 3.2.2\n(C) 2004-2019 Hisham Muhammad. (C) 2020-2023 htop dev team.\nReleased under the GNU GPLv2+.\n\n-d --delay=DELAY   Set the delay between updates, in tenths of seconds\n-h --help          Print this help screen\n-p --pid=PID       Show only the given PIDs\n-s --sort-key=COL  Sort by COLUMN\n-t --tree          Show the tree view\n-u --user          Show only processes of current or given USERNAME\n-V --version       Print version info\n\n',
    );
    return 0;
  }
  if (ctx.terminal === undefined) {
    ctx.stderr.write(`Error opening terminal: ${ctx.env.get('TERM') ?? 'unknown'}.\n`);
    return 1;
  }
  const keys = ctx.stdin.isTerminal ? ctx.stdin.readLine() : new Promise<string | undefined>(() => undefined);
  keys.catch(() => undefined);
  ctx.stdin.setEcho(false);
  ctx.stdout.write('\x1b[?1049h\x1b[?25l');
  try {
    for (;;) {
      ctx.stdout.write(`\x1b[H\x1b[2J${screen(ctx, options.value('u')).join('\r\n')}`);
      const pressed = await Promise.race([keys.then(() => true), ctx.sleep(DELAY_MS).then(() => false)]);
      if (pressed) return 0;
    }
  } finally {
    ctx.stdin.setEcho(true);
    ctx.stdout.write('\x1b[?25h\x1b[?1049l');
  }
}

function screen(ctx: CommandContext, user: string | undefined): string[] {
  const { columns, rows } = ctx.terminal!;
  const load = loadAverage(ctx);
  const now = memory(ctx);
  const half = Math.max(24, Math.floor(columns / 2) - 4);
  const meter = (name: string, share: number, text: string): string => {
    const room = half - 7;
    const bars = '|'.repeat(Math.min(room - text.length, Math.round(share * room)));
    return `  \x1b[36m${name.padStart(3)}\x1b[39m\x1b[1m[\x1b[22m\x1b[32m${bars}\x1b[39m${text.padStart(room - bars.length)}\x1b[1m]\x1b[22m`;
  };
  const size = (kb: number): string =>
    kb >= 1_048_576 ? `${(kb / 1_048_576).toFixed(2)}G` : `${Math.floor(kb / 1024)}M`;
  const all = ctx.processes.list();
  const up = uptimeSeconds(ctx);
  const clock = [Math.floor((up % 86_400) / 3600), Math.floor((up % 3600) / 60), up % 60].map((part) =>
    String(part).padStart(2, '0'),
  );
  const days = Math.floor(up / 86_400);
  const right = [
    `Tasks: ${all.filter((process) => process.vszKb > 0).length}, 0 thr, ${all.filter((process) => process.vszKb === 0).length} kthr; 1 running`,
    `Load average: ${load.map((value) => value.toFixed(2)).join(' ')}`,
    `Uptime: ${days === 0 ? '' : `${days} day${days === 1 ? '' : 's'}, `}${clock.join(':')}`,
  ];
  const { cpus } = ctx.machine.persona.hardware;
  const used = now.totalKb - now.availableKb;
  const left = [
    ...Array.from({ length: Math.min(cpus, 8) }, (_, cpu) => {
      const busy = Math.min(0.99, (load[0] * 0.4) / (cpu + 1));
      return meter(String(cpu), busy, `${(busy * 100).toFixed(1)}%`);
    }),
    meter('Mem', used / now.totalKb, `${size(used)}/${size(now.totalKb)}`),
    meter('Swp', 0, `${size(now.swapTotalKb - now.swapFreeKb)}/${size(now.swapTotalKb)}`),
  ];
  const lines = left.map((text, index) => `${text}   ${right[index] ?? ''}`);
  lines.push(
    '',
    `\x1b[30;42m${'    PID USER       PRI  NI  VIRT   RES   SHR S  CPU%-MEM%   TIME+  Command'.padEnd(columns).slice(0, columns)}\x1b[m`,
  );
  const shown = all.filter((process) => process.vszKb > 0 && (user === undefined || process.user === user));
  for (const process of shown
    .toSorted((a, b) => b.cpuSeconds - a.cpuSeconds || a.pid - b.pid)
    .slice(0, rows - lines.length - 1)) {
    const kb = (value: number): string =>
      (value >= 100_000 ? `${Math.floor(value / 1024)}M` : String(value)).padStart(5);
    const time = `${Math.floor(process.cpuSeconds / 60)}:${(process.cpuSeconds % 60).toFixed(2).padStart(5, '0')}`;
    lines.push(
      `${String(process.pid).padStart(7)} ${process.user.slice(0, 10).padEnd(10)}  20   0 ${kb(process.vszKb)} ${kb(process.rssKb)} ${kb(Math.floor(process.rssKb * 0.7))} ${process.state[0]}   0.0 ${((process.rssKb / now.totalKb) * 100).toFixed(1).padStart(4)} ${time.padStart(8)}  ${process.args}`.slice(
        0,
        columns,
      ),
    );
  }
  while (lines.length < rows - 1) lines.push('');
  lines.push(
    ['Help  ', 'Setup ', 'Search', 'Filter', 'Tree  ', 'SortBy', 'Nice -', 'Nice +', 'Kill  ', 'Quit  ']
      .map((text, index) => `F${index + 1}\x1b[30;46m${text}\x1b[m`)
      .join(''),
  );
  return lines;
}

export const htopCommands: CommandTable = { htop: { path: '/usr/bin/htop', run: htop } };
