/** Every change of segments, in the enforcer's own file: what is in force, what was before it, and what was under way when a process ended. */
import type { DatabaseSync } from 'node:sqlite';
import { SegmentFile, type SegmentChange, type SegmentStatus } from '@netsentinel/contracts/segments';

/** The table that `block-database.ts` makes. */
export const SEGMENT_TABLE = `
  CREATE TABLE IF NOT EXISTS segment_change (
    id INTEGER PRIMARY KEY AUTOINCREMENT, status TEXT NOT NULL, at INTEGER NOT NULL, who TEXT NOT NULL, reason TEXT NOT NULL,
    before INTEGER NOT NULL, back_to INTEGER, file TEXT NOT NULL, snapshot TEXT NOT NULL, detail TEXT NOT NULL
  ) STRICT;
`;

/** Older changes are forgotten, but for those that are in force or were before. */
const MOST_CHANGES = 200;
const COLUMNS = 'id, status, at, who AS by, reason, before, back_to AS backTo, file, detail';
export const NO_SEGMENTS: SegmentFile = { always: [], segments: [] };

export interface NewChange {
  readonly at: number;
  readonly by: string;
  readonly reason: string;
  readonly before: number;
  readonly backTo?: number;
  /** With hosts in place of ports. */
  readonly file: SegmentFile;
  /** The flows that were in each switch, as it lists them. */
  readonly snapshot: Readonly<Record<string, readonly string[]>>;
}

/** Nothing here is a transaction of its own: the ledger commits it with the lines of the audit. */
export class SegmentStore {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** Writes down what is about to be done; answers its number. */
  begin({ at, by, reason, before, backTo, file, snapshot }: NewChange): number {
    const { lastInsertRowid } = this.#db
      .prepare(
        `INSERT INTO segment_change (status, at, who, reason, before, back_to, file, snapshot, detail)
         VALUES ('applying', ?, ?, ?, ?, ?, ?, ?, '')`,
      )
      .run(at, by, reason, before, backTo ?? null, JSON.stringify(file), JSON.stringify(snapshot));
    const id = Number(lastInsertRowid);
    this.#db
      .prepare(
        `DELETE FROM segment_change WHERE id <= ? AND id NOT IN
         (SELECT id FROM segment_change WHERE status = 'applied' ORDER BY id DESC LIMIT ${MOST_CHANGES / 2})`,
      )
      .run(id - MOST_CHANGES);
    return id;
  }

  end(id: number, status: SegmentStatus, detail: string): void {
    this.#db
      .prepare('UPDATE segment_change SET status = ?, detail = ? WHERE id = ?')
      .run(status, detail.slice(0, 2048), id);
  }

  /** Changes that a process ended amid. */
  unfinished(): number[] {
    return this.#db
      .prepare(`SELECT id FROM segment_change WHERE status = 'applying'`)
      .all()
      .map((row) => row['id'] as number);
  }

  /** The number of the change that is in force; 0: none ever was. */
  current(): number {
    const row = this.#db.prepare(`SELECT max(id) AS id FROM segment_change WHERE status = 'applied'`).get();
    return (row?.['id'] as number | null) ?? 0;
  }

  /** What is in force after this change; undefined where it is not known, or was never in force. */
  fileOf(id: number): SegmentFile | undefined {
    if (id === 0) return NO_SEGMENTS;
    const row = this.#db.prepare(`SELECT file FROM segment_change WHERE id = ? AND status = 'applied'`).get(id);
    return row === undefined ? undefined : SegmentFile.parse(JSON.parse(row['file'] as string));
  }

  /** What was in force before this change. */
  beforeOf(id: number): number {
    return (this.#db.prepare('SELECT before FROM segment_change WHERE id = ?').get(id)?.['before'] as number) ?? 0;
  }

  /** The newest first. */
  history(): SegmentChange[] {
    return this.#db
      .prepare(`SELECT ${COLUMNS} FROM segment_change ORDER BY id DESC LIMIT ${MOST_CHANGES}`)
      .all()
      .map(toChange);
  }

  change(id: number): SegmentChange | undefined {
    const row = this.#db.prepare(`SELECT ${COLUMNS} FROM segment_change WHERE id = ?`).get(id);
    return row === undefined ? undefined : toChange(row);
  }
}

function toChange(row: Record<string, unknown>): SegmentChange {
  const { file, backTo, ...rest } = row;
  const { segments } = SegmentFile.parse(JSON.parse(file as string));
  return {
    ...(rest as unknown as Omit<SegmentChange, 'segments' | 'backTo'>),
    ...(typeof backTo === 'number' ? { backTo } : {}),
    segments: segments.map(({ name }) => name),
  };
}
