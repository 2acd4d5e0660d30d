/** The history of an interactive shell: read at its start, kept line by line, and appended to its file at the end. */
import { bytesOf, textOf } from '../lang/byte-text.ts';
import type { ShellState } from '../run/shell-state.ts';

const MAX_HISTORY = 1000;
const MAX_LINE = 4096;
const MAX_FILE_BYTES = 65_536;

export function loadHistory(shell: ShellState): void {
  const saved = shell.session.fs.read(`${shell.user.home}/.bash_history`, shell.user, 0, MAX_FILE_BYTES);
  if (!saved.ok) return;
  const lines = textOf(saved.value).split('\n');
  shell.history.push(...lines.filter((line) => line !== '').slice(-MAX_HISTORY));
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

/** `continued`: the line belongs to the command before it. */
export function remember(shell: ShellState, line: string, continued: boolean): void {
  const { history } = shell;
  const control = shell.vars.text('HISTCONTROL') ?? '';
  if (!shell.options.has('history')) return;
  if (/ignore(?:space|both)/.test(control) && line.startsWith(' ')) return;
  if (/ignore(?:dups|both)/.test(control) && history.at(-1) === line) return;
  if (continued && history.length > 0) history[history.length - 1] += `; ${line}`.slice(0, MAX_LINE);
  else history.push(line.slice(0, MAX_LINE));
  if (history.length > MAX_HISTORY) history.shift();
}
