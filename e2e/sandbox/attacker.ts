/**
 * What someone would try who runs code inside the decoy host. Started in its place, with its rights; tells its starter of each attempt. An
 * attempt that returns text has succeeded; one that throws or returns nothing was held.
 */
import { Buffer } from 'node:buffer';
import * as children from 'node:child_process';
import * as crypto from 'node:crypto';
import * as dgram from 'node:dgram';
import * as dns from 'node:dns';
import * as fs from 'node:fs';
import * as inspector from 'node:inspector';
import * as os from 'node:os';
import * as tty from 'node:tty';
import * as v8 from 'node:v8';
import * as wasi from 'node:wasi';
import * as workers from 'node:worker_threads';
import type * as sqlite from 'node:sqlite';
import { createRequire } from 'node:module';
import { connect, createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { encodeFrame } from '@netsentinel/kernel/frames';
import { pack } from '@netsentinel/kernel/pack';
import type { Outcome, Targets } from './sandbox-drill.types.ts';

type Attempt = () => unknown;
type Sqlite = typeof sqlite;

const require = createRequire(import.meta.url);
const WAIT_MS = 1_500;
const soon = <T>(work: Promise<T>): Promise<T | undefined> =>
  Promise.race([work, new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), WAIT_MS))]);

function attempts(targets: Targets): Record<string, Attempt> {
  const all: Record<string, Attempt> = {};
  const unreadable = [
    ...targets.files,
    '/etc/shadow',
    '/etc/passwd',
    '/root/.ssh/id_ed25519',
    '/proc/sys/kernel/hostname',
  ];
  for (const file of unreadable) {
    all[`read ${file}`] = () => fs.readFileSync(file, 'latin1').slice(0, 20) || 'empty';
    all[`read ${file} by way of ..`] = () =>
      fs.readFileSync(`${targets.readable}/../../../../../../../../..${file}`, 'latin1').slice(0, 20);
    all[`read ${file} by /proc/self/root`] = () => fs.readFileSync(`/proc/self/root${file}`, 'latin1').slice(0, 20);
    all[`read ${file} by bytes`] = () => fs.readFileSync(Buffer.from(file)).toString('latin1').slice(0, 20);
    all[`read ${file} by URL`] = () => fs.readFileSync(new URL(`file://${file}`), 'latin1').slice(0, 20);
    all[`read ${file} by a stream`] = async () => (await once(fs.createReadStream(file), 'data'))[0] as unknown;
    all[`read ${file} as a blob`] = async () => (await (await fs.openAsBlob(file)).text()).slice(0, 20);
    all[`read ${file} as a module`] = async () => await import(file);
    all[`read ${file} as environment`] = () => {
      const before = Object.keys(process.env).length;
      process.loadEnvFile(file);
      return Object.keys(process.env).length > before ? 'variables' : undefined;
    };
    all[`read ${file} as a database`] = () => {
      const { DatabaseSync } = require('node:sqlite') as Sqlite;
      return new DatabaseSync(file, { readOnly: true }).prepare('select name from sqlite_master').all();
    };
    all[`read ${file} as an attached database`] = () => {
      const { DatabaseSync } = require('node:sqlite') as Sqlite;
      const db = new DatabaseSync(':memory:');
      db.exec(`attach database 'file:${file}?mode=ro' as other`);
      return db.prepare('select name from other.sqlite_master').all();
    };
    all[`copy ${file}`] = () => (fs.copyFileSync(file, '/tmp/copy'), 'copied');
    all[`link ${file}`] = () => (fs.linkSync(file, '/tmp/link'), 'linked');
    all[`symlink ${file}`] = () => (fs.symlinkSync(file, '/tmp/symlink'), 'linked');
    all[`stat ${file}`] = () => fs.statSync(file).size;
    all[`watch ${file}`] = () => fs.watch(file).close() ?? 'watched';
  }
  for (const pid of [1, process.ppid, targets.otherPid]) {
    all[`environment of ${pid}`] = () => {
      const text = fs.readFileSync(`/proc/${pid}/environ`, 'latin1');
      return text.includes(targets.secret) ? text : undefined;
    };
    all[`root of ${pid}`] = () => fs.readdirSync(`/proc/${pid}/root/root`).join(' ');
    all[`files of ${pid}`] = () => fs.readdirSync(`/proc/${pid}/fd`).join(' ');
    all[`memory of ${pid}`] = () => fs.openSync(`/proc/${pid}/mem`, 'r+');
  }
  all['own environment'] = () => (JSON.stringify(process.env).includes(targets.secret) ? 'secret' : undefined);
  all['own files through /proc'] = () => fs.readdirSync('/proc/self/fd').join(' ');
  all['folders among the inherited files'] = () => {
    for (let fd = 0; fd < 256; fd++) {
      try {
        if (fs.fstatSync(fd).isDirectory()) return `fd ${fd}`;
      } catch {
        // Not open.
      }
    }
    return undefined;
  };
  all['the terminal'] = () => {
    const { isatty } = tty;
    return [0, 1, 2].some((fd) => isatty(fd)) ? 'a terminal is open' : fs.openSync('/dev/tty', 'r+');
  };
  for (const folder of ['/', '/tmp', '/dev/shm', '/var/tmp', targets.folder, targets.readable, '/proc/self', '/sys'])
    all[`write to ${folder}`] = () => (fs.writeFileSync(`${folder}/written`, 'x'), 'written');
  all['write a database'] = () => {
    const { DatabaseSync } = require('node:sqlite') as Sqlite;
    const db = new DatabaseSync(':memory:');
    db.exec(`vacuum into '${targets.writable}/stolen.db'`);
    return 'written';
  };
  // Node's permission model grants this folder, or it would not read compiled code from it; the mount is what stands in the way.
  const compiled = `${targets.readable}/node_modules/.cache/netsentinel`;
  all['write compiled code for others'] = () => {
    const kept = fs.readdirSync(compiled).find((name) => name.startsWith('v'));
    return (fs.writeFileSync(`${compiled}/${kept ?? ''}/poison`, 'x'), 'written');
  };
  all['replace compiled code'] = () => (fs.writeFileSync(`${compiled}/stamp`, 'x'), 'written');
  all['write own code'] = () => (fs.appendFileSync(`${targets.readable}/kernel/pack.ts`, '\n//'), 'written');
  all['write a report'] = () => {
    const file = process.report.writeReport(`${targets.writable}/report.json`);
    return fs.existsSync(file) ? file : undefined;
  };
  all['write a heap snapshot'] = () => v8.writeHeapSnapshot(`${targets.writable}/heap`);
  all['make a folder'] = () => fs.mkdtempSync(`${targets.writable}/x`);
  all['change rights'] = () => (fs.chmodSync(targets.readable, 0o777), 'changed');
  all['delete a file'] = () => (fs.rmSync(targets.files[0]!), 'deleted');

  for (const program of ['/bin/sh', '/usr/bin/id', process.execPath, '/.setpriv', '/lib64/ld-linux-x86-64.so.2']) {
    all[`start ${program}`] = async () => (await once(children.spawn(program, ['--version']), 'spawn'), 'started');
    all[`start ${program} and wait`] = () => children.spawnSync(program, ['--version']).pid || undefined;
    all[`become ${program}`] = () => {
      // A success would end this program: the starter then counts the silence as one.
      (process as unknown as { execve(file: string, args: string[], env: object): void }).execve(
        program,
        [program],
        {},
      );
      return 'became';
    };
  }
  all['fork'] = async () => (await once(children.fork(import.meta.filename), 'spawn'), 'forked');
  all['a worker'] = async () => {
    const { Worker } = workers;
    return (await once(new Worker('setTimeout(()=>{},9)', { eval: true }), 'online'), 'online');
  };
  all['process.binding spawn'] = () => {
    const { Process } = (
      process as unknown as { binding(name: string): { Process: new () => { spawn(o: object): number } } }
    ).binding('process_wrap');
    const code = new Process().spawn({ file: '/bin/sh', args: ['sh'], stdio: [] });
    return code === 0 ? 'started' : undefined;
  };
  all['process.binding fs'] = () => {
    const binding = (
      process as unknown as { binding(name: string): { open(path: string, flags: number, mode: number): number } }
    ).binding('fs');
    return binding.open(targets.files[0]!, 0, 0);
  };
  all['internal bindings'] = () =>
    typeof (globalThis as { internalBinding?: unknown }).internalBinding === 'function' && 'there';
  all['an addon'] = () => (process.dlopen({ exports: {} }, '/lib/x86_64-linux-gnu/libc.so.6'), 'loaded');
  all['a database extension'] = () => {
    const { DatabaseSync } = require('node:sqlite') as Sqlite;
    const db = new DatabaseSync(':memory:', { allowExtension: true });
    db.loadExtension('/lib/x86_64-linux-gnu/libc.so.6');
    return 'loaded';
  };
  all['a crypto engine'] = () => (crypto.setEngine('/lib/x86_64-linux-gnu/libm.so.6'), 'loaded');
  all['WASI'] = () => {
    const { WASI } = wasi;
    return typeof new WASI({ version: 'preview1', preopens: { '/': '/' } });
  };
  all['the inspector'] = () => {
    inspector.open(0, '127.0.0.1');
    return inspector.url();
  };
  all['the inspector by signal'] = async () => {
    process.on('SIGUSR1', () => {});
    process.kill(process.pid, 'SIGUSR1');
    await new Promise((resolve) => setTimeout(resolve, 300));
    return inspector.url();
  };
  all['more rights'] = () =>
    process.permission.has('child') || process.permission.has('fs.write') ? 'has them' : undefined;
  for (const [name, id] of [
    ['setuid', 0],
    ['setgid', 0],
    ['seteuid', 0],
  ] as const)
    all[name] = () => {
      const before = process.geteuid!();
      process[name]!(id);
      return before !== 0 && process.geteuid!() === 0 ? 'root' : fs.readFileSync(targets.files[0]!, 'latin1');
    };
  for (const pid of [targets.otherPid, targets.starterPid, process.ppid])
    all[`signal ${pid}`] = () => (pid > 1 && process.kill(pid, 0) ? 'may signal it' : undefined);
  // A success ends the starter, or the process it keeps for this: it looks after both.
  all['signal everyone in the group'] = () => {
    process.on('SIGTERM', () => {});
    process.kill(0, 'SIGTERM');
  };
  all['signal everyone'] = () => process.kill(-1, 0) && 'may signal others';
  all['priority of others'] = () => (os.setPriority(targets.otherPid, 5), 'changed');

  for (const [host, port] of [
    ['127.0.0.1', targets.tcpPort],
    ['::1', targets.tcpPort],
    // Where the network is the machine's, nothing but loopback is touched.
    ...(targets.ownNetwork
      ? ([
          [targets.ownAddress, targets.tcpPort],
          ['198.51.100.1', 80],
        ] as const)
      : []),
  ] as const)
    all[`connect to ${host}:${port}`] = () => soon(once(connect({ host, port }), 'connect').then(() => 'connected'));
  for (const path of [...targets.sockets, '/run/dbus/system_bus_socket', '/var/run/docker.sock', '\0netsentinel-drill'])
    all[`connect to ${path.replace('\0', '@')}`] = () =>
      soon(once(connect({ path }), 'connect').then(() => 'connected'));
  all['send a datagram'] = async () => {
    // Whether it arrived, only its receiver can say.
    const socket = dgram.createSocket('udp4');
    await soon(
      new Promise((resolve, reject) =>
        socket.send('x', targets.udpPort, '127.0.0.1', (error) => (error ? reject(error) : resolve(''))),
      ),
    );
    socket.close();
  };
  if (targets.ownNetwork) {
    all['resolve a name'] = () => dns.promises.lookup('example.org');
    all['ask a name server'] = () => soon(dns.promises.resolve4('example.org'));
  }
  all['fetch'] = () => soon(fetch(`http://127.0.0.1:${targets.tcpPort}/`).then((reply) => reply.status));
  all['network interfaces'] = () => {
    const found = Object.keys(os.networkInterfaces());
    return found.length > 0 ? found.join(' ') : undefined;
  };
  return all;
}

/** Listens where an attacker's own control connection would; the starter tries to reach it from outside. */
async function listen(): Promise<number> {
  const server = createServer((socket) => socket.end('reached'));
  server.listen(0, '0.0.0.0');
  await once(server, 'listening');
  return (server.address() as { port: number }).port;
}

/** Says over the wire what only other sensors could say; the starter counts what was believed. */
async function forge(wire: Socket): Promise<void> {
  const send = (message: unknown): boolean => wire.write(encodeFrame(pack(message)));
  const event = (extra: object): object => ({
    '@timestamp': new Date().toISOString(),
    event: {
      kind: 'event',
      category: ['authentication'],
      dataset: 'netsentinel.ssh',
      action: 'ssh-login',
      outcome: 'failure',
    },
    source: { ip: '198.51.100.7', port: 1 },
    ...extra,
  });
  // One acknowledgement for the hello, another once the events are kept.
  const kept = (async () => {
    for (let i = 0; i < 2; i++) await once(wire, 'data');
  })();
  send({ t: 'hello', version: 1, epoch: 'forged00' });
  send({ t: 'event', seq: 1, event: event({}) });
  send({ t: 'event', seq: 2, event: event({ netsentinel: { sensor: { id: 'other', type: 'decoy-host' } } }) });
  send({ t: 'event', seq: 3, event: event({ observer: { name: 'other', hostname: 'other' } }) });
  send({
    t: 'event',
    seq: 4,
    event: {
      ...event({}),
      event: { id: 'other-00000000-1', kind: 'event', category: ['network'], dataset: 'other', action: 'x' },
    },
  });
  send({
    t: 'event',
    seq: 5,
    event: event({ sensor: 'other', producer: 'other', origin: { producer: 'other', epoch: 'x', sequence: 1 } }),
  });
  // What breaks the protocol ends the link: first let the events be kept.
  await soon(kept);
  send({ t: 'recording', id: 'other~epoch~1', chunk: Buffer.from('forged') });
  send({ t: 'recording-end', id: 'other~epoch~1' });
  send({ t: 'recording', id: '..~epoch~1', chunk: Buffer.from('forged') });
  send({ t: 'remember', key: 'forged', value: Buffer.from('x'), sensor: 'other' });
  send({ t: 'hello', version: 1, epoch: 'forged01', sensor: 'other' });
}

process.on('message', (message: { t: 'go'; targets: Targets } | { t: 'wire' }, handle) => {
  void (async () => {
    if (message.t === 'wire') return await forge(handle as Socket);
    const outcomes: Outcome[] = [];
    for (const [name, attempt] of Object.entries(attempts(message.targets))) {
      // What ends this process when it succeeds.
      if (
        message.targets.unconfined &&
        /^(become|an addon|a crypto engine|a database extension|write a heap|process.binding spawn)/.test(name)
      )
        continue;
      process.send!({ t: 'trying', name });
      try {
        const got = await soon(Promise.resolve(attempt()));
        const held = got === undefined || got === false;
        outcomes.push({
          name,
          held,
          detail: held ? 'nothing came of it' : (JSON.stringify(got) ?? typeof got).slice(0, 80),
        });
      } catch (error) {
        outcomes.push({ name, held: true, detail: String((error as { code?: string }).code ?? error).slice(0, 80) });
      }
    }
    process.send!({ t: 'done', outcomes, port: await listen() });
    return undefined;
  })();
});
process.on('uncaughtException', () => {});
process.on('unhandledRejection', () => {});
process.send!({ t: 'here' });
