/** What SMB2 clients do with files and pipes: open, read, write, list, ask, change, close (MS-SMB2 sections 3.3.5.9 to 3.3.5.21). */
import { unixDescriptor, windowsDescriptor } from '../files/security-descriptor.ts';
import type { DiskOpen } from '../files/disk-open.ts';
import type { DiskHost } from '../files/disk.types.ts';
import { volumeInfo } from '../files/file-info.ts';
import { STATUS } from '../nt-status.ts';
import { sidOfUid } from '../rpc/accounts.ts';
import { MAX_OPENS } from '../smb-client.ts';
import { LittleWriter } from '../wire.ts';
import { createContexts, readContexts } from './smb2-create-contexts.ts';
import { type Handled, PENDING_BODY, type PendingReply, type Request, type Smb2Peer } from './smb2.types.ts';
import { COMMAND, failed, HEADER_BYTES, replied, type Smb2Header } from './smb2-header.ts';
import { ioctl } from './smb2-ioctl.ts';
import { MAX_TRANSFER } from './smb2-negotiate.ts';
import type { Smb2Open } from './smb2-session.ts';

const RELATED_ID = 0xffff_ffff_ffff_ffffn;
const MAX_PENDING = 64;
const FOUR = Buffer.from('04000000', 'hex');

interface Pending {
  readonly header: Smb2Header;
  readonly asyncId: bigint;
  readonly open: Smb2Open;
  /** Asks again whether there is an answer by now. */
  readonly retry: (() => Handled | undefined) | undefined;
}

export class Smb2Files {
  readonly #connection: Smb2Peer;
  readonly #pending = new Set<Pending>();
  #nextId = 1n;
  #nextAsync = 1n;

  constructor(connection: Smb2Peer) {
    this.#connection = connection;
  }

  handle(request: Request): Handled {
    switch (request.header.command) {
      case COMMAND.create:
        return this.#create(request);
      case COMMAND.close:
        return this.#close(request);
      case COMMAND.flush:
        return this.#withFile(request, 24, 4, () => replied(FOUR));
      case COMMAND.read:
        return this.#read(request);
      case COMMAND.write:
        return this.#write(request);
      case COMMAND.lock:
        return this.#withFile(request, 48, 8, ({ open }) =>
          open.kind === 'disk' ? replied(FOUR) : failed(STATUS.INVALID_DEVICE_REQUEST),
        );
      case COMMAND.ioctl:
        return ioctl(request, this.#connection, (id) => this.#find(request, id));
      case COMMAND.queryDirectory:
        return this.#queryDirectory(request);
      case COMMAND.changeNotify:
        return this.#withFile(request, 32, 8, (found) =>
          found.open.kind === 'disk' && found.open.isFolder
            ? this.#later(request, found, undefined)
            : failed(STATUS.INVALID_PARAMETER),
        );
      case COMMAND.queryInfo:
        return this.#queryInfo(request);
      case COMMAND.setInfo:
        return this.#setInfo(request);
      default:
        return failed(STATUS.INVALID_PARAMETER);
    }
  }

  cancel(header: Smb2Header): void {
    for (const pending of this.#pending) {
      const isMeant =
        (header.flags & 2) !== 0 ? pending.asyncId === header.asyncId : pending.header.messageId === header.messageId;
      if (!isMeant) continue;
      this.#pending.delete(pending);
      this.#connection.answerLater(pending.header, pending.asyncId, failed(STATUS.CANCELLED));
    }
  }

  #create(request: Request): Handled {
    const { body, session, tree, header, message } = request;
    const size = body.u16();
    body.skip(22);
    const [access, attributes, shareAccess, disposition, options] = [
      body.u32(),
      body.u32(),
      body.u32(),
      body.u32(),
      body.u32(),
    ];
    const [nameAt, nameLength, contextsAt, contextsLength] = [body.u16(), body.u16(), body.u32(), body.u32()];
    const nameBytes = body.slice(nameAt, nameLength);
    if (!body.ok || size !== 57 || nameBytes === undefined || nameLength % 2 !== 0)
      return failed(STATUS.INVALID_PARAMETER);
    if (session.opens.size >= MAX_OPENS) return failed(STATUS.INSUFFICIENT_RESOURCES);
    const name = nameBytes.toString('utf16le');
    const contexts = readContexts(message, contextsAt, contextsLength);
    if (contexts === undefined || contexts.get('ExtA')?.length === 0) return failed(STATUS.INVALID_PARAMETER);
    const id = this.#nextId++;
    const persistent = (session.id & 0xffff_ffffn) | (id << 32n);
    if (tree.tree.kind === 'pipe') {
      if (tree.tree.share.kind === 'printer') return failed(STATUS.ACCESS_DENIED);
      const opened = this.#connection.client.openPipe(name, session.account!);
      if (!opened.ok) return failed(opened.status);
      this.#add(request, { open: opened.open, tree, persistent, volatile: id });
      const out = new LittleWriter(96)
        .u16(89)
        .u8(0)
        .u8(0)
        .u32(1)
        .zeros(32)
        .u64(this.#connection.client.identity.product.family === 'samba' ? 0 : 4096)
        .u64(0)
        .u32(0x80)
        .u32(0);
      return replied(out.u64(persistent).u64(id).u32(0).u32(0).done());
    }
    const opened = tree.tree.open({ name, access, attributes, shareAccess, disposition, options });
    if (!opened.ok) return failed(opened.status);
    const { open, action } = opened;
    const facts = open.facts();
    if (facts === undefined) return failed(STATUS.OBJECT_NAME_NOT_FOUND);
    this.#add(request, { open, tree, persistent, volatile: id });
    void header;
    const answers = createContexts(contexts, tree.tree, facts, open);
    const out = new LittleWriter(160).u16(89).u8(0).u8(0).u32(action);
    out.u64(facts.created).u64(facts.accessed).u64(facts.written).u64(facts.changed);
    out.u64(facts.allocation).u64(facts.size).u32(facts.attributes).u32(0).u64(persistent).u64(id);
    out
      .u32(answers.length === 0 ? 0 : HEADER_BYTES + 88)
      .u32(answers.length)
      .raw(answers);
    return replied(out.done());
  }

  #add(request: Request, open: Smb2Open): void {
    request.session.opens.set(open.volatile, open);
    request.chained.fileId = [open.persistent, open.volatile];
  }

  #close(request: Request): Handled {
    const { body, session } = request;
    const [size, flags] = [body.u16(), body.u16()];
    body.u32();
    const found = this.#find(request, [body.u64(), body.u64()]);
    if (!body.ok || size !== 24) return failed(STATUS.INVALID_PARAMETER);
    if (found === undefined) return failed(STATUS.FILE_CLOSED);
    for (const pending of this.#pending) {
      if (pending.open !== found) continue;
      this.#pending.delete(pending);
      const status = found.open.kind === 'disk' ? STATUS.NOTIFY_CLEANUP : STATUS.CANCELLED;
      const answer = status === STATUS.NOTIFY_CLEANUP ? replied(EMPTY_NOTIFY, status) : failed(status);
      this.#connection.answerNext(pending.header, pending.asyncId, answer);
    }
    const facts = (flags & 1) !== 0 && found.open.kind === 'disk' ? found.open.facts() : undefined;
    session.opens.delete(found.volatile);
    if (found.open.kind === 'disk') found.open.close();
    const out = new LittleWriter(60)
      .u16(60)
      .u16(facts === undefined ? 0 : 1)
      .u32(0);
    if (facts === undefined) return replied(out.zeros(52).done());
    out.u64(facts.created).u64(facts.accessed).u64(facts.written).u64(facts.changed);
    return replied(out.u64(facts.allocation).u64(facts.size).u32(facts.attributes).done());
  }

  #read(request: Request): Handled {
    const { body } = request;
    const size = body.u16();
    body.skip(2);
    const length = body.u32();
    const offset = body.u64();
    const found = this.#find(request, [body.u64(), body.u64()]);
    const minimum = body.u32();
    if (!body.ok || size !== 49) return failed(STATUS.INVALID_PARAMETER);
    if (found === undefined) return failed(STATUS.FILE_CLOSED);
    if (length > MAX_TRANSFER) return failed(STATUS.INVALID_PARAMETER);
    const { open } = found;
    if (open.kind === 'disk') {
      const { status, data } = open.read(offset, length, minimum);
      return status === STATUS.SUCCESS ? readReply(data) : failed(status);
    }
    const answer = (): Handled | undefined => {
      const read = open.read(length);
      return read === undefined ? undefined : readReply(read.data, read.status);
    };
    if (open.broken) return failed(STATUS.PIPE_DISCONNECTED);
    return answer() ?? this.#later(request, found, answer);
  }

  #write(request: Request): Handled {
    const { body } = request;
    const [size, dataAt, length] = [body.u16(), body.u16(), body.u32()];
    const offset = body.u64();
    const found = this.#find(request, [body.u64(), body.u64()]);
    const data = body.slice(dataAt, length);
    if (!body.ok || size !== 49 || data === undefined || length > MAX_TRANSFER) return failed(STATUS.INVALID_PARAMETER);
    if (found === undefined) return failed(STATUS.FILE_CLOSED);
    const status = found.open.kind === 'disk' ? found.open.write(offset, data) : found.open.write(data);
    if (status !== STATUS.SUCCESS) return failed(status);
    this.#retry(found);
    return replied(new LittleWriter(16).u16(17).u16(0).u32(length).u32(0).u32(0).done());
  }

  #queryDirectory(request: Request): Handled {
    const { body } = request;
    const [size, level, flags] = [body.u16(), body.u8(), body.u8()];
    body.u32();
    const found = this.#find(request, [body.u64(), body.u64()]);
    const [nameAt, nameLength, room] = [body.u16(), body.u16(), body.u32()];
    const pattern = body.slice(nameAt, nameLength);
    if (!body.ok || size !== 33 || pattern === undefined) return failed(STATUS.INVALID_PARAMETER);
    if (found === undefined) return failed(STATUS.FILE_CLOSED);
    if (room > MAX_TRANSFER) return failed(STATUS.INVALID_PARAMETER);
    if (found.open.kind !== 'disk') return failed(STATUS.INVALID_PARAMETER);
    const text = pattern.toString('utf16le');
    if (text === '') return failed(STATUS.INVALID_PARAMETER);
    const options = { restart: (flags & 0x11) !== 0, single: (flags & 2) !== 0, room: Math.min(room, 256 * 1024) };
    const { status, data } = found.open.list(level, text, options);
    return status === STATUS.SUCCESS ? bufferReply(data) : failed(status);
  }

  #queryInfo(request: Request): Handled {
    const { body } = request;
    const [size, type, level, room] = [body.u16(), body.u8(), body.u8(), body.u32()];
    body.skip(8);
    const additional = body.u32();
    body.skip(4);
    const found = this.#find(request, [body.u64(), body.u64()]);
    if (!body.ok || size !== 41) return failed(STATUS.INVALID_PARAMETER);
    if (found === undefined) return failed(STATUS.FILE_CLOSED);
    const { open } = found;
    if (open.kind !== 'disk')
      return pipeInfo(type, level, open.name, room, this.#connection.client.identity.product.family);
    const tree = open.tree;
    let data: Buffer | undefined;
    if (type === 1) data = open.info(level);
    else if (type === 2) data = volumeInfo(level, tree.options.volume);
    else if (type === 3) data = this.#descriptor(open, tree, additional);
    else return failed(type === 4 ? STATUS.NOT_SUPPORTED : STATUS.INVALID_PARAMETER);
    if (data === undefined) return failed(unknownLevel(type, level, tree.options.volume.product));
    if (data.length <= room) return bufferReply(data);
    if (type === 3) {
      const needed = new LittleWriter(12).u16(9).u16(0).u32(4).u32(data.length);
      return { status: STATUS.BUFFER_TOO_SMALL, body: needed.done() };
    }
    const fixed =
      (type === 1 && (level === 18 || level === 21 || level === 22 || level === 48)) ||
      (type === 2 && (level === 1 || level === 5));
    if (!fixed || room < 24) return failed(STATUS.INFO_LENGTH_MISMATCH);
    return { ...bufferReply(data.subarray(0, room)), status: STATUS.BUFFER_OVERFLOW };
  }

  #descriptor(open: DiskOpen, tree: DiskHost, wanted: number): Buffer {
    const { sid, product } = this.#connection.client.identity;
    if (product.family === 'windows') return windowsDescriptor(wanted, sid, tree.options.writable);
    const stat = tree.options.fs.stat(open.path, tree.options.user);
    return stat.ok
      ? unixDescriptor(
          wanted,
          stat.value,
          sidOfUid(this.#connection.client.identity, tree.options.ownerUid ?? stat.value.uid),
        )
      : Buffer.alloc(0);
  }

  #setInfo(request: Request): Handled {
    const { body } = request;
    const [size, type, level, length, at] = [body.u16(), body.u8(), body.u8(), body.u32(), body.u16()];
    body.skip(6);
    const found = this.#find(request, [body.u64(), body.u64()]);
    const data = body.slice(at, length);
    if (!body.ok || size !== 33 || data === undefined) return failed(STATUS.INVALID_PARAMETER);
    if (found === undefined) return failed(STATUS.FILE_CLOSED);
    const { open } = found;
    if (open.kind !== 'disk') return failed(STATUS.ACCESS_DENIED);
    let status: number = STATUS.INVALID_PARAMETER;
    if (type === 1) status = open.setInfo(level, data);
    else if (type === 2) status = STATUS.ACCESS_DENIED;
    else if (type === 3) status = open.tree.options.writable ? STATUS.SUCCESS : STATUS.ACCESS_DENIED;
    return status === STATUS.SUCCESS ? replied(Buffer.from('0200', 'hex')) : failed(status);
  }

  /** Reads the two ids after `skip` fixed bytes and hands the open file on. */
  #withFile(request: Request, size: number, skip: number, then: (found: Smb2Open) => Handled): Handled {
    const { body } = request;
    const said = body.u16();
    body.skip(skip - 2 + (size === 24 ? 4 : 0));
    const found = this.#find(request, [body.u64(), body.u64()]);
    if (!body.ok || said !== size) return failed(STATUS.INVALID_PARAMETER);
    return found === undefined ? failed(STATUS.FILE_CLOSED) : then(found);
  }

  #find(request: Request, [persistent, volatile]: readonly [bigint, bigint]): Smb2Open | undefined {
    const { session, chained, tree } = request;
    const [wanted, own] =
      persistent === RELATED_ID && volatile === RELATED_ID && chained.fileId !== undefined
        ? chained.fileId
        : [persistent, volatile];
    const found = session.opens.get(own);
    if (found === undefined || found.persistent !== wanted || found.tree.id !== tree.id) return undefined;
    chained.fileId = [found.persistent, found.volatile];
    return found;
  }

  #later(request: Request, open: Smb2Open, retry: (() => Handled | undefined) | undefined): Handled {
    if (this.#pending.size >= MAX_PENDING) return failed(STATUS.INSUFFICIENT_RESOURCES);
    const asyncId = this.#nextAsync++;
    this.#pending.add({ header: request.header, asyncId, open, retry });
    const interim: PendingReply = { status: STATUS.PENDING, body: PENDING_BODY, asyncId };
    return interim;
  }

  #retry(open: Smb2Open): void {
    for (const pending of this.#pending) {
      if (pending.open !== open || pending.retry === undefined) continue;
      const handled = pending.retry();
      if (handled === undefined || handled === 'none') continue;
      this.#pending.delete(pending);
      this.#connection.answerLater(pending.header, pending.asyncId, handled);
    }
  }
}

const EMPTY_NOTIFY = Buffer.from('0900000000000000', 'hex');

function readReply(data: Buffer, status = 0): Handled {
  const out = new LittleWriter(16 + data.length)
    .u16(17)
    .u8(HEADER_BYTES + 16)
    .u8(0)
    .u32(data.length)
    .u32(0)
    .u32(0);
  return replied(out.raw(data).done(), status);
}

function bufferReply(data: Buffer): { readonly status: number; readonly body: Buffer } {
  const out = new LittleWriter(8 + data.length)
    .u16(9)
    .u16(HEADER_BYTES + 8)
    .u32(data.length)
    .raw(data);
  return { status: STATUS.SUCCESS, body: out.done() };
}

/** Why a level has no answer. */
function unknownLevel(type: number, level: number, product: 'samba' | 'windows'): number {
  if (product === 'samba' && type === 1 && level === 48) return STATUS.NOT_SUPPORTED;
  if (type === 1 && level === 15) return STATUS.NO_EAS_ON_FILE;
  if (type === 2 && level === 6) return STATUS.ACCESS_DENIED;
  return STATUS.INVALID_INFO_CLASS;
}

/** The little that anybody asks of a pipe. */
function pipeInfo(type: number, level: number, name: string, room: number, product: 'samba' | 'windows'): Handled {
  if (type !== 1) return failed(STATUS.INVALID_PARAMETER);
  const standard = new LittleWriter(24).u64(4096).u64(0).u32(1).u8(1).u8(0).u16(0).done();
  if (level === 5) return room < 24 ? failed(STATUS.INFO_LENGTH_MISMATCH) : bufferReply(standard);
  if (product === 'samba') return failed(STATUS.NOT_SUPPORTED);
  if (level !== 9)
    return failed(level === 4 || level === 18 || level === 34 ? STATUS.INVALID_PARAMETER : STATUS.INVALID_INFO_CLASS);
  const bytes = Buffer.from(`\\${name}`, 'utf16le');
  return bufferReply(new LittleWriter(64).u32(bytes.length).raw(bytes).done());
}
