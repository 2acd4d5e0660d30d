/** Tab completion in its plain form: programs in the first word, files elsewhere. */
import { builtins } from '../builtins/index.ts';
import type { ShellState } from '../run/shell-state.ts';

const MAX_CANDIDATES = 500;

export function completions(
  shell: ShellState,
  line: string,
): { readonly word: string; readonly candidates: readonly string[] } {
  let start = line.length;
  while (start > 0 && !/[\s;|&<>()]/.test(line[start - 1]!)) start--;
  const word = line.slice(start);
  const before = line.slice(0, start).trimEnd();
  const first = before === '' || /[;|&(]$/.test(before);
  const names = first && !word.includes('/') ? programs(shell, word) : files(shell, word);
  return { word, candidates: names.slice(0, MAX_CANDIDATES) };
}

function programs(shell: ShellState, prefix: string): string[] {
  if (prefix === '') return [];
  const names = new Set(
    [...builtins.keys(), ...shell.functions.keys(), ...shell.aliases.keys()].filter((name) => name.startsWith(prefix)),
  );
  for (const folder of (shell.vars.text('PATH') ?? '').split(':').slice(0, 16)) {
    const list = shell.session.fs.list(shell.resolve(folder), shell.user);
    if (list.ok) for (const name of list.value) if (name.startsWith(prefix)) names.add(name);
  }
  return [...names].sort();
}

function files(shell: ShellState, word: string): string[] {
  const slash = word.lastIndexOf('/') + 1;
  const folder = word.slice(0, slash);
  const prefix = word.slice(slash);
  const home = folder.startsWith('~/') ? (shell.vars.text('HOME') ?? '/') + folder.slice(1) : folder;
  const list = shell.session.fs.list(shell.resolve(home === '' ? '.' : home), shell.user);
  if (!list.ok) return [];
  const found: string[] = [];
  for (const name of list.value) {
    if (!name.startsWith(prefix) || (name.startsWith('.') && prefix === '')) continue;
    const stat = shell.session.fs.stat(shell.resolve(`${home}${name}`), shell.user);
    found.push(
      `${folder}${name.replace(/[\s'"\\$&;|<>()*?[\]!`]/g, '\\$&')}${stat.ok && stat.value.type === 'directory' ? '/' : ''}`,
    );
  }
  return found.sort();
}
