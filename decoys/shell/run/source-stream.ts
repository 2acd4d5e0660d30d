/** Reads shell text line by line from a stream and runs each command once it is complete, leaving the rest to what the commands read. */
import { Parser } from '../lang/parser.ts';
import { ShellSyntaxError } from '../lang/syntax-error.ts';
import type { List } from '../lang/ast.types.ts';
import { SHELL_LIMITS } from '../shell.types.ts';
import { AbandonLine } from './control-flow.ts';
import { reportSyntax, runList } from './interpreter.ts';
import { expandPrompt } from './prompt.ts';
import { type FdTable, outputOf } from './redirection.ts';
import type { ShellState } from './shell-state.ts';
import type { BufferedInput } from './streams.ts';

/** Text that is parsed again with each further line of one command; past this it is too long to be honest. */
const MAX_REPARSED = 16 * 1024 * 1024;

export async function runStream(
  shell: ShellState,
  fds: FdTable,
  input: BufferedInput,
  prompts: boolean,
): Promise<number> {
  const err = outputOf(fds, 2);
  let text = '';
  let line = 1;
  let reparsed = 0;
  if (prompts)
    shell.vars.set(
      'PS1',
      shell.kind === 'dash' ? (shell.user.uid === 0 ? '# ' : '$ ') : (shell.vars.text('PS1') ?? '\\u@\\h:\\w\\$ '),
    );
  for (;;) {
    if (prompts) err.write(text === '' ? expandPrompt(shell, shell.vars.text('PS1') ?? '') : '> ');
    const next = await input.readLine();
    shell.session.budget.woke();
    if (next === undefined) {
      if (text !== '') {
        await runText(shell, fds, text, line, true);
      } else if (prompts && shell.kind === 'bash') err.write('exit\n');
      return shell.status;
    }
    if (prompts || shell.mode === 'stdin') shell.session.observe({ kind: 'input', line: next.slice(0, 16_384) });
    text += `${next}\n`;
    reparsed += text.length;
    if (text.length > SHELL_LIMITS.maxLineBytes || reparsed > MAX_REPARSED) {
      shell.session.budget.bounded('line');
      text = '';
      continue;
    }
    if (!(await runText(shell, fds, text, line, false))) continue;
    line += text.split('\n').length - 1;
    text = '';
    reparsed = 0;
  }
}

/** Answers false where the text needs more lines. */
export async function runText(
  shell: ShellState,
  fds: FdTable,
  text: string,
  line: number,
  last: boolean,
): Promise<boolean> {
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
    if (error.incomplete && !last) return false;
    reportSyntax(shell, fds, error, text, line);
    shell.status = 2;
    return true;
  }
  if (!last && (parser.unclosedHeredoc || /(?:^|[^\\])(?:\\\\)*\\\n$/.test(text))) return false;
  try {
    for (const list of lists)
      if (list.items.length > 0 && !shell.options.has('noexec')) await runList(shell, fds, list);
  } catch (error) {
    if (!(error instanceof AbandonLine)) throw error;
    shell.status = error.status;
  }
  return true;
}
