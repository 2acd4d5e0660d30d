/** MySQL's side of the engine: names, types and functions of one session. */
import type { Call, Expression, SelectItem, TypeName } from '../sql/ast.types.ts';
import type { ChangeDialect } from '../sql/change-rows.types.ts';
import type { Compiler } from '../sql/compile-expression.ts';
import { compileQuery } from '../sql/compile-query.ts';
import type { Aggregate, Compiled, TableFunction } from '../sql/dialect.types.ts';
import type { Column, Relation, ResultColumn, Table } from '../sql/relation.ts';
import type { Faults, SqlFault } from '../sql/sql-fault.ts';
import type { Store } from '../sql/store.ts';
import type { SqlType, Value } from '../sql/values.ts';
import { callFunction } from './call-function.ts';
import { cast, commonType, shifted, typeOfValue } from './conversions.ts';
import { fitValue } from './fit-value.ts';
import { BIGINT, DOUBLE, text } from './function.types.ts';
import { mysqlAggregate } from './mysql-aggregates.ts';
import { fault, noDatabase } from './mysql-faults.ts';
import { plainFunctions } from './mysql-functions.ts';
import { INT, binary, like, unary } from './mysql-operators.ts';
import type { MysqlSession } from './mysql-session.ts';
import { compareValues, isNumber, isTime, keyOf, textOf, timeText, truthOf } from './mysql-values.ts';
import { systemRelation } from './system-tables.ts';
import { type Warn, warnedTruth } from './warnings.ts';

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
    if (right.type.name === 'interval' && (op === '+' || op === '-')) return shifted(left, right, op === '+' ? 1 : -1);
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
    return cast(this, arg, type);
  }

  call(call: Call, args: readonly Compiled[], compiler: Compiler): Compiled {
    return callFunction(this, call, args, compiler);
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

  common(parts: readonly Compiled[]): ReturnType<ChangeDialect['common']> {
    return commonType(parts);
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

  fit(value: Value, _: SqlType, column: Column, row: number): Value {
    return fitValue(this.session, value, column, row);
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
}

export function resultColumns(schema: string, table: Table): ResultColumn[] {
  return table.columns.map((column, i) => ({
    name: column.name,
    type: column.type,
    origin: { schema, table: table.name, alias: table.name, column, number: i + 1 },
  }));
}
