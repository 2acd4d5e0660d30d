/** An FTP decoy on loopback with all its ports, and a home on its machine like the one that `real-ftpd.ts` makes. */
import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { duplexPair } from 'node:stream';
import { portsIn } from '@netsentinel/contracts/passive-ports';
import type { Decoy, DecoyContext } from '@netsentinel/contracts/decoy';
import { actorOf } from '@netsentinel/kernel/address';
import { ftpDecoy } from '@netsentinel/decoys/ftp/ftp.decoy';
import { FtpConfig } from '@netsentinel/decoys/ftp/ftp.config';
import { personaHost } from '@netsentinel/decoys/service/persona-host';
import type { Machine } from '@netsentinel/decoys/shell/shell.types';
import { createDecoyContext, type RecordedContext } from './decoy-harness.ts';
import { FTP_HOME, FTP_USER } from './ftp-home.ts';
import type { FtpUnderTest } from './ftp-probes.ts';

export interface FtpHarness extends RecordedContext {
  readonly decoy: Decoy;
  readonly port: number;
  /** The machine of whoever comes from loopback. */
  machine(): Promise<Machine>;
  /** The home as it was at first. */
  resetHome(): Promise<void>;
  close(): Promise<void>;
}

const ROOT = { uid: 0, gid: 0, groups: [0] };

/** The same without ports: connections are streams in memory. */
export async function playFtpDecoy(
  options: Record<string, unknown> = {},
): Promise<FtpUnderTest & Pick<FtpHarness, 'failures' | 'resetHome' | 'close'>> {
  const { recorded, config, decoy } = makeDecoy(options);
  const machine = await machineOf(recorded.ctx, config);
  resetHome(machine);
  return {
    failures: recorded.failures,
    quietMs: 300,
    connected: () => Promise.resolve(),
    connect(port = 21) {
      const [ours, theirs] = duplexPair();
      ours.on('close', () => theirs.destroy());
      theirs.on('close', () => ours.destroy());
      decoy.accept({
        stream: ours,
        source: { ip: '127.0.0.1', port: 40_000 },
        destination: { ip: '127.0.0.1', port },
      });
      return theirs;
    },
    resetHome: () => Promise.resolve(resetHome(machine)),
    close: () => decoy.close(),
  };
}

/** Below those that the system gives to clients, of whom other tests have many. */
const PASSIVE = { from: 25_010, to: 25_025 };

/** @param options as in the configuration file; the tester's password is that of the real daemon */
export async function startFtpDecoy(options: Record<string, unknown> = {}): Promise<FtpHarness> {
  const { recorded, config, decoy } = makeDecoy(options);
  const servers: Server[] = [];
  const listen = async (port: number): Promise<number> => {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => {});
      decoy.accept({
        stream: socket,
        source: { ip: socket.remoteAddress ?? '127.0.0.1', port: socket.remotePort ?? 0 },
        destination: { ip: socket.localAddress ?? '127.0.0.1', port: socket.localPort ?? 0 },
      });
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    servers.push(server);
    return (server.address() as { port: number }).port;
  };
  const port = await listen(0);
  for (const passive of portsIn(config.passivePorts)) await listen(passive);
  const machine = (): Promise<Machine> => machineOf(recorded.ctx, config);
  const harness: FtpHarness = {
    ...recorded,
    decoy,
    port,
    machine,
    resetHome: async () => resetHome(await machine()),
    async close() {
      await decoy.close();
      for (const server of servers) {
        server.close();
        await once(server, 'close').catch(() => {});
      }
    },
  };
  await harness.resetHome();
  return harness;
}

function makeDecoy(options: Record<string, unknown>): {
  readonly recorded: RecordedContext;
  readonly config: FtpConfig;
  readonly decoy: Decoy;
} {
  const recorded = createDecoyContext({ id: 'ftp-1' });
  const config = FtpConfig.parse({
    credentials: {
      accept: [{ user: FTP_USER.name, password: FTP_USER.password }],
      anyAfterTries: false,
      weakPairs: false,
    },
    failureDelayMs: 0,
    passivePorts: PASSIVE,
    ...options,
  });
  const decoy = ftpDecoy.create(recorded.ctx, config);
  return { recorded, config, decoy };
}

async function machineOf(ctx: DecoyContext, config: FtpConfig): Promise<Machine> {
  const { machines } = personaHost(ctx, config);
  const lease = await machines.acquire(actorOf('127.0.0.1'));
  return lease.machine;
}

function resetHome(machine: Machine): void {
  const { fs } = machine;
  const { name, uid, gid } = FTP_USER;
  const home = `/home/${name}`;
  if (machine.user(name) === undefined) {
    fs.write('/etc/passwd', Buffer.from(`${name}:x:${uid}:${gid}:,,,:${home}:/bin/bash\n`), ROOT, { append: true });
    fs.write('/etc/group', Buffer.from(`${name}:x:${gid}:\n`), ROOT, { append: true });
  }
  const homes = fs.list('/home', ROOT);
  for (const other of homes.ok ? homes.value : []) remove(`/home/${other}`);
  const root = (path: string): string => (path === '' ? home : `${home}/${path}`);
  for (const entry of FTP_HOME) {
    const path = root(entry.path);
    if (entry.type === 'folder') fs.mkdir(path, ROOT, entry.mode);
    else if (entry.type === 'link') fs.symlink(entry.target, path, { uid, gid, groups: [gid] });
    else fs.write(path, Buffer.from(entry.content), ROOT, { mode: entry.mode });
    if (entry.type !== 'link') fs.chown(path, uid, gid, ROOT);
  }
  for (const entry of FTP_HOME.toReversed()) {
    const seconds = Date.parse(entry.changed) / 1000;
    if (entry.type !== 'link') fs.utimes(root(entry.path), seconds, seconds, ROOT);
  }

  function remove(path: string): void {
    const stat = fs.lstat(path, ROOT);
    if (!stat.ok) return;
    if (stat.value.type === 'directory') {
      const names = fs.list(path, ROOT);
      for (const below of names.ok ? names.value : []) remove(`${path}/${below}`);
      fs.rmdir(path, ROOT);
    } else fs.unlink(path, ROOT);
  }
}
