/** The history of an interactive shell: read at its start, kept line by line, and appended to its file at the end. */
import { bytesOf, textOf } from '../lang/byte-text.ts';
import type { ShellState } from '../run/shell-state.ts';

const MAX_HISTORY = 1000;
const MAX_LINE = 4096;
const MAX_FILE_BYTES = 65_536;
/** Files whose lines are held once for all who read them: most sessions find what the installation left. */
const MAX_SHARED = 8;
const shared = new Map<string, readonly string[]>();

export function loadHistory(shell: ShellState): void {
  const saved = shell.session.fs.read(`${shell.user.home}/.bash_history`, shell.user, 0, MAX_FILE_BYTES);
  if (!saved.ok) return;
  shell.history = linesOf(textOf(saved.value));
}

function linesOf(text: string): readonly string[] {
  let lines = shared.get(text);
  if (lines !== undefined) return lines;
  lines = text
    .split('\n')
    .filter((line) => line !== '')
    .slice(-MAX_HISTORY);
  shared.set(text, lines);
  if (shared.size > MAX_SHARED) shared.delete(shared.keys().next().value!);
  return lines;
}

/** Appends what came after the first `known` lines. */
export function saveHistory(shell: ShellState, known: number): void {
  const path = shell.vars.text('HISTFILE') ?? '';
  const fresh = shell.history.slice(known);
  if (path === '' || fresh.length === 0 || (shell.vars.text('HISTSIZE') ?? '') === '0') return;
  if (shell.resolve(path) === '/dev/null') return;
  shell.session.fs.write(shell.resolve(path), bytesOf(fresh.map((line) => `${line}\n`).join('')), shell.user, {
    append: true,
    mode: 0o600,
  });
}

export function addHistory(shell: ShellState, lines: readonly string[]): void {
  shell.history = [...shell.history, ...lines].slice(-MAX_HISTORY);
}

/** `continued`: the line belongs to the command before it. */
export function remember(shell: ShellState, line: string, continued: boolean): void {
  const { history } = shell;
  const control = shell.vars.text('HISTCONTROL') ?? '';
  if (!shell.options.has('history')) return;
  if (/ignore(?:space|both)/.test(control) && line.startsWith(' ')) return;
  if (/ignore(?:dups|both)/.test(control) && history.at(-1) === line) return;
  if (continued && history.length > 0)
    shell.history = history.with(history.length - 1, `${history.at(-1)}${`; ${line}`.slice(0, MAX_LINE)}`);
  else addHistory(shell, [line.slice(0, MAX_LINE)]);
}
