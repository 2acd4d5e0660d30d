/**
 * Reading: pages, aggregates, single events. A page is found in two steps, narrow columns first, bodies only of the events it shows. Words,
 * and conditions that few events can meet, are narrowed through the word index to event numbers.
 */
import { setImmediate } from 'node:timers/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import type {
  AggregateRow,
  EventAggregate,
  EventFilter,
  EventQuery,
  EventSelection,
} from '@netsentinel/contracts/event-store';
import { maySeal } from '@netsentinel/kernel/sealed-event';
import { ERASED, nonceOf, type SealedTexts } from '@netsentinel/kernel/sealed-text';
import { exactHash, SEALED_LABEL, searchHashes, type WordHash } from '../event-words.ts';
import { aggregateRows, aggregateSql } from './aggregate-sql.ts';
import { copySql, EXPORTED_COLUMNS, withinRoom } from './event-export.ts';
import { numbersOf, seqCondition } from './event-numbers.ts';
import { eventSource, type SourceOptions } from './event-source.ts';
import { rowsOf, type Database } from './database.ts';
import { beyond, keyText, parseKey, rest, type Key } from './page-key.ts';
import { Bindings, filterSql } from './query-sql.ts';
import { ID_LABEL, type WordIndex, type WordMatches } from './words/word-index.ts';

/** Bodies are the events' JSON, for whoever asked to parse. */
export interface BodyPage {
  readonly bodies: readonly string[];
  readonly next?: string;
}

const DEFAULT_LIMIT = 100;
/** Conditions on fields go through the word index where at most this many events can meet them. */
const NEEDLE_EVENTS = 20_000;
/** DuckDB's vector. */
const VECTOR_EVENTS = 2048;
/** Bodies read at once where their bytes are bounded. */
const SLICE_EVENTS = 128;
/** Event numbers that are looked at in one statement of a page. */
const MAX_BATCH_SEQS = 100_000;

export class EventReader {
  readonly #database: Database;
  readonly #words: WordIndex;
  readonly #source: SourceOptions;

  constructor(database: Database, words: WordIndex) {
    this.#database = database;
    this.#words = words;
    this.#source = { directory: database.options.directory };
  }

  async page(query: EventQuery, signal?: AbortSignal): Promise<BodyPage> {
    const limit = query.limit ?? DEFAULT_LIMIT;
    const newest = query.order !== 'oldest';
    const after = query.after === undefined ? undefined : parseKey(query.after);
    const matches = this.#narrow(query);
    return await this.#database.read(async (connection) => {
      const keys =
        matches === undefined
          ? await this.#keys(connection, query, newest, after, limit + 1)
          : await this.#keysAmong(connection, query, newest, after, limit + 1, matches);
      const bodies = await this.#bodiesWithin(connection, keys.slice(0, limit), query.maxBytes);
      const last = keys[bodies.length - 1];
      return keys.length > bodies.length && last !== undefined ? { bodies, next: keyText(last) } : { bodies };
    }, signal);
  }

  async aggregate(aggregate: EventAggregate, signal?: AbortSignal): Promise<readonly AggregateRow[]> {
    const where = aggregate.where ?? {};
    const matches = this.#narrow(where);
    return await this.#database.read(async (connection) => {
      const bindings = new Bindings();
      const { source, conditions } = await this.#selected(connection, where, matches, bindings, signal);
      const sql = aggregateSql(aggregate, source, conditions, bindings);
      return aggregateRows(aggregate, await rowsOf(connection, sql, bindings.values));
    }, signal);
  }

  /** Writes a file of Parquet: see `EventStore.exportParquet`. */
  async copyTo(path: string, selection: EventSelection, limit: number, signal?: AbortSignal): Promise<void> {
    const matches = this.#narrow(selection);
    await withinRoom(this.#database, signal, (ended) =>
      this.#database.read(async (connection) => {
        const bindings = new Bindings();
        const { source, conditions } = await this.#selected(connection, selection, matches, bindings, ended);
        const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
        const select = `SELECT ${EXPORTED_COLUMNS} FROM ${source}${where} LIMIT ${limit}`;
        await rowsOf(connection, copySql(select, path), bindings.values);
      }, ended),
    );
  }

  async body(id: string): Promise<string | undefined> {
    const seqs = [...this.#words.find([exactHash(ID_LABEL, id)])].flatMap((match) => match.seqs());
    if (seqs.length === 0) return undefined;
    return await this.#database.read(async (connection) => {
      const source = await eventSource(connection, this.#source);
      const condition = await seqCondition(connection, [seqs]);
      const sql = `SELECT body FROM ${source} WHERE ${condition} AND event_id = $1 ORDER BY seq DESC LIMIT 1`;
      const rows = await rowsOf(connection, sql, [id]);
      return rows[0] === undefined ? undefined : String(rows[0][0]);
    });
  }

  /** Undefined where the index cannot help: all events are candidates. */
  #narrow(selection: EventSelection): WordMatches[] | undefined {
    const { from, to } = selection;
    const words = searchHashes(selection.words ?? '');
    const filters = selection.filters ?? [];
    const needles = filters.flatMap(needleOf);
    const forms = filters.map((filter) => formsOf(filter, this.#database.texts)).find((one) => one !== undefined);
    const searches = forms === undefined ? [needles] : forms.map((form) => [...needles, ...form]);
    if (words.length > 0) return searches.flatMap((hashes) => [...this.#words.find([...words, ...hashes], from, to)]);
    // A search for something that has no words ("!!!") finds nothing.
    if ((selection.words ?? '').trim() !== '') return [];
    if (searches.some((hashes) => hashes.length === 0)) return undefined;
    const found: WordMatches[] = [];
    let atMost = 0;
    for (const hashes of searches)
      for (const match of this.#words.find(hashes, from, to)) {
        atMost += match.atMost;
        if (atMost > NEEDLE_EVENTS) return undefined;
        found.push(match);
      }
    return found;
  }

  async #keys(
    connection: DuckDBConnection,
    selection: EventSelection,
    newest: boolean,
    after: Key | undefined,
    count: number,
    seqs?: readonly number[],
  ): Promise<Key[]> {
    const bindings = new Bindings();
    const conditions = this.#conditions(selection, bindings);
    if (after !== undefined) conditions.push(beyond(after, newest, bindings));
    if (seqs !== undefined) conditions.push(await seqCondition(connection, [seqs]));
    const { from, to } = after === undefined ? selection : rest(selection, after, newest);
    const source = await eventSource(connection, this.#source, from, to);
    const direction = newest ? 'DESC' : 'ASC';
    const sql = `SELECT time, seq FROM ${source}${conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : ''}
      ORDER BY time ${direction}, seq ${direction} LIMIT ${count}`;
    const rows = await rowsOf(connection, sql, bindings.values);
    return rows.map(([time, seq]) => ({ time: Number(time), seq: Number(seq) }));
  }

  /** Goes through the stretches that may match in the order asked for, until no further one can add to the page. */
  async #keysAmong(
    connection: DuckDBConnection,
    selection: EventSelection,
    newest: boolean,
    after: Key | undefined,
    count: number,
    matches: readonly WordMatches[],
  ): Promise<Key[]> {
    const ordered = matches.toSorted((a, b) => (newest ? b.maxTime - a.maxTime : a.minTime - b.minTime));
    const compare = (a: Key, b: Key): number => (newest ? -1 : 1) * (a.time - b.time || a.seq - b.seq);
    let keys: Key[] = [];
    let batch: number[] = [];
    let wanted = count * 4;
    for (const [i, match] of ordered.entries()) {
      if (after !== undefined && (newest ? match.minTime > after.time : match.maxTime < after.time)) continue;
      for (const seq of match.seqs()) batch.push(seq);
      const next = ordered[i + 1];
      if (next !== undefined && batch.length < wanted) continue;
      if (batch.length > 0) keys.push(...(await this.#keys(connection, selection, newest, after, count, batch)));
      keys = once(keys.sort(compare)).slice(0, count);
      batch = [];
      wanted = Math.min(wanted * 2, MAX_BATCH_SEQS);
      await setImmediate();
      const worst = keys[count - 1];
      if (next === undefined || worst === undefined) continue;
      if (newest ? next.maxTime < worst.time : next.minTime > worst.time) return keys;
    }
    if (batch.length > 0) keys.push(...(await this.#keys(connection, selection, newest, after, count, batch)));
    return once(keys.sort(compare)).slice(0, count);
  }

  /** The first of them at least, and as many as take no more bytes than this. */
  async #bodiesWithin(
    connection: DuckDBConnection,
    keys: readonly Key[],
    maxBytes: number | undefined,
  ): Promise<string[]> {
    if (maxBytes === undefined) return await this.#bodies(connection, keys);
    const bodies: string[] = [];
    let bytes = 0;
    for (let at = 0; at < keys.length; at += SLICE_EVENTS)
      for (const body of await this.#bodies(connection, keys.slice(at, at + SLICE_EVENTS))) {
        bytes += Buffer.byteLength(body);
        if (bytes > maxBytes && bodies.length > 0) return bodies;
        bodies.push(body);
      }
    return bodies;
  }

  /**
   * One statement for each cluster of neighbours: DuckDB skips whole vectors of bodies (2,048 events, compressed together) for a range or an
   * equality, but not for a list of numbers that lie far apart.
   */
  async #bodies(connection: DuckDBConnection, keys: readonly Key[]): Promise<string[]> {
    if (keys.length === 0) return [];
    const times = keys.map((key) => key.time);
    const source = await eventSource(connection, this.#source, Math.min(...times), Math.max(...times) + 1);
    const single = await connection.prepare(`SELECT seq, body FROM ${source} WHERE seq = $1`);
    const bodies = new Map<number, string>();
    try {
      for (const cluster of clusters(keys.map((key) => key.seq))) {
        let rows: readonly (readonly unknown[])[];
        if (cluster.length === 1) {
          single.bindBigInt(1, BigInt(cluster[0]!));
          rows = (await single.runAndReadAll()).getRows();
        } else {
          const range = `seq BETWEEN ${cluster[0]!} AND ${cluster.at(-1)!}`;
          rows = await rowsOf(
            connection,
            `SELECT seq, body FROM ${source} WHERE ${range} AND seq IN (${cluster.join(', ')})`,
          );
        }
        for (const [seq, body] of rows) bodies.set(Number(seq), String(body));
      }
    } finally {
      single.destroySync();
    }
    return keys.map((key) => bodies.get(key.seq)!);
  }

  async #selected(
    connection: DuckDBConnection,
    selection: EventSelection,
    matches: readonly WordMatches[] | undefined,
    bindings: Bindings,
    signal: AbortSignal | undefined,
  ): Promise<{ source: string; conditions: string[] }> {
    const conditions = this.#conditions(selection, bindings);
    if (matches !== undefined) conditions.push(await seqCondition(connection, numbersOf(matches), signal));
    return { source: await eventSource(connection, this.#source, selection.from, selection.to), conditions };
  }

  #conditions(selection: EventSelection, bindings: Bindings): string[] {
    const conditions: string[] = [];
    if (selection.from !== undefined) conditions.push(`time >= ${bindings.bind(BigInt(selection.from))}`);
    if (selection.to !== undefined) conditions.push(`time < ${bindings.bind(BigInt(selection.to))}`);
    for (const filter of selection.filters ?? []) conditions.push(filterSql(filter, bindings, this.#database.texts));
    return conditions;
  }
}

/**
 * The words of each way in which the value of an equality may lie in an event, where the field may be sealed: one of them every event has that meets it. Undefined
 * where some way has none.
 */
function formsOf({ field, op, not, value }: EventFilter, texts: SealedTexts): (readonly WordHash[])[] | undefined {
  if (op !== 'eq' || not === true || typeof value !== 'string' || !maySeal(field)) return undefined;
  // What was erased in an archive has the words that it had.
  if (value === ERASED) return undefined;
  const [plain = '', ...sealed] = texts.formsOf(field, value);
  const words = searchHashes(plain);
  return words.length === 0 ? undefined : [words, ...sealed.map((form) => [exactHash(SEALED_LABEL, nonceOf(form))])];
}

/** Sorted ones, without those that stand there twice. */
function once(keys: readonly Key[]): Key[] {
  return keys.filter(({ seq }, i) => keys[i - 1]?.seq !== seq);
}

/** Words that every event meeting this condition must have; none where the condition says nothing of words. */
function needleOf(filter: EventFilter): readonly WordHash[] {
  if (filter.op !== 'eq' || filter.not === true || typeof filter.value !== 'string') return [];
  if (filter.field === 'event.id') return [exactHash(ID_LABEL, filter.value)];
  if (filter.field === '@timestamp' || UNSEARCHED.has(filter.field) || maySeal(filter.field)) return [];
  // A text of digits or `true` may be met by a number or a boolean, which has no words.
  if (/^-?[\d.eE+-]+$|^(true|false)$/.test(filter.value) && !/^\d+\.\d+\.\d+\.\d+$/.test(filter.value)) return [];
  return searchHashes(filter.value);
}
const UNSEARCHED = new Set(['event.ingested', 'event.start', 'event.end']);

/** Ascending runs without a gap of a whole vector. */
function clusters(seqs: readonly number[]): number[][] {
  const found: number[][] = [];
  for (const seq of seqs.toSorted((a, b) => a - b)) {
    const last = found.at(-1);
    if (last !== undefined && seq - last.at(-1)! <= VECTOR_EVENTS) last.push(seq);
    else found.push([seq]);
  }
  return found;
}
