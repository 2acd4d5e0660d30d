/**
 * Walks the tree of a program: lists, pipelines, background jobs. What they are made of is in `simple-command.ts`, `compound-command.ts` and
 * `subshell.ts`.
 */
import type { Command, List, ListItem, Pipeline } from '../lang/ast.types.ts';
import { Parser } from '../lang/parser.ts';
import { ShellSyntaxError } from '../lang/syntax-error.ts';
import { runCompound } from './compound-command.ts';
import { ExitShell, Killed } from './control-flow.ts';
import { controlsJobs, runJob } from './job-control.ts';
import { ProcessScope } from './process-scope.ts';
import { type FdTable, outputOf } from './redirection.ts';
import type { ShellState } from './shell-state.ts';
import { runSimple } from './simple-command.ts';
import { Pipe, emptyInput } from './streams.ts';
import { fork, inSubshell } from './subshell.ts';

/** Runs a whole text, command by command, as a script, `-c`, `eval` and `.` do. */
export async function runSource(shell: ShellState, fds: FdTable, source: string, firstLine = 1): Promise<number> {
  const parser = new Parser(source, { line: firstLine });
  let status = 0;
  for (;;) {
    let list: List | undefined;
    shell.session.budget.step();
    try {
      parser.configure(usesAliases(shell) ? shell.aliases : undefined, shell.shopts.has('extglob'));
      list = parser.next();
    } catch (error) {
      if (!(error instanceof ShellSyntaxError)) throw error;
      reportSyntax(shell, fds, error, source, firstLine);
      shell.status = 2;
      return 2;
    }
    if (parser.unclosedHeredoc !== undefined) {
      parser.unclosedHeredoc = undefined;
      outputOf(fds, 2).write(`${shell.prefix()}warning: here-document delimited by end-of-file\n`);
    }
    if (list === undefined) return status;
    if (list.items.length > 0 && !shell.options.has('noexec')) status = await runList(shell, fds, list);
  }
}

function usesAliases(shell: ShellState): boolean {
  return shell.interactive || shell.shopts.has('expand_aliases') || shell.kind === 'dash';
}

export function reportSyntax(
  shell: ShellState,
  fds: FdTable,
  error: ShellSyntaxError,
  source: string,
  firstLine = 1,
): void {
  const err = outputOf(fds, 2);
  if (shell.kind === 'dash') {
    err.write(
      `${shell.name}: ${error.line}: Syntax error: ${/near unexpected token `(.*)'/.exec(error.message)?.[1] === undefined ? (error.message.includes('looking for') ? 'Unterminated quoted string' : 'end of file unexpected') : `"${/near unexpected token `(.*)'/.exec(error.message)![1]}" unexpected`}\n`,
    );
    return;
  }
  if (shell.mode === 'interactive' && shell.sourceDepth === 0) {
    err.write(`${shell.name}: ${error.message}\n`);
    return;
  }
  // The end of the text counts as a line of its own.
  const line =
    error.message.endsWith('unexpected end of file') ||
    (error.message.endsWith("`)'") && !error.message.includes('token') && !source.includes('=('))
      ? firstLine + source.replace(/\n$/, '').split('\n').length
      : error.line;
  const intro =
    shell.mode === 'command' && shell.callStack.length === 0
      ? `${shell.name}: -c: line ${line}: `
      : `${shell.name}: line ${line}: `;
  err.write(`${intro}${error.message}\n`);
  if (error.showsLine) err.write(`${intro}\`${source.split('\n')[error.line - firstLine] ?? ''}'\n`);
}

export async function runList(shell: ShellState, fds: FdTable, list: List): Promise<number> {
  let status = 0;
  for (const item of list.items)
    status = item.background ? startBackground(shell, fds, item) : await runAndOr(shell, fds, item);
  return status;
}

async function runAndOr(shell: ShellState, fds: FdTable, item: ListItem): Promise<number> {
  const last = item.rest.length - 1;
  let status = await runTested(shell, fds, item.first, last >= 0);
  for (let i = 0; i <= last; i++) {
    const { op, pipeline } = item.rest[i]!;
    if ((op === '&&') !== (status === 0)) continue;
    status = await runTested(shell, fds, pipeline, i < last);
  }
  return status;
}

/** Runs with `set -e` asleep where the outcome is only asked for. */
async function runTested(shell: ShellState, fds: FdTable, pipeline: Pipeline, tested: boolean): Promise<number> {
  if (!tested) return runPipeline(shell, fds, pipeline);
  shell.testing++;
  try {
    return await runPipeline(shell, fds, pipeline);
  } finally {
    shell.testing--;
  }
}

async function runPipeline(shell: ShellState, fds: FdTable, pipeline: Pipeline): Promise<number> {
  shell.session.budget.step();
  const started = shell.session.clock.monotonicMs();
  let status: number;
  if (pipeline.negated) shell.testing++;
  try {
    if (pipeline.commands.length === 1) {
      status = await runSingle(shell, fds, pipeline);
      shell.vars.declare('PIPESTATUS').array = new Map([[0, String(status)]]);
    } else if (controlsJobs(shell))
      status = await runJob(shell, fds, pipeline.source, (copy) =>
        inSubshell(copy, fds, () => runPiped(copy, fds, pipeline)),
      );
    else status = await runPiped(shell, fds, pipeline);
  } finally {
    if (pipeline.negated) shell.testing--;
  }
  if (pipeline.negated) status = status === 0 ? 1 : 0;
  shell.status = status;
  if (pipeline.timed) writeTimes(shell, fds, (shell.session.clock.monotonicMs() - started) / 1000);
  const only = pipeline.commands.length === 1 ? pipeline.commands[0] : undefined;
  const exempt =
    pipeline.negated ||
    (only?.kind === 'compound' &&
      only.body.kind !== 'subshell' &&
      only.body.kind !== 'condition' &&
      only.body.kind !== 'arithmetic');
  if (status !== 0 && !exempt && shell.testing === 0) {
    const trap = shell.traps.get('ERR');
    if (trap !== undefined && trap !== '') await runSource(shell, fds, trap, shell.line);
    if (shell.options.has('errexit')) throw new ExitShell(status);
  }
  shell.status = status;
  return status;
}

/** One command; a subshell at a terminal is a job as a whole, and what a simple command starts is one by itself. */
function runSingle(shell: ShellState, fds: FdTable, pipeline: Pipeline): Promise<number> {
  const command = pipeline.commands[0]!;
  if (!controlsJobs(shell)) return runCommand(shell, fds, command);
  shell.jobSource = pipeline.source;
  if (command.kind !== 'compound' || command.body.kind !== 'subshell') return runCommand(shell, fds, command);
  const source = pipeline.source.replace(/^\(\s*([^()]*?)\s*\)$/, '( $1 )');
  return runJob(shell, fds, source, (copy) => inSubshell(copy, fds, () => runCommand(copy, fds, command)));
}

function writeTimes(shell: ShellState, fds: FdTable, seconds: number): void {
  const show = (value: number): string => `${Math.floor(value / 60)}m${(value % 60).toFixed(3)}s`;
  outputOf(fds, 2).write(
    `\nreal\t${show(seconds)}\nuser\t${show(Math.min(seconds, 0.002))}\nsys\t${show(Math.min(seconds, 0.001))}\n`,
  );
}

async function runPiped(shell: ShellState, fds: FdTable, pipeline: Pipeline): Promise<number> {
  const stages: Promise<number>[] = [];
  let input: Pipe | undefined;
  for (const [at, command] of pipeline.commands.entries()) {
    const output = at < pipeline.commands.length - 1 ? new Pipe(shell.scope) : undefined;
    const table: FdTable = new Map(fds);
    if (input !== undefined) table.set(0, { input });
    if (output !== undefined) {
      table.set(1, { output: output.output });
      if (pipeline.withStderr[at] === true) table.set(2, { output: output.output });
    }
    const from = input;
    let child: ShellState;
    try {
      child = fork(shell, fds);
    } catch (error) {
      // The stages before find their pipe closed and end by themselves.
      input?.abandon();
      void Promise.allSettled(stages);
      throw error;
    }
    const inShell = output === undefined && shell.shopts.has('lastpipe') && !shell.options.has('monitor');
    const run = inShell
      ? runCommand(shell, table, command)
      : inSubshell(child, table, () => runCommand(child, table, command));
    stages.push(
      run.finally(() => {
        output?.finish();
        from?.abandon();
      }),
    );
    input = output;
  }
  const settled = await Promise.allSettled(stages);
  const statuses: number[] = [];
  for (const result of settled) {
    if (result.status === 'rejected') throw result.reason;
    statuses.push(result.value);
  }
  shell.vars.declare('PIPESTATUS').array = new Map(statuses.map((status, at) => [at, String(status)]));
  if (shell.options.has('pipefail')) return statuses.findLast((status) => status !== 0) ?? 0;
  return statuses.at(-1) ?? 0;
}

export async function runCommand(shell: ShellState, fds: FdTable, command: Command): Promise<number> {
  shell.scope.check();
  shell.line = command.line;
  if (shell.session.budget.sliceOver) await breathe(shell);
  if (shell.scope.stopped) await shell.scope.wait<void>((resolve) => resolve());
  const slow = shell.session.writable();
  if (slow !== undefined) {
    await shell.scope.wait<void>((resolve) => void slow.then(resolve));
    shell.session.budget.woke();
  }
  if (command.kind === 'simple') return runSimple(shell, fds, command);
  if (command.kind === 'function') {
    shell.vars.charge(command.source.length * 2);
    shell.functions.set(command.name, command);
    shell.status = 0;
    return 0;
  }
  return runCompound(shell, fds, command);
}

/** Lets other sessions have their turn. */
export async function breathe(shell: ShellState): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
  shell.session.budget.woke();
  shell.scope.check();
}

function startBackground(shell: ShellState, fds: FdTable, item: ListItem): number {
  const child = fork(shell, fds);
  const scope = new ProcessScope(shell.session.clock, rootScope(shell));
  child.scope = scope;
  const table: FdTable = new Map(fds);
  if (!shell.interactive) table.set(0, { input: emptyInput() });
  const source = item.source.slice(0, 1024);
  const pid = shell.session.processes.add(
    shell.user,
    shell.pid,
    source,
    source.split(/\s/)[0]!.split('/').at(-1)!.slice(0, 15),
    scope,
  );
  child.ownPid = pid;
  const finished = inSubshell(child, table, () => runAndOr(child, table, item)).then(
    (status) => status,
    (error: unknown) => (error instanceof Killed ? error.status : 1),
  );
  const job = shell.jobs?.add(pid, source, scope, finished);
  void finished.then((status) => {
    scope.leave();
    shell.session.processes.remove(pid);
    if (job === undefined) return;
    job.status = status;
  });
  shell.lastBackground = pid;
  if (shell.interactive && job !== undefined) outputOf(fds, 2).write(`[${job.number}] ${pid}\n`);
  shell.status = 0;
  return 0;
}

function rootScope(shell: ShellState): ProcessScope {
  return shell.session.rootScope;
}
