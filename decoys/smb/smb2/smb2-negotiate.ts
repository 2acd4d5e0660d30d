/** What both sides agree on first (MS-SMB2 sections 2.2.3 and 2.2.4): dialect, limits, and for 3.1.1 hash, cipher and signing. */
import { OID, spnegoHello } from '../../ntlm/spnego.ts';
import { fileTime } from '../../ntlm/ntlm-messages.ts';
import { STATUS } from '../nt-status.ts';
import type { Dialect, SmbIdentity } from '../smb.types.ts';
import { LittleReader, LittleWriter } from '../wire.ts';
import { CIPHER, SIGNING } from './smb2-crypto.ts';
import { failed, HEADER_BYTES, replied, type Reply } from './smb2-header.ts';

const CONTEXT = {
  preauth: 1,
  encryption: 2,
  compression: 3,
  netname: 5,
  transport: 6,
  signing: 8,
  posix: 0x100,
} as const;
const CAPABILITY = { dfs: 1, leasing: 2, largeMtu: 4, multiChannel: 8, encryption: 0x40 } as const;
const MAX_LISTED = 64;

export interface Agreed {
  readonly dialect: Dialect;
  readonly cipher: number;
  readonly signing: number;
  readonly clientCapabilities: number;
  readonly clientSecurityMode: number;
  readonly clientGuid: Buffer;
  readonly offered: readonly number[];
  /** Of a client that would compress: SMBGhost's scanners ask for nothing else. */
  readonly compression: readonly number[];
  /** The name that the client means to reach. */
  readonly netname: string | undefined;
  readonly capabilities: number;
}

interface Contexts {
  readonly hashes: readonly number[];
  readonly ciphers: readonly number[] | undefined;
  readonly signings: readonly number[] | undefined;
  readonly compression: readonly number[];
  readonly netname: string | undefined;
}

export const MAX_TRANSFER = 8 * 1024 * 1024;

/** @param message with its header, for the contexts' offset */
export function negotiate(
  message: Buffer,
  identity: SmbIdentity,
  now: number,
  salt: Buffer,
): { readonly reply: Reply; readonly agreed?: Agreed } {
  const reader = new LittleReader(message, HEADER_BYTES);
  const size = reader.u16();
  const count = reader.u16();
  const clientSecurityMode = reader.u16();
  reader.u16();
  const clientCapabilities = reader.u32();
  const clientGuid = reader.raw(16);
  const [offset, contextCount] = [reader.u32(), reader.u16()];
  reader.u16();
  if (!reader.ok || size !== 36 || count === 0) return { reply: failed(STATUS.INVALID_PARAMETER) };
  const offered: number[] = [];
  for (let i = 0; i < Math.min(count, MAX_LISTED); i++) offered.push(reader.u16());
  if (!reader.ok) return { reply: failed(STATUS.INVALID_PARAMETER) };
  const dialect = identity.product.dialects.findLast((own) => offered.includes(own));
  if (dialect === undefined) return { reply: failed(STATUS.NOT_SUPPORTED) };
  const contexts = dialect === 0x0311 ? readContexts(message, offset, contextCount) : undefined;
  if (dialect === 0x0311 && (contexts === undefined || !contexts.hashes.includes(1)))
    return {
      reply: failed(
        contexts === undefined || contexts.hashes.length === 0 ? STATUS.INVALID_PARAMETER : STATUS.NO_HASH_OVERLAP,
      ),
    };
  const { product } = identity;
  // Of 3.1.1 the contexts say it; a client that has sent none still says it the old way.
  const canEncrypt =
    dialect >= 0x0300 && contexts?.ciphers === undefined && (clientCapabilities & CAPABILITY.encryption) !== 0;
  const cipher =
    contexts?.ciphers !== undefined
      ? (product.ciphers.find((own) => contexts.ciphers?.includes(own)) ?? 0)
      : canEncrypt
        ? CIPHER.aes128Ccm
        : 0;
  const chosen = product.signings.find((own) => contexts?.signings?.includes(own));
  const signing = dialect < 0x0300 ? SIGNING.hmacSha256 : (chosen ?? SIGNING.aesCmac);
  const capabilities = capabilitiesOf(identity, dialect, canEncrypt);
  const agreed: Agreed = {
    dialect,
    cipher,
    signing,
    clientCapabilities,
    clientSecurityMode,
    clientGuid: Buffer.from(clientGuid),
    offered,
    compression: contexts?.compression ?? [],
    netname: contexts?.netname,
    capabilities,
  };
  const answers = contexts === undefined ? [] : answerContexts(identity, contexts, cipher, chosen, salt);
  return { reply: replied(negotiateBody(identity, dialect, capabilities, now, answers)), agreed };
}

/** @param dialect 0x02ff: the client came with SMB1's NEGOTIATE and shall ask again */
export function negotiateBody(
  identity: SmbIdentity,
  dialect: number,
  capabilities: number,
  now: number,
  contexts: readonly Buffer[] = [],
): Buffer {
  const limit =
    dialect === 0x0202 || (dialect === 0x02ff && identity.product.family === 'windows') ? 65_536 : MAX_TRANSFER;
  const blob =
    identity.product.family === 'samba'
      ? spnegoHello([OID.ntlmssp])
      : spnegoHello(
          identity.target.inDomain
            ? [OID.negoex, OID.microsoftKerberos, OID.kerberos, OID.ntlmssp]
            : [OID.negoex, OID.ntlmssp],
        );
  const out = new LittleWriter(256);
  out
    .u16(65)
    .u16(identity.product.signingRequired ? 3 : 1)
    .u16(dialect)
    .u16(contexts.length)
    .raw(identity.guid);
  out.u32(capabilities).u32(limit).u32(limit).u32(limit).u64(fileTime(now)).u64(0);
  out
    .u16(HEADER_BYTES + 64)
    .u16(blob.length)
    .u32(0)
    .raw(blob);
  if (contexts.length === 0) return out.done();
  out.align(8).set32(60, HEADER_BYTES + out.length);
  for (const context of contexts) out.align(8).raw(context);
  return out.done();
}

export function capabilitiesOf(identity: SmbIdentity, dialect: number, encrypts: boolean): number {
  let capabilities: number = CAPABILITY.dfs;
  if (dialect !== 0x0202) capabilities |= CAPABILITY.leasing | CAPABILITY.largeMtu;
  if (dialect === 0x02ff && identity.product.family === 'windows') capabilities = CAPABILITY.dfs;
  if (dialect >= 0x0300) capabilities |= CAPABILITY.multiChannel;
  if (encrypts) capabilities |= CAPABILITY.encryption;
  return capabilities;
}

function readContexts(message: Buffer, offset: number, count: number): Contexts | undefined {
  const seen = new Map<number, Buffer>();
  let at = offset;
  for (let i = 0; i < Math.min(count, MAX_LISTED); i++) {
    const reader = new LittleReader(message, at);
    const [type, length] = [reader.u16(), reader.u16()];
    const data = reader.skip(4).raw(length);
    if (!reader.ok) return undefined;
    seen.set(type, data);
    at = reader.at + ((8 - (reader.at % 8)) % 8);
  }
  const list = (type: number, skip: number): readonly number[] | undefined => {
    const data = seen.get(type);
    if (data === undefined) return undefined;
    const reader = new LittleReader(data);
    const entries = reader.u16();
    reader.skip(skip);
    const values: number[] = [];
    for (let i = 0; i < Math.min(entries, MAX_LISTED) && reader.remaining >= 2; i++) values.push(reader.u16());
    return values;
  };
  return {
    hashes: list(CONTEXT.preauth, 2) ?? [],
    ciphers: list(CONTEXT.encryption, 0),
    signings: list(CONTEXT.signing, 0),
    compression: list(CONTEXT.compression, 6) ?? [],
    netname: seen.get(CONTEXT.netname)?.toString('utf16le').slice(0, 256),
  };
}

function answerContexts(
  identity: SmbIdentity,
  contexts: Contexts,
  cipher: number,
  signing: number | undefined,
  salt: Buffer,
): readonly Buffer[] {
  const context = (type: number, data: Buffer): Buffer =>
    new LittleWriter(8 + data.length).u16(type).u16(data.length).u32(0).raw(data).done();
  const answers = [context(CONTEXT.preauth, new LittleWriter(38).u16(1).u16(32).u16(1).raw(salt).done())];
  if (contexts.ciphers !== undefined)
    answers.push(context(CONTEXT.encryption, new LittleWriter(4).u16(1).u16(cipher).done()));
  if (identity.product.compression && contexts.compression.length > 0) {
    // Windows takes the first that it knows: LZNT1, LZ77 or LZ77 with Huffman.
    const known = contexts.compression.filter((algorithm) => algorithm >= 1 && algorithm <= 3).slice(0, 1);
    const out = new LittleWriter(10)
      .u16(Math.max(1, known.length))
      .u16(0)
      .u32(0)
      .u16(known[0] ?? 0);
    answers.push(context(CONTEXT.compression, out.done()));
  }
  if (signing !== undefined && contexts.signings !== undefined)
    answers.push(context(CONTEXT.signing, new LittleWriter(4).u16(1).u16(signing).done()));
  return answers;
}
