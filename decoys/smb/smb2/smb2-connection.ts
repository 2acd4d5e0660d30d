/**
 * SMB2 and SMB3 on one connection: takes whole messages, chained or encrypted, and answers them. Sessions and trees are here; what is done with files is in
 * `smb2-files.ts`. Framing, and what must wait, is the caller's.
 */
import { randomBytes } from 'node:crypto';
import { STATUS } from '../nt-status.ts';
import { MAX_SESSIONS, MAX_TREES, type SmbClient } from '../smb-client.ts';
import { SmbLogin } from '../smb-login.ts';
import { LittleReader, LittleWriter } from '../wire.ts';
import { decrypt, encrypt, extendPreauth, sessionKeys, sign, TRANSFORM_BYTES, verify } from './smb2-crypto.ts';
import { Smb2Credits } from './smb2-credits.ts';
import { Smb2Files } from './smb2-files.ts';
import {
  COMMAND,
  failed,
  FLAG,
  HEADER_BYTES,
  readHeader,
  replied,
  type Reply,
  type Smb2Header,
  writeHeader,
} from './smb2-header.ts';
import { type Agreed, capabilitiesOf, negotiate, negotiateBody } from './smb2-negotiate.ts';
import { Smb2Session } from './smb2-session.ts';
import type { Handled, PendingReply, Smb2Peer } from './smb2.types.ts';

const MAX_CHAIN = 64;
/** Of all answers to one chain: more than the longest read, and not many of them. */
const MAX_CHAIN_ANSWER = 9 * 1024 * 1024;
const EMPTY_HASH = Buffer.alloc(64);

/** What goes on between the requests of one chain. */
interface Chain {
  sessionId: bigint;
  treeId: number;
  fileId: readonly [bigint, bigint] | undefined;
  status: number;
}

export class Smb2Connection implements Smb2Peer {
  agreed: Agreed | undefined;
  readonly client: SmbClient;
  readonly #send: (message: Buffer) => void;
  readonly #end: (reason: string) => void;
  readonly #sessions = new Map<bigint, Smb2Session>();
  readonly #files: Smb2Files;
  readonly #credits = new Smb2Credits();
  #preauth: Buffer = EMPTY_HASH;

  constructor(client: SmbClient, send: (message: Buffer) => void, end: (reason: string) => void) {
    this.client = client;
    this.#send = send;
    this.#end = end;
    this.#files = new Smb2Files(this);
  }

  /** The answer to SMB1's NEGOTIATE by a client that speaks SMB2 too. */
  answerSmb1(dialect: 0x0202 | 0x02ff): void {
    const { identity, session } = this.client;
    const now = session.clock.now();
    const body = negotiateBody(identity, dialect, capabilitiesOf(identity, dialect, false), now);
    const header: Smb2Header = { ...ZERO, credits: 1, flags: FLAG.response };
    if (dialect === 0x0202)
      this.#agree({
        dialect,
        cipher: 0,
        signing: 0,
        clientCapabilities: 0,
        clientSecurityMode: 1,
        clientGuid: Buffer.alloc(16),
        offered: [dialect],
        compression: [],
        netname: undefined,
        capabilities: 1,
      });
    this.#send(Buffer.concat([writeHeader(header), body]));
  }

  /** True where the message may need what `SmbClient.prepare` brings. */
  needsFiles(message: Buffer): boolean {
    return message[0] === 0xfd || (message.length > 13 && message.readUInt16LE(12) === COMMAND.sessionSetup);
  }

  receive(frame: Buffer): void {
    if (frame[0] === 0xfd) this.#receiveEncrypted(frame);
    else this.#receiveChain(frame, undefined);
    for (const answer of this.#next.splice(0)) answer();
  }

  closed(): void {
    for (const session of this.#sessions.values()) session.close();
    this.#sessions.clear();
  }

  /** The same, right behind the answer to what is being handled. */
  answerNext(header: Smb2Header, asyncId: bigint, reply: Reply): void {
    this.#next.push(() => this.answerLater(header, asyncId, reply));
  }

  readonly #next: (() => void)[] = [];

  /** An answer that comes later, as asynchronous. */
  answerLater(header: Smb2Header, asyncId: bigint, reply: Reply): void {
    const session = this.#sessions.get(header.sessionId);
    const head = { ...header, status: reply.status, credits: 0, next: 0, asyncId, flags: FLAG.response | FLAG.async };
    const message = Buffer.concat([writeHeader(head), reply.body]);
    if (session !== undefined && (header.flags & FLAG.signed) !== 0) this.#sign(message, session);
    this.#transmit(message, session?.encrypts === true ? session : undefined);
  }

  #receiveEncrypted(frame: Buffer): void {
    if (frame.length < TRANSFORM_BYTES + HEADER_BYTES || this.agreed === undefined)
      return this.#end('malformed transform');
    const session = this.#sessions.get(frame.readBigUInt64LE(44));
    const keys = session?.keys;
    if (session === undefined || keys === undefined || this.agreed.cipher === 0) return this.#end('unknown session');
    const message = decrypt(frame, keys.fromClient, this.agreed.cipher);
    if (message === undefined) return this.#end('decryption failed');
    session.encrypts = true;
    this.#receiveChain(message, session);
  }

  #receiveChain(frame: Buffer, sealed: Smb2Session | undefined): void {
    const answers: { readonly message: Buffer; readonly session: Smb2Session | undefined; readonly signs: boolean }[] =
      [];
    const chain: Chain = { sessionId: 0n, treeId: 0, fileId: undefined, status: 0 };
    let at = 0;
    let bytes = 0;
    for (let count = 0; count < MAX_CHAIN; count++) {
      const rest = frame.subarray(at);
      const header = readHeader(rest);
      if (header === undefined || (header.flags & FLAG.response) !== 0) return this.#end('malformed message');
      if (header.next !== 0 && (header.next < HEADER_BYTES || header.next > rest.length || header.next % 8 !== 0))
        return this.#end('malformed chain');
      const message = header.next === 0 ? rest : rest.subarray(0, header.next);
      const answer = this.#answer(header, message, chain, sealed);
      if (answer === 'end') return;
      if (answer !== undefined) answers.push(answer);
      bytes += answer?.message.length ?? 0;
      if (bytes > MAX_CHAIN_ANSWER) return this.#end('asked for too much at once');
      if (header.next === 0) break;
      at += header.next;
    }
    if (answers.length === 0) return;
    for (const [i, { message, session, signs }] of answers.entries()) {
      if (i < answers.length - 1) {
        const padded = Buffer.concat([message, Buffer.alloc((8 - (message.length % 8)) % 8)]);
        padded.writeUInt32LE(padded.length, 20);
        answers[i] = { message: padded, session, signs };
      }
      if (signs && session !== undefined) this.#sign(answers[i]!.message, session);
    }
    const whole = answers.length === 1 ? answers[0]!.message : Buffer.concat(answers.map(({ message }) => message));
    this.#transmit(whole, sealed);
    // Of the answers, too, those that did not end the setup count for its hash.
    const last = answers.at(-1)!;
    if (
      last.session !== undefined &&
      last.message.readUInt16LE(12) === COMMAND.sessionSetup &&
      last.message.readUInt32LE(8) !== 0
    )
      last.session.preauth = extendPreauth(last.session.preauth, last.message);
  }

  #transmit(message: Buffer, sealed: Smb2Session | undefined): void {
    if (sealed?.keys === undefined) return this.#send(message);
    this.#send(encrypt(message, sealed.keys.toClient, this.agreed!.cipher, sealed.id, ++sealed.sealed));
  }

  #sign(message: Buffer, session: Smb2Session): void {
    if (session.keys === undefined) return;
    message.writeUInt32LE((message.readUInt32LE(16) | FLAG.signed) >>> 0, 16);
    sign(message, session.keys.signing, this.agreed!.signing);
  }

  #answer(
    header: Smb2Header,
    message: Buffer,
    chain: Chain,
    sealed: Smb2Session | undefined,
  ):
    | { readonly message: Buffer; readonly session: Smb2Session | undefined; readonly signs: boolean }
    | 'end'
    | undefined {
    const related = (header.flags & FLAG.related) !== 0;
    if (!related)
      Object.assign(chain, { sessionId: header.sessionId, treeId: header.treeId, fileId: undefined, status: 0 });
    const handled = this.#dispatch(header, message, chain, sealed);
    if (handled === 'end' || handled === 'none') return handled === 'end' ? 'end' : undefined;
    chain.status = handled.status;
    if (handled.treeId !== undefined) chain.treeId = handled.treeId;
    if (handled.sessionId !== undefined) chain.sessionId = handled.sessionId;
    const session = this.#sessions.get(chain.sessionId);
    const isAsync = handled.status === STATUS.PENDING;
    const head: Smb2Header = {
      ...header,
      status: handled.status,
      credits: this.#credits.grant(header, handled.status),
      flags: FLAG.response | (related ? FLAG.related : 0) | (isAsync ? FLAG.async : 0),
      next: 0,
      asyncId: isAsync ? (handled as PendingReply).asyncId : 0n,
      treeId: handled.treeId ?? header.treeId,
      sessionId: handled.sessionId ?? header.sessionId,
    };
    const setUp = header.command === COMMAND.sessionSetup && handled.status === STATUS.SUCCESS;
    const signs =
      sealed === undefined &&
      session?.keys !== undefined &&
      !isAsync &&
      ((header.flags & FLAG.signed) !== 0 || (setUp && session.account?.guest === false));
    return { message: Buffer.concat([writeHeader(head), handled.body]), session, signs };
  }

  #dispatch(header: Smb2Header, message: Buffer, chain: Chain, sealed: Smb2Session | undefined): Handled | 'end' {
    const { command } = header;
    const body = new LittleReader(message, HEADER_BYTES);
    if (command === COMMAND.negotiate) return this.#negotiate(message);
    if (this.agreed === undefined) {
      this.#end('no negotiation');
      return 'end';
    }
    if (command > COMMAND.oplockBreak) {
      this.#end('unknown command');
      return 'end';
    }
    if (command === COMMAND.sessionSetup) return this.#sessionSetup(header, message, body);
    if (command === COMMAND.cancel) {
      this.#files.cancel(header);
      return 'none';
    }
    if (command === COMMAND.echo && chain.sessionId === 0n) return replied(Buffer.from('04000000', 'hex'));
    const session = this.#sessions.get(chain.sessionId);
    if (session?.account === undefined) return failed(STATUS.USER_SESSION_DELETED);
    if (sealed === undefined) {
      const isSigned = (header.flags & FLAG.signed) !== 0;
      if (isSigned && session.keys !== undefined && !verify(message, session.keys.signing, this.agreed.signing))
        return failed(STATUS.ACCESS_DENIED);
      if (!isSigned && session.signs) return failed(STATUS.ACCESS_DENIED);
    }
    switch (command) {
      case COMMAND.echo:
        return replied(Buffer.from('04000000', 'hex'));
      case COMMAND.logoff:
        session.close();
        this.#sessions.delete(session.id);
        return replied(Buffer.from('04000000', 'hex'));
      case COMMAND.treeConnect:
        return this.#treeConnect(session, message, body);
      default:
        break;
    }
    const tree = session.trees.get(chain.treeId);
    if (tree === undefined) return failed(STATUS.NETWORK_NAME_DELETED);
    if (command === COMMAND.treeDisconnect) {
      session.closeTree(tree.id);
      return replied(Buffer.from('04000000', 'hex'));
    }
    // Of a chain whose file could not be opened, the rest fails the same way.
    if ((header.flags & FLAG.related) !== 0 && chain.fileId === undefined && chain.status >>> 30 === 3)
      return failed(chain.status);
    return this.#files.handle({ header, message, body, session, tree, chained: chain });
  }

  #negotiate(message: Buffer): Handled | 'end' {
    const { identity, session, telemetry } = this.client;
    if (this.agreed !== undefined) {
      this.#end('negotiated twice');
      return 'end';
    }
    const { reply, agreed } = negotiate(message, identity, session.clock.now(), randomBytes(32));
    if (agreed === undefined) return reply;
    if (agreed.compression.length > 0 && agreed.dialect === 0x0311 && agreed.offered.length === 1)
      telemetry.probe({
        action: 'smbghost-probe',
        message: 'asked for SMB 3.1.1 with compression and for no other dialect, as scanners for SMBGhost do',
        techniques: ['T1595.002', 'T1210'],
        cve: ['CVE-2020-0796'],
      });
    this.#agree(agreed);
    if (agreed.dialect === 0x0311) {
      this.#preauth = extendPreauth(this.#preauth, message);
      const head: Smb2Header = {
        ...ZERO,
        ...readHeader(message)!,
        credits: 1,
        flags: FLAG.response,
        status: 0,
        next: 0,
      };
      this.#preauth = extendPreauth(this.#preauth, Buffer.concat([writeHeader(head), reply.body]));
    }
    return reply;
  }

  #agree(agreed: Agreed): void {
    this.agreed = agreed;
    this.client.telemetry.negotiated({
      dialect: dialectName(agreed.dialect),
      offered: agreed.offered.map(dialectName),
      guid: agreed.clientGuid.toString('hex'),
    });
  }

  #sessionSetup(header: Smb2Header, message: Buffer, body: LittleReader): Handled {
    const [size, flags, securityMode] = [body.u16(), body.u8(), body.u8()];
    body.skip(8);
    const [offset, length] = [body.u16(), body.u16()];
    const token = body.slice(offset, length);
    if (!body.ok || size !== 25 || token === undefined) return failed(STATUS.INVALID_PARAMETER);
    if ((flags & 1) !== 0)
      return failed(this.agreed!.dialect < 0x0300 ? STATUS.REQUEST_NOT_ACCEPTED : STATUS.USER_SESSION_DELETED);
    let session = this.#sessions.get(header.sessionId);
    if (header.sessionId !== 0n && session === undefined) return failed(STATUS.USER_SESSION_DELETED);
    if (session === undefined) {
      if (this.#sessions.size >= MAX_SESSIONS) return failed(STATUS.INSUFFICIENT_RESOURCES);
      session = new Smb2Session(BigInt(randomBytes(4).readUInt32LE(0) || 1), this.#preauth);
      this.#sessions.set(session.id, session);
    }
    if (this.agreed!.dialect === 0x0311) session.preauth = extendPreauth(session.preauth, message);
    session.login ??= new SmbLogin(this.client.identity, this.client.session);
    const result = session.login.step(token);
    if (result.kind === 'continue')
      return { ...setupReply(0, result.token, STATUS.MORE_PROCESSING_REQUIRED), sessionId: session.id };
    session.login = undefined;
    if (result.kind === 'failed') {
      session.close();
      this.#sessions.delete(session.id);
      return { ...failed(result.status), sessionId: session.id };
    }
    const { account, sessionKey } = result;
    // Of a session that is set up again the keys stay.
    session.account = account;
    if (sessionKey !== undefined && session.keys === undefined && !account.anonymous) {
      session.keys = sessionKeys(this.agreed!.dialect, sessionKey, session.preauth, this.agreed!.cipher);
      session.signs = (securityMode & 2) !== 0 || this.client.identity.product.signingRequired;
    }
    const isSamba = this.client.identity.product.family === 'samba';
    const out = account.guest ? 1 : account.anonymous && !isSamba ? 2 : 0;
    return { ...setupReply(out, result.token, STATUS.SUCCESS), sessionId: session.id };
  }

  #treeConnect(session: Smb2Session, message: Buffer, body: LittleReader): Handled {
    const size = body.u16();
    body.u16();
    const [offset, length] = [body.u16(), body.u16()];
    const path = new LittleReader(message).slice(offset, length);
    if (!body.ok || size !== 9 || path === undefined) return failed(STATUS.INVALID_PARAMETER);
    if (session.trees.size >= MAX_TREES) return failed(STATUS.INSUFFICIENT_RESOURCES);
    const { status, tree } = this.client.connect(path.toString('utf16le'), session.account!);
    if (tree === undefined) return failed(status);
    const id = randomBytes(4).readUInt32LE(0) || 1;
    session.trees.set(id, { id, tree });
    const isPipe = tree.kind === 'pipe';
    const isSamba = this.client.identity.product.family === 'samba';
    const type = isPipe ? (tree.share.kind === 'printer' ? 3 : 2) : 1;
    const flags = isPipe ? (isSamba ? 0 : 0x30) : isSamba ? 0 : 0x800;
    const out = new LittleWriter(16).u16(16).u8(type).u8(0).u32(flags).u32(0).u32(tree.announcedAccess);
    return { ...replied(out.done()), treeId: id };
  }
}

const ZERO: Smb2Header = {
  creditCharge: 0,
  status: 0,
  command: 0,
  credits: 0,
  flags: 0,
  next: 0,
  messageId: 0n,
  asyncId: 0n,
  treeId: 0,
  sessionId: 0n,
};

function setupReply(flags: number, token: Buffer, status: number): Reply {
  const out = new LittleWriter(16 + token.length)
    .u16(9)
    .u16(flags)
    .u16(HEADER_BYTES + 8)
    .u16(token.length)
    .raw(token);
  return { status, body: out.done() };
}

export function dialectName(dialect: number): string {
  if (dialect === 0x02ff) return '2.???';
  const patch = dialect & 15;
  return `${dialect >> 8}.${(dialect >> 4) & 15}${patch === 0 ? '' : `.${patch}`}`;
}
