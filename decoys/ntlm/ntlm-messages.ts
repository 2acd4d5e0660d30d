/** Reads NEGOTIATE and AUTHENTICATE messages and writes CHALLENGE (MS-NLMP section 2.2.1). What does not fit reads as undefined. */
import { AV, readAvPairs, utf16, writeAvPairs, type AvPair } from './av-pairs.ts';
import { NTLM } from './ntlm-flags.ts';
import { LIMITS, type NtlmAuthenticate, type NtlmNegotiate, type NtlmTarget, type NtlmVersion } from './ntlm.types.ts';

export const NTLM_SIGNATURE = Buffer.from('NTLMSSP\0', 'latin1');
/** Of the fixed part of a CHALLENGE with its version. */
const CHALLENGE_HEAD = 56;
const MIC_AT = 72;
const MIC_PROVIDED = 2;
/** 100 ns from 1601 to 1970. */
const EPOCH = 116_444_736_000_000_000n;

/** 1, 2 or 3; undefined where it is no NTLM message. */
export function ntlmMessageType(bytes: Uint8Array): number | undefined {
  if (bytes.length < 12 || bytes.length > LIMITS.maxToken || !NTLM_SIGNATURE.equals(bytes.subarray(0, 8)))
    return undefined;
  return asBuffer(bytes).readUInt32LE(8);
}

export function readNegotiate(bytes: Uint8Array): NtlmNegotiate | undefined {
  const message = asBuffer(bytes);
  if (ntlmMessageType(message) !== 1 || message.length < 16) return undefined;
  const flags = message.readUInt32LE(12);
  const name = (at: number, supplied: number): string =>
    (flags & supplied) === 0 ? '' : (field(message, at)?.toString('latin1') ?? '').slice(0, LIMITS.maxName);
  return {
    flags,
    domain: name(16, NTLM.domainSupplied),
    workstation: name(24, NTLM.workstationSupplied),
    version: (flags & NTLM.version) === 0 ? undefined : readVersion(message, 32),
  };
}

export interface ChallengeOptions {
  readonly target: NtlmTarget;
  /** Eight random bytes. */
  readonly serverChallenge: Uint8Array;
  /** What the NEGOTIATE asked for; the answer is a part of it. */
  readonly clientFlags: number;
  /** Epoch milliseconds. */
  readonly now: number;
}

export function writeChallenge(options: ChallengeOptions): Buffer {
  const { target, serverChallenge, now } = options;
  const flags = challengeFlags(options.clientFlags, target);
  const unicode = (flags & NTLM.unicode) !== 0;
  const name = target.inDomain ? target.netbiosDomain : target.netbiosComputer;
  const targetName =
    (flags & NTLM.requestTarget) === 0 ? Buffer.alloc(0) : unicode ? utf16(name) : Buffer.from(name, 'latin1');
  const time = Buffer.alloc(8);
  time.writeBigUInt64LE(fileTime(now));
  const pairs: AvPair[] = [
    [AV.netbiosDomain, utf16(target.inDomain ? target.netbiosDomain : target.netbiosComputer)],
    [AV.netbiosComputer, utf16(target.netbiosComputer)],
    [AV.dnsDomain, utf16(target.dnsDomain)],
    [AV.dnsComputer, utf16(target.dnsComputer)],
  ];
  if (target.dnsTree !== undefined) pairs.push([AV.dnsTree, utf16(target.dnsTree)]);
  pairs.push([AV.timestamp, time]);
  const info = (flags & NTLM.targetInfo) === 0 ? Buffer.alloc(0) : writeAvPairs(pairs);
  const head = Buffer.alloc(CHALLENGE_HEAD);
  head.set(NTLM_SIGNATURE);
  head.writeUInt32LE(2, 8);
  putField(head, 12, targetName.length, CHALLENGE_HEAD);
  head.writeUInt32LE(flags, 20);
  head.set(serverChallenge, 24);
  putField(head, 40, info.length, CHALLENGE_HEAD + targetName.length);
  if ((flags & NTLM.version) !== 0) {
    head[48] = target.version.major;
    head[49] = target.version.minor;
    head.writeUInt16LE(target.version.build, 50);
    head[55] = 15;
  }
  return Buffer.concat([head, targetName, info]);
}

export function readAuthenticate(bytes: Uint8Array): NtlmAuthenticate | undefined {
  const message = asBuffer(bytes);
  if (ntlmMessageType(message) !== 3 || message.length < 52) return undefined;
  const fields = [12, 20, 28, 36, 44].map((at) => field(message, at));
  const [lmResponse, ntResponse, domain, user, workstation] = fields;
  if (
    lmResponse === undefined ||
    ntResponse === undefined ||
    domain === undefined ||
    user === undefined ||
    workstation === undefined
  )
    return undefined;
  const hasKey = message.length >= 64;
  const encryptedSessionKey = hasKey ? (field(message, 52) ?? Buffer.alloc(0)) : Buffer.alloc(0);
  const flags = hasKey ? message.readUInt32LE(60) : NTLM.oem;
  const text = (value: Buffer): string =>
    value.toString((flags & NTLM.unicode) === 0 ? 'latin1' : 'utf16le').slice(0, LIMITS.maxName);
  const pairs = ntResponse.length > 44 ? readAvPairs(ntResponse.subarray(44)) : undefined;
  const avFlags = pairs?.get(AV.flags);
  const hasMic = avFlags !== undefined && avFlags.length === 4 && (avFlags.readUInt32LE() & MIC_PROVIDED) !== 0;
  return {
    flags,
    user: text(user),
    domain: text(domain),
    workstation: text(workstation),
    lmResponse,
    ntResponse,
    encryptedSessionKey,
    version: (flags & NTLM.version) === 0 ? undefined : readVersion(message, 64),
    anonymous: user.length === 0 && ntResponse.length === 0 && lmResponse.length <= 1,
    mic: hasMic && message.length >= MIC_AT + 16 ? message.subarray(MIC_AT, MIC_AT + 16) : undefined,
    targetName: pairs?.get(AV.targetName)?.toString('utf16le').slice(0, LIMITS.maxName),
  };
}

/** An AUTHENTICATE as its MIC was computed: with zeros in the MIC's place. */
export function withoutMic(message: Uint8Array): Buffer {
  const copy = Buffer.from(message);
  copy.fill(0, MIC_AT, MIC_AT + 16);
  return copy;
}

/** 100 ns since 1601, as Windows counts. */
export function fileTime(epochMs: number): bigint {
  return BigInt(Math.round(epochMs * 1000)) * 10n + EPOCH;
}

/** What of the client's wishes is granted, as Windows and Samba do (section 3.2.5.1.1). */
function challengeFlags(asked: number, target: NtlmTarget): number {
  let flags = NTLM.ntlm | NTLM.targetInfo | NTLM.version;
  flags |= (asked & NTLM.unicode) === 0 ? NTLM.oem : NTLM.unicode;
  const granted = [
    NTLM.sign,
    NTLM.seal,
    NTLM.alwaysSign,
    NTLM.key128,
    NTLM.key56,
    NTLM.keyExchange,
    NTLM.extendedSessionSecurity,
  ];
  for (const bit of granted) flags |= asked & bit;
  // Both name their target whether or not it was asked for, where they speak of it at all.
  if ((asked & NTLM.requestTarget) !== 0)
    flags |= NTLM.requestTarget | (target.inDomain ? NTLM.targetTypeDomain : NTLM.targetTypeServer);
  return flags >>> 0;
}

function field(message: Buffer, at: number): Buffer | undefined {
  if (at + 8 > message.length) return undefined;
  const length = message.readUInt16LE(at);
  if (length === 0) return Buffer.alloc(0);
  const offset = message.readUInt32LE(at + 4);
  return offset + length > message.length ? undefined : message.subarray(offset, offset + length);
}

function putField(message: Buffer, at: number, length: number, offset: number): void {
  message.writeUInt16LE(length, at);
  message.writeUInt16LE(length, at + 2);
  message.writeUInt32LE(offset, at + 4);
}

function readVersion(message: Buffer, at: number): NtlmVersion | undefined {
  if (at + 8 > message.length) return undefined;
  return { major: message[at]!, minor: message[at + 1]!, build: message.readUInt16LE(at + 2) };
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
