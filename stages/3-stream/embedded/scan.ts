/** Reads a segment frame by frame in large pieces, past any damage: what opening, index rebuilding and slow readers share. */
import { checkFrame, findMarker, frameCommit, NEED_MORE, NOT_A_FRAME } from './frame.ts';
import type { Disk } from './disk.ts';

export const CHUNK_BYTES = 1024 * 1024;

/** Bytes that are no frames, and what surrounds them: the commit of the next whole frame tells if they had been acknowledged. */
export interface Damage {
  readonly from: number;
  to: number;
  /** The commit of the first whole frame after it; undefined when nothing follows. */
  nextCommit: number | undefined;
  /** Behind the last of them that is not zero; `from` when nothing was ever written there. */
  written: number;
}

export interface ScanResult {
  readonly damage: readonly Damage[];
  /** The commit of the last whole frame; -1 for none. */
  readonly lastCommit: number;
  /** Where frames and damage end: before the zeros of a prepared file, if there are any. */
  readonly end: number;
}

/** Calls `visit` for every whole frame in `[from, size)` of the open file. */
export async function scanFrames(
  disk: Disk,
  file: number,
  from: number,
  size: number,
  marker: number,
  visit: (bytes: Buffer, at: number, length: number, position: number) => void,
): Promise<ScanResult> {
  const damage: Damage[] = [];
  let open: Damage | undefined;
  let lastCommit = -1;
  let position = from;
  let wanted = CHUNK_BYTES;
  while (position < size) {
    const bytes = await readExactly(disk, file, position, Math.min(wanted, size - position));
    if (bytes.length === 0) break;
    wanted = CHUNK_BYTES;
    const atEnd = position + bytes.length >= size;
    let at = 0;
    while (at < bytes.length) {
      let length = checkFrame(bytes, at, bytes.length, marker);
      if (length === NEED_MORE) {
        const claimed = bytes.length - at >= 12 ? bytes.readUInt32LE(at + 8) : 0;
        if (!atEnd && position + at + claimed <= size) {
          wanted = Math.max(CHUNK_BYTES, claimed);
          break;
        }
        length = NOT_A_FRAME;
      }
      if (length === NOT_A_FRAME) {
        if (open === undefined)
          damage.push((open = { from: position + at, to: size, nextCommit: undefined, written: position + at }));
        const next = findMarker(bytes, at + 1, bytes.length, marker);
        const to = atEnd && next + 4 > bytes.length ? bytes.length : next;
        const written = endOfWritten(bytes.subarray(at, to));
        if (written > 0) open.written = position + at + written;
        at = to;
        if (next + 4 > bytes.length) break;
        continue;
      }
      lastCommit = frameCommit(bytes, at);
      if (open !== undefined) {
        open.to = position + at;
        open.nextCommit = lastCommit;
        open = undefined;
      }
      visit(bytes, at, length, position + at);
      at += length;
    }
    position += at;
  }
  if (open === undefined) return { damage, lastCommit, end: size };
  // Behind the last frame: what a torn commit left, and the zeros of a prepared file.
  open.to = open.written;
  return { damage: damage.filter(({ from, to }) => from < to), lastCommit, end: open.to };
}

const ZEROS = Buffer.alloc(CHUNK_BYTES);

/** Behind the last byte that is not zero. */
function endOfWritten(bytes: Buffer): number {
  let end = bytes.length;
  for (let step = CHUNK_BYTES; step > 0; step = Math.floor(step / 16)) {
    while (end > 0) {
      const part = bytes.subarray(Math.max(0, end - step), end);
      if (!part.equals(ZEROS.subarray(0, part.length))) break;
      end -= part.length;
    }
  }
  return end;
}

/** Fewer bytes only at the end of the file. */
export async function readExactly(disk: Disk, file: number, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(length);
  let filled = 0;
  while (filled < length) {
    const got = await disk.read(
      file,
      filled === 0 ? bytes : bytes.subarray(filled),
      length - filled,
      position + filled,
    );
    if (got === 0) return bytes.subarray(0, filled);
    filled += got;
  }
  return bytes;
}
