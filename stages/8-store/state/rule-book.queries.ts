/** The queries of what people said of whole rules (`contracts/rule-book.ts`), written once for SQLite and PostgreSQL. */
import type { RuleBookReader, RuleBookWriter, RuleWord } from '@netsentinel/contracts/rule-book';
import type { Kysely, Transaction } from 'kysely';
import type { Guard, StateTables } from './state.tables.ts';

const MAX_RULES = 20_000;
const KEPT_EACH = 100;

export function ruleBookReader(db: Kysely<StateTables>, guard: Guard): RuleBookReader {
  return {
    ruleWords: () =>
      guard(async () => {
        const rows = await db
          .selectFrom('rule_words')
          .select('body')
          .where('seq', 'in', (eb) =>
            eb
              .selectFrom('rule_words')
              .select((each) => each.fn.max('seq').as('seq'))
              .groupBy('rule'),
          )
          .orderBy('seq', 'desc')
          .limit(MAX_RULES)
          .execute();
        return rows.map(({ body }) => JSON.parse(body) as RuleWord);
      }),
    ruleHistory: (rule) =>
      guard(async () => {
        const rows = await db
          .selectFrom('rule_words')
          .select('body')
          .where('rule', '=', rule)
          .orderBy('seq', 'desc')
          .limit(KEPT_EACH)
          .execute();
        return rows.map(({ body }) => JSON.parse(body) as RuleWord);
      }),
  };
}

export function ruleBookWriter(tx: Transaction<StateTables>, guard: Guard): RuleBookWriter {
  return {
    addRuleWord: (word) =>
      guard(async () => {
        const { rule } = word;
        // Transactions run one after another: nobody else takes this number.
        const last = await tx
          .selectFrom('rule_words')
          .select((eb) => eb.fn.max('seq').as('seq'))
          .executeTakeFirst();
        const seq = (last?.seq ?? 0) + 1;
        await tx
          .insertInto('rule_words')
          .values({ seq, rule, body: JSON.stringify(word) })
          .execute();
        const tooOld = await tx
          .selectFrom('rule_words')
          .select('seq')
          .where('rule', '=', rule)
          .orderBy('seq', 'desc')
          .offset(KEPT_EACH)
          .limit(1)
          .executeTakeFirst();
        if (tooOld !== undefined)
          await tx.deleteFrom('rule_words').where('rule', '=', rule).where('seq', '<=', tooOld.seq).execute();
      }),
  };
}
