/** The frame of every SMB1 message (MS-CIFS section 2.2.3): header, words, bytes, and commands chained behind one another. */
import { STATUS } from '../nt-status.ts';
import { LittleReader, LittleWriter } from '../wire.ts';

export const HEADER_BYTES = 32;
export const FLAGS2 = { longNames: 0x0001, extendedSecurity: 0x0800, ntStatus: 0x4000, unicode: 0x8000 } as const;

export const SMB1 = {
  createDirectory: 0x00,
  deleteDirectory: 0x01,
  close: 0x04,
  flush: 0x05,
  delete: 0x06,
  rename: 0x07,
  queryInformation: 0x08,
  setInformation: 0x09,
  checkDirectory: 0x10,
  lockingAndX: 0x24,
  transaction: 0x25,
  transactionSecondary: 0x26,
  echo: 0x2b,
  openAndX: 0x2d,
  readAndX: 0x2e,
  writeAndX: 0x2f,
  transaction2: 0x32,
  transaction2Secondary: 0x33,
  findClose2: 0x34,
  treeDisconnect: 0x71,
  negotiate: 0x72,
  sessionSetupAndX: 0x73,
  logoffAndX: 0x74,
  treeConnectAndX: 0x75,
  queryInformationDisk: 0x80,
  ntTransact: 0xa0,
  ntTransactSecondary: 0xa1,
  ntCreateAndX: 0xa2,
  ntCancel: 0xa4,
} as const;

/** Commands whose first four bytes of words lead to the next. */
export const CHAINED: ReadonlySet<number> = new Set([
  SMB1.lockingAndX,
  SMB1.openAndX,
  SMB1.readAndX,
  SMB1.writeAndX,
  SMB1.sessionSetupAndX,
  SMB1.logoffAndX,
  SMB1.treeConnectAndX,
  SMB1.ntCreateAndX,
]);
const NO_MORE = 0xff;
const MAX_CHAIN = 8;
const MAX_NAME = 4096;

export interface Smb1Header {
  readonly command: number;
  readonly flags: number;
  readonly flags2: number;
  readonly pidHigh: number;
  readonly tid: number;
  readonly pid: number;
  readonly uid: number;
  readonly mid: number;
  readonly unicode: boolean;
}

/** One command of a message. */
export interface Smb1Request {
  readonly header: Smb1Header;
  readonly command: number;
  readonly message: Buffer;
  readonly wordCount: number;
  readonly words: LittleReader;
  /** Of the bytes; their offset in the message matters for the alignment of text. */
  readonly bytes: Buffer;
  readonly bytesAt: number;
}

export interface Smb1Reply {
  readonly status: number;
  readonly words?: Buffer;
  /** Called with where the bytes begin in the answer, for those that hold aligned text. */
  readonly bytes?: Buffer | ((at: number) => Buffer);
  readonly uid?: number;
  readonly tid?: number;
  readonly mid?: number;
}

export function readHeader(message: Buffer): Smb1Header | undefined {
  if (message.length < HEADER_BYTES + 3) return undefined;
  const flags2 = message.readUInt16LE(10);
  return {
    command: message[4]!,
    flags: message[9]!,
    flags2,
    pidHigh: message.readUInt16LE(12),
    tid: message.readUInt16LE(24),
    pid: message.readUInt16LE(26),
    uid: message.readUInt16LE(28),
    mid: message.readUInt16LE(30),
    unicode: (flags2 & FLAGS2.unicode) !== 0,
  };
}

/** The commands of a message, in order; undefined where it is malformed. */
export function readCommands(message: Buffer, header: Smb1Header): readonly Smb1Request[] | undefined {
  const requests: Smb1Request[] = [];
  let command = header.command;
  let at = HEADER_BYTES;
  while (requests.length < MAX_CHAIN) {
    const reader = new LittleReader(message, at);
    const wordCount = reader.u8();
    const words = reader.raw(wordCount * 2);
    const said = reader.u16();
    if (!reader.ok) return undefined;
    // Of large writes the count is too small for what comes; clients also announce more than they send.
    const bytes = message.subarray(reader.at, command === SMB1.writeAndX ? undefined : reader.at + said);
    requests.push({ header, command, message, wordCount, words: new LittleReader(words), bytes, bytesAt: reader.at });
    if (!CHAINED.has(command) || words.length < 4) break;
    const next = words[0]!;
    const offset = words.readUInt16LE(2);
    if (next === NO_MORE || offset <= at) break;
    command = next;
    at = offset;
  }
  return requests;
}

/** Answers to the commands of one message, chained as they were. */
export function writeReplies(
  header: Smb1Header,
  replies: readonly (Smb1Reply & { readonly command: number })[],
  /** What the product sets in each answer. */
  commonFlags2 = 0x0001,
): Buffer {
  const last = replies.at(-1)!;
  const first = replies[0]!;
  const out = new LittleWriter(256);
  out.u32(0x424d_53ff).u8(first.command).u32(statusField(last.status, header.flags2));
  out
    .u8(commonFlags2 === 0x4003 ? 0x88 : (header.flags & 0x18) | 0x80)
    .u16((header.flags2 & 0xc844) | commonFlags2)
    .u16(header.pidHigh)
    .zeros(10);
  const tid = replies.findLast((reply) => reply.tid !== undefined)?.tid ?? header.tid;
  const uid = replies.findLast((reply) => reply.uid !== undefined)?.uid ?? header.uid;
  out
    .u16(tid)
    .u16(header.pid)
    .u16(uid)
    .u16(last.mid ?? header.mid);
  for (const [i, reply] of replies.entries()) {
    const words = Buffer.from(reply.words ?? Buffer.alloc(0));
    const start = out.length;
    out.u8(words.length / 2).raw(words);
    const bytesAt = start + 1 + words.length + 2;
    const bytes = typeof reply.bytes === 'function' ? reply.bytes(bytesAt) : (reply.bytes ?? Buffer.alloc(0));
    out.u16(Math.min(bytes.length, 0xffff)).raw(bytes);
    if (!CHAINED.has(reply.command) || words.length < 4) continue;
    const next = replies[i + 1];
    if (next === undefined) out.set16(start + 1, NO_MORE).set16(start + 3, 0);
    else {
      out.align(4);
      out.set16(start + 1, next.command).set16(start + 3, out.length);
    }
  }
  return out.done();
}

/** Text from the bytes of a command: UTF-16 at even offsets of the message, or one byte a character. */
export class TextReader {
  at: number;
  readonly #bytes: Buffer;
  readonly #base: number;
  readonly #unicode: boolean;

  constructor(request: Smb1Request, at = 0, unicode = request.header.unicode) {
    this.#bytes = request.bytes;
    this.#base = request.bytesAt;
    this.#unicode = unicode;
    this.at = at;
  }

  next(): string {
    if (!this.#unicode) return this.ascii();
    if ((this.#base + this.at) % 2 !== 0) this.at++;
    let end = this.at;
    while (end + 1 < this.#bytes.length && this.#bytes.readUInt16LE(end) !== 0) end += 2;
    const text = this.#bytes.subarray(this.at, Math.min(end, this.at + MAX_NAME)).toString('utf16le');
    this.at = end + 2;
    return text;
  }

  ascii(): string {
    let end = this.#bytes.indexOf(0, this.at);
    if (end < 0) end = this.#bytes.length;
    const text = this.#bytes.subarray(this.at, Math.min(end, this.at + MAX_NAME)).toString('latin1');
    this.at = end + 1;
    return text;
  }
}

/** Texts with their NULs, as the client reads them, the first aligned. */
export function texts(values: readonly string[], unicode: boolean, at: number): Buffer {
  if (!unicode) return Buffer.from(values.map((value) => `${value}\0`).join(''), 'latin1');
  const bytes = Buffer.from(values.map((value) => `${value}\0`).join(''), 'utf16le');
  return at % 2 === 0 ? bytes : Buffer.concat([Buffer.alloc(1), bytes]);
}

export function andX(...rest: readonly number[]): Buffer {
  const out = new LittleWriter(32).u16(0xff).u16(0);
  for (const word of rest) out.u16(word);
  return out.done();
}

const DOS: ReadonlyMap<number, readonly [number, number]> = new Map([
  [STATUS.ACCESS_DENIED, [1, 5]],
  [STATUS.OBJECT_NAME_NOT_FOUND, [1, 2]],
  [STATUS.NO_SUCH_FILE, [1, 2]],
  [STATUS.OBJECT_PATH_NOT_FOUND, [1, 3]],
  [STATUS.INVALID_HANDLE, [1, 6]],
  [STATUS.OBJECT_NAME_COLLISION, [1, 80]],
  [STATUS.LOGON_FAILURE, [2, 2]],
  [STATUS.BAD_NETWORK_NAME, [2, 6]],
  [STATUS.SHARING_VIOLATION, [1, 32]],
]);

/** Old clients have no place for an NTSTATUS. */
function statusField(status: number, flags2: number): number {
  if ((flags2 & FLAGS2.ntStatus) !== 0 || status === STATUS.SUCCESS) return status;
  const [dosClass, code] = DOS.get(status) ?? [2, 1];
  return (dosClass | (code << 16)) >>> 0;
}
