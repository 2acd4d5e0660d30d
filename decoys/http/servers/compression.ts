/** Compressed bodies, made once for each content: files and pages of the server are few and asked for again and again. */
import { gzipSync } from 'node:zlib';

/** What is packed while everybody waits. */
export const MAX_GZIP_BYTES = 1024 * 1024;
const MAX_KEPT = 256;
const MAX_KEPT_BYTES = 256 * 1024;
/** Pages, by what the server calls them. */
const pages = new Map<string, Buffer>();
/** Files that lie there for everybody: an attacker's are read anew each time, and so are in nobody else's way. */
const files = new WeakMap<Buffer, Buffer>();

/**
 * @param known what the content is known by: a page's name, or the file's own bytes, always packed at the same level; undefined where it is not worth
 * keeping
 */
export function gzipped(content: Buffer, level: number, known: string | Buffer | undefined): Buffer {
  const before = typeof known === 'string' ? pages.get(known) : known === undefined ? undefined : files.get(known);
  if (before !== undefined) return before;
  const bytes = gzipSync(content, { level });
  // What Debian's zlib writes for the system it ran on: Unix.
  bytes[9] = 3;
  if (content.length > MAX_KEPT_BYTES) return bytes;
  if (typeof known === 'string') {
    if (pages.size >= MAX_KEPT) pages.delete(pages.keys().next().value!);
    pages.set(known, bytes);
  } else if (known !== undefined) files.set(known, bytes);
  return bytes;
}
