/** Reads shell text line by line from a stream and runs each command once it is complete, leaving the rest to what the commands read. */
import { Parser } from '../lang/parser.ts';
import { ShellSyntaxError } from '../lang/syntax-error.ts';
import type { List } from '../lang/ast.types.ts';
import { AbandonLine } from './control-flow.ts';
import { reportSyntax, runList } from './interpreter.ts';
import { expandPrompt } from './prompt.ts';
import { type FdTable, outputOf } from './redirection.ts';
import type { ShellState } from './shell-state.ts';
import type { BufferedInput } from './streams.ts';
import { TypedCommand } from './typed-command.ts';

export async function runStream(
  shell: ShellState,
  fds: FdTable,
  input: BufferedInput,
  prompts: boolean,
): Promise<number> {
  const err = outputOf(fds, 2);
  const command = new TypedCommand();
  if (prompts)
    shell.vars.set(
      'PS1',
      shell.kind === 'dash' ? (shell.user.uid === 0 ? '# ' : '$ ') : (shell.vars.text('PS1') ?? '\\u@\\h:\\w\\$ '),
    );
  for (;;) {
    if (prompts) err.write(command.text === '' ? expandPrompt(shell, shell.vars.text('PS1') ?? '') : '> ');
    const next = await input.readLine();
    // Each line that somebody types is a command line of its own.
    if (prompts && input.isTerminal) shell.session.budget.reset();
    else shell.session.budget.woke();
    if (next === undefined) {
      if (command.text !== '') {
        await runText(shell, fds, command.text, command.line, true);
      } else if (prompts && shell.kind === 'bash') err.write('exit\n');
      return shell.status;
    }
    if (prompts || shell.mode === 'stdin') shell.session.observe({ kind: 'input', line: next.slice(0, 16_384) });
    if (command.add(next)) await command.run(next, (text, line) => runText(shell, fds, text, line, false));
    else shell.session.budget.bounded('line');
  }
}

/** Answers undefined where the text was a command, and else what lines it cannot do without to become one ('': any may do). */
export async function runText(
  shell: ShellState,
  fds: FdTable,
  text: string,
  line: number,
  last: boolean,
): Promise<string | undefined> {
  const parser = new Parser(text, {
    aliases:
      shell.interactive || shell.kind === 'dash' || shell.shopts.has('expand_aliases') ? shell.aliases : new Map(),
    line,
    extglob: shell.shopts.has('extglob'),
  });
  const lists: List[] = [];
  try {
    for (let list = parser.next(); list !== undefined; list = parser.next()) lists.push(list);
  } catch (error) {
    if (!(error instanceof ShellSyntaxError)) throw error;
    if (error.incomplete && !last) return error.awaits;
    reportSyntax(shell, fds, error, text, line);
    shell.status = 2;
    return undefined;
  }
  if (!last && parser.unclosedHeredoc !== undefined) return parser.unclosedHeredoc;
  if (!last && /(?:^|[^\\])(?:\\\\)*\\\n$/.test(text)) return '';
  try {
    for (const list of lists)
      if (list.items.length > 0 && !shell.options.has('noexec')) await runList(shell, fds, list);
  } catch (error) {
    if (!(error instanceof AbandonLine)) throw error;
    shell.status = error.status;
  }
  return undefined;
}
