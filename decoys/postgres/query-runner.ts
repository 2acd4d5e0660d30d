/** Queries of a logged-in client, by the simple and the extended protocol. */
import type { ServiceSession } from '../service/service.types.ts';
import type { MachineFiles } from '../sql/machine-files.ts';
import type { ResultColumn, ResultSet } from '../sql/relation.ts';
import { SqlFault } from '../sql/sql-fault.ts';
import { describeQuery } from '../sql/query-purpose.ts';
import type { SqlType, Value } from '../sql/values.ts';
import { AnswerSender, type Given, type Output } from './answer-sender.ts';
import { BodyReader, type Message, errorMessage, i16, i32, message, readBinary, rowDescription } from './messages.ts';
import { fault } from './pg-faults.ts';
import type { Answer, PgSession } from './pg-session.ts';
import { oidOf, typeOfOid } from './pg-types.ts';

interface Prepared {
  readonly sql: string;
  readonly types: readonly (SqlType | undefined)[];
  readonly columns: readonly ResultColumn[] | undefined;
  readonly parameters: readonly SqlType[];
}

interface Portal {
  readonly prepared: Prepared;
  readonly values: readonly Value[];
  readonly formats: readonly number[];
  /** After the first Execute. */
  answer?: Answer;
  at: number;
}

/** How the simple protocol answers. */
const SIMPLE: Given = { formats: [0], described: true, limit: 0 };
const MAX_PREPARED = 500;
const MAX_TOLD = 5000;

export class QueryRunner {
  readonly #sql: PgSession;
  readonly #session: ServiceSession;
  readonly #out: Output;
  readonly #answers: AnswerSender;
  readonly #prepared = new Map<string, Prepared>();
  readonly #portals = new Map<string, Portal>();
  /** After an error in the extended protocol everything up to Sync is left out. */
  #skipping = false;
  #told = 0;

  constructor(sql: PgSession, session: ServiceSession, files: MachineFiles, out: Output) {
    this.#sql = sql;
    this.#session = session;
    this.#out = out;
    this.#answers = new AnswerSender(sql, session, files, out);
  }

  closed(): void {
    if (this.#sql.store.inTransaction) this.#sql.store.rollback();
  }

  /** A cancel request came for what is under way: a sleep ends with an error. */
  cancel(): void {
    this.#answers.cancel();
  }

  message(next: Message): void {
    if (this.#answers.copying(next)) return;
    const { type, body } = next;
    if (this.#skipping && type !== 'S' && type !== 'X') return;
    switch (type) {
      case 'Q':
        return this.#simple(new BodyReader(body).text());
      case 'P':
        return this.#guard(() => this.#parse(new BodyReader(body)));
      case 'B':
        return this.#guard(() => this.#bind(new BodyReader(body)));
      case 'D':
        return this.#guard(() =>
          this.#describe(body.toString('latin1', 0, 1), body.toString('utf8', 1, Math.max(1, body.length - 1))),
        );
      case 'E':
        return this.#guard(() => this.#execute(new BodyReader(body)));
      case 'C':
        return this.#guard(() => {
          const name = body.toString('utf8', 1, Math.max(1, body.length - 1));
          if (body[0] === 83) this.#prepared.delete(name);
          else this.#portals.delete(name);
          this.#out.send(message('3'));
        });
      case 'S':
        this.#skipping = false;
        return this.#ready();
      case 'H':
        return;
      case 'F':
        return this.#guard(() => {
          throw fault('42883', 'function with OID 0 does not exist', { where: ['fetch_fp_info', 'fastpath.c', 137] });
        });
      case 'X':
        this.#out.end('terminate');
        return;
      case 'd':
      case 'c':
      case 'f':
        return;
      default:
        this.#out.send(
          errorMessage(
            fault('08P01', `invalid frontend message type ${type.charCodeAt(0)}`, {
              severity: 'FATAL',
              where: ['SocketBackend', 'postgres.c', 471],
            }),
          ),
        );
        this.#out.end('invalid message');
    }
  }

  #guard(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#failed(error);
      this.#skipping = true;
    }
  }

  #failed(error: unknown): void {
    const told = error instanceof SqlFault ? error : fault('22023', 'invalid parameter value');
    // A statement that we did not think of: a server that hung up would be known by it.
    if (told !== error) this.#session.broke(error);
    this.#answers.notices();
    if (this.#sql.store.inTransaction) this.#sql.failed = true;
    this.#out.send(errorMessage(told));
    if (told.details.severity === 'FATAL') this.#out.end('fatal error');
  }

  #ready(): void {
    for (const [name, value] of this.#sql.changed) this.#out.send(message('S', name, value));
    this.#sql.changed = [];
    for (const { channel, payload } of this.#sql.notifications)
      this.#out.send(message('A', i32(this.#sql.pid), channel, payload));
    this.#sql.notifications = [];
    this.#out.send(message('Z', Buffer.from(this.#sql.store.inTransaction ? (this.#sql.failed ? 'E' : 'T') : 'I')));
  }

  #simple(text: string): void {
    let statements: readonly string[];
    try {
      statements = this.#cut(text);
    } catch (error) {
      this.#tell(text, 'failure');
      this.#failed(error);
      return this.#ready();
    }
    if (statements.length === 0) {
      this.#out.send(message('I'));
      return this.#ready();
    }
    this.#next(statements, 0);
  }

  /** The statements of a text, with what stands before each for positions. */
  #cut(text: string): string[] {
    this.#sql.statement = text;
    const { input } = this.#sql.read(text);
    const statements: string[] = [];
    let from = -1;
    for (;;) {
      if (input.ended() || input.isOperator(';')) {
        // Spaces keep the place of what came before.
        if (from >= 0) statements.push(text.slice(0, from).replace(/[^\n]/g, ' ') + text.slice(from, input.token.at));
        from = -1;
        if (input.ended() || statements.length > 1000) return statements;
      } else if (from < 0) from = input.token.at;
      input.next();
    }
  }

  #tell(statement: string, outcome: 'success' | 'failure'): void {
    if (this.#told++ >= MAX_TOLD) return;
    this.#session.report.query({
      statement: statement.trim(),
      database: this.#sql.database.name,
      user: this.#sql.user,
      outcome,
      ...describeQuery(statement),
    });
  }

  #run(statement: string, values: readonly Value[] = [], types: readonly (SqlType | undefined)[] = []): Answer {
    try {
      const answer = this.#sql.execute(statement, values, types);
      this.#tell(statement, answer.failed === undefined ? 'success' : 'failure');
      return answer;
    } catch (error) {
      this.#tell(statement, 'failure');
      throw error;
    }
  }

  #next(statements: readonly string[], at: number): void {
    if (at >= statements.length) return this.#ready();
    const fail = (error: unknown): void => {
      this.#failed(error);
      this.#ready();
    };
    let answer: Answer;
    try {
      answer = this.#run(statements[at]!);
    } catch (error) {
      this.#answers.afterDelay(() => fail(error), fail);
      return;
    }
    this.#answers.afterDelay(
      () => this.#answers.give(answer, SIMPLE, () => this.#next(statements, at + 1), fail),
      fail,
    );
  }

  #parse(reader: BodyReader): void {
    const name = reader.text();
    const sql = reader.text();
    const types = Array.from({ length: Math.max(0, Math.min(reader.i16(), 65_535)) }, () => typeOfOid(reader.i32()));
    if (reader.short) throw fault('08P01', 'invalid message format', { where: ['pq_getmsgend', 'pqformat.c', 635] });
    if (name !== '' && this.#prepared.has(name)) throw fault('42P05', `prepared statement "${name}" already exists`);
    if (this.#prepared.size >= MAX_PREPARED) throw fault('53200', 'out of memory');
    let described: ReturnType<PgSession['describe']>;
    try {
      if (this.#cut(sql).length > 1)
        throw fault('42601', 'cannot insert multiple commands into a prepared statement', {
          where: ['exec_parse_message', 'postgres.c', 1423],
        });
      described = this.#sql.describe(sql, types);
    } catch (error) {
      this.#tell(sql, 'failure');
      throw error;
    }
    this.#prepared.set(name, { sql, types: described.parameters, ...described });
    this.#out.send(message('1'));
  }

  #bind(reader: BodyReader): void {
    const portal = reader.text();
    const name = reader.text();
    const prepared = this.#prepared.get(name);
    if (prepared === undefined)
      throw fault(
        '26000',
        name === '' ? 'unnamed prepared statement does not exist' : `prepared statement "${name}" does not exist`,
        { where: ['exec_bind_message', 'postgres.c', 1636] },
      );
    const formats = Array.from({ length: Math.max(0, reader.i16()) }, () => reader.i16());
    const count = Math.max(0, reader.i16());
    if (count !== prepared.parameters.length)
      throw fault(
        '08P01',
        `bind message supplies ${count} parameters, but prepared statement "${name}" requires ${prepared.parameters.length}`,
        { where: ['exec_bind_message', 'postgres.c', 1696] },
      );
    const values = Array.from({ length: count }, (_, i): Value => {
      const length = reader.i32();
      if (length < 0) return null;
      const bytes = reader.bytes(length);
      return (formats.length === 1 ? formats[0] : formats[i]) === 1
        ? readBinary(bytes, prepared.parameters[i])
        : bytes.toString('utf8');
    });
    const results = Array.from({ length: Math.max(0, reader.i16()) }, () => reader.i16());
    if (reader.short) throw fault('08P01', 'invalid message format', { where: ['pq_getmsgend', 'pqformat.c', 635] });
    if (this.#portals.size >= MAX_PREPARED) throw fault('53200', 'out of memory');
    this.#portals.set(portal, { prepared, values, formats: results.length === 0 ? [0] : results, at: 0 });
    this.#out.send(message('2'));
  }

  #describe(kind: string, name: string): void {
    if (kind === 'S') {
      const prepared = this.#prepared.get(name);
      if (prepared === undefined)
        throw fault(
          '26000',
          name === '' ? 'unnamed prepared statement does not exist' : `prepared statement "${name}" does not exist`,
          { where: ['exec_describe_statement_message', 'postgres.c', 2563] },
        );
      this.#out.send(
        message('t', i16(prepared.parameters.length), ...prepared.parameters.map((type) => i32(oidOf(type)))),
      );
      this.#out.send(prepared.columns === undefined ? message('n') : rowDescription(prepared.columns, [0]));
      return;
    }
    const portal = this.#portals.get(name);
    if (portal === undefined)
      throw fault('34000', `portal "${name}" does not exist`, {
        where: ['exec_describe_portal_message', 'postgres.c', 2656],
      });
    this.#out.send(
      portal.prepared.columns === undefined ? message('n') : rowDescription(portal.prepared.columns, portal.formats),
    );
  }

  #execute(reader: BodyReader): void {
    const name = reader.text();
    const limit = Math.max(0, reader.i32());
    const portal = this.#portals.get(name);
    if (portal === undefined)
      throw fault('34000', `portal "${name}" does not exist`, { where: ['exec_execute_message', 'postgres.c', 2050] });
    if (portal.prepared.sql.trim() === '') return void this.#out.send(message('I'));
    portal.answer ??= this.#run(portal.prepared.sql, portal.values, portal.prepared.types);
    const { answer } = portal;
    const fail = (error: SqlFault): void => {
      this.#failed(error);
      this.#skipping = true;
    };
    const rest: ResultSet | undefined =
      answer.result === undefined
        ? undefined
        : { columns: answer.result.columns, rows: answer.result.rows.slice(portal.at) };
    portal.at += limit > 0 ? limit : (rest?.rows.length ?? 0);
    this.#answers.afterDelay(
      () =>
        this.#answers.give(
          rest === undefined ? answer : { ...answer, result: rest },
          { formats: portal.formats, described: false, limit },
          () => {},
          fail,
        ),
      fail,
    );
  }
}
