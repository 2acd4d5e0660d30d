/**
 * Statements as an attacker could write them, against a session of each server that is logged in already: whatever they are, the answer is a result or a
 * fault in the server's words, within its bounds, and the next statement is served.
 */
import { ManualClock } from '@netsentinel/kernel/clock';
import { createDecoyContext } from '@netsentinel/testkit/decoy-harness';
import { createPersona } from '../persona/persona.ts';
import { MysqlServer } from '../mysql/mysql-server.ts';
import { MysqlSession } from '../mysql/mysql-session.ts';
import { MysqlConfig } from '../mysql/mysql.config.ts';
import { PgServer } from '../postgres/pg-server.ts';
import { PgSession } from '../postgres/pg-session.ts';
import { PostgresConfig } from '../postgres/postgres.config.ts';
import { SqlFault } from './sql-fault.ts';

const NOW = Date.UTC(2026, 10, 21);
const watch = { fileRead() {}, fileWritten() {}, command() {}, outbound() {}, move() {} };
const files = {
  readFile: () => undefined,
  writeFile: () => 'written' as const,
  hasFolder: () => true,
  list: () => [],
  run: () => Promise.resolve({ output: new Uint8Array(0), code: 0 }),
  runCommand: () => '',
  release() {},
};
const persona = createPersona(Buffer.alloc(32, 3), 'debian-12-server');
const { ctx } = createDecoyContext({ clock: new ManualClock(NOW) });
const mysql = new MysqlServer(persona, MysqlConfig.parse({}), ctx);
const postgres = new PgServer(persona, PostgresConfig.parse({}), ctx);
/** What each attacker has made of the servers; a fuzzer cannot wait for the memory. */
const worlds = await Promise.all(
  Array.from({ length: 4 }, async (_, i) => ({
    mysql: await mysql.worlds.of(`192.0.2.${i}`),
    postgres: await postgres.worlds.of(`192.0.2.${i}`),
  })),
);
let count = 0;

/** The first byte chooses the server; the rest is the statement. */
export function fuzz(data: Uint8Array): void {
  const sql = Buffer.from(data.subarray(1)).toString('utf8');
  const at = count++ % worlds.length;
  const run = ((data[0] ?? 0) & 1) === 0 ? openMysql(at) : openPostgres(at);
  try {
    run(sql);
  } catch (error) {
    if (!(error instanceof SqlFault)) throw error;
  }
  run('select 1');
}

function openMysql(at: number): (sql: string) => unknown {
  const session = new MysqlSession({
    server: mysql,
    world: worlds[at]!.mysql,
    connectionId: 7,
    user: 'root',
    accountHost: '%',
    clientHost: '192.0.2.1',
    clientPort: 4000,
    link: { compressed: false },
    clock: () => NOW,
    watch,
    ...files,
  });
  session.useDatabase('mysql');
  return (sql) => session.execute(sql);
}

function openPostgres(at: number): (sql: string) => unknown {
  const world = worlds[at]!.postgres;
  const session = new PgSession({
    server: postgres,
    world,
    database: world.databases.get('postgres')!,
    user: 'postgres',
    pid: 7,
    clientAddress: '192.0.2.1',
    clientPort: 4000,
    serverAddress: '192.0.2.9',
    serverPort: 5432,
    clock: () => NOW,
    watch,
    files,
  });
  return (sql) => {
    if (session.store.inTransaction) session.execute('rollback');
    return session.execute(sql);
  };
}

const STATEMENTS = [
  "select a.user, count(*) as c from mysql.user a left join mysql.db b on a.user = b.user where a.host like '%' group by a.user having c > 0 order by 1 desc limit 1, 2",
  "insert into mysql.db (host, db) values ('a', 'b'), (default, 'c') on duplicate key update db = values(db)",
  'create table t (id int(11) not null auto_increment primary key, n varchar(20) default "x", key k (n)) engine=InnoDB',
  "select concat_ws(0x2c, hex('a'), substring('abc', 2), if(1=1, 'x', null)) union all select group_concat(table_name separator ',') from information_schema.tables",
  "select extractvalue(1, concat(0x7e, (select version()))), sleep(0), benchmark(1, md5('a')), date_add('2024-01-31', interval 1 month)",
  'with recursive r(i) as (select 1 union all select i + 1 from r where i < 3) select * from r',
  "select c.relname, pg_catalog.format_type(a.atttypid, a.atttypmod) from pg_catalog.pg_class c join pg_attribute a on a.attrelid = c.oid where c.relname OPERATOR(pg_catalog.~) '^(pg_class)$' COLLATE pg_catalog.default order by 1",
  "select array(select 1), '{1,2}'::int[], (array[1,2])[1], 1 = any('{1}'), row(1, 'a'), $$x$$ || E'\\n', now() - interval '1 day'",
  "copy (select 1) to '/tmp/x' with (format csv, header)",
  'do $$ begin perform 1; end $$; alter table pg_class add x int',
  'select row_number() over w, sum(1) over (partition by 1 order by 2 desc rows between 1 preceding and unbounded following) from (select 1 a union select 2) t window w as (order by a)',
  "select str_to_date('01,5,2013', '%d,%m,%Y'), json_value('{\"a\": [1]}', '$.a[0]'), inet6_aton('::1'), aes_encrypt('a', 'b'), interval(3, 1, 2), 0b101 + 0",
  "create user if not exists 'a'@'%' identified by 'b', c; grant select, insert on *.* to a@'%' with grant option; revoke all on x.* from a",
  "set global general_log_file = '/var/www/html/x.php', general_log = on, slow_query_log = 1",
  'select count(*), concat(0x7e, floor(rand(0) * 2)) x from information_schema.plugins group by x',
];
export const seeds = STATEMENTS.flatMap((sql) =>
  [0, 1].map((server) => Buffer.concat([Buffer.from([server]), Buffer.from(sql)])),
);
