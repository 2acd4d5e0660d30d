/** How an answer goes out: its columns and rows in pieces as the client takes them, COPY both ways, programs, and what has to be waited for. */
import type { ServiceSession } from '../service/service.types.ts';
import type { MachineFiles } from '../sql/machine-files.ts';
import { SqlFault } from '../sql/sql-fault.ts';
import type { SqlType, Value } from '../sql/values.ts';
import { type Message, dataRow, errorMessage, i16, message, rowDescription } from './messages.ts';
import { fault } from './pg-faults.ts';
import type { Answer, PgSession } from './pg-session.ts';

/** What the protocol gives to queries. */
export interface Output {
  send(bytes: Uint8Array): boolean;
  end(reason: string): void;
  /** No further message is taken until `proceed`. */
  hold(): void;
  proceed(): void;
  whenDrained(run: () => void): void;
}

export interface Given {
  /** Of each column, or one for all: 0 for text, 1 for binary. */
  readonly formats: readonly number[];
  /** Whether the columns are to be told. */
  readonly described: boolean;
  /** Rows, then the portal is suspended; 0 for all. */
  readonly limit: number;
}

interface CopyIn {
  readonly chunks: Buffer[];
  bytes: number;
  take(content: Uint8Array): Answer;
  done(answer: Answer): void;
  fail(error: SqlFault): void;
}

const PIECE_BYTES = 256 * 1024;
const MAX_COPY_BYTES = 16 * 1024 * 1024;

export class AnswerSender {
  readonly #sql: PgSession;
  readonly #session: ServiceSession;
  readonly #files: MachineFiles;
  readonly #out: Output;
  #copy: CopyIn | undefined;
  #cancelDelay: (() => void) | undefined;

  constructor(sql: PgSession, session: ServiceSession, files: MachineFiles, out: Output) {
    this.#sql = sql;
    this.#session = session;
    this.#files = files;
    this.#out = out;
  }

  /** A cancel request came for what is under way: a sleep ends with an error. */
  cancel(): void {
    this.#cancelDelay?.();
  }

  /** What pg_sleep costs is waited for before the answer goes out. */
  afterDelay(run: () => void, fail: (error: SqlFault) => void): void {
    const ms = this.#sql.takeDelay();
    if (ms < 1) return run();
    this.#out.hold();
    const finish = (then: () => void): void => {
      stop();
      this.#cancelDelay = undefined;
      then();
      this.#out.proceed();
    };
    const stop = this.#session.after(ms, () => finish(run));
    this.#cancelDelay = () => finish(() => fail(fault('57014', 'canceling statement due to user request')));
  }

  /** Sends an answer, then goes on. */
  give(answer: Answer, how: Given, then: () => void, fail: (error: SqlFault) => void): void {
    if (answer.program !== undefined) return this.#program(answer.program, then, fail);
    if (answer.copyIn !== undefined) {
      const { copyIn } = answer;
      const { columns } = copyIn;
      this.#out.send(message('G', ...textColumns(columns)));
      this.#copy = {
        chunks: [],
        bytes: 0,
        take: (content) => copyIn.take(content),
        done: (given) => this.give(given, how, then, fail),
        fail,
      };
      return;
    }
    this.notices();
    if (answer.copyOut !== undefined) {
      const { columns, lines } = answer.copyOut;
      this.#out.send(message('H', ...textColumns(columns)));
      return this.#pump(
        lines.length,
        (i) => message('d', Buffer.from(lines[i]!, 'utf8')),
        () => {
          this.#out.send(Buffer.concat([message('c'), message('C', answer.tag)]));
          then();
        },
      );
    }
    if (answer.result === undefined) {
      this.#out.send(message('C', answer.tag));
      return then();
    }
    const { formats, described, limit } = how;
    const { columns, rows } = answer.result;
    if (described) this.#out.send(rowDescription(columns, formats));
    if (answer.failed !== undefined) return fail(answer.failed);
    const text = (value: Value, type: SqlType): string => this.#sql.dialect.text(value, type);
    this.#pump(
      limit > 0 ? Math.min(limit, rows.length) : rows.length,
      (i) => dataRow(rows[i]!, columns, formats, text),
      () => {
        this.#out.send(limit > 0 && limit < rows.length ? message('s') : message('C', answer.tag));
        then();
      },
    );
  }

  /** Takes a message that belongs to a COPY from the client; false for any other. */
  copying({ type, body }: Message): boolean {
    const copy = this.#copy;
    if (copy === undefined || !'dcf'.includes(type)) return false;
    if (type === 'd') {
      copy.bytes += body.length;
      if (copy.bytes <= MAX_COPY_BYTES) copy.chunks.push(body);
      return true;
    }
    this.#copy = undefined;
    if (type === 'f') {
      const reason = body.toString('utf8', 0, Math.max(0, body.length - 1));
      const where = ['CopyGetData', 'copyfromparse.c', 300] as const;
      copy.fail(fault('57014', `COPY from stdin failed: ${reason}`, { where }));
      return true;
    }
    try {
      copy.done(copy.take(Buffer.concat(copy.chunks)));
    } catch (error) {
      if (!(error instanceof SqlFault)) throw error;
      copy.fail(error);
    }
    return true;
  }

  notices(): void {
    for (const { severity, state, message: text, where } of this.#sql.notices)
      this.#out.send(errorMessage(fault(state, text, { severity, where }), 'N'));
    this.#sql.notices = [];
  }

  #pump(count: number, make: (i: number) => Buffer, then: () => void): void {
    let at = 0;
    const step = (): void => {
      while (at < count) {
        const pieces: Buffer[] = [];
        for (let bytes = 0; at < count && bytes < PIECE_BYTES; at++) {
          const piece = make(at);
          pieces.push(piece);
          bytes += piece.length;
        }
        if (!this.#out.send(Buffer.concat(pieces))) {
          this.#out.hold();
          this.#out.whenDrained(() => {
            step();
            this.#out.proceed();
          });
          return;
        }
      }
      then();
    };
    step();
  }

  #program(program: NonNullable<Answer['program']>, then: () => void, fail: (error: SqlFault) => void): void {
    this.#out.hold();
    this.#session.wait(this.#files.run(program.command), ({ output, code }) => {
      try {
        const answer = program.take(output, code);
        this.#out.send(message('C', answer.tag));
        then();
      } catch (error) {
        if (!(error instanceof SqlFault)) throw error;
        fail(error);
      }
      this.#out.proceed();
    });
  }
}

/** The columns of a COPY, all as text. */
function textColumns(count: number): Buffer[] {
  return [Buffer.from([0]), i16(count), ...Array.from({ length: count }, () => i16(0))];
}
