/** Names as clients send them (backslashes, any case) and where they lead in a file system that has slashes and one case. */
import type { FileSystem, FsStat, FsUser } from '../../shell/shell.types.ts';
import { STATUS, statusOf } from '../nt-status.ts';

const MAX_PATH = 4096;
const MAX_COMPONENT = 255;
/** What no name may contain (MS-FSCC section 2.1.5.2); a colon would name a stream. */
const ILLEGAL = /[\u0000-\u001f"*/:<>?|]/;

export interface Place {
  /** In the file system. */
  readonly path: string;
  readonly name: string;
  /** Undefined where there is nothing of this name (yet) in a folder that exists. */
  readonly stat: FsStat | undefined;
  /** As the client would name it: no slash at the start. */
  readonly shareName: string;
}

export type Located = { readonly ok: true; readonly place: Place } | { readonly ok: false; readonly status: number };

/** @param climbs `..` leads up inside the share, as Samba has it; Windows calls such a path malformed */
export function locate(fs: FileSystem, root: string, name: string, user: FsUser, climbs = false): Located {
  if (name.length > MAX_PATH) return { ok: false, status: STATUS.OBJECT_NAME_INVALID };
  const parts: string[] = [];
  for (const part of name.split('\\')) {
    if (part === '') continue;
    if (part === '..') {
      if (!climbs || parts.pop() === undefined) return { ok: false, status: STATUS.OBJECT_PATH_SYNTAX_BAD };
      continue;
    }
    if (part === '.') return { ok: false, status: STATUS.OBJECT_NAME_INVALID };
    if (ILLEGAL.test(part) || part.length > MAX_COMPONENT) return { ok: false, status: STATUS.OBJECT_NAME_INVALID };
    parts.push(part);
  }
  let path = root;
  const found: string[] = [];
  for (const [i, part] of parts.entries()) {
    const next = step(fs, path, part, user);
    const last = i === parts.length - 1;
    if (next === undefined) {
      const folder = fs.stat(path, user);
      if (!folder.ok) return { ok: false, status: statusOf(folder.error) };
      if (folder.value.type !== 'directory' || !last) return { ok: false, status: STATUS.OBJECT_PATH_NOT_FOUND };
      const place = { path: join(path, part), name: part, stat: undefined, shareName: [...found, part].join('\\') };
      return { ok: true, place };
    }
    path = join(path, next);
    found.push(next);
  }
  const stat = fs.stat(path, user);
  if (!stat.ok) return { ok: false, status: statusOf(stat.error) };
  return { ok: true, place: { path, name: found.at(-1) ?? '', stat: stat.value, shareName: found.join('\\') } };
}

/** The entry of this name, or the one that differs in case alone. */
function step(fs: FileSystem, folder: string, name: string, user: FsUser): string | undefined {
  if (fs.stat(join(folder, name), user).ok) return name;
  const names = fs.list(folder, user);
  if (!names.ok) return undefined;
  const wanted = name.toLowerCase();
  return names.value.find(
    (entry) => entry.length === name.length && entry.toLowerCase() === wanted && fs.stat(join(folder, entry), user).ok,
  );
}

export function join(folder: string, name: string): string {
  return folder === '/' ? `/${name}` : `${folder}/${name}`;
}

/** `*`, `?` and their DOS kin (MS-FSA section 2.1.4.4), without regard to case. Linear but for the last star. */
export function matchesPattern(name: string, pattern: string): boolean {
  if (pattern === '*') return true;
  const text = name.toLowerCase();
  const glob = pattern.toLowerCase().replaceAll('<', '*').replaceAll('>', '?').replaceAll('"', '.');
  let [t, g, star, mark] = [0, 0, -1, 0];
  while (t < text.length) {
    if (g < glob.length && (glob[g] === '?' || (glob[g] === text[t] && glob[g] !== '*'))) {
      t++;
      g++;
    } else if (glob[g] === '*') {
      star = g++;
      mark = t;
    } else if (star >= 0) {
      g = star + 1;
      t = ++mark;
    } else return false;
  }
  while (glob[g] === '*') g++;
  return g === glob.length;
}

/** `D:\Shares\Projects` is `/D/Shares/Projects`. */
export function ownRoot(path: string): string {
  if (!/^[A-Za-z]:/.test(path)) return path.replace(/\/+$/, '') || '/';
  const parts = path
    .slice(2)
    .split('\\')
    .filter((part) => part !== '');
  return `/${[path[0]!.toUpperCase(), ...parts].join('/')}`;
}
