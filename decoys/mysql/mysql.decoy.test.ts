/** The MySQL decoy as its clients meet it: packets in, packets out, and what is told. */
import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { type PlayedClient, type PlayedService, playService, toldOf } from '../service/session.fixture.ts';
import { mysqlDecoy } from './mysql.decoy.ts';
import { framed } from './packets.ts';

const sha1 = (...parts: readonly Uint8Array[]): Buffer =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha1')).digest();
let played: PlayedService | undefined;

afterEach(async () => {
  await played?.close();
  played = undefined;
});

function play(config: unknown = {}): PlayedService {
  played = playService(mysqlDecoy, {
    credentials: { accept: [{ user: 'root', password: 'secret' }], anyAfterTries: false },
    ...(config as object),
  });
  return played;
}

/** Payloads of what came since it was last asked. */
function payloads(client: PlayedClient): Buffer[] {
  const bytes = Buffer.from(client.take(), 'latin1');
  const list: Buffer[] = [];
  for (let at = 0; at + 4 <= bytes.length;) {
    const length = bytes.readUIntLE(at, 3);
    list.push(bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return list;
}

function native(greeting: Buffer, password: string): Buffer {
  const text = greeting.indexOf(0, 1);
  const scramble = Buffer.concat([greeting.subarray(text + 5, text + 13), greeting.subarray(text + 32, text + 44)]);
  const stage1 = sha1(Buffer.from(password));
  const mask = sha1(scramble, sha1(stage1));
  return Buffer.from(stage1.map((byte, i) => byte ^ mask[i]!));
}

function response(user: string, answer: Uint8Array, plugin = 'mysql_native_password', extra = 0): Buffer {
  const head = Buffer.alloc(32);
  head.writeUInt32LE(0x000fa685 | 0x30000 | extra, 0);
  head.writeUInt32LE(1 << 24, 4);
  head[8] = 45;
  return Buffer.concat([
    head,
    Buffer.from(`${user}\0`),
    Buffer.from([answer.length]),
    answer,
    Buffer.from(`${plugin}\0`),
  ]);
}

async function login(
  service: PlayedService,
  user = 'root',
  password = 'secret',
): Promise<{ client: PlayedClient; answer: Buffer }> {
  const client = service.connect();
  await client.settle();
  const [greeting] = payloads(client);
  await client.send(framed(response(user, password === '' ? Buffer.alloc(0) : native(greeting!, password)), 1));
  await client.settle();
  return { client, answer: payloads(client)[0]! };
}

const NULL = 0xfb;

async function query(client: PlayedClient, sql: string, waitMs = 0): Promise<(string | null)[][] | string> {
  await client.send(framed(Buffer.from(`\u0003${sql}`), 0));
  await client.settle(waitMs);
  const [head, ...rest] = payloads(client);
  if (head === undefined) return 'nothing';
  if (head[0] === 0xff) return `${head.readUInt16LE(1)} ${head.toString('utf8', 9)}`;
  if (head[0] === 0) return `ok ${head[1]} ${head.toString('utf8', 7).replace(/^[^\x20-\x7e]/, '')}`.trim();
  return rest.slice(head[0]! + 1, -1).map((row) => {
    const cells: (string | null)[] = [];
    for (let at = 0; at < row.length;) {
      if (row[at] === NULL) {
        cells.push(null);
        at++;
        continue;
      }
      const long = row[at] === 0xfc;
      const length = long ? row.readUInt16LE(at + 1) : row[at]!;
      at += long ? 3 : 1;
      cells.push(row.toString('utf8', at, at + length));
      at += length;
    }
    return cells;
  });
}

describe('the MySQL decoy', () => {
  it('greets as MariaDB of Debian 12 does, never with the same salt', async () => {
    const service = play();
    const greetings = [];
    for (let i = 0; i < 3; i++) {
      const client = service.connect();
      await client.settle();
      greetings.push(payloads(client)[0]!);
    }
    const text = greetings[0]!.toString('latin1');
    expect(text.slice(1)).toMatch(/^5\.5\.5-10\.11\.\d+-MariaDB-0\+deb12u\d\0/);
    expect(text).toContain('mysql_native_password\0');
    expect(new Set(greetings.map((greeting) => greeting.toString('latin1'))).size).toBe(3);
  });

  it('lets in who proves the password, and tells of it with what the client said', async () => {
    const { client, answer } = await login(play());
    expect(answer[0]).toBe(0);
    expect(await query(client, 'select version(), user(), 7/2')).toEqual([
      [expect.stringContaining('MariaDB'), 'root@198.51.100.7', '3.5000'],
    ]);
    expect(played!.events.find(({ event }) => event.action === 'mysql-login')).toMatchObject({
      user: { name: 'root' },
      event: { outcome: 'success' },
      netsentinel: {
        credential: {
          method: 'mysql_native_password',
          password: 'secret',
          response: expect.stringMatching(/^\$mysqlna\$[0-9a-f]{40}\*[0-9a-f]{40}$/),
        },
      },
    });
  });

  it('refuses in the real words, with the client’s host, and keeps the answer for a cracker', async () => {
    const { client, answer } = await login(play(), 'root', 'wrong');
    expect(answer.toString('latin1')).toContain(
      "#28000Access denied for user 'root'@'198.51.100.7' (using password: YES)",
    );
    expect(client.closed).toBe(true);
    const nobody = await login(played!, 'nobody', '');
    expect(nobody.answer.toString('latin1')).toContain("'nobody'@'198.51.100.7' (using password: NO)");
    expect(toldOf(played!.events).filter((told) => told.startsWith('mysql-login'))).toEqual([
      'mysql-login failure',
      'mysql-login failure',
    ]);
  });

  it('asks clients of other plug-ins to switch, and refuses what is no handshake', async () => {
    const service = play();
    const client = service.connect();
    await client.settle();
    client.take();
    await client.send(framed(response('root', Buffer.alloc(32, 1), 'caching_sha2_password'), 1));
    expect(payloads(client)[0]!.toString('latin1')).toMatch(/^\u00femysql_native_password\0.{20}\0$/s);
    const http = service.connect();
    await http.settle();
    http.take();
    await http.send('GET / HTTP/1.0\r\n\r\n');
    expect(http.take()).toContain('#08S01Got packets out of order');
    const short = service.connect();
    await short.settle();
    short.take();
    await short.send(framed(Buffer.from([1]), 1));
    expect(short.take()).toContain('#08S01Bad handshake');
  });

  it('holds believable tables, and each attacker’s changes apart', async () => {
    const service = play();
    const { client } = await login(service);
    const shop = (await query(
      client,
      "select schema_name from information_schema.schemata where schema_name like '%shop'",
    )) as string[][];
    const database = shop[0]![0]!;
    expect(await query(client, `select count(*) > 100 from ${database}.customers`)).toEqual([['1']]);
    expect(await query(client, `select password_hash like '$2y$10$%' from ${database}.admin_users limit 1`)).toEqual([
      ['1'],
    ]);
    expect(await query(client, `drop table ${database}.customers`)).toBe('ok 0');
    expect(await query(client, `create table ${database}.README (warning text)`)).toBe('ok 0');
    expect(await query(client, `insert into ${database}.README values ('pay')`)).toBe('ok 1');
    const other = service.connect({ ip: '203.0.113.77' });
    await other.settle();
    const [greeting] = payloads(other);
    await other.send(framed(response('root', native(greeting!, 'secret')), 1));
    await other.settle();
    payloads(other);
    expect(await query(other, `select count(*) > 100 from ${database}.customers`)).toEqual([['1']]);
    const again = await login(service);
    expect(await query(again.client, `select * from ${database}.README`)).toEqual([['pay']]);
    const moves = service.events.filter(
      ({ tags }) => tags?.includes('destroy') === true || tags?.includes('ransom') === true,
    );
    expect(moves.map(({ threat }) => threat?.technique?.id?.[0])).toEqual(['T1485', 'T1657']);
  });

  it('answers wrong statements with MariaDB’s numbers and words', async () => {
    const { client } = await login(play());
    expect(await query(client, 'selec 1')).toBe(
      "1064 You have an error in your SQL syntax; check the manual that corresponds to your MariaDB server version for the right syntax to use near 'selec 1' at line 1",
    );
    expect(await query(client, 'select * from nosuch.t')).toBe("1146 Table 'nosuch.t' doesn't exist");
    expect(await query(client, 'select x')).toBe("1054 Unknown column 'x' in 'SELECT'");
    expect(await query(client, 'use nosuch')).toBe("1049 Unknown database 'nosuch'");
    expect(await query(client, "select extractvalue(1, concat(0x7e, 'leak'))")).toBe(
      "1105 XPATH syntax error: '~leak'",
    );
  });

  it('answers odd arguments and its own system tables, and stays there', async () => {
    const service = play();
    const { client } = await login(service);
    expect(await query(client, "select export_set('a', 'y', 'n', '', 4), format('a', 'b')")).toEqual([['nnnn', '0']]);
    for (const table of ['event', 'column_stats'])
      expect(await query(client, `describe mysql.${table}`)).toContainEqual(
        expect.arrayContaining([expect.any(String)]),
      );
    expect(await query(client, 'select 1')).toEqual([['1']]);
    expect(service.failures).toEqual([]);
  });

  it('lets SLEEP take its time', async () => {
    const { client } = await login(play());
    expect(await query(client, 'select sleep(5)', 1000)).toBe('nothing');
    await client.settle(4001);
    expect(payloads(client).length).toBeGreaterThan(2);
  });

  it('reads and writes files of the attacker’s machine, and tells what by', async () => {
    const service = play();
    const { client } = await login(service);
    expect(await query(client, "select load_file('/etc/passwd') like 'root:x:0:0%'")).toEqual([['1']]);
    expect(await query(client, "select load_file('/nonexistent')")).toEqual([[null]]);
    expect(await query(client, "select '<?php system($_GET[1]); ?>' into outfile '/var/www/html/s.php'")).toBe('ok 1');
    expect(await query(client, "select 'x' into outfile '/var/www/html/s.php'")).toBe(
      "1086 File '/var/www/html/s.php' already exists",
    );
    const shell = service.events.find(({ file }) => file?.path === '/var/www/html/s.php');
    expect(shell).toMatchObject({ event: { action: 'mysql-file' }, threat: { technique: { id: ['T1505.003'] } } });
    expect(await query(client, "create function sys_exec returns int soname 'lib_mysqludf_sys.so'")).toMatch(
      /^1126 Can't open shared library/,
    );
    await query(client, "select 0x7f454c46 into dumpfile '/usr/lib/mysql/plugin/lib_mysqludf_sys.so'");
    expect(await query(client, "create function sys_eval returns string soname 'lib_mysqludf_sys.so'")).toBe('ok 0');
    expect(await query(client, "select sys_eval('id')")).toEqual([[expect.stringContaining('(mysql)')]]);
    expect(service.events.some(({ process }) => process?.command_line === 'id')).toBe(true);
  });

  it('takes the client’s own file for LOAD DATA LOCAL', async () => {
    const { client } = await login(play());
    await query(client, 'create database d');
    await query(client, 'create table d.t (a int, b varchar(10))');
    await client.send(framed(Buffer.from("\u0003load data local infile '/tmp/x' into table d.t"), 0));
    expect(payloads(client)[0]!.toString('latin1')).toBe('\u00fb/tmp/x');
    await client.send(Buffer.concat([framed(Buffer.from('1\tone\n2\t\\N\n'), 2), framed(Buffer.alloc(0), 3)]));
    await client.settle();
    expect(payloads(client)[0]![1]).toBe(2);
    expect(await query(client, 'select * from d.t order by a')).toEqual([
      ['1', 'one'],
      ['2', null],
    ]);
    expect(played!.events.some(({ file }) => file?.path === '/tmp/x')).toBe(true);
  });

  it('undoes a transaction, and runs several statements where the client may', async () => {
    const { client } = await login(play());
    await query(client, 'create database d');
    await query(client, 'use d');
    await query(client, 'create table t (id int auto_increment primary key, n varchar(5) not null default "x")');
    await query(client, 'start transaction');
    expect(await query(client, "insert into t (n) values ('a'), ('b')")).toMatch(/^ok 2.*Records: 2/);
    await query(client, 'rollback');
    expect(await query(client, 'select count(*) from t')).toEqual([['0']]);
    await client.send(
      framed(Buffer.from('\u0003insert into t values (); insert into t values (7, default); select 3'), 0),
    );
    expect(payloads(client).length).toBe(2 + 5);
    expect(await query(client, 'show create table t')).toEqual([
      ['t', expect.stringContaining('`id` int(11) NOT NULL AUTO_INCREMENT')],
    ]);
    expect(await query(client, 'describe t')).toEqual([
      ['id', 'int(11)', 'NO', 'PRI', null, 'auto_increment'],
      ['n', 'varchar(5)', 'NO', '', 'x', ''],
    ]);
    expect(await query(client, 'alter table t add c int not null default 5, change n m text')).toMatch(/^ok/);
    expect(await query(client, 'select * from t order by id')).toEqual([
      ['1', 'x', '5'],
      ['7', 'x', '5'],
    ]);
  });

  it('prepares and executes in binary', async () => {
    const { client } = await login(play());
    await client.send(framed(Buffer.from('\u0016select ? + 1, ?'), 0));
    const prepared = payloads(client);
    expect([prepared[0]![0], prepared[0]!.readUInt16LE(5), prepared[0]!.readUInt16LE(7)]).toEqual([0, 2, 2]);
    const execute = Buffer.concat([
      Buffer.from([0x17]),
      prepared[0]!.subarray(1, 5),
      Buffer.from([0, 1, 0, 0, 0, 0, 1, 8, 0, 0xfd, 0]),
      Buffer.from([41, 0, 0, 0, 0, 0, 0, 0, 2]),
      Buffer.from('hi'),
    ]);
    await client.send(framed(execute, 0));
    const row = payloads(client).at(-2)!;
    expect(row.readBigInt64LE(2)).toBe(42n);
    expect(row.toString('latin1', 11)).toBe('hi');
    await client.send(framed(Buffer.from([0x17, 99, 0, 0, 0, 0, 1, 0, 0, 0]), 0));
    expect(payloads(client)[0]!.readUInt16LE(1)).toBe(1243);
    await client.send(framed(Buffer.from([0x0e]), 0));
    expect(payloads(client)[0]![0]).toBe(0);
    await client.send(framed(Buffer.from([0x09]), 0));
    expect(payloads(client)[0]!.toString()).toMatch(/^Uptime: \d+ {2}Threads: /);
    await client.send(framed(Buffer.from([0x55]), 0));
    expect(payloads(client)[0]!.toString()).toContain('Unknown command');
  });

  it('plays MySQL 8 with full authentication over RSA', async () => {
    const service = play({ product: 'mysql', tls: false });
    const client = service.connect();
    await client.settle();
    const [greeting] = payloads(client);
    expect(greeting!.toString('latin1')).toMatch(/8\.0\.\d+.*caching_sha2_password\0$/s);
    await client.send(framed(response('root', Buffer.alloc(32, 3), 'caching_sha2_password'), 1));
    expect(payloads(client)).toEqual([Buffer.from([1, 4])]);
    await client.send(framed(Buffer.from([2]), 3));
    expect(payloads(client)[0]!.toString('latin1')).toContain('BEGIN PUBLIC KEY');
    await client.send(framed(Buffer.alloc(256, 7), 5));
    expect(payloads(client)[0]!.toString('latin1')).toContain('Access denied');
  });

  it('blocks a host that never finishes its handshakes', async () => {
    const service = play();
    for (let i = 0; i < 100; i++) {
      const client = service.connect();
      await client.destroy();
    }
    const client = service.connect();
    await client.settle();
    expect(client.text).toContain(
      "Host '198.51.100.7' is blocked because of many connection errors; unblock with 'mariadb-admin flush-hosts'",
    );
  });
});
