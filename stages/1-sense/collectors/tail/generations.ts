/**
 * What is remembered of files across restarts. A file's generation is one life of its content: it outlives being renamed, copied and packed, and
 * ends where the file is cut or replaced. It is known by its inode and its first bytes, and has a name of its own (the epoch of its
 * events), given before the first of its records is sent.
 */
import { createHash } from 'node:crypto';
import { basename, dirname } from 'node:path';
import { z } from 'zod';
import { pack, tryUnpack } from '@netsentinel/kernel/pack';

export const HEAD_BYTES = 1024;
/** Fewer first bytes than this say too little to know a copy by them. */
const LEAST_HEAD = 24;
const MAX_GENERATIONS = 4096;
/** Where the file is gone. Long enough for a rotated one to be packed, and short enough to stay few. */
const FORGET_MS = 14 * 86_400_000;
const MAX_HEADER_CHARS = 4096;
const MAX_PACKED_BYTES = 1_000_000;

/** The hash of the first bytes of a file. */
export interface Head {
  readonly bytes: number;
  readonly hash: string;
}

export interface Generation {
  readonly epoch: string;
  /** Device and inode that hold it now. */
  inode: string;
  path: string;
  head: Head;
  /** Bytes whose records are on the platform's disk. */
  kept: number;
  format: string | undefined;
  headers: readonly string[];
  /** When the file was last there, milliseconds since the epoch. */
  seenAt: number;
  /** It ends where it was read to: the file was cut, replaced, or packed and read. */
  over: boolean;
}

const Packed = z.array(
  z.tuple([
    z.string().regex(/^[a-z0-9]{8,32}$/),
    z.string(),
    z.string(),
    z.number().int().positive(),
    z.string(),
    z.number().int().nonnegative(),
    z.string(),
    z.array(z.string()),
    z.number(),
    z.boolean(),
  ]),
);

export function headOf(begin: Uint8Array): Head {
  const bytes = Math.min(begin.length, HEAD_BYTES);
  return { bytes, hash: createHash('sha256').update(begin.subarray(0, bytes)).digest('base64').slice(0, 22) };
}

export function beginsWith(begin: Uint8Array, head: Head): boolean {
  return begin.length >= head.bytes && headOf(begin.subarray(0, head.bytes)).hash === head.hash;
}

export class Generations {
  readonly #byEpoch = new Map<string, Generation>();

  constructor(packed?: Uint8Array) {
    const read = packed === undefined ? undefined : Packed.safeParse(tryUnpack(packed));
    if (read?.success !== true) return;
    for (const [epoch, inode, path, bytes, hash, kept, format, headers, seenAt, over] of read.data)
      this.#byEpoch.set(epoch, {
        epoch,
        inode,
        path,
        head: { bytes, hash },
        kept,
        format: format === '' ? undefined : format,
        headers,
        seenAt,
        over,
      });
  }

  pack(): Uint8Array {
    const rows = (withHeaders: boolean) =>
      [...this.#byEpoch.values()].map((g) => [
        g.epoch,
        g.inode,
        g.path,
        g.head.bytes,
        g.head.hash,
        g.kept,
        g.format ?? '',
        withHeaders && g.headers.join('').length <= MAX_HEADER_CHARS ? g.headers : [],
        g.seenAt,
        g.over,
      ]);
    const packed = pack(rows(true));
    return packed.length <= MAX_PACKED_BYTES ? packed : pack(rows(false));
  }

  add(generation: Generation): void {
    this.#byEpoch.set(generation.epoch, generation);
  }

  all(): Iterable<Generation> {
    return this.#byEpoch.values();
  }

  /** The newest that this inode held. */
  ofInode(inode: string): Generation | undefined {
    let found: Generation | undefined;
    for (const one of this.#byEpoch.values()) if (one.inode === inode) found = one;
    return found;
  }

  /** The newest of which this file may be a copy, by its first bytes and its name. */
  copiedTo(path: string, begin: Uint8Array): Generation | undefined {
    let found: Generation | undefined;
    for (const one of this.#byEpoch.values())
      if (one.head.bytes >= LEAST_HEAD && areOneLog(one.path, path) && beginsWith(begin, one.head)) found = one;
    return found;
  }

  /** The newest of this path that is over: its successor most likely has its format. */
  formatOf(path: string): string | undefined {
    let found: string | undefined;
    for (const one of this.#byEpoch.values()) if (areOneLog(path, one.path)) found = one.format ?? found;
    return found;
  }

  /** Drops what has long been gone, and the longest gone beyond the bound. */
  forget(now: number): void {
    for (const { epoch, seenAt } of this.#byEpoch.values()) if (now - seenAt > FORGET_MS) this.#byEpoch.delete(epoch);
    const surplus = this.#byEpoch.size - MAX_GENERATIONS;
    if (surplus <= 0) return;
    const oldestFirst = [...this.#byEpoch.values()].toSorted((a, b) => a.seenAt - b.seenAt);
    for (const { epoch } of oldestFirst.slice(0, surplus)) this.#byEpoch.delete(epoch);
  }
}

/** Whether both are of one log: it and what rotation made of it, or two of those. */
function areOneLog(a: string, b: string): boolean {
  return dirname(a) === dirname(b) && stemOf(basename(a)) === stemOf(basename(b));
}

/** `auth.log` of `auth.log.2.gz`, of `auth.log-20261121` and of `auth-20261121.log`. */
function stemOf(name: string): string {
  return name
    .replace(/\.(gz|zst)$/, '')
    .replace(/[.-]\d[\d.-]*$/, '')
    .replace(/[.-]\d[\d.-]*(?=\.[a-z]+$)/, '');
}
