import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { guardChannel } from './channel-guard.ts';

const folder = mkdtempSync(join(tmpdir(), 'ns-guard-'));
const started: ChildProcess[] = [];
afterEach(() => started.splice(0).forEach((child) => child.kill('SIGKILL')));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function start(script: string, maxTotalBytes?: number) {
  const file = join(folder, `child-${started.length}-${performance.now()}.mjs`);
  writeFileSync(
    file,
    `import fs from 'node:fs'; import net from 'node:net'; process.on('message', () => {});\n${script}`,
  );
  const child = fork(file, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  started.push(child);
  const reasons: string[] = [];
  const messages: unknown[] = [];
  child.on('message', (message) => messages.push(message));
  guardChannel(child, {
    onBroken: (reason) => reasons.push(reason),
    ...(maxTotalBytes === undefined ? {} : { maxTotalBytes }),
  });
  return { child, reasons, messages };
}

describe('a process that turns against the launcher', () => {
  it.each([
    ['writes what is no JSON', `fs.writeSync(3, 'garbage\\n')`, 'not a message'],
    ['acknowledges what nobody sent', `process.send({ cmd: 'NODE_HANDLE_ACK' })`, 'a broken internal message'],
    [
      'announces a handle of no known kind',
      `const s = net.connect({ port: 9, host: '127.0.0.1' }); s.on('error', () => {}); process.channel; fs.writeSync(3, '{"cmd":"NODE_HANDLE_ACK","type":"x"}\\n')`,
      'a broken internal message',
    ],
    [
      'never ends a line',
      `for (;;) try { fs.writeSync(3, 'x'.repeat(4096)) } catch (e) { if (e.code !== 'EAGAIN') break }`,
      'a message without an end',
    ],
  ])('is killed when it %s', async (_, script, reason) => {
    const { child, reasons } = start(script);
    const [, signal] = await once(child, 'exit');
    expect(signal).toBe('SIGKILL');
    expect(reasons).toEqual([reason]);
  });

  it('is killed when it says more than it can have reasons for', async () => {
    const { child, reasons } = start(
      `setInterval(() => process.send({ t: 'ready' }), 0); setInterval(() => {}, 1000)`,
      2_000,
    );
    const [, signal] = await once(child, 'exit');
    expect(signal).toBe('SIGKILL');
    expect(reasons).toEqual(['more messages than it can have reasons for']);
  });

  it('gets sockets that it sends closed', async () => {
    const { child, messages, reasons } = start(`
      const server = net.createServer((socket) => { process.send({ t: 'take' }, socket); server.close(); });
      server.listen(0, '127.0.0.1', () => {
        const socket = net.connect(server.address().port, '127.0.0.1');
        socket.resume();
        socket.on('close', () => process.send({ t: 'closed' }, () => process.disconnect()));
      });`);
    await once(child, 'exit');
    expect(messages).toEqual([{ t: 'take' }, { t: 'closed' }]);
    expect(reasons).toEqual([]);
  });
});

it('leaves an honest process alone, and what is handed to it arrives', async () => {
  const { child, messages, reasons } = start(
    `process.on('message', (m, server) => { process.send({ got: server?.constructor.name, m }, () => process.disconnect()); server.close(); })`,
  );
  const { createServer } = await import('node:net');
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  child.send({ hello: 1 }, server);
  await once(child, 'exit');
  server.close();
  expect(messages).toEqual([{ got: 'Server', m: { hello: 1 } }]);
  expect(reasons).toEqual([]);
});
