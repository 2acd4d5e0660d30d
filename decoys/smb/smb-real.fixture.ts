/** The decoy on a real port of loopback for real clients, and a real Samba beside it. Both need root: the clients know no port but 445, and Samba keeps accounts. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDecoyContext, type RecordedContext } from '@netsentinel/testkit/decoy-harness';
import { Deframer, framed, type Transport } from './smb-client.fixture.ts';
import { smbDecoy } from './smb.decoy.ts';

export interface Outcome {
  readonly code: number;
  /** What it printed, both ways. */
  readonly out: string;
}

export function run(program: string, args: readonly string[], input = ''): Promise<Outcome> {
  return new Promise((resolve) => {
    const env = { ...process.env, HOME: tmpdir(), LC_ALL: 'C.UTF-8' };
    const child = execFile(program, args, { timeout: 100_000, env }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, out: out + err }),
    );
    // Who reads no input may be gone before it is written.
    child.stdin!.on('error', () => {});
    child.stdin!.end(input);
  });
}

export const canRunSamba = (): boolean => existsSync('/usr/sbin/smbd') && process.getuid?.() === 0;

export interface ServedDecoy extends RecordedContext {
  close(): Promise<void>;
}

/** @param address of loopback: its ports are free */
export async function serveSmb(address: string, config: unknown, seed = Buffer.alloc(32, 7)): Promise<ServedDecoy> {
  const recorded = createDecoyContext({ id: 'smb-1', seed });
  const decoy = smbDecoy.create(recorded.ctx, smbDecoy.config.parse(config));
  const server = createServer((stream) => {
    stream.on('error', () => {});
    const source = { ip: stream.remoteAddress ?? '', port: stream.remotePort ?? 0 };
    decoy.accept({ stream, source, destination: { ip: address, port: 445 } });
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(445, address, resolve));
  return {
    ...recorded,
    async close() {
      await decoy.close();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

export function tcpTransport(address: string, port: number): Promise<Transport> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, address);
    const deframer = new Deframer();
    const messages: Buffer[] = [];
    const waiting: ((message: Buffer | undefined) => void)[] = [];
    let closed = false;
    socket.on('data', (chunk: Buffer) => {
      for (const message of deframer.push(chunk)) {
        const next = waiting.shift();
        if (next === undefined) messages.push(message);
        else next(message);
      }
    });
    socket.on('close', () => {
      closed = true;
      for (const next of waiting.splice(0)) next(undefined);
    });
    socket.once('error', reject);
    socket.once('connect', () =>
      resolve({
        send: (message) => void socket.write(framed(message)),
        receive: () =>
          messages.length > 0 || closed
            ? Promise.resolve(messages.shift())
            : new Promise((answer) => waiting.push(answer)),
        close: () => void socket.destroy(),
      }),
    );
  });
}

export interface RealSamba {
  readonly port: number;
  stop(): Promise<void>;
}

/** A Samba of Debian with Debian's settings, SMB1 and one share that anybody may write to. Its one account is the system's `nobody`-like test user. */
export async function startSamba(address: string, port: number, user: string, password: string): Promise<RealSamba> {
  const folder = mkdtempSync(join(tmpdir(), 'samba-'));
  for (const name of ['private', 'lock', 'state', 'cache', 'pid', 'ncalrpc', 'share', 'print'])
    mkdirSync(join(folder, name));
  chmodSync(folder, 0o755);
  chmodSync(join(folder, 'share'), 0o777);
  const file = join(folder, 'smb.conf');
  const paths = ['private dir', 'lock directory', 'state directory', 'cache directory', 'pid directory', 'ncalrpc dir'];
  writeFileSync(
    file,
    [
      '[global]',
      'workgroup = WORKGROUP',
      'netbios name = FILES01',
      'server role = standalone server',
      'map to guest = bad user',
      'usershare allow guests = yes',
      'server min protocol = NT1',
      `smb ports = ${port}`,
      'bind interfaces only = yes',
      `interfaces = ${address}/8`,
      ...paths.map((name) => `${name} = ${join(folder, name.split(' ')[0]!)}`),
      '[homes]',
      'comment = Home Directories',
      'browseable = no',
      'valid users = %S',
      '[print$]',
      'comment = Printer Drivers',
      `path = ${join(folder, 'print')}`,
      '[share]',
      `path = ${join(folder, 'share')}`,
      'read only = no',
      'guest ok = yes',
      '',
    ].join('\n'),
  );
  const added = await run('smbpasswd', ['-c', file, '-s', '-a', user], `${password}\n${password}\n`);
  if (added.code !== 0) throw new Error(`smbpasswd: ${added.out}`);
  const child: ChildProcess = spawn('/usr/sbin/smbd', ['-F', '--no-process-group', '-s', file, '--debug-stdout'], {
    // It ends its whole group when it ends: that must be its own.
    detached: true,
    stdio: 'ignore',
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  for (let tries = 0; tries < 100; tries++) {
    const answers = await tcpTransport(address, port).then(
      (transport) => {
        transport.close();
        return true;
      },
      () => false,
    );
    if (answers) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    port,
    async stop() {
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
