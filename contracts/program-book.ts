/** Programs that somebody signed in, and the keys that sign what these show. Of refresh tokens only hashes are kept; private keys are sealed. */
import type { Role } from './permission.ts';

/** A program that goes on by refresh tokens, each of which is used once: all of them together are one family (RFC 9700, section 4.14.2). */
export interface SignedInProgram {
  /** Which it is, for people, addresses and access tokens; says nothing. */
  readonly id: string;
  /** SHA-256 in hex of the part that all of its refresh tokens share. */
  readonly familyHash: string;
  /** SHA-256 in hex of the whole refresh token that is good now. */
  readonly refreshHash: string;
  /** Who signed it in: it goes with the account. */
  readonly account: string;
  /** What it is, in its owner's words. */
  readonly name: string;
  /** It may do what this role may, and never more than its owner's. */
  readonly role: Role;
  /** Epoch milliseconds, as all times here. */
  readonly createdAt: number;
  /** When it was signed in or refreshed last. */
  readonly refreshedAt: number;
  /** When its refresh token is worth nothing any more. */
  readonly expiresAt: number;
  /** From where it was signed in. */
  readonly address: string;
  /** For whoever sends the request again by which it got its token, because the answer was lost; undefined where that named no key. */
  readonly retry?: ProgramRetry | undefined;
}

export interface ProgramRetry {
  /** SHA-256 in hex of the request's key and of the token that it used up. */
  readonly hash: string;
  /** The refresh token that is good now, encrypted with this install's key. */
  readonly sealed: string;
}

/** Signs access tokens (ES256). The newest one signs; those before it are kept for as long as what they signed may live. */
export interface SigningKey {
  /** The thumbprint of the public key (RFC 7638). */
  readonly id: string;
  /** A public JWK (RFC 7517) as JSON. */
  readonly publicKey: string;
  /** The private JWK, encrypted with this install's key. */
  readonly sealedKey: string;
  readonly createdAt: number;
  /** When nothing that it signed counts any more; undefined for the one that signs. */
  readonly expiresAt?: number | undefined;
}

export interface ProgramBookReader {
  program(id: string): Promise<SignedInProgram | undefined>;
  /** Of this account or of all, the latest refreshed first, those that are over too; at most 10,000. */
  programs(account?: string): Promise<readonly SignedInProgram[]>;
  /** Newest first, those that are over too. */
  signingKeys(): Promise<readonly SigningKey[]>;
}

export interface ProgramBookWriter {
  putProgram(program: SignedInProgram): Promise<void>;
  removeProgram(id: string): Promise<void>;
  putSigningKey(key: SigningKey): Promise<void>;
}
