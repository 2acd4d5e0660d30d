/**
 * What an attacker changed, as bytes to be kept until they come back: a compressed list of records, read again with every field checked. A snapshot
 * that is damaged or was made by somebody else restores nothing.
 */
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import { TYPE_FILE, TYPE_FOLDER, TYPE_LINK, TYPE_MASK } from './base-tree.ts';
import type { OverlayFileSystem } from './overlay-fs.ts';
import { FS_LIMITS } from './overlay-tree.ts';

export const MAX_SNAPSHOT_BYTES = 1024 * 1024;
/** Uncompressed, so that a small snapshot cannot unfold into a large one. */
const MAX_PLAIN_BYTES = 16 * 1024 * 1024;
const MAGIC = 'NSFS1\n';
const ROOT = { uid: 0, gid: 0, groups: [0] };

/** `[path, mode, uid, gid, mtime, kind, value]`; kind `c` content (base64), `l` link target, `s` size only, `d` folder, `m` moved from, `x` removed, `a` attributes. */
type RecordLine = readonly [string, number, number, number, number, string, string];

export function takeSnapshot(fs: OverlayFileSystem): Uint8Array {
  const records: RecordLine[] = [];
  fs.visitChanges((path, node) => {
    if (node === 'removed') {
      records.push([path, 0, 0, 0, 0, 'x', '']);
      return;
    }
    if ('moved' in node) {
      records.push([path, 0, 0, 0, 0, 'm', node.moved]);
      return;
    }
    const type = node.mode & TYPE_MASK;
    const kind =
      type === TYPE_FOLDER
        ? 'd'
        : type === TYPE_LINK
          ? 'l'
          : node.content !== undefined
            ? 'c'
            : node.base < 0
              ? 's'
              : 'a';
    const value =
      kind === 'c'
        ? Buffer.from(node.content!).toString('base64')
        : kind === 'l'
          ? node.target
          : kind === 's'
            ? String(node.size)
            : '';
    records.push([path, node.mode, node.uid, node.gid, node.mtime, kind, value]);
  });
  for (;;) {
    const text = MAGIC + records.map((record) => JSON.stringify(record)).join('\n');
    if (text.length <= MAX_PLAIN_BYTES) {
      const packed = brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } });
      if (packed.length <= MAX_SNAPSHOT_BYTES) return new Uint8Array(packed);
    }
    if (!leaveLargestOut(records)) return new Uint8Array(0);
  }
}

function leaveLargestOut(records: RecordLine[]): boolean {
  let largest = -1;
  for (let i = 0; i < records.length; i++) {
    if (records[i]![5] === 'c' && (largest < 0 || records[i]![6].length > records[largest]![6].length)) largest = i;
  }
  if (largest < 0) {
    records.length >>= 1;
    return records.length > 0;
  }
  const [path, mode, uid, gid, mtime, , value] = records[largest]!;
  records[largest] = [path, mode, uid, gid, mtime, 's', String(Math.floor((value.length * 3) / 4))];
  return true;
}

export function restoreSnapshot(fs: OverlayFileSystem, snapshot: Uint8Array): void {
  const records = parse(snapshot);
  if (records === undefined) return;
  const folderTimes: RecordLine[] = [];
  // Folders first, for what moves into them; moves take their source away, so the removals that follow find nothing there.
  for (const record of records) if (record[5] === 'd' && !fs.lstat(record[0], ROOT).ok) fs.mkdir(record[0], ROOT);
  for (const record of records) if (record[5] === 'm') fs.rename(record[6], record[0], ROOT);
  for (const record of records) {
    const [path, mode, uid, gid, mtime, kind, value] = record;
    if (kind === 'm') continue;
    if (kind === 'x') {
      removeAll(fs, path, 0);
      continue;
    }
    if (kind === 'c') fs.write(path, Buffer.from(value, 'base64'), ROOT);
    else if (kind === 'l') fs.symlink(value, path, ROOT);
    else if (kind === 's') fs.restoreSize(path, Number(value));
    if (kind !== 'l') {
      fs.chown(path, uid, gid, ROOT);
      fs.chmod(path, mode & 0o7777, ROOT);
      if (kind === 'd') folderTimes.push(record);
      else fs.utimes(path, mtime, mtime, ROOT);
    }
  }
  for (const [path, , , , mtime] of folderTimes) fs.utimes(path, mtime, mtime, ROOT);
}

function removeAll(fs: OverlayFileSystem, path: string, depth: number): void {
  const stat = fs.lstat(path, ROOT);
  if (!stat.ok || depth > 32) return;
  if (stat.value.type === 'directory') {
    const names = fs.list(path, ROOT);
    if (names.ok) for (const name of names.value) removeAll(fs, `${path}/${name}`, depth + 1);
    fs.rmdir(path, ROOT);
  } else fs.unlink(path, ROOT);
}

/** All records or none. */
function parse(snapshot: Uint8Array): RecordLine[] | undefined {
  if (snapshot.length === 0 || snapshot.length > MAX_SNAPSHOT_BYTES) return undefined;
  let text: string;
  try {
    text = brotliDecompressSync(snapshot, { maxOutputLength: MAX_PLAIN_BYTES }).toString('utf8');
  } catch {
    return undefined;
  }
  if (!text.startsWith(MAGIC)) return undefined;
  const records: RecordLine[] = [];
  for (const line of text.slice(MAGIC.length).split('\n')) {
    if (line === '') continue;
    if (records.length >= FS_LIMITS.maxEntries * 2) return undefined;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      return undefined;
    }
    if (!isRecord(value)) return undefined;
    records.push(value);
  }
  return records;
}

function isRecord(value: unknown): value is RecordLine {
  if (!Array.isArray(value) || value.length !== 7) return false;
  const [path, mode, uid, gid, mtime, kind, text] = value as unknown[];
  if (typeof path !== 'string' || !path.startsWith('/') || path.length > FS_LIMITS.maxPath) return false;
  const numbers = [mode, uid, gid, mtime];
  if (!numbers.every((item) => Number.isInteger(item) && (item as number) >= 0 && (item as number) <= 0xffff_ffff))
    return false;
  const type = (mode as number) & TYPE_MASK;
  if (type !== 0 && type !== TYPE_FILE && type !== TYPE_FOLDER && type !== TYPE_LINK) return kind === 'a';
  if (kind === 's') return typeof text === 'string' && /^\d{1,8}$/.test(text) && Number(text) <= FS_LIMITS.maxBytes;
  return typeof kind === 'string' && /^[clsdmxa]$/.test(kind) && typeof text === 'string';
}
