/** Which folders a process that reads files is shown, from the paths and patterns that are configured. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';

const WILDCARD = /[*?[{]/;
/** Showing these would show everything, or what is no file. */
const NEVER = new Set(['/', '/dev', '/proc', '/sys', '/run', '/etc', '/root', '/home']);

/**
 * The folders in front of patterns, and those that hold the files: a file that is rotated is another one of the same folder. Of a
 * folder that is not there yet the nearest one above it; nothing where that is too much.
 */
export function shownFolders(paths: readonly string[]): string[] {
  const folders = paths.flatMap((path) => {
    let folder = beforeWildcard(path);
    while (folder !== '/' && !isFolder(folder)) folder = dirname(folder);
    return NEVER.has(folder) ? [] : [folder];
  });
  return [...new Set(folders)];
}

function beforeWildcard(path: string): string {
  const parts = path.split(sep);
  const first = parts.findIndex((part) => WILDCARD.test(part));
  return first === -1 ? join(path) : join(sep, ...parts.slice(0, first));
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}

/** Ids of the system's groups with these names; what does not exist is left out. */
export function groupIds(names: readonly string[], file = '/etc/group'): number[] {
  if (!existsSync(file)) return [];
  const ids = new Map(
    readFileSync(file, 'utf8')
      .split('\n')
      .map((line) => line.split(':'))
      .flatMap(([name, , id]) => (name === undefined || id === undefined ? [] : [[name, Number(id)] as const])),
  );
  // The group of root opens more than logs.
  return [...new Set(names.flatMap((name) => ids.get(name) ?? []))].filter((id) => id > 0);
}
