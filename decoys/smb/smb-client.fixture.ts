/** A client that says exactly what a test wants said, over any transport: raw SMB2 and SMB1 requests, and a login with NTLMv2. */
import { ntlmClient } from '../ntlm/ntlm-client.fixture.ts';
import { sessionKeys, sign } from './smb2/smb2-crypto.ts';
import type { Dialect } from './smb.types.ts';
import { LittleWriter } from './wire.ts';

/** Whole messages, without the length before them. */
export interface Transport {
  send(message: Buffer): void;
  /** The next answer; undefined once the server has closed. */
  receive(): Promise<Buffer | undefined>;
  close(): void;
}

export interface Smb2Answer {
  readonly status: number;
  readonly command: number;
  readonly flags: number;
  readonly credits: number;
  readonly treeId: number;
  readonly sessionId: bigint;
  readonly messageId: bigint;
  readonly body: Buffer;
  readonly message: Buffer;
}

export class RawSmb2 {
  readonly transport: Transport;
  dialect = 0x0302;
  sessionId = 0n;
  treeId = 0;
  /** Of the session; requests are signed with it where there is one and `signs` is on. */
  key: Buffer | undefined;
  signs = false;
  /** The next answer is taken as it is, also where it only says that there will be one. */
  takesInterim = false;
  #next = 0n;

  constructor(transport: Transport) {
    this.transport = transport;
  }

  header(
    command: number,
    fields: {
      flags?: number;
      next?: number;
      treeId?: number;
      sessionId?: bigint;
      messageId?: bigint;
      credits?: number;
    } = {},
  ): Buffer {
    const out = new LittleWriter(64)
      .u32(0x424d_53fe)
      .u16(64)
      .u16(this.dialect >= 0x0210 && command !== 0 ? 1 : 0)
      .u32(0)
      .u16(command);
    out
      .u16(fields.credits ?? 31)
      .u32(fields.flags ?? 0)
      .u32(fields.next ?? 0);
    const id = fields.messageId ?? this.#next++;
    out
      .u64(id)
      .u32(0xfeff)
      .u32(fields.treeId ?? this.treeId)
      .u64(fields.sessionId ?? this.sessionId)
      .zeros(16);
    return out.done();
  }

  async request(
    command: number,
    body: Uint8Array,
    fields: Parameters<RawSmb2['header']>[1] = {},
  ): Promise<Smb2Answer | undefined> {
    const message = Buffer.concat([this.header(command, fields), body]);
    if (this.signs && this.key !== undefined) {
      message.writeUInt32LE(message.readUInt32LE(16) | 8, 16);
      sign(message, this.key, this.dialect >= 0x0300 ? 1 : 0);
    }
    this.transport.send(message);
    const id = message.readBigUInt64LE(24);
    for (;;) {
      const answer = await this.answer();
      // What takes a server longer is said to be under way first.
      if (answer === undefined || this.takesInterim || (answer.messageId === id && answer.status !== 0x103))
        return answer;
    }
  }

  async answer(): Promise<Smb2Answer | undefined> {
    const message = await this.transport.receive();
    return message === undefined || message.length < 64 ? undefined : readAnswer(message);
  }

  negotiate(dialects: readonly number[], contexts: readonly Buffer[] = []): Promise<Smb2Answer | undefined> {
    return this.request(0, negotiateBody(dialects, contexts));
  }

  /** Undefined where the login went through, otherwise the status that ended it. */
  async login(user: string, password: string, domain = ''): Promise<number | undefined> {
    const client = ntlmClient({ user, password, domain, wrapping: 'spnego' });
    let token = client.first();
    this.sessionId = 0n;
    for (let round = 0; round < 4; round++) {
      const answer = await this.request(1, setupBody(token));
      if (answer === undefined) return -1;
      this.sessionId = answer.sessionId;
      if (answer.status === 0) {
        if (user !== '')
          this.key = sessionKeys(this.dialect as Dialect, client.sessionKey, Buffer.alloc(64), 0).signing;
        return undefined;
      }
      if (answer.status !== 0xc000_0016) return answer.status;
      token = client.next(answer.body.subarray(8));
    }
    return -2;
  }

  async tree(share: string): Promise<Smb2Answer | undefined> {
    const path = Buffer.from(`\\\\127.0.0.1\\${share}`, 'utf16le');
    const answer = await this.request(3, new LittleWriter(64).u16(9).u16(0).u16(72).u16(path.length).raw(path).done());
    if (answer?.status === 0) this.treeId = answer.treeId;
    return answer;
  }

  create(name: string, options: CreateOptions = {}): Promise<Smb2Answer | undefined> {
    return this.request(5, createBody(name, options));
  }

  close(id: Buffer, flags = 0): Promise<Smb2Answer | undefined> {
    return this.request(6, new LittleWriter(24).u16(24).u16(flags).u32(0).raw(id).done());
  }

  read(id: Buffer, offset: number, length: number): Promise<Smb2Answer | undefined> {
    const out = new LittleWriter(49).u16(49).u8(0x50).u8(0).u32(length).u64(offset).raw(id);
    return this.request(8, out.u32(0).u32(0).u32(0).u16(0).u16(0).u8(0).done());
  }

  write(id: Buffer, offset: number, data: Uint8Array): Promise<Smb2Answer | undefined> {
    const out = new LittleWriter(64 + data.length).u16(49).u16(112).u32(data.length).u64(offset).raw(id);
    return this.request(9, out.u32(0).u32(0).u16(0).u16(0).u32(0).raw(data).done());
  }

  queryInfo(id: Buffer, type: number, level: number, room = 65_536, additional = 0): Promise<Smb2Answer | undefined> {
    const out = new LittleWriter(48).u16(41).u8(type).u8(level).u32(room).u16(0).u16(0).u32(0).u32(additional).u32(0);
    return this.request(16, out.raw(id).u8(0).done());
  }

  setInfo(id: Buffer, type: number, level: number, data: Uint8Array): Promise<Smb2Answer | undefined> {
    const out = new LittleWriter(64)
      .u16(33)
      .u8(type)
      .u8(level)
      .u32(data.length)
      .u16(96)
      .u16(0)
      .u32(0)
      .raw(id)
      .raw(data);
    return this.request(17, out.done());
  }

  queryDirectory(
    id: Buffer,
    level: number,
    pattern: string,
    flags = 0,
    room = 65_536,
  ): Promise<Smb2Answer | undefined> {
    const name = Buffer.from(pattern, 'utf16le');
    const out = new LittleWriter(64).u16(33).u8(level).u8(flags).u32(0).raw(id).u16(96).u16(name.length).u32(room);
    return this.request(14, out.raw(name).done());
  }

  ioctl(
    id: Buffer,
    code: number,
    input: Uint8Array = Buffer.alloc(0),
    room = 65_536,
    flags = 1,
  ): Promise<Smb2Answer | undefined> {
    const out = new LittleWriter(64).u16(57).u16(0).u32(code).raw(id).u32(120).u32(input.length).u32(0);
    return this.request(11, out.u32(0).u32(0).u32(room).u32(flags).u32(0).raw(input).done());
  }
}

export interface CreateOptions {
  readonly access?: number;
  readonly attributes?: number;
  readonly share?: number;
  readonly disposition?: number;
  readonly options?: number;
  readonly contexts?: Buffer;
}

export function createBody(
  name: string,
  { access = 0x0012_019f, attributes = 0, share = 7, disposition = 1, options = 0, contexts }: CreateOptions,
): Buffer {
  const bytes = Buffer.from(name, 'utf16le');
  const out = new LittleWriter(128).u16(57).u8(0).u8(0).u32(2).zeros(16).u32(access).u32(attributes).u32(share);
  out.u32(disposition).u32(options).u16(120).u16(bytes.length);
  const at = 120 + bytes.length + ((8 - (bytes.length % 8)) % 8);
  out
    .u32(contexts === undefined ? 0 : at)
    .u32(contexts?.length ?? 0)
    .raw(bytes.length === 0 ? Buffer.alloc(1) : bytes);
  if (contexts !== undefined) out.zeros(at - 64 - out.length > 0 ? at - 64 - out.length : 0).raw(contexts);
  return out.done();
}

export function createContext(name: string, data: Buffer = Buffer.alloc(0)): Buffer {
  const out = new LittleWriter(32)
    .u32(0)
    .u16(16)
    .u16(4)
    .u16(0)
    .u16(data.length === 0 ? 0 : 24)
    .u32(data.length);
  return out.raw(Buffer.from(name, 'latin1')).zeros(4).raw(data).done();
}

export function negotiateBody(dialects: readonly number[], contexts: readonly Buffer[] = []): Buffer {
  const out = new LittleWriter(128).u16(36).u16(dialects.length).u16(1).u16(0).u32(0x7f).raw(Buffer.alloc(16, 0x11));
  const listed = 64 + 36 + dialects.length * 2;
  const at = listed + ((8 - (listed % 8)) % 8);
  out
    .u32(contexts.length === 0 ? 0 : at)
    .u16(contexts.length)
    .u16(0);
  for (const dialect of dialects) out.u16(dialect);
  for (const context of contexts) out.align(8, 0).raw(context);
  return out.done();
}

export function negotiateContext(type: number, data: Uint8Array): Buffer {
  return new LittleWriter(32).u16(type).u16(data.length).u32(0).raw(data).done();
}

export function setupBody(token: Uint8Array): Buffer {
  return new LittleWriter(64).u16(25).u8(0).u8(1).u32(0).u32(0).u16(88).u16(token.length).u64(0).raw(token).done();
}

export function readAnswer(message: Buffer): Smb2Answer {
  return {
    status: message.readUInt32LE(8),
    command: message.readUInt16LE(12),
    credits: message.readUInt16LE(14),
    flags: message.readUInt32LE(16),
    messageId: message.readBigUInt64LE(24),
    treeId: message.readUInt32LE(36),
    sessionId: message.readBigUInt64LE(40),
    body: message.subarray(64),
    message,
  };
}

/** The file's id out of the answer to CREATE. */
export function fileId(answer: Smb2Answer | undefined): Buffer {
  return answer === undefined || answer.status !== 0
    ? Buffer.alloc(16, 0xff)
    : Buffer.from(answer.body.subarray(64, 80));
}

/** An SMB1 message with one command. */
export function smb1Message(
  command: number,
  words: Uint8Array,
  bytes: Uint8Array,
  fields: { flags2?: number; tid?: number; uid?: number; mid?: number } = {},
): Buffer {
  const out = new LittleWriter(64)
    .u32(0x424d_53ff)
    .u8(command)
    .u32(0)
    .u8(0x18)
    .u16(fields.flags2 ?? 0xc807)
    .u16(0)
    .zeros(10);
  out
    .u16(fields.tid ?? 0)
    .u16(0xfeff)
    .u16(fields.uid ?? 0)
    .u16(fields.mid ?? 1);
  return out
    .u8(words.length / 2)
    .raw(words)
    .u16(bytes.length)
    .raw(bytes)
    .done();
}

/** Cuts messages out of a stream. */
export class Deframer {
  #rest: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): Buffer[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const messages: Buffer[] = [];
    while (this.#rest.length >= 4) {
      const length = this.#rest.readUInt32BE(0) & 0xff_ffff;
      if (this.#rest.length < 4 + length) break;
      messages.push(this.#rest.subarray(4, 4 + length));
      this.#rest = this.#rest.subarray(4 + length);
    }
    return messages;
  }
}

export function framed(message: Uint8Array): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(message.length);
  return Buffer.concat([head, message]);
}
