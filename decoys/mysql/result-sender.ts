/** How answers go out: OK and EOF packets with the session's status, columns, and rows in pieces as the client takes them. */
import type { ResultSet } from '../sql/relation.ts';
import type { SqlFault } from '../sql/sql-fault.ts';
import { CAPABILITY, type HandshakeResponse } from './handshake.ts';
import type { Answer, MysqlSession } from './mysql-session.ts';
import { keyWord } from './own-tables.ts';
import { PayloadWriter, framed } from './packets.ts';
import { UTF8_COLLATION, binaryRow, columnPacket, textRow } from './result-packets.ts';

/** What the protocol gives to commands. */
export interface Output {
  sequence: number;
  packet(payload: Uint8Array): boolean;
  raw(bytes: Uint8Array): boolean;
  end(reason: string): void;
  /** No further command is taken until `proceed`. */
  hold(): void;
  proceed(): void;
  whenDrained(run: () => void): void;
  changeUser(payload: Buffer): void;
}

interface Rows {
  readonly result: ResultSet;
  /** What went wrong when the columns were told already. */
  readonly failed?: SqlFault;
}

const STATUS = { inTransaction: 1, autocommit: 2, more: 8 };
/** Rows are sent in pieces of about this much. */
const PIECE_BYTES = 256 * 1024;

export class ResultSender {
  readonly #sql: MysqlSession;
  readonly #client: HandshakeResponse;
  readonly #out: Output;
  /** Columns end without an EOF packet of their own. */
  readonly short: boolean;

  constructor(sql: MysqlSession, client: HandshakeResponse, out: Output) {
    this.#sql = sql;
    this.#client = client;
    this.#out = out;
    this.short = (client.capabilities & CAPABILITY.deprecateEof) !== 0;
  }

  ok(answer: Answer, more = false): void {
    const found =
      (this.#client.capabilities & CAPABILITY.foundRows) !== 0
        ? Number(/^Rows matched: (\d+)/.exec(answer.info ?? '')?.[1] ?? Number.NaN)
        : Number.NaN;
    const affected = Number.isNaN(found) ? (answer.affected ?? 0) : found;
    const writer = new PayloadWriter()
      .u8(0)
      .lenenc(affected)
      .lenenc(answer.lastId ?? 0)
      .u16(this.#status(more))
      .u16(this.#sql.warningCount);
    const { info = '' } = answer;
    if (info !== '') writer.text(info);
    this.#out.packet(writer.done());
  }

  eof(more = false, asOk = false): void {
    this.#out.packet(
      asOk
        ? new PayloadWriter().u8(0xfe).lenenc(0).lenenc(0).u16(this.#status(more)).u16(this.#sql.warningCount).done()
        : new PayloadWriter().u8(0xfe).u16(this.#sql.warningCount).u16(this.#status(more)).done(),
    );
  }

  columns(columns: ResultSet['columns']): Buffer[] {
    const sql = this.#sql;
    const context = {
      extended: this.#client.extendedMetadata,
      collation: UTF8_COLLATION[sql.server.product],
      keyOf: (schema: string, table: string, column: string) => {
        const known = sql.store.table(schema, table);
        return known === undefined ? '' : keyWord(known, column);
      },
    };
    return columns.map((column) => columnPacket(column, context));
  }

  rows(
    { result, failed }: Rows,
    how: { readonly binary: boolean; readonly more: boolean },
    then: () => void,
    fail: (error: SqlFault) => void,
  ): void {
    const { binary, more } = how;
    const head = new PayloadWriter().lenenc(result.columns.length);
    if (this.#client.cachedMetadata) head.u8(1);
    this.#out.packet(head.done());
    for (const packet of this.columns(result.columns)) this.#out.packet(packet);
    if (!this.short) this.eof(more);
    if (failed !== undefined) return fail(failed);
    let at = 0;
    const pump = (): void => {
      while (at < result.rows.length) {
        const pieces: Buffer[] = [];
        for (let bytes = 0; at < result.rows.length && bytes < PIECE_BYTES; at++) {
          const row = result.rows[at]!;
          const packet = framed(
            binary ? binaryRow(row, result.columns) : textRow(row, result.columns),
            this.#out.sequence,
          );
          this.#out.sequence += 1 + Math.floor((packet.length - 4) / 0xffffff);
          pieces.push(packet);
          bytes += packet.length;
        }
        if (!this.#out.raw(Buffer.concat(pieces))) {
          this.#out.hold();
          this.#out.whenDrained(() => {
            pump();
            this.#out.proceed();
          });
          return;
        }
      }
      if (this.short) this.eof(more, true);
      else this.eof(more);
      then();
    };
    pump();
  }

  #status(more: boolean): number {
    return (
      (this.#sql.autocommit ? STATUS.autocommit : 0) |
      (this.#sql.store.inTransaction ? STATUS.inTransaction : 0) |
      (more ? STATUS.more : 0)
    );
  }
}
