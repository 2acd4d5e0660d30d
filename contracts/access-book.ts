/** Who has access: accounts, their sessions, tokens for programs, and invitations. Secrets are kept as hashes only. */
import type { Role } from './permission.ts';

export interface Account {
  readonly name: string;
  /** argon2id in PHC form. */
  readonly passwordHash: string;
  readonly role: Role;
  readonly createdAt: number;
}

/** Times are epoch milliseconds, here and below. */
export interface ConsoleSession {
  /** SHA-256 of the token in hex: the token itself is never stored. */
  readonly tokenHash: string;
  readonly account: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly lastSeenAt: number;
}

/** What a program shows instead of a session. It may do what its role may, and never more than its owner's. */
export interface ApiToken {
  readonly id: string;
  readonly tokenHash: string;
  /** What it is for, in its owner's words. */
  readonly name: string;
  /** Whose it is: it goes with the account. */
  readonly account: string;
  readonly role: Role;
  readonly createdAt: number;
  readonly expiresAt: number;
  /** Roughly; undefined before the first use. */
  readonly lastUsedAt?: number | undefined;
}

/** A link that makes one account. */
export interface Invitation {
  readonly id: string;
  readonly tokenHash: string;
  readonly role: Role;
  /** Who invites. */
  readonly by: string;
  readonly createdAt: number;
  readonly expiresAt: number;
}

export interface AccessBookReader {
  account(name: string): Promise<Account | undefined>;
  /** By name. */
  accounts(): Promise<readonly Account[]>;
  session(tokenHash: string): Promise<ConsoleSession | undefined>;
  apiToken(tokenHash: string): Promise<ApiToken | undefined>;
  /** Newest first, those that are over too. */
  apiTokens(): Promise<readonly ApiToken[]>;
  invitation(tokenHash: string): Promise<Invitation | undefined>;
  /** Newest first, those that are over too. */
  invitations(): Promise<readonly Invitation[]>;
}

export interface AccessBookWriter {
  putAccount(account: Account): Promise<void>;
  /** With its sessions and tokens. */
  removeAccount(name: string): Promise<void>;
  putSession(session: ConsoleSession): Promise<void>;
  removeSession(tokenHash: string): Promise<void>;
  putApiToken(token: ApiToken): Promise<void>;
  removeApiToken(id: string): Promise<void>;
  putInvitation(invitation: Invitation): Promise<void>;
  removeInvitation(id: string): Promise<void>;
  /** Drops sessions, tokens, invitations and kept answers that were over before this time; answers how many. */
  pruneAccess(before: number): Promise<number>;
}
