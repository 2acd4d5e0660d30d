/** One client's session on the cluster: settings, transactions, and each statement's answer. */
import type { Expression, Query, Statement } from '../sql/ast.types.ts';
import type { Changed } from '../sql/change-rows.types.ts';
import { insertRows } from '../sql/insert-rows.ts';
import { deleteRows, updateRows } from '../sql/update-rows.ts';
import { Compiler } from '../sql/compile-expression.ts';
import { compileQuery } from '../sql/compile-query.ts';
import type { Compiled } from '../sql/dialect.types.ts';
import type { MachineFiles } from '../sql/machine-files.ts';
import { QueryReader } from '../sql/parse-query.ts';
import { parseCommon } from '../sql/parse-statement.ts';
import type { ResultColumn, ResultSet } from '../sql/relation.ts';
import { RowWatch } from '../sql/row-watch.ts';
import { Scope } from '../sql/scope.ts';
import { SqlFault } from '../sql/sql-fault.ts';
import type { SqlWatch } from '../sql/sql-watch.ts';
import type { Store } from '../sql/store.ts';
import { TokenStream } from '../sql/token-stream.ts';
import { tokenise } from '../sql/tokens.ts';
import type { Row, SqlType, Value } from '../sql/values.ts';
import { catalogTable } from './catalog-data.ts';
import { define } from './definitions.ts';
import { runOwn } from './own-statements.ts';
import { keyOid, ownTables } from './own-relations.ts';
import { PgDialect } from './pg-dialect.ts';
import { fault, pgFaults, shownType } from './pg-faults.ts';
import { quoteIdent } from './quoting.ts';
import type { Database, PgWorld } from './pg-attacker-world.ts';
import type { PgServer } from './pg-server.ts';
import { REPORTED_PARAMETERS } from './reported-parameters.ts';
import { TEXT, parseValue, typeNamed, typeOfOid } from './pg-types.ts';

export interface Answer {
  /** What CommandComplete says. */
  readonly tag: string;
  readonly result?: ResultSet;
  /** What went wrong when the columns were told already. */
  readonly failed?: SqlFault;
  readonly copyOut?: { readonly lines: readonly string[]; readonly columns: number };
  readonly copyIn?: { readonly columns: number; take(content: Uint8Array): Answer };
  /** Runs on the machine first; its output goes on as what the table is filled with, or nowhere. */
  readonly program?: { readonly command: string; take(output: Uint8Array, code: number): Answer };
}

export interface Notice {
  readonly severity: 'WARNING' | 'NOTICE';
  readonly state: string;
  readonly message: string;
  readonly where: readonly [routine: string, file: string, line: number];
}

export interface PgSessionParts {
  readonly server: PgServer;
  readonly world: PgWorld;
  readonly database: Database;
  readonly user: string;
  readonly pid: number;
  readonly clientAddress: string;
  readonly clientPort: number;
  readonly serverAddress: string;
  readonly serverPort: number;
  readonly clock: () => number;
  readonly watch: SqlWatch;
  readonly files: MachineFiles;
}

const MAX_DELAY_MS = 3_600_000;
const MAX_PREPARED = 500;

export class PgSession {
  readonly #parts: PgSessionParts;
  readonly dialect: PgDialect;
  readonly #rows: RowWatch;
  readonly #settings = new Map<string, string>();
  readonly prepared = new Map<string, { readonly sql: string; readonly types: readonly SqlType[] }>();
  readonly cursors = new Map<string, { readonly result: ResultSet; at: number }>();
  /** Changes of parameters that the client is told of. */
  changed: [string, string][] = [];
  notices: Notice[] = [];
  /** Channels that are listened to, and what came over them since the last answer. */
  readonly listening = new Set<string>();
  notifications: { readonly channel: string; readonly payload: string }[] = [];
  statement = '';
  #parameters: readonly (Value | undefined)[] = [];
  #parameterTypes: SqlType[] = [];
  failed = false;
  #delayMs = 0;
  readonly startedText: string;

  constructor(parts: PgSessionParts) {
    this.#parts = parts;
    this.dialect = new PgDialect(this);
    this.#rows = new RowWatch(parts.server.persona, 'postgresql', parts.watch);
    this.startedText = this.nowText();
  }

  get server(): PgServer {
    return this.#parts.server;
  }
  get world(): PgWorld {
    return this.#parts.world;
  }
  get database(): Database {
    return this.#parts.database;
  }
  get store(): Store {
    return this.#parts.database.store;
  }
  get user(): string {
    return this.#parts.user;
  }
  get pid(): number {
    return this.#parts.pid;
  }
  get watch(): SqlWatch {
    return this.#parts.watch;
  }
  get clientAddress(): string {
    return this.#parts.clientAddress;
  }
  get clientPort(): number {
    return this.#parts.clientPort;
  }
  get serverAddress(): string {
    return this.#parts.serverAddress;
  }
  get serverPort(): number {
    return this.#parts.serverPort;
  }
  get superuser(): boolean {
    return this.world.roles.find(({ name }) => name === this.user)?.superuser ?? false;
  }

  clock(): number {
    return this.#parts.clock();
  }

  nowText(): string {
    const iso = new Date(this.clock()).toISOString();
    return `${iso.slice(0, 10)} ${iso.slice(11, 23)}${String((this.clock() * 7919) % 1000).padStart(3, '0')}+00`.replace(
      /0+(?=\+00$)/,
      '',
    );
  }

  get bootText(): string {
    const iso = new Date(this.server.startedAt()).toISOString();
    return `${iso.slice(0, 10)} ${iso.slice(11, 23)}417+00`;
  }

  delay(ms: number): void {
    if (ms > 0) this.#delayMs = Math.min(MAX_DELAY_MS, this.#delayMs + ms);
  }

  takeDelay(): number {
    const ms = this.#delayMs;
    this.#delayMs = 0;
    return ms;
  }

  warn(message: string, state = '01000', where: Notice['where'] = ['exec_stmt_raise', 'pl_exec.c', 3893]): void {
    if (this.notices.length < 50) this.notices.push({ severity: 'WARNING', state, message, where });
  }

  notice(state: string, message: string, where: Notice['where']): void {
    if (this.notices.length < 50) this.notices.push({ severity: 'NOTICE', state, message, where });
  }

  notify(channel: string, payload: string): void {
    if (this.listening.has(channel) && this.notifications.length < 100) this.notifications.push({ channel, payload });
  }

  searchPath(): string[] {
    const path = (this.#settings.get('search_path') ?? '"$user", public')
      .split(',')
      .map((part) => part.trim().replace(/^"|"$/g, '').replace('$user', this.user));
    return path.filter((name) => this.store.schemas.has(name));
  }

  setting(name: string): string | undefined {
    const own = this.#settings.get(name);
    if (own !== undefined) return own;
    if (name === 'is_superuser') return this.superuser ? 'on' : 'off';
    if (name === 'session_authorization') return this.user;
    if (name === 'client_encoding') return 'UTF8';
    const row = this.server.settings.get(name);
    return row === undefined ? undefined : shownSetting(row);
  }

  set(name: string, value: string): string {
    const row = this.server.settings.get(name);
    if (row === undefined && !name.includes('.') && name !== 'role' && name !== 'session_authorization')
      throw fault('42704', `unrecognized configuration parameter "${name}"`, { where: ['find_option', 'guc.c', 5766] });
    if (row !== undefined && row[6] === 'internal')
      throw fault('55P02', `parameter "${name}" cannot be changed`, {
        where: ['set_config_option_ext', 'guc.c', 7728],
      });
    if (row !== undefined && row[6] === 'postmaster')
      throw fault('55P02', `parameter "${name}" cannot be changed without restarting the server`, {
        where: ['set_config_option_ext', 'guc.c', 7751],
      });
    if (row !== undefined && row[6] === 'sighup')
      throw fault('55P02', `parameter "${name}" cannot be changed now`, {
        where: ['set_config_option_ext', 'guc.c', 7760],
      });
    const typed = row?.[7] === 'bool' ? (/^(on|true|yes|1|t|y)$/i.test(value) ? 'on' : 'off') : value;
    if (row?.[7] === 'integer' && !/^-?\d+\s*(ms|s|min|h|d|kB|MB|GB|B|us)?$/.test(value))
      throw fault('22023', `invalid value for parameter "${name}": "${value}"`, {
        where: ['parse_and_validate_value', 'guc.c', 7454],
      });
    if (this.#settings.size < 500) this.#settings.set(name, typed);
    const told = REPORTED.get(name);
    if (told !== undefined) this.changed.push([told, typed]);
    return typed;
  }

  resetSettings(name?: string): void {
    for (const each of name === undefined ? [...this.#settings.keys()] : [name]) {
      if (!this.#settings.delete(each)) continue;
      const told = REPORTED.get(each);
      if (told !== undefined) this.changed.push([told, this.setting(each) ?? '']);
    }
  }

  keepObject(content: Uint8Array, wanted: number): number {
    const oid = wanted === 0 ? this.world.oid() : wanted;
    if (!this.world.putObject(oid, content)) throw pgFaults.tooMuch('memory');
    if (content.length > 0) this.watch.fileWritten(`pg_largeobject/${oid}`, content, true);
    return oid;
  }

  readFile(path: string): Uint8Array | undefined {
    const content = this.#parts.files.readFile(path);
    this.watch.fileRead(path, content !== undefined);
    return content;
  }

  listFolder(path: string): readonly string[] | undefined {
    this.watch.fileRead(path, true);
    return this.#parts.files.list(path);
  }

  writeFile(path: string, content: Uint8Array): void {
    const result = this.#parts.files.writeFile(path, content, true);
    this.watch.fileWritten(path, content, result === 'written');
    if (result !== 'written')
      throw fault('42501', `could not open file "${path}" for writing: Permission denied`, {
        where: ['BeginCopyTo', 'copyto.c', 703],
      });
  }

  /** What a command would print on the machine. */
  runCommand(line: string): string {
    return this.#parts.files.runCommand(line);
  }

  routine(name: string): ((args: readonly Compiled[]) => Compiled) | undefined {
    const known = this.world.routine(name);
    if (known === undefined) return undefined;
    return (args) => ({
      type: TEXT,
      run: (env) => {
        const line = String(args[0]?.run(env) ?? '');
        if (known.language === 'c' || /python|perl|tcl|sh/.test(known.language)) this.watch.command(line, name);
        return known.runs ? this.runCommand(line) : null;
      },
    });
  }

  /** The number behind a name. */
  lookup(said: string, kind: string): number | string {
    const path = said.split('.').map((part) => part.replace(/^"|"$/g, ''));
    const name = path.at(-1)!;
    if (kind === 'regclass') {
      const found = this.dialect.locate(path);
      if (found?.table.oid !== undefined) return found.table.oid;
      for (const { table } of ownTables(this))
        for (const [i, key] of table.keys.entries()) if (key.name === name) return keyOid(table, i);
      const row = catalogTable('pg_class')!.rows.find((own) => own[1] === name);
      if (row !== undefined) return row[0] as number;
      throw fault('42P01', `relation "${said}" does not exist`, {
        where: ['RangeVarGetRelidExtended', 'namespace.c', 433],
      });
    }
    if (kind === 'regtype') {
      const type = typeNamed(name);
      const row = catalogTable('pg_type')!.rows.find(
        (own) => own[1] === (type?.element === undefined ? (type?.name ?? name) : `_${type.element.name}`),
      );
      if (row === undefined) throw fault('42704', `type "${said}" does not exist`);
      return row[0] as number;
    }
    if (kind === 'regnamespace') {
      const row = catalogTable('pg_namespace')!.rows.find((own) => own[1] === name);
      if (row === undefined && !this.store.schemas.has(name)) throw fault('3F000', `schema "${name}" does not exist`);
      return (row?.[0] as number | undefined) ?? 60_000 + [...this.store.schemas.keys()].indexOf(name);
    }
    if (kind === 'regrole') {
      const role = this.world.roles.find((own) => own.name === name);
      if (role === undefined) throw fault('42704', `role "${name}" does not exist`);
      return role.oid;
    }
    const row = catalogTable('pg_proc')!.rows.find((own) => own[1] === name.replace(/\(.*$/, ''));
    if (row === undefined) throw fault('42883', `function "${said}" does not exist`);
    return row[0] as number;
  }

  nameOf(oid: number, kind: string): string {
    if (oid === 0) return '-';
    const own = ownTables(this);
    if (kind === 'regclass') {
      const table = own.find((located) => located.oid === oid);
      if (table !== undefined)
        return this.searchPath().includes(table.schema)
          ? quoteIdent(table.table.name)
          : `${quoteIdent(table.schema)}.${quoteIdent(table.table.name)}`;
      for (const located of own)
        for (const [i, key] of located.table.keys.entries())
          if (keyOid(located.table, i) === oid) return quoteIdent(key.name);
      return String(catalogTable('pg_class')!.rows.find((row) => row[0] === oid)?.[1] ?? oid);
    }
    if (kind === 'regtype') {
      const type = typeOfOid(oid);
      return type === undefined
        ? String(catalogTable('pg_type')!.rows.find((row) => row[0] === oid)?.[1] ?? oid)
        : shownType(type.name);
    }
    if (kind === 'regrole')
      return (
        this.world.roles.find((role) => role.oid === oid)?.name ??
        String(catalogTable('pg_authid')!.rows.find((row) => row[0] === oid)?.[1] ?? oid)
      );
    if (kind === 'regnamespace')
      return String(
        catalogTable('pg_namespace')!.rows.find((row) => row[0] === oid)?.[1] ??
          [...this.store.schemas.keys()][oid - 60_000] ??
          oid,
      );
    return String(catalogTable('pg_proc')!.rows.find((row) => row[0] === oid)?.[1] ?? oid);
  }

  xmlOf(sql: string): string {
    const answer = new PgSession(this.#parts).execute(sql);
    return (answer.result?.rows ?? [])
      .slice(0, 1000)
      .map(
        (row) =>
          `<row>\n${row.map((value, i) => `  <${answer.result!.columns[i]!.name}>${this.dialect.text(value, answer.result!.columns[i]!.type)}</${answer.result!.columns[i]!.name}>\n`).join('')}</row>\n`,
      )
      .join('');
  }

  parameterType(index: number): SqlType {
    return this.#parameterTypes[index] ?? { name: 'unknown' };
  }

  learnParameter(index: number, type: SqlType): void {
    this.#parameterTypes[index] ??= type;
  }

  /** Texts become what their place asks for. */
  parameterValue(index: number, type: SqlType): Value {
    const value = this.#parameters[index];
    if (value === undefined) return null;
    return typeof value === 'string' && type.name !== 'unknown' ? parseValue(value, type) : value;
  }

  constant(expression: Expression, type?: SqlType): Value {
    const compiled = new Compiler(this.dialect, new Scope(undefined), (query, parent) =>
      compileQuery(this.dialect, query, parent),
    ).compile(expression);
    const value = compiled.run({ tuple: [], parent: undefined });
    if (value === null || type === undefined || (compiled.type.name === type.name && type.length === undefined))
      return value;
    return compiled.type.name === 'unknown'
      ? parseValue(String(value), type)
      : this.dialect.convert(value, compiled.type, type);
  }

  read(sql: string): QueryReader {
    return new QueryReader(
      new TokenStream(sql, tokenise(sql, { flavour: 'postgres', faults: pgFaults }), 'postgres', pgFaults),
    );
  }

  prepare(name: string, sql: string, types: readonly SqlType[]): void {
    if (this.prepared.size >= MAX_PREPARED) throw pgFaults.tooMuch('memory');
    this.prepared.set(name, { sql, types });
  }

  /** The columns of a statement's answer and the types of its parameters, without running it. */
  describe(
    sql: string,
    types: readonly (SqlType | undefined)[],
  ): { columns: readonly ResultColumn[] | undefined; parameters: readonly SqlType[] } {
    this.statement = sql;
    this.#parameters = [];
    this.#parameterTypes = [];
    for (const [i, type] of types.entries()) if (type !== undefined) this.#parameterTypes[i] = type;
    this.dialect.start();
    const reader = this.read(sql);
    if (reader.input.ended()) return { columns: undefined, parameters: [] };
    const statement = parseCommon(reader);
    let columns: readonly ResultColumn[] | undefined;
    if (statement?.kind === 'query' && statement.into === undefined)
      columns = compileQuery(this.dialect, statement).columns;
    else if (statement === undefined && reader.input.isWord('show'))
      columns = [{ name: reader.input.peek().text, type: { name: 'text' } }];
    while (!reader.input.ended()) reader.input.next();
    const count = Math.max(reader.input.parameters, types.length);
    return {
      columns,
      parameters: Array.from({ length: count }, (_, i) => this.#parameterTypes[i] ?? { name: 'text' }),
    };
  }

  /** One statement, as the parser cut it off. */
  execute(sql: string, parameters: readonly Value[] = [], types: readonly (SqlType | undefined)[] = []): Answer {
    this.statement = sql;
    this.#parameters = parameters;
    this.#parameterTypes = [];
    for (const [i, type] of types.entries()) if (type !== undefined) this.#parameterTypes[i] = type;
    this.dialect.start();
    const reader = this.read(sql);
    if (this.failed && !reader.input.isWord('rollback', 'abort', 'commit', 'end'))
      throw fault('25P02', 'current transaction is aborted, commands ignored until end of transaction block');
    const statement = parseCommon(reader);
    if (statement === undefined) return this.#watched(runOwn(this, reader));
    while (reader.input.takeOperator(';'));
    if (!reader.input.ended()) throw reader.input.unexpected();
    return this.#watched(this.#common(statement));
  }

  #watched(answer: Answer): Answer {
    if (answer.result !== undefined) this.#rows.rows(answer.result);
    if (answer.copyOut !== undefined) this.#rows.text(answer.copyOut.lines);
    return answer;
  }

  #common(statement: Statement): Answer {
    const { dialect } = this;
    switch (statement.kind) {
      case 'query':
        return this.query(statement);
      case 'insert':
        return this.#changed('INSERT 0', insertRows(dialect, statement));
      case 'update':
        return this.#changed('UPDATE', updateRows(dialect, statement), true);
      case 'delete':
        return this.#changed('DELETE', deleteRows(dialect, statement));
      default:
        return define(this, statement);
    }
  }

  #changed(word: string, changed: Changed, matched = false): Answer {
    const tag = `${word} ${matched ? changed.matched : changed.affected}`;
    return changed.returning === undefined ? { tag } : { tag, result: changed.returning };
  }

  query(query: Query): Answer {
    const compiled = compileQuery(this.dialect, query);
    let rows: readonly Row[];
    try {
      rows = compiled.run(undefined);
    } catch (error) {
      if (!(error instanceof SqlFault) || query.into !== undefined || !LATE.test(this.statement)) throw error;
      return { tag: '', result: { columns: compiled.columns, rows: [] }, failed: error };
    }
    if (query.into?.kind === 'table')
      return define(this, {
        kind: 'create-table',
        path: query.into.names,
        optional: false,
        temporary: false,
        columns: [],
        keys: [],
        as: { ...query, into: undefined },
        like: undefined,
        comment: '',
        engine: undefined,
        at: query.at,
      });
    return { tag: `SELECT ${rows.length}`, result: { columns: compiled.columns, rows } };
  }
}

/** What is worked out row by row, and not when the statement is planned: tables, subqueries, functions that depend on something. */
const LATE =
  /\bfrom\b|\(\s*select\b|\b(pg_(?!typeof|catalog)\w+|lo_\w+|current_setting|set_config|now|random|nextval|currval|lastval|query_to_xml|database_to_xml|dblink\w*|clock_timestamp)\s*\(/i;

/** By their lower case. */
const REPORTED: ReadonlyMap<string, string> = new Map(REPORTED_PARAMETERS.map((name) => [name.toLowerCase(), name]));

/** Sizes and times with the unit that SHOW would print. */
function shownSetting(row: readonly (string | boolean | null)[]): string {
  const [, value, unit] = row;
  const text = String(value ?? '');
  if (row[7] !== 'integer' || unit === null || unit === '' || !/^\d+$/.test(text)) return text;
  const number = Number(text);
  if (unit === '8kB' || unit === 'kB' || unit === 'MB' || unit === 'B') {
    if (number === 0) return '0';
    let bytes = number * ({ '8kB': 8192, kB: 1024, MB: 1_048_576, B: 1 }[unit] ?? 1);
    for (const name of ['B', 'kB', 'MB', 'GB', 'TB']) {
      if (bytes % 1024 !== 0 || name === 'TB') return `${bytes}${name}`;
      bytes /= 1024;
    }
  }
  const ms = number * ({ ms: 1, s: 1000, min: 60_000 }[String(unit)] ?? 1);
  if (number === 0) return '0';
  for (const [name, size] of [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1000],
  ] as const)
    if (ms % size === 0) return `${ms / size}${name}`;
  return `${ms}ms`;
}
