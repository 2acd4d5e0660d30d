/** The header of every SMB2 message (MS-SMB2 section 2.2.1), and the commands by number. */
import { isError } from '../nt-status.ts';
import { LittleWriter } from '../wire.ts';

export const COMMAND = {
  negotiate: 0,
  sessionSetup: 1,
  logoff: 2,
  treeConnect: 3,
  treeDisconnect: 4,
  create: 5,
  close: 6,
  flush: 7,
  read: 8,
  write: 9,
  lock: 10,
  ioctl: 11,
  cancel: 12,
  echo: 13,
  queryDirectory: 14,
  changeNotify: 15,
  queryInfo: 16,
  setInfo: 17,
  oplockBreak: 18,
} as const;

export const FLAG = { response: 1, async: 2, related: 4, signed: 8, dfs: 0x1000_0000 } as const;
export const HEADER_BYTES = 64;
export const SMB2_MAGIC = 0x424d_53fe;

export interface Smb2Header {
  readonly creditCharge: number;
  readonly status: number;
  readonly command: number;
  readonly credits: number;
  readonly flags: number;
  readonly next: number;
  readonly messageId: bigint;
  readonly asyncId: bigint;
  readonly treeId: number;
  readonly sessionId: bigint;
}

/** Undefined where it is none. */
export function readHeader(bytes: Buffer): Smb2Header | undefined {
  if (bytes.length < HEADER_BYTES || bytes.readUInt32LE(0) !== SMB2_MAGIC || bytes.readUInt16LE(4) !== HEADER_BYTES)
    return undefined;
  return {
    creditCharge: bytes.readUInt16LE(6),
    status: bytes.readUInt32LE(8),
    command: bytes.readUInt16LE(12),
    credits: bytes.readUInt16LE(14),
    flags: bytes.readUInt32LE(16),
    next: bytes.readUInt32LE(20),
    messageId: bytes.readBigUInt64LE(24),
    asyncId: bytes.readBigUInt64LE(32),
    treeId: bytes.readUInt32LE(36),
    sessionId: bytes.readBigUInt64LE(40),
  };
}

export function writeHeader(header: Smb2Header): Buffer {
  const out = new LittleWriter(HEADER_BYTES);
  out.u32(SMB2_MAGIC).u16(HEADER_BYTES).u16(header.creditCharge).u32(header.status).u16(header.command);
  out.u16(header.credits).u32(header.flags).u32(header.next).u64(header.messageId);
  if ((header.flags & FLAG.async) === 0) out.u32(0).u32(header.treeId);
  else out.u64(header.asyncId);
  return out.u64(header.sessionId).zeros(16).done();
}

/** What stands for the body where a command failed. */
export const ERROR_BODY = Buffer.from('090000000000000000', 'hex');

export interface Reply {
  readonly status: number;
  readonly body: Buffer;
  /** Of a session or tree that this very answer makes known. */
  readonly sessionId?: bigint;
  readonly treeId?: number;
}

export function failed(status: number): Reply {
  return { status, body: ERROR_BODY };
}

export function replied(body: Buffer, status = 0): Reply {
  return { status, body: isError(status) && body.length === 0 ? ERROR_BODY : body };
}
