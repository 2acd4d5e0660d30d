/** The queries of who has access (`contracts/access-book.ts`), written once for SQLite and PostgreSQL. */
import type {
  AccessBookReader,
  AccessBookWriter,
  Account,
  ApiToken,
  ConsoleSession,
  Invitation,
  PasswordReset,
} from '@netsentinel/contracts/access-book';
import type { Kysely, Transaction } from 'kysely';
import { secondFactorReader, secondFactorWriter } from './second-factor.queries.ts';
import type { Guard, StateTables } from './state.tables.ts';

/** More than any of these are made by hand. */
const MAX_LISTED = 10_000;
/** No hash; the column takes no null. */
const NO_PASSWORD = '';
const OVER_AT_A_TIME = [
  'sessions',
  'api_tokens',
  'programs',
  'signing_keys',
  'invitations',
  'password_resets',
  'kept_answers',
] as const;

export function accessBookReader(db: Kysely<StateTables>, guard: Guard): AccessBookReader {
  return {
    account: (name) =>
      guard(async () => {
        const row = await db.selectFrom('accounts').selectAll().where('name', '=', name).executeTakeFirst();
        return row && toAccount(row);
      }),
    accounts: () =>
      guard(async () => (await db.selectFrom('accounts').selectAll().orderBy('name').execute()).map(toAccount)),
    accountOfOpenId: ({ issuer, subject }) =>
      guard(async () => {
        const query = db.selectFrom('accounts').selectAll().where('openid_issuer', '=', issuer);
        const row = await query.where('openid_subject', '=', subject).executeTakeFirst();
        return row && toAccount(row);
      }),
    session: (tokenHash) =>
      guard(async () => {
        const row = await db.selectFrom('sessions').selectAll().where('token_hash', '=', tokenHash).executeTakeFirst();
        return row && toSession(row);
      }),
    sessionsOf: (account) =>
      guard(async () => {
        const query = db.selectFrom('sessions').selectAll().where('account', '=', account);
        const latest = query.orderBy('last_seen_at', 'desc').orderBy('token_hash').limit(MAX_LISTED);
        return (await latest.execute()).map(toSession);
      }),
    apiToken: (tokenHash) =>
      guard(async () => {
        const row = await db
          .selectFrom('api_tokens')
          .selectAll()
          .where('token_hash', '=', tokenHash)
          .executeTakeFirst();
        return row && toToken(row);
      }),
    apiTokens: () =>
      guard(async () => {
        const query = db.selectFrom('api_tokens').selectAll().orderBy('created_at', 'desc').orderBy('id');
        return (await query.limit(MAX_LISTED).execute()).map(toToken);
      }),
    invitation: (tokenHash) =>
      guard(async () => {
        const row = await db
          .selectFrom('invitations')
          .selectAll()
          .where('token_hash', '=', tokenHash)
          .executeTakeFirst();
        return row && toInvitation(row);
      }),
    invitations: () =>
      guard(async () => {
        const query = db.selectFrom('invitations').selectAll().orderBy('created_at', 'desc').orderBy('id');
        return (await query.limit(MAX_LISTED).execute()).map(toInvitation);
      }),
    passwordReset: (tokenHash) =>
      guard(async () => {
        const query = db.selectFrom('password_resets').selectAll().where('token_hash', '=', tokenHash);
        const row = await query.executeTakeFirst();
        return row && toReset(row);
      }),
    ...secondFactorReader(db, guard),
  };
}

export function accessBookWriter(tx: Transaction<StateTables>, guard: Guard): AccessBookWriter {
  return {
    putAccount: (account) =>
      guard(async () => {
        const row = {
          password_hash: account.passwordHash ?? NO_PASSWORD,
          role: account.role,
          created_at: account.createdAt,
          openid_issuer: account.openId?.issuer ?? null,
          openid_subject: account.openId?.subject ?? null,
        };
        await tx
          .insertInto('accounts')
          .values({ name: account.name, ...row })
          .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
          .execute();
      }),
    removeAccount: (name) =>
      guard(async () => {
        await tx.deleteFrom('accounts').where('name', '=', name).execute();
      }),
    putSession: (session) =>
      guard(async () => {
        const row = {
          account: session.account,
          created_at: session.createdAt,
          expires_at: session.expiresAt,
          last_seen_at: session.lastSeenAt,
          address: session.address,
          program: session.program,
        };
        await tx
          .insertInto('sessions')
          .values({ token_hash: session.tokenHash, ...row })
          .onConflict((conflict) => conflict.column('token_hash').doUpdateSet(row))
          .execute();
      }),
    removeSession: (tokenHash) =>
      guard(async () => {
        await tx.deleteFrom('sessions').where('token_hash', '=', tokenHash).execute();
      }),
    putApiToken: (token) =>
      guard(async () => {
        const row = {
          token_hash: token.tokenHash,
          name: token.name,
          account: token.account,
          role: token.role,
          created_at: token.createdAt,
          expires_at: token.expiresAt,
          last_used_at: token.lastUsedAt ?? null,
        };
        await tx
          .insertInto('api_tokens')
          .values({ id: token.id, ...row })
          .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
          .execute();
      }),
    removeApiToken: (id) =>
      guard(async () => {
        await tx.deleteFrom('api_tokens').where('id', '=', id).execute();
      }),
    putInvitation: (invitation) =>
      guard(async () => {
        const row = {
          token_hash: invitation.tokenHash,
          role: invitation.role,
          made_by: invitation.by,
          created_at: invitation.createdAt,
          expires_at: invitation.expiresAt,
        };
        await tx
          .insertInto('invitations')
          .values({ id: invitation.id, ...row })
          .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
          .execute();
      }),
    removeInvitation: (id) =>
      guard(async () => {
        await tx.deleteFrom('invitations').where('id', '=', id).execute();
      }),
    putPasswordReset: (reset) =>
      guard(async () => {
        const row = {
          token_hash: reset.tokenHash,
          made_by: reset.by,
          created_at: reset.createdAt,
          expires_at: reset.expiresAt,
        };
        await tx
          .insertInto('password_resets')
          .values({ account: reset.account, ...row })
          .onConflict((conflict) => conflict.column('account').doUpdateSet(row))
          .execute();
      }),
    removePasswordResets: (account) =>
      guard(async () => {
        await tx
          .deleteFrom('password_resets')
          .where((eb) => eb.or([eb('account', '=', account), eb('made_by', '=', account)]))
          .execute();
      }),
    ...secondFactorWriter(tx, guard),
    pruneAccess: (before) =>
      guard(async () => {
        let rows = 0n;
        for (const table of OVER_AT_A_TIME)
          rows += (await tx.deleteFrom(table).where('expires_at', '<', before).executeTakeFirst()).numDeletedRows;
        return Number(rows);
      }),
  };
}

function toAccount(row: StateTables['accounts']): Account {
  const { openid_issuer: issuer, openid_subject: subject } = row;
  return {
    name: row.name,
    ...(row.password_hash === NO_PASSWORD ? {} : { passwordHash: row.password_hash }),
    role: row.role,
    createdAt: row.created_at,
    ...(issuer === null || subject === null ? {} : { openId: { issuer, subject } }),
  };
}

function toSession(row: StateTables['sessions']): ConsoleSession {
  return {
    tokenHash: row.token_hash,
    account: row.account,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastSeenAt: row.last_seen_at,
    address: row.address,
    program: row.program,
  };
}

function toToken(row: StateTables['api_tokens']): ApiToken {
  return {
    id: row.id,
    tokenHash: row.token_hash,
    name: row.name,
    account: row.account,
    role: row.role,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    ...(row.last_used_at === null ? {} : { lastUsedAt: row.last_used_at }),
  };
}

function toInvitation(row: StateTables['invitations']): Invitation {
  return {
    id: row.id,
    tokenHash: row.token_hash,
    role: row.role,
    by: row.made_by,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  };
}

function toReset(row: StateTables['password_resets']): PasswordReset {
  return {
    account: row.account,
    tokenHash: row.token_hash,
    by: row.made_by,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  };
}
