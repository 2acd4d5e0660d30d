/** How each app is started when it is alone, and what it must do to count as started. Each answers what it was seen doing. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { stripVTControlCharacters } from 'node:util';
import { FromChild, type ToDecoyHost, type ToEnforcer, type ToWatcher } from '@netsentinel/contracts/process';
import { RESERVED } from '../../apps/watcher/descriptors.ts';

const START_MS = 60_000;
const OPTIONS = ['--disable-warning=ExperimentalWarning', '--expose-gc'];

/** It must answer on a listener that it is handed as an SSH server does. */
export async function startDecoyHost(home: string): Promise<string> {
  return launched(home, 'apps/decoy-host/decoy-host.ts', async (app) => {
    const boot: ToDecoyHost = {
      t: 'boot',
      sensor: 'alone',
      logLevel: 'warn',
      decoys: [
        {
          id: 'ssh-1',
          type: 'ssh',
          config: {},
          persona: 'debian-12-server',
          seed: Buffer.alloc(32, 7).toString('base64'),
        },
      ],
      personas: {},
      limits: {
        maxConnections: 10,
        maxConnectionsPerSource: 10,
        maxSessionMs: START_MS,
        maxUploadBytes: 1024,
        maxRecordingBytes: 1024,
      },
    };
    app.child.send(boot);
    const listener = createServer().listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const { port } = listener.address() as AddressInfo;
    app.child.send({ t: 'listener', decoy: 'ssh-1' } satisfies ToDecoyHost, listener, {}, () => listener.close());
    await app.hears('ready');
    const socket = connect(port, '127.0.0.1');
    const [greeting] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    if (!greeting.toString('latin1').startsWith('SSH-2.0-')) throw new Error(`it greeted with ${String(greeting)}`);
    return `greets with ${greeting.toString('latin1').trim()}`;
  });
}

/** It must come up with its journal and its control socket in a folder of its own. */
export async function startEnforcer(home: string): Promise<string> {
  const directory = join(home, 'data');
  mkdirSync(directory);
  return launched(home, 'apps/enforcer/enforcer-host.ts', async (app) => {
    const controlSocket = join(directory, 'control.sock');
    app.child.send({ t: 'boot', directory, controlSocket, logLevel: 'warn', config: {} } satisfies ToEnforcer);
    await app.hears('ready');
    const socket = connect(controlSocket);
    await once(socket, 'connect');
    socket.destroy();
    return 'takes orders on its control socket';
  });
}

/** Its first stage must open sockets and become the second; without the right to, it must say so. */
export async function startWatcher(home: string): Promise<string> {
  const request = { interfaces: ['lo'], addresses: ['127.0.0.1'], decoyPorts: [] };
  const second = [process.execPath, ...OPTIONS, join(home, 'apps/watcher/watcher-host.ts')];
  const args = [...OPTIONS, join(home, 'apps/watcher/open-sockets.ts'), JSON.stringify(request), '--', ...second];
  const child = spawn('env', ['-u', 'NODE_CHANNEL_FD', process.execPath, ...args], {
    cwd: home,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc', ...Array.from({ length: RESERVED }, () => 'ignore' as const)],
    env: environment(),
  });
  child.send({
    t: 'boot',
    logLevel: 'warn',
    addresses: { '127.0.0.1': 'web' },
    decoyPorts: [],
    clientPortsFrom: 32_768,
    nameServers: [],
  } satisfies ToWatcher);
  return supervised(
    child,
    async () => {
      const [raw] = (await once(child, 'message')) as [unknown];
      const message = FromChild.parse(raw);
      if (message.t === 'ready') return 'sees packets';
      throw new Error(message.t === 'failed' ? message.message : `it said ${message.t}`);
    },
    () => child.send({ t: 'stop' }),
  );
}

/** All processes, as `netsentinel up` starts them; the console's server must answer. */
export async function startWholeProduct(home: string): Promise<string> {
  const [console, ssh] = [await freePort(), await freePort()];
  const config = {
    console: { port: console },
    decoys: [{ id: 'ssh-1', type: 'ssh', address: '127.0.0.1', port: ssh }],
  };
  writeFileSync(join(home, 'netsentinel.yaml'), JSON.stringify(config));
  const args = [...OPTIONS, join(home, 'apps/netsentinel/main.ts'), 'up', '--json'];
  const child = spawn(process.execPath, args, { cwd: home, stdio: ['ignore', 'pipe', 'pipe'], env: environment() });
  return supervised(
    child,
    async () => {
      await new Promise<void>((resolve) => {
        createInterface({ input: child.stdout }).on('line', (line) => {
          if ((JSON.parse(line) as { t: string }).t === 'listening') resolve();
        });
      });
      const answer = await fetch(`http://127.0.0.1:${console}/api/v1/session`);
      await answer.body?.cancel();
      const kind = answer.headers.get('content-type') ?? '';
      if (!kind.includes('json')) throw new Error(`the console answered ${answer.status} ${kind}`);
      return `listens, and its API answers ${answer.status}`;
    },
    () => child.kill('SIGINT'),
  );
}

interface LaunchedApp {
  readonly child: ChildProcess;
  hears(what: FromChild['t']): Promise<void>;
}

/** Starts a program that its launcher talks to, and stops it as the launcher does. */
async function launched(home: string, entry: string, check: (app: LaunchedApp) => Promise<string>): Promise<string> {
  const child = spawn(process.execPath, [...OPTIONS, join(home, entry)], {
    cwd: home,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: environment(),
  });
  const hears = (what: FromChild['t']): Promise<void> =>
    new Promise((resolve, reject) => {
      child.on('message', (raw) => {
        const message = FromChild.parse(raw);
        if (message.t === what) resolve();
        else if (message.t === 'failed') reject(new Error(message.message));
      });
    });
  return supervised(
    child,
    () => check({ child, hears }),
    () => child.send({ t: 'stop' }),
  );
}

/** Runs the check while the process lives; afterwards it must end well when it is asked to. */
async function supervised(child: ChildProcess, check: () => Promise<string>, stop: () => void): Promise<string> {
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-4000)));
  const timer = setTimeout(() => child.kill('SIGKILL'), START_MS);
  const exited = once(child, 'exit') as Promise<[number | null, string | null]>;
  const died = exited.then(([code, signal]): never => {
    throw new Error(`it ended (${signal ?? code}): ${stripVTControlCharacters(said)}`);
  });
  // Awaited in the race below, or of no interest any more.
  died.catch(() => {});
  try {
    const answer = await Promise.race([check(), died]);
    stop();
    const [code, signal] = await exited;
    if (code !== 0) throw new Error(`it did not stop well (${signal ?? code}): ${stripVTControlCharacters(said)}`);
    return answer;
  } finally {
    clearTimeout(timer);
    child.kill('SIGKILL');
  }
}

/** Ours without what points it at another install. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('NETSENTINEL_')));
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
