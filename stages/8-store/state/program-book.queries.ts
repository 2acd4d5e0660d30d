/** The queries of signed-in programs and of signing keys (`contracts/program-book.ts`), written once for SQLite and PostgreSQL. */
import type {
  ProgramBookReader,
  ProgramBookWriter,
  SignedInProgram,
  SigningKey,
} from '@netsentinel/contracts/program-book';
import type { Kysely, Transaction } from 'kysely';
import type { Guard, StateTables } from './state.tables.ts';

const MAX_LISTED = 10_000;

export function programBookReader(db: Kysely<StateTables>, guard: Guard): ProgramBookReader {
  return {
    program: (id) =>
      guard(async () => {
        const row = await db.selectFrom('programs').selectAll().where('id', '=', id).executeTakeFirst();
        return row && toProgram(row);
      }),
    programs: (account) =>
      guard(async () => {
        const all = db.selectFrom('programs').selectAll();
        const query = account === undefined ? all : all.where('account', '=', account);
        const latest = query.orderBy('refreshed_at', 'desc').orderBy('id').limit(MAX_LISTED);
        return (await latest.execute()).map(toProgram);
      }),
    signingKeys: () =>
      guard(async () => {
        const query = db.selectFrom('signing_keys').selectAll().orderBy('created_at', 'desc').orderBy('id');
        return (await query.execute()).map(toKey);
      }),
  };
}

export function programBookWriter(tx: Transaction<StateTables>, guard: Guard): ProgramBookWriter {
  return {
    putProgram: (program) =>
      guard(async () => {
        const row = {
          family_hash: program.familyHash,
          refresh_hash: program.refreshHash,
          account: program.account,
          name: program.name,
          role: program.role,
          created_at: program.createdAt,
          refreshed_at: program.refreshedAt,
          expires_at: program.expiresAt,
          address: program.address,
          retry_hash: program.retry?.hash ?? null,
          retry_sealed: program.retry?.sealed ?? null,
        };
        await tx
          .insertInto('programs')
          .values({ id: program.id, ...row })
          .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
          .execute();
      }),
    removeProgram: (id) =>
      guard(async () => {
        await tx.deleteFrom('programs').where('id', '=', id).execute();
      }),
    putSigningKey: (key) =>
      guard(async () => {
        const row = {
          public_key: key.publicKey,
          sealed_key: key.sealedKey,
          created_at: key.createdAt,
          expires_at: key.expiresAt ?? null,
        };
        await tx
          .insertInto('signing_keys')
          .values({ id: key.id, ...row })
          .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
          .execute();
      }),
  };
}

function toProgram(row: StateTables['programs']): SignedInProgram {
  return {
    id: row.id,
    familyHash: row.family_hash,
    refreshHash: row.refresh_hash,
    account: row.account,
    name: row.name,
    role: row.role,
    createdAt: row.created_at,
    refreshedAt: row.refreshed_at,
    expiresAt: row.expires_at,
    address: row.address,
    ...(row.retry_hash === null || row.retry_sealed === null
      ? {}
      : { retry: { hash: row.retry_hash, sealed: row.retry_sealed } }),
  };
}

function toKey(row: StateTables['signing_keys']): SigningKey {
  return {
    id: row.id,
    publicKey: row.public_key,
    sealedKey: row.sealed_key,
    createdAt: row.created_at,
    ...(row.expires_at === null ? {} : { expiresAt: row.expires_at }),
  };
}
