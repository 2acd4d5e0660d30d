/** SMB1's commands on files and pipes: the NT ones that everybody uses, and the old ones that scripts still send. */
import { FILE_CLASS } from '../files/file-info.ts';
import type { DiskTree } from '../files/disk-tree.ts';
import { STATUS } from '../nt-status.ts';
import { LittleWriter } from '../wire.ts';
import type { Smb1Connection, Smb1Handled } from './smb1-connection.ts';
import { andX, SMB1, type Smb1Request, TextReader } from './smb1-message.ts';
import { type Smb1Context, type Smb1Open, shortAttributes } from './smb1-session.ts';

const EPOCH = 116_444_736_000_000_000n;

export class Smb1Files {
  readonly #connection: Smb1Connection;

  constructor(connection: Smb1Connection) {
    this.#connection = connection;
  }

  handle(request: Smb1Request): Smb1Handled {
    const context = this.#connection.context(request);
    if ('status' in context) return context;
    switch (request.command) {
      case SMB1.ntCreateAndX:
        return this.#ntCreate(request, context);
      case SMB1.openAndX:
        return this.#openAndX(request, context);
      case SMB1.close:
        return this.#close(request);
      case SMB1.flush:
        return { status: STATUS.SUCCESS };
      case SMB1.readAndX:
        return this.#read(request);
      case SMB1.writeAndX:
        return this.#write(request);
      case SMB1.lockingAndX:
        return { status: STATUS.SUCCESS, words: andX() };
      default:
        break;
    }
    if (context.tree.kind !== 'disk') return { status: STATUS.SMB_BAD_COMMAND };
    return this.#byName(request, context.tree);
  }

  #byName(request: Smb1Request, tree: DiskTree): Smb1Handled {
    const name = this.#name(request, 1);
    switch (request.command) {
      case SMB1.createDirectory:
        return this.#once(tree, name, { access: 0x80, disposition: 2, options: 1 });
      case SMB1.deleteDirectory:
        return this.#remove(tree, name, 1);
      case SMB1.delete:
        return this.#delete(tree, name);
      case SMB1.rename: {
        const text = new TextReader(request, 1);
        const from = text.next();
        text.at++;
        return this.#rename(tree, clean(from), clean(text.next()));
      }
      case SMB1.checkDirectory: {
        const located = tree.locate(name);
        if (!located.ok) return { status: located.status };
        const { stat } = located.place;
        if (stat === undefined) return { status: STATUS.OBJECT_NAME_NOT_FOUND };
        return { status: stat.type === 'directory' ? STATUS.SUCCESS : STATUS.NOT_A_DIRECTORY };
      }
      case SMB1.queryInformation: {
        const located = tree.locate(name);
        if (!located.ok) return { status: located.status };
        const { stat, path, name: own } = located.place;
        if (stat === undefined) return { status: STATUS.OBJECT_NAME_NOT_FOUND };
        const facts = tree.facts(own, path, stat);
        const seconds = Number((facts.written - EPOCH) / 10_000_000n);
        return {
          status: STATUS.SUCCESS,
          words: new LittleWriter(20).u16(shortAttributes(facts)).u32(seconds).u32(facts.size).zeros(10).done(),
        };
      }
      case SMB1.setInformation:
        return { status: tree.options.writable ? STATUS.SUCCESS : STATUS.ACCESS_DENIED };
      case SMB1.queryInformationDisk: {
        const { totalKb, freeKb } = tree.options.volume;
        const unit = 64;
        const words = new LittleWriter(10)
          .u16(Math.min(0xffff, Math.floor(totalKb / unit)))
          .u16(unit * 2)
          .u16(512);
        return {
          status: STATUS.SUCCESS,
          words: words
            .u16(Math.min(0xffff, Math.floor(freeKb / unit)))
            .u16(0)
            .done(),
        };
      }
      default:
        return { status: STATUS.SMB_BAD_COMMAND };
    }
  }

  #ntCreate(request: Smb1Request, { tree, account }: Smb1Context): Smb1Handled {
    const { words } = request;
    if (request.wordCount !== 24) return { status: STATUS.INVALID_SMB };
    words.skip(5);
    words.u16();
    const flags = words.u32();
    const root = words.u32();
    const access = words.u32();
    words.skip(8);
    const [attributes, shareAccess, disposition, options] = [words.u32(), words.u32(), words.u32(), words.u32()];
    if (root !== 0 && this.#connection.opens.get(root) === undefined) return { status: STATUS.INVALID_HANDLE };
    const name = clean(new TextReader(request).next());
    if (tree.kind === 'pipe') {
      const opened = this.#connection.client.openPipe(name.replace(/^pipe\\/i, ''), account);
      if (!opened.ok) return { status: opened.status };
      const fid = this.#connection.opens.add({ open: opened.open, tid: request.header.tid });
      if (fid === undefined) return { status: STATUS.INSUFFICIENT_RESOURCES };
      const out = new LittleWriter(68).u16(0xff).u16(0).u8(0).u16(fid).u32(1).zeros(32).u32(0x80);
      return { status: STATUS.SUCCESS, words: out.u64(4096).u64(0).u16(2).u16(0x05ff).u8(0).done() };
    }
    const opened = tree.open({ name, access, attributes, shareAccess, disposition, options });
    if (!opened.ok) return { status: opened.status };
    const facts = opened.open.facts();
    const fid = this.#connection.opens.add({ open: opened.open, tid: request.header.tid });
    if (fid === undefined || facts === undefined) return { status: STATUS.INSUFFICIENT_RESOURCES };
    const out = new LittleWriter(100).u16(0xff).u16(0).u8(0).u16(fid).u32(opened.action);
    out.u64(facts.created).u64(facts.accessed).u64(facts.written).u64(facts.changed).u32(facts.attributes);
    out
      .u64(facts.allocation)
      .u64(facts.size)
      .u16(0)
      .u16(7)
      .u8(facts.isFolder ? 1 : 0);
    if ((flags & 0x10) !== 0) out.zeros(16).u64(facts.id).u32(tree.maximalAccess).u32(tree.maximalAccess);
    return { status: STATUS.SUCCESS, words: out.done() };
  }

  #openAndX(request: Smb1Request, { tree, account }: Smb1Context): Smb1Handled {
    const { words } = request;
    words.skip(6);
    const mode = words.u16();
    words.skip(8);
    const how = words.u16();
    const name = clean(new TextReader(request).next());
    if (tree.kind === 'pipe') {
      const opened = this.#connection.client.openPipe(name.replace(/^pipe\\/i, ''), account);
      if (!opened.ok) return { status: opened.status };
      const fid = this.#connection.opens.add({ open: opened.open, tid: request.header.tid }) ?? 0;
      return {
        status: STATUS.SUCCESS,
        words: new LittleWriter(30)
          .u16(0xff)
          .u16(0)
          .u16(fid)
          .u16(0)
          .u32(0)
          .u32(0)
          .u16(2)
          .u16(2)
          .u16(0x05ff)
          .u16(1)
          .u32(0)
          .u16(0)
          .done(),
      };
    }
    const access = [0x0012_0089, 0x0012_0116, 0x0012_019f, 0x0012_00a9][mode & 3]!;
    const creates = (how & 0x10) !== 0;
    const disposition = (how & 3) === 1 ? (creates ? 3 : 1) : (how & 3) === 2 ? (creates ? 5 : 4) : 2;
    const opened = tree.open({ name, access, attributes: 0x20, shareAccess: 7, disposition, options: 0x40 });
    if (!opened.ok) return { status: opened.status };
    const facts = opened.open.facts();
    const fid = this.#connection.opens.add({ open: opened.open, tid: request.header.tid });
    if (fid === undefined || facts === undefined) return { status: STATUS.INSUFFICIENT_RESOURCES };
    const seconds = Number((facts.written - EPOCH) / 10_000_000n);
    const out = new LittleWriter(30).u16(0xff).u16(0).u16(fid).u16(shortAttributes(facts)).u32(seconds).u32(facts.size);
    return {
      status: STATUS.SUCCESS,
      words: out
        .u16(mode & 3)
        .u16(0)
        .u16(0)
        .u16(opened.action)
        .u32(0)
        .u16(0)
        .done(),
    };
  }

  #close(request: Smb1Request): Smb1Handled {
    const fid = request.words.u16();
    const found = this.#connection.opens.get(fid);
    if (found === undefined) return { status: STATUS.INVALID_HANDLE };
    this.#connection.opens.delete(fid);
    if (found.open.kind === 'disk') found.open.close();
    return { status: STATUS.SUCCESS };
  }

  #read(request: Smb1Request): Smb1Handled {
    const { words, wordCount } = request;
    words.skip(4);
    const found = this.#find(words.u16());
    const low = words.u32();
    const maximum = words.u16();
    words.u16();
    const high = words.u32();
    words.u16();
    const offset = BigInt(low) | (wordCount === 12 ? BigInt(words.u32()) << 32n : 0n);
    if (found === undefined) return { status: STATUS.INVALID_HANDLE };
    const length = Math.min(maximum | (high === 0xffff_ffff ? 0 : (high & 0xffff) << 16), 128 * 1024);
    const read =
      found.open.kind === 'disk'
        ? found.open.read(offset, length)
        : (found.open.read(length) ?? { status: STATUS.PIPE_DISCONNECTED, data: Buffer.alloc(0) });
    const ends = read.status === STATUS.END_OF_FILE;
    if (read.status !== STATUS.SUCCESS && read.status !== STATUS.BUFFER_OVERFLOW && !ends)
      return { status: read.status };
    const { data } = read;
    const at = 32 + 1 + 24 + 2 + 1;
    const out = new LittleWriter(24)
      .u16(0xff)
      .u16(0)
      .u16(0xffff)
      .u16(0)
      .u16(0)
      .u16(data.length & 0xffff)
      .u16(at);
    out.u16(data.length >>> 16).zeros(8);
    return {
      status: ends ? STATUS.SUCCESS : read.status,
      words: out.done(),
      bytes: Buffer.concat([Buffer.alloc(1), data]),
    };
  }

  #write(request: Smb1Request): Smb1Handled {
    const { words, wordCount, message } = request;
    words.skip(4);
    const found = this.#find(words.u16());
    const low = words.u32();
    words.skip(8);
    const [high, length, at] = [words.u16(), words.u16(), words.u16()];
    const offset = BigInt(low) | (wordCount === 14 ? BigInt(words.u32()) << 32n : 0n);
    if (found === undefined) return { status: STATUS.INVALID_HANDLE };
    const size = length | (high << 16);
    if (at + size > message.length) return { status: STATUS.INVALID_PARAMETER };
    let data = message.subarray(at, at + size);
    // A message to a pipe that begins here has its length before it.
    if (found.open.kind === 'pipe' && (request.words.bytes.readUInt16LE(14) & 12) === 12 && data.length > 2)
      data = data.subarray(2);
    const status = found.open.kind === 'disk' ? found.open.write(offset, data) : found.open.write(data);
    if (status !== STATUS.SUCCESS) return { status };
    return { status, words: andX(size & 0xffff, 0, size >>> 16, 0) };
  }

  #find(fid: number): Smb1Open | undefined {
    return this.#connection.opens.get(fid);
  }

  #name(request: Smb1Request, at: number): string {
    return clean(new TextReader(request, at).next());
  }

  #once(tree: DiskTree, name: string, how: { access: number; disposition: number; options: number }): Smb1Handled {
    const opened = tree.open({ name, attributes: 0x20, shareAccess: 7, ...how });
    if (opened.ok) opened.open.close();
    return { status: opened.ok ? STATUS.SUCCESS : opened.status };
  }

  #remove(tree: DiskTree, name: string, options: number): Smb1Handled {
    const opened = tree.open({ name, access: 0x1_0080, attributes: 0, shareAccess: 7, disposition: 1, options });
    if (!opened.ok) return { status: opened.status };
    const status = opened.open.setInfo(FILE_CLASS.disposition, Buffer.of(1));
    opened.open.close();
    return { status };
  }

  /** One file, or all that fit a pattern. */
  #delete(tree: DiskTree, name: string): Smb1Handled {
    const cut = name.lastIndexOf('\\');
    const [folder, pattern] = [name.slice(0, Math.max(0, cut)), name.slice(cut + 1)];
    if (!/[*?]/.test(pattern)) return this.#remove(tree, name, 0x40);
    const opened = tree.open({ name: folder, access: 0x1, attributes: 0, shareAccess: 7, disposition: 1, options: 1 });
    if (!opened.ok) return { status: opened.status };
    const names = opened.open.names(pattern === '*.*' ? '*' : pattern) ?? [];
    opened.open.close();
    let removed = 0;
    for (const entry of names) {
      const result = this.#remove(tree, folder === '' ? entry : `${folder}\\${entry}`, 0x40);
      if (result !== 'none' && result.status === STATUS.SUCCESS) removed++;
    }
    return { status: removed === 0 ? STATUS.NO_SUCH_FILE : STATUS.SUCCESS };
  }

  #rename(tree: DiskTree, from: string, to: string): Smb1Handled {
    const opened = tree.open({
      name: from,
      access: 0x1_0080,
      attributes: 0,
      shareAccess: 7,
      disposition: 1,
      options: 0,
    });
    if (!opened.ok) return { status: opened.status };
    const status = opened.open.renameTo(to, false);
    opened.open.close();
    return { status };
  }
}

/** From the root of the share, without the backslash that SMB1 begins with. */
export function clean(name: string): string {
  return name.replace(/^\\+/, '').replace(/\\+$/, '');
}
