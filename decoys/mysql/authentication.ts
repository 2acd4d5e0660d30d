/** MySQL's two ways to prove a password: mysql_native_password and caching_sha2_password. */
import { createHash, privateDecrypt, constants, type KeyObject } from 'node:crypto';

function sha1(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha1');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

function sha256(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

function xor(a: Buffer, b: Buffer): Buffer {
  return Buffer.from(a.map((byte, i) => byte ^ b[i % b.length]!));
}

/** Whether this password gives this answer to this challenge. */
export function nativeMatches(scramble: Buffer, response: Buffer, password: string): boolean {
  if (password === '') return response.length === 0;
  const stage1 = sha1(Buffer.from(password, 'utf8'));
  return response.length === 20 && xor(stage1, sha1(scramble, sha1(stage1))).equals(response);
}

export function sha2Matches(scramble: Buffer, response: Buffer, password: string): boolean {
  if (password === '') return response.length === 0;
  const stage1 = sha256(Buffer.from(password, 'utf8'));
  return response.length === 32 && xor(stage1, sha256(sha256(stage1), scramble)).equals(response);
}

/** hashcat mode 11200. */
export function nativeHashcat(scramble: Buffer, response: Buffer): string | undefined {
  return response.length === 20 ? `$mysqlna$${scramble.toString('hex')}*${response.toString('hex')}` : undefined;
}

/** The password out of caching_sha2's full authentication without TLS; undefined where it is none. */
export function decryptPassword(encrypted: Buffer, scramble: Buffer, key: KeyObject): string | undefined {
  try {
    const clear = privateDecrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING }, encrypted);
    return withoutEnd(xor(clear, Buffer.concat([scramble, Buffer.from([0])])));
  } catch {
    return undefined;
  }
}

export function withoutEnd(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.subarray(0, end < 0 ? bytes.length : end).toString('utf8');
}

/** Twenty bytes that are neither zero nor `$`, as the server draws them. */
export function drawScramble(random: (bytes: number) => Uint8Array): Buffer {
  return Buffer.from(
    random(20).map((byte) => {
      const c = (byte % 94) + 33;
      return c === 36 ? 37 : c;
    }),
  );
}
