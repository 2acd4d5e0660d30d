import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { FromChild } from '@netsentinel/contracts/process';
import { silentLogger } from '@netsentinel/kernel/log';
import { readFromChild } from './child-messages.ts';
import { Supervisor } from './supervisor.ts';

const OBEDIENT = `process.on('message', (m, s) => { if (m.t === 'stop') { process.send({ t: 'stopped' }, () => process.exit(0)) } else if (s) { s.on('connection', (c) => c.end('served')) } }); process.send({ t: 'ready' });`;
const supervisors: Supervisor<FromChild>[] = [];
afterEach(async () => {
  await Promise.all(supervisors.splice(0).map((one) => one.stop()));
});

function supervise(
  script: string,
  onStart: (it: Supervisor<FromChild>) => void = () => {},
  options: { mayRest?: boolean } = {},
) {
  const heard: FromChild[] = [];
  const deaths: string[] = [];
  let waiting: { wanted: () => boolean; resolve: () => void }[] = [];
  const check = (): void => {
    for (const one of waiting.filter((w) => w.wanted())) one.resolve();
    waiting = waiting.filter((w) => !w.wanted());
  };
  const supervisor = new Supervisor<FromChild>({
    name: 'test',
    log: silentLogger,
    read: readFromChild,
    spawn: () => spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] }),
    onStart,
    onMessage: (message) => (heard.push(message), check()),
    onDeath: (how) => (deaths.push(how), check()),
    ...options,
  });
  supervisors.push(supervisor);
  supervisor.start();
  const until = (wanted: () => boolean): Promise<void> =>
    wanted() ? Promise.resolve() : new Promise((resolve) => waiting.push({ wanted, resolve }));
  return { supervisor, heard, deaths, until };
}

describe('a supervised process', () => {
  it('is started again when it dies, and stops when asked', async () => {
    const { supervisor, heard, deaths, until } = supervise(OBEDIENT);
    await until(() => heard.length === 1);
    const first = supervisor.pid!;
    process.kill(first, 'SIGKILL');
    await until(() => heard.length === 2);
    expect(supervisor.pid).not.toBe(first);
    expect(deaths).toEqual(['signal SIGKILL']);
    expect(supervisor.restarts).toBe(1);
    await supervisor.stop();
    expect(heard.at(-1)).toEqual({ t: 'stopped' });
    expect(supervisor.running).toBe(false);
    await supervisor.stop();
  });

  it('that keeps dying is started again, and not while stopping', async () => {
    const { supervisor, deaths, until } = supervise('process.exit(7)');
    await until(() => deaths.length === 2);
    expect(deaths).toEqual(['exit code 7', 'exit code 7']);
    await supervisor.stop();
    expect(supervisor.running).toBe(false);
  });

  it('stays away once it was stopped, whoever would start it late', async () => {
    const { supervisor, deaths, until } = supervise('process.exit(7)');
    await until(() => deaths.length === 1);
    await supervisor.stop();
    supervisor.start();
    expect(supervisor.running).toBe(false);
  });

  it('is not heard when it says what its schema does not know', async () => {
    const { heard, until } = supervise(`process.send({ t: 'incident', id: 'x' }); ${OBEDIENT}`);
    await until(() => heard.length > 0);
    expect(heard).toEqual([{ t: 'ready' }]);
  });

  it('is killed for garbage and started again', async () => {
    const { deaths, until } = supervise(`process.on('message', () => {}); require('fs').writeSync(3, 'garbage\\n')`);
    await until(() => deaths.length > 0);
    expect(deaths).toEqual(['signal SIGKILL']);
  });

  it('serves a listener that was handed over, and we no longer do', async () => {
    const server = createServer((socket) => socket.end('ours')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { heard, until } = supervise(
      OBEDIENT,
      (it) => void it.whenReady().then(() => it.handOver({ t: 'listener' }, server)),
    );
    await until(() => heard.length === 1);
    if (server.listening) await once(server, 'close');
    const socket = connect(port, '127.0.0.1');
    const [bytes] = (await once(socket, 'data')) as [Buffer];
    expect(bytes.toString()).toBe('served');
  });

  it('that sleeps is ended without being asked, as it would not hear', async () => {
    // Hears `stop`, and does not obey: only being killed ends it in time.
    const deaf = `process.on('message', () => {}); process.send({ t: 'asleep' });`;
    const { supervisor, heard, until } = supervise(deaf);
    await until(() => heard.length === 1);
    const child = supervisor.pid!;
    await supervisor.stop();
    expect(() => process.kill(child, 0)).toThrow('ESRCH');
  });

  it('that may rest is started anew without a word when it says that it ends; so is one that is renewed', async () => {
    const resting = `process.on('message', () => {}); process.send({ t: 'ready' }, () => process.send({ t: 'stopped' }, () => process.exit(0)));`;
    const first = supervise(resting, () => {}, { mayRest: true });
    await first.until(() => first.heard.filter(({ t }) => t === 'ready').length === 2);
    expect(first.deaths).toEqual([]);
    const second = supervise(OBEDIENT);
    await second.until(() => second.heard.length === 1);
    second.supervisor.renew();
    await second.until(() => second.heard.length === 2);
    expect(second.deaths).toEqual([]);
    // Who may not rest, died.
    const third = supervise(resting);
    await third.until(() => third.deaths.length > 0);
    expect(third.deaths).toEqual(['exit code 0']);
  });

  it('that is gone takes no socket with it', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    await once(socket, 'connect');
    const { supervisor } = supervise(OBEDIENT);
    await supervisor.stop();
    supervisor.send({ t: 'link' }, socket);
    expect(socket.destroyed).toBe(true);
    server.close();
  });
});
