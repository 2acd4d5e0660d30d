import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { serveLauncher } from './ipc.ts';
import { z } from 'zod';

const folder = mkdtempSync(join(tmpdir(), 'ns-ipc-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A started process that answers each message and says on stdout when its launcher is gone. */
function start(body: string) {
  const file = join(folder, `child-${performance.now()}.mjs`);
  writeFileSync(
    file,
    `import { serveLauncher } from ${JSON.stringify(join(import.meta.dirname, 'ipc.ts'))};
     import { NetSentinelError } from ${JSON.stringify(join(import.meta.dirname, 'errors.ts'))};
     const schema = { safeParse: (raw) => typeof raw.n === 'number' ? { success: true, data: raw } : { success: false, error: new Error('no n') } };
     ${body}`,
  );
  const child = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  const messages: unknown[] = [];
  let out = '';
  child.on('message', (message) => messages.push(message));
  child.stdout!.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr!.resume();
  return { child, messages, out: () => out };
}

const ECHO = `const channel = serveLauncher(schema, async ({ n }) => {
  await new Promise((resolve) => setTimeout(resolve, n));
  channel.send({ done: n });
}, () => { process.stdout.write('gone'); });
channel.send({ t: 'here' });`;

describe('a started process', () => {
  it('handles messages one after another, and ends when its launcher is gone', async () => {
    const { child, messages, out } = start(ECHO);
    await once(child, 'message');
    child.send({ n: 30 });
    child.send({ n: 1 });
    while (messages.length < 3) await once(child, 'message');
    expect(messages.slice(1)).toEqual([{ done: 30 }, { done: 1 }]);
    child.kill('SIGINT');
    child.send({ n: 2 });
    while (messages.length < 4) await once(child, 'message');
    const ended = Promise.all([once(child, 'exit'), once(child.stdout!, 'end')]);
    child.disconnect();
    const [[code]] = await ended;
    expect(code).toBe(0);
    expect(out()).toBe('gone');
  });

  it('serves who connected to a listener before it was taken', async () => {
    const { child, messages } = start(
      `serveLauncher(schema, async ({ n }, listener) => {
        if (n === 0) process.send({ t: 'waiting' });
        if (n === 0) await new Promise((resolve) => setTimeout(resolve, 300));
        else listener.on('connection', (socket) => socket.on('data', (asked) => socket.end('answer to ' + asked)));
      }, () => {}).send({ t: 'here' });`,
    );
    await once(child, 'message');
    const listener = createServer().listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const { port } = listener.address() as AddressInfo;
    child.send({ n: 0 });
    await once(child, 'message');
    await new Promise<void>((resolve, reject) => {
      child.send({ n: 1 }, listener, undefined, (error) => (error === null ? resolve() : reject(error)));
    });
    listener.close();
    const client = connect(port, '127.0.0.1', () => client.write('ping'));
    let answer = '';
    client.on('data', (data) => (answer += data.toString()));
    await once(client, 'close');
    expect(answer).toBe('answer to ping');
    expect(messages).toHaveLength(2);
    child.disconnect();
    await once(child, 'exit');
  });

  it('stops once when it is told to, says so, and ends', async () => {
    const { child, messages, out } = start(
      `serveLauncher(schema, () => {}, async () => { process.stdout.write('stopping'); }).send({ t: 'here' });`,
    );
    await once(child, 'message');
    const ended = Promise.all([once(child, 'exit'), once(child.stdout!, 'end')]);
    child.send({ t: 'stop', n: 0 });
    const [[code]] = await ended;
    expect(code).toBe(0);
    expect(messages.slice(1)).toEqual([{ t: 'stopped' }]);
    expect(out()).toBe('stopping');
  });

  it('ends by itself where it has nothing to do, as if it had been told to', async () => {
    const { child, messages, out } = start(
      `serveLauncher(schema, () => {}, async () => { process.stdout.write('resting'); }).rest();`,
    );
    const [[code]] = await Promise.all([once(child, 'exit'), once(child.stdout!, 'end')]);
    expect(code).toBe(0);
    expect(messages).toEqual([{ t: 'stopped' }]);
    expect(out()).toBe('resting');
  });

  it.each([
    ['a message that breaks its schema', ECHO, { t: 'failed', code: 'PROCESS_BAD_MESSAGE' }, 'text'],
    [
      'a failing handler',
      `serveLauncher(schema, () => { throw new NetSentinelError('A_B', 'user', 'why', { hint: 'do this' }) }, () => {}).send({ t: 'here' })`,
      { t: 'failed', code: 'A_B', message: 'A_B: why', hint: 'do this' },
      1,
    ],
    [
      'an exception',
      `serveLauncher(schema, () => { setImmediate(() => { throw new Error('bang') }) }, () => {}).send({ t: 'here' })`,
      { t: 'failed', code: 'PROCESS_FAILED', message: 'bang' },
      1,
    ],
    [
      'a forgotten rejection',
      `serveLauncher(schema, () => { void Promise.reject('text') }, () => {}).send({ t: 'here' })`,
      { t: 'failed', message: 'text' },
      1,
    ],
  ])('says so and ends with 1 at %s', async (_, body, expected, n) => {
    const { child, messages } = start(body);
    await once(child, 'message');
    child.send({ n });
    const [code] = (await once(child, 'close')) as [number];
    expect(code).toBe(1);
    expect(messages.at(-1)).toMatchObject(expected);
  });
});

it('a program that nobody launched says what to do', () => {
  const send = Object.getOwnPropertyDescriptor(process, 'send');
  Reflect.deleteProperty(process, 'send');
  try {
    expect(() =>
      serveLauncher(
        z.object({ t: z.string() }),
        () => {},
        () => {},
      ),
    ).toThrow(expect.objectContaining({ code: 'PROCESS_NOT_LAUNCHED' }));
  } finally {
    if (send !== undefined) Object.defineProperty(process, 'send', send);
  }
});
