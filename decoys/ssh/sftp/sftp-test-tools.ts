/** For the tests of SFTP and SCP: an empty machine's file system, and requests and answers in a readable form. */
import type { Clock } from '@netsentinel/contracts/clock';
import { BaseTree, TYPE_FOLDER, type SeedEntry } from '../../shell/fs/base-tree.ts';
import { OverlayFileSystem } from '../../shell/fs/overlay-fs.ts';
import type { FileSystem, FsUser } from '../../shell/shell.types.ts';
import { WireReader, WireWriter } from '../wire.ts';
import { writeU64 } from './sftp-attributes.ts';

export const ROOT: FsUser = { uid: 0, gid: 0, groups: [0] };

/** A file system with these folders and nothing else. */
export function emptyFileSystem(clock: Clock, folders: readonly string[]): FileSystem {
  const folder = (name: string): SeedEntry => ({
    name,
    mode: TYPE_FOLDER | 0o755,
    uid: 0,
    gid: 0,
    size: 4096,
    mtime: Math.floor(clock.now() / 1000),
    target: '',
  });
  const root = folder('');
  for (const path of folders) {
    let at = root;
    for (const name of path.split('/').filter((part) => part !== '')) {
      at.children ??= new Map();
      const next = at.children.get(name) ?? folder(name);
      at.children.set(name, next);
      at = next;
    }
  }
  return new OverlayFileSystem(new BaseTree(root), () => new Uint8Array(0), clock);
}

export type Part = string | Uint8Array | { readonly u32: number } | { readonly u64: bigint };

/** One message with its length: strings and bytes as SSH strings, numbers as they say. */
export function message(type: number, ...parts: readonly Part[]): Buffer {
  const writer = new WireWriter().u32(0).u8(type);
  for (const part of parts) {
    if (typeof part === 'string' || part instanceof Uint8Array) writer.string(part);
    else if ('u32' in part) writer.u32(part.u32);
    else writeU64(writer, part.u64);
  }
  const bytes = writer.copy();
  bytes.writeUInt32BE(bytes.length - 4, 0);
  return bytes;
}

/** Cuts a byte stream into messages, without their lengths. */
export function splitMessages(bytes: Buffer): Buffer[] {
  const messages: Buffer[] = [];
  for (let at = 0; at + 4 <= bytes.length;) {
    const end = at + 4 + bytes.readUInt32BE(at);
    if (end > bytes.length) break;
    messages.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return messages;
}

/** An answer as text: `STATUS 2 No such file`, `HANDLE 0`, `ATTRS 100644 0:0 6 now`. Times within the last hour read `now`. */
export function describe(answer: Buffer, nowS: number): string {
  const reader = new WireReader(answer);
  const type = reader.u8();
  const time = (value: number): string => (Math.abs(nowS - value) < 3600 ? 'now' : String(value));
  const attributes = (): string => {
    if (reader.u32() === 0) return 'none';
    const size = reader.raw(8).readBigUInt64BE();
    const owner = `${reader.u32()}:${reader.u32()}`;
    const mode = reader.u32();
    const shown = (mode & 0o170000) === 0o040000 ? 'folder' : String(size);
    // When something was read last depends on how its disk is mounted.
    reader.u32();
    return `${mode.toString(8)} ${owner} ${shown} ${time(reader.u32())}`;
  };
  if (type === 2) {
    const words = [`VERSION ${reader.u32()}`];
    while (reader.remaining > 0) words.push(`${reader.text()}=${reader.text()}`);
    return words.join(' ');
  }
  const id = reader.u32();
  const tail = ((): string => {
    switch (type) {
      case 101:
        return `STATUS ${reader.u32()} ${reader.text()} (${reader.text()})`;
      case 102:
        return `HANDLE ${reader.string().toString('hex')}`;
      case 103:
        return `DATA ${reader.text()}`;
      case 104: {
        const names: string[] = [];
        const count = reader.u32();
        for (let i = 0; i < count; i++) {
          const name = reader.text();
          // Sizes and times of folders are the file system's business.
          const long = reader.text().replace(/^(d.{31}) +\d+ .{12} /, '$1 … ');
          names.push(`[${name} | ${long} | ${attributes()}]`);
        }
        return `NAME ${names.sort().join('')}`;
      }
      case 105:
        return `ATTRS ${attributes()}`;
      default:
        return `${type} ${reader.raw(reader.remaining).toString('hex')}`;
    }
  })();
  return `${id} ${tail}${reader.done ? '' : ' malformed'}`;
}
