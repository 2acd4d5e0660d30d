/**
 * The blocks that the enforcer intends, durable before anything changes in the world, and the outbox of the audit, which commits
 * with them: what happened and the line that says so are one transaction. SQLite keeps 100,000 of them off our heap.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { Measure, type ActionStatus, type ResponseMode } from '@netsentinel/contracts/action';
import type { AuditEntry } from './audit.ts';
import { openBlockDatabase, transact } from './block-database.ts';
import { SegmentStore } from './segments/segment-store.ts';

/** One responder's part in a block: all parts of a block share its id and its target. */
export interface Block {
  readonly id: string;
  /** Canonical text of the network. */
  readonly target: string;
  readonly measure: Measure;
  readonly responder: string;
  readonly mode: ResponseMode;
  readonly status: ActionStatus;
  readonly reason: string;
  readonly incident: string;
  readonly appliedAt: number;
  readonly expiresAt: number;
  /** When it ends, or (`awaiting-approval`) when nobody need be asked any more, in whole milliseconds since boot. */
  readonly deadline: number;
  /** True where the world shall be so: not for what is simulated or waits for a person. */
  readonly live: boolean;
  /** Whose attack it answers, and the detections that led to it, as the order told. */
  readonly actor: string;
  readonly rules: readonly string[];
  /** Why a person is asked, or what is wrong with it; for people. */
  readonly detail: string;
}

/** A network's strongest measure, and when its last block ends, in milliseconds since boot. */
export interface Held {
  readonly measure: Measure;
  readonly deadline: number;
}

const MAX_ENDED = 200_000;
const COLUMNS =
  'id, target, responder, mode, status, reason, incident, applied_at AS appliedAt, expires_at AS expiresAt, deadline, live, actor, rules, detail, measure';
/** For each measure the latest end that any block of a network has. */
const LATEST = Measure.options.map((one) => `max(iif(measure = '${one}', deadline, NULL)) AS "${one}"`).join(', ');

export class BlockStore {
  readonly #db: DatabaseSync;
  /** In the same file, so that a change of segments and its line of the audit are one transaction too. */
  readonly segments: SegmentStore;
  readonly #statements = new Map<string, StatementSync>();
  #size = 0;

  constructor(file: string) {
    this.#db = openBlockDatabase(file);
    this.segments = new SegmentStore(this.#db);
    this.#size = this.#count();
  }

  /** One transaction: durable once it returns, or (`lazily`) with the next durable one. */
  transaction<T>(work: () => T, lazily = false): T {
    this.#db.exec(lazily ? 'PRAGMA synchronous = NORMAL' : 'PRAGMA synchronous = FULL');
    try {
      return transact(this.#db, work);
    } catch (error) {
      this.#size = this.#count();
      throw error;
    }
  }

  /** Number of blocks, whatever number of responders carries each; from memory: counting them in the table takes milliseconds. */
  get size(): number {
    return this.#size;
  }

  put(part: Block): void {
    if (!this.has(part.id)) this.#size += 1;
    this.#prepare(`INSERT OR REPLACE INTO block VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`).run(
      part.id,
      part.target,
      part.responder,
      part.mode,
      part.status,
      part.reason,
      part.incident,
      part.appliedAt,
      part.expiresAt,
      part.deadline,
      part.live ? 1 : 0,
      part.actor,
      JSON.stringify(part.rules),
      part.detail,
      part.measure,
    );
  }

  setStatus(id: string, responder: string, status: ActionStatus, detail = ''): void {
    this.#prepare('UPDATE block SET status = ?, detail = ? WHERE id = ? AND responder = ?').run(
      status,
      detail,
      id,
      responder,
    );
  }

  /** Takes one responder's part away. */
  removePart(id: string, responder: string): void {
    const { changes } = this.#prepare('DELETE FROM block WHERE id = ? AND responder = ?').run(id, responder);
    if (Number(changes) > 0 && !this.has(id)) this.#size -= 1;
  }

  /** Takes a block away for good, all parts of it: an order for it that comes again is known to be over. The oldest are forgotten. */
  end(id: string, status: 'expired' | 'reverted' | 'refused'): void {
    if (Number(this.#prepare('DELETE FROM block WHERE id = ?').run(id).changes) > 0) this.#size -= 1;
    const { lastInsertRowid } = this.#prepare('INSERT OR REPLACE INTO ended (id, status) VALUES (?, ?)').run(
      id,
      status,
    );
    this.#prepare('DELETE FROM ended WHERE n <= ?').run(Number(lastInsertRowid) - MAX_ENDED);
  }

  /** How the block with this id ended, while that is remembered. */
  endOf(id: string): ActionStatus | undefined {
    return this.#prepare('SELECT status FROM ended WHERE id = ?').get(id)?.['status'] as ActionStatus | undefined;
  }

  has(id: string): boolean {
    return this.#prepare('SELECT 1 FROM block WHERE id = ? LIMIT 1').get(id) !== undefined;
  }

  /** The block's parts, one for each responder; none where it is not known. */
  parts(id: string): Block[] {
    return this.#prepare(`SELECT ${COLUMNS} FROM block WHERE id = ?`).all(id).map(toBlock);
  }

  /** The part is intended as it was journaled: not taken back, denied or renewed since. */
  isLive({ id, responder, deadline }: Block): boolean {
    const sql = 'SELECT 1 FROM block WHERE id = ? AND responder = ? AND live = 1 AND deadline = ?';
    return this.#prepare(sql).get(id, responder, deadline) !== undefined;
  }

  /** All parts, one at a time; those of one block follow each other. */
  *all(): Generator<Block> {
    // A statement of its own: two walks at once must not share a cursor.
    for (const row of this.#db.prepare(`SELECT ${COLUMNS} FROM block`).iterate()) yield toBlock(row);
  }

  withTarget(target: string): Block[] {
    return this.#prepare(`SELECT ${COLUMNS} FROM block WHERE target = ?`).all(target).map(toBlock);
  }

  /** One at a time: a hundred thousand at once would not fit into the enforcer's heap. */
  *ofResponder(responder: string): Generator<Block> {
    const statement = this.#db.prepare(`SELECT ${COLUMNS} FROM block WHERE responder = ?`);
    for (const row of statement.iterate(responder)) yield toBlock(row);
  }

  /** What a responder shall hold and was never seen to have made. */
  unmade(responder: string): Block[] {
    return this.#prepare(
      `SELECT ${COLUMNS} FROM block WHERE responder = ? AND live = 1 AND status IN ('failed', 'planned')`,
    )
      .all(responder)
      .map(toBlock);
  }

  /** What is done about any network by a responder. */
  measures(responder: string): Measure[] {
    return this.#prepare('SELECT DISTINCT measure FROM block WHERE responder = ?')
      .all(responder)
      .map((row) => row['measure'] as Measure);
  }

  /** The responders that have a part in any block. */
  responders(): string[] {
    return this.#prepare('SELECT DISTINCT responder FROM block')
      .all()
      .map((row) => row['responder'] as string);
  }

  /** Each network that a responder shall hold once, with its strongest measure and the latest end of that, where it is after `uptimeMs`. */
  *live(responder: string, uptimeMs: number): Generator<Held & { readonly target: string }> {
    const statement = this.#db.prepare(
      `SELECT target, ${LATEST} FROM block WHERE responder = ? AND live = 1 AND deadline > ? GROUP BY target`,
    );
    for (const row of statement.iterate(responder, uptimeMs)) {
      const held = toHeld(row);
      if (held !== undefined) yield { target: row['target'] as string, ...held };
    }
  }

  /** What a responder shall hold of a network after `uptimeMs`, or undefined where that is nothing. */
  strongest(target: string, responder: string, uptimeMs = -1): Held | undefined {
    const sql = `SELECT ${LATEST} FROM block WHERE target = ? AND responder = ? AND live = 1 AND deadline > ?`;
    const row = this.#prepare(sql).get(target, responder, uptimeMs);
    return row === undefined ? undefined : toHeld(row);
  }

  /** The first order for a network that a responder shall hold. */
  oldest(target: string, responder: string): { readonly order: string; readonly incident: string } | undefined {
    const row = this.#prepare(
      'SELECT id, incident FROM block WHERE target = ? AND responder = ? AND live = 1 ORDER BY applied_at, id LIMIT 1',
    ).get(target, responder);
    return row === undefined ? undefined : { order: row['id'] as string, incident: row['incident'] as string };
  }

  /** Blocks that a responder shall hold. */
  countLive(responder: string): number {
    return this.#number('SELECT count(*) AS n FROM block WHERE responder = ? AND live = 1', responder);
  }

  /** Blocks that wait for a person. */
  countAwaiting(): number {
    return this.#number(`SELECT count(DISTINCT id) AS n FROM block WHERE live = 0 AND status = 'awaiting-approval'`);
  }

  /** Parts that end at or before `uptimeMs`, the first 1,000 of them. */
  due(uptimeMs: number): Block[] {
    return this.#prepare(`SELECT ${COLUMNS} FROM block WHERE deadline <= ? ORDER BY deadline LIMIT 1000`)
      .all(uptimeMs)
      .map(toBlock);
  }

  nextDeadline(): number | undefined {
    const row = this.#prepare('SELECT min(deadline) AS deadline FROM block').get();
    return (row?.['deadline'] as number | null | undefined) ?? undefined;
  }

  /** After another boot: wall time is all there is, and no block gets longer than it was ordered for. */
  rebase(boot: string, uptimeMs: number, wallMs: number): void {
    this.transaction(() => {
      const known = this.recall('boot');
      if (known === boot) return;
      this.remember('boot', boot);
      if (known !== undefined)
        this.#prepare('UPDATE block SET deadline = ? + min(expires_at - applied_at, expires_at - ?)').run(
          Math.ceil(uptimeMs),
          wallMs,
        );
    });
  }

  recall(key: string): string | undefined {
    return this.#prepare('SELECT value FROM meta WHERE key = ?').get(key)?.['value'] as string | undefined;
  }

  remember(key: string, value: string): void {
    this.#prepare('INSERT OR REPLACE INTO meta VALUES (?, ?)').run(key, value);
  }

  /** Queues a line of the audit; part of the transaction around it. */
  note(entry: AuditEntry): void {
    const { time, ...rest } = entry;
    this.#prepare('INSERT INTO outbox (time, entry) VALUES (?, ?)').run(time, JSON.stringify(rest));
  }

  /** Audit lines that may not be on disk yet, oldest first, at most 1,000. */
  outbox(afterSeq: number): { readonly seq: number; readonly entry: AuditEntry }[] {
    const rows = this.#prepare('SELECT seq, time, entry FROM outbox WHERE seq > ? ORDER BY seq LIMIT 1000').all(
      afterSeq,
    );
    return rows.map((row) => ({
      seq: row['seq'] as number,
      entry: { time: row['time'] as number, ...(JSON.parse(row['entry'] as string) as { kind: string }) },
    }));
  }

  forgetOutbox(throughSeq: number): void {
    this.#prepare('DELETE FROM outbox WHERE seq <= ?').run(throughSeq);
  }

  /** The number that the last audit line got, and a way to go on after a higher one where this file was lost. */
  lastSeq(): number {
    return (
      (this.#prepare(`SELECT seq FROM sqlite_sequence WHERE name = 'outbox'`).get()?.['seq'] as number | undefined) ?? 0
    );
  }

  continueAfter(seq: number): void {
    this.#db.exec(`DELETE FROM sqlite_sequence WHERE name = 'outbox'`);
    this.#prepare(`INSERT INTO sqlite_sequence (name, seq) VALUES ('outbox', ?)`).run(seq);
  }

  close(): void {
    this.#statements.clear();
    this.#db.close();
  }

  #count(): number {
    return this.#number('SELECT count(DISTINCT id) AS n FROM block');
  }

  #number(sql: string, ...parameters: string[]): number {
    return this.#prepare(sql).get(...parameters)?.['n'] as number;
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) this.#statements.set(sql, (statement = this.#db.prepare(sql)));
    return statement;
  }
}

/** The first measure that any block has: `Measure` names the strongest first. */
function toHeld(row: Record<string, unknown>): Held | undefined {
  for (const measure of Measure.options) {
    const deadline = row[measure];
    if (typeof deadline === 'number') return { measure, deadline };
  }
  return undefined;
}

function toBlock(row: Record<string, unknown>): Block {
  const { live, rules, ...rest } = row;
  return {
    ...(rest as unknown as Block),
    live: live === 1,
    rules: rules === '[]' ? [] : (JSON.parse(rules as string) as string[]),
  };
}
