/** Compound commands: groups, `if`, loops, `select`, `case`, `[[ ]]` and `(( ))`. */
import type { Compound, CompoundCommand, List } from '../lang/ast.types.ts';
import { SHELL_LIMITS } from '../shell.types.ts';
import { evaluateCondition } from './conditions.ts';
import { BreakLoop, Killed } from './control-flow.ts';
import { expandArithmetic, expandPattern, expandText, expandWords } from './expansion.ts';
import { compileGlob } from './glob.ts';
import { breathe, runList } from './interpreter.ts';
import { type FdTable, complain, outputOf, redirect } from './redirection.ts';
import type { ShellState } from './shell-state.ts';
import { fork, inSubshell } from './subshell.ts';
import { setElement } from './values.ts';

export async function runCompound(shell: ShellState, fds: FdTable, command: CompoundCommand): Promise<number> {
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
      child.traps.clear();
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
