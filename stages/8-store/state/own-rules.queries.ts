/** The queries of rules that people put into force through the API (`contracts/own-rules.ts`), written once for SQLite and PostgreSQL. */
import {
  OWN_RULES_LIMITS,
  type OwnRuleChange,
  type OwnRules,
  type OwnRulesReader,
  type OwnRulesWriter,
} from '@netsentinel/contracts/own-rules';
import { sql, type Kysely, type Transaction } from 'kysely';
import type { Guard, StateTables } from './state.tables.ts';

/** Changes of one rule. */
const KEPT_EACH = 100;
/** Changes of all rules: whoever makes up ids fills no disk. */
const KEPT = 20_000;

export function ownRulesReader(db: Kysely<StateTables>, guard: Guard): OwnRulesReader {
  return {
    ownRules: () =>
      guard(async () => {
        const rows = await db
          .selectFrom('own_rules')
          .select('body')
          .orderBy('name')
          .limit(OWN_RULES_LIMITS.texts)
          .execute();
        return rows.map(({ body }) => JSON.parse(body) as OwnRules);
      }),
    ownRuleHistory: (rule) =>
      guard(async () => {
        const rows = await db
          .selectFrom('own_rule_changes')
          .select('body')
          .where('rule', '=', rule)
          .orderBy('seq', 'desc')
          .limit(KEPT_EACH)
          .execute();
        return rows.map(({ body }) => JSON.parse(body) as OwnRuleChange);
      }),
  };
}

export function ownRulesWriter(tx: Transaction<StateTables>, guard: Guard): OwnRulesWriter {
  return {
    putOwnRules: (own) =>
      guard(async () => {
        const { name, rules, reason, by, at } = own;
        const before = await rulesOf(tx, name);
        const version = await addChanges(tx, { name, reason, by, at }, before, rules);
        const body = JSON.stringify({ ...own, version });
        await tx
          .insertInto('own_rules')
          .values({ name, body })
          .onConflict((conflict) => conflict.column('name').doUpdateSet({ body }))
          .execute();
        return version;
      }),
    removeOwnRules: ({ name, reason, by, at }) =>
      guard(async () => {
        const before = await rulesOf(tx, name);
        if (before.length === 0) return;
        await addChanges(tx, { name, reason, by, at }, before, []);
        await tx.deleteFrom('own_rules').where('name', '=', name).execute();
      }),
  };
}

async function rulesOf(tx: Transaction<StateTables>, name: string): Promise<readonly string[]> {
  const row = await tx.selectFrom('own_rules').select('body').where('name', '=', name).executeTakeFirst();
  return row === undefined ? [] : (JSON.parse(row.body) as OwnRules).rules;
}

/** Answers the version that they lead to. Transactions run one after another: nobody else takes these numbers. */
async function addChanges(
  tx: Transaction<StateTables>,
  said: Pick<OwnRules, 'name' | 'reason' | 'by' | 'at'>,
  before: readonly string[],
  after: readonly string[],
): Promise<number> {
  const last = await tx
    .selectFrom('own_rule_changes')
    .select((eb) => eb.fn.max('seq').as('seq'))
    .executeTakeFirst();
  const [had, has] = [new Set(before), new Set(after)];
  const changes = [...new Set([...before, ...after])].map((rule): Pick<OwnRuleChange, 'rule' | 'change'> => ({
    rule,
    change: !has.has(rule) ? 'removed' : had.has(rule) ? 'changed' : 'added',
  }));
  const first = (last?.seq ?? 0) + 1;
  const version = first + changes.length - 1;
  const rows = changes.map((one, index) => ({
    seq: first + index,
    rule: one.rule,
    body: JSON.stringify({ ...one, ...said, version } satisfies OwnRuleChange),
  }));
  await tx.insertInto('own_rule_changes').values(rows).execute();
  for (const { rule } of changes)
    await sql`delete from own_rule_changes where rule = ${rule} and seq <=
      (select seq from own_rule_changes where rule = ${rule} order by seq desc limit 1 offset ${KEPT_EACH})`.execute(
      tx,
    );
  await tx
    .deleteFrom('own_rule_changes')
    .where('seq', '<=', version - KEPT)
    .execute();
  return version;
}
