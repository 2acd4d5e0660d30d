/** The file that the blocks are in: made, or brought over from the version that wrote it, and changed in transactions. */
import { DatabaseSync } from 'node:sqlite';
import { isDiskFull, NetSentinelError } from '@netsentinel/kernel/errors';
import { SEGMENT_TABLE } from './segments/segment-store.ts';

const TABLE = `
  CREATE TABLE IF NOT EXISTS block (
    id TEXT NOT NULL, target TEXT NOT NULL, responder TEXT NOT NULL, mode TEXT NOT NULL, status TEXT NOT NULL,
    reason TEXT NOT NULL, incident TEXT NOT NULL, applied_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
    deadline INTEGER NOT NULL, live INTEGER NOT NULL, actor TEXT NOT NULL, rules TEXT NOT NULL, detail TEXT NOT NULL,
    measure TEXT NOT NULL DEFAULT 'block',
    PRIMARY KEY (id, responder)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS block_target ON block (target, responder, live, deadline);
  CREATE INDEX IF NOT EXISTS block_deadline ON block (deadline);
`;
const SCHEMA = `
  ${TABLE}
  CREATE TABLE IF NOT EXISTS ended (n INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, status TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS outbox (seq INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, entry TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  ${SEGMENT_TABLE}
`;
/** Version 1 knew one responder for each block. */
const FROM_1 = `
  DROP INDEX block_target;
  DROP INDEX block_deadline;
  ALTER TABLE block RENAME TO block_1;
  ${TABLE}
  INSERT INTO block SELECT id, target, responder, mode, status, reason, incident, applied_at, expires_at, deadline,
    mode = 'enforce', '', '[]', '', 'block' FROM block_1;
  DROP TABLE block_1;
`;
/** Version 2 knew blocks alone, version 3 no segments, whose table is made where it is not there. */
const FROM_2 = `ALTER TABLE block ADD COLUMN measure TEXT NOT NULL DEFAULT 'block';`;
const MIGRATIONS: Readonly<Record<number, string>> = { 1: FROM_1, 2: FROM_2 };
const VERSION = 4;

/** Opens it as this version has it. Where that cannot be, it throws, and leaves nothing open. */
export function openBlockDatabase(file: string): DatabaseSync {
  const db = new DatabaseSync(file);
  try {
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -4096');
    const version = db.prepare('PRAGMA user_version').get()?.['user_version'];
    if (typeof version !== 'number' || version > VERSION)
      throw new NetSentinelError(
        'ENFORCER_STATE_VERSION',
        'user',
        'The enforcer’s state was written by a newer version',
        {
          hint: 'Start the version that wrote it, or restore a backup.',
          where: file,
        },
      );
    transact(db, () => db.exec(`${MIGRATIONS[version] ?? ''} ${SCHEMA} PRAGMA user_version = ${VERSION}`));
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** All of `work` or nothing, on disk once it returns; a full disk is told as such. */
export function transact<T>(db: DatabaseSync, work: () => T): T {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
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
