/** Retention by size: blobs and recordings in one order, those that were not written for longest first. */
import { opendir, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Spared } from '@netsentinel/contracts/blob-store';
import { blobFile, missingIsUndefined, recordingFile, SEALED, type BlobPaths } from './blob-paths.ts';

/** What the smallest file takes on most file systems: many tiny recordings fill a disk, too. */
const BLOCK_BYTES = 4096;
/** Files that one pass remembers; what an attacker may leave are millions. */
const AT_ONCE = 20_000;

interface KeptFile {
  readonly kind: keyof Spared;
  /** SHA-256 or id. */
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  /** Of the last write, epoch ms. */
  readonly at: number;
}

export interface RetainOptions {
  readonly maxBytes: number;
  /** Asked only where something must go. */
  readonly spared: () => Promise<Spared>;
  /** The recording of this id is being written. */
  readonly isOpen: (id: string) => boolean;
  /** Files that one pass remembers. */
  readonly atOnce?: number;
}

/** Drops the oldest files until at most `maxBytes` remain, in whole blocks of the disk. In bytes: what it freed, and what is left. */
export async function retainFiles(
  paths: BlobPaths,
  { maxBytes, spared, isOpen, atOnce = AT_ONCE }: RetainOptions,
): Promise<{ readonly freed: number; readonly left: number }> {
  let total = 0;
  for await (const { bytes } of filesOf(paths)) total += bytes;
  if (total <= maxBytes) return { freed: 0, left: total };
  const kept = await spared();
  const mayGo = ({ kind, name }: KeptFile): boolean =>
    !kept[kind].has(name) && !(kind === 'recordings' && isOpen(name));
  let freed = 0;
  for (;;) {
    const oldest = await oldestOf(paths, mayGo, atOnce);
    const before = freed;
    for (const file of oldest) {
      if (total - freed <= maxBytes) break;
      // A session may have been taken up again, or the same content uploaded, since this was listed.
      if ((await timeOf(file.path)) === file.at && mayGo(file)) {
        await rm(file.path, { force: true });
        freed += file.bytes;
      }
    }
    if (total - freed <= maxBytes || oldest.length < atOnce || freed === before) return { freed, left: total - freed };
  }
}

async function oldestOf(
  paths: BlobPaths,
  mayGo: (file: KeptFile) => boolean,
  atOnce: number,
): Promise<readonly KeptFile[]> {
  let oldest: KeptFile[] = [];
  const trim = (): KeptFile[] => oldest.toSorted((a, b) => a.at - b.at).slice(0, atOnce);
  for await (const file of filesOf(paths)) {
    if (!mayGo(file)) continue;
    oldest.push(file);
    if (oldest.length >= 2 * atOnce) oldest = trim();
  }
  return trim();
}

async function* filesOf(paths: BlobPaths): AsyncGenerator<KeptFile> {
  for (const kind of ['blobs', 'recordings'] as const)
    for await (const path of filesIn(kind === 'blobs' ? paths.content : paths.recordings)) {
      const plain = path.endsWith(SEALED) ? path.slice(0, -SEALED.length) : path;
      const name = kind === 'blobs' ? basename(plain) : basename(plain).replace(/^r-/, '');
      // Nothing of ours is called otherwise.
      if ((kind === 'blobs' ? blobFile(paths, name) : recordingFile(paths, name)) !== plain) continue;
      const info = await stat(path).catch(missingIsUndefined);
      if (info === undefined) continue;
      yield { kind, name, path, bytes: Math.ceil(info.size / BLOCK_BYTES) * BLOCK_BYTES, at: info.mtimeMs };
    }
}

async function* filesIn(folder: string): AsyncGenerator<string> {
  for await (const entry of await opendir(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesIn(path);
    else if (entry.isFile()) yield path;
  }
}

async function timeOf(path: string): Promise<number | undefined> {
  return (await stat(path).catch(missingIsUndefined))?.mtimeMs;
}
