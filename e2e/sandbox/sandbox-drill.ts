/**
 * Puts an attacker in the decoy host's place, with things worth stealing around it, and reports what it got as JSON. Run as
 * `node sandbox-drill.ts [none|open]`: the best level that this user may have, the permission model alone, or nothing at all, to see the
 * attempts succeed.
 */
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Event } from '@netsentinel/contracts/event';
import { systemClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { decodeEvent } from '@netsentinel/kernel/event-record';
import { socketPair } from '@netsentinel/kernel/socket-pair';
import { normaliseSensorEvent } from '@netsentinel/normalise/decoy/decoy.parser';
import { passingKeyring } from '@netsentinel/kernel/keyring';
import { openFileBlobStore } from '@netsentinel/store/blobs/files/file-blob.store';
import { openSqliteStateStore } from '@netsentinel/store/state/sqlite/sqlite-state.store';
import { openEmbeddedStream } from '@netsentinel/stream/embedded/embedded-stream';
import { StreamConfig } from '@netsentinel/stream/stream.config';
import { HOME } from '../../apps/netsentinel/cli/settings.ts';
import { codeCacheFolder } from '../../apps/netsentinel/launcher/code-cache.ts';
import { decoyHostProgram } from '../../apps/netsentinel/launcher/confinements.ts';
import { dataFolder, installSeed, prepareDataFolder } from '../../apps/netsentinel/launcher/data-folder.ts';
import { probeSandbox, spawnConfined } from '../../apps/netsentinel/launcher/sandbox.ts';
import { serveSensor } from '../../apps/netsentinel/platform/sensor-link.ts';
import type { DrillReport, Outcome, Targets } from './sandbox-drill.types.ts';

const SECRET = 'WORTH-STEALING';
const PER_ATTEMPT_MS = 10_000;

const work = mkdtempSync(join(tmpdir(), 'ns-drill-'));
try {
  process.stdout.write(`${JSON.stringify(await drill(process.argv[2]))}\n`);
} finally {
  rmSync(work, { recursive: true, force: true });
}
process.exit(0);

async function drill(without: string | undefined): Promise<DrillReport> {
  process.env['SECRET'] = SECRET;
  const folder = dataFolder(join(work, 'data'));
  prepareDataFolder(folder, undefined);
  installSeed(folder);
  const config = join(work, 'netsentinel.yaml');
  const key = join(work, 'console.key');
  for (const file of [config, key, join(folder.platform, 'secrets')]) writeFileSync(file, SECRET, { mode: 0o600 });
  const writable = join(work, 'writable');
  mkdirSync(writable);
  chmodSync(writable, 0o777);
  chmodSync(work, 0o755);

  const ports = {
    state: await openSqliteStateStore({
      file: join(folder.platform, 'state.db'),
      log: silentLogger,
      clock: systemClock,
    }),
    stream: await openEmbeddedStream({
      directory: join(folder.platform, 'stream'),
      ...StreamConfig.parse({}),
      clock: systemClock,
      log: silentLogger,
    }),
    blobs: await openFileBlobStore({
      directory: join(folder.platform, 'blobs'),
      maxBlobBytes: 1e6,
      keys: passingKeyring(),
      log: silentLogger,
    }),
    clock: systemClock,
    log: silentLogger,
    normalise: normaliseSensorEvent,
    onTerminal: () => {},
    onHeartbeat: () => {},
    onCollecting: () => {},
    onKept: () => {},
  };
  // What listens on a real machine: a service, and the control sockets.
  const tcp = createServer((socket) => socket.end());
  tcp.listen(0, '0.0.0.0');
  await once(tcp, 'listening');
  for (const path of [folder.platformSocket, folder.enforcerSocket, '\0netsentinel-drill']) {
    const server = createServer((socket) => socket.end());
    server.listen(path);
    await once(server, 'listening');
    // The harder case: nothing but the confinement protects it.
    if (!path.startsWith('\0')) chmodSync(path, 0o777);
  }
  const udp = createSocket('udp4');
  let datagrams = 0;
  udp.on('message', () => datagrams++);
  udp.bind(0, '127.0.0.1');
  await once(udp, 'listening');
  const helper = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore', env: { SECRET } });

  const targets: Targets = {
    files: [
      join(folder.platform, 'state.db'),
      join(folder.platform, 'secrets'),
      join(folder.root, 'install.json'),
      join(folder.root, 'VERSION'),
      config,
      key,
    ],
    sockets: [folder.platformSocket, folder.enforcerSocket],
    folder: folder.root,
    writable,
    readable: HOME,
    secret: SECRET,
    otherPid: helper.pid!,
    starterPid: process.pid,
    tcpPort: (tcp.address() as AddressInfo).port,
    udpPort: udp.address().port,
    ownNetwork: without === undefined && probeSandbox().level !== 'none',
    unconfined: without === 'open',
    ownAddress:
      Object.values(networkInterfaces())
        .flat()
        .find((one) => one?.family === 'IPv4' && !one.internal)?.address ?? '127.0.0.2',
  };

  const report = without !== undefined ? { level: 'none' as const } : probeSandbox();
  const program = decoyHostProgram(HOME);
  // Its own files besides, in place of the decoy host's entry.
  const script = [join(HOME, 'e2e', 'sandbox', 'attacker.ts'), join(HOME, 'e2e', 'package.json')];
  const child = spawnConfined(
    script[0]!,
    {
      ...program.confinement,
      ...(without === 'open' ? { permissionModel: false, nodeOptions: [] } : {}),
      read: [...program.confinement.read, ...script],
    },
    report,
    without === undefined && existsSync(codeCacheFolder(HOME)) ? codeCacheFolder(HOME) : undefined,
  );
  child.stderr?.pipe(process.stderr);
  let outcomes: Outcome[] = [];
  let port = 0;
  let trying = 'start';
  await new Promise<void>((resolve, reject) => {
    let timer = setTimeout(reject, PER_ATTEMPT_MS, new Error('the attacker did not start'));
    child.on('message', (raw) => {
      const message = raw as { t: string; name: string; outcomes: Outcome[]; port: number };
      clearTimeout(timer);
      timer = setTimeout(() => reject(new Error(`"${trying}" got the process out of sight`)), PER_ATTEMPT_MS);
      if (message.t === 'here') child.send({ t: 'go', targets });
      else if (message.t === 'trying') trying = message.name;
      else {
        ({ outcomes, port } = message);
        clearTimeout(timer);
        resolve();
      }
    });
    child.once('exit', (code, signal) => reject(new Error(`the attacker ended (${code} ${signal}) at "${trying}"`)));
  });

  const listenerReached = await reaches(port);
  const [near, far] = await socketPair(folder.enforcer);
  const link = serveSensor(near, { id: 'decoys', type: 'decoy-host' }, ports);
  const closed = once(near, 'close');
  child.send({ t: 'wire' }, far);
  // The second hello ends the link.
  await closed;
  link.close();
  const events = await everything(ports.stream);
  child.removeAllListeners('exit');
  child.kill('SIGKILL');
  const result: DrillReport = {
    level: report.level,
    outcomes,
    datagrams,
    listenerReached,
    helperAlive: helper.exitCode === null && helper.signalCode === null,
    forgedEvents: events.filter(
      (event) => event.netsentinel.sensor.id !== 'decoys' || event.event.id.startsWith('other'),
    ).length,
    ownEvents: events.length,
    forgedRecordings: readdirSync(folder.platform, { recursive: true }).filter(
      (name) => String(name).includes('other~') || String(name).includes('..~'),
    ).length,
    forgedMemories: (await ports.state.read.memory('other', 'forged')) === undefined ? 0 : 1,
  };
  helper.kill('SIGKILL');
  return result;
}

async function reaches(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port });
  try {
    await once(socket, 'data', { signal: AbortSignal.timeout(2_000) });
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function everything(stream: Awaited<ReturnType<typeof openEmbeddedStream>>): Promise<Event[]> {
  const consumer = await stream.consume({ group: 'drill' });
  const events: Event[] = [];
  for (;;) {
    const records = await consumer.next(AbortSignal.timeout(500));
    if (records.length === 0) break;
    for (const record of records) events.push(decodeEvent(record.value));
  }
  return events;
}
