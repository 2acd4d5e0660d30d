/**
 * Programs: looking them up on the machine, running those that we have, and pretending for what the attacker brought along. Nothing of the real
 * system is ever started.
 */
import type { CommandContext, CommandInput, CommandOutput, RunOptions } from '../command.types.ts';
import { findApplianceTool } from '../commands/appliance-tools.ts';
import { findCommand } from '../commands/index.ts';
import { runLongTail } from '../commands/long-tail.ts';
import { textOf } from '../lang/byte-text.ts';
import type { MachineUser } from '../shell.types.ts';
import { AbandonLine, ExitShell, Killed, ReturnFunction, isControlFlow } from './control-flow.ts';
import { runSource } from './interpreter.ts';
import { inSubshell } from './subshell.ts';
import { type FdTable, complain, errorText, outputOf } from './redirection.ts';
import { MAX_PROCESSES } from './session-host.ts';
import { ShellState } from './shell-state.ts';
import { runShellProgram } from './shell-program.ts';
import { dispatch, observeCommand } from './simple-command.ts';
import { DISCARD, type OpenFile, bufferedInput, emptyInput } from './streams.ts';
import { builtins } from '../builtins/index.ts';

const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const SHELLS = new Set(['bash', 'sh', 'dash', 'rbash', 'ash']);
const MAX_SCRIPT = 1024 * 1024;

export type Found = { readonly path: string } | { readonly error: string; readonly status: number };

/** Where the shell would find this program. */
export function lookUp(shell: ShellState, name: string): Found {
  const { fs } = shell.session;
  if (name.includes('/')) {
    const stat = fs.stat(shell.resolve(name), shell.user);
    if (!stat.ok)
      return { error: errorText(stat.error), status: stat.error === 'ENOENT' || stat.error === 'ENOTDIR' ? 127 : 126 };
    if (stat.value.type === 'directory') return { error: 'Is a directory', status: 126 };
    if (!fs.access(shell.resolve(name), 1, shell.user)) return { error: 'Permission denied', status: 126 };
    return { path: shell.resolve(name) };
  }
  let denied = false;
  const path = shell.vars.text('PATH') ?? (shell.vars.get('PATH') === undefined ? DEFAULT_PATH : '');
  for (const folder of path.split(':').slice(0, 64)) {
    const candidate = shell.resolve(folder === '' ? name : `${folder.replace(/\/$/, '')}/${name}`);
    const stat = fs.stat(candidate, shell.user);
    if (!stat.ok || stat.value.type === 'directory') continue;
    if (fs.access(candidate, 1, shell.user)) return { path: candidate };
    denied = true;
  }
  return denied
    ? { error: 'Permission denied', status: 126 }
    : { error: shell.kind === 'dash' ? 'not found' : 'command not found', status: 127 };
}

export async function runProgram(shell: ShellState, fds: FdTable, argv: readonly string[]): Promise<number> {
  const name = argv[0]!;
  const found = lookUp(shell, name);
  if ('error' in found) {
    complain(shell, fds, `${found.error === 'command not found' && name === '' ? '' : name}: ${found.error}\n`);
    observeCommand(shell, argv, found.status, false);
    return found.status;
  }
  const { budget, processes } = shell.session;
  if (budget.processes >= MAX_PROCESSES) {
    if (budget.mayComplainOfForks())
      outputOf(fds, 2).write(`${shell.name}: fork: retry: Resource temporarily unavailable\n`);
    budget.bounded('processes');
    throw new ExitShell(254);
  }
  budget.processes++;
  const real = shell.session.fs.realpath(found.path, shell.user);
  const pid = processes.add(shell.user, shell.pid, argv.join(' ').slice(0, 1024), name.split('/').at(-1)!, undefined, {
    job: shell.jobScope,
  });
  let status = 126;
  let known = true;
  try {
    const result = await execute(shell, fds, argv, found.path, real.ok ? real.value : found.path, pid);
    status = result.status;
    known = result.known;
    return status;
  } catch (error) {
    if (error instanceof Killed) {
      status = error.status;
      if (error.signal === 'PIPE' && shell.scope.killed === undefined && !budget.exhausted) return status;
    } else if (error instanceof ExitShell || error instanceof AbandonLine || error instanceof ReturnFunction) {
      status = error.status;
      return status;
    }
    if (isControlFlow(error)) throw error;
    // A command of ours failed on this input: it dies alone, as a real one would by a signal.
    complainOfCrash(shell, fds, name);
    shell.session.observe({ kind: 'bounded', what: `command failed: ${name.slice(0, 64)}` });
    status = 139;
    return status;
  } finally {
    budget.processes--;
    processes.remove(pid);
    observeCommand(shell, argv, status, known);
  }
}

function complainOfCrash(shell: ShellState, fds: FdTable, name: string): void {
  complain(shell, fds, `${shell.ownPid + 1} Segmentation fault      ${name}\n`);
}

async function execute(
  shell: ShellState,
  fds: FdTable,
  argv: readonly string[],
  path: string,
  real: string,
  pid: number,
): Promise<{ status: number; known: boolean }> {
  const name = path.split('/').at(-1)!;
  const original = shell.session.fs.isOriginal(real);
  if (original) {
    const realName = real.split('/').at(-1)!;
    if (SHELLS.has(realName) || (realName === 'busybox' && SHELLS.has(name)))
      return { status: await runShellProgram(shell, fds, argv, SHELLS.has(name) ? name : realName), known: true };
    const own = shell.session.machine.persona.files === 'busybox' ? findApplianceTool(name) : undefined;
    const command = own ?? findCommand(name) ?? findCommand(realName);
    if (command !== undefined) return { status: await command.run(contextFor(shell, fds, argv, pid)), known: true };
  }
  return { status: await executeFile(shell, fds, argv, path, real, original, pid), known: original };
}

/** A file of unknown contents: a script, a program for some machine, or nothing that runs. */
async function executeFile(
  shell: ShellState,
  fds: FdTable,
  argv: readonly string[],
  path: string,
  real: string,
  original: boolean,
  pid: number,
): Promise<number> {
  const read = shell.session.fs.read(real, { uid: 0, gid: 0, groups: [] }, 0, MAX_SCRIPT);
  const bytes = read.ok ? read.value : new Uint8Array(0);
  if (!original)
    shell.session.observe({ kind: 'execute', path: real, argv: argv.map((item) => item.slice(0, 1024)).slice(0, 64) });
  if (bytes.length >= 20 && bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46) {
    const machine = bytes[5] === 2 ? (bytes[18]! << 8) | bytes[19]! : bytes[18]! | (bytes[19]! << 8);
    // amd64 runs x86-64 and i386; everything else is for another machine.
    if (original) return runLongTail(contextFor(shell, fds, argv, pid));
    if (machine === 0x3e || machine === 3) {
      await shell.scope.sleep(30);
      shell.session.budget.woke();
      return 0;
    }
    complain(shell, fds, `${argv[0]}: cannot execute binary file: Exec format error\n`);
    return 126;
  }
  const text = textOf(bytes);
  // Of the disk's own scripts we ship the outline, not the text.
  if (original && /^(?:[ \t]*(?:#.*|set -e)?\n)*$/.test(text)) return runLongTail(contextFor(shell, fds, argv, pid));
  const interpreter = /^#![ \t]*(\S+)(?:[ \t]+([^\n]*?))?[ \t]*(?:\n|$)/.exec(text);
  if (interpreter !== null) return runInterpreted(shell, fds, argv, path, text, interpreter[1]!, interpreter[2]);
  if (bytes.subarray(0, 80).includes(0)) {
    complain(shell, fds, `${argv[0]}: cannot execute binary file: Exec format error\n`);
    return 126;
  }
  return runScriptText(shell, fds, text, path === shell.resolve(argv[0]!) ? argv[0]! : path, argv.slice(1), shell.kind);
}

async function runInterpreted(
  shell: ShellState,
  fds: FdTable,
  argv: readonly string[],
  path: string,
  text: string,
  interpreter: string,
  option: string | undefined,
): Promise<number> {
  const script = argv[0]!.includes('/') ? argv[0]! : path;
  let name = interpreter.split('/').at(-1)!;
  if (name === 'env' && option !== undefined) name = option.split(/\s+/).find((word) => !word.startsWith('-')) ?? '';
  const found = shell.session.fs.stat(interpreter, shell.user);
  if (!found.ok || found.value.type === 'directory') {
    complain(
      shell,
      fds,
      `${argv[0]}: ${shell.kind === 'dash' ? 'not found' : `cannot execute: required file not found`}\n`,
    );
    return 127;
  }
  if (SHELLS.has(name))
    return runScriptText(
      shell,
      fds,
      text,
      script,
      argv.slice(1),
      name === 'bash' || name === 'rbash' ? 'bash' : 'dash',
      option?.startsWith('-') === true && name === interpreter.split('/').at(-1) ? option : undefined,
    );
  if (shell.sourceDepth > 8) return 126;
  const extra = option === undefined ? [] : [option];
  return runArgv(shell, fds, [interpreter, ...extra, script, ...argv.slice(1)]);
}

/** A script in a shell of its own. */
export async function runScriptText(
  shell: ShellState,
  fds: FdTable,
  text: string,
  name: string,
  args: readonly string[],
  kind: 'bash' | 'dash',
  flags?: string,
): Promise<number> {
  const child = newShell(shell, {
    name,
    kind,
    mode: 'script',
    cwd: shell.cwd,
    user: shell.user,
    env: shell.vars.exported(),
  });
  child.positional = args;
  for (const letter of flags?.slice(1) ?? '') {
    if (letter === 'e') child.options.add('errexit');
    else if (letter === 'x') child.options.add('xtrace');
    else if (letter === 'u') child.options.add('nounset');
  }
  return runChild(shell, child, fds, () => runSource(child, new Map(fds), text));
}

/** Runs a new shell to its end, bounded in number as a process. */
export async function runChild(
  shell: ShellState,
  child: ShellState,
  fds: FdTable,
  run: () => Promise<number>,
): Promise<number> {
  if (child.nesting > 24) {
    shell.session.budget.bounded('depth');
    outputOf(fds, 2).write(`${shell.name}: fork: retry: Resource temporarily unavailable\n`);
    return 254;
  }
  shell.session.budget.processes++;
  return inSubshell(child, fds, run);
}

export interface NewShell {
  readonly name: string;
  readonly kind: 'bash' | 'dash';
  readonly mode: 'command' | 'stdin' | 'script';
  readonly cwd: string;
  readonly user: MachineUser;
  readonly env: ReadonlyMap<string, string>;
}

export function newShell(parent: ShellState, options: NewShell): ShellState {
  const pid = parent.session.processes.number();
  const child = new ShellState({
    session: parent.session,
    scope: parent.scope,
    user: options.user,
    name: options.name,
    kind: options.kind,
    mode: options.mode,
    pid,
    ppid: parent.pid,
    cwd: options.cwd,
  });
  child.subshellDepth = 0;
  child.depth = parent.depth + 1;
  child.nesting = parent.nesting + 1;
  child.umask = parent.umask;
  importEnvironment(child, options.env);
  return child;
}

/** What a new shell finds set. */
export function importEnvironment(shell: ShellState, env: ReadonlyMap<string, string>): void {
  for (const [name, value] of env) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) continue;
    shell.vars.set(name, value).exported = true;
  }
  shell.vars.set('IFS', ' \t\n');
  shell.vars.set('OPTIND', '1');
  if (!env.has('PATH')) shell.vars.set('PATH', DEFAULT_PATH);
  shell.vars.set('PWD', shell.cwd).exported = true;
  const level = Number(env.get('SHLVL') ?? 0);
  shell.vars.set('SHLVL', String(Number.isFinite(level) ? level + 1 : 1)).exported = true;
  shell.vars.set('PPID', String(shell.ppid)).readonly = true;
  if (shell.kind === 'dash') return;
  const { persona } = shell.session.machine;
  shell.vars.set('PS4', '+ ');
  shell.vars.set('UID', String(shell.user.uid)).readonly = true;
  shell.vars.set('EUID', String(shell.user.uid)).readonly = true;
  shell.vars.set('HOSTNAME', persona.hostname);
  shell.vars.set('HOSTTYPE', persona.os.machine);
  shell.vars.set('MACHTYPE', `${persona.os.machine}-pc-linux-gnu`);
  shell.vars.set('OSTYPE', 'linux-gnu');
  shell.vars.set('BASH', '/bin/bash');
  shell.vars.set('BASH_VERSION', '5.2.15(1)-release');
  const info = shell.vars.declare('BASH_VERSINFO');
  info.array = new Map(['5', '2', '15', '1', 'release', 'x86_64-pc-linux-gnu'].map((value, at) => [at, value]));
  info.readonly = true;
  shell.vars.set('OPTERR', '1');
}

/** Runs arguments as a program, also a builtin of the shell where it is one of those that exist as files too. */
export function runArgv(shell: ShellState, fds: FdTable, argv: readonly string[]): Promise<number> {
  if (++shell.session.nesting > 64) {
    shell.session.nesting--;
    shell.session.budget.bounded('depth');
    outputOf(fds, 2).write(`${shell.name}: fork: retry: Resource temporarily unavailable\n`);
    return Promise.resolve(254);
  }
  return runProgram(shell, fds, argv).finally(() => {
    shell.session.nesting--;
  });
}

function contextFor(shell: ShellState, fds: FdTable, argv: readonly string[], pid: number): CommandContext {
  const { session } = shell;
  const stdin: CommandInput = fds.get(0)?.input ?? emptyInput();
  const stdout = outputOf(fds, 1);
  const stderr = outputOf(fds, 2);
  const derive = (
    options: RunOptions | undefined,
    kind: 'bash' | 'dash',
    name: string,
    mode: NewShell['mode'],
  ): { child: ShellState; table: FdTable } => {
    const child = newShell(shell, {
      name,
      kind,
      mode,
      cwd: options?.cwd ?? shell.cwd,
      user: options?.user ?? shell.user,
      env: options?.env ?? shell.vars.exported(),
    });
    const table: FdTable = new Map(fds);
    if (options?.stdin !== undefined) table.set(0, { input: bufferedInput(options.stdin) });
    if (options?.stdout !== undefined) table.set(1, asFile(options.stdout));
    if (options?.stderr !== undefined) table.set(2, asFile(options.stderr));
    return { child, table };
  };
  return {
    argv,
    env: shell.vars.exported(),
    cwd: shell.cwd,
    user: shell.user,
    machine: session.machine,
    fs: session.fs,
    clock: session.clock,
    resolve: (path) => shell.resolve(path),
    stdin,
    stdout,
    stderr,
    terminal: stdout.isTerminal ? session.terminal : undefined,
    client: session.client,
    server: session.server,
    processes: session.processes.tableFor(pid),
    observe: (observation) => session.observe(observation),
    step: (count) => {
      shell.scope.check();
      session.budget.step(count);
    },
    sleep: async (ms) => {
      await shell.scope.sleep(Math.min(Math.max(0, ms), 86_400_000));
      session.budget.woke();
    },
    run: (args, options) => {
      if (args.length === 0) return Promise.resolve(0);
      const { child, table } = derive(options, shell.kind, shell.name, 'command');
      child.line = shell.line;
      return runNamed(child, table, args);
    },
    runScript: (source, args, options) => {
      const called = argv[0]!.split('/').at(-1)!;
      const kind = called === 'sh' || called === 'dash' || called === 'busybox' ? 'dash' : 'bash';
      const { child, table } = derive(options, kind, SHELLS.has(called) ? called : 'bash', 'command');
      child.positional = args;
      return runChild(shell, child, table, () => runSource(child, table, source));
    },
  };
}

/** What `env`, `xargs` and `sudo` start: a program; builtins only where no file of that name exists. */
async function runNamed(child: ShellState, table: FdTable, argv: readonly string[]): Promise<number> {
  const found = lookUp(child, argv[0]!);
  const builtin = builtins.get(argv[0]!);
  if (!('error' in found) || builtin === undefined) return runArgv(child, table, argv);
  return runChild(child, child, table, () => dispatch(child, table, argv, builtin, { functions: false }));
}

function asFile(output: CommandOutput): OpenFile {
  return { output };
}

export { DISCARD };
