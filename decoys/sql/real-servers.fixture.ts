/**
 * Debian's own servers beside the decoys: started by hand in a folder of their own, as an account without rights, on a free port of loopback, and ended
 * with the test. Nothing of an installed service is touched.
 */
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface RealServer {
  readonly port: number;
  stop(): Promise<void>;
}

const START_MS = 45_000;
const POSTGRES = '/usr/lib/postgresql/15/bin';

export const hasMariadb = existsSync('/usr/sbin/mariadbd');
export const hasPostgres = existsSync(`${POSTGRES}/postgres`);

/** As it tells it itself: `10.11.19-MariaDB-0+deb12u1`. */
export function mariadbVersion(): string {
  return / Ver (\S+)/.exec(execFileSync('/usr/sbin/mariadbd', ['-V'], { encoding: 'utf8' }))?.[1] ?? '';
}

/** As it tells it itself: `15.20 (Debian 15.20-0+deb12u1)`. */
export function postgresVersion(): string {
  return /PostgreSQL\) (.+)/.exec(execFileSync(`${POSTGRES}/postgres`, ['-V'], { encoding: 'utf8' }))?.[1] ?? '';
}

/** MariaDB as Debian sets it up, with the account root and its password. */
export async function startMariadb(password: string): Promise<RealServer> {
  const { folder, as } = workplace('mariadb', 'mysql');
  const data = join(folder, 'data');
  const init = join(folder, 'init.sql');
  writeFileSync(
    init,
    `ALTER USER root@localhost IDENTIFIED BY '${password}';\nCREATE USER root@'%' IDENTIFIED BY '${password}';\nGRANT ALL PRIVILEGES ON *.* TO root@'%' WITH GRANT OPTION;\n`,
  );
  execFileSync(
    '/usr/bin/mariadb-install-db',
    [
      '--no-defaults',
      `--datadir=${data}`,
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
      ...(as.uid === undefined ? [] : ['--user=mysql']),
    ],
    { stdio: 'ignore' },
  );
  const port = await freePort();
  const child = spawn(
    '/usr/sbin/mariadbd',
    [
      '--no-defaults',
      `--datadir=${data}`,
      `--socket=${join(folder, 'socket')}`,
      `--pid-file=${join(folder, 'pid')}`,
      '--basedir=/usr',
      '--bind-address=127.0.0.1',
      `--port=${port}`,
      `--init-file=${init}`,
      '--character-set-server=utf8mb4',
      '--collation-server=utf8mb4_general_ci',
      '--expire-logs-days=10',
      '--innodb-flush-log-at-trx-commit=0',
      '--innodb-buffer-pool-size=16M',
    ],
    { ...as, cwd: folder, stdio: 'ignore' },
  );
  return running(child, port, folder, 'SIGTERM', () => answers(port));
}

/** A cluster as Debian makes it, with the role postgres and its password. */
export async function startPostgres(password: string): Promise<RealServer> {
  const { folder, as } = workplace('postgres', 'postgres');
  const data = join(folder, 'data');
  const secret = join(folder, 'password');
  writeFileSync(secret, password);
  execFileSync(
    `${POSTGRES}/initdb`,
    [
      '-D',
      data,
      '-U',
      'postgres',
      '-E',
      'UTF8',
      '--locale=C.UTF-8',
      '--no-sync',
      '-A',
      'scram-sha-256',
      '--pwfile',
      secret,
    ],
    { ...as, cwd: folder, stdio: 'ignore' },
  );
  const port = await freePort();
  const settings = [
    'fsync=off',
    'listen_addresses=127.0.0.1',
    `unix_socket_directories=${folder}`,
    'cluster_name=15/main',
  ];
  const child = spawn(
    `${POSTGRES}/postgres`,
    ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
    { ...as, cwd: folder, stdio: 'ignore' },
  );
  // It listens before it lets anybody in.
  return running(child, port, folder, 'SIGINT', () =>
    succeeds(`${POSTGRES}/pg_isready`, ['-h', '127.0.0.1', '-p', String(port)]),
  );
}

/** A folder that the account may write in. Root may not run these servers: then it is the account that the package made. */
function workplace(name: string, account: string): { folder: string; as: { uid?: number; gid?: number } } {
  const folder = mkdtempSync(join(tmpdir(), `real-${name}-`));
  if (process.getuid?.() !== 0) return { folder, as: {} };
  const [, , uid, gid] = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((line) => line.startsWith(`${account}:`))!
    .split(':');
  chownSync(folder, Number(uid), Number(gid));
  return { folder, as: { uid: Number(uid), gid: Number(gid) } };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function running(
  child: ChildProcess,
  port: number,
  folder: string,
  signal: NodeJS.Signals,
  isReady: () => Promise<boolean>,
): Promise<RealServer> {
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill(signal);
    const kill = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(kill);
    rmSync(folder, { recursive: true, force: true });
  };
  for (const started = Date.now(); ; await sleep(100)) {
    if (await isReady()) return { port, stop };
    if (child.exitCode !== null || Date.now() - started > START_MS) {
      await stop();
      throw new Error(`the server in ${folder} did not start`);
    }
  }
}

function succeeds(program: string, args: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => execFile(program, args, (error) => resolve(error === null)));
}

/** Whether somebody listens who speaks, or waits to be spoken to. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
