/** What attackers take away with their tools, and whether it holds: dumps go into the real servers, sqlmap gets to its end. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type DecoyListener,
  type RecordedContext,
  createDecoyContext,
  listenFor,
} from '@netsentinel/testkit/decoy-harness';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MysqlClient } from '../mysql/mysql-client.fixture.ts';
import { mysqlDecoy } from '../mysql/mysql.decoy.ts';
import { PostgresClient } from '../postgres/postgres-client.fixture.ts';
import { postgresDecoy } from '../postgres/postgres.decoy.ts';
import { openInjectionPage } from './injection-page.fixture.ts';
import { hasMariadb, hasPostgres, startMariadb, startPostgres } from './real-servers.fixture.ts';

const PASSWORD = 'secret';
const folder = mkdtempSync(join(tmpdir(), 'sql-attackers-'));
const credentials = (user: string) => ({
  persona: 'debian-12-database',
  credentials: { accept: [{ user, password: PASSWORD }], anyAfterTries: false, weakPairs: false },
});
let mysql: DecoyListener & RecordedContext;
let mysqlWithTls: DecoyListener & RecordedContext;
let postgres: DecoyListener & RecordedContext;

function run(
  program: string,
  args: readonly string[],
  options: { readonly input?: string; readonly timeoutMs?: number } = {},
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  return new Promise((resolve) => {
    const env = { ...process.env, HOME: folder, PGPASSWORD: PASSWORD };
    const timeout = options.timeoutMs ?? 50_000;
    const child = execFile(program, args, { timeout, env, maxBuffer: 1 << 27 }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, out, err }),
    );
    child.stdin!.on('error', () => {});
    child.stdin!.end(options.input ?? '');
  });
}

const has = (program: string): boolean => existsSync(`/usr/bin/${program}`);
const mariadb = (port: number): string[] => ['--no-defaults', '-uroot', `-p${PASSWORD}`, '-h127.0.0.1', `-P${port}`];
const psql = (port: number): string[] => ['-h', '127.0.0.1', '-p', String(port), '-U', 'postgres'];

beforeAll(async () => {
  const open = async (id: string, config: object): Promise<DecoyListener & RecordedContext> => {
    const recorded = createDecoyContext({ id });
    const decoy = id.startsWith('mysql')
      ? mysqlDecoy.create(recorded.ctx, mysqlDecoy.config.parse(config))
      : postgresDecoy.create(recorded.ctx, postgresDecoy.config.parse(config));
    return { ...recorded, ...(await listenFor(decoy)) };
  };
  mysql = await open('mysql-1', credentials('root'));
  mysqlWithTls = await open('mysql-2', { ...credentials('root'), tls: true });
  postgres = await open('postgres-1', credentials('postgres'));
});

afterAll(async () => {
  for (const each of [mysql, mysqlWithTls, postgres]) await each.close();
  rmSync(folder, { recursive: true, force: true });
});

describe.runIf(hasMariadb && has('mariadb'))('what leaves the MySQL decoy', () => {
  it('is a dump of everything that a real MariaDB takes back', { timeout: 60_000 }, async () => {
    const [dump, real] = await Promise.all([
      run('mariadb-dump', [...mariadb(mysql.port), '--all-databases', '--routines', '--events', '--triggers']),
      startMariadb(PASSWORD),
    ]);
    try {
      expect([dump.code, dump.err]).toEqual([0, '']);
      expect(await run('mariadb', mariadb(real.port), { input: dump.out })).toMatchObject({ code: 0, err: '' });
      const count = 'select (select count(*) from shop.customers), (select count(*) from shop.orders)';
      const [theirs, ours] = await Promise.all(
        [real.port, mysql.port].map((port) => run('mariadb', [...mariadb(port), '-B', '-N', '-e', count])),
      );
      expect(theirs!.out).toMatch(/^\d{3}\t\d{3}\n$/);
      expect(theirs!.out).toBe(ours!.out);
    } finally {
      await real.stop();
    }
  });

  it('goes compressed, and over TLS, where the client asks for it', async () => {
    const statement = "select repeat('x', 4000); show status like 'compression'; show status like 'ssl_version'";
    const compressed = await run('mariadb', [...mariadb(mysql.port), '-C', '-B', '-N', '-e', statement]);
    expect([compressed.code, compressed.out]).toEqual([0, `${'x'.repeat(4000)}\nCompression\tON\nSsl_version\t\n`]);
    const both = await run('mariadb', [...mariadb(mysqlWithTls.port), '--ssl', '-C', '-B', '-N', '-e', statement]);
    expect([both.code, both.out.split('\n').at(-2)]).toEqual([0, 'Ssl_version\tTLSv1.3']);
    expect((await run('mariadb-dump', [...mariadb(mysqlWithTls.port), '--ssl', '-C', 'shop'])).out).toContain(
      'INSERT INTO `customers`',
    );
  });

  it.runIf(has('sqlmap'))('goes through sqlmap: error, union and blind', { timeout: 60_000 }, async () => {
    const page = await openInjectionPage('select id, username from users where id = ', async (sql) => {
      const client = await MysqlClient.login(mysql.port, 'root', PASSWORD);
      try {
        await client.ask(`use ${/^\w+_crm$/m.exec(await client.ask('show databases'))![0]}`);
        return await client.ask(sql);
      } finally {
        client.close();
      }
    });
    const { out } = await sqlmap(page.url, [
      '--technique=BEU',
      '--is-dba',
      '--dbs',
      '-T',
      'users',
      '-C',
      'username,email',
      '--dump',
    ]);
    await page.close();
    expect(out).toContain(
      "is 'MySQL >= 5.0 AND error-based - WHERE, HAVING, ORDER BY or GROUP BY clause (FLOOR)' injectable",
    );
    expect(out).toMatch(/back-end DBMS: MySQL >= 5.0 \(MariaDB fork\)/);
    expect(out).toContain('current user is DBA: True');
    expect(out).toMatch(/\| admin +\| admin@/);
    expect(mysql.events.some(({ event }) => event.action === 'mysql-honeytoken')).toBe(true);
  });
});

describe.runIf(hasPostgres && has('psql'))('what leaves the PostgreSQL decoy', () => {
  it('is dumps that a real PostgreSQL takes back', { timeout: 60_000 }, async () => {
    const real = await startPostgres(PASSWORD);
    try {
      const roles = await run('pg_dumpall', [...psql(postgres.port), '--roles-only']);
      expect([roles.code, roles.err]).toEqual([0, '']);
      await run('psql', ['-X', '-q', ...psql(real.port), '-d', 'postgres'], {
        // Ours keeps its own password.
        input: roles.out.replace(/^.*ROLE postgres\b.*$/gm, ''),
      });
      for (const format of ['plain', 'custom']) {
        const file = join(folder, format);
        expect(
          await run('pg_dump', [...psql(postgres.port), '-F', format[0]!, '-f', file, 'accounting']),
        ).toMatchObject({ code: 0, err: '' });
        const database = `back_${format}`;
        await run('createdb', [...psql(real.port), database]);
        const restored =
          format === 'plain'
            ? await run('psql', ['-X', '-q', ...psql(real.port), '-d', database, '-v', 'ON_ERROR_STOP=1', '-f', file])
            : await run('pg_restore', [...psql(real.port), '-d', database, '--exit-on-error', file]);
        expect(restored).toMatchObject({ code: 0, err: '' });
        const count = ['-At', '-c', 'select count(*), max(id) from users'];
        expect((await run('psql', ['-X', ...psql(real.port), '-d', database, ...count])).out).toMatch(/^(\d+)\|\1\n$/);
      }
    } finally {
      await real.stop();
    }
  });

  it.runIf(has('sqlmap'))('goes through sqlmap: error, union and blind', { timeout: 60_000 }, async () => {
    const page = await openInjectionPage('select id, username from users where id = ', async (sql) => {
      const client = await PostgresClient.login(postgres.port, 'postgres', PASSWORD, 'accounting');
      try {
        return await client.ask(sql);
      } finally {
        client.close();
      }
    });
    const { out } = await sqlmap(page.url, [
      '--technique=BEU',
      '--is-dba',
      '--users',
      '-D',
      'public',
      '-T',
      'users',
      '-C',
      'username,email',
      '--dump',
    ]);
    await page.close();
    expect(out).toContain("is 'PostgreSQL AND error-based - WHERE or HAVING clause' injectable");
    expect(out).toContain('back-end DBMS: PostgreSQL');
    expect(out).toContain('current user is DBA: True');
    expect(out).toMatch(/\| admin +\| admin@/);
  });
});

describe('both', () => {
  it('met no error of their own', () => {
    expect([...mysql.failures, ...mysqlWithTls.failures, ...postgres.failures]).toEqual([]);
  });
});

function sqlmap(url: string, args: readonly string[]): ReturnType<typeof run> {
  const output = mkdtempSync(join(folder, 'sqlmap-'));
  return run('sqlmap', ['-u', url, '--batch', '--disable-coloring', `--output-dir=${output}`, ...args], {
    timeoutMs: 55_000,
  });
}
