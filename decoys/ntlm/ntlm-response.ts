/**
 * Whether a response was made with a certain password, and the session key that both sides then share (MS-NLMP section 3.3). The password itself never
 * crosses the wire, so a decoy can only ask whether it was one of those it knows.
 */
import { createCipheriv, createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { utf16 } from './av-pairs.ts';
import { md4 } from './md4.ts';
import { NTLM } from './ntlm-flags.ts';
import { withoutMic } from './ntlm-messages.ts';
import { Rc4 } from './rc4.ts';
import type { NtlmAuthenticate } from './ntlm.types.ts';

const EMPTY = Buffer.alloc(0);
const LM_TEXT = Buffer.from('KGS!@#$%', 'latin1');

/** Of the ways a client can answer; the field's names. */
export type NtlmResponseKind = 'anonymous' | 'lm' | 'ntlm' | 'ntlm-ess' | 'ntlmv2';

export interface NtlmMatch {
  readonly password: string;
  /** 16 bytes: what signing and sealing keys are made of. */
  readonly sessionKey: Buffer;
}

/** The hash that Windows keeps of a password. */
export function ntHash(password: string): Buffer {
  return md4(utf16(password));
}

export function responseKind(message: NtlmAuthenticate): NtlmResponseKind {
  if (message.anonymous) return 'anonymous';
  if (message.ntResponse.length > 24) return 'ntlmv2';
  if (message.ntResponse.length < 24) return 'lm';
  return (message.flags & NTLM.extendedSessionSecurity) !== 0 && isEss(message) ? 'ntlm-ess' : 'ntlm';
}

/** The first of the candidates with which the response was made. One costs some microseconds. */
export function findPassword(
  message: NtlmAuthenticate,
  serverChallenge: Uint8Array,
  candidates: Iterable<string>,
): NtlmMatch | undefined {
  for (const password of candidates) {
    const sessionKey = matchPassword(message, serverChallenge, password);
    if (sessionKey !== undefined) return { password, sessionKey };
  }
  return undefined;
}

/** The session key (exported, after key exchange) where the response was made with this password. */
export function matchPassword(
  message: NtlmAuthenticate,
  serverChallenge: Uint8Array,
  password: string,
): Buffer | undefined {
  return matchHash(message, serverChallenge, ntHash(password), () => lmHash(password));
}

/** The same for whoever knows the NT hash alone. */
export function matchHash(
  message: NtlmAuthenticate,
  serverChallenge: Uint8Array,
  hash: Buffer,
  lm: () => Buffer = () => EMPTY,
): Buffer | undefined {
  const base = baseKey(message, serverChallenge, hash, lm);
  return base === undefined ? undefined : exportedKey(message, base);
}

/** An anonymous client's session key: what the protocol makes of no password at all. */
export function anonymousKey(message: NtlmAuthenticate): Buffer {
  return exportedKey(message, Buffer.alloc(16)) ?? Buffer.alloc(16);
}

/** Whether the three messages arrived as the client saw them. True where the client sent no such code. */
export function checkMic(
  message: NtlmAuthenticate,
  sessionKey: Uint8Array,
  negotiate: Uint8Array,
  challenge: Uint8Array,
  authenticate: Uint8Array,
): boolean {
  if (message.mic === undefined) return true;
  const expected = createHmac('md5', sessionKey)
    .update(negotiate)
    .update(challenge)
    .update(withoutMic(authenticate))
    .digest();
  return timingSafeEqual(expected, message.mic);
}

function baseKey(
  message: NtlmAuthenticate,
  serverChallenge: Uint8Array,
  hash: Buffer,
  lm: () => Buffer,
): Buffer | undefined {
  const { ntResponse, lmResponse } = message;
  const kind = responseKind(message);
  if (kind === 'ntlmv2') return v2Key(message, serverChallenge, hash);
  if (kind === 'ntlm-ess') {
    const challenges = Buffer.concat([serverChallenge, lmResponse.subarray(0, 8)]);
    const mixed = createHash('md5').update(challenges).digest().subarray(0, 8);
    if (!desl(hash, mixed).equals(ntResponse)) return undefined;
    return createHmac('md5', md4(hash)).update(challenges).digest();
  }
  if (kind === 'ntlm')
    return desl(hash, serverChallenge).equals(ntResponse) ? lmKeyed(message, md4(hash), lm) : undefined;
  if (kind !== 'lm' || lmResponse.length !== 24) return undefined;
  // An LMv2 response has the same length: a code over both challenges, and the client's.
  const second = v2Key(message, serverChallenge, hash, lmResponse);
  if (second !== undefined) return second;
  const own = lm();
  if (own.length !== 16) return undefined;
  return desl(own, serverChallenge).equals(lmResponse) ? lmKeyed(message, md4(hash), lm) : undefined;
}

function v2Key(
  message: NtlmAuthenticate,
  serverChallenge: Uint8Array,
  hash: Buffer,
  response = message.ntResponse,
): Buffer | undefined {
  const { user } = message;
  // Clients differ in whether the domain they name is the one they hashed; servers try both (Samba does).
  for (const domain of new Set([message.domain, ''])) {
    const owf = createHmac('md5', hash)
      .update(utf16(user.toUpperCase() + domain))
      .digest();
    const proof = createHmac('md5', owf).update(serverChallenge).update(response.subarray(16)).digest();
    if (timingSafeEqual(proof, response.subarray(0, 16))) return createHmac('md5', owf).update(proof).digest();
  }
  return undefined;
}

/** With LM_KEY the base key is made of the LM hash and response instead (section 3.4.5.1). */
function lmKeyed(message: NtlmAuthenticate, key: Buffer, lm: () => Buffer): Buffer {
  if ((message.flags & NTLM.lmKey) === 0) return key;
  const hash = lm();
  if (hash.length !== 16 || message.lmResponse.length < 8) return key;
  const response = message.lmResponse.subarray(0, 8);
  const rest = Buffer.concat([hash.subarray(7, 8), Buffer.alloc(6, 0xbd)]);
  return Buffer.concat([des(hash.subarray(0, 7), response), des(rest, response)]);
}

function exportedKey(message: NtlmAuthenticate, base: Buffer): Buffer | undefined {
  if ((message.flags & NTLM.keyExchange) === 0) return base;
  if (message.encryptedSessionKey.length !== 16) return undefined;
  return new Rc4(base).update(message.encryptedSessionKey);
}

/** An LM response of eight client bytes and zeros is how NTLM with extended session security says its nonce. */
function isEss({ lmResponse }: NtlmAuthenticate): boolean {
  return lmResponse.length === 24 && lmResponse.subarray(8).every((byte) => byte === 0);
}

export function lmHash(password: string): Buffer {
  const text = Buffer.alloc(14);
  text.write(password.toUpperCase().slice(0, 14), 'latin1');
  return Buffer.concat([des(text.subarray(0, 7), LM_TEXT), des(text.subarray(7), LM_TEXT)]);
}

function desl(key: Uint8Array, block: Uint8Array): Buffer {
  const padded = Buffer.alloc(21);
  padded.set(key);
  return Buffer.concat([0, 7, 14].map((at) => des(padded.subarray(at, at + 7), block)));
}

/** One block of DES with a key of seven bytes. Node loads no single DES: three times with one key is the same. */
function des(key7: Uint8Array, block: Uint8Array): Buffer {
  const key = Buffer.alloc(8);
  for (let i = 0; i < 8; i++) {
    const left = i === 0 ? 0 : key7[i - 1]! << (8 - i);
    const right = i === 7 ? 0 : key7[i]! >> i;
    key[i] = (left | right) & 0xfe;
  }
  const cipher = createCipheriv('des-ede3', Buffer.concat([key, key, key]), null);
  cipher.setAutoPadding(false);
  return cipher.update(block);
}
