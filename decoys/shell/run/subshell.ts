/** Forked shells: subshells, the stages of a pipeline, command and process substitution. */
import type { List, ListItem, SimpleCommand } from '../lang/ast.types.ts';
import { bytesOf, textOf } from '../lang/byte-text.ts';
import { SHELL_LIMITS } from '../shell.types.ts';
import { AbandonLine, BreakLoop, ExitShell, Killed, ReturnFunction, isControlFlow } from './control-flow.ts';
import { runList, runSource } from './interpreter.ts';
import { type FdTable, outputOf, redirect } from './redirection.ts';
import { MAX_PROCESSES } from './session-host.ts';
import type { ShellState } from './shell-state.ts';
import { Collector } from './streams.ts';

/** A new process of this shell, or bash's complaint that there are too many. */
export function fork(shell: ShellState, fds: FdTable): ShellState {
  const { budget, processes } = shell.session;
  budget.step();
  if (budget.processes >= MAX_PROCESSES || shell.subshellDepth >= SHELL_LIMITS.maxDepth) {
    if (budget.mayComplainOfForks()) {
      if (shell.subshellDepth < SHELL_LIMITS.maxDepth || budget.processes > 0)
        outputOf(fds, 2).write(`${shell.name}: fork: retry: Resource temporarily unavailable\n`);
      budget.bounded('processes');
    }
    throw new ExitShell(254);
  }
  budget.processes++;
  return shell.clone(shell.scope, processes.number());
}

/** Runs something in a forked shell and answers its status whatever way it ended, except being killed together with everything. */
export async function inSubshell(child: ShellState, fds: FdTable, run: () => Promise<number>): Promise<number> {
  try {
    const status = await run();
    return await runExitTrap(child, fds, status);
  } catch (error) {
    if (error instanceof ExitShell || error instanceof ReturnFunction || error instanceof AbandonLine)
      return await runExitTrap(child, fds, error.status);
    if (error instanceof BreakLoop) return 0;
    if (error instanceof Killed && child.scope.killed === undefined && !child.session.budget.exhausted)
      return error.status;
    throw error;
  } finally {
    child.session.budget.processes--;
  }
}

export async function runExitTrap(shell: ShellState, fds: FdTable, status: number): Promise<number> {
  const trap = shell.traps.get('EXIT');
  if (trap === undefined || trap === '') return status;
  shell.traps.delete('EXIT');
  shell.status = status;
  try {
    await runSource(shell, fds, trap, shell.line);
  } catch (error) {
    if (error instanceof ExitShell) return error.status;
    if (!isControlFlow(error) || error instanceof Killed) throw error;
  }
  return status;
}

/** What a command substitution stands for: its output without trailing newlines and NUL bytes. */
export async function commandOutput(shell: ShellState, fds: FdTable, body: List): Promise<string> {
  const collector = new Collector();
  const table: FdTable = new Map(fds);
  table.set(1, { output: collector });
  const file = body.items.length === 1 && shell.kind === 'bash' ? onlyRedirect(body.items[0]!) : undefined;
  if (file !== undefined) {
    const redirected = await redirect(shell, fds, file.redirects);
    shell.substituted = true;
    shell.status = redirected === undefined ? 1 : 0;
    const all = await redirected?.fds.get(0)?.input?.readAll();
    redirected?.close();
    return textOf(all ?? new Uint8Array(0))
      .replaceAll('\0', '')
      .replace(/\n+$/, '');
  }
  const child = fork(shell, fds);
  child.traps.clear();
  child.options.delete('errexit');
  const status = await inSubshell(child, table, () => runList(child, table, body));
  shell.status = status;
  shell.substituted = true;
  let text = textOf(collector.take());
  if (text.includes('\0')) {
    text = text.replaceAll('\0', '');
    outputOf(fds, 2).write(`${shell.prefix()}warning: command substitution: ignored null byte in input\n`);
  }
  let end = text.length;
  while (end > 0 && text[end - 1] === '\n') end--;
  return text.slice(0, end);
}

/** `$(< file)`: no command, just the file. */
function onlyRedirect(item: ListItem): SimpleCommand | undefined {
  const command =
    item.first.commands.length === 1 && item.rest.length === 0 && !item.background
      ? item.first.commands[0]!
      : undefined;
  if (
    command?.kind !== 'simple' ||
    command.words.length > 0 ||
    command.assignments.length > 0 ||
    command.redirects.length !== 1
  )
    return undefined;
  return command.redirects[0]!.op === '<' ? command : undefined;
}

/** `<(list)` as a path: run now, its output kept under a name below `/dev/fd`. */
export async function processFile(shell: ShellState, fds: FdTable, direction: '<' | '>', body: List): Promise<string> {
  if (direction === '>') return '/dev/null';
  const text = await commandOutput(shell, fds, body);
  shell.session.budget.step();
  const path = `/tmp/.fd${shell.session.processes.number()}`;
  shell.session.fs.write(path, bytesOf(text === '' ? '' : `${text}\n`), { uid: 0, gid: 0, groups: [] });
  shell.temporary ??= [];
  shell.temporary.push(path);
  return path;
}
