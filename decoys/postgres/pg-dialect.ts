/** PostgreSQL's side of the engine: names, types and functions of one session. */
import type { Call, Expression, SelectItem, TypeName } from '../sql/ast.types.ts';
import type { ChangeDialect } from '../sql/change-rows.types.ts';
import type { Compiler } from '../sql/compile-expression.ts';
import { compileQuery } from '../sql/compile-query.ts';
import type { Aggregate, Compiled, Environment, TableFunction } from '../sql/dialect.types.ts';
import type { Column, Relation, Table } from '../sql/relation.ts';
import type { SqlFault } from '../sql/sql-fault.ts';
import type { Store } from '../sql/store.ts';
import { Decimal, type Row, type SqlType, type Value, integer } from '../sql/values.ts';
import { likeMatches, regexp } from '../sql/patterns.ts';
import { catalogRelation } from './pg-catalog.ts';
import { catalogTable } from './catalog-data.ts';
import { fault, pgFaults, shownType } from './pg-faults.ts';
import { plainFunctions } from './pg-functions.ts';
import {
  binary,
  coerced,
  compareValues,
  decimal,
  inRange,
  intervalText,
  intervalMs,
  toFloat,
  unary,
} from './pg-operators.ts';
import type { PgSession } from './pg-session.ts';
import { pgAggregate } from './pg-aggregates.ts';
import { pgSpecial } from './pg-special.ts';
import { resolveArguments } from './resolve-function.ts';
import { sessionFunction, tableFunction } from './session-functions.ts';
import {
  BOOL,
  FLOAT8,
  INT4,
  INT8,
  NAME,
  NUMERIC,
  TEXT,
  UNKNOWN,
  arrayOf,
  isNumber,
  isText,
  isTime,
  isWhole,
  parseValue,
  plainText,
  typeNamed,
} from './pg-types.ts';

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
    return this.#toReg(arg, other.type);
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

  type(name: TypeName): SqlType {
    const word = name.path.at(-1)!;
    const base = typeNamed(word);
    if (
      base === undefined ||
      (name.path.length > 1 && name.path[0] !== 'pg_catalog' && name.path[0] !== 'information_schema')
    )
      throw fault('42704', `type "${name.path.join('.')}" does not exist`, { at: name.at });
    const sized: SqlType =
      base.name === 'varchar' || base.name === 'bpchar'
        ? {
            ...base,
            ...(name.args[0] === undefined
              ? word === 'char' || word === 'character'
                ? { length: 1 }
                : {}
              : { length: name.args[0] }),
          }
        : base.name === 'numeric' && name.args[0] !== undefined
          ? { ...base, length: name.args[0], scale: name.args[1] ?? 0 }
          : word === 'char' && this.session.statement[name.at] !== '"' && name.path.length === 1
            ? { name: 'bpchar', length: name.args[0] ?? 1 }
            : base;
    return name.array > 0 ? arrayOf(sized) : sized;
  }

  cast(arg: Compiled, name: TypeName, at: number): Compiled {
    return this.castTo(arg, this.type(name), at);
  }

  castTo(arg: Compiled, type: SqlType, at: number): Compiled {
    const from = arg.type;
    if (arg.parameter !== undefined && from.name === 'unknown') this.learn(arg.parameter, type);
    if (type.name.startsWith('reg')) return this.#toReg(arg, type);
    if (from.name === 'unknown' && arg.constant !== undefined && typeof arg.constant.value === 'string') {
      const value = parseValue(arg.constant.value, type, arg.constant.at ?? at);
      return { type, run: () => value, constant: { value } };
    }
    if (from.name === type.name && type.length === undefined) return { ...arg, type, constant: undefined };
    const refused = (): SqlFault =>
      fault('42846', `cannot cast type ${shownType(from.name)} to ${shownType(type.name)}`, { at });
    if (
      (isTime(from) && isNumber(type)) ||
      (isNumber(from) && isTime(type)) ||
      (from.name === 'bool' && isNumber(type) && type.name !== 'int4') ||
      (from.name === 'numeric' && type.name === 'bool')
    )
      throw refused();
    return {
      type,
      run: (env) => {
        const value = arg.run(env);
        return value === null ? null : this.convert(value, from, type);
      },
    };
  }

  convert(value: Exclude<Value, null>, from: SqlType, to: SqlType): Value {
    if (isNumber(from) && isNumber(to) && !to.name.startsWith('reg')) {
      if (to.name === 'numeric')
        return to.length === undefined ? decimal(value) : decimal(value).rescale(to.scale ?? 0);
      if (to.name.startsWith('float')) return toFloat(value);
      if (typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < 32_768) return value;
      return to.name === 'oid'
        ? integer(decimal(value).rescale(0).digits)
        : inRange(
            typeof value === 'number' && !Number.isInteger(value)
              ? BigInt(roundEven(value))
              : decimal(value).rescale(0).digits,
            to,
          );
    }
    if (typeof value === 'boolean' && to.name === 'int4') return value ? 1 : 0;
    if (typeof value === 'boolean' && isText(to)) return value ? 'true' : 'false';
    if (to.name === 'bool' && isWhole(from)) return Number(value) !== 0;
    if (isTime(from) && isTime(to)) return parseValue(String(value), to);
    if (to.element !== undefined && Array.isArray(value))
      return (value as readonly Value[]).map((item) =>
        item === null ? null : from.element === undefined ? item : this.convert(item, from.element, to.element!),
      );
    if (to.name === 'interval') return intervalText(intervalMs(String(value)));
    if (isText(to)) return parseValue(this.text(value, from), to);
    return parseValue(this.text(value, from), to);
  }

  #toReg(arg: Compiled, type: SqlType): Compiled {
    const look = (value: Exclude<Value, null>): Value =>
      typeof value === 'string' ? (/^\d+$/.test(value) ? Number(value) : this.session.lookup(value, type.name)) : value;
    if (arg.constant !== undefined && arg.constant.value !== null) {
      const value = look(arg.constant.value);
      return { type, run: () => value, constant: { value } };
    }
    return {
      type,
      run: (env) => {
        const value = arg.run(env);
        return value === null ? null : look(value);
      },
    };
  }

  /** As clients see it: numbers behind names become names. */
  text(value: Value, type: SqlType): string {
    if (value !== null && type.name.startsWith('reg') && typeof value === 'number')
      return this.session.nameOf(value, type.name);
    return plainText(value, type);
  }

  call(call: Call, given: readonly Compiled[], compiler: Compiler): Compiled {
    const name = call.path.at(-1)!.toLowerCase();
    const system = call.path.length === 1 || call.path[0] === 'pg_catalog';
    let args = given;
    if (system) {
      const places = call.args.map(({ at }) => at);
      const resolved = this.session.routine(name) === undefined ? resolveArguments(name, given, places) : given;
      if (resolved === undefined && typeNamed(name) === undefined)
        throw this.faults.unknownFunction(
          call.path,
          given.map(({ type }) => type.name),
          call.at,
        );
      args = resolved ?? given;
      if (name === 'coalesce') {
        const common = this.common(args, call.at);
        return {
          type: common.type,
          run: (env) => {
            for (const arg of args) {
              const value = arg.run(env);
              if (value !== null) return common.convert(value, arg.type);
            }
            return null;
          },
        };
      }
      if (name === 'nullif' && args.length === 2) {
        const equal = this.binary('=', args[0]!, args[1]!, call.at);
        return { type: args[0]!.type, run: (env) => (equal.run(env) === true ? null : args[0]!.run(env)) };
      }
      if (name === 'greatest' || name === 'least') {
        const common = this.common(args, call.at);
        return {
          type: common.type,
          run: (env) =>
            args
              .map((arg) => common.convert(arg.run(env), arg.type))
              .reduce((best, value) =>
                best === null
                  ? value
                  : value === null
                    ? best
                    : compareValues(value, best) > 0 === (name === 'greatest')
                      ? value
                      : best,
              ),
        };
      }
      const own = sessionFunction(this, name, args, compiler, call.at);
      if (own !== undefined) return own;
      const definition = plainFunctions.get(name);
      if (definition !== undefined && args.length >= definition.least && args.length <= definition.most) {
        const ready = args.map((arg) => (arg.type.name === 'unknown' ? coerced(arg, TEXT, this.learn) : arg));
        const types = ready.map(({ type }) => type);
        const type = typeof definition.type === 'function' ? definition.type(types) : definition.type;
        return {
          type,
          run: (env) => {
            this.spend(1);
            return definition.run(
              ready.map((arg) => arg.run(env)),
              types,
            );
          },
        };
      }
      const table = tableFunction(this, name, args);
      if (table !== undefined) {
        const set = (env: Environment): readonly Value[] =>
          table.rows(env).map((row) => (row.length === 1 ? row[0]! : row));
        return {
          type: table.columns.length === 1 ? table.columns[0]!.type : { name: 'record' },
          run: (env) => set(env)[0] ?? null,
          set,
        };
      }
      if (args.length === 1) {
        const target = typeNamed(name);
        if (target !== undefined) return this.castTo(args[0]!, target, call.at);
      }
    }
    const routine = this.session.routine(name);
    if (routine !== undefined) return routine(args);
    throw this.faults.unknownFunction(
      call.path,
      args.map(({ type }) => type.name),
      call.at,
    );
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

  common(parts: readonly Compiled[], at: number): { type: SqlType; convert(value: Value, from: SqlType): Value } {
    const types = parts.map(({ type }) => type).filter(({ name }) => name !== 'unknown');
    const first = types[0];
    if (first === undefined) return { type: parts.length === 0 ? UNKNOWN : TEXT, convert: (value) => value };
    let type = first;
    for (const other of types) {
      if (other.name === type.name) continue;
      if (isNumber(other) && isNumber(type)) type = rank(other) > rank(type) ? other : type;
      else if (isText(other) && isText(type)) type = type.name === 'name' && other.name === 'name' ? NAME : TEXT;
      else if (isTime(other) && isTime(type)) type = other.name === 'timestamptz' ? other : type;
      else
        throw fault('42804', `types ${shownType(type.name)} and ${shownType(other.name)} cannot be matched`, {
          at,
          where: ['select_common_type', 'parse_coerce.c', 1491],
        });
    }
    const target = types.some((other) => other.length !== type.length)
      ? { name: type.name, ...(type.element === undefined ? {} : { element: type.element }) }
      : type;
    return {
      type: target,
      convert: (value, from) => {
        if (value === null) return null;
        if (from.name === 'unknown' && typeof value === 'string') return parseValue(value, target);
        return from.name === target.name ? value : this.convert(value, from, target);
      },
    };
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

  columnName({ value }: SelectItem): string {
    switch (value.kind) {
      case 'column':
        return value.path.at(-1)!;
      case 'call':
        return value.path.at(-1) === 'trim' ? 'btrim' : value.path.at(-1)!;
      case 'cast':
        return value.arg.kind === 'column' || value.arg.kind === 'call'
          ? this.columnName({ value: value.arg, alias: undefined, text: '' })
          : value.type.path.at(-1) === 'char'
            ? 'bpchar'
            : (typeNamed(value.type.path.at(-1)!)?.name ?? value.type.path.at(-1)!);
      case 'case':
        return value.otherwise?.kind === 'column' ? value.otherwise.path.at(-1)! : 'case';
      case 'exists':
        return 'exists';
      case 'array':
        return 'array';
      case 'row':
        return 'row';
      case 'field':
        return value.name;
      case 'index':
      case 'collate':
        return this.columnName({ value: value.arg, alias: undefined, text: '' });
      case 'literal':
        return typeof value.value === 'boolean' ? 'bool' : '?column?';
      case 'subquery': {
        const { body } = value.query;
        const item = body.kind === 'select' ? body.items[0] : undefined;
        return item === undefined ? '?column?' : (item.alias ?? this.columnName(item));
      }
      default:
        return '?column?';
    }
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
      (isNumber(from) && isText(type) && false) ||
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

function rank({ name }: SqlType): number {
  return ['int2', 'int4', 'oid', 'int8', 'numeric', 'float4', 'float8'].indexOf(name);
}

function roundEven(value: number): number {
  const floor = Math.floor(value);
  return value - floor === 0.5 ? (floor % 2 === 0 ? floor : floor + 1) : Math.round(value);
}
