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
import { define } from './definitions.ts';
import { runOwn } from './own-statements.ts';
import { PgDialect } from './pg-dialect.ts';
import { fault, pgFaults } from './pg-faults.ts';
import type { Database, PgWorld } from './pg-attacker-world.ts';
import type { PgServer } from './pg-server.ts';
import { Settings } from './settings.ts';
import { TEXT } from './pg-types.ts';
import { parseValue } from './pg-values.ts';

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
  readonly #settings: Settings;
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
    this.#settings = new Settings(
      parts.server.settings,
      (name) => this.#liveSetting(name),
      (name, value) => this.changed.push([name, value]),
    );
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
    const path = (this.#settings.own('search_path') ?? '"$user", public')
      .split(',')
      .map((part) => part.trim().replace(/^"|"$/g, '').replace('$user', this.user));
    return path.filter((name) => this.store.schemas.has(name));
  }

  setting(name: string): string | undefined {
    return this.#settings.get(name);
  }

  set(name: string, value: string): string {
    return this.#settings.set(name, value);
  }

  resetSettings(name?: string): void {
    this.#settings.reset(name);
  }

  #liveSetting(name: string): string | undefined {
    if (name === 'is_superuser') return this.superuser ? 'on' : 'off';
    if (name === 'session_authorization') return this.user;
    return name === 'client_encoding' ? 'UTF8' : undefined;
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
