/** Secrets that are shown once and kept as hashes. */
import { createHash, randomBytes } from 'node:crypto';

/** 256 bits: nobody guesses them, so that a fast hash is enough. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** SHA-256 in hex. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** For people and addresses; says nothing. */
export function newId(): string {
  return randomBytes(9).toString('base64url');
}
