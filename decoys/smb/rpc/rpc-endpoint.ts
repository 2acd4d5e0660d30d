/**
 * DCE/RPC over one named pipe (C706 chapter 12, MS-RPCE): binds, takes requests apart and puts them together from fragments, and hands them to the interface.
 */
import { NtlmAcceptor } from '../../ntlm/ntlm-acceptor.ts';
import { randomBytes } from 'node:crypto';
import { LittleReader, LittleWriter } from '../wire.ts';
import { findInterface, isPipe } from './interfaces.ts';
import { NdrReader } from './ndr.ts';
import { RpcHandles } from './rpc-handles.ts';
import { FAULT, type RpcHost, type RpcInterface } from './rpc.types.ts';

export type { RpcHost } from './rpc.types.ts';

const TYPE = {
  request: 0,
  response: 2,
  fault: 3,
  bind: 11,
  bindAck: 12,
  bindNak: 13,
  alter: 14,
  alterAck: 15,
  auth3: 16,
  cancel: 18,
  orphaned: 19,
} as const;
const FIRST = 1;
const LAST = 2;
const HEAD = 16;
const MAX_FRAGMENT = 5840;
const MAX_STUB = 1024 * 1024;
const MAX_UNREAD = 4 * 1024 * 1024;
const MAX_CONTEXTS = 16;
const NDR = Buffer.from('045d888aeb1cc9119fe808002b10486002000000', 'hex');
const FEATURES = Buffer.from('2c1cb76c12984045', 'hex');

export class RpcEndpoint {
  broken = false;
  readonly #pipe: string;
  readonly #host: RpcHost;
  readonly #contexts = new Map<number, RpcInterface>();
  readonly #handles = new RpcHandles();
  #input: Buffer = Buffer.alloc(0);
  #stub: Buffer[] = [];
  #stubBytes = 0;
  readonly #output: Buffer[] = [];
  #unread = 0;
  #maxTransmit = MAX_FRAGMENT;
  #acceptor: NtlmAcceptor | undefined;

  private constructor(pipe: string, host: RpcHost) {
    this.#pipe = pipe;
    this.#host = host;
  }

  static open(pipe: string, host: RpcHost): RpcEndpoint | undefined {
    return isPipe(pipe, host.identity.product.family) ? new RpcEndpoint(pipe, host) : undefined;
  }

  /** What came on the pipe; false where it was not RPC. */
  write(data: Buffer): boolean {
    if (this.broken) return false;
    this.#input = this.#input.length === 0 ? Buffer.from(data) : Buffer.concat([this.#input, data]);
    while (!this.broken && this.#input.length >= HEAD) {
      const length = this.#input.readUInt16LE(8);
      if (this.#input[0] !== 5 || length < HEAD) {
        this.broken = true;
        break;
      }
      if (this.#input.length < length) break;
      this.#receive(this.#input.subarray(0, length));
      this.#input = this.#input.subarray(length);
    }
    if (this.#input.length > MAX_STUB) this.broken = true;
    return !this.broken;
  }

  /** At most `room` bytes of the oldest answer. */
  read(room: number): Buffer {
    const first = this.#output[0];
    if (first === undefined) return Buffer.alloc(0);
    const part = first.subarray(0, room);
    this.#unread -= part.length;
    if (part.length === first.length) this.#output.shift();
    else this.#output[0] = first.subarray(room);
    this.hasMore = part.length < first.length;
    return part;
  }

  /** The last read did not get all of its answer. */
  hasMore = false;

  #receive(pdu: Buffer): void {
    const [type, flags] = [pdu[2]!, pdu[3]!];
    const authLength = pdu.readUInt16LE(10);
    const callId = pdu.readUInt32LE(12);
    const end = authLength === 0 ? pdu.length : pdu.length - authLength - 8;
    if (end < HEAD) {
      this.broken = true;
      return;
    }
    switch (type) {
      case TYPE.bind:
      case TYPE.alter:
        this.#bind(pdu, end, callId, type, authLength === 0 ? undefined : pdu.subarray(end));
        return;
      case TYPE.request:
        this.#request(pdu, end, flags, callId);
        return;
      case TYPE.auth3:
      case TYPE.cancel:
      case TYPE.orphaned:
        return;
      default:
        this.broken = true;
    }
  }

  #bind(pdu: Buffer, end: number, callId: number, type: number, auth: Buffer | undefined): void {
    const reader = new LittleReader(pdu.subarray(0, end), HEAD);
    const [maxTransmit, maxReceive] = [reader.u16(), reader.u16()];
    const group = reader.u32();
    const count = Math.min(reader.u8(), MAX_CONTEXTS);
    reader.skip(3);
    const results: { readonly result: number; readonly reason: number; readonly syntax: Buffer }[] = [];
    const family = this.#host.identity.product.family;
    for (let i = 0; i < count; i++) {
      const id = reader.u16();
      const transfers = reader.u8();
      reader.skip(1);
      const uuid = uuidText(reader.raw(16));
      const version = reader.u32();
      const syntaxes: Buffer[] = [];
      for (let n = 0; n < transfers; n++) syntaxes.push(reader.raw(20));
      if (!reader.ok) break;
      const found = findInterface(uuid, family);
      const none = Buffer.alloc(20);
      if (syntaxes.some((syntax) => FEATURES.equals(syntax.subarray(0, 8))))
        results.push({ result: 3, reason: 0, syntax: none });
      else if (found === undefined || found.version !== (version & 0xffff)) {
        this.#host.call({ pipe: this.#pipe, operation: `bind ${uuid}` });
        results.push({ result: 2, reason: 1, syntax: none });
      } else if (!syntaxes.some((syntax) => NDR.equals(syntax))) results.push({ result: 2, reason: 2, syntax: none });
      else {
        if (this.#contexts.size < MAX_CONTEXTS || this.#contexts.has(id)) this.#contexts.set(id, found);
        results.push({ result: 0, reason: 0, syntax: NDR });
      }
    }
    if (!reader.ok || results.length === 0) {
      this.broken = true;
      return;
    }
    if (type === TYPE.bind) this.#maxTransmit = Math.max(1024, Math.min(maxReceive, MAX_FRAGMENT));
    const own = [...this.#contexts.values()][0]?.pipes[0] ?? this.#pipe;
    const address = type === TYPE.bind ? Buffer.from(`\\PIPE\\${own}\0`, 'latin1') : Buffer.alloc(0);
    const out = new LittleWriter(128);
    out
      .u16(Math.min(maxTransmit, MAX_FRAGMENT))
      .u16(Math.min(maxReceive, MAX_FRAGMENT))
      .u32(group === 0 ? 0x53f0 : group);
    out.u16(address.length).raw(address).align(4).u8(results.length).zeros(3);
    for (const { result, reason, syntax } of results) out.u16(result).u16(reason).raw(syntax);
    this.#send(
      type === TYPE.bind ? TYPE.bindAck : TYPE.alterAck,
      FIRST | LAST,
      callId,
      out.done(),
      this.#authAnswer(auth),
    );
  }

  /** A bind that brings NTLM gets its challenge; calls are then taken signed or not. */
  #authAnswer(auth: Buffer | undefined): Buffer {
    if (auth === undefined || auth.length < 9 || (auth[0] !== 10 && auth[0] !== 9)) return Buffer.alloc(0);
    const { identity, session } = this.#host;
    this.#acceptor ??= new NtlmAcceptor(identity.target, randomBytes(8), () => session.clock.now());
    const step = this.#acceptor.step(auth.subarray(8));
    if (step.kind !== 'continue') return Buffer.alloc(0);
    return Buffer.concat([auth.subarray(0, 2), Buffer.of(0, 0), auth.subarray(4, 8), step.token]);
  }

  #request(pdu: Buffer, end: number, flags: number, callId: number): void {
    const reader = new LittleReader(pdu.subarray(0, end), HEAD + 4);
    const [context, opnum] = [reader.u16(), reader.u16()];
    if ((flags & 0x80) !== 0) reader.skip(16);
    if (!reader.ok) {
      this.broken = true;
      return;
    }
    if ((flags & FIRST) !== 0) {
      this.#stub = [];
      this.#stubBytes = 0;
    }
    const part = reader.raw(reader.remaining);
    this.#stubBytes += part.length;
    if (this.#stubBytes > MAX_STUB) {
      this.broken = true;
      return;
    }
    this.#stub.push(Buffer.from(part));
    if ((flags & LAST) === 0) return;
    const stub = Buffer.concat(this.#stub);
    this.#stub = [];
    const found = this.#contexts.get(context);
    if (found === undefined) return this.#fault(callId, context, FAULT.context);
    const host = this.#host;
    const pipe = this.#pipe;
    const result = found.call({
      host,
      pipe,
      opnum,
      args: new NdrReader(stub),
      handles: this.#handles,
      tell: (operation, what) => host.call({ pipe, operation: `${found.name}:${operation}`, ...what }),
    });
    if (!Buffer.isBuffer(result)) return this.#fault(callId, context, result.fault);
    this.#respond(callId, context, result);
  }

  #respond(callId: number, context: number, stub: Buffer): void {
    const room = (this.#maxTransmit - HEAD - 8) & ~7;
    for (let at = 0; at === 0 || at < stub.length; at += room) {
      const part = stub.subarray(at, at + room);
      const flags = (at === 0 ? FIRST : 0) | (at + room >= stub.length ? LAST : 0);
      const out = new LittleWriter(8 + part.length)
        .u32(stub.length - at)
        .u16(context)
        .u8(0)
        .u8(0)
        .raw(part);
      this.#send(TYPE.response, flags, callId, out.done());
    }
  }

  #fault(callId: number, context: number, status: number): void {
    const out = new LittleWriter(16).u32(0).u16(context).u8(0).u8(0).u32(status).u32(0);
    this.#send(TYPE.fault, FIRST | LAST | 0x20, callId, out.done());
  }

  #send(type: number, flags: number, callId: number, body: Buffer, auth: Buffer = Buffer.alloc(0)): void {
    if (this.#unread > MAX_UNREAD) {
      this.broken = true;
      return;
    }
    const pad = auth.length === 0 ? 0 : (4 - (body.length % 4)) % 4;
    const length = HEAD + body.length + pad + auth.length;
    const out = new LittleWriter(length).u8(5).u8(0).u8(type).u8(flags).u32(0x10).u16(length);
    out
      .u16(auth.length === 0 ? 0 : auth.length - 8)
      .u32(callId)
      .raw(body)
      .zeros(pad)
      .raw(auth);
    this.#output.push(out.done());
    this.#unread += length;
  }
}

export function uuidText(bytes: Buffer): string {
  if (bytes.length < 16) return '';
  const part = (from: number, to: number): string => Buffer.from(bytes.subarray(from, to)).reverse().toString('hex');
  return `${part(0, 4)}-${part(4, 6)}-${part(6, 8)}-${bytes.subarray(8, 10).toString('hex')}-${bytes.subarray(10, 16).toString('hex')}`;
}
