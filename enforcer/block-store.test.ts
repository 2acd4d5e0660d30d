import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BlockStore } from './block-store.ts';

/** A journal as version 1 wrote it: a block has one responder, and is in force where its mode says so. */
const VERSION_1 = `
  CREATE TABLE block (
    id TEXT PRIMARY KEY, target TEXT NOT NULL, responder TEXT NOT NULL, mode TEXT NOT NULL, status TEXT NOT NULL,
    reason TEXT NOT NULL, incident TEXT NOT NULL, applied_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
    deadline INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX block_target ON block (target, mode, deadline);
  CREATE INDEX block_deadline ON block (deadline);
  CREATE TABLE ended (n INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, status TEXT NOT NULL) STRICT;
  CREATE TABLE outbox (seq INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, entry TEXT NOT NULL) STRICT;
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  INSERT INTO block VALUES
    ('a', '192.0.2.1/32', 'nftables', 'enforce', 'verified', 'guessed passwords', 'i1', 1000, 61000, 5000),
    ('b', '192.0.2.1/32', 'nftables', 'enforce', 'planned', 'scanned', 'i2', 2000, 92000, 9000),
    ('c', '2001:db8::/64', 'nftables', 'simulate', 'simulated', 'scanned', 'i3', 3000, 33000, 7000);
  INSERT INTO ended (id, status) VALUES ('over', 'expired');
  INSERT INTO outbox (seq, time, entry) VALUES (41, 4000, '{"kind":"ordered","id":"b"}');
  INSERT INTO meta VALUES ('boot', 'this boot');
  PRAGMA user_version = 1;
`;

let directory: string;
let file: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'block-store-'));
  file = join(directory, 'enforcer.db');
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

function write(sql: string): void {
  const db = new DatabaseSync(file);
  db.exec(sql);
  db.close();
}

/** Whoever has it open, SQLite keeps a log beside it. */
function isOpen(): boolean {
  return existsSync(`${file}-wal`);
}

function open(work: (store: BlockStore) => void): void {
  const store = new BlockStore(file);
  expect(isOpen()).toBe(true);
  try {
    work(store);
  } finally {
    store.close();
  }
}

describe('a journal of version 1', () => {
  beforeEach(() => write(VERSION_1));

  it('keeps its blocks as they were', () =>
    open((store) => {
      const common = { responder: 'nftables', actor: '', rules: [], detail: '' };
      expect([...store.all()]).toEqual([
        {
          ...common,
          id: 'a',
          target: '192.0.2.1/32',
          mode: 'enforce',
          status: 'verified',
          reason: 'guessed passwords',
          incident: 'i1',
          appliedAt: 1000,
          expiresAt: 61_000,
          deadline: 5000,
          live: true,
        },
        {
          ...common,
          id: 'b',
          target: '192.0.2.1/32',
          mode: 'enforce',
          status: 'planned',
          reason: 'scanned',
          incident: 'i2',
          appliedAt: 2000,
          expiresAt: 92_000,
          deadline: 9000,
          live: true,
        },
        {
          ...common,
          id: 'c',
          target: '2001:db8::/64',
          mode: 'simulate',
          status: 'simulated',
          reason: 'scanned',
          incident: 'i3',
          appliedAt: 3000,
          expiresAt: 33_000,
          deadline: 7000,
          live: false,
        },
      ]);
      expect(store.size).toBe(3);
    }));

  it('has its responder hold what it held, until the same moment', () =>
    open((store) => {
      expect([...store.live('nftables')]).toEqual([{ target: '192.0.2.1/32', deadline: 9000 }]);
      expect(store.deadlineOf('192.0.2.1/32', 'nftables')).toBe(9000);
      expect(store.deadlineOf('2001:db8::/64', 'nftables')).toBeUndefined();
      expect(store.nextDeadline()).toBe(5000);
      expect(store.due(7000).map(({ id }) => id)).toEqual(['a', 'c']);
    }));

  it('remembers what is over, the boot and the audit lines that are not on disk', () =>
    open((store) => {
      expect(store.endOf('over')).toBe('expired');
      expect(store.recall('boot')).toBe('this boot');
      expect(store.outbox(0)).toEqual([{ seq: 41, entry: { time: 4000, kind: 'ordered', id: 'b' } }]);
      expect(store.lastSeq()).toBe(41);
    }));

  it('takes a second responder’s part from then on, and is brought over once only', () => {
    open((store) => {
      const [part] = store.parts('a');
      if (part === undefined) throw new Error('the block is gone');
      store.transaction(() => store.put({ ...part, responder: 'ufw', actor: '192.0.2.1', rules: ['ssh-guessing'] }));
    });
    open((store) => {
      expect(store.parts('a').map(({ responder, rules }) => [responder, rules])).toEqual([
        ['nftables', []],
        ['ufw', ['ssh-guessing']],
      ]);
      expect(store.size).toBe(3);
    });
  });
});

it('leaves a journal of version 1 as it is where it cannot be brought over', () => {
  write(`${VERSION_1} CREATE TABLE block_1 (in_the_way INTEGER);`);
  expect(() => new BlockStore(file)).toThrow('block_1');
  expect(isOpen()).toBe(false);
  const db = new DatabaseSync(file);
  expect(db.prepare('PRAGMA user_version').get()).toEqual({ user_version: 1 });
  expect(db.prepare('SELECT count(*) AS n FROM block').get()).toEqual({ n: 3 });
  const indexes = db.prepare(`SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name`);
  expect(indexes.all().map((row) => row['name'])).toEqual(['block_deadline', 'block_target']);
  db.close();
});

it('refuses a journal that a newer version wrote', () => {
  write('PRAGMA user_version = 99');
  expect(() => new BlockStore(file)).toThrow('newer version');
  expect(isOpen()).toBe(false);
});
