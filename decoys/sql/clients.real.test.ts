/** The clients and tools of MySQL and PostgreSQL, as Debian ships them, against the decoys on a port of loopback. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createDecoyContext,
  listenFor,
  type DecoyListener,
  type RecordedContext,
} from '@netsentinel/testkit/decoy-harness';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mysqlDecoy } from '../mysql/mysql.decoy.ts';
import { postgresDecoy } from '../postgres/postgres.decoy.ts';

const folder = mkdtempSync(join(tmpdir(), 'sql-clients-'));
const passwords = join(folder, 'passwords');
const credentials = (user: string) => ({
  credentials: { accept: [{ user, password: 'secret' }], anyAfterTries: false, weakPairs: false },
});
let mysql: DecoyListener & RecordedContext;
let postgres: DecoyListener & RecordedContext;

function run(
  program: string,
  args: readonly string[],
  options: { readonly input?: string } = {},
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  return new Promise((resolve) => {
    const env = { ...process.env, HOME: folder, PGPASSWORD: 'secret', PGSSLMODE: 'prefer' };
    const child = execFile(program, args, { timeout: 60_000, env, maxBuffer: 1 << 26 }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, out, err }),
    );
    child.stdin!.end(options.input ?? '');
  });
}

const has = (program: string): boolean => existsSync(`/usr/bin/${program}`);

beforeAll(async () => {
  writeFileSync(passwords, 'wrong\nletmein\nsecret\n');
  const my = createDecoyContext({ id: 'mysql-1' });
  mysql = { ...my, ...(await listenFor(mysqlDecoy.create(my.ctx, mysqlDecoy.config.parse(credentials('root'))))) };
  const pg = createDecoyContext({ id: 'postgres-1' });
  postgres = {
    ...pg,
    ...(await listenFor(postgresDecoy.create(pg.ctx, postgresDecoy.config.parse(credentials('postgres'))))),
  };
});

afterAll(async () => {
  await mysql.close();
  await postgres.close();
  rmSync(folder, { recursive: true, force: true });
});

describe.runIf(has('mariadb'))('the MySQL decoy and its clients', () => {
  const login = (): string[] => ['--no-defaults', '-uroot', '-psecret', '-h127.0.0.1', `-P${mysql.port}`];

  it('answers the command line client', async () => {
    const { out, code } = await run('mariadb', [
      ...login(),
      '-B',
      '-N',
      '-e',
      'select 7/2, version(); show databases; use wordpress; select count(*) > 2 from wp_users',
    ]);
    expect(code).toBe(0);
    expect(out.split('\n')).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^3\.5000\t10\.11\.\d+-MariaDB/),
        'information_schema',
        'wordpress',
        '1',
      ]),
    );
  });

  it('tells a wrong password as the real one does', async () => {
    const { err } = await run('mariadb', [
      '--no-defaults',
      '-uroot',
      '-pwrong',
      '-h127.0.0.1',
      `-P${mysql.port}`,
      '-e',
      'select 1',
    ]);
    expect(err).toContain("ERROR 1045 (28000): Access denied for user 'root'@'localhost' (using password: YES)");
  });

  it('can be dumped, and what was dumped be put back', async () => {
    const dump = await run('mariadb-dump', [...login(), 'wordpress']);
    expect([dump.code, dump.err]).toEqual([0, '']);
    expect(dump.out).toMatch(/INSERT INTO `wp_users` VALUES\s*\(1,'admin','\$P\$B/);
    expect((await run('mariadb', [...login(), '-e', 'create database back'])).code).toBe(0);
    expect(await run('mariadb', [...login(), 'back'], { input: dump.out })).toMatchObject({ code: 0, err: '' });
    const count = await run('mariadb', [
      ...login(),
      '-B',
      '-N',
      '-e',
      'select (select count(*) from back.wp_options) = (select count(*) from wordpress.wp_options)',
    ]);
    expect(count.out).toBe('1\n');
    expect((await run('mariadb-dump', [...login(), '--all-databases'])).code).toBe(0);
    expect((await run('mariadb-admin', [...login(), 'status'])).out).toMatch(/^Uptime: \d+ {2}Threads/);
  });

  it.runIf(has('hydra'))('gives hydra its password', async () => {
    expect(
      (await run('hydra', ['-l', 'root', '-P', passwords, '-s', String(mysql.port), '127.0.0.1', 'mysql'])).out,
    ).toMatch(/login: root\s+password: secret/);
  });

  it.runIf(has('medusa'))('gives medusa its password', async () => {
    expect(
      (await run('medusa', ['-h', '127.0.0.1', '-n', String(mysql.port), '-u', 'root', '-P', passwords, '-M', 'mysql']))
        .out,
    ).toContain('Password: secret [SUCCESS]');
  });

  it.runIf(has('nmap'))('is what nmap expects', async () => {
    const { out } = await run('nmap', ['-Pn', '-sV', '--script', 'mysql-info', '-p', String(mysql.port), '127.0.0.1']);
    expect(out).toMatch(/open +mysql +MySQL 5\.5\.5-10\.11\.\d+-MariaDB-0\+deb12u\d/);
    expect(out).toContain('Auth Plugin Name: mysql_native_password');
  });
});

describe.runIf(has('psql'))('the PostgreSQL decoy and its clients', () => {
  const login = (): string[] => ['-h', '127.0.0.1', '-p', String(postgres.port), '-U', 'postgres'];
  const psql = (database: string, ...commands: readonly string[]) =>
    run('psql', ['-X', ...login(), '-d', database, '-At', ...commands.flatMap((command) => ['-c', command])]);

  it('answers psql over TLS, with its short commands', async () => {
    const database = (await psql('postgres', "select datname from pg_database where datname like '%_app'")).out.trim();
    const { out, code, err } = await psql(
      database,
      '\\conninfo',
      '\\l',
      '\\dt',
      '\\d users',
      '\\du',
      '\\dn',
      '\\df',
      '\\dx',
      '\\di',
    );
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('SSL connection (protocol: TLSv1.3');
    expect(out).toContain('public|users|table|app');
    const { out: users } = await run('psql', ['-X', ...login(), '-d', database, '-c', '\\d users']);
    expect(users).toContain('"users_pkey" PRIMARY KEY, btree (id)');
    expect(out).toContain('postgres|Superuser, Create role, Create DB, Replication, Bypass RLS|{}');
  });

  it('can be dumped, all of it, and what was dumped be put back', async () => {
    const database = (await psql('postgres', "select datname from pg_database where datname like '%_app'")).out.trim();
    const dump = await run('pg_dump', [...login(), database]);
    expect([dump.code, dump.err]).toEqual([0, '']);
    expect(dump.out).toContain('COPY public.users (id, username, email, password');
    expect((await psql('postgres', 'create database back')).code).toBe(0);
    expect(
      await run('psql', ['-X', '-q', ...login(), '-d', 'back', '-v', 'ON_ERROR_STOP=1'], { input: dump.out }),
    ).toMatchObject({ code: 0, err: '' });
    expect((await psql('back', 'select count(*) > 100 from invoices')).out).toBe('t\n');
    expect(await run('pg_dumpall', login())).toMatchObject({ code: 0, err: '' });
  });

  it('shows errors with their line and hint', async () => {
    const { err } = await psql('postgres', "select 'a'::text = 1");
    expect(err).toMatch(
      /^ERROR: {2}operator does not exist: text = integer\nLINE 1: select 'a'::text = 1\n +\^\nHINT: {2}No operator matches/,
    );
  });

  it.runIf(has('nmap'))('is what nmap expects', async () => {
    const { out } = await run('nmap', ['-Pn', '-sV', '-p', String(postgres.port), '127.0.0.1']);
    expect(out).toMatch(/open +(ssl\/)?postgresql +PostgreSQL DB/);
  });
});

describe('both', () => {
  it('met no error of their own', () => {
    expect([...mysql.failures, ...postgres.failures]).toEqual([]);
  });
});
