/** PostgreSQL's side of the engine: names, types and functions of one session. */
import type { Call, Expression, SelectItem, TypeName } from '../sql/ast.types.ts';
import type { ChangeDialect } from '../sql/change-rows.types.ts';
import type { Compiler } from '../sql/compile-expression.ts';
import { compileQuery } from '../sql/compile-query.ts';
import type { Aggregate, Compiled, TableFunction } from '../sql/dialect.types.ts';
import { likeMatches, regexp } from '../sql/patterns.ts';
import type { Column, Relation, Table } from '../sql/relation.ts';
import type { SqlFault } from '../sql/sql-fault.ts';
import type { Store } from '../sql/store.ts';
import { Decimal, type Row, type SqlType, type Value } from '../sql/values.ts';
import { callFunction } from './call-function.ts';
import { catalogTable } from './catalog-data.ts';
import { columnName } from './column-name.ts';
import { castTo, commonType, convert, shownText, toRegistered, typeFor } from './conversions.ts';
import { pgAggregate } from './pg-aggregates.ts';
import { catalogRelation } from './pg-catalog.ts';
import { fault, pgFaults, shownType } from './pg-faults.ts';
import { compareValues } from './compare-values.ts';
import { binary, coerced, unary } from './pg-operators.ts';
import type { PgSession } from './pg-session.ts';
import { pgSpecial } from './pg-special.ts';
import { tableFunction } from './table-functions.ts';
import { BOOL, FLOAT8, INT4, INT8, NUMERIC, TEXT, UNKNOWN, isNumber, isText, isTime } from './pg-types.ts';
import { parseValue, plainText } from './pg-values.ts';

const MAX_STEPS = 8_000_000;

export class PgDialect implements ChangeDialect {
  readonly flavour = 'postgres';
  readonly faults = pgFaults;
  readonly boolType = BOOL;
  readonly nullType = UNKNOWN;
  readonly intType = INT4;
  readonly nullsFirst = false;
  readonly aliasesInHaving = false;
  readonly session: PgSession;
  #steps = 0;

  constructor(session: PgSession) {
    this.session = session;
  }

  get store(): Store {
    return this.session.store;
  }

  now(): number {
    return this.session.clock();
  }

  start(): void {
    this.#steps = 0;
  }

  spend(steps: number): void {
    this.#steps += steps;
    if (this.#steps > MAX_STEPS) throw this.faults.tooMuch('time');
  }

  /** The schema that a name without one is found in. */
  locate(path: readonly string[]): { schema: string; table: Table } | undefined {
    const name = path.at(-1)!;
    for (const schema of path.length > 1 ? [path.at(-2)!] : this.session.searchPath()) {
      const table = this.store.table(schema, name);
      if (table !== undefined) return { schema, table };
    }
    return undefined;
  }

  relation(path: readonly string[], at: number): Relation {
    const name = path.at(-1)!;
    const schema = path.length > 1 ? path.at(-2)! : undefined;
    if (schema === undefined || schema === 'pg_catalog' || schema === 'information_schema') {
      const system = catalogRelation(this.session, schema ?? 'pg_catalog', name);
      if (system !== undefined) return system;
    }
    const found = this.locate(path);
    if (found === undefined) throw this.faults.unknownTable(path, at);
    const { table } = found;
    if (table.view !== undefined) {
      const query = compileQuery(this, table.view.query);
      return {
        schema: found.schema,
        name,
        columns: query.columns.map((column, i) => ({ ...column, name: table.columns[i]?.name ?? column.name })),
        rows: () => query.run(undefined),
      };
    }
    return {
      schema: found.schema,
      name,
      columns: table.columns.map((column, i) => ({
        name: column.name,
        type: column.type,
        origin: {
          schema: found.schema,
          table: table.name,
          alias: table.name,
          column,
          number: i + 1,
          oid: table.oid ?? 0,
        },
      })),
      rows: () => this.store.rows(table),
    };
  }

  changeable(path: readonly string[], at: number): { schema: string; table: Table } {
    const found = this.locate(path);
    if (found === undefined) {
      if (path.at(-2) === 'pg_catalog' || (path.length === 1 && catalogTable(path[0]!) !== undefined))
        throw fault('42501', `permission denied: "${path.at(-1)}" is a system catalog`, {
          where: ['aclcheck_error', 'aclchk.c', 3650],
        });
      throw this.faults.unknownTable(path, at);
    }
    return found;
  }

  readonly learn = (parameter: number, type: SqlType): void => this.session.learnParameter(parameter, type);

  unary(op: string, arg: Compiled, at: number): Compiled {
    return unary(op, arg.type.name === 'unknown' ? coerced(arg, FLOAT8, this.learn) : arg, at);
  }

  binary(op: string, left: Compiled, right: Compiled, at: number): Compiled {
    const [x, y] = [this.#resolved(left, right), this.#resolved(right, left)];
    return binary(op, x, y, at, this.learn);
  }

  /** `c.oid = 'pg_class'` beside a name behind an oid: the text is looked up. */
  #resolved(arg: Compiled, other: Compiled): Compiled {
    if (!other.type.name.startsWith('reg') || arg.type.name !== 'unknown') return arg;
    return toRegistered(this.session, arg, other.type);
  }

  like(op: string, arg: Compiled, pattern: Compiled, escape: Compiled | undefined, not: boolean): Compiled {
    const [x, y] = [coerced(arg, TEXT, this.learn), coerced(pattern, TEXT, this.learn)];
    return {
      type: BOOL,
      run(env) {
        const [text, with_] = [x.run(env), y.run(env)];
        if (text === null || with_ === null) return null;
        const [plain, wanted] = [plainText(text, x.type), plainText(with_, y.type)];
        if (op === 'similar')
          return (
            (regexp(`^(?:${wanted.replaceAll('%', '.*').replaceAll('_', '.')})$`, '')?.test(plain.slice(0, 4000)) ??
              false) !== not
          );
        const mark = escape === undefined ? '\\' : plainText(escape.run(env), TEXT);
        const fold = (value: string): string => (op === 'ilike' ? value.toLowerCase() : value);
        return likeMatches(fold(plain), fold(wanted), mark === '' ? '\u0000' : mark) !== not;
      },
    };
  }

  cast(arg: Compiled, name: TypeName, at: number): Compiled {
    return castTo(this, arg, typeFor(this.session, name), at);
  }

  convert(value: Exclude<Value, null>, from: SqlType, to: SqlType): Value {
    return convert(this.session, value, from, to);
  }

  text(value: Value, type: SqlType): string {
    return shownText(this.session, value, type);
  }

  call(call: Call, args: readonly Compiled[]): Compiled {
    return callFunction(this, call, args);
  }

  aggregate(call: Call, args: readonly Compiled[]): Aggregate | undefined {
    return pgAggregate(this, call, args);
  }

  tableFunction(call: Call, args: readonly Compiled[]): TableFunction | undefined {
    return call.path.length === 1 || call.path[0] === 'pg_catalog'
      ? tableFunction(this, call.path.at(-1)!, args)
      : undefined;
  }

  variable(): Compiled {
    throw this.faults.syntax('@', 0, false);
  }

  assign(): Compiled {
    throw this.faults.syntax(':=', 0, false);
  }

  parameter(index: number): Compiled {
    const type = this.session.parameterType(index);
    return { type, parameter: index, run: () => this.session.parameterValue(index, this.session.parameterType(index)) };
  }

  literal(value: Value, type: SqlType, at: number): Compiled {
    switch (type.name) {
      case 'integer':
        return {
          type:
            typeof value === 'number' && value <= 2_147_483_647
              ? INT4
              : typeof value === 'number' || (typeof value === 'bigint' && value <= 9_223_372_036_854_775_807n)
                ? INT8
                : NUMERIC,
          run: () => value,
          constant: { value },
        };
      case 'float': {
        const parsed = Decimal.parse(String(value)) ?? new Decimal(0n, 0);
        return { type: NUMERIC, run: () => parsed, constant: { value: parsed } };
      }
      case 'decimal':
        return { type: NUMERIC, run: () => value, constant: { value } };
      default:
        return { type, run: () => value, constant: { value, at } };
    }
  }

  special(expression: Expression, compiler: Compiler): Compiled | undefined {
    return pgSpecial(this, expression, compiler);
  }

  common(parts: readonly Compiled[], at: number): ReturnType<ChangeDialect['common']> {
    return commonType(this.session, parts, at);
  }

  truth(value: Value): boolean | null {
    if (value === null) return null;
    if (typeof value === 'boolean') return value;
    if (typeof value === 'string') return parseValue(value, BOOL) as boolean;
    throw fault(
      '42804',
      `argument of WHERE must be type boolean, not type ${typeof value === 'number' ? 'integer' : 'numeric'}`,
      { where: ['coerce_to_specific_type_typmod', 'parse_coerce.c', 1244] },
    );
  }

  bool(value: boolean | null): Value {
    return value;
  }

  compare(a: Value, b: Value): number {
    return compareValues(a as Exclude<Value, null>, b as Exclude<Value, null>);
  }

  key(value: Value): string {
    if (value === null) return '\u0001';
    if (value instanceof Decimal) return `n${value.toNumber()}`;
    if (typeof value === 'number' || typeof value === 'bigint') return `n${value}`;
    if (Array.isArray(value)) return `[${(value as readonly Value[]).map((item) => this.key(item)).join(',')}]`;
    return value instanceof Uint8Array ? `x${Buffer.from(value).toString('hex')}` : `s${String(value)}`;
  }

  joinable(a: SqlType, b: SqlType): boolean {
    return (isNumber(a) && isNumber(b)) || (isText(a) && isText(b)) || a.name === b.name;
  }

  columnName(item: SelectItem): string {
    return columnName(item);
  }

  sameName(a: string, b: string): boolean {
    return a === b;
  }

  fit(value: Value, from: SqlType, column: Column): Value {
    if (value === null) return null;
    const { type } = column;
    if (
      type.name === 'varchar' &&
      type.length !== undefined &&
      typeof value === 'string' &&
      Array.from(value).length > type.length
    )
      throw fault('22001', `value too long for type ${shownType('varchar')}(${type.length})`, {
        where: ['varchar', 'varchar.c', 632],
      });
    if (from.name === 'unknown' || from.name === 'text') {
      if (from.name === 'text' && !isText(type)) throw mismatch(column, from);
      return typeof value === 'string' ? parseValue(value, type) : value;
    }
    if (
      (isNumber(from) && !isNumber(type) && !isText(type)) ||
      (isTime(from) && isNumber(type)) ||
      (from.name === 'bool' && type.name !== 'bool' && !isText(type))
    )
      throw mismatch(column, from);
    return from.name === type.name && type.name !== 'numeric' ? value : this.convert(value, from, type);
  }

  missing(column: Column): Value {
    return column.default === undefined ? null : this.session.constant(column.default, column.type);
  }

  duplicate(table: Table, key: Table['keys'][number], values: readonly Value[]): SqlFault {
    return fault('23505', `duplicate key value violates unique constraint "${key.name}"`, {
      detail: `Key (${key.columns.join(', ')})=(${values.map((value) => plainText(value, TEXT)).join(', ')}) already exists.`,
      about: { schema: this.#schemaOf(table), table: table.name, rule: key.name },
    });
  }

  #schemaOf(table: Table): string {
    for (const [schema, tables] of this.store.schemas) if (tables.get(table.name)?.oid === table.oid) return schema;
    return 'public';
  }

  nullRefused(column: Column, table: Table, row: Row): SqlFault {
    return fault(
      '23502',
      `null value in column "${column.name}" of relation "${table.name}" violates not-null constraint`,
      {
        detail: `Failing row contains (${row.map((value, i) => (value === null ? 'null' : this.text(value, table.columns[i]!.type))).join(', ')}).`,
        about: { schema: this.#schemaOf(table), table: table.name, column: column.name },
      },
    );
  }

  unknownSetColumn(name: string, table: Table, at: number): SqlFault {
    return fault('42703', `column "${name}" of relation "${table.name}" does not exist`, {
      at,
      where: ['transformUpdateTargetList', 'analyze.c', 2521],
    });
  }

  unknownInsertColumn(name: string, table: Table, at: number): SqlFault {
    return fault('42703', `column "${name}" of relation "${table.name}" does not exist`, {
      at,
      where: ['checkInsertTargets', 'parse_target.c', 1075],
    });
  }
}

function mismatch(column: Column, from: SqlType): SqlFault {
  return fault(
    '42804',
    `column "${column.name}" is of type ${shownType(column.type.name)} but expression is of type ${shownType(from.name)}`,
    {
      hint: 'You will need to rewrite or cast the expression.',
      where: ['transformAssignedExpr', 'parse_target.c', 595],
    },
  );
}
