/**
 * Erasing: events that meet conditions go, or the values of one of their fields do. An event without a value of its own is a new row with a number of its own, so
 * that no word of what it was leads to it; it goes through the writer like one that came in. Archives are written anew: without such events, which come back to the
 * table and are archived again, or where the field is one that is sealed with them in their places.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { EventSelection } from '@netsentinel/contracts/event-store';
import { eraseField } from '@netsentinel/kernel/erased-event';
import { maySeal } from '@netsentinel/kernel/sealed-event';
import { ERASED } from '@netsentinel/kernel/sealed-text';
import { rowsOf, type Database } from './database.ts';
import { columnOf } from './event-columns.ts';
import { archiveFolder, sqlText } from './event-source.ts';
import type { Archive, EventRetention } from './event-retention.ts';
import type { EventWriter } from './event-writer.ts';
import { Bindings, filterSql, storedValues } from './query-sql.ts';

const DAY_MS = 86_400_000;
/** Events at a time, and about how many bytes of them. */
const BATCH_EVENTS = 4000;
const BATCH_BYTES = 16 * 1024 * 1024;
/** Numbers of events that are looked through at a time. */
const WINDOW_SEQS = 50_000;

interface Condition {
  readonly sql: string;
  readonly values: readonly (string | number | bigint | boolean)[];
}

export class EventErasure {
  readonly #database: Database;
  readonly #writer: EventWriter;
  readonly #retention: EventRetention;
  /** Up to which time each field has been erased since the start. */
  readonly #doneUntil = new Map<string, number>();

  constructor(database: Database, writer: EventWriter, retention: EventRetention) {
    this.#database = database;
    this.#writer = writer;
    this.#retention = retention;
  }

  /** By field: days after which its values go, from midnight to midnight (UTC). Answers how many events lost some. */
  async expire(days: Readonly<Record<string, number>>, now: number): Promise<number> {
    let erased = 0;
    for (const [field, kept] of Object.entries(days)) {
      const to = Math.floor((now - kept * DAY_MS) / DAY_MS) * DAY_MS;
      const from = this.#doneUntil.get(field);
      if (from === to) continue;
      erased += await this.apply({ ...(from === undefined ? {} : { from }), to }, field);
      this.#doneUntil.set(field, to);
    }
    return erased;
  }

  /** @param field without one the events themselves go. Answers how many events it was. Once more, there are none. */
  async apply(selection: EventSelection, field?: string): Promise<number> {
    // What is written anew has a higher number, and is not looked at again.
    const before = this.#writer.nextSeq;
    const condition = this.#condition(selection, field, before);
    const [[first] = []] = await this.#database.read((connection) => rowsOf(connection, 'SELECT min(seq) FROM events'));
    let erased = 0;
    for (let low = Number(first ?? before); low < before;) {
      const high = low + WINDOW_SEQS;
      const rows = await this.#some(`(SELECT * FROM events WHERE seq >= ${low} AND seq < ${high})`, condition);
      if (rows.length === 0) {
        low = high;
        continue;
      }
      await this.#writer.replace(
        rows.map(({ seq }) => seq),
        this.#without(rows, field),
      );
      erased += rows.length;
    }
    for (const archive of await this.#retention.archivesFrom(selection.from, selection.to))
      erased += await this.#fromArchive(archive, condition, field);
    if (erased > 0) await this.#writer.exclusive(() => this.#writer.checkpoint());
    return erased;
  }

  async #fromArchive(archive: Archive, condition: Condition, field: string | undefined): Promise<number> {
    if (field !== undefined && !maySeal(field)) return await this.#fromArchiveByWords(archive, condition, field);
    const source = this.#retention.sourceOf(archive);
    const { sql, values } = condition;
    const [[found]] = (await this.#database.read((connection) =>
      rowsOf(connection, `SELECT count(*) FROM ${source} WHERE ${sql}`, values),
    )) as [[bigint]];
    const erased = Number(found);
    if (erased === 0) return 0;
    // No word leads to what is sealed, so the events may stay where they are.
    const body = field === undefined ? '' : `CASE WHEN ${sql} THEN erased_event(${sqlText(field)}, body) ELSE body END`;
    const [events, select] =
      field === undefined
        ? [archive.events - erased, `SELECT * FROM ${source} WHERE NOT coalesce(${sql}, false)`]
        : [archive.events, `SELECT * REPLACE (${body} AS body) FROM ${source}`];
    const { list } = await this.#retention.anew(archive, events, select, values);
    await this.#putInPlace(archive, [], list);
    return erased;
  }

  async #fromArchiveByWords(archive: Archive, condition: Condition, field: string): Promise<number> {
    let [left, erased]: [Archive | undefined, number] = [archive, 0];
    while (left !== undefined) {
      const before: Archive = left;
      const source = this.#retention.sourceOf(before);
      const rows = await this.#some(source, condition);
      if (rows.length === 0) break;
      const others = `SELECT * FROM ${source} WHERE seq NOT IN (${rows.map(({ seq }) => seq).join(', ')})`;
      const { kept, list } = await this.#retention.anew(before, before.events - rows.length, others);
      await this.#putInPlace(before, this.#without(rows, field), list);
      erased += rows.length;
      left = kept;
    }
    return erased;
  }

  async #putInPlace(
    before: Archive,
    texts: readonly Buffer[],
    list: (connection: DuckDBConnection) => Promise<void>,
  ): Promise<void> {
    await this.#writer.replace([], texts, list);
    await this.#database.readsOver();
    rmSync(join(archiveFolder(this.#database.options.directory), before.file), { force: true });
  }

  async #some(source: string, { sql, values }: Condition): Promise<{ readonly seq: number; readonly body: string }[]> {
    const rows = await this.#database.read((connection) =>
      rowsOf(
        connection,
        `SELECT seq, body FROM (SELECT seq, body, sum(strlen(body)) OVER (ORDER BY seq) - strlen(body) AS before FROM ${source} WHERE ${sql})
          WHERE before < ${BATCH_BYTES} ORDER BY seq LIMIT ${BATCH_EVENTS}`,
        values,
      ),
    );
    return rows.map(([seq, body]) => ({ seq: Number(seq), body: String(body) }));
  }

  #without(rows: readonly { readonly body: string }[], field: string | undefined): Buffer[] {
    if (field === undefined) return [];
    return rows.map(({ body }) => Buffer.from(eraseField(body, field, this.#database.texts)));
  }

  #condition({ from, to, filters = [] }: EventSelection, field: string | undefined, before: number): Condition {
    const bindings = new Bindings();
    const conditions = [`seq < ${before}`, ...filters.map((one) => filterSql(one, bindings, this.#database.texts))];
    if (from !== undefined) conditions.push(`time >= ${bindings.bind(BigInt(from))}`);
    if (to !== undefined) conditions.push(`time < ${bindings.bind(BigInt(to))}`);
    if (field !== undefined) conditions.push(hasValue(field, bindings));
    return { sql: conditions.join(' AND '), values: bindings.values };
  }
}

/** That there is something to erase in it. */
function hasValue(field: string, bindings: Bindings): string {
  const column = columnOf(field);
  if (column?.type === 'number') return `${column.name} IS NOT NULL`;
  if (column !== undefined) return `coalesce(${column.name} <> '${ERASED}', false)`;
  return `coalesce(len(list_filter(${storedValues(field, bindings)}, lambda e: (e->>'$') <> '${ERASED}')) > 0, false)`;
}
