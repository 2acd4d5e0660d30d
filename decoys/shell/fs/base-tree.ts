/**
 * The file system as it was installed: immutable, shared by every machine of a host, in typed arrays (about 60 bytes an entry). Entries are
 * numbered breadth first, so the children of a folder are one range, sorted by name. Contents are not here: they are made on demand.
 */
export const TYPE_MASK = 0o170000;
export const TYPE_FOLDER = 0o040000;
export const TYPE_FILE = 0o100000;
export const TYPE_LINK = 0o120000;
export const TYPE_CHAR = 0o020000;
export const TYPE_BLOCK = 0o060000;
export const TYPE_FIFO = 0o010000;
export const TYPE_SOCKET = 0o140000;

/** An entry while the tree is being put together. */
export interface SeedEntry {
  readonly name: string;
  mode: number;
  uid: number;
  gid: number;
  size: number;
  /** Epoch seconds. */
  mtime: number;
  target: string;
  /** Folders have it, and whatever something was put below. */
  children?: Map<string, SeedEntry>;
}

export class BaseTree {
  readonly names: readonly string[];
  /** Type and permissions, as `st_mode`. */
  readonly modes: Uint16Array;
  readonly uids: Uint16Array;
  readonly gids: Uint16Array;
  readonly sizes: Float64Array;
  readonly mtimes: Uint32Array;
  readonly parents: Uint32Array;
  readonly firstChild: Uint32Array;
  readonly childCount: Uint32Array;
  readonly #targets = new Map<number, string>();

  constructor(root: SeedEntry) {
    const queue: SeedEntry[] = [root];
    const parents: number[] = [0];
    const first: number[] = [];
    for (let i = 0; i < queue.length; i++) {
      first.push(queue.length);
      const children = [...(queue[i]!.children?.values() ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1));
      for (const child of children) {
        queue.push(child);
        parents.push(i);
      }
    }
    const own = ownStrings();
    this.names = queue.map((entry) => own(entry.name));
    this.modes = Uint16Array.from(queue, (entry) => entry.mode);
    this.uids = Uint16Array.from(queue, (entry) => entry.uid);
    this.gids = Uint16Array.from(queue, (entry) => entry.gid);
    this.sizes = Float64Array.from(queue, (entry) => entry.size);
    this.mtimes = Uint32Array.from(queue, (entry) => entry.mtime);
    this.parents = Uint32Array.from(parents);
    this.firstChild = Uint32Array.from(first);
    this.childCount = Uint32Array.from(queue, (entry) => entry.children?.size ?? 0);
    for (let i = 0; i < queue.length; i++) if (queue[i]!.target !== '') this.#targets.set(i, own(queue[i]!.target));
  }

  get count(): number {
    return this.names.length;
  }

  /** The child of this name, or -1. */
  child(folder: number, name: string): number {
    let low = this.firstChild[folder]!;
    let high = low + this.childCount[folder]! - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const found = this.names[middle]!;
      if (found === name) return middle;
      if (found < name) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }

  target(entry: number): string {
    return this.#targets.get(entry) ?? '';
  }

  /** Where the entry was installed. */
  pathOf(entry: number): string {
    let path = '';
    for (let i = entry; i !== 0; i = this.parents[i]!) path = `/${this.names[i]!}${path}`;
    return path === '' ? '/' : path;
  }
}

/**
 * Copies of strings, each once. What was cut out of a text is a view of it to V8 and would keep all of it in memory: more than a megabyte for
 * the listing of an installed system.
 */
function ownStrings(): (text: string) => string {
  const copies = new Map<string, string>();
  return (text) => {
    let copy = copies.get(text);
    if (copy === undefined) {
      copy = Buffer.from(text).toString();
      copies.set(copy, copy);
    }
    return copy;
  };
}

export function seedEntry(
  name: string,
  mode: number,
  fields: Partial<Omit<SeedEntry, 'name' | 'mode'>> = {},
): SeedEntry {
  const { uid = 0, gid = 0, size = 0, mtime = 0, target = '' } = fields;
  return { name, mode, uid, gid, size, mtime, target };
}

/** Adds an entry at an absolute path, with the folders on the way; what is there already is replaced but keeps its children. */
export function addEntry(
  root: SeedEntry,
  path: string,
  mode: number,
  fields: Partial<Omit<SeedEntry, 'name' | 'mode' | 'children'>> = {},
): SeedEntry {
  const names = path.split('/').filter((name) => name !== '');
  const last = names.pop() ?? '';
  let folder = root;
  for (const name of names) {
    let next = folder.children?.get(name);
    if (next === undefined) {
      next = seedEntry(name, TYPE_FOLDER | 0o755, { size: 4096, mtime: fields.mtime ?? 0 });
      childrenOf(folder).set(name, next);
    }
    folder = next;
  }
  const old = folder.children?.get(last);
  if ((mode & TYPE_MASK) === TYPE_LINK && fields.size === undefined)
    fields = { ...fields, size: fields.target?.length ?? 0 };
  if (old !== undefined) {
    old.mode = mode;
    old.uid = fields.uid ?? old.uid;
    old.gid = fields.gid ?? old.gid;
    old.size = fields.size ?? old.size;
    old.mtime = fields.mtime ?? old.mtime;
    old.target = fields.target ?? old.target;
    return old;
  }
  const entry = seedEntry(last, mode, fields);
  if ((mode & TYPE_MASK) === TYPE_FOLDER && entry.size === 0) entry.size = 4096;
  childrenOf(folder).set(last, entry);
  return entry;
}

/** Takes an entry out, with all that is below it. */
export function removeEntry(root: SeedEntry, path: string): void {
  const names = path.split('/').filter((name) => name !== '');
  const last = names.pop();
  let folder: SeedEntry | undefined = root;
  for (const name of names) folder = folder?.children?.get(name);
  if (last !== undefined) folder?.children?.delete(last);
}

function childrenOf(folder: SeedEntry): Map<string, SeedEntry> {
  return (folder.children ??= new Map());
}

/**
 * Reads `tree.tsv`: one line an entry, breadth first: name, mode (octal), uid, gid, size (of a folder: number of children), mtime (base 36; 0: the
 * day of the installation), target of a link; an empty field repeats the line before.
 */
export function parseTree(text: string, installedAtSeconds: number): SeedEntry {
  const entries: SeedEntry[] = [];
  const counts: number[] = [];
  const last = ['', '', '', '', ''];
  for (const line of text.split('\n')) {
    const fields = line.split('\t');
    for (let i = 0; i < 5; i++) if (fields[i + 1] !== '') last[i] = fields[i + 1] ?? '';
    const mode = Number.parseInt(last[0]!, 8);
    const isFolder = (mode & TYPE_MASK) === TYPE_FOLDER;
    const mtime = Number.parseInt(last[4]!, 36);
    const index = entries.length;
    entries.push(
      seedEntry(fields[0]!, mode, {
        uid: Number(last[1]),
        gid: Number(last[2]),
        size: isFolder ? 4096 : Number(last[3]),
        mtime: mtime === 0 ? installedAtSeconds + ((index * 7) % 240) : mtime,
        target: fields[6] ?? '',
      }),
    );
    counts.push(isFolder ? Number(last[3]) : 0);
  }
  let next = 1;
  for (let i = 0; i < entries.length; i++) {
    for (let n = counts[i]!; n > 0 && next < entries.length; n--, next++) {
      const child = entries[next]!;
      childrenOf(entries[i]!).set(child.name, child);
    }
  }
  return entries[0]!;
}
