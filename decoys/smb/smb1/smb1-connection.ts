/**
 * SMB1 on one connection (MS-CIFS, MS-SMB): negotiation, logins and trees; files are in `smb1-files.ts`, transactions in `smb1-transactions.ts`. Old, and still what
 * worms, scanners and appliances speak.
 */
import { randomBytes } from 'node:crypto';
import { NTLM } from '../../ntlm/ntlm-flags.ts';
import { fileTime } from '../../ntlm/ntlm-messages.ts';
import type { NtlmAuthenticate } from '../../ntlm/ntlm.types.ts';
import { OID, spnegoHello } from '../../ntlm/spnego.ts';
import { isError, STATUS } from '../nt-status.ts';
import { zoneMinutes } from '../rpc/srvsvc.ts';
import { MAX_OPENS, MAX_SESSIONS, MAX_TREES, type SmbClient, type Tree } from '../smb-client.ts';
import { judge, SmbLogin } from '../smb-login.ts';
import type { Smb2Connection } from '../smb2/smb2-connection.ts';
import { LittleWriter } from '../wire.ts';
import { Smb1Files } from './smb1-files.ts';
import {
  andX,
  FLAGS2,
  readCommands,
  readHeader,
  SMB1,
  type Smb1Reply,
  type Smb1Request,
  TextReader,
  texts,
  writeReplies,
} from './smb1-message.ts';
import { Numbered, type Smb1Context, type Smb1Open, type Smb1User } from './smb1-session.ts';
import { Smb1Transactions } from './smb1-transactions.ts';

const NO_DIALECT = 0xffff;
const NT_DIALECT = 'NT LM 0.12';
const MAX_DIALECTS = 32;
const EXTENDED_SECURITY = 0x8000_0000;
/** Of Samba 4.17 and of Windows: raw mode, Unicode, large files, NT calls, status codes, level II oplocks, large reads and writes, pass-through levels. */
const CAPABILITIES = { samba: 0x0080_f3fd, windows: 0x0001_f3fc } as const;

/** What a handler answers; `none`: nothing. */
export type Smb1Handled = Smb1Reply | 'none';

export class Smb1Connection {
  readonly client: SmbClient;
  readonly users = new Numbered<Smb1User>(MAX_SESSIONS, 100);
  readonly trees = new Numbered<Tree>(MAX_TREES);
  readonly opens = new Numbered<Smb1Open>(MAX_OPENS, 0x1000);
  readonly #smb2: Smb2Connection;
  readonly #send: (message: Buffer) => void;
  readonly #end: (reason: string) => void;
  readonly #files: Smb1Files;
  readonly #transactions: Smb1Transactions;
  readonly #challenge = randomBytes(8);
  #negotiated = false;
  #extended = false;

  constructor(client: SmbClient, smb2: Smb2Connection, send: (message: Buffer) => void, end: (reason: string) => void) {
    this.client = client;
    this.#smb2 = smb2;
    this.#send = send;
    this.#end = end;
    this.#files = new Smb1Files(this);
    this.#transactions = new Smb1Transactions(this);
  }

  needsFiles(message: Buffer): boolean {
    return message[4] === SMB1.sessionSetupAndX;
  }

  receive(message: Buffer): void {
    const header = readHeader(message);
    const requests = header === undefined ? undefined : readCommands(message, header);
    // Servers do not mind the bit that marks an answer; nmap sends it back.
    if (header === undefined || requests === undefined) return this.#end('malformed message');
    if (header.command === SMB1.negotiate) return this.#negotiate(requests[0]!);
    if (!this.#negotiated) return this.#end('no negotiation');
    const replies: (Smb1Reply & { readonly command: number })[] = [];
    let { uid, tid } = header;
    for (const request of requests) {
      const current: Smb1Request = { ...request, header: { ...header, uid, tid } };
      const handled = this.#dispatch(current);
      if (handled === 'none') return;
      replies.push({ ...handled, command: request.command });
      uid = handled.uid ?? uid;
      tid = handled.tid ?? tid;
      if (isError(handled.status)) break;
    }
    this.#send(writeReplies(header, replies, this.#commonFlags2));
  }

  /** Who and where a request is; a status where it is nobody or nowhere. */
  context(request: Smb1Request): Smb1Context | { readonly status: number } {
    const account = this.users.get(request.header.uid)?.account;
    if (account === undefined) return { status: STATUS.SMB_BAD_UID };
    const tree = this.trees.get(request.header.tid);
    return tree === undefined ? { status: STATUS.SMB_BAD_TID } : { tree, account };
  }

  /** More than one answer to the same request. */
  sendReply(request: Smb1Request, reply: Smb1Reply): void {
    this.#send(writeReplies(request.header, [{ ...reply, command: request.command }], this.#commonFlags2));
  }

  /** Samba sets long names, extended attributes and status codes whatever was asked. */
  get #commonFlags2(): number {
    return this.client.identity.product.family === 'samba' ? 0x4003 : 0x0001;
  }

  closed(): void {
    for (const [, { open }] of this.opens.entries()) if (open.kind === 'disk') open.close();
  }

  #negotiate(request: Smb1Request): void {
    const { identity, telemetry } = this.client;
    const dialects: string[] = [];
    for (let at = 0; at < request.bytes.length && dialects.length < MAX_DIALECTS;) {
      const end = request.bytes.indexOf(0, at);
      if (request.bytes[at] !== 2 || end < 0) break;
      dialects.push(
        request.bytes
          .subarray(at + 1, end)
          .toString('latin1')
          .slice(0, 64),
      );
      at = end + 1;
    }
    if (dialects.includes('SMB 2.???') && identity.product.dialects.some((dialect) => dialect > 0x0202))
      return this.#smb2.answerSmb1(0x02ff);
    if (dialects.includes('SMB 2.002')) return this.#smb2.answerSmb1(0x0202);
    if (this.#negotiated) return this.#end('negotiated twice');
    // Samba takes the older name of the same dialect too, whichever comes first.
    const isSamba = identity.product.family === 'samba';
    const index = identity.product.smb1
      ? dialects.findIndex((dialect) => dialect === NT_DIALECT || (isSamba && dialect === 'NT LANMAN 1.0'))
      : -1;
    telemetry.negotiated({ dialect: index < 0 ? 'none' : NT_DIALECT, offered: dialects });
    if (index < 0) {
      // Windows without SMB1 does not answer at all.
      if (identity.product.family === 'windows' && !identity.product.smb1) return this.#end('SMB1 only');
      const plain = { ...request.header, flags2: request.header.flags2 & ~FLAGS2.extendedSecurity };
      const words = new LittleWriter(2).u16(NO_DIALECT).done();
      return this.sendReply({ ...request, header: plain }, { status: STATUS.SUCCESS, words });
    }
    this.#negotiated = true;
    this.#extended = (request.header.flags2 & FLAGS2.extendedSecurity) !== 0;
    this.sendReply(request, this.#negotiateReply(request, index));
  }

  #negotiateReply(request: Smb1Request, index: number): Smb1Reply {
    const { identity, session } = this.client;
    const { product, persona } = identity;
    const now = session.clock.now();
    const isSamba = product.family === 'samba';
    const words = new LittleWriter(34).u16(index);
    words
      .u8(3 | (product.signingRequired ? 12 : 0))
      .u16(50)
      .u16(1)
      .u32(isSamba ? 16_644 : 16_644)
      .u32(65_536);
    words.u32(isSamba ? process16(persona.derive('smb session key', 4)) : 0);
    words.u32((CAPABILITIES[product.family] | (this.#extended ? EXTENDED_SECURITY : 0)) >>> 0);
    words
      .u64(fileTime(now))
      .u16(zoneMinutes(persona.timeZone, new Date(now)) & 0xffff)
      .u8(this.#extended ? 0 : 8);
    if (this.#extended) {
      const blob = spnegoHello(isSamba ? [OID.ntlmssp] : [OID.ntlmssp], { hint: true });
      return { status: STATUS.SUCCESS, words: words.done(), bytes: Buffer.concat([identity.guid, blob]) };
    }
    const names = texts([identity.workgroup, identity.target.netbiosComputer], true, 0);
    return { status: STATUS.SUCCESS, words: words.done(), bytes: Buffer.concat([this.#challenge, names]) };
  }

  #dispatch(request: Smb1Request): Smb1Handled {
    switch (request.command) {
      case SMB1.sessionSetupAndX:
        return this.#sessionSetup(request);
      case SMB1.logoffAndX:
        this.users.delete(request.header.uid);
        return { status: STATUS.SUCCESS, words: andX() };
      case SMB1.treeConnectAndX:
        return this.#treeConnect(request);
      case SMB1.treeDisconnect: {
        for (const [fid, { open, tid }] of this.opens.entries()) {
          if (tid !== request.header.tid) continue;
          if (open.kind === 'disk') open.close();
          this.opens.delete(fid);
        }
        return { status: this.trees.delete(request.header.tid) ? STATUS.SUCCESS : STATUS.SMB_BAD_TID };
      }
      case SMB1.echo:
        return { status: STATUS.SUCCESS, words: new LittleWriter(2).u16(1).done(), bytes: request.bytes };
      case SMB1.transaction:
      case SMB1.transaction2:
      case SMB1.ntTransact:
      case SMB1.transactionSecondary:
      case SMB1.transaction2Secondary:
      case SMB1.ntTransactSecondary:
        return this.#transactions.handle(request);
      case SMB1.findClose2:
        this.#transactions.closeSearch(request.words.u16());
        return { status: STATUS.SUCCESS };
      case SMB1.ntCancel:
        return 'none';
      default:
        return this.#files.handle(request);
    }
  }

  #sessionSetup(request: Smb1Request): Smb1Handled {
    const { product } = this.client.identity;
    const native = [product.nativeOs, product.nativeLanManager];
    if (request.wordCount === 12) {
      const { words, bytes, header } = request;
      words.skip(14);
      const token = bytes.subarray(0, words.u16());
      const text = new TextReader(request, token.length);
      this.#tellClient(text.next(), text.next());
      let uid = header.uid;
      let user = this.users.get(uid);
      if (user === undefined || (user.account !== undefined && user.login === undefined)) {
        user = { login: new SmbLogin(this.client.identity, this.client.session), account: user?.account };
        const added = this.users.get(uid) === undefined ? this.users.add(user) : undefined;
        if (added === undefined && this.users.get(uid) === undefined) return { status: STATUS.INSUFFICIENT_RESOURCES };
        uid = added ?? uid;
      }
      user.login ??= new SmbLogin(this.client.identity, this.client.session);
      const result = user.login.step(token);
      if (result.kind === 'failed') {
        this.users.delete(uid);
        return { status: result.status };
      }
      if (result.kind === 'done') {
        user.account = result.account;
        user.login = undefined;
      }
      const action = result.kind === 'done' && result.account.guest ? 1 : 0;
      return {
        status: result.kind === 'continue' ? STATUS.MORE_PROCESSING_REQUIRED : STATUS.SUCCESS,
        words: andX(action, result.token.length),
        bytes: (at) =>
          Buffer.concat([
            result.token,
            texts(
              [...native, ...(product.family === 'samba' ? [this.client.identity.workgroup] : [])],
              header.unicode,
              at + result.token.length,
            ),
          ]),
        uid,
      };
    }
    if (request.wordCount !== 13) return { status: STATUS.INVALID_SMB };
    return this.#plainSetup(request, native);
  }

  /** Without extended security: the responses themselves, to the challenge of the negotiation. */
  #plainSetup(request: Smb1Request, native: readonly string[]): Smb1Handled {
    const { words, bytes, header } = request;
    words.skip(14);
    const [oem, unicode] = [words.u16(), words.u16()];
    if (oem + unicode > bytes.length) return { status: STATUS.INVALID_PARAMETER };
    const text = new TextReader(request, oem + unicode);
    const [user, domain, os, manager] = [text.next(), text.next(), text.next(), text.next()];
    this.#tellClient(os, manager);
    const lmResponse = bytes.subarray(0, oem);
    const ntResponse = bytes.subarray(oem, oem + unicode);
    const message: NtlmAuthenticate = {
      flags: NTLM.unicode | NTLM.ntlm,
      user: user.slice(0, 256),
      domain: domain.slice(0, 256),
      workstation: '',
      lmResponse: Buffer.from(lmResponse),
      ntResponse: Buffer.from(ntResponse),
      encryptedSessionKey: Buffer.alloc(0),
      version: undefined,
      anonymous: user === '',
      mic: undefined,
      targetName: undefined,
    };
    const { account } = judge(this.client.identity, this.client.session, message, this.#challenge);
    if (account === undefined) return { status: STATUS.LOGON_FAILURE };
    const uid = this.users.add({ login: undefined, account });
    if (uid === undefined) return { status: STATUS.INSUFFICIENT_RESOURCES };
    return {
      status: STATUS.SUCCESS,
      words: andX(account.guest || account.anonymous ? 1 : 0),
      bytes: (at) => texts([...native, this.client.identity.workgroup], header.unicode, at),
      uid,
    };
  }

  #tellClient(os: string, manager: string): void {
    const software = [os, manager].filter((text) => text !== '').join('; ');
    if (software === '' || this.#told) return;
    this.#told = true;
    this.client.telemetry.report.client({ software: software.slice(0, 256) });
  }

  #told = false;

  #treeConnect(request: Smb1Request): Smb1Handled {
    const { words, header } = request;
    words.skip(4);
    const [flags, passwordLength] = [words.u16(), words.u16()];
    const account = this.users.get(header.uid)?.account;
    if (account === undefined) return { status: STATUS.SMB_BAD_UID };
    const text = new TextReader(request, passwordLength);
    const path = text.next();
    const service = text.ascii();
    const { status, tree } = this.client.connect(path, account);
    if (tree === undefined) return { status };
    const isPipe = tree.kind === 'pipe';
    const kind = isPipe ? (tree.share.kind === 'printer' ? 'LPT1:' : 'IPC') : 'A:';
    if (service !== '?????' && service !== '' && service !== kind) return { status: STATUS.BAD_DEVICE_TYPE };
    const tid = this.trees.add(tree);
    if (tid === undefined) return { status: STATUS.INSUFFICIENT_RESOURCES };
    const extended = (flags & 8) !== 0;
    const access = tree.announcedAccess;
    return {
      status: STATUS.SUCCESS,
      words: extended ? andX(1, access & 0xffff, access >>> 16, 0, 0) : andX(1),
      bytes: (at) => {
        const name = Buffer.from(`${kind}\0`, 'latin1');
        return Buffer.concat([name, texts([isPipe ? '' : 'NTFS'], header.unicode, at + name.length)]);
      },
      tid,
    };
  }
}

/** Samba gives its process id for a session key. */
function process16(bytes: Uint8Array): number {
  return 800 + (((bytes[0]! << 8) | bytes[1]!) % 31_000);
}
