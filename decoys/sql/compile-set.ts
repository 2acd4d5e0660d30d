/** Set operations, and the recursive common tables that are made of one: UNION, INTERSECT, EXCEPT, WITH RECURSIVE. */
import type { CommonTable, QueryBody, SetOperation } from './ast.types.ts';
import type { CompiledQuery } from './compile-query.types.ts';
import type { Dialect } from './dialect.types.ts';
import { placed } from './placed.ts';
import type { Relation, ResultColumn } from './relation.ts';
import { rowKey } from './row-key.ts';
import { Scope } from './scope.ts';
import { MAX_RESULT_ROWS, unique } from './result-rows.ts';
import type { Row } from './values.ts';

type CompileBody = (body: QueryBody, scope: Scope) => CompiledQuery;

const MAX_RECURSION = 1000;

export function compileSet(
  dialect: Dialect,
  body: SetOperation,
  scope: Scope,
  compileBody: CompileBody,
): CompiledQuery {
  const part = (side: QueryBody): CompiledQuery => {
    const inner = new Scope(scope.parent);
    for (const [name, table] of scope.common) inner.common.set(name, table);
    const compiled = compileBody(side, inner);
    if (inner.correlated) scope.correlated = true;
    return compiled;
  };
  const left = part(body.left);
  const right = part(body.right);
  if (left.columns.length !== right.columns.length)
    throw dialect.faults.unionColumns(dialect.flavour === 'postgres' ? (itemAt(body.right, 0) ?? body.at) : body.at);
  const commons = left.columns.map(({ type }, i) =>
    dialect.common(
      [
        { type, run: () => null },
        { type: right.columns[i]!.type, run: () => null },
      ],
      body.at,
    ),
  );
  const columns = left.columns.map(({ name }, i) => {
    const { type } = commons[i]!;
    // MySQL keeps them in a table between, as texts of a column.
    return { name, type: dialect.flavour === 'mysql' && type.name === 'varchar' ? { ...type, scale: 0 } : type };
  });
  const convert = (rows: readonly Row[], types: readonly ResultColumn[], side: QueryBody): Row[] =>
    rows.map((row) =>
      row.map((value, i) => placed(itemAt(side, i) ?? -1, () => commons[i]!.convert(value, types[i]!.type))),
    );
  const key = (row: Row): string => rowKey(dialect, row);
  return {
    columns,
    run(env) {
      const a = convert(left.run(env), left.columns, body.left);
      const b = convert(right.run(env), right.columns, body.right);
      dialect.spend(a.length + b.length);
      if (body.op === 'union') return body.all ? [...a, ...b] : unique([...a, ...b], key);
      const others = new Set(b.map(key));
      const kept = a.filter((row) => others.has(key(row)) === (body.op === 'intersect'));
      return body.all ? kept : unique(kept, key);
    },
  };
}

/** Steps go on from the rows of the one before until there are no new ones. */
export function compileRecursive(
  dialect: Dialect,
  common: CommonTable,
  scope: Scope,
  compileBody: CompileBody,
): Relation {
  const body = common.query.body as SetOperation;
  const base = compileBody(body.left, new Scope(scope));
  const columns = base.columns.map((column, i) => ({ ...column, name: common.columns[i] ?? column.name }));
  let working: readonly Row[] = [];
  const inner = new Scope(scope);
  inner.common.set(common.name, { schema: '', name: common.name, columns, rows: () => working });
  const step = compileBody(body.right, inner);
  let all: Row[] | undefined;
  return {
    schema: '',
    name: common.name,
    columns,
    rows() {
      if (all !== undefined) return all;
      all = [...base.run(undefined)];
      working = all;
      const seen = new Set(all.map((row) => rowKey(dialect, row)));
      for (let i = 0; working.length > 0 && i < MAX_RECURSION; i++) {
        dialect.spend(10 + working.length);
        let next = step.run(undefined);
        if (!body.all)
          next = next.filter((row) => {
            const key = rowKey(dialect, row);
            return !seen.has(key) && seen.add(key) !== undefined;
          });
        for (const row of next) all.push(row);
        if (all.length > MAX_RESULT_ROWS) throw dialect.faults.tooMuch('rows');
        working = next;
      }
      return all;
    },
  };
}

/** Where the item of a select stands in the statement. */
function itemAt(body: QueryBody, i: number): number | undefined {
  return body.kind === 'select' ? body.items[i]?.value.at : undefined;
}
