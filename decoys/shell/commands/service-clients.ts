/**
 * The clients and control programs of services: databases that let nobody in from here but whom they know, and have no place for those just now; web servers that say their
 * version and find no fault with their settings.
 */
import { plantedPassword } from '../../honeytoken/draw-honeytokens.ts';
import type { CommandContext, CommandTable } from '../command.types.ts';

async function mysql(ctx: CommandContext): Promise<number> {
  const base = baseName(ctx);
  const { software } = ctx.machine.persona;
  if (ctx.argv.includes('--version') || ctx.argv.includes('-V')) {
    const version = (software.mysql ?? software.mariadb)?.version ?? '8.0';
    ctx.stdout.write(
      software.mariadb === undefined
        ? `${base}  Ver ${version} for Linux on x86_64 ((Ubuntu))\n`
        : `${base}  Ver 15.1 Distrib ${version}, for debian-linux-gnu (x86_64) using  EditLine wrapper\n`,
    );
    return 0;
  }
  const { user = ctx.user.name, password, host, asks } = loginIn(ctx.argv.slice(1), 'u', 'p', 'h');
  const given = asks ? await askPassword(ctx, 'Enter password: ') : password;
  const far = host !== undefined && !/^(?:localhost|127\.|::1)/.test(host);
  const isKnown = given !== undefined && given === plantedPassword(ctx.machine.persona, 'mysql', user);
  const [code, state, text] = far
    ? [2003, 'HY000', `Can't connect to MySQL server on '${host}:3306' (110)`]
    : isKnown
      ? [1040, '08004', 'Too many connections']
      : [
          1045,
          '28000',
          `Access denied for user '${user}'@'localhost' (using password: ${(given ?? '') === '' ? 'NO' : 'YES'})`,
        ];
  if (far) await ctx.sleep(10_000);
  ctx.stderr.write(
    /dump/.test(base)
      ? `${base}: Got error: ${code}: ${text} when trying to connect\n`
      : base === 'mysqladmin'
        ? `mysqladmin: connect to server at '${host ?? 'localhost'}' failed\nerror: '${text}'\n`
        : `ERROR ${code} (${state}): ${text}\n`,
  );
  return base === 'mysql' || base === 'mariadb' ? 1 : 2;
}

async function postgres(ctx: CommandContext): Promise<number> {
  const base = baseName(ctx);
  if (ctx.argv.includes('--version') || ctx.argv.includes('-V')) {
    ctx.stdout.write(`${base} (PostgreSQL) ${ctx.machine.persona.software.postgresql?.version ?? '15'}\n`);
    return 0;
  }
  const { user = ctx.user.name, host } = loginIn(ctx.argv.slice(1), 'U', undefined, 'h');
  if (host === undefined) {
    const reason =
      user !== ctx.user.name
        ? `Peer authentication failed for user "${user}"`
        : user === 'postgres'
          ? 'sorry, too many clients already'
          : `role "${user}" does not exist`;
    ctx.stderr.write(
      `${base}: error: connection to server on socket "/var/run/postgresql/.s.PGSQL.5432" failed: FATAL:  ${reason}\n`,
    );
    return 2;
  }
  const given = ctx.env.get('PGPASSWORD') ?? (await askPassword(ctx, `Password for user ${user}: `));
  const isKnown = given !== '' && given === plantedPassword(ctx.machine.persona, 'postgres', user);
  ctx.stderr.write(
    `${base}: error: connection to server at "${host}", port 5432 failed: FATAL:  ${isKnown ? 'sorry, too many clients already' : `password authentication failed for user "${user}"`}\n`,
  );
  return 2;
}

function redis(ctx: CommandContext): number {
  if (ctx.argv.includes('--version') || ctx.argv.includes('-v')) {
    ctx.stdout.write(`redis-cli ${ctx.machine.persona.software.redis?.version ?? '7.0.15'}\n`);
    return 0;
  }
  ctx.stderr.write('Error: Server closed the connection\n');
  return 1;
}

function apache(ctx: CommandContext): number {
  const base = /httpd|apachectl/.test(baseName(ctx)) ? 'httpd' : 'apache2';
  const { software, os } = ctx.machine.persona;
  const [verb = ''] = ctx.argv.slice(1);
  if (verb === '-v' || verb === '-V') {
    ctx.stdout.write(
      `Server version: ${software.apache?.banner ?? 'Apache/2.4'}\nServer built:   ${os.id === 'rocky' ? 'Nov  2 2025 00:00:00' : '2025-01-14T12:49:57'}\n`,
    );
    return 0;
  }
  if (verb === 'configtest' || verb === '-t')
    ctx.stderr.write(
      `AH00558: ${base}: Could not reliably determine the server's fully qualified domain name, using 127.0.1.1. Set the 'ServerName' directive globally to suppress this message\nSyntax OK\n`,
    );
  return 0;
}

function php(ctx: CommandContext): number {
  if (ctx.argv.some((one) => one === '-v' || one === '--version')) {
    const version = (ctx.machine.persona.software.php?.banner ?? 'PHP/8.1.2').replace('PHP/', '');
    const plain = /^[\d.]+/.exec(version)?.[0] ?? version;
    ctx.stdout.write(
      `PHP ${version} (cli) (built: Jan  7 2025 08:55:00) (NTS)\nCopyright (c) The PHP Group\nZend Engine v${plain.replace(/^8/, '4').replace(/^7/, '3')}, Copyright (c) Zend Technologies\n`,
    );
    return 0;
  }
  const script = ctx.argv.slice(1).find((one) => !one.startsWith('-'));
  if (script !== undefined && !ctx.argv.includes('-r') && !ctx.fs.stat(ctx.resolve(script), ctx.user).ok) {
    ctx.stdout.write(`Could not open input file: ${script}\n`);
    return 1;
  }
  return 0;
}

interface Given {
  user?: string;
  password?: string;
  host?: string;
  /** A password is asked for. */
  asks: boolean;
}

/** What was given of a login: `-u root`, `-uroot`, `--user=root`, and of `-p` nothing but what stands right behind it. */
function loginIn(args: readonly string[], userFlag: string, passwordFlag: string | undefined, hostFlag: string): Given {
  const given: Given = { asks: false };
  for (let at = 0; at < args.length; at++) {
    const one = args[at]!;
    const long = /^--(user|username|password|host)(?:=(.*))?$/s.exec(one);
    const value = long === null ? one.slice(2) : long[2];
    const name = long?.[1] ?? (one.startsWith('-') && !one.startsWith('--') ? one[1] : undefined);
    if (name === 'password' || (name !== undefined && name === passwordFlag)) {
      if (value === undefined || value === '') given.asks = true;
      else given.password = value;
      continue;
    }
    const field =
      name === userFlag || name === 'user' || name === 'username'
        ? 'user'
        : name === hostFlag || name === 'host'
          ? 'host'
          : undefined;
    if (field === undefined) continue;
    given[field] = value === undefined || value === '' ? (args[++at] ?? '') : value;
  }
  return given;
}

async function askPassword(ctx: CommandContext, prompt: string): Promise<string> {
  ctx.stderr.write(prompt);
  ctx.stdin.setEcho(false);
  const line = await ctx.stdin.readLine();
  ctx.stdin.setEcho(true);
  ctx.stderr.write('\n');
  return line ?? '';
}

function baseName({ argv }: CommandContext): string {
  return (argv[0] ?? '').replace(/^.*\//, '');
}

export const serviceClientCommands: CommandTable = {
  mysql: { path: '/usr/bin/mysql', run: mysql },
  mariadb: { path: '/usr/bin/mariadb', run: mysql },
  mysqldump: { path: '/usr/bin/mysqldump', run: mysql },
  'mariadb-dump': { path: '/usr/bin/mariadb-dump', run: mysql },
  mysqladmin: { path: '/usr/bin/mysqladmin', run: mysql },
  psql: { path: '/usr/bin/psql', run: postgres },
  pg_dump: { path: '/usr/bin/pg_dump', run: postgres },
  pg_dumpall: { path: '/usr/bin/pg_dumpall', run: postgres },
  'redis-cli': { path: '/usr/bin/redis-cli', run: redis },
  apache2: { path: '/usr/sbin/apache2', run: apache },
  apache2ctl: { path: '/usr/sbin/apache2ctl', run: apache },
  httpd: { path: '/usr/sbin/httpd', run: apache },
  apachectl: { path: '/usr/sbin/apachectl', run: apache },
  php: { path: '/usr/bin/php', run: php },
};
