/** MySQL's side of the engine: names, types and functions of one session. */
import type { Call, Expression, SelectItem, TypeName } from '../sql/ast.types.ts';
import type { ChangeDialect } from '../sql/change-rows.types.ts';
import type { Compiler } from '../sql/compile-expression.ts';
import { compileQuery } from '../sql/compile-query.ts';
import type { Aggregate, Compiled, TableFunction } from '../sql/dialect.types.ts';
import type { Column, Relation, ResultColumn, Table } from '../sql/relation.ts';
import type { Faults, SqlFault } from '../sql/sql-fault.ts';
import type { Store } from '../sql/store.ts';
import { Decimal, type Row, type SqlType, type Value, integer } from '../sql/values.ts';
import { BIGINT, DOUBLE, datetime, text } from './function.types.ts';
import { fault, noDatabase } from './mysql-faults.ts';
import { plainFunctions } from './mysql-functions.ts';
import { INT, binary, like, unary } from './mysql-operators.ts';
import { declaredType } from './mysql-types.ts';
import {
  bytesOf,
  compareValues,
  decimalOf,
  isFloat,
  isInteger,
  isNumber,
  isTime,
  keyOf,
  numeric,
  textOf,
  timeOf,
  timeText,
  toNumber,
  truthOf,
} from './mysql-values.ts';
import type { MysqlSession } from './mysql-session.ts';
import { mysqlAggregate } from './mysql-aggregates.ts';
import { sessionFunction } from './session-functions.ts';
import { type Warn, integerType, warnNumber, warnedTruth } from './warnings.ts';
import { shiftTime } from './shift-time.ts';
import { systemRelation } from './system-tables.ts';

const MAX_STEPS = 6_000_000;
/** `max_error_count`. */
const MAX_WARNINGS = 64;

export class MysqlDialect implements ChangeDialect {
  readonly flavour = 'mysql';
  readonly boolType = INT;
  readonly nullType: SqlType = { name: 'null' };
  readonly intType: SqlType = BIGINT;
  readonly nullsFirst = true;
  readonly aliasesInHaving = true;
  readonly session: MysqlSession;
  readonly faults: Faults;
  #steps = 0;
  /** Variables that the statement sets. */
  readonly #assigned = new Set<string>();

  constructor(session: MysqlSession, faults: Faults) {
    this.session = session;
    this.faults = faults;
  }

  get store(): Store {
    return this.session.store;
  }

  now(): number {
    return this.session.clock();
  }

  start(): void {
    this.#assigned.clear();
    this.#steps = 0;
  }

  spend(steps: number): void {
    this.#steps += steps;
    if (this.#steps > MAX_STEPS) throw this.faults.tooMuch('time');
  }

  relation(path: readonly string[], at: number): Relation {
    const name = path.at(-1)!;
    const schema = path.length > 1 ? path.at(-2)! : this.session.database;
    if (schema === undefined) throw noDatabase();
    const system = systemRelation(this.session, schema, name);
    if (system !== undefined) return system;
    const table = this.find(schema, name);
    if (table === undefined) {
      if (/^information_schema$/i.test(schema))
        throw fault(1109, '42S02', `Unknown table '${name}' in information_schema`);
      throw this.faults.unknownTable([schema, name], at);
    }
    if (table.view !== undefined) {
      const query = compileQuery(this, table.view.query);
      return { schema, name, columns: query.columns, rows: () => query.run(undefined) };
    }
    return { schema, name, columns: resultColumns(schema, table), rows: () => this.store.rows(table) };
  }

  find(schema: string, name: string): Table | undefined {
    return this.store.table(schema, name);
  }

  changeable(path: readonly string[], at: number, how: string): { schema: string; table: Table } {
    const schema = path.length > 1 ? path.at(-2)! : this.session.database;
    if (schema === undefined) throw noDatabase();
    if (/^(information_schema|performance_schema)$/i.test(schema))
      throw fault(
        1044,
        '42000',
        `Access denied for user '${this.session.user}'@'${this.session.accountHost}' to database '${schema}'`,
      );
    const table = this.find(schema, path.at(-1)!);
    if (table === undefined) throw this.faults.unknownTable([schema, path.at(-1)!], at);
    if (table.kind === 'view')
      throw fault(1288, 'HY000', `The target table ${table.name} of the ${how} is not updatable`);
    return { schema, table };
  }

  unary(op: string, arg: Compiled): Compiled {
    return unary(op, arg, this.bool, this.warn);
  }

  binary(op: string, left: Compiled, right: Compiled): Compiled {
    if (right.type.name === 'interval' && (op === '+' || op === '-'))
      return this.#shifted(left, right, op === '+' ? 1 : -1);
    if (op === '->' || op === '->>') {
      const extract = plainFunctions.get('json_extract')!;
      const unquote = plainFunctions.get('json_unquote')!;
      return {
        type: text(65_535),
        run: (env) => {
          const value = extract.run([left.run(env), right.run(env)]);
          return op === '->' ? value : unquote.run([value]);
        },
      };
    }
    return binary(op, left, right, this.bool, this.warn);
  }

  like(op: string, arg: Compiled, pattern: Compiled, escape: Compiled | undefined, not: boolean): Compiled {
    return like(op, arg, pattern, escape, not, this.bool);
  }

  cast(arg: Compiled, type: TypeName): Compiled {
    const word = type.path.at(-1)!;
    const wrap = (to: SqlType, run: (value: Exclude<Value, null>) => Value): Compiled => ({
      type: to,
      run: (env) => {
        const value = arg.run(env);
        return value === null ? null : run(value);
      },
    });
    switch (word) {
      case 'signed':
      case 'unsigned':
      case 'integer':
      case 'int':
        const negative = typeof arg.constant?.value === 'number' ? arg.constant.value < 0 : arg.constant === undefined;
        return wrap(integerType(type.unsigned && negative ? BIGINT : arg.type, type.unsigned), (value) => {
          warnNumber(value, 'INTEGER', this.warn);
          const digits = decimalOf(typeof value === 'string' ? Math.trunc(toNumber(value)) : numeric(value)).rescale(
            0,
          ).digits;
          if (type.unsigned && digits < 0n)
            this.warn(1105, "Cast to unsigned converted negative integer to it's positive complement");
          return integer(type.unsigned ? BigInt.asUintN(64, digits) : BigInt.asIntN(64, digits));
        });
      case 'char':
      case 'nchar':
      case 'varchar':
        return wrap({ ...text(type.args[0] ?? arg.type.length ?? 255), scale: 0 }, (value) =>
          type.args[0] === undefined ? textOf(value) : Array.from(textOf(value)).slice(0, type.args[0]).join(''),
        );
      case 'binary':
        return wrap(
          { name: 'varbinary', length: type.args[0] ?? arg.type.length ?? 255 },
          (value) => new Uint8Array(bytesOf(value)),
        );
      case 'date':
      case 'datetime':
        return wrap(datetime(word), (value) => {
          const at = timeOf(value);
          if (at === undefined) this.warn(1292, `Incorrect datetime value: '${textOf(value).slice(0, 128)}'`);
          return at === undefined ? null : timeText(at.ms, word === 'datetime');
        });
      case 'time':
        return wrap(datetime('time'), (value) => {
          const at = timeOf(value);
          return at === undefined ? wholeClock(textOf(value)) : timeText(at.ms).slice(11);
        });
      case 'double':
      case 'float':
        return wrap(DOUBLE, toNumber);
      case 'decimal':
      case 'dec':
      case 'numeric': {
        const scale = type.args[1] ?? 0;
        return wrap({ name: 'decimal', length: type.args[0] ?? 10, scale }, (value) =>
          (Decimal.parse(textOf(value).trim()) ?? Decimal.of(toNumber(value))).rescale(scale),
        );
      }
      case 'json':
        return wrap(text(65_535), textOf);
      default:
        throw this.faults.syntax(this.session.statement.slice(type.at), type.at, false);
    }
  }

  call(call: Call, args: readonly Compiled[], compiler: Compiler): Compiled {
    const name = call.path.at(-1)!.toLowerCase();
    const own =
      call.path.length === 1 || call.path[0] === 'mysql' || call.path[0] === 'sys'
        ? sessionFunction(this, name, args, compiler)
        : undefined;
    if (own !== undefined) return own;
    if (name === 'if' && args.length === 3) {
      const [test, yes, no] = args as [Compiled, Compiled, Compiled];
      const common = this.common([yes, no]);
      return {
        type: common.type,
        run: (env) => {
          const chosen = warnedTruth(test.run(env), this.warn) === true ? yes : no;
          return common.convert(chosen.run(env), chosen.type);
        },
      };
    }
    const definition = call.path.length === 1 ? plainFunctions.get(name) : undefined;
    if (definition === undefined) {
      const routine = this.session.udf(name);
      if (routine !== undefined) return routine(args);
      throw this.faults.unknownFunction(
        call.path,
        args.map(({ type }) => type.name),
        call.at,
      );
    }
    if (args.length < definition.least || args.length > definition.most)
      throw fault(1582, '42000', `Incorrect parameter count in the call to native function '${call.path[0]}'`);
    let type =
      definition.type === 'common'
        ? this.common(args).type
        : definition.type(
            args.map((arg) => arg.type),
            args.map((arg) => arg.constant?.value ?? null),
          );
    const places = args[1]?.constant?.value;
    if (definition.scaled === true && type.name === 'decimal')
      type = {
        ...type,
        scale: Math.min(args[0]!.type.scale ?? 0, typeof places === 'number' ? Math.max(0, places) : 0),
      };
    const { run } = definition;
    const isExact = definition.plain === true && isInteger(type);
    return {
      type,
      run: (env) => {
        this.spend(1);
        const value = run(args.map((arg) => arg.run(env)));
        return isExact && value instanceof Decimal ? integer(value.rescale(0).digits) : value;
      },
    };
  }

  aggregate(call: Call, args: readonly Compiled[]): Aggregate | undefined {
    return mysqlAggregate(this, call, args);
  }

  tableFunction(): TableFunction | undefined {
    return undefined;
  }

  variable(name: string, system: boolean, scope: string): Compiled {
    if (!system) {
      const value = (): Value => this.session.userVariables.get(name) ?? null;
      const type = typeOfValue(value());
      if (type.name !== 'null') return { type, run: value };
      const isNew = !this.#assigned.has(name) && !this.session.userVariables.has(name);
      return { type: isNew ? { name: 'long blob', scale: 39 } : { name: 'long text' }, run: value };
    }
    const value = this.session.systemVariable(name, scope);
    return { type: value === null ? text(1024) : typeOfValue(value), run: () => value };
  }

  assign(name: string, value: Compiled): Compiled {
    this.#assigned.add(name);
    return {
      type: value.type,
      run: (env) => {
        const result = value.run(env);
        this.session.setUserVariable(name, result);
        return result;
      },
    };
  }

  parameter(index: number): Compiled {
    const value = this.session.parameters[index] ?? null;
    return { type: typeOfValue(value), run: () => value, parameter: index };
  }

  literal(value: Value, type: SqlType): Compiled {
    if (type.name === 'integer')
      return {
        type: {
          name: typeof value === 'bigint' || (typeof value === 'number' && value > 2_147_483_647) ? 'bigint' : 'int',
          length: type.length!,
          ...(typeof value === 'bigint' && value > 9_223_372_036_854_775_807n ? { unsigned: true } : {}),
        },
        run: () => value,
        constant: { value },
      };
    if (type.name === 'float') return { type: DOUBLE, run: () => value, constant: { value } };
    return { type, run: () => value, constant: { value } };
  }

  special(expression: Expression, compiler: Compiler): Compiled | undefined {
    if (expression.kind === 'interval') {
      const value = compiler.compile(expression.value);
      return {
        type: { name: 'interval' },
        run: (env) => {
          const count = value.run(env);
          return count === null ? null : [textOf(count), expression.unit];
        },
      };
    }
    if (expression.kind === 'collate') {
      const arg = compiler.compile(expression.arg);
      return expression.name.endsWith('_bin') ? { ...arg, type: { ...arg.type, name: 'varchar-bin' } } : arg;
    }
    return undefined;
  }

  #shifted(left: Compiled, right: Compiled, sign: number): Compiled {
    return {
      type: isTime(left.type)
        ? left.type.name === 'date'
          ? left.type
          : datetime('datetime')
        : { name: 'char', length: 19, scale: 0 },
      run: (env) => {
        const at = timeOf(left.run(env));
        const interval = right.run(env) as readonly Value[] | null;
        if (at === undefined || interval === null) return null;
        const ms = shiftTime(at.ms, textOf(interval[0]!), textOf(interval[1]!), sign);
        return Number.isNaN(ms)
          ? null
          : timeText(ms, at.hasTime || !/^(day|week|month|quarter|year)$/.test(textOf(interval[1]!)));
      },
    };
  }

  common(parts: readonly Compiled[]): { type: SqlType; convert(value: Value, from: SqlType): Value } {
    const types = parts.map(({ type }) => type).filter(({ name }) => name !== 'null');
    const plain = (type: SqlType) => ({ type, convert: (value: Value) => value });
    const first = types[0];
    if (first === undefined) return plain(this.nullType);
    const length = Math.max(...types.map((type) => type.length ?? 0));
    if (types.every((type) => isInteger(type)))
      return plain({ ...(types.find(({ name }) => name === 'bigint') ?? first), length });
    if (types.every(isNumber)) {
      if (types.some(isFloat)) return { type: DOUBLE, convert: (value) => (value === null ? null : toNumber(value)) };
      const scale = Math.max(...types.map((type) => type.scale ?? 0));
      return {
        type: { name: 'decimal', length: Math.min(65, length + scale), scale },
        convert: (value) => (value === null ? null : decimalOf(numeric(value)).rescale(scale)),
      };
    }
    if (types.every((type) => type.name === first.name && isTime(type))) return plain(first);
    if (types.every(({ name }) => name.endsWith('binary') || name.endsWith('blob'))) return plain({ ...first, length });
    const long = types.find(({ name }) => name.endsWith('text'));
    return {
      type: long ?? text(length),
      convert: (value, from) =>
        value === null || value instanceof Uint8Array ? value : isNumber(from) ? textOf(value) : value,
    };
  }

  truth(value: Value): boolean | null {
    return typeof value === 'string' ? warnedTruth(value, this.warn) : truthOf(value);
  }

  readonly warn: Warn = (code, message) => {
    const { warnings } = this.session;
    if (warnings.length < MAX_WARNINGS) warnings.push({ level: 'Warning', code, message });
  };

  readonly bool = (value: boolean | null): Value => (value === null ? null : value ? 1 : 0);

  compare(a: Value, b: Value): number {
    return compareValues(a as Exclude<Value, null>, b as Exclude<Value, null>);
  }

  key(value: Value): string {
    return keyOf(value);
  }

  joinable(a: SqlType, b: SqlType): boolean {
    return isNumber(a) === isNumber(b) && isTime(a) === isTime(b);
  }

  columnName(item: SelectItem): string {
    const { value } = item;
    if (value.kind === 'call' && value.path.join('.').toLowerCase() === 'name_const') {
      const [name] = value.args;
      if (name?.kind === 'literal') return textOf(name.value);
    }
    if (value.kind === 'column') return value.path.at(-1)!;
    if (value.kind === 'literal' && (value.text === 'TRUE' || value.text === 'FALSE')) return value.text;
    if (value.kind === 'literal' && typeof value.value === 'string')
      return value.value.replace(/^\s+/, '').slice(0, 64);
    // Comments that count are no part of the name.
    return item.text.replace(/\/\*M?!\d*|\*\//g, '').slice(0, 256);
  }

  sameName(a: string, b: string): boolean {
    return a === b || a.toLowerCase() === b.toLowerCase();
  }

  fit(value: Value, from: SqlType, column: Column, row: number): Value {
    if (value === null) return null;
    const { type } = column;
    const wrong = (kind: string): SqlFault =>
      fault(
        1366,
        '22007',
        `Incorrect ${kind} value: '${textOf(value).slice(0, 128)}' for column \`${this.session.database ?? ''}\`.\`${this.session.changing}\`.\`${column.name}\` at row ${row}`,
      );
    if (isInteger(type)) {
      if (typeof value === 'string' && !/^\s*[+-]?\d+(\.\d*)?([eE]\d+)?\s*$/.test(value)) throw wrong('integer');
      const digits = (
        typeof value === 'string' ? (Decimal.parse(value) ?? new Decimal(0n, 0)) : decimalOf(numeric(value))
      ).rescale(0).digits;
      const bits = { tinyint: 8n, smallint: 16n, mediumint: 24n, int: 32n, bigint: 64n, year: 16n }[type.name] ?? 32n;
      const [low, high] =
        type.unsigned === true ? [0n, (1n << bits) - 1n] : [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n];
      if (digits < low || digits > high)
        throw fault(1264, '22003', `Out of range value for column '${column.name}' at row ${row}`);
      return integer(digits);
    }
    if (type.name === 'decimal') {
      const decimal = typeof value === 'string' ? Decimal.parse(value) : decimalOf(numeric(value));
      if (decimal === undefined) throw wrong('decimal');
      const kept = decimal.rescale(type.scale ?? 0);
      if (kept.compare(decimal) !== 0)
        this.session.warnings.push({
          level: 'Note',
          code: 1265,
          message: `Data truncated for column '${column.name}' at row ${row}`,
        });
      return kept;
    }
    if (isFloat(type)) return toNumber(value);
    if (isTime(type) && type.name !== 'time') {
      const at = timeOf(value);
      if (at === undefined)
        throw fault(
          1292,
          '22007',
          `Incorrect ${type.name} value: '${textOf(value)}' for column \`${this.session.database ?? ''}\`.\`${this.session.changing}\`.\`${column.name}\` at row ${row}`,
        );
      return timeText(at.ms, type.name !== 'date');
    }
    if (type.name.endsWith('blob') || type.name.endsWith('binary')) {
      if (bytesOf(value).length > (type.length ?? 255)) throw tooLong(column, row);
      return new Uint8Array(bytesOf(value));
    }
    void from;
    const said = textOf(value);
    if (said.length > (type.length ?? 255) && Array.from(said).length > (type.length ?? 255))
      throw tooLong(column, row);
    return said;
  }

  missing(column: Column): Value {
    if (column.default !== undefined) return this.session.constant(column.default);
    if (column.defaultText !== undefined && column.defaultText !== 'NULL')
      return column.defaultText.startsWith("'")
        ? column.defaultText.slice(1, -1)
        : column.defaultText.startsWith('current_timestamp')
          ? timeText(this.now())
          : Number(column.defaultText);
    if (column.notNull === true) throw fault(1364, 'HY000', `Field '${column.name}' doesn't have a default value`);
    return null;
  }

  duplicate(_: Table, key: Table['keys'][number], values: readonly Value[]): SqlFault {
    return fault(1062, '23000', `Duplicate entry '${values.map(textOf).join('-')}' for key '${key.name}'`);
  }

  passedOver({ message, details }: SqlFault): void {
    this.warn(details.code ?? 1105, message);
  }

  nullRefused(column: Column): SqlFault {
    return fault(1048, '23000', `Column '${column.name}' cannot be null`);
  }

  unknownInsertColumn(name: string): SqlFault {
    return this.faults.unknownColumn([name], 'insert list', 0);
  }

  declared(type: TypeName): SqlType {
    return declaredType(type, this.session.server.product);
  }
}

function tooLong(column: Column, row: number): SqlFault {
  return fault(1406, '22001', `Data too long for column '${column.name}' at row ${row}`);
}

export function resultColumns(schema: string, table: Table): ResultColumn[] {
  return table.columns.map((column, i) => ({
    name: column.name,
    type: column.type,
    origin: { schema, table: table.name, alias: table.name, column, number: i + 1 },
  }));
}

export function typeOfValue(value: Value): SqlType {
  if (value === null) return { name: 'null' };
  if (typeof value === 'number') return Number.isInteger(value) ? BIGINT : DOUBLE;
  if (typeof value === 'bigint') return { ...BIGINT, unsigned: value > 9_223_372_036_854_775_807n };
  if (value instanceof Decimal) return { name: 'decimal', length: 65, scale: value.scale };
  if (value instanceof Uint8Array) return { name: 'longblob', length: value.length };
  return text(Math.max(1, textOf(value).length));
}

/** `10:00` as a time has its seconds too. */
function wholeClock(value: string): string {
  return /^\d{1,2}:\d\d$/.test(value) ? `${value.padStart(5, '0')}:00` : value;
}

export type MysqlRow = Row;
