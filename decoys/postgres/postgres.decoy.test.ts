/** The PostgreSQL decoy as its clients meet it: messages in, messages out, and what is told. */
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { type PlayedClient, type PlayedService, playService } from '../service/session.fixture.ts';
import { i16, i32, message } from './messages.ts';
import { postgresDecoy } from './postgres.decoy.ts';

let played: PlayedService | undefined;

afterEach(async () => {
  await played?.close();
  played = undefined;
});

function play(config: unknown = {}): PlayedService {
  played = playService(postgresDecoy, {
    tls: false,
    credentials: { accept: [{ user: 'postgres', password: 'secret' }], anyAfterTries: false },
    ...(config as object),
  });
  return played;
}

interface Got {
  readonly type: string;
  readonly body: Buffer;
}

function messages(client: PlayedClient): Got[] {
  const bytes = Buffer.from(client.take(), 'latin1');
  const list: Got[] = [];
  for (let at = 0; at + 5 <= bytes.length;) {
    const length = bytes.readUInt32BE(at + 1);
    list.push({ type: String.fromCharCode(bytes[at]!), body: bytes.subarray(at + 5, at + 1 + length) });
    at += 1 + length;
  }
  return list;
}

function startup(...texts: readonly string[]): Buffer {
  const body = Buffer.concat([i32(196_608), Buffer.from(texts.map((text) => `${text}\0`).join('')), Buffer.from([0])]);
  return Buffer.concat([i32(body.length + 4), body]);
}

/** The fields of an error: `C28P01`, `M…`. */
function fields({ body }: Got): string[] {
  return body
    .toString('utf8')
    .split('\0')
    .filter((field) => field !== '');
}

async function scram(client: PlayedClient, password: string, user = 'postgres', database = 'postgres'): Promise<Got[]> {
  await client.send(startup('user', user, 'database', database, 'application_name', 'test'));
  expect(messages(client)[0]!.body.toString('latin1', 4)).toBe('SCRAM-SHA-256\0\0');
  const bare = 'n=,r=clientnonce';
  await client.send(message('p', 'SCRAM-SHA-256', i32(bare.length + 3), Buffer.from(`n,,${bare}`)));
  const first = messages(client)[0]!.body.toString('latin1', 4);
  const [, nonce, salt, rounds] = /^r=(clientnonce[^,]{24}),s=([^,]+),i=(\d+)$/.exec(first)!;
  const salted = pbkdf2Sync(password, Buffer.from(salt!, 'base64'), Number(rounds), 32, 'sha256');
  const key = createHmac('sha256', salted).update('Client Key').digest();
  const plain = `c=biws,r=${nonce}`;
  const signature = createHmac('sha256', createHash('sha256').update(key).digest())
    .update(`${bare},${first},${plain}`)
    .digest();
  await client.send(
    message(
      'p',
      Buffer.from(`${plain},p=${Buffer.from(key.map((byte, i) => byte ^ signature[i]!)).toString('base64')}`),
    ),
  );
  await client.settle();
  return messages(client);
}

async function login(service: PlayedService, database = 'postgres'): Promise<PlayedClient> {
  const client = service.connect();
  const answers = await scram(client, 'secret', 'postgres', database);
  expect(answers.at(-1)).toMatchObject({ type: 'Z' });
  return client;
}

function rowsOf(got: readonly Got[]): (string | null)[][] {
  return got
    .filter(({ type }) => type === 'D')
    .map(({ body }) => {
      const cells: (string | null)[] = [];
      for (let at = 2; at < body.length;) {
        const length = body.readInt32BE(at);
        at += 4;
        cells.push(length < 0 ? null : body.toString('utf8', at, at + length));
        at += Math.max(0, length);
      }
      return cells;
    });
}

async function query(client: PlayedClient, sql: string): Promise<(string | null)[][] | string> {
  await client.send(message('Q', sql));
  await client.settle();
  const got = messages(client);
  const error = got.find(({ type }) => type === 'E');
  if (error !== undefined)
    return fields(error)
      .filter((field) => /^[CM]/.test(field))
      .map((field) => field.slice(1))
      .join(' ');
  const rows = rowsOf(got);
  return rows.length > 0
    ? rows
    : (got
        .find(({ type }) => type === 'C')
        ?.body.toString('latin1')
        .replace('\0', '') ?? got.map(({ type }) => type).join(''));
}

describe('the PostgreSQL decoy', () => {
  it('lets in by SCRAM, proves itself, and tells its parameters in the real order', async () => {
    const client = play().connect();
    const got = await scram(client, 'secret');
    expect(got[0]!.body.toString('latin1', 4)).toMatch(/^v=[A-Za-z0-9+/]{43}=$/);
    expect(got.filter(({ type }) => type === 'S').map(({ body }) => body.toString('latin1').split('\0')[0])).toEqual([
      'application_name',
      'client_encoding',
      'DateStyle',
      'default_transaction_read_only',
      'in_hot_standby',
      'integer_datetimes',
      'IntervalStyle',
      'is_superuser',
      'server_encoding',
      'server_version',
      'session_authorization',
      'standard_conforming_strings',
      'TimeZone',
    ]);
    expect(await query(client, 'select version()')).toEqual([[expect.stringMatching(/^PostgreSQL 15\.\d+ \(Debian/)]]);
    expect(played!.events.find(({ event }) => event.action === 'postgres-login')).toMatchObject({
      event: { outcome: 'success' },
      netsentinel: { credential: { method: 'scram-sha-256', password: 'secret' } },
    });
  });

  it('refuses with the real fields, and finds out weak passwords all the same', async () => {
    const service = play();
    const got = await scram(service.connect(), '123456');
    expect(fields(got[0]!)).toEqual([
      'SFATAL',
      'VFATAL',
      'C28P01',
      'Mpassword authentication failed for user "postgres"',
      'Fauth.c',
      'L334',
      'Rauth_failed',
    ]);
    expect(service.events.at(-2)).toMatchObject({
      event: { outcome: 'failure' },
      netsentinel: { credential: { response: expect.stringContaining('$scram-pbkdf2-sha256$4096$') } },
    });
    const nobody = await scram(service.connect(), 'x', 'nobody');
    expect(fields(nobody[0]!)).toContain('Mpassword authentication failed for user "nobody"');
    const missing = await scram(service.connect(), 'secret', 'postgres', 'nosuch');
    expect(fields(missing.at(-1)!)).toContain('Mdatabase "nosuch" does not exist');
  });

  it('speaks md5 where it is configured, and keeps the answer for a cracker', async () => {
    const client = play({ authentication: 'md5' }).connect();
    await client.send(startup('user', 'postgres'));
    const salt = messages(client)[0]!.body.subarray(4);
    const md5 = (...parts: readonly (string | Uint8Array)[]): string =>
      parts.reduce((hash, part) => hash.update(part), createHash('md5')).digest('hex');
    await client.send(message('p', `md5${md5(md5('secretpostgres'), salt)}`));
    await client.settle();
    expect(messages(client).at(-1)!.type).toBe('Z');
    expect(
      played!.events.find(({ event }) => event.action === 'postgres-login')!.netsentinel!.credential!.response,
    ).toMatch(/^\$postgres\$postgres\*[0-9a-f]{8}\*[0-9a-f]{32}$/);
  });

  it('answers what is no startup as the real one does', async () => {
    const service = play();
    const ask = async (bytes: Buffer | string): Promise<string> => {
      const client = service.connect();
      await client.send(bytes);
      return client.take();
    };
    expect(await ask(Buffer.concat([i32(8), i32(80_877_103)]))).toBe('N');
    expect(await ask(Buffer.concat([i32(8), i32(80_877_104)]))).toBe('G');
    expect(await ask('GET / HTTP/1.0\r\n\r\n')).toBe('');
    expect(await ask(startup())).toContain('no PostgreSQL user name specified in startup packet');
    expect(await ask(Buffer.concat([i32(9), i32(4 << 16), Buffer.from([0])]))).toContain(
      'unsupported frontend protocol 4.0: server supports 3.0 to 3.0',
    );
    expect(await ask(Buffer.concat([i32(9), i32(2 << 16), Buffer.from([0])]))).toBe(
      'EFATAL:  unsupported frontend protocol 2.0: server supports 3.0 to 3.0\n\0',
    );
  });

  it('has the system catalogue, and tables of the persona with what an attacker looks for', async () => {
    const service = play();
    const client = await login(service);
    const [[name]] = (await query(client, "select datname from pg_database where datname like '%_app'")) as [[string]];
    const app = await login(service, name);
    expect(
      await query(
        app,
        "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by 1",
      ),
    ).toEqual([['audit_log'], ['clients'], ['config'], ['invoices'], ['users']]);
    expect(await query(app, "select count(*) > 10, bool_and(password like '$2b$12$%') from users")).toEqual([
      ['t', 't'],
    ]);
    expect(
      await query(
        app,
        "select column_name, data_type from information_schema.columns where table_name = 'users' and ordinal_position < 3",
      ),
    ).toEqual([
      ['id', 'bigint'],
      ['username', 'character varying'],
    ]);
    expect(
      await query(app, "select passwd like 'SCRAM-SHA-256$4096:%' from pg_shadow where usename = 'postgres'"),
    ).toEqual([['t']]);
    expect(
      await query(
        app,
        "select format_type(atttypid, atttypmod) from pg_attribute where attrelid = 'users'::regclass and attname = 'email'",
      ),
    ).toEqual([['character varying(190)']]);
    expect(
      await query(app, 'select is_admin, count(*) from users group by is_admin having count(*) > 0 order by 1 limit 1'),
    ).toEqual([['f', expect.any(String)]]);
  });

  it('says what is wrong in PostgreSQL’s words', async () => {
    const client = await login(play());
    expect(await query(client, 'selec 1')).toBe('42601 syntax error at or near "selec"');
    expect(await query(client, 'select * from nosuch')).toBe('42P01 relation "nosuch" does not exist');
    expect(await query(client, 'select 1/0')).toBe('22012 division by zero');
    expect(await query(client, "select 'a' = 1")).toBe('22P02 invalid input syntax for type integer: "a"');
    expect(await query(client, 'select nosuch(1)')).toBe('42883 function nosuch(integer) does not exist');
    await query(client, 'begin');
    await query(client, 'select nosuch');
    expect(await query(client, 'select 1')).toBe(
      '25P02 current transaction is aborted, commands ignored until end of transaction block',
    );
    expect(await query(client, 'rollback')).toBe('ROLLBACK');
  });

  it('says what is wrong with odd arguments, and stays there', async () => {
    const service = play();
    const client = await login(service);
    expect(await query(client, "select json_array_elements_text('a')")).toBe(
      '22P02 invalid input syntax for type json',
    );
    expect(await query(client, "select json_array_elements_text('{}')")).toBe(
      '22023 cannot extract elements from an object',
    );
    expect(await query(client, "select to_timestamp('a', 'b')")).toMatch(/^22007 /);
    expect(await query(client, "select date_part('year', 'b')")).toMatch(/^22007 /);
    expect(await query(client, 'select greatest()')).toMatch(/^42883 /);
    expect(service.failures).toEqual([]);
  });

  it('runs COPY … FROM PROGRAM on the attacker’s machine, and tells the command', async () => {
    const service = play();
    const client = await login(service);
    expect(await query(client, 'drop table if exists cmd; create table cmd (line text)')).toBe('DROP TABLE');
    await client.send(message('Q', "copy cmd from program 'echo one; echo two'"));
    await client.settle(100);
    expect(messages(client).map(({ type }) => type)).toEqual(['C', 'Z']);
    expect(await query(client, 'select * from cmd')).toEqual([['one'], ['two']]);
    expect(service.events.some(({ process }) => process?.command_line === 'echo one; echo two')).toBe(true);
    expect(service.events.some(({ threat }) => threat?.technique?.id?.[0] === 'T1059.004')).toBe(true);
    await client.send(message('Q', "copy cmd from program 'nosuchcommand_x'"));
    await client.settle(100);
    expect(fields(messages(client)[0]!)).toContain('Mprogram "nosuchcommand_x" failed');
  });

  it('copies tables in and out, and reads files of the server', async () => {
    const client = await login(play());
    await query(client, "create table t (a int, b text); insert into t values (1, E'x\\ty'), (2, null)");
    await client.send(message('Q', 'copy t to stdout'));
    expect(
      messages(client)
        .filter(({ type }) => type === 'd')
        .map(({ body }) => body.toString()),
    ).toEqual(['1\tx\\ty\n', '2\t\\N\n']);
    await client.send(message('Q', 'copy t from stdin with (format csv)'));
    expect(messages(client)[0]!.type).toBe('G');
    await client.send(Buffer.concat([message('d', Buffer.from('3,"a ""q"" b"\n')), message('c')]));
    expect(messages(client)[0]!.body.toString()).toBe('COPY 1\0');
    expect(await query(client, 'select b from t where a = 3')).toEqual([['a "q" b']]);
    expect(await query(client, "select pg_read_file('/etc/passwd') like 'root:x:0:0%'")).toEqual([['t']]);
    expect(await query(client, "select lo_import('/etc/passwd') > 0")).toEqual([['t']]);
    expect(await query(client, "select pg_read_file('/nonexistent')")).toBe(
      '58P01 could not open file "/nonexistent" for reading: No such file or directory',
    );
    expect(await query(client, 'create extension nosuch')).toMatch(/^0A000 extension "nosuch" is not available/);
    expect(await query(client, "create user eve superuser password 'x'")).toBe('CREATE ROLE');
    expect(played!.events.some(({ tags }) => tags?.includes('account') === true)).toBe(true);
  });

  it('changes an attacker’s copy: tables, keys, transactions, cursors', async () => {
    const client = await login(play());
    expect(
      await query(client, "create table t (id serial primary key, n varchar(5) not null default 'x', unique (n))"),
    ).toBe('CREATE TABLE');
    expect(await query(client, "insert into t (n) values ('a'), ('b') returning id, n")).toEqual([
      ['1', 'a'],
      ['2', 'b'],
    ]);
    expect(await query(client, "insert into t (n) values ('a')")).toBe(
      '23505 duplicate key value violates unique constraint "t_n_key"',
    );
    expect(
      await query(client, "insert into t (id, n) values (1, 'c') on conflict (id) do update set n = excluded.n"),
    ).toBe('INSERT 0 1');
    expect(await query(client, 'update t set n = upper(n) where id = 1')).toBe('UPDATE 1');
    await query(client, 'begin');
    await query(client, 'delete from t');
    await query(client, 'declare c cursor for select generate_series(1, 3)');
    expect(await query(client, 'fetch 2 from c')).toEqual([['1'], ['2']]);
    await query(client, 'rollback');
    expect(await query(client, 'select n from t order by n')).toEqual([['C'], ['b']]);
    expect(await query(client, 'alter table t add column v numeric(6,2) default 1.5')).toBe('ALTER TABLE');
    expect(await query(client, 'select sum(v), max(n), count(*) from t')).toEqual([['3.00', 'b', '2']]);
    expect(await query(client, 'create view w as select n from t; select * from w limit 1')).toEqual([['C']]);
    expect(
      await query(
        client,
        'with recursive r(i) as (select 1 union all select i + 1 from r where i < 3) select string_agg(i::text, $$,$$) from r',
      ),
    ).toEqual([['1,2,3']]);
    expect(await query(client, 'explain select * from t')).toEqual([[expect.stringContaining('Seq Scan on t')]]);
    expect(await query(client, 'show server_version_num')).toEqual([[expect.stringMatching(/^1500\d\d$/)]]);
    expect(await query(client, 'set work_mem = 128; show work_mem')).toEqual([[expect.stringContaining('128')]]);
  });

  it('speaks the extended protocol, binary too, and skips to Sync after an error', async () => {
    const client = await login(play());
    const parse = message('P', 's', 'select $1::int + 1, $2::text', i16(0));
    const bind = message(
      'B',
      '',
      's',
      i16(2),
      i16(1),
      i16(0),
      i16(2),
      i32(4),
      i32(41),
      i32(2),
      Buffer.from('hi'),
      i16(2),
      i16(1),
      i16(0),
    );
    await client.send(
      Buffer.concat([
        parse,
        message('D', Buffer.from('S'), 's'),
        bind,
        message('D', Buffer.from('P'), ''),
        message('E', '', i32(0)),
        message('S'),
      ]),
    );
    const got = messages(client);
    expect(got.map(({ type }) => type).join('')).toBe('1tT2TDCZ');
    const row = got.find(({ type }) => type === 'D')!.body;
    expect([row.readInt32BE(6), row.toString('latin1', 14)]).toEqual([42, 'hi']);
    await client.send(
      Buffer.concat([message('P', '', 'select nosuch', i16(0)), message('E', '', i32(0)), message('S')]),
    );
    expect(
      messages(client)
        .map(({ type }) => type)
        .join(''),
    ).toBe('EZ');
    await client.send(Buffer.concat([message('C', Buffer.from('S'), 's'), message('S')]));
    expect(
      messages(client)
        .map(({ type }) => type)
        .join(''),
    ).toBe('3Z');
    await client.send(message('z'));
    expect(fields(messages(client)[0]!)).toContain('Minvalid frontend message type 122');
    expect(client.closed).toBe(true);
  });

  it('lets pg_sleep take its time, until a cancel request ends it', async () => {
    const service = play();
    const client = service.connect();
    const key = (await scram(client, 'secret')).find(({ type }) => type === 'K')!.body;
    await client.send(message('Q', 'select pg_sleep(100)'));
    await client.settle(2000);
    expect(messages(client)).toEqual([]);
    const other = service.connect();
    await other.send(Buffer.concat([i32(16), i32(80_877_102), key]));
    await client.settle();
    expect(fields(messages(client)[0]!)).toContain('Mcanceling statement due to user request');
  });
});
