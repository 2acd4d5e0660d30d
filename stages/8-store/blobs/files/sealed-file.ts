/**
 * How a file is encrypted: AES-256-GCM (NIST SP 800-38D) in frames, so that one can be appended, and read from the middle, in little memory. Numbers are big-endian.
 *
 *     header   "NSSEAL1\n" (8), id of the data key (16 hexadecimal digits), salt (32 random bytes)
 *     frame    length of its plain bytes (4; 1 to 65,536), the same with every bit turned over (4), nonce (12 random bytes), ciphertext, tag (16)
 *     end      a frame of length 0, behind the last one of a file that is complete; a recording has none
 *
 * The file's own key: HKDF-SHA-256 of the data key, the salt and what kind of file this is (`DataKeys.derive`). Each tag also covers the header, the file's name where it
 * is known before its content, and how many plain bytes stand before the frame; that of the end covers what the content turned out to be called. So a frame that was
 * changed, moved, taken out or brought from elsewhere does not open, and no file opens under another's name. What is cut off at the end of a recording cannot be
 * told from what was never recorded.
 */
import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import type { DataKeys } from '@netsentinel/kernel/keyring';
import { decrypt, encrypt } from '@netsentinel/kernel/sealer';

const MAGIC = Buffer.from('NSSEAL1\n');
const ID_BYTES = 16;
const SALT_BYTES = 32;
export const HEADER_BYTES = MAGIC.length + ID_BYTES + SALT_BYTES;
export const MAX_FRAME = 65_536;
const PREFIX_BYTES = 8;
/** Length, its opposite, nonce and tag. */
export const OVERHEAD_BYTES = PREFIX_BYTES + 28;
/** One frame fits in. */
const WINDOW_BYTES = 2 * MAX_FRAME;

/** What a file is, for its key, and what it is called, for its tags. */
export interface SealedAs {
  readonly kind: 'blob' | 'recording';
  /** Empty where it is not known before the content. */
  readonly name: string;
  /** For errors. */
  readonly file: string;
}

/** Encrypts and decrypts the frames of one file. */
export class FileSeal {
  readonly header: Uint8Array;
  readonly #as: SealedAs;
  readonly #key: KeyObject;
  /** Header, offset and name: what a tag covers besides; a recording may have very many frames, and they share it. */
  readonly #aad: Buffer;

  private constructor(header: Uint8Array, key: Uint8Array, as: SealedAs) {
    this.header = header;
    this.#key = createSecretKey(key);
    this.#as = as;
    this.#aad = Buffer.concat([header, Buffer.alloc(8), Buffer.from(as.name)]);
  }

  /** Of a new file, with the active key. */
  static make(keys: DataKeys, as: SealedAs): FileSeal {
    return FileSeal.of(Buffer.concat([MAGIC, Buffer.from(keys.active), randomBytes(SALT_BYTES)]), keys, as);
  }

  /** Of the file that begins so. Throws `BLOB_DAMAGED`, or `BLOB_KEY_MISSING` where the keyring has no such key. */
  static of(header: Uint8Array, keys: DataKeys, as: SealedAs): FileSeal {
    const bytes = Buffer.from(header);
    if (bytes.length < HEADER_BYTES || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) throw damaged(as.file);
    const id = bytes.toString('latin1', MAGIC.length, MAGIC.length + ID_BYTES);
    const key = keys.derive(id, bytes.subarray(-SALT_BYTES), as.kind);
    if (key !== undefined) return new FileSeal(bytes, key, as);
    if (!/^[0-9a-f]{16}$/.test(id)) throw damaged(as.file);
    throw new NetSentinelError('BLOB_KEY_MISSING', 'operational', `${as.file} is encrypted with the key ${id}`, {
      hint: 'The keyring has no such key (`netsentinel keys list`): restore keys.json from a backup that is as new as this file.',
    });
  }

  /** @param offset how many plain bytes of the file come before these, of which there are at most `MAX_FRAME` */
  frame(plain: Uint8Array, offset: number): Uint8Array {
    return framed(plain.byteLength, encrypt(this.#key, plain, this.#covered(offset)));
  }

  /** Says that the file is complete, and what its content is called. */
  end(name: string, bytes: number): Uint8Array {
    return framed(0, encrypt(this.#key, new Uint8Array(0), this.#covered(bytes, name)));
  }

  /** @param hidden a frame's nonce, ciphertext and tag. Throws `BLOB_DAMAGED`. */
  open(hidden: Uint8Array, offset: number, endOf?: string): Uint8Array<ArrayBuffer> {
    const plain = decrypt(this.#key, hidden, this.#covered(offset, endOf));
    if (plain === undefined) throw damaged(this.#as.file);
    return plain;
  }

  #covered(offset: number, endOf?: string): Uint8Array {
    this.#aad.writeBigUInt64BE(BigInt(offset), HEADER_BYTES);
    return endOf === undefined ? this.#aad : Buffer.concat([this.#aad, Buffer.from(` end ${endOf}`)]);
  }
}

/** The seal of a file; undefined where not even its header was written. */
export async function sealOf(handle: FileHandle, keys: DataKeys, as: SealedAs): Promise<FileSeal | undefined> {
  const header = new Uint8Array(HEADER_BYTES);
  return (await readFully(handle, header, 0)) < HEADER_BYTES ? undefined : FileSeal.of(header, keys, as);
}

/** Frames that follow one another. */
export interface Frames {
  /** Their plain bytes, from the first that was asked for. */
  readonly plain: readonly Uint8Array<ArrayBuffer>[];
  /** Plain bytes up to their end, from the start of the file. */
  readonly offset: number;
  /** Where the next frame begins in the file. */
  readonly position: number;
}

/**
 * What a file holds from plain byte `from`, some frames at a time. Ends where no whole frame follows: whoever writes is in the middle of one, or was when it ended.
 * Throws `BLOB_DAMAGED`.
 */
export async function* readFrames(
  handle: FileHandle,
  seal: FileSeal,
  { file, from = 0 }: { readonly file: string; readonly from?: number },
): AsyncGenerator<Frames> {
  const window = Buffer.allocUnsafe(WINDOW_BYTES);
  let position = HEADER_BYTES;
  let offset = 0;
  for (;;) {
    const filled = await readFully(handle, window, position);
    const plain: Uint8Array<ArrayBuffer>[] = [];
    let used = 0;
    let isOver = false;
    while (filled - used >= PREFIX_BYTES) {
      const length = lengthAt(window, used, file);
      isOver = length === 0;
      if (isOver || filled - used < OVERHEAD_BYTES + length) break;
      if (offset + length > from) {
        const hidden = window.subarray(used + PREFIX_BYTES, used + OVERHEAD_BYTES + length);
        plain.push(seal.open(hidden, offset).subarray(Math.max(0, from - offset)));
      }
      offset += length;
      used += OVERHEAD_BYTES + length;
    }
    position += used;
    if (used > 0) yield { plain, offset, position };
    if (isOver || used === 0) return;
  }
}

/** How many plain bytes a complete file of this size has, in frames that are full but for the last. */
function plainBytes(size: number): number {
  const frames = size - HEADER_BYTES - OVERHEAD_BYTES;
  return Math.max(0, frames - Math.ceil(frames / (OVERHEAD_BYTES + MAX_FRAME)) * OVERHEAD_BYTES);
}

/** Throws `BLOB_DAMAGED` where the file is not complete, or its content is another's than this name's. Answers its plain bytes. */
export async function checkEnd(handle: FileHandle, seal: FileSeal, as: SealedAs & { endOf: string }): Promise<number> {
  const { size } = await handle.stat();
  const bytes = plainBytes(size);
  const end = new Uint8Array(OVERHEAD_BYTES);
  const position = size - OVERHEAD_BYTES;
  if (position < HEADER_BYTES || (await readFully(handle, end, position)) < OVERHEAD_BYTES) throw damaged(as.file);
  if (!Buffer.from(end.subarray(0, PREFIX_BYTES)).equals(prefixOf(0))) throw damaged(as.file);
  seal.open(end.subarray(PREFIX_BYTES), bytes, as.endOf);
  return bytes;
}

export function damaged(file: string): NetSentinelError {
  return new NetSentinelError(
    'BLOB_DAMAGED',
    'operational',
    `${file} was changed, cut short or put in another’s place`,
    {
      hint: 'Restore this file from a backup; nothing of it is shown as it is.',
    },
  );
}

/** 0 at the end. Where power failed, a file may go on with zeros that nobody wrote: it ends there too. Throws `BLOB_DAMAGED`. */
function lengthAt(window: Buffer, position: number, file: string): number {
  const length = window.readUInt32BE(position);
  const opposite = window.readUInt32BE(position + 4);
  if (length === 0 && opposite === 0) return 0;
  if (~length >>> 0 !== opposite || length > MAX_FRAME) throw damaged(file);
  return length;
}

function framed(length: number, hidden: Uint8Array): Uint8Array {
  return Buffer.concat([prefixOf(length), hidden]);
}

function prefixOf(length: number): Buffer {
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt32BE(length);
  prefix.writeUInt32BE(~length >>> 0, 4);
  return prefix;
}

/** Fills the buffer as far as the file goes; answers how far. */
async function readFully(handle: FileHandle, into: Uint8Array, position: number): Promise<number> {
  let filled = 0;
  while (filled < into.byteLength) {
    const { bytesRead } = await handle.read(into, filled, into.byteLength - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}
