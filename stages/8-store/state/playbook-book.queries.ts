/** The queries of what playbooks remember (`contracts/playbook-run.ts`), written once for SQLite and PostgreSQL. */
import { isOpen } from '@netsentinel/contracts/open-run';
import type { PlaybookBookReader, PlaybookBookWriter, PlaybookRun } from '@netsentinel/contracts/playbook-run';
import { sql, type Kysely, type Transaction } from 'kysely';
import type { Guard, StateTables } from './state.tables.ts';

const DEFAULT_RUNS = 100;
const MAX_RUNS = 1000;

export function playbookBookReader(db: Kysely<StateTables>, guard: Guard): PlaybookBookReader {
  return {
    playbookRun: (id) =>
      guard(async () => {
        const row = await db.selectFrom('playbook_runs').select('body').where('id', '=', id).executeTakeFirst();
        return row && (JSON.parse(row.body) as PlaybookRun);
      }),
    playbookRuns: (filter = {}) =>
      guard(async () => {
        let query = db.selectFrom('playbook_runs').select('body').orderBy('started_at', 'desc').orderBy('id');
        if (filter.open !== undefined) query = query.where('is_open', '=', filter.open ? 1 : 0);
        const limit = Math.min(MAX_RUNS, Math.max(1, Math.trunc(filter.limit ?? DEFAULT_RUNS)));
        return (await query.limit(limit).execute()).map(({ body }) => JSON.parse(body) as PlaybookRun);
      }),
    runsSince: (time) =>
      guard(async () => {
        const row = await db
          .selectFrom('playbook_runs')
          .select((eb) => eb.fn.countAll<number>().as('count'))
          .where('started_at', '>=', time)
          .executeTakeFirst();
        return row?.count ?? 0;
      }),
    duePlaybooks: (until, limit) =>
      guard(async () => {
        const rows = await db
          .selectFrom('playbook_marks')
          .select('incident')
          .where('due_at', '<=', until)
          .orderBy('due_at')
          .limit(limit)
          .execute();
        return rows.map(({ incident }) => incident);
      }),
    nextPlaybookAt: () =>
      guard(async () => {
        const row = await db
          .selectFrom('playbook_marks')
          .select((eb) => eb.fn.min('due_at').as('next_at'))
          .executeTakeFirst();
        return row?.next_at ?? undefined;
      }),
  };
}

export function playbookBookWriter(tx: Transaction<StateTables>, guard: Guard): PlaybookBookWriter {
  return {
    playbookDue: (incident, at) =>
      guard(async () => {
        await sql`insert into playbook_marks (incident, due_at) values (${incident}, ${at})
          on conflict (incident) do update set
          due_at = case when playbook_marks.due_at < excluded.due_at then playbook_marks.due_at else excluded.due_at end`.execute(
          tx,
        );
      }),
    setPlaybookDue: (incident, at) =>
      guard(async () => {
        if (at === undefined) await tx.deleteFrom('playbook_marks').where('incident', '=', incident).execute();
        else
          await tx
            .insertInto('playbook_marks')
            .values({ incident, due_at: at })
            .onConflict((conflict) => conflict.column('incident').doUpdateSet({ due_at: at }))
            .execute();
      }),
    putPlaybookRun: (run) =>
      guard(async () => {
        const row = {
          is_open: isOpen(run) ? 1 : 0,
          started_at: run.startedAt,
          updated_at: run.updatedAt,
          body: JSON.stringify(run),
        };
        await tx
          .insertInto('playbook_runs')
          .values({ id: run.id, ...row })
          .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
          .execute();
      }),
    prunePlaybookRuns: (before, keep) =>
      guard(async () => {
        const old = await tx
          .deleteFrom('playbook_runs')
          .where('is_open', '=', 0)
          .where('updated_at', '<', before)
          .executeTakeFirst();
        const last = await tx
          .selectFrom('playbook_runs')
          .select('updated_at')
          .where('is_open', '=', 0)
          .orderBy('updated_at', 'desc')
          .offset(keep)
          .limit(1)
          .executeTakeFirst();
        if (last === undefined) return Number(old.numDeletedRows);
        const more = await tx
          .deleteFrom('playbook_runs')
          .where('is_open', '=', 0)
          .where('updated_at', '<=', last.updated_at)
          .executeTakeFirst();
        return Number(old.numDeletedRows + more.numDeletedRows);
      }),
  };
}
