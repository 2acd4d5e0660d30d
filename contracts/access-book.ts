/** Who has access: accounts with their second factors, sessions, tokens for programs, and links. Secrets are kept as hashes, or sealed where they are needed again. */
import type { Role } from './permission.ts';

export interface Account {
  readonly name: string;
  /** argon2id in PHC form; undefined where it has no password. */
  readonly passwordHash?: string | undefined;
  readonly role: Role;
  readonly createdAt: number;
  /** As whom an OpenID provider knows who signs in to it; undefined where it signs in by its password. */
  readonly openId?: OpenIdSubject | undefined;
}

/** Somebody for ever (OpenID Connect Core 1.0, section 5.7): names and addresses may become another's, this may not. */
export interface OpenIdSubject {
  readonly issuer: string;
  readonly subject: string;
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
}

/** A security key or passkey (WebAuthn) that signing in takes besides the password. Nothing of it is secret. */
export interface SecurityKey {
  /** Of ours, for addresses and the audit. */
  readonly id: string;
  /** By which its authenticator knows it, in base64url; no two keys have the same. */
  readonly credential: string;
  readonly account: string;
  /** In its owner's words. */
  readonly name: string;
  /** The relying party's id: the host name of the console that it was made under, the only one where its authenticator signs. */
  readonly host: string;
  /** The same with scheme and port: pages at another port of that name are other programs', and the authenticator signs for them too. */
  readonly origin: string;
  /** By which authenticators know the account, in base64url: random, the same for all keys of an account. */
  readonly userHandle: string;
  /** SubjectPublicKeyInfo (RFC 5280, section 4.1) as DER in base64url. */
  readonly publicKey: string;
  /** COSE's number of how it signs (RFC 9053). */
  readonly algorithm: number;
  /** The highest that it counted; 0 for ever where it does not count, as most passkeys. */
  readonly signCount: number;
  /** How a browser reaches it (`usb`, `internal` …), as the browser said. */
  readonly transports: readonly string[];
  readonly createdAt: number;
  /** Undefined before the first use. */
  readonly lastUsedAt?: number | undefined;
}

export interface AccessBookReader {
  account(name: string): Promise<Account | undefined>;
  /** By name. */
  accounts(): Promise<readonly Account[]>;
  accountOfOpenId(openId: OpenIdSubject): Promise<Account | undefined>;
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
  /** In the order in which they were added. */
  securityKeys(account: string): Promise<readonly SecurityKey[]>;
  /** Whether any account has the key that authenticators know by this name. */
  hasCredential(credential: string): Promise<boolean>;
  /** SHA-256 in hex of the recovery codes that are left; empty where there never were any. */
  recoveryHashes(account: string): Promise<readonly string[]>;
  /** Names of accounts whose second factor is confirmed, or that have a security key. */
  accountsWithSecondFactor(): Promise<readonly string[]>;
}

export interface AccessBookWriter {
  putAccount(account: Account): Promise<void>;
  /** With its sessions, tokens, signed-in programs, second factors and password reset. */
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
  /** By `id`. */
  putSecurityKey(key: SecurityKey): Promise<void>;
  removeSecurityKey(id: string): Promise<void>;
  /** In the place of those before; empty: none. */
  putRecoveryHashes(account: string, hashes: readonly string[]): Promise<void>;
  /** Drops sessions, tokens, signed-in programs, signing keys, invitations, password resets and kept answers that were over before this time; answers how many. */
  pruneAccess(before: number): Promise<number>;
}
