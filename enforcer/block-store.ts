/**
 * The blocks that the enforcer intends, durable before anything changes in the world, and the outbox of the audit, which commits
 * with them: what happened and the line that says so are one transaction. SQLite keeps 100,000 of them off our heap.
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { ActionStatus, ResponseMode } from '@netsentinel/contracts/action';
import { isDiskFull, NetSentinelError } from '@netsentinel/kernel/errors';
import type { AuditEntry } from './audit.ts';

export interface Block {
  readonly id: string;
  /** Canonical text of the network. */
  readonly target: string;
  readonly responder: string;
  readonly mode: ResponseMode;
  readonly status: ActionStatus;
  readonly reason: string;
  readonly incident: string;
  readonly appliedAt: number;
  readonly expiresAt: number;
  /** When it ends, in whole milliseconds since boot. */
  readonly deadline: number;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS block (
    id TEXT PRIMARY KEY, target TEXT NOT NULL, responder TEXT NOT NULL, mode TEXT NOT NULL, status TEXT NOT NULL,
    reason TEXT NOT NULL, incident TEXT NOT NULL, applied_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
    deadline INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS block_target ON block (target, mode, deadline);
  CREATE INDEX IF NOT EXISTS block_deadline ON block (deadline);
  CREATE TABLE IF NOT EXISTS ended (n INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, status TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS outbox (seq INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, entry TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
`;
const MAX_ENDED = 200_000;
const COLUMNS =
  'id, target, responder, mode, status, reason, incident, applied_at AS appliedAt, expires_at AS expiresAt, deadline';

export class BlockStore {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #size = 0;

  constructor(file: string) {
    this.#db = new DatabaseSync(file);
    this.#db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -4096');
    const version = this.#db.prepare('PRAGMA user_version').get()?.['user_version'];
    if (version !== 0 && version !== 1)
      throw new NetSentinelError(
        'ENFORCER_STATE_VERSION',
        'user',
        'The enforcer’s state was written by a newer version',
        {
          hint: 'Start the version that wrote it, or restore a backup.',
          where: file,
        },
      );
    this.#db.exec(`${SCHEMA} PRAGMA user_version = 1`);
    this.#size = this.count();
  }

  /** One transaction: durable once it returns, or (`lazily`) with the next durable one. */
  transaction<T>(work: () => T, lazily = false): T {
    this.#db.exec(lazily ? 'PRAGMA synchronous = NORMAL' : 'PRAGMA synchronous = FULL');
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#db.exec('COMMIT');
      return result;
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      this.#size = this.count();
      if (isDiskFull(error) || /disk is full/i.test(String(error)))
        throw new NetSentinelError(
          'ENFORCER_DISK_FULL',
          'operational',
          'The enforcer cannot write its state: the disk is full',
          {
            cause: error,
            hint: 'Free space in the data folder; blocks in force stay and expire.',
          },
        );
      throw error;
    }
  }

  /** Number of blocks, from memory: counting them in the table takes milliseconds. */
  get size(): number {
    return this.#size;
  }

  put(block: Block): void {
    if (this.get(block.id) === undefined) this.#size += 1;
    this.#prepare(`INSERT OR REPLACE INTO block VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`).run(
      block.id,
      block.target,
      block.responder,
      block.mode,
      block.status,
      block.reason,
      block.incident,
      block.appliedAt,
      block.expiresAt,
      block.deadline,
    );
  }

  setStatus(id: string, status: ActionStatus): void {
    this.#prepare('UPDATE block SET status = ? WHERE id = ?').run(status, id);
  }

  remove(id: string): void {
    this.#size -= Number(this.#prepare('DELETE FROM block WHERE id = ?').run(id).changes);
  }

  /** Takes a block away for good: an order for it that comes again is known to be over. The oldest are forgotten. */
  end(id: string, status: 'expired' | 'reverted'): void {
    this.remove(id);
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

  get(id: string): Block | undefined {
    return this.#prepare(`SELECT ${COLUMNS} FROM block WHERE id = ?`).get(id) as Block | undefined;
  }

  /** All blocks, one at a time. */
  *all(mode?: ResponseMode): Generator<Block> {
    // A statement of its own: two walks at once must not share a cursor.
    const statement = this.#db.prepare(`SELECT ${COLUMNS} FROM block WHERE mode = coalesce(?, mode)`);
    for (const row of statement.iterate(mode ?? null)) yield row as unknown as Block;
  }

  withTarget(target: string): Block[] {
    return this.#prepare(`SELECT ${COLUMNS} FROM block WHERE target = ?`).all(target) as unknown as Block[];
  }

  /** Each enforced network once, with the latest end that any of its blocks has. */
  *enforced(): Generator<{ readonly target: string; readonly deadline: number }> {
    const statement = this.#db.prepare(
      `SELECT target, max(deadline) AS deadline FROM block WHERE mode = 'enforce' GROUP BY target`,
    );
    for (const row of statement.iterate()) yield row as unknown as { target: string; deadline: number };
  }

  /** When the network's last enforced block ends, or undefined where it has none. */
  deadlineOf(target: string): number | undefined {
    const row = this.#prepare(`SELECT max(deadline) AS deadline FROM block WHERE target = ? AND mode = 'enforce'`).get(
      target,
    );
    return (row?.['deadline'] as number | null | undefined) ?? undefined;
  }

  count(mode?: ResponseMode): number {
    return this.#prepare('SELECT count(*) AS n FROM block WHERE mode = coalesce(?, mode)').get(mode ?? null)?.[
      'n'
    ] as number;
  }

  /** Blocks that end at or before `uptimeMs`, the first 1,000 of them. */
  due(uptimeMs: number): Block[] {
    return this.#prepare(`SELECT ${COLUMNS} FROM block WHERE deadline <= ? ORDER BY deadline LIMIT 1000`).all(
      uptimeMs,
    ) as unknown as Block[];
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

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) this.#statements.set(sql, (statement = this.#db.prepare(sql)));
    return statement;
  }
}
