/**
 * Log and event files as they lie around: plain, gzip or zstd by their first bytes and not their name, UTF-8 or UTF-16 (what PowerShell writes), `-` for the
 * standard input, folders with all that is below. Read as a stream: a file may be larger than memory.
 */
import { createReadStream, type Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, type Transform } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { NetSentinelError } from '@netsentinel/kernel/errors';

export interface InputFile {
  /** As the user named it, or found below the folder that the user named. */
  readonly path: string;
  /** On disk, for progress; 0 for the standard input. */
  readonly bytes: number;
}

/** What event files are called; of folders with other things in them, only these are read. */
export const EVENT_NAMES = /\.(json|jsonl|ndjson|log)(\.(gz|zst|zstd))?$/i;

/** For who tells by content what a file is. */
export const ANY_NAME = /(?:)/;

/**
 * The files behind the user's arguments, folders opened, in the order of the arguments and then of names.
 * @param names which files of a folder are meant; a file that is named itself always is
 */
export async function findInputFiles(paths: readonly string[], names: RegExp = EVENT_NAMES): Promise<InputFile[]> {
  const found: InputFile[] = [];
  for (const path of paths) {
    if (path === '-') {
      found.push({ path, bytes: 0 });
      continue;
    }
    const info = await statOf(path);
    if (!info.isDirectory()) {
      found.push({ path, bytes: info.size });
      continue;
    }
    const below = await filesBelow(path, names);
    if (below.length === 0) {
      throw new NetSentinelError('INPUT_NOT_FOUND', 'user', `no files to read in ${path}`, {
        hint: 'In a folder, files that end in .json, .jsonl, .ndjson or .log are meant, also with .gz or .zst; name others one by one.',
      });
    }
    found.push(...below);
  }
  return found;
}

async function filesBelow(folder: string, names: RegExp): Promise<InputFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && names.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
  return Promise.all(paths.map(async (path) => ({ path, bytes: (await stat(path)).size })));
}

async function statOf(path: string): Promise<Stats> {
  try {
    return await stat(path);
  } catch (cause) {
    throw new NetSentinelError('INPUT_NOT_FOUND', 'user', `cannot read ${path}`, {
      cause,
      hint: 'Check the path and its rights.',
    });
  }
}

/**
 * The file's bytes, decompressed and as UTF-8.
 * @param onRead called with the bytes read from disk so far
 * @throws NetSentinelError INPUT_BROKEN when the compressed data is damaged; what came before it has been handed on
 */
export async function* readInputFile(
  path: string,
  onRead: (bytes: number) => void = () => undefined,
): AsyncGenerator<Uint8Array> {
  const source = path === '-' ? process.stdin : createReadStream(path, { highWaterMark: 1 << 18 });
  let read = 0;
  const counted = async function* (): AsyncGenerator<Buffer> {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      onRead((read += chunk.length));
      yield chunk;
    }
  };
  try {
    yield* asUtf8(decompressed(counted()));
  } catch (cause) {
    throw new NetSentinelError('INPUT_BROKEN', 'user', `${path} cannot be read to its end: ${messageOf(cause)}`, {
      cause,
      hint: 'The file is damaged or cut short; what came before the damage was read.',
    });
  }
}

/**
 * What unpacks to more than so many times its size, from the first so many bytes on, is no log but somebody's trap: a zip bomb costs hours and says
 * nothing. Logs of one line over and over come to a hundred times.
 */
const MAX_RATIO = 250;
const BOMB_FROM_BYTES = 64 * 1024 * 1024;

type Unpack = (packed: Readable) => AsyncIterable<Buffer>;

/** By their first bytes. */
const PACKINGS: readonly { readonly magic: Buffer; readonly unpack: Unpack }[] = [
  { magic: Buffer.from([0x1f, 0x8b]), unpack: through(createGunzip) },
  { magic: Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), unpack: through(createZstdDecompress) },
  { magic: Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]), unpack: refuse('xz', 'unxz') },
  { magic: Buffer.from('BZh'), unpack: refuse('bzip2', 'bunzip2') },
];
const LONGEST_MAGIC = 6;

async function* decompressed(source: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const [begin, whole] = await peek(source, LONGEST_MAGIC);
  const packing = PACKINGS.find(({ magic }) => begin.subarray(0, magic.length).equals(magic));
  if (packing === undefined) {
    yield* whole;
    return;
  }
  let packed = 0;
  const counted = async function* (): AsyncGenerator<Buffer> {
    for await (const chunk of whole) {
      packed += chunk.length;
      yield chunk;
    }
  };
  let unpacked = 0;
  for await (const chunk of packing.unpack(Readable.from(counted()))) {
    unpacked += chunk.length;
    if (unpacked > BOMB_FROM_BYTES && unpacked > MAX_RATIO * packed)
      throw new Error(`it unpacks to more than ${MAX_RATIO} times its size, as no log does`);
    yield chunk;
  }
}

function through(createDecoder: () => Transform): Unpack {
  return (packed) => {
    const decoder = createDecoder();
    // An error of the source must reach the reader of the decoder, which `pipe` alone does not do.
    packed.on('error', (error) => decoder.destroy(error));
    return packed.pipe(decoder) as AsyncIterable<Buffer>;
  };
}

function refuse(name: string, unpack: string): Unpack {
  return () => {
    throw new Error(`it is packed with ${name}, which is not read; unpack it first (${unpack})`);
  };
}

async function* asUtf8(source: AsyncGenerator<Buffer>): AsyncGenerator<Uint8Array> {
  const [begin, whole] = await peek(source, 2);
  const mark = begin.length < 2 ? 0 : begin.readUInt16BE(0);
  if (mark !== 0xfffe && mark !== 0xfeff) {
    yield* whole;
    return;
  }
  const decoder = new TextDecoder(mark === 0xfffe ? 'utf-16le' : 'utf-16be');
  const encoder = new TextEncoder();
  for await (const chunk of whole) yield encoder.encode(decoder.decode(chunk, { stream: true }));
  yield encoder.encode(decoder.decode());
}

/** The first bytes, and the source with them still in front. */
async function peek(source: AsyncGenerator<Buffer>, bytes: number): Promise<[Buffer, AsyncGenerator<Buffer>]> {
  let begin = Buffer.alloc(0);
  while (begin.length < bytes) {
    const next = await source.next();
    if (next.done === true) break;
    begin = Buffer.concat([begin, next.value]);
  }
  return [
    begin,
    (async function* () {
      if (begin.length > 0) yield begin;
      yield* source;
    })(),
  ];
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
