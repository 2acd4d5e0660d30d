/** The queries of people's work on incidents and of answers that are given again, written once for SQLite and PostgreSQL. */
import type { AnswerBookReader, AnswerBookWriter } from '@netsentinel/contracts/answer-book';
import type { CaseworkReader, CaseworkWriter, IncidentWork } from '@netsentinel/contracts/casework';
import type { IncidentFilter } from '@netsentinel/contracts/state-store';
import { sql, type Kysely, type RawBuilder, type Transaction } from 'kysely';
import type { Guard, StateTables } from './state.tables.ts';

export function caseworkReader(db: Kysely<StateTables>, guard: Guard): CaseworkReader & AnswerBookReader {
  return {
    work: (incident) =>
      guard(async () => {
        const row = await db
          .selectFrom('incident_work')
          .select('body')
          .where('incident', '=', incident)
          .executeTakeFirst();
        return row && (JSON.parse(row.body) as IncidentWork);
      }),
    keptAnswer: (account, keyHash) =>
      guard(async () => {
        const row = await db
          .selectFrom('kept_answers')
          .selectAll()
          .where('account', '=', account)
          .where('key_hash', '=', keyHash)
          .executeTakeFirst();
        return (
          row && {
            account,
            keyHash,
            requestHash: row.request_hash,
            sealed: row.sealed,
            madeAt: row.made_at,
            expiresAt: row.expires_at,
          }
        );
      }),
  };
}

export function caseworkWriter(tx: Transaction<StateTables>, guard: Guard): CaseworkWriter & AnswerBookWriter {
  return {
    putWork: (work) =>
      guard(async () => {
        const row = { status: work.status, assignee: work.assignee ?? '', body: JSON.stringify(work) };
        await tx
          .insertInto('incident_work')
          .values({ incident: work.incident, ...row })
          .onConflict((conflict) => conflict.column('incident').doUpdateSet(row))
          .execute();
      }),
    putAnswer: ({ account, keyHash, requestHash, sealed, madeAt, expiresAt }, most) =>
      guard(async () => {
        const row = { request_hash: requestHash, sealed, made_at: madeAt, expires_at: expiresAt };
        await tx
          .insertInto('kept_answers')
          .values({ account, key_hash: keyHash, ...row })
          .onConflict((conflict) => conflict.columns(['account', 'key_hash']).doUpdateSet(row))
          .execute();
        const beyond = await tx
          .selectFrom('kept_answers')
          .select('key_hash')
          .where('account', '=', account)
          .orderBy('made_at', 'desc')
          .orderBy('key_hash')
          .offset(most)
          .limit(100)
          .execute();
        if (beyond.length === 0) return;
        const hashes = beyond.map((one) => one.key_hash);
        await tx.deleteFrom('kept_answers').where('account', '=', account).where('key_hash', 'in', hashes).execute();
      }),
  };
}

/** Conditions on rows of `incidents`. Where nobody has touched one there is no row of its work. */
export function workConditions({ assignee, work }: Pick<IncidentFilter, 'assignee' | 'work'>): RawBuilder<boolean>[] {
  const conditions: RawBuilder<boolean>[] = [];
  if (assignee === '')
    conditions.push(sql<boolean>`id not in (select incident from incident_work where assignee != '')`);
  else if (assignee !== undefined)
    conditions.push(sql<boolean>`id in (select incident from incident_work where assignee = ${assignee})`);
  if (work === undefined) return conditions;
  if (work.length === 0) return [...conditions, sql<boolean>`1 = 0`];
  const among = sql.join(work);
  conditions.push(
    work.includes('open')
      ? sql<boolean>`id not in (select incident from incident_work where status not in (${among}))`
      : sql<boolean>`id in (select incident from incident_work where status in (${among}))`,
  );
  return conditions;
}
