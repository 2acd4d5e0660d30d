/** Signing and encryption of SMB2 and SMB3 (MS-SMB2 sections 3.1.4 and 3.1.5): keys, the three ways to sign, the four ciphers. */
import { createCipheriv, createDecipheriv, createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Dialect } from '../smb.types.ts';
import { LittleWriter } from '../wire.ts';

export const SIGNING = { hmacSha256: 0, aesCmac: 1, aesGmac: 2 } as const;
export const CIPHER = { aes128Ccm: 1, aes128Gcm: 2, aes256Ccm: 3, aes256Gcm: 4 } as const;
export const TRANSFORM_BYTES = 52;
export const TRANSFORM_MAGIC = 0x424d_53fd;
const SIGNATURE_AT = 48;
const TAG_BYTES = 16;

export interface SessionKeys {
  readonly signing: Buffer;
  readonly application: Buffer;
  /** What the client encrypts with, and what we do. */
  readonly fromClient: Buffer;
  readonly toClient: Buffer;
}

/** Counter mode with HMAC-SHA256 (NIST SP 800-108, section 5.1). */
function derive(key: Buffer, label: string, context: Uint8Array | string, bytes = 16): Buffer {
  const bits = Buffer.alloc(4);
  bits.writeUInt32BE(bytes * 8);
  return createHmac('sha256', key)
    .update(Buffer.of(0, 0, 0, 1))
    .update(`${label}\0`, 'latin1')
    .update(Buffer.of(0))
    .update(context)
    .update(bits)
    .digest()
    .subarray(0, bytes);
}

/** @param preauth the hash over the exchange so far; only 3.1.1 has it */
export function sessionKeys(dialect: Dialect, sessionKey: Buffer, preauth: Buffer, cipher: number): SessionKeys {
  if (dialect < 0x0300)
    return { signing: sessionKey, application: sessionKey, fromClient: sessionKey, toClient: sessionKey };
  if (dialect < 0x0311)
    return {
      signing: derive(sessionKey, 'SMB2AESCMAC', 'SmbSign\0'),
      application: derive(sessionKey, 'SMB2APP', 'SmbRpc\0'),
      fromClient: derive(sessionKey, 'SMB2AESCCM', 'ServerIn \0'),
      toClient: derive(sessionKey, 'SMB2AESCCM', 'ServerOut\0'),
    };
  const bytes = cipher === CIPHER.aes256Ccm || cipher === CIPHER.aes256Gcm ? 32 : 16;
  return {
    signing: derive(sessionKey, 'SMBSigningKey', preauth),
    application: derive(sessionKey, 'SMBAppKey', preauth),
    fromClient: derive(sessionKey, 'SMBC2SCipherKey', preauth, bytes),
    toClient: derive(sessionKey, 'SMBS2CCipherKey', preauth, bytes),
  };
}

/** Puts the signature into the message; its flag must be set already. */
export function sign(message: Buffer, key: Buffer, algorithm: number): void {
  signature(message, key, algorithm).copy(message, SIGNATURE_AT);
}

export function verify(message: Buffer, key: Buffer, algorithm: number): boolean {
  const sent = Buffer.from(message.subarray(SIGNATURE_AT, SIGNATURE_AT + TAG_BYTES));
  return timingSafeEqual(sent, signature(message, key, algorithm));
}

function signature(message: Buffer, key: Buffer, algorithm: number): Buffer {
  const cleared = Buffer.from(message);
  cleared.fill(0, SIGNATURE_AT, SIGNATURE_AT + TAG_BYTES);
  if (algorithm === SIGNING.aesCmac) return aesCmac(key, cleared);
  if (algorithm === SIGNING.aesGmac) {
    const nonce = Buffer.alloc(12);
    message.copy(nonce, 0, 24, 32);
    const isResponse = (message.readUInt32LE(16) & 1) !== 0;
    const isCancel = message.readUInt16LE(12) === 12;
    nonce.writeUInt32LE((isResponse ? 1 : 0) | (isCancel ? 2 : 0), 8);
    const cipher = createCipheriv('aes-128-gcm', key, nonce);
    cipher.setAAD(cleared);
    cipher.final();
    return cipher.getAuthTag();
  }
  return createHmac('sha256', key).update(cleared).digest().subarray(0, TAG_BYTES);
}

/** RFC 4493: the last block of a chain whose last block is masked with a key of its own. */
export function aesCmac(key: Buffer, message: Uint8Array): Buffer {
  const zero = Buffer.alloc(16);
  const ecb = createCipheriv('aes-128-ecb', key, null).setAutoPadding(false);
  const first = double(ecb.update(zero));
  const whole = message.length > 0 && message.length % 16 === 0;
  const padded = Buffer.alloc(whole ? message.length : Math.floor(message.length / 16) * 16 + 16);
  padded.set(message);
  if (!whole) padded[message.length] = 0x80;
  const mask = whole ? first : double(first);
  for (let i = 0; i < 16; i++) padded[padded.length - 16 + i]! ^= mask[i]!;
  const chain = createCipheriv('aes-128-cbc', key, zero).setAutoPadding(false);
  return chain.update(padded).subarray(-16);
}

function double(block: Buffer): Buffer {
  const out = Buffer.alloc(16);
  for (let i = 0; i < 16; i++) out[i] = ((block[i]! << 1) | (i === 15 ? 0 : block[i + 1]! >> 7)) & 255;
  if ((block[0]! & 0x80) !== 0) out[15]! ^= 0x87;
  return out;
}

interface CipherShape {
  readonly name: 'aes-128-ccm' | 'aes-128-gcm' | 'aes-256-ccm' | 'aes-256-gcm';
  readonly nonce: number;
}
const CIPHERS: Readonly<Record<number, CipherShape>> = {
  1: { name: 'aes-128-ccm', nonce: 11 },
  2: { name: 'aes-128-gcm', nonce: 12 },
  3: { name: 'aes-256-ccm', nonce: 11 },
  4: { name: 'aes-256-gcm', nonce: 12 },
};

/** A whole message inside a TRANSFORM_HEADER (section 2.2.41). */
export function encrypt(message: Buffer, key: Buffer, cipher: number, sessionId: bigint, counter: bigint): Buffer {
  const { name, nonce } = CIPHERS[cipher]!;
  const head = new LittleWriter(TRANSFORM_BYTES).u32(TRANSFORM_MAGIC).zeros(16);
  head.u64(counter).zeros(8).u32(message.length).u16(0).u16(1).u64(sessionId);
  const bytes = head.done();
  const iv = bytes.subarray(20, 20 + nonce);
  const options = { authTagLength: TAG_BYTES };
  const sealer = name.endsWith('ccm')
    ? createCipheriv(name as 'aes-128-ccm', key, iv, options)
    : createCipheriv(name as 'aes-128-gcm', key, iv, options);
  sealer.setAAD(bytes.subarray(20), { plaintextLength: message.length });
  const sealed = Buffer.concat([sealer.update(message), sealer.final()]);
  sealer.getAuthTag().copy(bytes, 4);
  return Buffer.concat([bytes, sealed]);
}

/** The message inside, or undefined where it was not made with this key. */
export function decrypt(frame: Buffer, key: Buffer, cipher: number): Buffer | undefined {
  const { name, nonce } = CIPHERS[cipher]!;
  const iv = frame.subarray(20, 20 + nonce);
  const sealed = frame.subarray(TRANSFORM_BYTES);
  const options = { authTagLength: TAG_BYTES };
  try {
    const opener = name.endsWith('ccm')
      ? createDecipheriv(name as 'aes-128-ccm', key, iv, options)
      : createDecipheriv(name as 'aes-128-gcm', key, iv, options);
    opener.setAuthTag(frame.subarray(4, 20));
    opener.setAAD(frame.subarray(20, TRANSFORM_BYTES), { plaintextLength: sealed.length });
    return Buffer.concat([opener.update(sealed), opener.final()]);
  } catch {
    return undefined;
  }
}

/** The running hash of 3.1.1 (section 3.1.4.4.1). */
export function extendPreauth(hash: Buffer, message: Uint8Array): Buffer {
  return createHash('sha512').update(hash).update(message).digest();
}
