/** The commands of a logged-in client: queries, prepared statements, and the small ones. */
import type { ServiceSession } from '../service/service.types.ts';
import { describeQuery } from '../sql/query-purpose.ts';
import { SqlFault } from '../sql/sql-fault.ts';
import type { Value } from '../sql/values.ts';
import { errorPacket } from './error-packet.ts';
import { CAPABILITY, type HandshakeResponse } from './handshake.ts';
import { resultColumns } from './mysql-dialect.ts';
import { fault } from './mysql-faults.ts';
import type { Answer, MysqlSession } from './mysql-session.ts';
import { PayloadReader, PayloadWriter } from './packets.ts';
import { ResultSender, type Output } from './result-sender.ts';
import { describeColumns, readParameter } from './statement-parameters.ts';
import { statementsOf } from './statements.ts';

const MAX_STATEMENTS = 500;
const MAX_LONG_DATA = 16 * 1024 * 1024;
const MAX_TOLD = 5000;

interface Prepared {
  readonly sql: string;
  readonly parameters: number;
  types: readonly number[];
  long: Map<number, Buffer[]>;
  longBytes: number;
}

export class CommandRunner {
  readonly #sql: MysqlSession;
  readonly #session: ServiceSession;
  readonly #client: HandshakeResponse;
  readonly #out: Output;
  readonly #send: ResultSender;
  readonly #prepared = new Map<number, Prepared>();
  #nextStatement = 1;
  #cancel: (() => void) | undefined;
  #local: { chunks: Buffer[]; bytes: number; path: string; take: (content: Uint8Array) => Answer } | undefined;
  #told = 0;

  constructor(sql: MysqlSession, session: ServiceSession, client: HandshakeResponse, out: Output) {
    this.#sql = sql;
    this.#session = session;
    this.#client = client;
    this.#out = out;
    this.#send = new ResultSender(sql, client, out);
  }

  /** Whether the next packet belongs to the command under way: a file that was asked for. */
  get asked(): boolean {
    return this.#local !== undefined;
  }

  closed(): void {
    this.#cancel?.();
    if (this.#sql.store.inTransaction) this.#sql.store.rollback();
  }

  /** An OK packet for what is no statement. */
  ok(answer: Answer): void {
    this.#send.ok(answer);
  }

  command(payload: Buffer): void {
    if (this.#local !== undefined) return this.#onFile(payload);
    const code = payload[0];
    switch (code) {
      case 0x01:
        this.#out.end('quit');
        return;
      case 0x02:
        return this.#run(() => {
          const name = payload.toString('utf8', 1);
          this.#tell(`USE ${name}`, () => this.#sql.useDatabase(name));
          this.#send.ok({});
        });
      case 0x03:
        return this.#query(payload.subarray(1));
      case 0x04:
        return this.#run(() => this.#fieldList(payload));
      case 0x08:
        return this.#run(() => {
          this.#sql.watch.move('destroy', 'shutdown');
          throw fault(
            1227,
            '42000',
            'Access denied; you need (at least one of) the SHUTDOWN privilege(s) for this operation',
          );
        });
      case 0x09:
        this.#out.packet(Buffer.from(this.#statistics(), 'latin1'));
        return;
      case 0x0a:
        return this.#query(Buffer.from('SHOW PROCESSLIST'));
      case 0x0c:
        return this.#query(Buffer.from(`KILL ${payload.length >= 5 ? payload.readUInt32LE(1) : 0}`));
      case 0x0d:
        this.#send.eof();
        return;
      case 0x0e:
        this.#send.ok({});
        return;
      case 0x11:
        return this.#out.changeUser(payload);
      case 0x16:
        return this.#run(() => this.#prepare(payload.toString('utf8', 1)));
      case 0x17:
        return this.#run(() => this.#execute(payload));
      case 0x18:
        return this.#longData(payload);
      case 0x19:
        this.#prepared.delete(payload.length >= 5 ? payload.readUInt32LE(1) : 0);
        return;
      case 0x1a:
        return this.#run(() => {
          this.#statement(payload, 'mysqld_stmt_reset').long = new Map();
          this.#send.ok({});
        });
      case 0x1b:
        this.#send.eof();
        return;
      case 0x1c:
        return this.#run(() => {
          this.#statement(payload, 'mysqld_stmt_fetch');
          throw fault(1421, 'HY000', 'The statement (1) has no open cursor');
        });
      case 0x1f:
        this.#sql.userVariables.clear();
        this.#sql.store.rollback();
        this.#prepared.clear();
        this.#send.ok({});
        return;
      default:
        this.#out.packet(errorPacket(fault(1047, '08S01', 'Unknown command')));
    }
  }

  #run(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    const told = error instanceof SqlFault ? error : fault(1105, 'HY000', 'Unknown error');
    // A statement that we did not think of: a server that hung up would be known by it.
    if (told !== error) this.#session.broke(error);
    this.#sql.warnings = [{ level: 'Error', code: told.details.code ?? 1105, message: told.message }];
    this.#sql.rowCount = -1;
    this.#out.packet(errorPacket(told));
    if (told.details.code === 1927) this.#out.end('killed');
  }

  #query(bytes: Buffer): void {
    const text = bytes.toString('utf8');
    let statements: readonly string[];
    try {
      statements =
        (this.#client.capabilities & CAPABILITY.multiStatements) === 0 ? [text] : statementsOf(this.#sql, text);
    } catch (error) {
      this.#tell(text, () => {
        this.#failed(error);
      });
      return;
    }
    this.#next(statements, 0);
  }

  #next(statements: readonly string[], at: number): void {
    const statement = statements[at] ?? '';
    const more = at + 1 < statements.length;
    let answer: Answer;
    try {
      answer = this.#tell(statement, () => this.#sql.execute(statement));
    } catch (error) {
      this.#afterDelay(() => this.#failed(error));
      return;
    }
    this.#afterDelay(() => {
      const go = (): void => {
        if (more) this.#next(statements, at + 1);
      };
      if (answer.localFile !== undefined) this.#askFile(answer.localFile);
      else if (answer.result === undefined) {
        this.#send.ok(answer, more);
        go();
      } else
        this.#send.rows({ ...answer, result: answer.result }, { binary: false, more }, go, (error) =>
          this.#failed(error),
        );
    });
  }

  /** What SLEEP and its like cost is waited for before the answer goes out. */
  #afterDelay(run: () => void): void {
    const ms = this.#sql.takeDelay();
    if (ms < 1) return run();
    this.#out.hold();
    this.#cancel = this.#session.after(ms, () => {
      this.#cancel = undefined;
      run();
      this.#out.proceed();
    });
  }

  /** Tells of a statement with its outcome. */
  #tell<T>(statement: string, run: () => T): T {
    const told = this.#told++ < MAX_TOLD && statement !== '';
    const { database } = this.#sql;
    const report = (outcome: 'success' | 'failure'): void => {
      if (told)
        this.#session.report.query({
          statement,
          database: database ?? this.#sql.database,
          user: this.#sql.user,
          outcome,
          ...describeQuery(statement),
        });
    };
    try {
      const result = run();
      report((result as Answer | undefined)?.failed === undefined ? 'success' : 'failure');
      return result;
    } catch (error) {
      report('failure');
      throw error;
    }
  }

  #askFile(file: NonNullable<Answer['localFile']>): void {
    if ((this.#client.capabilities & CAPABILITY.localFiles) === 0)
      throw fault(
        4166,
        'HY000',
        'The used command is not allowed because the MariaDB server or client has disabled the local infile capability',
      );
    this.#local = { chunks: [], bytes: 0, path: file.path, take: (content) => file.take(content) };
    this.#out.packet(Buffer.concat([Buffer.from([0xfb]), Buffer.from(file.path, 'utf8')]));
  }

  #onFile(payload: Buffer): void {
    const local = this.#local!;
    if (payload.length > 0) {
      local.bytes += payload.length;
      if (local.bytes <= MAX_LONG_DATA) local.chunks.push(payload);
      return;
    }
    this.#local = undefined;
    const content = Buffer.concat(local.chunks);
    this.#session.keep(content).then(
      (kept) => this.#session.report.upload({ path: local.path, kept, size: local.bytes }),
      () => {},
    );
    this.#run(() => this.#send.ok(local.take(content)));
  }

  #statistics(): string {
    const status = new Map(this.#sql.status());
    const uptime = Number(status.get('Uptime'));
    const questions = Number(status.get('Questions'));
    return `Uptime: ${uptime}  Threads: 2  Questions: ${questions}  Slow queries: 0  Opens: 68  ${this.#sql.server.isMaria ? '' : 'Flush tables: 3  '}Open tables: 57  Queries per second avg: ${(questions / Math.max(1, uptime)).toFixed(3)}`;
  }

  #fieldList(payload: Buffer): void {
    const reader = new PayloadReader(payload, 1);
    const name = reader.terminated().toString('utf8');
    const { schema, table } = this.#sql.dialect.changeable([name], 0, 'SELECT');
    for (const packet of this.#send.columns(resultColumns(schema, table)))
      this.#out.packet(Buffer.concat([packet, Buffer.from([0xfb])]));
    this.#send.eof();
  }

  #prepare(sql: string): void {
    const reader = this.#sql.read(sql);
    if (this.#prepared.size >= MAX_STATEMENTS)
      throw fault(1461, '42000', "Can't create more than max_prepared_stmt_count statements (current value: 16382)");
    const columns = this.#tell(sql, () => describeColumns(this.#sql, reader, sql));
    const id = this.#nextStatement++;
    this.#prepared.set(id, { sql, parameters: columns.parameters, types: [], long: new Map(), longBytes: 0 });
    const definitions = this.#send.columns(columns.columns);
    this.#out.packet(
      new PayloadWriter().u8(0).u32(id).u16(definitions.length).u16(columns.parameters).u8(0).u16(0).done(),
    );
    if (columns.parameters > 0) {
      const unknown = { name: '?', type: { name: 'varbinary', length: 0 } };
      const placeholders = this.#send.columns(Array.from({ length: columns.parameters }, () => unknown));
      for (const packet of placeholders) this.#out.packet(packet);
      if (!this.#send.short) this.#send.eof();
    }
    if (definitions.length > 0) {
      for (const packet of definitions) this.#out.packet(packet);
      if (!this.#send.short) this.#send.eof();
    }
  }

  #statement(payload: Buffer, doing: string): Prepared {
    let id = payload.length >= 5 ? payload.readUInt32LE(1) : 0;
    if (id === 0xffffffff) id = this.#nextStatement - 1;
    const known = this.#prepared.get(id);
    if (known === undefined) throw fault(1243, 'HY000', `Unknown prepared statement handler (${id}) given to ${doing}`);
    return known;
  }

  #longData(payload: Buffer): void {
    const known = payload.length >= 7 ? this.#prepared.get(payload.readUInt32LE(1)) : undefined;
    if (known === undefined || known.longBytes + payload.length > MAX_LONG_DATA) return;
    const index = payload.readUInt16LE(5);
    known.longBytes += payload.length;
    known.long.set(index, [...(known.long.get(index) ?? []), payload.subarray(7)]);
  }

  #execute(payload: Buffer): void {
    const prepared = this.#statement(payload, 'mysqld_stmt_execute');
    const reader = new PayloadReader(payload, 10);
    const values: Value[] = [];
    if (prepared.parameters > 0) {
      const nulls = reader.bytes((prepared.parameters + 7) >> 3);
      if (reader.u8() === 1) prepared.types = Array.from({ length: prepared.parameters }, () => reader.u16());
      for (let i = 0; i < prepared.parameters; i++) {
        const long = prepared.long.get(i);
        if (long !== undefined) values.push(Buffer.concat(long).toString('utf8'));
        else values.push((nulls[i >> 3]! >> (i & 7)) & 1 ? null : readParameter(reader, prepared.types[i] ?? 0xfd));
      }
      if (reader.short) throw fault(1210, 'HY000', 'Incorrect arguments to mysqld_stmt_execute');
    }
    prepared.long = new Map();
    prepared.longBytes = 0;
    const answer = this.#tell(
      `${prepared.sql}${values.length === 0 ? '' : ` -- ${JSON.stringify(values.map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value === null ? null : String(value)))).slice(0, 2000)}`}`,
      () => this.#sql.execute(prepared.sql, values),
    );
    this.#afterDelay(() => {
      if (answer.result === undefined) this.#send.ok(answer);
      else
        this.#send.rows(
          { ...answer, result: answer.result },
          { binary: true, more: false },
          () => {},
          (error) => this.#failed(error),
        );
    });
  }
}
