/** Simple commands: assignments, expansion, redirections, then a function, a builtin or a program. */
import type { Assignment, SimpleCommand, Word } from '../lang/ast.types.ts';
import { type Builtin, SPECIAL_BUILTINS, builtins } from '../builtins/index.ts';
import { builtinOf } from '../builtins/posix-builtins.ts';
import { SHELL_LIMITS } from '../shell.types.ts';
import { AbandonLine, BreakLoop, ExitShell, Killed, ReturnFunction } from './control-flow.ts';
import { arithmetic, expandQuoted, expandText, expandWords } from './expansion.ts';
import { runSource } from './interpreter.ts';
import { runCompoundOf } from './function-body.ts';
import { controlsJobs, runJob } from './job-control.ts';
import { runProgram } from './programs.ts';
import { printable } from './quoting.ts';
import { type FdTable, complain, outputOf, redirect, traceText } from './redirection.ts';
import type { ShellState } from './shell-state.ts';
import { inSubshell } from './subshell.ts';
import { setElement } from './values.ts';
import type { Variable } from './variables.ts';

const MAX_ARGV_BYTES = 2 * 1024 * 1024;
const MAX_OBSERVED_ARGV = 16 * 1024;

export async function runSimple(shell: ShellState, fds: FdTable, command: SimpleCommand): Promise<number> {
  shell.session.budget.step();
  shell.substituted = false;
  let status: number;
  try {
    status = await runParts(shell, fds, command);
  } finally {
    for (const path of shell.temporary?.splice(0) ?? []) shell.session.fs.unlink(path, { uid: 0, gid: 0, groups: [] });
  }
  for (const file of fds.values()) file.flush?.();
  shell.status = status;
  for (let trap = shell.pendingTraps.shift(); trap !== undefined; trap = shell.pendingTraps.shift()) {
    if (trap !== '') await runSource(shell, fds, trap, shell.line);
    shell.status = status;
  }
  return status;
}

async function runParts(shell: ShellState, fds: FdTable, command: SimpleCommand): Promise<number> {
  const argv = await expandArguments(shell, fds, command.words);
  if (argv.length === 0) {
    const redirected = await redirect(shell, fds, command.redirects);
    if (redirected === undefined) return 1;
    redirected.close();
    let failed = false;
    for (const assignment of command.assignments) {
      const text = await assign(shell, fds, assignment);
      if (text === undefined) failed = true;
      else trace(shell, fds, [text], true);
    }
    if (failed) {
      if (shell.mode !== 'interactive') throw new AbandonLine(1);
      return 1;
    }
    return shell.substituted ? shell.status : 0;
  }
  if (argv.reduce((sum, item) => sum + item.length, 0) > MAX_ARGV_BYTES) {
    complain(shell, fds, `${argv[0]}: Argument list too long\n`);
    return 126;
  }
  trace(shell, fds, argv, false);
  const redirected = await redirect(shell, fds, command.redirects);
  if (redirected === undefined) return 1;
  try {
    const name = argv[0]!;
    if (name.startsWith('%') && controlsJobs(shell))
      return await dispatch(shell, redirected.fds, ['fg', name], builtins.get('fg'));
    const builtin = builtinOf(shell, name);
    const active = builtin !== undefined && shell.disabledBuiltins?.has(name) !== true ? builtin : undefined;
    const body = shell.functions.get(name);
    if (name === 'exec' && active !== undefined && body === undefined && argv.length === 1) {
      keepOpen(fds, redirected.fds);
      return 0;
    }
    if (
      command.assignments.length === 0 ||
      (active !== undefined && SPECIAL_BUILTINS.has(name) && shell.kind === 'dash')
    ) {
      for (const assignment of command.assignments) await assign(shell, fds, assignment);
      return await dispatch(shell, redirected.fds, argv, active);
    }
    const restore: [string, Variable | undefined][] = [];
    try {
      for (const assignment of command.assignments) {
        const real = shell.vars.raw(assignment.name);
        restore.push([assignment.name, real === undefined ? undefined : { ...real }]);
        if ((await assign(shell, redirected.fds, assignment)) === undefined) return 1;
        shell.vars.declare(assignment.name).exported = true;
      }
      return await dispatch(shell, redirected.fds, argv, active);
    } finally {
      for (const [item, old] of restore.reverse()) {
        if (old === undefined) shell.vars.unset(item);
        else Object.assign(shell.vars.declare(item), old);
      }
    }
  } finally {
    if (shell.execKept === true) shell.execKept = false;
    else redirected.close();
  }
}

/** `exec` without a command: its redirections stay. */
function keepOpen(fds: FdTable, changed: FdTable): void {
  for (const fd of fds.keys()) if (!changed.has(fd)) fds.delete(fd);
  for (const [fd, file] of changed) fds.set(fd, file);
}

async function expandArguments(shell: ShellState, fds: FdTable, words: readonly Word[]): Promise<string[]> {
  if (!words.some((word) => word.assignment !== undefined)) return expandWords(shell, fds, words);
  const argv: string[] = [];
  for (const word of words) {
    const assignment = word.assignment;
    if (assignment === undefined) argv.push(...(await expandWords(shell, fds, [word])));
    else if (Array.isArray(assignment.value)) {
      // The builtin sees the name; the elements wait for it.
      shell.pendingArrays ??= new Map();
      shell.pendingArrays.set(assignment.name, assignment);
      argv.push(assignment.name);
    } else {
      const index = assignment.index === undefined ? '' : `[${assignment.index.raw}]`;
      argv.push(
        `${assignment.name}${index}${assignment.append ? '+' : ''}=${await expandText(shell, fds, assignment.value as Word, true)}`,
      );
    }
  }
  return argv;
}

/** Performs an assignment; answers its text for `set -x`, or undefined after an error text. */
export async function assign(shell: ShellState, fds: FdTable, assignment: Assignment): Promise<string | undefined> {
  const { name } = assignment;
  if (Array.isArray(assignment.value)) {
    const variable = shell.vars.declare(name);
    if (variable.readonly) {
      complain(shell, fds, `${name}: readonly variable\n`);
      return undefined;
    }
    const values: [string | undefined, string][] = [];
    for (const element of assignment.value) {
      if (element.index !== undefined)
        values.push([
          variable.assoc === undefined ? element.index.raw : await expandQuoted(shell, fds, element.index),
          await expandText(shell, fds, element.value),
        ]);
      else for (const text of await expandWords(shell, fds, [element.value])) values.push([undefined, text]);
    }
    if (!assignment.append) {
      if (variable.assoc !== undefined) variable.assoc = new Map();
      else {
        variable.array = new Map();
        variable.value = undefined;
      }
    } else if (variable.array === undefined && variable.assoc === undefined) {
      variable.array = new Map(variable.value === undefined ? [] : [[0, variable.value]]);
      variable.value = undefined;
    }
    if (variable.assoc !== undefined) {
      for (let i = 0; i < values.length; i++) {
        const [key, value] = values[i]!;
        if (key !== undefined) shell.vars.setKey(variable, key, value);
        else shell.vars.setKey(variable, value, values[++i]?.[1] ?? '');
      }
      return name;
    }
    let next = Math.max(-1, ...(variable.array?.keys() ?? [])) + 1;
    for (const [key, value] of values) {
      if (key !== undefined) next = Number(arithmetic(shell, fds, key));
      shell.session.budget.step();
      shell.vars.setElement(variable, next++, variable.integer ? arithmetic(shell, fds, value).toString() : value);
    }
    return `${name}=(${values.map(([, value]) => printable(value)).join(' ')})`;
  }
  const value = await expandText(shell, fds, assignment.value as Word, true);
  let index: string | undefined;
  if (assignment.index !== undefined) index = await expandQuoted(shell, fds, assignment.index);
  const problem = setElement(shell, name, index, value, assignment.append);
  if (problem !== undefined) {
    complain(shell, fds, `${problem}\n`);
    return undefined;
  }
  if (shell.options.has('allexport')) shell.vars.declare(name).exported = true;
  return `${name}${index === undefined ? '' : `[${index}]`}=${value === '' ? '' : printable(value)}`;
}

function trace(shell: ShellState, fds: FdTable, words: readonly string[], raw: boolean): void {
  if (!shell.options.has('xtrace')) return;
  const text = traceText(shell, raw ? [] : words);
  outputOf(fds, 2).write(raw ? `${text.trimEnd()} ${words.join(' ')}\n` : text);
}

/** A function, a builtin or a program, by its name. */
export async function dispatch(
  shell: ShellState,
  fds: FdTable,
  argv: readonly string[],
  builtin: Builtin | undefined,
  options: { readonly functions?: boolean } = {},
): Promise<number> {
  const name = argv[0]!;
  const definition = options.functions === false ? undefined : shell.functions.get(name);
  if (definition !== undefined) return callFunction(shell, fds, argv, definition);
  shell.lastArgument = argv.at(-1) ?? '';
  if (builtin === undefined) {
    if (!controlsJobs(shell)) return runProgram(shell, fds, argv);
    const source = shell.jobSource === '' ? argv.join(' ') : shell.jobSource;
    return runJob(shell, fds, source, (copy) => inSubshell(copy, fds, () => runProgram(copy, fds, argv)));
  }
  let status = 1;
  try {
    status = await builtin({ shell, fds, argv });
    return status;
  } catch (error) {
    if (error instanceof ExitShell || error instanceof ReturnFunction) status = error.status;
    else if (error instanceof BreakLoop) status = 0;
    else if (error instanceof Killed) status = error.status;
    throw error;
  } finally {
    observeCommand(shell, argv, status, true);
  }
}

export function observeCommand(shell: ShellState, argv: readonly string[], exitCode: number, known: boolean): void {
  if (!shell.session.budget.mayObserve()) return;
  let room = MAX_OBSERVED_ARGV;
  const capped: string[] = [];
  for (const item of argv) {
    if (room <= 0 || capped.length >= 256) break;
    capped.push(item.slice(0, room));
    room -= item.length;
  }
  shell.session.observe({ kind: 'command', argv: capped, exitCode, known, cwd: shell.cwd.slice(0, 4096) });
}

async function callFunction(
  shell: ShellState,
  fds: FdTable,
  argv: readonly string[],
  definition: NonNullable<ReturnType<ShellState['functions']['get']>>,
): Promise<number> {
  if (shell.callStack.length >= SHELL_LIMITS.maxDepth) {
    shell.session.budget.bounded('depth');
    complain(shell, fds, `${argv[0]}: maximum function nesting level exceeded (${SHELL_LIMITS.maxDepth})\n`);
    throw new AbandonLine(1);
  }
  const positional = shell.positional;
  const loopDepth = shell.loopDepth;
  shell.positional = argv.slice(1);
  shell.loopDepth = 0;
  shell.callStack.push({ name: argv[0]!, line: shell.line });
  shell.vars.push();
  try {
    return await runCompoundOf(shell, fds, definition.body);
  } catch (error) {
    if (error instanceof ReturnFunction) return error.status;
    throw error;
  } finally {
    shell.vars.pop();
    shell.callStack.pop();
    shell.positional = positional;
    shell.loopDepth = loopDepth;
  }
}
