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
import { serverData } from './server-data.ts';
import { exportRows } from './file-tricks.ts';
import type { MysqlWorld } from './mysql-world.ts';
import { logStatement, refusesLog } from './query-log.ts';

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
  readonly #variables = new Map<string, Value>();
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
    const zone = textOf(this.systemVariable('time_zone', ''));
    const fixed = /^([+-])(\d\d):(\d\d)$/.exec(zone);
    if (fixed !== null) return (fixed[1] === '-' ? -1 : 1) * (Number(fixed[2]) * 60 + Number(fixed[3])) * 60_000;
    const now = this.clock();
    const parts = new Intl.DateTimeFormat('en-US', {
      timeZone: this.persona.timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    }).formatToParts(now);
    const part = (type: string): number => Number(parts.find((each) => each.type === type)!.value);
    return (
      Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second')) -
      Math.floor(now / 1000) * 1000
    );
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
    const lower = name.toLowerCase();
    if (scope !== 'global' && this.#variables.has(lower)) return this.#variables.get(lower)!;
    switch (lower) {
      case 'autocommit':
        return this.autocommit ? 1 : 0;
      case 'last_insert_id':
      case 'identity':
        return this.lastInsertId;
      case 'pseudo_thread_id':
        return this.connectionId;
      case 'timestamp':
        return Math.floor(this.clock() / 1000);
      case 'warning_count':
        return this.warnings.length;
      case 'error_count':
        return this.warnings.filter(({ level }) => level === 'Error').length;
      case 'in_transaction':
        return this.store.inTransaction ? 1 : 0;
      case 'tx_isolation':
      case 'transaction_isolation':
        if (!this.server.isMaria || lower === 'tx_isolation') return 'REPEATABLE-READ';
        break;
      default:
    }
    const changed = this.world.global(lower);
    if (changed !== undefined) return changed;
    const value = this.server.variables.get(lower);
    // Nowhere is forbidden; MySQL has a folder of its own.
    if (lower === 'secure_file_priv' && value === '') return null;
    if (value === undefined) throw fault(1193, 'HY000', `Unknown system variable '${name}'`);
    if (value === 'ON' || value === 'OFF') return BOOLEAN_TEXT.test(lower) ? value : value === 'ON' ? 1 : 0;
    return /^-?\d{1,15}$/.test(value)
      ? Number(value)
      : /^\d+\.\d+$/.test(value) && !lower.includes('version')
        ? Number(value)
        : value;
  }

  setSystemVariable(name: string, value: Value, global: boolean): void {
    const lower = name.toLowerCase();
    if (lower === 'autocommit') {
      this.autocommit = /^(1|on|true)$/i.test(textOf(value));
      if (this.autocommit) this.store.commit();
      else this.store.begin();
      return;
    }
    const settable = new Set([
      'insert_id',
      'last_insert_id',
      'timestamp',
      'identity',
      'pseudo_thread_id',
      'sql_log_bin',
      'rand_seed1',
      'rand_seed2',
      'character_set_client',
      'names',
      'transaction_isolation',
      'session_track_gtids',
      'sql_require_primary_key',
      'information_schema_stats_expiry',
      'net_write_timeout',
      'show_create_table_verbosity',
      'resultset_metadata',
    ]);
    if (!this.server.variables.has(lower) && !settable.has(lower))
      throw fault(1193, 'HY000', `Unknown system variable '${name}'`);
    const data = serverData();
    if (data.readOnly.includes(lower)) throw fault(1238, 'HY000', `Variable '${lower}' is a read only variable`);
    if (!global && !data.session.includes(lower) && !settable.has(lower))
      throw fault(1229, 'HY000', `Variable '${lower}' is a GLOBAL variable and should be set with SET GLOBAL`);
    const plain = value instanceof Object && !(value instanceof Uint8Array) ? textOf(value) : value;
    if (/^(general|slow_query)_log_file$/.test(lower) && refusesLog(this, textOf(value)))
      throw fault(1231, '42000', `Variable '${lower}' can't be set to the value of '${textOf(value)}'`);
    const current = this.server.variables.get(lower);
    const shown =
      (current === 'ON' || current === 'OFF') && !BOOLEAN_TEXT.test(lower)
        ? /^(on|1|true)$/i.test(textOf(plain))
          ? 1
          : 0
        : plain;
    if (global) this.world.setGlobal(lower, shown);
    else if (this.#variables.size < MAX_VARIABLES) this.#variables.set(lower, shown);
  }

  /** A status as SHOW STATUS has it, with what lives. */
  status(): [string, string][] {
    const uptime = Math.floor((this.clock() - this.server.startedAt()) / 1000);
    const perSecond = this.persona.derive('mysql load', 1)[0]! / 64 + 0.4;
    const live: Readonly<Record<string, string>> = {
      Uptime: String(uptime),
      Uptime_since_flush_status: String(uptime),
      Questions: String(Math.floor(uptime * perSecond) + this.#questions),
      Queries: String(Math.floor(uptime * perSecond * 1.1) + this.#questions),
      Connections: String(this.connectionId + 1),
      Threads_connected: '2',
      Threads_running: '1',
      Com_select: String(Math.floor(uptime * perSecond * 0.7)),
      Bytes_received: String(Math.floor(uptime * perSecond * 140)),
      Bytes_sent: String(Math.floor(uptime * perSecond * 900)),
      Opened_tables: '68',
      Open_tables: '57',
      Slow_queries: '0',
      Flush_commands: '1',
      Compression: this.#parts.link.compressed ? 'ON' : 'OFF',
      Ssl_cipher: this.#parts.link.tls?.cipher ?? '',
      Ssl_version: this.#parts.link.tls?.version ?? '',
    };
    return serverData().status.map(([name, value]) => [name, live[name] ?? value]);
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

  /** A library that the attacker may have put there. */
  readLibrary(path: string): Uint8Array | undefined {
    return this.#parts.readFile(path);
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
    const ansiQuotes = textOf(this.#variables.get('sql_mode') ?? '').includes('ANSI');
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
    const { input } = reader;
    const common = parseCommon(reader);
    if (common === undefined) return this.own.run(reader);
    this.#ended(reader);
    void input;
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

/** Variables that are words even in expressions. */
const BOOLEAN_TEXT =
  /^(query_cache_type|innodb_(fast|file)|have_|slave_exec|concurrent|delay_key|tls|old_mode|binlog_row|log_output|event_scheduler|aria_recover)/;
