/** TRANSACTION2 (MS-CIFS section 2.2.6): finding files, asking about them and their volume, changing them. */
import { directoryEntry, packEntries } from '../files/directory-info.ts';
import type { DiskOpen } from '../files/disk-open.ts';
import type { DiskTree } from '../files/disk-tree.ts';
import { FILE_CLASS, volumeInfo } from '../files/file-info.ts';
import { STATUS } from '../nt-status.ts';
import { LittleReader, LittleWriter } from '../wire.ts';
import { clean } from './smb1-files.ts';
import { type Numbered, type Smb1Context, type Smb1Open, type Smb1Search, shortAttributes } from './smb1-session.ts';
import type { Transaction, TransactionReply } from './smb1-transactions.ts';

const CODE = {
  findFirst: 1,
  findNext: 2,
  fsInfo: 3,
  setFsInfo: 4,
  pathInfo: 5,
  setPathInfo: 6,
  fileInfo: 7,
  setFileInfo: 8,
  mkdir: 13,
  dfs: 16,
} as const;
/** SMB1's levels and the classes that they are. */
const FIND_LEVELS: ReadonlyMap<number, number> = new Map([
  [0x101, 1],
  [0x102, 2],
  [0x103, 12],
  [0x104, 3],
  [0x105, 38],
  [0x106, 37],
]);
const QUERY_LEVELS: ReadonlyMap<number, number> = new Map([
  [0x101, FILE_CLASS.basic],
  [0x102, FILE_CLASS.standard],
  [0x103, FILE_CLASS.ea],
  [0x108, FILE_CLASS.alternateName],
  [0x109, FILE_CLASS.stream],
  [0x10b, FILE_CLASS.compression],
]);
const SET_LEVELS: ReadonlyMap<number, number> = new Map([
  [0x101, FILE_CLASS.basic],
  [0x102, FILE_CLASS.disposition],
  [0x103, FILE_CLASS.allocation],
  [0x104, FILE_CLASS.endOfFile],
]);
const PASS_THROUGH = 1000;
const STANDARD = 1;
const EPOCH = 116_444_736_000_000_000n;

export interface Trans2 {
  readonly transaction: Transaction;
  readonly context: Smb1Context;
  readonly searches: Numbered<Smb1Search>;
  readonly opens: Numbered<Smb1Open>;
  closeSearch(id: number): void;
}

export function transact2(call: Trans2): TransactionReply {
  const { tree } = call.context;
  const { code, parameters } = call.transaction;
  if (code === CODE.dfs) return { status: STATUS.NOT_FOUND };
  if (tree.kind !== 'disk') return { status: STATUS.ACCESS_DENIED };
  const reader = new LittleReader(parameters);
  switch (code) {
    case CODE.findFirst:
      return findFirst(call, tree, reader);
    case CODE.findNext:
      return findNext(call, reader);
    case CODE.fsInfo:
      return fsInfo(tree, reader.u16());
    case CODE.setFsInfo:
      return { status: STATUS.ACCESS_DENIED };
    case CODE.pathInfo: {
      const level = reader.u16();
      reader.u32();
      return byPath(call, tree, reader, (open) => query(open, level));
    }
    case CODE.fileInfo: {
      const open = openOf(call, reader.u16());
      return open === undefined ? { status: STATUS.INVALID_HANDLE } : query(open, reader.u16());
    }
    case CODE.setPathInfo: {
      const level = reader.u16();
      reader.u32();
      return byPath(call, tree, reader, (open) => change(open, level, call.transaction.data), 0x1_0116);
    }
    case CODE.setFileInfo: {
      const open = openOf(call, reader.u16());
      return open === undefined ? { status: STATUS.INVALID_HANDLE } : change(open, reader.u16(), call.transaction.data);
    }
    case CODE.mkdir: {
      reader.u32();
      const opened = tree.open({
        name: nameOf(call, reader),
        access: 0x80,
        attributes: 0,
        shareAccess: 7,
        disposition: 2,
        options: 1,
      });
      if (!opened.ok) return { status: opened.status };
      opened.open.close();
      return { status: STATUS.SUCCESS, parameters: Buffer.alloc(2) };
    }
    default:
      return { status: STATUS.NOT_SUPPORTED };
  }
}

function nameOf({ transaction }: Trans2, reader: LittleReader): string {
  const rest = reader.raw(reader.remaining);
  const text = transaction.request.header.unicode ? rest.toString('utf16le') : rest.toString('latin1');
  const end = text.indexOf('\0');
  return clean(end < 0 ? text : text.slice(0, end));
}

function findFirst(call: Trans2, tree: DiskTree, reader: LittleReader): TransactionReply {
  reader.u16();
  const [count, flags, level] = [reader.u16(), reader.u16(), reader.u16()];
  reader.u32();
  if (!reader.ok) return { status: STATUS.INVALID_PARAMETER };
  if (!FIND_LEVELS.has(level) && level !== STANDARD) return { status: STATUS.INVALID_INFO_CLASS };
  const name = nameOf(call, reader);
  const cut = name.lastIndexOf('\\');
  const folder = name.slice(0, Math.max(0, cut));
  const pattern = name.slice(cut + 1);
  const opened = tree.open({ name: folder, access: 0x1, attributes: 0, shareAccess: 7, disposition: 1, options: 1 });
  if (!opened.ok) {
    const isMissing = opened.status === STATUS.OBJECT_NAME_NOT_FOUND || opened.status === STATUS.NOT_A_DIRECTORY;
    return { status: isMissing ? STATUS.OBJECT_PATH_NOT_FOUND : opened.status };
  }
  tree.options.observe({ kind: 'list', path: opened.open.shareName });
  const names = opened.open.names(pattern === '' || pattern === '*.*' ? '*' : pattern) ?? [];
  const search: Smb1Search = { folder: opened.open, names, at: 0 };
  if (names.length === 0) {
    opened.open.close();
    return { status: STATUS.NO_SUCH_FILE };
  }
  const { data, found, offset } = some(search, level, count, call.transaction);
  const ended = search.at >= search.names.length;
  let id = 0;
  if ((ended && (flags & 2) !== 0) || (flags & 1) !== 0) opened.open.close();
  else {
    const added = call.searches.add(search);
    if (added === undefined) {
      opened.open.close();
      return { status: STATUS.INSUFFICIENT_RESOURCES };
    }
    id = added;
  }
  const out = new LittleWriter(10)
    .u16(id)
    .u16(found)
    .u16(ended ? 1 : 0)
    .u16(0)
    .u16(offset);
  return { status: STATUS.SUCCESS, parameters: out.done(), data };
}

function findNext(call: Trans2, reader: LittleReader): TransactionReply {
  const [id, count, level] = [reader.u16(), reader.u16(), reader.u16()];
  reader.u32();
  const flags = reader.u16();
  const search = call.searches.get(id);
  if (search === undefined) return { status: STATUS.INVALID_HANDLE };
  const from = nameOf(call, reader);
  // Clients that do not go on where they were say after which name.
  const known = (flags & 8) === 0 && from !== '' ? search.names.indexOf(from) : -1;
  if (known >= 0) search.at = known + 1;
  const { data, found, offset } = some(search, level, count, call.transaction);
  const ended = search.at >= search.names.length;
  if ((ended && (flags & 2) !== 0) || (flags & 1) !== 0) call.closeSearch(id);
  const out = new LittleWriter(8)
    .u16(found)
    .u16(ended ? 1 : 0)
    .u16(0)
    .u16(offset);
  if (found === 0) return { status: STATUS.NO_MORE_FILES };
  return { status: STATUS.SUCCESS, parameters: out.done(), data };
}

function some(search: Smb1Search, level: number, count: number, { maxData, request }: Transaction) {
  const rest = search.names.slice(search.at, search.at + Math.max(1, count));
  const room = Math.min(Math.max(maxData, 1024), 60_000);
  if (level === STANDARD) return old(search, rest, room, request.header.unicode);
  const entries = rest.map((name) => {
    const facts = search.folder.entry(name);
    return facts === undefined ? undefined : directoryEntry(FIND_LEVELS.get(level)!, facts);
  });
  const packed = packEntries(
    entries.filter((entry) => entry !== undefined),
    room,
  );
  search.at += packed.count;
  return { data: packed.bytes, found: packed.count, offset: lastEntry(packed.bytes) };
}

/** SMB_INFO_STANDARD: DOS dates and a name of one byte's length. */
function old(search: Smb1Search, names: readonly string[], room: number, unicode: boolean) {
  const out = new LittleWriter(1024);
  let found = 0;
  let offset = 0;
  for (const name of names) {
    const facts = search.folder.entry(name);
    const bytes = Buffer.from(`${name}\0`, unicode ? 'utf16le' : 'latin1');
    if (out.length + 28 + bytes.length > room) break;
    offset = out.length;
    search.at++;
    if (facts === undefined) continue;
    const date = dosDate(Number((facts.written - EPOCH) / 10_000_000n));
    out.u32(0).u32(date).u32(date).u32(date).u32(facts.size).u32(facts.allocation).u16(shortAttributes(facts));
    out.u8(bytes.length - (unicode ? 2 : 1)).raw(bytes);
    found++;
  }
  return { data: out.done(), found, offset };
}

function dosDate(seconds: number): number {
  const at = new Date(seconds * 1000);
  const date = ((at.getUTCFullYear() - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate();
  const time = (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1);
  return ((time << 16) | date) >>> 0;
}

function lastEntry(bytes: Buffer): number {
  let at = 0;
  while (at + 4 <= bytes.length && bytes.readUInt32LE(at) !== 0) at += bytes.readUInt32LE(at);
  return at;
}

function fsInfo(tree: DiskTree, level: number): TransactionReply {
  const { volume } = tree.options;
  if (level === 1) {
    const unit = volume.product === 'windows' ? 8 : 64;
    const units = (kb: number): number => Math.min(0xffff_ffff, Math.floor((kb * 2) / unit));
    const out = new LittleWriter(18).u32(0).u32(unit).u32(units(volume.totalKb)).u32(units(volume.freeKb)).u16(512);
    return { status: STATUS.SUCCESS, data: out.done() };
  }
  if (level === 2) {
    const label = Buffer.from(volume.label, 'utf16le');
    return {
      status: STATUS.SUCCESS,
      data: new LittleWriter(64).u32(volume.serial).u8(label.length).u8(0).raw(label).done(),
    };
  }
  const known =
    level >= PASS_THROUGH
      ? level - PASS_THROUGH
      : ({ 0x102: 1, 0x103: 3, 0x104: 4, 0x105: 5 } as Record<number, number>)[level];
  const data = known === undefined ? undefined : volumeInfo(known, volume);
  return data === undefined ? { status: STATUS.INVALID_INFO_CLASS } : { status: STATUS.SUCCESS, data };
}

function byPath(
  call: Trans2,
  tree: DiskTree,
  reader: LittleReader,
  then: (open: DiskOpen) => TransactionReply,
  access = 0x80,
): TransactionReply {
  const opened = tree.open({
    name: nameOf(call, reader),
    access,
    attributes: 0,
    shareAccess: 7,
    disposition: 1,
    options: 0,
  });
  if (!opened.ok) return { status: opened.status };
  const reply = then(opened.open);
  opened.open.close();
  return reply;
}

function openOf(call: Trans2, fid: number): DiskOpen | undefined {
  const open = call.opens.get(fid)?.open;
  return open?.kind === 'disk' ? open : undefined;
}

function query(open: DiskOpen, level: number): TransactionReply {
  const parameters = Buffer.alloc(2);
  const facts = open.facts();
  if (facts === undefined) return { status: STATUS.OBJECT_NAME_NOT_FOUND };
  let data: Buffer | undefined;
  if (level === 1 || level === 2) {
    const [created, accessed, written] = [facts.created, facts.accessed, facts.written].map((time) =>
      dosDate(Number((time - EPOCH) / 10_000_000n)),
    );
    const out = new LittleWriter(26)
      .u32(created!)
      .u32(accessed!)
      .u32(written!)
      .u32(facts.size)
      .u32(facts.allocation)
      .u16(shortAttributes(facts));
    data = level === 2 ? out.u32(0).done() : out.done();
  } else if (level === 0x104) data = named(`\\${open.shareName}`);
  else if (level === 0x107) {
    const parts = [
      open.info(FILE_CLASS.basic)!,
      open.info(FILE_CLASS.standard)!,
      Buffer.alloc(4),
      named(`\\${open.shareName}`),
    ];
    data = Buffer.concat(parts);
  } else data = open.info(level >= PASS_THROUGH ? level - PASS_THROUGH : (QUERY_LEVELS.get(level) ?? -1));
  return data === undefined ? { status: STATUS.INVALID_INFO_CLASS } : { status: STATUS.SUCCESS, parameters, data };
}

function named(name: string): Buffer {
  const bytes = Buffer.from(name, 'utf16le');
  return new LittleWriter(4 + bytes.length).u32(bytes.length).raw(bytes).done();
}

function change(open: DiskOpen, level: number, data: Buffer): TransactionReply {
  const parameters = Buffer.alloc(2);
  if (level === STANDARD || level === 2)
    return { status: open.tree.options.writable ? STATUS.SUCCESS : STATUS.ACCESS_DENIED, parameters };
  const known = level >= PASS_THROUGH ? level - PASS_THROUGH : SET_LEVELS.get(level);
  if (known === undefined) return { status: STATUS.INVALID_INFO_CLASS };
  return { status: open.setInfo(known, data), parameters };
}
