import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { summaryOf } from '@netsentinel/contracts/incident';
import { ManualClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { incidentFixture, stateStoreSuite } from '@netsentinel/testkit/contracts/state-store.suite';
import { Kysely } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { migrateState } from '../state.migrations.ts';
import type { StateTables } from '../state.tables.ts';
import { nodeSqliteDialect, SQLITE_STATE } from './node-sqlite.dialect.ts';
import { openSqliteStateReader, openSqliteStateStore } from './sqlite-state.store.ts';

const open = (file: string) => openSqliteStateStore({ file, log: silentLogger, clock: new ManualClock() });

stateStoreSuite('SQLite', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'state-'));
  return {
    open: () => open(join(directory, 'state.db')),
    openBackup: open,
    backupFile: join(directory, 'copy.db'),
    destroy: () => rm(directory, { recursive: true, force: true }),
  };
});

describe('the SQLite file', () => {
  let directory: string;
  let file: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'state-'));
    file = join(directory, 'state.db');
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('is durable at every commit and ours alone', async () => {
    const store = await open(file);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const other = new DatabaseSync(file);
    expect(other.prepare('pragma journal_mode').get()).toEqual({ journal_mode: 'wal' });
    other.close();
    await store.close();
  });

  it('can be read by the command line while the platform writes, and never written', async () => {
    await expect(openSqliteStateReader(file)).rejects.toMatchObject({ code: 'STATE_MISSING' });
    const store = await open(file);
    await store.transaction((tx) => tx.putIncident(incidentFixture('a')));
    const reader = await openSqliteStateReader(file);
    expect((await reader.incidents()).incidents.map((incident) => incident.id)).toEqual(['a']);
    await store.transaction((tx) => tx.putIncident(incidentFixture('b')));
    expect((await reader.incidents()).incidents.length).toBe(2);
    await store.close();
    await reader.close();
    const cold = await openSqliteStateReader(file);
    expect((await cold.incident('b'))?.id).toBe('b');
    await cold.close();
  });

  it('finds the words of incidents that an older release has written', async () => {
    const old = new DatabaseSync(file);
    const db = new Kysely<StateTables>({ dialect: nodeSqliteDialect(old) });
    await migrateState(db, SQLITE_STATE, 0, 1);
    const add = old.prepare(`insert into incidents values (?, '203.0.113.7', 'open', 70, 1, ?, '{}')`);
    for (let i = 0; i < 1001; i++) {
      const id = `i${String(i).padStart(4, '0')}`;
      add.run(id, JSON.stringify(summaryOf(incidentFixture(id, { title: `Storm ${i}x` }))));
    }
    await db.destroy();
    const cold = await openSqliteStateReader(file);
    expect([await cold.exceptions(), await cold.ruleWords(), await cold.ownRules()]).toEqual([[], [], []]);
    await cold.close();
    const store = await open(file);
    const found = await store.read.incidents({ text: 'STORM 1000x' });
    expect(found.incidents.map(({ id }) => id)).toEqual(['i1000']);
    await store.close();
  });

  it('keeps recovery codes that an older release has made', async () => {
    const old = new DatabaseSync(file);
    const db = new Kysely<StateTables>({ dialect: nodeSqliteDialect(old) });
    await migrateState(db, SQLITE_STATE, 0, 13);
    old.exec(`insert into accounts values ('ada', 'x', 'analyst', 1), ('bob', 'x', 'analyst', 1)`);
    old.exec(`insert into second_factors values ('ada', 's', 1, 2, 3, '["a","b"]'), ('bob', 's', 1, null, 0, '[]')`);
    await db.destroy();
    const store = await open(file);
    const { read } = store;
    expect([await read.recoveryHashes('ada'), await read.recoveryHashes('bob')]).toEqual([['a', 'b'], []]);
    const confirmed = { account: 'ada', sealedSecret: 's', createdAt: 1, confirmedAt: 2, lastStep: 3 };
    expect(await read.secondFactor('ada')).toEqual(confirmed);
    await store.close();
  });

  it('refuses to change or forget what the audit holds', async () => {
    const store = await open(file);
    const record = { at: 1, account: 'ada', address: '192.0.2.1', action: 'invite', target: 'invitations' };
    await store.transaction((tx) => tx.addAudit(record));
    const other = new DatabaseSync(file);
    const rewrite = "into audit values (1, 1, 'eve', null, '', 'invite', 'invitations', '', '')";
    for (const statement of [
      "update audit set account = 'eve'",
      'delete from audit',
      `replace ${rewrite}`,
      `insert or ignore ${rewrite}`,
    ])
      expect(() => other.exec(statement)).toThrow('only added to');
    other.close();
    expect((await store.read.audit()).records).toEqual([{ seq: 1, ...record }]);
    await store.close();
  });

  it('refuses what a newer release has written, and what is no database', async () => {
    await (await open(file)).close();
    const other = new DatabaseSync(file);
    other.exec('insert into schema_version values (999, 0)');
    other.close();
    await expect(open(file)).rejects.toMatchObject({ code: 'STATE_TOO_NEW' });
    const broken = join(directory, 'broken.db');
    await writeFile(broken, 'this is no database, whatever its name says, and it is long enough'.repeat(100));
    await expect(open(broken)).rejects.toMatchObject({ code: 'STATE_DAMAGED' });
  });
});
