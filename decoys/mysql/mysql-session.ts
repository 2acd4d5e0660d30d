/** One client's session on the server: what it has set, which database it uses, and each statement's answer. */
import type { Persona } from '../persona/persona.types.ts';
import type { Expression, Query, Statement } from '../sql/ast.types.ts';
import type { Changed } from '../sql/change-rows.types.ts';
import { insertRows } from '../sql/insert-rows.ts';
import { deleteRows, updateRows } from '../sql/update-rows.ts';
import { Compiler } from '../sql/compile-expression.ts';
import { compileQuery } from '../sql/compile-query.ts';
import type { Compiled } from '../sql/dialect.types.ts';
import { QueryReader } from '../sql/parse-query.ts';
import { parseCommon } from '../sql/parse-statement.ts';
import type { ResultSet } from '../sql/relation.ts';
import { SqlFault } from '../sql/sql-fault.ts';
import { RowWatch } from '../sql/row-watch.ts';
import { Scope } from '../sql/scope.ts';
import type { SqlWatch } from '../sql/sql-watch.ts';
import type { Store } from '../sql/store.ts';
import { TokenStream } from '../sql/token-stream.ts';
import { tokenise } from '../sql/tokens.ts';
import type { Value } from '../sql/values.ts';
import { define } from './definitions.ts';
import { MysqlDialect } from './mysql-dialect.ts';
import { fault, mysqlFaults, noDatabase } from './mysql-faults.ts';
import type { MysqlServer } from './mysql-server.ts';
import { textOf } from './mysql-values.ts';
import { OwnStatements } from './own-statements.ts';
import { statusOf } from './server-status.ts';
import { zoneOffset } from './time-zone.ts';
import { SystemVariables } from './system-variables.ts';
import { exportRows } from './file-tricks.ts';
import type { MysqlWorld } from './mysql-world.ts';
import { logStatement } from './query-log.ts';

export interface Answer {
  readonly result?: ResultSet;
  /** What went wrong when the columns were told already. */
  readonly failed?: SqlFault;
  readonly affected?: number;
  readonly lastId?: number;
  readonly info?: string;
  /** LOAD DATA LOCAL: the client is asked for this file of its own. */
  readonly localFile?: { readonly path: string; take(content: Uint8Array): Answer };
}

export interface Warning {
  readonly level: 'Note' | 'Warning' | 'Error';
  readonly code: number;
  readonly message: string;
}

export interface SessionParts {
  readonly server: MysqlServer;
  readonly world: MysqlWorld;
  readonly connectionId: number;
  readonly user: string;
  /** The host of the account that let them in: `%`. */
  readonly accountHost: string;
  /** The client as it appears: an address, for its name is not looked up. */
  readonly clientHost: string;
  readonly clientPort: number;
  /** How the connection goes. */
  readonly link: { readonly compressed: boolean; readonly tls?: { readonly version: string; readonly cipher: string } };
  readonly clock: () => number;
  readonly watch: SqlWatch;
  readFile(path: string): Uint8Array | undefined;
  writeFile(path: string, content: Uint8Array, overwrite?: boolean): 'written' | 'exists' | 'denied';
  hasFolder(path: string): boolean;
  runCommand(line: string): string;
}

/** Found where constants are looked at before anything is sent: XPATH and its like. */
const EARLY_FAULTS: ReadonlySet<number> = new Set([1105, 1139, 1210]);
const MAX_DELAY_MS = 3_600_000;
const MAX_VARIABLES = 1000;
const MAX_PREPARED = 1000;

export class MysqlSession {
  readonly #parts: SessionParts;
  readonly dialect: MysqlDialect;
  readonly own: OwnStatements;
  readonly userVariables = new Map<string, Value>();
  readonly #rows: RowWatch;
  readonly #variables: SystemVariables;
  readonly prepared = new Map<string, string>();
  database: string | undefined;
  statement = '';
  /** The table that a statement changes, for error messages. */
  changing = '';
  parameters: readonly Value[] = [];
  lastInsertId = 0;
  rowCount = -1;
  foundRows = 0;
  warnings: Warning[] = [];
  autocommit = true;
  #delayMs = 0;
  #diagnostic = false;
  #questions = 0;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.dialect = new MysqlDialect(
      this,
      mysqlFaults(
        parts.server.product,
        () => this.statement,
        () => this.database,
      ),
    );
    this.#variables = new SystemVariables(this);
    this.own = new OwnStatements(this);
    this.#rows = new RowWatch(parts.server.persona, 'mysql', parts.watch);
  }

  get server(): MysqlServer {
    return this.#parts.server;
  }
  get persona(): Persona {
    return this.server.persona;
  }
  get world(): MysqlWorld {
    return this.#parts.world;
  }
  get store(): Store {
    return this.#parts.world.store;
  }
  get user(): string {
    return this.#parts.user;
  }
  get accountHost(): string {
    return this.#parts.accountHost;
  }
  get clientHost(): string {
    return this.#parts.clientHost;
  }
  get clientAddress(): string {
    return `${this.#parts.clientHost}:${this.#parts.clientPort}`;
  }
  get connectionId(): number {
    return this.#parts.connectionId;
  }
  get watch(): SqlWatch {
    return this.#parts.watch;
  }
  get collation(): string {
    return this.server.isMaria ? 'utf8mb4_general_ci' : 'utf8mb4_0900_ai_ci';
  }

  /** What the answer counts: looking at the warnings of the statement before makes none. */
  get warningCount(): number {
    return this.#diagnostic ? 0 : this.warnings.length;
  }

  clock(): number {
    return this.#parts.clock();
  }

  /** Offset of the session's time zone, ms. */
  zoneMs(): number {
    return zoneOffset(textOf(this.systemVariable('time_zone', '')), this.persona.timeZone, this.clock());
  }

  localTime(): number {
    return this.clock() + this.zoneMs();
  }

  random(): number {
    return Math.random();
  }

  uuid(): string {
    const now = BigInt(this.clock()) * 10_000n + 122_192_928_000_000_000n;
    const time = now.toString(16).padStart(15, '0');
    return `${time.slice(-8)}-${time.slice(-12, -8)}-11${time.slice(1, 3)}-${Math.floor(Math.random() * 0x3fff + 0x8000).toString(16)}-${this.persona.network.mac.replaceAll(':', '')}`;
  }

  /** The answer waits this long: SLEEP and its like. */
  delay(ms: number): void {
    if (ms > 0) this.#delayMs = Math.min(MAX_DELAY_MS, this.#delayMs + ms);
  }

  takeDelay(): number {
    const ms = this.#delayMs;
    this.#delayMs = 0;
    return ms;
  }

  setUserVariable(name: string, value: Value): void {
    if (this.userVariables.size < MAX_VARIABLES || this.userVariables.has(name)) this.userVariables.set(name, value);
  }

  systemVariable(name: string, scope: string): Value {
    return this.#variables.get(name, scope);
  }

  setSystemVariable(name: string, value: Value, global: boolean): void {
    this.#variables.set(name, value, global);
  }

  status(): [string, string][] {
    return statusOf(this, this.#questions, this.#parts.link);
  }

  constant(expression: Expression): Value {
    return new Compiler(this.dialect, new Scope(undefined), (query, parent) =>
      compileQuery(this.dialect, query, parent),
    )
      .compile(expression)
      .run({ tuple: [], parent: undefined });
  }

  /** A function of a library that the attacker has put there: what it is told to run is told. */
  udf(name: string): ((args: readonly Compiled[]) => Compiled) | undefined {
    const known = this.world.udf(name);
    if (known === undefined) return undefined;
    const isText = known.returns === 'string';
    return (args) => ({
      type: isText ? { name: 'longtext', length: 65_535 } : { name: 'bigint', length: 21 },
      run: (env) => {
        const line = textOf(args[0]?.run(env) ?? null);
        this.watch.command(line, name);
        return isText ? this.#parts.runCommand(line) : 0;
      },
    });
  }

  readFile(path: string): Value {
    const content = this.#parts.readFile(path);
    this.watch.fileRead(path, content !== undefined);
    return content ?? null;
  }

  writeFile(path: string, content: Uint8Array): void {
    if (path.startsWith('/') && !this.hasFolder(path.slice(0, path.lastIndexOf('/')) || '/')) {
      this.watch.fileWritten(path, content, false);
      throw fault(
        1290,
        'HY000',
        `The ${this.server.isMaria ? 'MariaDB' : 'MySQL'} server is running with the --secure-file-priv option so it cannot execute this statement`,
      );
    }
    const result = path.startsWith('/') ? this.#parts.writeFile(path, content) : 'written';
    this.watch.fileWritten(path, content, result === 'written');
    if (result === 'exists') throw fault(1086, 'HY000', `File '${path}' already exists`);
    if (result === 'denied')
      throw fault(1, 'HY000', `Can't create/write to file '${path}' (Errcode: 13 "Permission denied")`);
  }

  hasFolder(path: string): boolean {
    return this.#parts.hasFolder(path);
  }

  /** Without telling of it. */
  peekFile(path: string): Uint8Array | undefined {
    return this.#parts.readFile(path);
  }

  overwriteFile(path: string, content: Uint8Array, tell: boolean): void {
    const result = this.#parts.writeFile(path, content, true);
    if (tell) this.watch.fileWritten(path, content, result === 'written');
  }

  prepare(name: string, sql: string): void {
    if (this.prepared.size >= MAX_PREPARED && !this.prepared.has(name))
      throw fault(1461, '42000', "Can't create more than max_prepared_stmt_count statements (current value: 16382)");
    this.prepared.set(name, sql);
  }

  /** Tokens of one statement. */
  read(sql: string): QueryReader {
    const { faults } = this.dialect;
    const ansiQuotes = textOf(this.#variables.own('sql_mode') ?? '').includes('ANSI');
    const tokens = tokenise(sql, {
      flavour: 'mysql',
      faults,
      ansiQuotes,
      version: this.server.isMaria ? 101119 : 80043,
    });
    return new QueryReader(new TokenStream(sql, tokens, 'mysql', faults));
  }

  /** PREPARE looks at the tables, as far as they are there to be read. */
  checkTables(reader: QueryReader): void {
    if (reader.startsQuery()) compileQuery(this.dialect, reader.query());
  }

  /** One statement. Faults are thrown as SqlFault. `statement` has nothing behind it but `;`. */
  execute(sql: string, parameters: readonly Value[] = []): Answer {
    this.statement = sql;
    this.parameters = parameters;
    this.dialect.start();
    this.#questions++;
    const reader = this.read(sql);
    if (reader.input.ended()) throw fault(1065, '42000', 'Query was empty');
    const diagnostic = reader.input.isWord('show');
    if (!diagnostic) this.warnings = [];
    this.#diagnostic = diagnostic;
    const answer = this.#dispatch(reader);
    logStatement(this, sql, this.#delayMs);
    if (answer.result !== undefined) this.#rows.rows(answer.result);
    this.rowCount = answer.result === undefined ? (answer.affected ?? 0) : -1;
    if (answer.result !== undefined) this.foundRows = answer.result.rows.length;
    return answer;
  }

  #dispatch(reader: QueryReader): Answer {
    const common = parseCommon(reader);
    if (common === undefined) return this.own.run(reader);
    this.#ended(reader);
    return this.#common(common);
  }

  #ended({ input }: QueryReader): void {
    while (input.takeOperator(';'));
    if (!input.ended()) throw input.unexpected();
  }

  #common(statement: Statement): Answer {
    const { dialect } = this;
    switch (statement.kind) {
      case 'query':
        return this.query(statement);
      case 'insert': {
        this.changing = statement.table.at(-1)!;
        const changed = insertRows(dialect, statement);
        if (changed.generated === true) this.lastInsertId = changed.lastId;
        const many =
          changed.matched > 1 || (statement.source !== 'defaults' && statement.source.body.kind !== 'values');
        return this.#changed(
          changed,
          many
            ? `Records: ${changed.matched}  Duplicates: ${statement.conflict === 'update' || statement.replace ? Math.max(0, changed.affected - changed.matched) : changed.matched - changed.affected}  Warnings: ${this.warnings.length}`
            : '',
        );
      }
      case 'update': {
        this.changing = statement.table.kind === 'table' ? statement.table.path.at(-1)! : '';
        const changed = updateRows(dialect, statement);
        return this.#changed(changed, `Rows matched: ${changed.matched}  Changed: ${changed.affected}  Warnings: 0`);
      }
      case 'delete':
        return this.#changed(deleteRows(dialect, statement), '');
      default:
        // Definitions end a transaction.
        this.store.commit();
        return define(this, statement);
    }
  }

  #changed(changed: Changed, info: string): Answer {
    return changed.returning === undefined
      ? { affected: changed.affected, lastId: changed.lastId, info }
      : { result: changed.returning };
  }

  /** The columns go out before the first row is worked out, and so before most errors. */
  #worked(compiled: { readonly columns: ResultSet['columns']; run(parent: undefined): ResultSet['rows'] }): Answer {
    try {
      return { result: { columns: compiled.columns, rows: compiled.run(undefined) } };
    } catch (error) {
      if (!(error instanceof SqlFault) || EARLY_FAULTS.has(error.details.code ?? 0)) throw error;
      return { result: { columns: compiled.columns, rows: [] }, failed: error };
    }
  }

  query(query: Query): Answer {
    const compiled = compileQuery(this.dialect, query);
    const { into } = query;
    if (into === undefined) return this.#worked(compiled);
    const result: ResultSet = { columns: compiled.columns, rows: compiled.run(undefined) };
    if (into.kind === 'variables') {
      if (into.names.length !== result.columns.length)
        throw fault(1222, '21000', 'The used SELECT statements have a different number of columns');
      if (result.rows.length > 1) throw fault(1172, '42000', 'Result consisted of more than one row');
      for (const [i, name] of into.names.entries())
        if (result.rows[0] !== undefined) this.setUserVariable(name, result.rows[0][i]!);
      return { affected: result.rows.length };
    }
    this.#rows.rows(result);
    this.writeFile(into.names[0]!, exportRows(result, into.kind === 'dumpfile', this.statement));
    return { affected: result.rows.length };
  }

  /** Without running it. */
  columnsOf(query: Query): ResultSet['columns'] {
    return compileQuery(this.dialect, query).columns;
  }

  useDatabase(name: string): void {
    const known = this.store.schemas.has(name) || /^(information_schema|performance_schema|sys)$/i.test(name);
    if (!known) throw fault(1049, '42000', `Unknown database '${name}'`);
    this.database = /^(information_schema|performance_schema|sys)$/i.test(name) ? name.toLowerCase() : name;
  }

  get currentDatabase(): string {
    if (this.database === undefined) throw noDatabase();
    return this.database;
  }
}
