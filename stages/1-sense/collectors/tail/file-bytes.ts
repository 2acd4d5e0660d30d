/** Bytes of a file at a place, plain or packed, without more of it in memory than one piece. */
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { HEAD_BYTES } from './generations.ts';

const CHUNK_BYTES = 64 * 1024;
const LINE_BACK_BYTES = 1024 * 1024;
const NEWLINE = 0x0a;

/** Up to `length` bytes from `at` on; fewer at the end of the file. */
export async function bytesAt(handle: FileHandle, at: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  let read = 0;
  while (read < length) {
    const { bytesRead } = await handle.read(buffer, read, length - read, at + read);
    if (bytesRead === 0) break;
    read += bytesRead;
  }
  return buffer.subarray(0, read);
}

/** The next piece from `at` on, as large as it is useful; empty at the end. */
export async function nextPiece(handle: FileHandle, at: number, sizeNow: number): Promise<Buffer> {
  const length = Math.min(CHUNK_BYTES, Math.max(4096, sizeNow - at));
  const buffer = Buffer.allocUnsafe(length);
  const { bytesRead } = await handle.read(buffer, 0, length, at);
  return buffer.subarray(0, bytesRead);
}

/** Where the line begins that `at` is in, as far back as 1 MiB; `at` itself where that is not found. */
export async function lineStart(handle: FileHandle, at: number): Promise<number> {
  const from = Math.max(0, at - LINE_BACK_BYTES);
  const before = await bytesAt(handle, from, at - from);
  const newline = before.lastIndexOf(NEWLINE);
  if (newline !== -1) return from + newline + 1;
  return from === 0 ? 0 : at;
}

/** Where the first line begins at `from` or after it; `to` where none does before that. */
export async function nextLine(handle: FileHandle, from: number, to: number): Promise<number> {
  if (from === 0) return 0;
  const bytes = await bytesAt(handle, from - 1, to - from + 1);
  const newline = bytes.indexOf(NEWLINE);
  return newline === -1 ? to : from + newline;
}

/**
 * How many NUL bytes stand at the begin: a program that goes on writing where it was, after its file was cut to nothing,
 * leaves a hole there.
 */
export async function leadingNuls(handle: FileHandle): Promise<number> {
  for (let at = 0; ;) {
    const piece = await bytesAt(handle, at, CHUNK_BYTES);
    const first = piece.findIndex((byte) => byte !== 0);
    if (first !== -1) return at + first;
    if (piece.length < CHUNK_BYTES) return at + piece.length;
    at += piece.length;
  }
}

export function isPacked(begin: Uint8Array): boolean {
  return packingOf(begin) !== undefined;
}

function packingOf(begin: Uint8Array): 'gzip' | 'zstd' | undefined {
  if (begin[0] === 0x1f && begin[1] === 0x8b) return 'gzip';
  return begin[0] === 0x28 && begin[1] === 0xb5 && begin[2] === 0x2f && begin[3] === 0xfd ? 'zstd' : undefined;
}

/** What a file holds, piece by piece. */
export async function* plainPieces(handle: FileHandle): AsyncGenerator<Buffer> {
  for (let at = 0; ;) {
    const piece = await bytesAt(handle, at, CHUNK_BYTES);
    if (piece.length === 0) return;
    at += piece.length;
    yield piece;
  }
}

/** What a packed file holds, piece by piece. Throws where it is damaged, or not yet written to its end. */
export async function* unpacked(handle: FileHandle): AsyncGenerator<Buffer> {
  const begin = await bytesAt(handle, 0, 4);
  const decoder = packingOf(begin) === 'zstd' ? createZstdDecompress() : createGunzip();
  const input = Readable.from(plainPieces(handle));
  input.on('error', (error) => decoder.destroy(error));
  try {
    for await (const piece of input.pipe(decoder)) yield piece as Buffer;
  } finally {
    input.destroy();
    decoder.destroy();
  }
}

/** The first bytes that a packed file holds. */
export async function unpackedHead(handle: FileHandle): Promise<Buffer> {
  let head = Buffer.alloc(0);
  for await (const piece of unpacked(handle)) {
    head = Buffer.concat([head, piece]);
    if (head.length >= HEAD_BYTES) break;
  }
  return head;
}
