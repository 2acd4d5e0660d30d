/** Which files are meant: paths, patterns of them, folders. Bounded, and never astray: links to folders are not followed, what may not be read is left out. */
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

const MAX_DEPTH = 16;
const MAX_ENTRIES = 100_000;
const WILDCARD = /[*?[]/;

export interface Listed {
  readonly path: string;
  /** Found in a folder that was named, where there may be anything. */
  readonly inFolder: boolean;
}

export interface Listing {
  readonly files: readonly Listed[];
  /** Folders that were looked into, and so are worth watching. */
  readonly folders: readonly string[];
}

/** Never throws: what is not there, or may not be read, is not listed. */
export async function listFiles(patterns: readonly string[], exclude: readonly string[]): Promise<Listing> {
  const walk = new Walk(exclude.map(patternRegex));
  for (const pattern of patterns) await walk.pattern(pattern);
  return { files: [...walk.files.values()], folders: [...walk.folders] };
}

/**
 * What rotation has made of these files: others of the same folders whose names go on where theirs end (`auth.log.1`,
 * `auth.log-20261121.gz`), or have a date before their extension (`app-20261121.log`).
 */
export async function rotatedOf(paths: Iterable<string>): Promise<string[]> {
  const namesOf = new Map<string, Set<string>>();
  for (const path of paths) {
    const folder = dirname(path);
    namesOf.set(folder, (namesOf.get(folder) ?? new Set()).add(basename(path)));
  }
  const found: string[] = [];
  for (const [folder, names] of namesOf)
    for (const name of await readdir(folder).catch(() => []))
      if (isRotationOf(name, names)) found.push(join(folder, name));
  return found;
}

function isRotationOf(name: string, names: ReadonlySet<string>): boolean {
  for (let at = 1; at < name.length; at++)
    if ((name[at] === '.' || name[at] === '-') && names.has(name.slice(0, at))) return true;
  const undated = name.replace(/\.(gz|zst)$/, '').replace(/[.-]\d[\d.-]*(?=\.[a-z]+$)/, '');
  return undated !== name && names.has(undated);
}

/** `*` and `?` stay within one name, `**` does not; a name that begins with a dot is meant only where the pattern says so. */
export function patternRegex(pattern: string): RegExp {
  const parts = pattern.split('/').map((part) => (part === '**' ? '(?:[^/]+/)*' : `${partSource(part)}/`));
  return new RegExp(`^${parts.join('').replace(/\/$/, '')}$`);
}

function partSource(part: string): string {
  const source = part.replace(/\[(!?)([^\]]+)\]|[*?]|[\\^$.|+(){}[\]]/g, (found, not: string, set: string) => {
    if (set !== undefined) return `[${not === '!' ? '^' : ''}${set.replaceAll('\\', '\\\\').replaceAll('^', '\\^')}]`;
    return found === '*' ? '[^/]*' : found === '?' ? '[^/]' : `\\${found}`;
  });
  return /^[*?]/.test(part) ? `(?!\\.)${source}` : source;
}

class Walk {
  readonly files = new Map<string, Listed>();
  readonly folders = new Set<string>();
  readonly #exclude: readonly RegExp[];
  #entries = 0;

  constructor(exclude: readonly RegExp[]) {
    this.#exclude = exclude;
  }

  async pattern(pattern: string): Promise<void> {
    const parts = pattern.split('/').filter((part) => part !== '');
    const first = parts.findIndex((part) => WILDCARD.test(part));
    if (first === -1) return this.#named(join('/', ...parts));
    return this.#matching(join('/', ...parts.slice(0, first)), parts.slice(first), 0);
  }

  async #named(path: string): Promise<void> {
    const info = await stat(path).catch(() => undefined);
    if (info?.isDirectory() === true) return this.#below(path, 0);
    this.folders.add(dirname(path));
    // Also where it cannot be looked at: whoever opens it says why.
    return this.#add({ path, inFolder: false });
  }

  async #below(folder: string, depth: number): Promise<void> {
    for (const entry of await this.#entriesOf(folder)) {
      if (entry.isDirectory()) {
        if (depth < MAX_DEPTH) await this.#below(join(folder, entry.name), depth + 1);
      } else if (entry.isFile()) this.#add({ path: join(folder, entry.name), inFolder: true });
    }
  }

  async #matching(folder: string, parts: readonly string[], depth: number): Promise<void> {
    const [part, ...rest] = parts;
    if (part === undefined || depth > MAX_DEPTH) return;
    if (part === '**') await this.#matching(folder, rest, depth);
    const regex = part === '**' ? undefined : new RegExp(`^${partSource(part)}$`);
    for (const entry of await this.#entriesOf(folder)) {
      const path = join(folder, entry.name);
      if (regex === undefined) {
        if (entry.isDirectory() && !entry.name.startsWith('.')) await this.#matching(path, parts, depth + 1);
      } else if (regex.test(entry.name)) {
        if (rest.length > 0) await this.#matching(path, rest, depth + 1);
        else if (entry.isFile() || (entry.isSymbolicLink() && (await isFile(path))))
          this.#add({ path, inFolder: false });
      }
    }
  }

  async #entriesOf(folder: string): ReturnType<typeof entriesOf> {
    if (this.#entries > MAX_ENTRIES) return [];
    const entries = await entriesOf(folder);
    this.#entries += entries.length;
    this.folders.add(folder);
    return entries;
  }

  #add(file: Listed): void {
    if (!this.#exclude.some((regex) => regex.test(file.path)) && !this.files.has(file.path))
      this.files.set(file.path, file);
  }
}

async function entriesOf(folder: string) {
  return readdir(folder, { withFileTypes: true }).catch(() => []);
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (info) => info.isFile(),
    () => false,
  );
}
