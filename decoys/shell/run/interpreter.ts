/** Walks the tree of a program: lists, pipelines, compound commands, functions, subshells. Simple commands are in `simple-command.ts`. */
import type { Command, Compound, CompoundCommand, List, ListItem, Pipeline, SimpleCommand } from '../lang/ast.types.ts';
import { bytesOf, textOf } from '../lang/byte-text.ts';
import { Parser, ShellSyntaxError } from '../lang/parser.ts';
import { SHELL_LIMITS } from '../shell.types.ts';
import { AbandonLine, BreakLoop, ExitShell, Killed, ReturnFunction, isControlFlow } from './control-flow.ts';
import { evaluateCondition } from './conditions.ts';
import { expandArithmetic, expandPattern, expandText, expandWords } from './expansion.ts';
import { compileGlob } from './glob.ts';
import { ProcessScope } from './process-scope.ts';
import { type FdTable, complain, outputOf, redirect } from './redirection.ts';
import { MAX_PROCESSES } from './session-host.ts';
import type { ShellState } from './shell-state.ts';
import { runSimple } from './simple-command.ts';
import { Collector, Pipe, emptyInput } from './streams.ts';
import { setElement } from './values.ts';

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
    if (parser.unclosedHeredoc) {
      parser.unclosedHeredoc = false;
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
      status = await runCommand(shell, fds, pipeline.commands[0]!);
      shell.vars.declare('PIPESTATUS').array = new Map([[0, String(status)]]);
    } else status = await runPiped(shell, fds, pipeline);
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

export async function runCommand(shell: ShellState, fds: FdTable, command: Command): Promise<number> {
  shell.scope.check();
  shell.line = command.line;
  if (shell.session.budget.sliceOver) await breathe(shell);
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
async function breathe(shell: ShellState): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
  shell.session.budget.woke();
  shell.scope.check();
}

async function runCompound(shell: ShellState, fds: FdTable, command: CompoundCommand): Promise<number> {
  const redirected = await redirect(shell, fds, command.redirects);
  if (redirected === undefined) {
    shell.status = 1;
    return 1;
  }
  if (++shell.depth > SHELL_LIMITS.maxDepth * 4) {
    shell.session.budget.bounded('depth');
    throw new Killed('KILL');
  }
  try {
    const status = await runBody(shell, redirected.fds, command.body);
    shell.status = status;
    return status;
  } finally {
    shell.depth--;
    redirected.close();
  }
}

async function runBody(shell: ShellState, fds: FdTable, body: Compound): Promise<number> {
  switch (body.kind) {
    case 'group':
      return runList(shell, fds, body.list);
    case 'subshell': {
      const child = fork(shell, fds);
      child.depth = shell.depth;
      child.traps = new Map();
      return inSubshell(child, fds, () => runList(child, fds, body.list));
    }
    case 'if':
      for (const branch of body.branches) {
        if ((await runTest(shell, fds, branch.test)) === 0) return runList(shell, fds, branch.body);
      }
      return body.otherwise === undefined ? 0 : runList(shell, fds, body.otherwise);
    case 'while':
      return loop(shell, async (turn) => {
        if (((await runTest(shell, fds, body.test)) === 0) === body.until) return false;
        turn.status = await runList(shell, fds, body.body);
        return true;
      });
    case 'for':
      return body.select ? runSelect(shell, fds, body) : runFor(shell, fds, body);
    case 'arithmetic-for':
      await expandArithmetic(shell, fds, body.parts[0]);
      return arithmeticLoop(shell, fds, body);
    case 'case':
      return runCase(shell, fds, body);
    case 'condition':
      return evaluateCondition(shell, fds, body.test);
    default:
      return (await expandArithmetic(shell, fds, body.expression)) === 0n ? 1 : 0;
  }
}

async function runTest(shell: ShellState, fds: FdTable, test: List): Promise<number> {
  shell.testing++;
  try {
    return await runList(shell, fds, test);
  } finally {
    shell.testing--;
  }
}

/** Repeats until `turn` answers false or a `break` ends it. */
async function loop(
  shell: ShellState,
  turn: (state: { status: number }) => Promise<boolean>,
  after?: () => Promise<void>,
): Promise<number> {
  const state = { status: 0 };
  shell.loopDepth++;
  try {
    for (;;) {
      shell.session.budget.step();
      if (shell.session.budget.sliceOver) await breathe(shell);
      try {
        if (!(await turn(state))) return state.status;
      } catch (error) {
        if (!(error instanceof BreakLoop)) throw error;
        if (--error.levels > 0 && shell.loopDepth > 1) throw error;
        state.status = 0;
        if (!error.again) return 0;
      }
      await after?.();
    }
  } finally {
    shell.loopDepth--;
  }
}

async function runFor(shell: ShellState, fds: FdTable, body: Extract<Compound, { kind: 'for' }>): Promise<number> {
  const words = body.words === undefined ? shell.positional : await expandWords(shell, fds, body.words);
  let at = 0;
  return loop(shell, async (state) => {
    if (at >= words.length) return false;
    const problem = setElement(shell, body.name, undefined, words[at++]!);
    if (problem !== undefined) {
      complain(shell, fds, `${problem}\n`);
      state.status = 1;
      return false;
    }
    state.status = await runList(shell, fds, body.body);
    return true;
  });
}

async function arithmeticLoop(
  shell: ShellState,
  fds: FdTable,
  body: Extract<Compound, { kind: 'arithmetic-for' }>,
): Promise<number> {
  const [, test, step] = body.parts;
  return loop(
    shell,
    async (state) => {
      if (test.raw.trim() !== '' && (await expandArithmetic(shell, fds, test)) === 0n) return false;
      state.status = await runList(shell, fds, body.body);
      return true;
    },
    async () => {
      await expandArithmetic(shell, fds, step);
    },
  );
}

async function runSelect(shell: ShellState, fds: FdTable, body: Extract<Compound, { kind: 'for' }>): Promise<number> {
  const words = body.words === undefined ? shell.positional : await expandWords(shell, fds, body.words);
  if (words.length === 0) return 0;
  const width = String(words.length).length;
  const menu = words.map((word, at) => `${String(at + 1).padStart(width)}) ${word}\n`).join('');
  const input = fds.get(0)?.input;
  let shown = false;
  return loop(shell, async (state) => {
    if (!shown) outputOf(fds, 2).write(menu);
    shown = true;
    outputOf(fds, 2).write(shell.vars.text('PS3') ?? '#? ');
    const line = await input?.readLine();
    shell.session.budget.woke();
    if (line === undefined) {
      outputOf(fds, 2).write('\n');
      state.status = 1;
      return false;
    }
    if (line.trim() === '') {
      shown = false;
      return true;
    }
    setElement(shell, 'REPLY', undefined, line);
    setElement(shell, body.name, undefined, /^\d+$/.test(line.trim()) ? (words[Number(line) - 1] ?? '') : '');
    state.status = await runList(shell, fds, body.body);
    return true;
  });
}

async function runCase(shell: ShellState, fds: FdTable, body: Extract<Compound, { kind: 'case' }>): Promise<number> {
  const subject = await expandText(shell, fds, body.subject);
  let status = 0;
  let falling = false;
  for (const clause of body.clauses) {
    let found = falling;
    for (const word of found ? [] : clause.patterns) {
      const pattern = await expandPattern(shell, fds, word);
      shell.session.budget.bytes(subject.length * 16);
      if (
        compileGlob(pattern, {
          ignoreCase: shell.shopts.has('nocasematch'),
          extglob: shell.shopts.has('extglob'),
        }).matches(subject)
      ) {
        found = true;
        break;
      }
    }
    if (!found) continue;
    status = clause.body.items.length === 0 ? 0 : await runList(shell, fds, clause.body);
    if (clause.end === ';;') return status;
    falling = clause.end === ';&';
  }
  return status;
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
    job.state =
      status === 0 ? 'Done' : status === 137 ? 'Killed' : status === 143 || status === 129 ? 'Terminated' : 'Exit';
  });
  shell.lastBackground = pid;
  if (shell.interactive && job !== undefined) outputOf(fds, 2).write(`[${job.number}] ${pid}\n`);
  shell.status = 0;
  return 0;
}

function rootScope(shell: ShellState): ProcessScope {
  return shell.session.rootScope;
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
  child.traps = new Map();
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
