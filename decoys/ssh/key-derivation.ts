/** RFC 4253 section 7.2: six keys from the shared secret and the exchange hash. */
import { createHash } from 'node:crypto';
import { CIPHERS, MACS } from './crypto/algorithms.ts';
import type { DirectionKeys } from './crypto/crypto.types.ts';

export interface KeyMaterial {
  readonly hash: 'sha256' | 'sha384' | 'sha512';
  /** As encoded on the wire: mpint, or string for the hybrid methods. */
  readonly secret: Uint8Array;
  readonly exchangeHash: Uint8Array;
  readonly sessionId: Uint8Array;
}

/** Letters of the initial vector, the key and the MAC key. */
export const CLIENT_TO_SERVER = ['A', 'C', 'E'] as const;
export const SERVER_TO_CLIENT = ['B', 'D', 'F'] as const;

export function deriveKeys(
  material: KeyMaterial,
  letters: readonly [string, string, string],
  cipherName: string,
  macName: string,
): DirectionKeys {
  const cipher = CIPHERS.get(cipherName)!;
  const macBytes = cipher.tagBytes > 0 ? 0 : MACS.get(macName)!.keyBytes;
  return {
    iv: derive(material, letters[0], cipher.ivBytes),
    key: derive(material, letters[1], cipher.keyBytes),
    macKey: derive(material, letters[2], macBytes),
  };
}

function derive(material: KeyMaterial, letter: string, bytes: number): Uint8Array {
  if (bytes === 0) return new Uint8Array(0);
  const start = () => createHash(material.hash).update(material.secret).update(material.exchangeHash);
  let key = start().update(letter).update(material.sessionId).digest();
  while (key.length < bytes) key = Buffer.concat([key, start().update(key).digest()]);
  return key.subarray(0, bytes);
}
