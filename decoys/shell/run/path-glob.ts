/** File names that match a pattern, folder by folder, sorted as bash sorts them in this locale. */
import { compileGlob, hasMagic, literalText } from './glob.ts';
import type { ShellState } from './shell-state.ts';

const MAX_NAMES = 10_000;

export function fileNames(shell: ShellState, pattern: string): string[] {
  const absolute = pattern.startsWith('/');
  const parts = pattern.split(/\/+/).filter((part, at) => part !== '' || at > 0);
  const folderOnly = pattern.endsWith('/');
  if (folderOnly) parts.pop();
  let found: string[] = [absolute ? '/' : ''];
  for (const [at, part] of parts.entries()) {
    const isLast = at === parts.length - 1;
    const next: string[] = [];
    for (const folder of found) {
      if (next.length >= MAX_NAMES) break;
      if (!hasMagic(part)) {
        const path = folder + literalText(part);
        if (shell.session.fs.lstat(shell.resolve(path), shell.user).ok)
          next.push(isLast && !folderOnly ? path : `${path}/`);
        continue;
      }
      if (part === '**' && shell.shopts.has('globstar')) {
        descend(shell, folder, isLast, next, 0);
        continue;
      }
      const list = shell.session.fs.list(shell.resolve(folder === '' ? '.' : folder), shell.user);
      if (!list.ok) continue;
      shell.session.budget.step(1 + (list.value.length >> 5));
      const glob = compileGlob(part, {
        ignoreCase: shell.shopts.has('nocaseglob'),
        extglob: shell.shopts.has('extglob'),
      });
      const hidden = part.startsWith('.') || part.startsWith('\\.') || shell.shopts.has('dotglob');
      for (const name of list.value) {
        if ((name.startsWith('.') && !hidden) || !glob.matches(name)) continue;
        const path = folder + name;
        if (isLast && !folderOnly) next.push(path);
        else {
          const stat = shell.session.fs.stat(shell.resolve(path), shell.user);
          if (stat.ok && stat.value.type === 'directory') next.push(`${path}/`);
        }
      }
    }
    found = next;
  }
  const locale = shell.vars.text('LC_ALL') || shell.vars.text('LC_COLLATE') || shell.vars.text('LANG') || 'C';
  return /^(?:C|POSIX)\b/.test(locale) ? found.sort() : found.sort(compareNames);
}

function descend(shell: ShellState, folder: string, files: boolean, into: string[], depth: number): void {
  if (depth > 16 || into.length > MAX_NAMES) return;
  shell.session.budget.step();
  into.push(folder);
  const list = shell.session.fs.list(shell.resolve(folder === '' ? '.' : folder), shell.user);
  if (!list.ok) return;
  for (const name of list.value) {
    if (name.startsWith('.')) continue;
    const stat = shell.session.fs.lstat(shell.resolve(folder + name), shell.user);
    if (stat.ok && stat.value.type === 'directory') descend(shell, `${folder}${name}/`, files, into, depth + 1);
    else if (files) into.push(folder + name);
  }
}

/** As `en_US.UTF-8` collates: punctuation and case count last. */
export function compareNames(a: string, b: string): number {
  const [left, right] = [key(a), key(b)];
  if (left !== right) return left < right ? -1 : 1;
  return a === b ? 0 : a.toLowerCase() === b.toLowerCase() ? (a > b ? -1 : 1) : a < b ? -1 : 1;
}

function key(name: string): string {
  const plain = name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
  return plain === '' ? name : plain;
}
