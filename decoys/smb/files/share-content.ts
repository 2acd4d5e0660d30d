/** What lies on the shares: folders and documents of a small company, by what the share is called. Made from the persona, so no two installs have the same. */
import type { BaseTree as Tree } from '../../shell/fs/base-tree.ts';
import { addEntry, BaseTree, seedEntry, TYPE_FILE, TYPE_FOLDER } from '../../shell/fs/base-tree.ts';
import { SeededRandom } from '../../persona/seeded-random.ts';
import type { SmbIdentity } from '../smb.types.ts';
import { sharedSecret } from '../../honeytoken/share-files.ts';
import { documentBytes } from './document.ts';
import { plan, type PlannedFile } from './share-plan.ts';
import { ownRoot } from './share-path.ts';
import { windowsFiles } from './windows-files.ts';

/** Contents kept in memory over all attackers. */
const MAX_HELD = 24 * 1024 * 1024;

export interface ShareContent {
  readonly tree: Tree;
  readonly content: (entry: number) => Uint8Array;
}

export function shareContent(identity: SmbIdentity): ShareContent {
  const { persona, shares, product } = identity;
  const random = new SeededRandom(persona.derive('smb shares', 32), 'content');
  const root = seedEntry('', TYPE_FOLDER | 0o755, { size: 4096, mtime: Math.floor(persona.installedAt / 1000) });
  const installed = Math.floor(persona.installedAt / 1000);
  const files = new Map<string, PlannedFile>();
  const put = (folder: string, planned: readonly PlannedFile[]): void => {
    for (const file of planned) {
      const path = `${folder === '/' ? '' : folder}/${file.path}`;
      const mode = file.folder === true ? TYPE_FOLDER | 0o755 : TYPE_FILE | 0o644;
      addEntry(root, path, mode, { size: file.folder === true ? 4096 : file.size, mtime: file.mtime });
      if (file.folder !== true) files.set(path, file);
    }
  };
  if (product.family === 'windows') put('/C', windowsFiles(persona, random));
  for (const share of shares) {
    if (share.kind !== 'disk' || share.access === 'admins') continue;
    const folder = ownRoot(share.path);
    addEntry(root, folder, TYPE_FOLDER | 0o755, {
      mtime: Math.floor(persona.installedAt / 1000) + random.between(3600, 90_000),
    });
    put(folder, plan(share, identity, random));
    const secret = sharedSecret(persona, share.name);
    if (secret !== undefined)
      put(folder, [
        { ...secret, size: Buffer.byteLength(secret.text), mtime: installed + 2_592_000 + (installed % 30_011) },
      ]);
  }
  dateFolders(root);
  const tree = new BaseTree(root);
  // Clients read in pieces; what was made for one piece serves the next.
  const made = new Map<number, Uint8Array>();
  let held = 0;
  return {
    tree,
    content(entry) {
      const known = made.get(entry);
      if (known !== undefined) return known;
      const file = files.get(tree.pathOf(entry));
      if (file === undefined) return new Uint8Array(0);
      const bytes = documentBytes(file, persona);
      made.set(entry, bytes);
      held += bytes.length;
      for (const [oldest, old] of made) {
        if (held <= MAX_HELD) break;
        made.delete(oldest);
        held -= old.length;
      }
      return bytes;
    },
  };
}

/** A folder is as old as the youngest thing that was put into it. */
function dateFolders(entry: ReturnType<typeof seedEntry>): number {
  let youngest = 0;
  for (const child of entry.children?.values() ?? []) {
    const time = dateFolders(child);
    if (time > youngest) youngest = time;
  }
  if (youngest > 0) entry.mtime = youngest;
  return entry.mtime;
}
