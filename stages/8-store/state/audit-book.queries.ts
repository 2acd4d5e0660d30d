/** The queries of what was changed through the API (`contracts/audit-book.ts`), written once for SQLite and PostgreSQL. */
import type { AuditBookReader, AuditBookWriter, AuditRecord, AuditValues } from '@netsentinel/contracts/audit-book';
import type { Kysely, Transaction } from 'kysely';
import type { Guard, StateTables } from './state.tables.ts';

const DEFAULT_PAGE = 100;
const MAX_PAGE = 500;

export function auditBookReader(db: Kysely<StateTables>, guard: Guard): AuditBookReader {
  return {
    audit: ({ account, action, address, from, to, before, limit = DEFAULT_PAGE } = {}) =>
      guard(async () => {
        const size = Math.min(MAX_PAGE, Math.max(1, Math.trunc(limit)));
        let query = db.selectFrom('audit').selectAll();
        if (account !== undefined) query = query.where('account', '=', account);
        if (action !== undefined) query = query.where('action', '=', action);
        if (address !== undefined) query = query.where('address', '=', address);
        if (from !== undefined) query = query.where('at', '>=', from);
        if (to !== undefined) query = query.where('at', '<', to);
        if (before !== undefined) query = query.where('seq', '<', before);
        const rows = await query
          .orderBy('seq', 'desc')
          .limit(size + 1)
          .execute();
        const records = rows.slice(0, size).map(toRecord);
        const last = records.at(-1);
        return rows.length > size && last !== undefined ? { records, next: last.seq } : { records };
      }),
    isInAudit: (account) =>
      guard(async () => {
        const name = account.toLowerCase();
        const found = await db
          .selectFrom('audit')
          .select('seq')
          .where((eb) =>
            eb.or([eb(eb.fn('lower', ['account']), '=', name), eb(eb.fn('lower', ['target']), '=', `users/${name}`)]),
          )
          .limit(1)
          .executeTakeFirst();
        return found !== undefined;
      }),
  };
}

export function auditBookWriter(tx: Transaction<StateTables>, guard: Guard): AuditBookWriter {
  return {
    addAudit: ({ at, account, token, address, action, target, before, after }) =>
      guard(async () => {
        // Transactions run one after another: nobody else takes this number, and one that is rolled back leaves no gap.
        const last = await tx
          .selectFrom('audit')
          .select((eb) => eb.fn.max('seq').as('seq'))
          .executeTakeFirst();
        await tx
          .insertInto('audit')
          .values({
            seq: (last?.seq ?? 0) + 1,
            at,
            account,
            token: token ?? null,
            address,
            action,
            target,
            before: before === undefined ? '' : JSON.stringify(before),
            after: after === undefined ? '' : JSON.stringify(after),
          })
          .execute();
      }),
  };
}

function toRecord({ token, before, after, ...row }: StateTables['audit']): AuditRecord {
  return {
    ...row,
    ...(token === null ? {} : { token }),
    ...(before === '' ? {} : { before: JSON.parse(before) as AuditValues }),
    ...(after === '' ? {} : { after: JSON.parse(after) as AuditValues }),
  };
}
