/**
 * SMB1's transactions (MS-CIFS section 2.2.4.33 and on): a command inside a command, sent in pieces. Puts them together, hands them to pipes or files, and
 * sends the answer in pieces as large as the client takes.
 */
import { STATUS } from '../nt-status.ts';
import { LittleReader, LittleWriter } from '../wire.ts';
import { doublePulsar, ms17010Probe, overflowAttempt } from './eternal-blue.ts';
import { lanman } from './lanman.ts';
import { transact2, type Trans2 } from './smb1-trans2.ts';
import type { Smb1Connection, Smb1Handled } from './smb1-connection.ts';
import { SMB1, type Smb1Request, TextReader } from './smb1-message.ts';
import { Numbered, type Smb1Search } from './smb1-session.ts';

const MAX_TOTAL = 256 * 1024;
const MAX_WAITING = 16;
const PIPE = { peek: 0x23, transact: 0x26, setState: 0x01, waitNamed: 0x53, queryInfo: 0x22, callNamed: 0x54 } as const;

export interface Transaction {
  readonly request: Smb1Request;
  readonly kind: 'pipe' | 'files' | 'nt';
  /** `\PIPE\LANMAN`; NT transactions have none. */
  readonly name: string;
  /** The function: of files the first word of the setup, of NT transactions their own field. */
  readonly code: number;
  readonly setup: Buffer;
  readonly parameters: Buffer;
  readonly data: Buffer;
  readonly maxData: number;
  readonly timeout: number;
}

interface Waiting {
  readonly first: Omit<Transaction, 'parameters' | 'data'>;
  readonly parameters: Buffer;
  readonly data: Buffer;
  got: number;
}

export interface TransactionReply {
  readonly status: number;
  readonly parameters?: Buffer;
  readonly data?: Buffer;
  readonly mid?: number;
}

export class Smb1Transactions {
  readonly #connection: Smb1Connection;
  readonly searches = new Numbered<Smb1Search>(128, 0x0100);
  readonly #waiting = new Map<number, Waiting>();

  constructor(connection: Smb1Connection) {
    this.#connection = connection;
  }

  closeSearch(id: number): void {
    const search = this.searches.get(id);
    search?.folder.close();
    this.searches.delete(id);
  }

  handle(request: Smb1Request): Smb1Handled {
    const { command } = request;
    if (
      command === SMB1.transactionSecondary ||
      command === SMB1.transaction2Secondary ||
      command === SMB1.ntTransactSecondary
    )
      return this.#secondary(request);
    const read = command === SMB1.ntTransact ? readNt(request) : readPlain(request);
    if (read === undefined) return { status: STATUS.INVALID_PARAMETER };
    const { first, totals, parameters, data } = read;
    if (totals.parameters + totals.data > MAX_TOTAL) return { status: STATUS.INSUFF_SERVER_RESOURCES };
    if (parameters.length >= totals.parameters && data.length >= totals.data)
      return this.#finish({ ...first, parameters, data });
    if (this.#waiting.size >= MAX_WAITING) return { status: STATUS.INSUFFICIENT_RESOURCES };
    const waiting: Waiting = {
      first,
      parameters: Buffer.alloc(totals.parameters),
      data: Buffer.alloc(totals.data),
      got: parameters.length + data.length,
    };
    parameters.copy(waiting.parameters);
    data.copy(waiting.data);
    this.#waiting.set(request.header.mid, waiting);
    // "Go on": an answer without words.
    return { status: STATUS.SUCCESS };
  }

  #secondary(request: Smb1Request): Smb1Handled {
    const waiting = this.#waiting.get(request.header.mid);
    const { words, command, message } = request;
    if (command === SMB1.transaction2Secondary || waiting === undefined)
      overflowAttempt(this.#connection.client, request, waiting === undefined ? undefined : waiting.first.kind);
    if (waiting === undefined) return 'none';
    const isNt = command === SMB1.ntTransactSecondary;
    if (isNt) words.skip(3);
    const number = (): number => (isNt ? words.u32() : words.u16());
    number();
    number();
    const [pCount, pAt, pTo, dCount, dAt, dTo] = [number(), number(), number(), number(), number(), number()];
    const parts = new LittleReader(message);
    const [parameters, data] = [parts.slice(pAt, pCount), parts.slice(dAt, dCount)];
    if (!words.ok || parameters === undefined || data === undefined) return { status: STATUS.INVALID_PARAMETER };
    if (pTo + pCount > waiting.parameters.length || dTo + dCount > waiting.data.length) {
      this.#waiting.delete(request.header.mid);
      return { status: STATUS.INVALID_PARAMETER };
    }
    parameters.copy(waiting.parameters, pTo);
    data.copy(waiting.data, dTo);
    waiting.got += parameters.length + data.length;
    if (waiting.got < waiting.parameters.length + waiting.data.length) return 'none';
    this.#waiting.delete(request.header.mid);
    return this.#finish({ ...waiting.first, parameters: waiting.parameters, data: waiting.data });
  }

  #finish(transaction: Transaction): Smb1Handled {
    const { client } = this.#connection;
    const { request } = transaction;
    const context = this.#connection.context(request);
    if (transaction.kind === 'files' && transaction.code === 0x0e)
      return this.#answer(transaction, doublePulsar(client, transaction));
    if ('status' in context) return context;
    if (transaction.kind === 'pipe') return this.#pipe(transaction);
    if (transaction.kind === 'nt') return this.#answer(transaction, nt(transaction));
    const trans2: Trans2 = {
      transaction,
      context,
      searches: this.searches,
      opens: this.#connection.opens,
      closeSearch: (id) => this.closeSearch(id),
    };
    return this.#answer(transaction, transact2(trans2));
  }

  #pipe(transaction: Transaction): Smb1Handled {
    const { setup, name, data, request } = transaction;
    const { client, opens } = this.#connection;
    if (/^\\pipe\\lanman$/i.test(name)) return this.#answer(transaction, lanman(client, transaction));
    if (/^\\mailslot\\/i.test(name)) return { status: STATUS.SUCCESS };
    const [code, fid] = [transaction.code, setup.length >= 4 ? setup.readUInt16LE(2) : 0];
    const open = opens.get(fid)?.open;
    if (code === PIPE.peek && open === undefined) return { status: ms17010Probe(client, request) };
    if (open?.kind !== 'pipe') return { status: code === PIPE.waitNamed ? STATUS.SUCCESS : STATUS.INVALID_HANDLE };
    if (code === PIPE.setState) return this.#answer(transaction, { status: STATUS.SUCCESS });
    if (code === PIPE.peek)
      return this.#answer(transaction, { status: STATUS.SUCCESS, parameters: Buffer.from('000000000300', 'hex') });
    if (code === PIPE.queryInfo) return { status: STATUS.NOT_SUPPORTED };
    if (code !== PIPE.transact) return { status: STATUS.INVALID_PARAMETER };
    const status = open.write(data);
    if (status !== STATUS.SUCCESS) return { status };
    const read = open.read(transaction.maxData);
    if (read === undefined) return { status: STATUS.PIPE_DISCONNECTED };
    return this.#answer(transaction, read);
  }

  /** In one piece where it fits, otherwise in as many as it takes. */
  #answer({ request, kind }: Transaction, reply: TransactionReply): Smb1Handled {
    const { parameters = Buffer.alloc(0), data = Buffer.alloc(0), status, mid } = reply;
    if (status >>> 30 === 3) return { status, ...(mid === undefined ? {} : { mid }) };
    const room = 16_000;
    let at = 0;
    for (;;) {
      const withParameters = at === 0 ? parameters : Buffer.alloc(0);
      const part = data.subarray(at, at + Math.max(1024, room - withParameters.length));
      const piece = write(kind, parameters, withParameters, data.length, part, at, status);
      at += part.length;
      if (at >= data.length) return { ...piece, ...(mid === undefined ? {} : { mid }) };
      this.#connection.sendReply(request, piece);
    }
  }
}

function write(
  kind: Transaction['kind'],
  parameters: Buffer,
  sent: Buffer,
  total: number,
  part: Buffer,
  at: number,
  status: number,
) {
  const isNt = kind === 'nt';
  const wordBytes = isNt ? 36 : 20;
  const start = 32 + 1 + wordBytes + 2;
  const parametersAt = start + ((4 - (start % 4)) % 4);
  const dataAt = parametersAt + sent.length + ((4 - ((parametersAt + sent.length) % 4)) % 4);
  const out = new LittleWriter(wordBytes);
  if (isNt) {
    out.zeros(3).u32(parameters.length).u32(total).u32(sent.length).u32(parametersAt).u32(0);
    out.u32(part.length).u32(dataAt).u32(at).u8(0);
  } else {
    out.u16(parameters.length).u16(total).u16(0).u16(sent.length).u16(parametersAt).u16(0);
    out.u16(part.length).u16(dataAt).u16(at).u16(0);
  }
  const bytes = Buffer.alloc(dataAt - start + part.length);
  sent.copy(bytes, parametersAt - start);
  part.copy(bytes, dataAt - start);
  return { status, words: out.done(), bytes };
}

interface FirstPart {
  readonly first: Omit<Transaction, 'parameters' | 'data'>;
  readonly totals: { readonly parameters: number; readonly data: number };
  readonly parameters: Buffer;
  readonly data: Buffer;
}

function readPlain(request: Smb1Request): FirstPart | undefined {
  const { words, message } = request;
  if (request.wordCount < 14) return undefined;
  const [totalParameters, totalData] = [words.u16(), words.u16()];
  words.u16();
  const maxData = words.u16();
  words.skip(4);
  const timeout = words.u32();
  words.u16();
  const [pCount, pAt, dCount, dAt] = [words.u16(), words.u16(), words.u16(), words.u16()];
  const setupCount = words.u8();
  words.u8();
  const setup = words.raw(setupCount * 2);
  const parts = new LittleReader(message);
  const [parameters, data] = [parts.slice(pAt, pCount), parts.slice(dAt, dCount)];
  if (!words.ok || parameters === undefined || data === undefined) return undefined;
  const kind = request.command === SMB1.transaction ? 'pipe' : 'files';
  const name = kind === 'pipe' ? new TextReader(request).next() : '';
  const code = setup.length >= 2 ? setup.readUInt16LE(0) : 0xffff;
  return {
    first: { request, kind, name, code, setup: Buffer.from(setup), maxData, timeout },
    totals: { parameters: totalParameters, data: totalData },
    parameters: Buffer.from(parameters),
    data: Buffer.from(data),
  };
}

function readNt(request: Smb1Request): FirstPart | undefined {
  const { words, message } = request;
  if (request.wordCount < 19) return undefined;
  words.skip(3);
  const [totalParameters, totalData] = [words.u32(), words.u32()];
  words.u32();
  const maxData = words.u32();
  const [pCount, pAt, dCount, dAt] = [words.u32(), words.u32(), words.u32(), words.u32()];
  const setupCount = words.u8();
  const code = words.u16();
  const setup = words.raw(setupCount * 2);
  const parts = new LittleReader(message);
  const [parameters, data] = [parts.slice(pAt, pCount), parts.slice(dAt, dCount)];
  if (!words.ok || parameters === undefined || data === undefined) return undefined;
  return {
    first: { request, kind: 'nt', name: '', code, setup: Buffer.from(setup), maxData, timeout: 0 },
    totals: { parameters: totalParameters, data: totalData },
    parameters: Buffer.from(parameters),
    data: Buffer.from(data),
  };
}

/** Security descriptors, quotas, notifications: asked by few, granted by none here. */
function nt({ code }: Transaction): TransactionReply {
  const IOCTL = 2;
  return {
    status:
      code === IOCTL ? STATUS.NOT_SUPPORTED : code >= 1 && code <= 8 ? STATUS.ACCESS_DENIED : STATUS.INVALID_PARAMETER,
  };
}
