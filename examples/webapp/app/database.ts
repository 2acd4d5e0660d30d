/** Accounts, sessions and notes in SQLite. Every value is a parameter; no query is put together from texts. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export interface Account {
  readonly id: number;
  readonly name: string;
  readonly password: string;
}
export interface Note {
  readonly id: number;
  readonly title: string;
  readonly text: string;
}
export interface Session {
  readonly account: number;
  readonly name: string;
  readonly csrf: string;
}

const SESSION_MS = 12 * 3_600_000;
const MAX_NOTES = 200;
const SCHEMA = `
PRAGMA journal_mode = WAL;
PRAGMA foreign_keys = ON;
CREATE TABLE IF NOT EXISTS account (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, password TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS session (key TEXT PRIMARY KEY, account INTEGER NOT NULL REFERENCES account, csrf TEXT NOT NULL, until INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS note (id INTEGER PRIMARY KEY, account INTEGER NOT NULL REFERENCES account, title TEXT NOT NULL, text TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS note_account ON note (account);
`;

export class Database {
  readonly #db: DatabaseSync;

  constructor(path: string) {
    if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    this.#db = new DatabaseSync(path);
    this.#db.exec(SCHEMA);
  }

  account(name: string): Account | undefined {
    return this.#db.prepare('SELECT id, name, password FROM account WHERE name = ?').get(name) as Account | undefined;
  }

  /** Undefined where the name is taken. */
  addAccount(name: string, password: string): number | undefined {
    const { changes, lastInsertRowid } = this.#db
      .prepare('INSERT INTO account (name, password) VALUES (?, ?) ON CONFLICT DO NOTHING')
      .run(name, password);
    return changes === 0 ? undefined : Number(lastInsertRowid);
  }

  /** Answers the token for the cookie; kept is its hash, so that a stolen database opens no session. */
  openSession(account: number): string {
    const token = randomBytes(32).toString('base64url');
    this.#db.prepare('DELETE FROM session WHERE until < ?').run(Date.now());
    this.#db
      .prepare('INSERT INTO session (key, account, csrf, until) VALUES (?, ?, ?, ?)')
      .run(keyOf(token), account, randomBytes(32).toString('base64url'), Date.now() + SESSION_MS);
    return token;
  }

  session(token: string): Session | undefined {
    return this.#db
      .prepare(
        'SELECT account, name, csrf FROM session JOIN account ON account.id = account WHERE key = ? AND until > ?',
      )
      .get(keyOf(token), Date.now()) as Session | undefined;
  }

  closeSession(token: string): void {
    this.#db.prepare('DELETE FROM session WHERE key = ?').run(keyOf(token));
  }

  notes(account: number, search: string): Note[] {
    const pattern = `%${search.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
    return this.#db
      .prepare(
        String.raw`SELECT id, title, text FROM note WHERE account = ? AND title LIKE ? ESCAPE '\' ORDER BY id DESC LIMIT ?`,
      )
      .all(account, pattern, MAX_NOTES) as unknown as Note[];
  }

  addNote(account: number, title: string, text: string): void {
    this.#db.prepare('INSERT INTO note (account, title, text) VALUES (?, ?, ?)').run(account, title, text);
  }

  /** Only one's own. */
  removeNote(account: number, id: number): boolean {
    return this.#db.prepare('DELETE FROM note WHERE account = ? AND id = ?').run(account, id).changes > 0;
  }

  close(): void {
    this.#db.close();
  }
}

function keyOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
