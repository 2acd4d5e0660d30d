/** A site out of a list of files, as it stands in the persona's web root. */
import type { Site, SiteFile, SiteFolder } from './site.types.ts';

export interface MemoryFile {
  /** From the root: `index.html`. */
  readonly path: string;
  readonly content: Buffer | string;
  /** Epoch ms. */
  readonly modified: number;
}

export function memorySite(files: readonly MemoryFile[], firstInode = 131_072): Site {
  const found = new Map<string, SiteFile>();
  const folders = new Map<string, Map<string, SiteFolder['entries'][number]>>([['/', new Map()]]);
  for (const [i, { path, content, modified }] of files.entries()) {
    const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
    const full = `/${path}`;
    found.set(full, { path: full, content: bytes, modified, inode: firstInode + i });
    const parts = path.split('/');
    for (let depth = 0; depth < parts.length; depth++) {
      const parent = `/${parts
        .slice(0, depth)
        .map((part) => `${part}/`)
        .join('')}`;
      const entries = folders.get(parent) ?? new Map<string, SiteFolder['entries'][number]>();
      folders.set(parent, entries);
      const folder = depth < parts.length - 1;
      const name = parts[depth]!;
      if (!name.startsWith('.')) entries.set(name, { name, folder, size: folder ? 4096 : bytes.length, modified });
    }
  }
  return {
    find(path) {
      const file = found.get(path);
      if (file !== undefined) return { file };
      const key = path.endsWith('/') ? path : `${path}/`;
      const entries = folders.get(key);
      if (entries === undefined) return undefined;
      const sorted = [...entries.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
      return { folder: { path: key, modified: sorted[0]?.modified ?? 0, entries: sorted } };
    },
  };
}
