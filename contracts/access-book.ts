/** Who has access: accounts with their second factors, sessions, tokens for programs, and links. Secrets are kept as hashes, or sealed where they are needed again. */
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
  /** From where it was opened. */
  readonly address: string;
  /** What the browser called itself when it was opened, capped; empty where it said nothing. Anybody can write anything there. */
  readonly program: string;
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

/** A link by which an account gets a new password. One an account: a newer one takes its place. */
export interface PasswordReset {
  readonly account: string;
  readonly tokenHash: string;
  /** The admin who made it. */
  readonly by: string;
  readonly createdAt: number;
  readonly expiresAt: number;
}

/** Codes of an authenticator application (RFC 6238) that signing in asks for besides the password. */
export interface SecondFactor {
  readonly account: string;
  /** The shared secret, encrypted with this install's key. */
  readonly sealedSecret: string;
  readonly createdAt: number;
  /** When a first right code proved that the application has the secret; undefined until then: nothing is asked for yet. */
  readonly confirmedAt?: number | undefined;
  /** The time step of the last code that was taken: none is taken twice, nor an older one. */
  readonly lastStep: number;
  /** SHA-256 in hex of the recovery codes that are left. */
  readonly recoveryHashes: readonly string[];
}

export interface AccessBookReader {
  account(name: string): Promise<Account | undefined>;
  /** By name. */
  accounts(): Promise<readonly Account[]>;
  session(tokenHash: string): Promise<ConsoleSession | undefined>;
  /** Of this account, the latest used first, those that are over too. */
  sessionsOf(account: string): Promise<readonly ConsoleSession[]>;
  apiToken(tokenHash: string): Promise<ApiToken | undefined>;
  /** Newest first, those that are over too. */
  apiTokens(): Promise<readonly ApiToken[]>;
  invitation(tokenHash: string): Promise<Invitation | undefined>;
  /** Newest first, those that are over too. */
  invitations(): Promise<readonly Invitation[]>;
  passwordReset(tokenHash: string): Promise<PasswordReset | undefined>;
  secondFactor(account: string): Promise<SecondFactor | undefined>;
  /** Names of accounts whose second factor is confirmed. */
  accountsWithSecondFactor(): Promise<readonly string[]>;
}

export interface AccessBookWriter {
  putAccount(account: Account): Promise<void>;
  /** With its sessions, tokens, signed-in programs, second factor and password reset. */
  removeAccount(name: string): Promise<void>;
  putSession(session: ConsoleSession): Promise<void>;
  removeSession(tokenHash: string): Promise<void>;
  putApiToken(token: ApiToken): Promise<void>;
  removeApiToken(id: string): Promise<void>;
  putInvitation(invitation: Invitation): Promise<void>;
  removeInvitation(id: string): Promise<void>;
  putPasswordReset(reset: PasswordReset): Promise<void>;
  /** Those for this account, and those that it made. */
  removePasswordResets(account: string): Promise<void>;
  putSecondFactor(factor: SecondFactor): Promise<void>;
  removeSecondFactor(account: string): Promise<void>;
  /** Drops sessions, tokens, signed-in programs, signing keys, invitations, password resets and kept answers that were over before this time; answers how many. */
  pruneAccess(before: number): Promise<number>;
}
