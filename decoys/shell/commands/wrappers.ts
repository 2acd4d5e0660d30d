/** Programs that start other programs: `sh`, `bash`, `env`, `nohup`, `timeout`, `nice`, `xargs`, `setsid`, `time`, `watch`, `sudo`-less ones. */
import type { CommandContext, CommandTable, RunOptions } from '../command.types.ts';
import { parseOptions, usageError } from './options.ts';
import { bytesToBinary, errorText, quoted, readFile } from './text.ts';

/** `bash`, `sh` and `dash` as programs: a script, `-c` text, or what comes on stdin. */
async function shell(ctx: CommandContext): Promise<number> {
  const args = ctx.argv.slice(1);
  let source: string | undefined;
  let fromCommand = false;
  while (args[0] !== undefined && /^[-+]./.test(args[0])) {
    const flag = args.shift()!;
    if (flag === '--version') {
      ctx.stdout.write(
        'GNU bash, version 5.2.15(1)-release (x86_64-pc-linux-gnu)\nCopyright (C) 2022 Free Software Foundation, Inc.\n',
      );
      return 0;
    }
    if (flag === '--') break;
    if (flag.startsWith('--')) {
      if (/^--(login|norc|noprofile|posix|verbose|noediting|restricted)$/.test(flag)) continue;
      ctx.stderr.write(`${ctx.argv[0]}: ${flag}: invalid option\n`);
      return 2;
    }
    if (/[^aefhilmnprstuvxcoOBCDEHP]/.test(flag.slice(1))) {
      ctx.stderr.write(`${ctx.argv[0]}: ${flag}: invalid option\n`);
      return 2;
    }
    if (/^-[^-]*o$/.test(flag)) args.shift();
    if (/^-[^-]*c/.test(flag)) fromCommand = true;
  }
  if (fromCommand) {
    source = args.shift();
    if (source === undefined) {
      ctx.stderr.write(`${ctx.argv[0]}: -c: option requires an argument\n`);
      return 2;
    }
    return ctx.runScript(source, args);
  }
  const script = args.shift();
  if (script === undefined) return interactive(ctx);
  const file = readFile(ctx, script);
  if (!file.ok) {
    ctx.stderr.write(`${ctx.argv[0]}: ${script}: ${errorText(file.error)}\n`);
    return file.error === 'ENOENT' ? 127 : 126;
  }
  const text = bytesToBinary(file.bytes);
  if (text.startsWith('\x7fELF') || text.slice(0, 80).includes('\0')) {
    ctx.observe({ kind: 'execute', path: ctx.resolve(script), argv: ctx.argv });
    ctx.stderr.write(`${script}: ${script}: cannot execute binary file\n`);
    return 126;
  }
  ctx.observe({ kind: 'execute', path: ctx.resolve(script), argv: ctx.argv });
  return ctx.runScript(Buffer.from(file.bytes).toString('utf8'), args);
}

/** A shell inside the shell: line by line from a terminal, all at once from a pipe. */
async function interactive(ctx: CommandContext): Promise<number> {
  if (!ctx.stdin.isTerminal) return ctx.runScript(Buffer.from(await ctx.stdin.readAll()).toString('utf8'), []);
  const dash = /(^|\/)(sh|dash)$/.test(ctx.argv[0] ?? '');
  const prompt = dash
    ? ctx.user.uid === 0
      ? '# '
      : '$ '
    : `${ctx.user.name}@${ctx.machine.persona.hostname}:${ctx.cwd.replace(ctx.user.home, '~')}${ctx.user.uid === 0 ? '#' : '$'} `;
  let status = 0;
  for (;;) {
    ctx.stdout.write(prompt);
    const line = await ctx.stdin.readLine();
    if (line === undefined || /^\s*exit\b/.test(line)) {
      if (line !== undefined && !dash) ctx.stdout.write('exit\n');
      return line === undefined ? status : Number(/\d+/.exec(line)?.[0] ?? status);
    }
    if (line.trim() === '') continue;
    ctx.observe({ kind: 'input', line });
    status = await ctx.runScript(line, []);
  }
}

async function env(ctx: CommandContext): Promise<number> {
  const options = parseOptions(ctx, {
    short: '0iu:C:S:v',
    usage: '[OPTION]... [-] [NAME=VALUE]... [COMMAND [ARG]...]',
    stopAtOperand: true,
    status: 125,
    long: { 'ignore-environment': 'i', null: '0', 'unset=': 'u', 'chdir=': 'C', 'split-string=': 'S', debug: 'v' },
  });
  if (typeof options === 'number') return options;
  const variables = new Map(options.has('i') || options.operands[0] === '-' ? [] : ctx.env);
  for (const { key, value } of options.list) if (key === 'u' && value !== undefined) variables.delete(value);
  const operands = options.operands.filter((operand, index) => !(index === 0 && operand === '-'));
  while (operands[0]?.includes('=') === true) {
    const assignment = operands.shift()!;
    variables.set(assignment.slice(0, assignment.indexOf('=')), assignment.slice(assignment.indexOf('=') + 1));
  }
  if (options.has('S')) operands.unshift(...options.value('S')!.split(/\s+/));
  if (operands.length > 0) return start(ctx, operands, { env: variables });
  const end = options.has('0') ? '\0' : '\n';
  ctx.stdout.write([...variables].map(([name, value]) => `${name}=${value}${end}`).join(''));
  return 0;
}

/** Starts a program with the complaint of coreutils where there is none. */
export async function start(ctx: CommandContext, argv: readonly string[], options: RunOptions = {}): Promise<number> {
  if (lookUp(ctx, argv[0] ?? '') !== undefined) return ctx.run(argv, options);
  const shown = (ctx.argv[0] ?? '').endsWith('xargs') ? (argv[0] ?? '') : quoted(argv[0] ?? '');
  ctx.stderr.write(`${ctx.argv[0]}: ${shown}: No such file or directory\n`);
  return 127;
}

/** The file that this name starts: along PATH, or as a path. */
export function lookUp(ctx: CommandContext, name: string): string | undefined {
  const runnable = (path: string): boolean => {
    const stat = ctx.fs.stat(path, ctx.user);
    return stat.ok && stat.value.type === 'file' && (stat.value.mode & 0o111) !== 0;
  };
  if (name.includes('/')) return runnable(ctx.resolve(name)) ? name : undefined;
  const path = ctx.env.get('PATH') ?? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
  for (const folder of path.split(':').slice(0, 64)) {
    ctx.step();
    const candidate = `${folder === '' ? '.' : folder}/${name}`;
    if (runnable(ctx.resolve(candidate))) return candidate;
  }
  return undefined;
}

function printenv(ctx: CommandContext): number {
  const options = parseOptions(ctx, { short: '0', usage: '[OPTION]... [VARIABLE]...', status: 2, long: { null: '0' } });
  if (typeof options === 'number') return options;
  const end = options.has('0') ? '\0' : '\n';
  if (options.operands.length === 0)
    ctx.stdout.write([...ctx.env].map(([name, value]) => `${name}=${value}${end}`).join(''));
  const values = options.operands.map((name) => ctx.env.get(name));
  ctx.stdout.write(
    values
      .filter((value) => value !== undefined)
      .map((value) => value + end)
      .join(''),
  );
  return values.includes(undefined) ? 1 : 0;
}

async function nohup(ctx: CommandContext): Promise<number> {
  const options = parseOptions(ctx, { short: '', usage: 'COMMAND [ARG]...', stopAtOperand: true, status: 125 });
  if (typeof options === 'number') return options;
  if (options.operands.length === 0) return usageError(ctx, 'missing operand', { short: '', status: 125 });
  if (ctx.stdout.isTerminal) {
    ctx.stderr.write(`${ctx.argv[0]}: ignoring input and appending output to 'nohup.out'\n`);
    const chunks: Uint8Array[] = [];
    const sink = { isTerminal: false, write: (data: string | Uint8Array) => void chunks.push(Buffer.from(data)) };
    const status = await start(ctx, options.operands, { stdout: sink, stderr: sink });
    ctx.fs.write(ctx.resolve('nohup.out'), Buffer.concat(chunks), ctx.user, { append: true, mode: 0o600 });
    return status;
  }
  if (ctx.stdin.isTerminal) ctx.stderr.write(`${ctx.argv[0]}: ignoring input\n`);
  return start(ctx, options.operands);
}

async function timeout(ctx: CommandContext): Promise<number> {
  const options = parseOptions(ctx, {
    short: 'k:s:v',
    usage: '[OPTION] DURATION COMMAND [ARG]...',
    stopAtOperand: true,
    status: 125,
    long: { 'kill-after=': 'k', 'signal=': 's', 'preserve-status': 'preserve', foreground: 'foreground', verbose: 'v' },
  });
  if (typeof options === 'number') return options;
  const [duration, ...command] = options.operands;
  if (duration === undefined || command.length === 0)
    return usageError(ctx, duration === undefined ? 'missing operand' : `missing operand after ${quoted(duration)}`, {
      short: '',
      status: 125,
    });
  const limitMs = parseDuration(duration);
  if (limitMs === undefined)
    return usageError(ctx, `invalid time interval ${quoted(duration)}`, { short: '', status: 125 });
  // Both race in the decoy's clock; whichever loses is left to the session's own bounds.
  let expired: () => void = () => undefined;
  const limit = new Promise<'expired'>((resolve) => {
    expired = () => resolve('expired');
  });
  const cancel = ctx.clock.after(limitMs === 0 ? 86_400_000 : limitMs, expired);
  const running = start(ctx, command);
  running.catch(() => undefined);
  const status = await Promise.race([running, limit]);
  cancel();
  return status === 'expired' ? 124 : status;
}

/** `5`, `0.5s`, `2m`, `1h` in milliseconds. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+\.?\d*|\.\d+)([smhd]?)$/.exec(text);
  if (match === null) return text === 'infinity' || text === 'inf' ? 86_400_000 : undefined;
  return Number(match[1]) * { '': 1000, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[match[2] as '' | 's'];
}

async function sleep(ctx: CommandContext): Promise<number> {
  const options = parseOptions(ctx, { short: '', usage: 'NUMBER[SUFFIX]...' });
  if (typeof options === 'number') return options;
  if (options.operands.length === 0) return usageError(ctx, 'missing operand');
  let total = 0;
  for (const operand of options.operands) {
    const ms = parseDuration(operand);
    if (ms === undefined) return usageError(ctx, `invalid time interval ${quoted(operand)}`);
    total += ms;
  }
  await ctx.sleep(total);
  return 0;
}

async function nice(ctx: CommandContext): Promise<number> {
  const options = parseOptions(ctx, {
    short: 'n:c:p:',
    usage: '[OPTION] [COMMAND [ARG]...]',
    digits: true,
    stopAtOperand: true,
    status: 125,
    long: { 'adjustment=': 'n', 'class=': 'c' },
  });
  if (typeof options === 'number') return options;
  if (options.operands.length > 0) return start(ctx, options.operands);
  ctx.stdout.write('0\n');
  return 0;
}

async function watch(ctx: CommandContext): Promise<number> {
  const options = parseOptions(ctx, {
    short: 'bcdegn:ptx',
    stopAtOperand: true,
    long: { 'interval=': 'n', 'no-title': 't', exec: 'x', differences: 'd' },
    advice: '\nUsage:\n watch [options] command\n',
  });
  if (typeof options === 'number') return options;
  const seconds = Number(options.value('n') ?? 2) || 2;
  for (;;) {
    ctx.stdout.write(`\x1b[H\x1b[JEvery ${seconds.toFixed(1)}s: ${options.operands.join(' ')}\n\n`);
    await ctx.runScript(options.operands.join(' '), []);
    await ctx.sleep(seconds * 1000);
  }
}

export const wrapperCommands: CommandTable = {
  sh: { path: '/usr/bin/sh', run: shell },
  bash: { path: '/usr/bin/bash', run: shell },
  dash: { path: '/usr/bin/dash', run: shell },
  rbash: { path: '/usr/bin/rbash', run: shell },
  env: { path: '/usr/bin/env', run: env },
  printenv: { path: '/usr/bin/printenv', run: printenv },
  nohup: { path: '/usr/bin/nohup', run: nohup },
  setsid: {
    path: '/usr/bin/setsid',
    run: (ctx) =>
      start(
        ctx,
        ctx.argv.slice(1).filter((arg, index) => !(index === 0 && /^-[cfw]+$/.test(arg))),
      ),
  },
  timeout: { path: '/usr/bin/timeout', run: timeout },
  sleep: { path: '/usr/bin/sleep', run: sleep },
  nice: { path: '/usr/bin/nice', run: nice },
  ionice: { path: '/usr/bin/ionice', run: nice },
  watch: { path: '/usr/bin/watch', run: watch },
};
