/** The queries of second factors (`contracts/access-book.ts`), written once for SQLite and PostgreSQL. */
import type { AccessBookReader, AccessBookWriter, SecondFactor, SecurityKey } from '@netsentinel/contracts/access-book';
import type { Kysely, Transaction } from 'kysely';
import type { Guard, StateTables } from './state.tables.ts';

type Reader = Pick<
  AccessBookReader,
  'secondFactor' | 'securityKeys' | 'hasCredential' | 'recoveryHashes' | 'accountsWithSecondFactor'
>;
type Writer = Pick<
  AccessBookWriter,
  'putSecondFactor' | 'removeSecondFactor' | 'putSecurityKey' | 'removeSecurityKey' | 'putRecoveryHashes'
>;

export function secondFactorReader(db: Kysely<StateTables>, guard: Guard): Reader {
  return {
    secondFactor: (account) =>
      guard(async () => {
        const query = db.selectFrom('second_factors').selectAll().where('account', '=', account);
        const row = await query.executeTakeFirst();
        return row && toFactor(row);
      }),
    securityKeys: (account) =>
      guard(async () => {
        const query = db.selectFrom('security_keys').selectAll().where('account', '=', account);
        return (await query.orderBy('created_at').orderBy('id').execute()).map(toKey);
      }),
    hasCredential: (credential) =>
      guard(async () => {
        const query = db.selectFrom('security_keys').select('id').where('credential', '=', credential);
        return (await query.executeTakeFirst()) !== undefined;
      }),
    recoveryHashes: (account) =>
      guard(async () => {
        const query = db.selectFrom('recovery_codes').select('hashes').where('account', '=', account);
        const row = await query.executeTakeFirst();
        return row === undefined ? [] : (JSON.parse(row.hashes) as string[]);
      }),
    accountsWithSecondFactor: () =>
      guard(async () => {
        const codes = db.selectFrom('second_factors').select('account').where('confirmed_at', 'is not', null);
        const query = codes.union(db.selectFrom('security_keys').select('account')).orderBy('account');
        return (await query.execute()).map(({ account }) => account);
      }),
  };
}

export function secondFactorWriter(tx: Transaction<StateTables>, guard: Guard): Writer {
  return {
    putSecondFactor: (factor) =>
      guard(async () => {
        const row = {
          sealed_secret: factor.sealedSecret,
          created_at: factor.createdAt,
          confirmed_at: factor.confirmedAt ?? null,
          last_step: factor.lastStep,
        };
        await tx
          .insertInto('second_factors')
          .values({ account: factor.account, ...row })
          .onConflict((conflict) => conflict.column('account').doUpdateSet(row))
          .execute();
      }),
    removeSecondFactor: (account) =>
      guard(async () => {
        await tx.deleteFrom('second_factors').where('account', '=', account).execute();
      }),
    putSecurityKey: (key) =>
      guard(async () => {
        const row = {
          credential: key.credential,
          account: key.account,
          name: key.name,
          host: key.host,
          origin: key.origin,
          user_handle: key.userHandle,
          public_key: key.publicKey,
          algorithm: key.algorithm,
          sign_count: key.signCount,
          transports: JSON.stringify(key.transports),
          created_at: key.createdAt,
          last_used_at: key.lastUsedAt ?? null,
        };
        await tx
          .insertInto('security_keys')
          .values({ id: key.id, ...row })
          .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
          .execute();
      }),
    removeSecurityKey: (id) =>
      guard(async () => {
        await tx.deleteFrom('security_keys').where('id', '=', id).execute();
      }),
    putRecoveryHashes: (account, hashes) =>
      guard(async () => {
        const row = { hashes: JSON.stringify(hashes) };
        await tx
          .insertInto('recovery_codes')
          .values({ account, ...row })
          .onConflict((conflict) => conflict.column('account').doUpdateSet(row))
          .execute();
      }),
  };
}

function toFactor(row: StateTables['second_factors']): SecondFactor {
  return {
    account: row.account,
    sealedSecret: row.sealed_secret,
    createdAt: row.created_at,
    ...(row.confirmed_at === null ? {} : { confirmedAt: row.confirmed_at }),
    lastStep: row.last_step,
  };
}

function toKey(row: StateTables['security_keys']): SecurityKey {
  return {
    id: row.id,
    credential: row.credential,
    account: row.account,
    name: row.name,
    host: row.host,
    origin: row.origin,
    userHandle: row.user_handle,
    publicKey: row.public_key,
    algorithm: row.algorithm,
    signCount: row.sign_count,
    transports: JSON.parse(row.transports) as string[],
    createdAt: row.created_at,
    ...(row.last_used_at === null ? {} : { lastUsedAt: row.last_used_at }),
  };
}
