/** Signals and finding processes: `kill`, `pkill`, `pgrep`, `killall`, `pidof`, `fuser`. */
import type { CommandContext, CommandTable, MachineProcess } from '../command.types.ts';
import { SIGNAL_NAMES } from '../signal-names.ts';
import { compilePattern } from './linear-regex.ts';
import { parseOptions } from './options.ts';
import { quoted, toBinary } from './text.ts';

/** procps calls number 29 by its other name. */
const SIGNALS = SIGNAL_NAMES.map((name) => (name === 'IO' ? 'POLL' : name));

/** The name without SIG, or undefined for no signal. */
export function signalName(text: string): string | undefined {
  if (/^\d+$/.test(text)) return Number(text) <= 64 ? (SIGNALS[Number(text)] ?? `RT${text}`) : undefined;
  const name = text.toUpperCase().replace(/^SIG/, '');
  return SIGNALS.includes(name) && name !== 'EXIT' ? name : undefined;
}

function kill(ctx: CommandContext): number {
  const args = ctx.argv.slice(1);
  const usage =
    '\nUsage:\n kill [options] <pid> [...]\n\nOptions:\n <pid> [...]            send signal to every <pid> listed\n -<signal>, -s, --signal <signal>\n                        specify the <signal> to be sent\n -q, --queue <value>    integer value to be sent with the signal\n -l, --list=[<signal>]  list all signal names, or convert one to a name\n -L, --table            list all signal names in a nice table\n\n -h, --help     display this help and exit\n -V, --version  output version information and exit\n\nFor more details see kill(1).\n';
  let signal = 'TERM';
  if (args[0] === '-l' || args[0] === '-L' || args[0]?.startsWith('--list') === true) {
    const given = args[1];
    ctx.stdout.write(
      given === undefined
        ? `${SIGNALS.slice(1).join(' ')}\n`
        : `${/^\d+$/.test(given) ? (signalName(String(Number(given) % 128)) ?? '') : SIGNALS.indexOf(signalName(given) ?? '')}\n`,
    );
    return 0;
  }
  if (args[0] === '-s' || args[0] === '--signal') {
    args.shift();
    signal = args.shift() ?? '';
  } else if (/^-[A-Za-z\d]/.test(args[0] ?? '') && args.length > 1) signal = args.shift()!.slice(1);
  const name = signalName(signal);
  if (name === undefined) {
    ctx.stderr.write(`${ctx.argv[0]}: unknown signal name ${signal}\n`);
    return 1;
  }
  const pids = args.filter((arg) => arg !== '--');
  if (pids.length === 0) {
    ctx.stderr.write(usage);
    return 1;
  }
  let status = 0;
  for (const pid of pids) {
    const fail = (reason: string): void => {
      ctx.stderr.write(`${ctx.argv[0]}: ${reason}\n`);
      status = 1;
    };
    if (!/^-?\d+$/.test(pid)) {
      fail(`failed to parse argument: ${quoted(pid)}`);
      continue;
    }
    const how = ctx.processes.kill(Number(pid), name, ctx.user);
    if (how === 'no-such-process') fail(`(${pid}): No such process`);
    else if (how === 'not-permitted') fail(`(${pid}): Operation not permitted`);
  }
  return status;
}

const PGREP_HINT = (name: string): string => `Try \`${name} --help' for more information.\n`;

/** `pgrep` and `pkill` share everything but what is done with what was found. */
async function pgrep(ctx: CommandContext): Promise<number> {
  const name = ctx.argv[0] ?? '';
  const kills = name.endsWith('pkill');
  const signal = ctx.argv
    .slice(1)
    .find((arg) => /^-([A-Z]{2,}|SIG[A-Z]+|\d+)$/.test(arg) && signalName(arg.slice(1)) !== undefined);
  const options = parseOptions(
    ctx,
    {
      short: 'ad:cefF:g:G:iLlnoO:P:q:r:s:t:u:U:vwxV',
      status: 2,
      advice: PGREP_HINT(name),
      usage: '[options] <pattern>',
      version: 'from procps-ng 4.0.2',
      long: {
        'list-full': 'a',
        'delimiter=': 'd',
        count: 'c',
        echo: 'e',
        full: 'f',
        'ignore-case': 'i',
        'list-name': 'l',
        newest: 'n',
        oldest: 'o',
        'parent=': 'P',
        'signal=': 'signal',
        'euid=': 'u',
        'uid=': 'U',
        exact: 'x',
        inverse: 'v',
        'terminal=': 't',
        'group=': 'G',
        'older=': 'O',
      },
    },
    ctx.argv.filter((arg, index) => index === 0 || arg !== signal),
  );
  if (typeof options === 'number') return options;
  const [pattern, extra] = options.operands;
  const filtered = ['u', 'U', 'P', 't', 'G', 'g', 's', 'F', 'r'].some((key) => options.has(key));
  if (pattern === undefined && !filtered) {
    ctx.stderr.write(`${name}: no matching criteria specified\n${PGREP_HINT(name)}`);
    return 2;
  }
  if (extra !== undefined) {
    ctx.stderr.write(`${name}: only one pattern can be provided\n${PGREP_HINT(name)}`);
    return 2;
  }
  const compiled = compilePattern(
    options.has('x') ? `^(${toBinary(pattern ?? '')})$` : toBinary(pattern ?? ''),
    'extended',
    { ignoreCase: options.has('i') },
  );
  if (!compiled.ok) {
    ctx.stderr.write(`${name}: ${compiled.message}\n`);
    return 2;
  }
  const set = (key: string): string[] | undefined => options.value(key)?.split(',');
  const matches = (process: MachineProcess): boolean => {
    if (process.pid === ctx.processes.self.pid) return false;
    if (pattern !== undefined && !compiled.regex.test(toBinary(options.has('f') ? process.args : process.comm)))
      return false;
    for (const key of ['u', 'U'])
      if (set(key) !== undefined && !set(key)!.some((user) => user === process.user || user === String(process.uid)))
        return false;
    if (set('P') !== undefined && !set('P')!.includes(String(process.ppid))) return false;
    return set('t') === undefined || set('t')!.includes(process.tty);
  };
  let found = ctx.processes.list().filter((process) => matches(process) !== options.has('v'));
  if (options.has('n')) found = found.slice(-1);
  if (options.has('o')) found = found.slice(0, 1);
  if (!kills) {
    if (options.has('c')) ctx.stdout.write(`${found.length}\n`);
    else if (found.length > 0)
      ctx.stdout.write(
        `${found.map((process) => (options.has('a') ? `${process.pid} ${process.args}` : options.has('l') ? `${process.pid} ${process.comm}` : process.pid)).join(options.value('d') ?? '\n')}\n`,
      );
    return found.length > 0 ? 0 : 1;
  }
  const sent = signalName(signal?.slice(1) ?? options.value('signal') ?? 'TERM') ?? 'TERM';
  let reached = 0;
  for (const process of found) {
    const how = ctx.processes.kill(process.pid, sent, ctx.user);
    if (how === 'done') reached += 1;
    if (how === 'done' && options.has('e')) ctx.stdout.write(`${process.comm} killed (pid ${process.pid})\n`);
    if (how === 'not-permitted')
      ctx.stderr.write(`${name}: killing pid ${process.pid} failed: Operation not permitted\n`);
  }
  if (options.has('c')) ctx.stdout.write(`${reached}\n`);
  return reached > 0 ? 0 : 1;
}

function killall(ctx: CommandContext): number {
  const args = ctx.argv.slice(1);
  let quiet = false;
  let signal = 'TERM';
  const names: string[] = [];
  for (let arg = args.shift(); arg !== undefined; arg = args.shift()) {
    if (arg === '-q' || arg === '--quiet') quiet = true;
    else if (arg === '-s' || arg === '--signal') signal = args.shift() ?? 'TERM';
    else if (arg === '-u' || arg === '--user') args.shift();
    else if (arg.startsWith('-') && signalName(arg.slice(1)) !== undefined) signal = arg.slice(1);
    else if (!arg.startsWith('-')) names.push(arg);
  }
  if (names.length === 0) {
    ctx.stderr.write(
      'Usage: killall [OPTION]... [--] NAME...\n       killall -l, --list\n       killall -V, --version\n',
    );
    return 1;
  }
  let status = 0;
  for (const name of names) {
    const found = ctx.processes.list().filter((process) => process.comm === name.replace(/^.*\//, '').slice(0, 15));
    if (found.length === 0) {
      if (!quiet) ctx.stderr.write(`${name}: no process found\n`);
      status = 1;
    }
    for (const process of found) {
      if (ctx.processes.kill(process.pid, signalName(signal) ?? 'TERM', ctx.user) !== 'not-permitted') continue;
      ctx.stderr.write(`${name}(${process.pid}): Operation not permitted\n`);
      status = 1;
    }
  }
  return status;
}

function pidof(ctx: CommandContext): number {
  const single = ctx.argv.includes('-s');
  const names = ctx.argv.slice(1).filter((arg) => !arg.startsWith('-'));
  const found = names
    .flatMap((name) =>
      ctx.processes
        .list()
        .filter((process) => process.comm === name.replace(/^.*\//, '').slice(0, 15))
        .map((process) => process.pid),
    )
    .toReversed();
  if (found.length === 0) return 1;
  ctx.stdout.write(`${(single ? found.slice(0, 1) : found).join(' ')}\n`);
  return 0;
}

export const signalCommands: CommandTable = {
  kill: { path: '/usr/bin/kill', run: kill },
  pkill: { path: '/usr/bin/pkill', run: pgrep },
  pgrep: { path: '/usr/bin/pgrep', run: pgrep },
  killall: { path: '/usr/bin/killall', run: killall },
  pidof: { path: '/usr/bin/pidof', run: pidof },
};
