import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { once } from 'node:events';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { askPlatform, serveControl } from './control.ts';

let folder: string;
let path: string;
let server: { close(): void };
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ns-control-'));
  path = join(folder, 'control.sock');
  server = await serveControl(path, async (request) => {
    if (request.ask === 'status') return { fine: true };
    if (request.ask === 'backup') return undefined;
    if (request.ask === 'notify')
      throw new NetSentinelError('NOTIFIER_NONE', 'user', 'no notifier', { hint: 'Add one.' });
    throw new Error('not today');
  });
});
afterEach(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

it('answers what is asked, nothing included, and says why when it cannot', async () => {
  expect(await askPlatform(path, { ask: 'status' })).toEqual({ fine: true });
  expect(await askPlatform(path, { ask: 'backup', folder: '/x' })).toBeNull();
  await expect(askPlatform(path, { ask: 'sign-in' })).rejects.toMatchObject({
    code: 'PLATFORM_REFUSED',
    message: 'not today',
  });
  await expect(askPlatform(path, { ask: 'notify', order: { what: 'list' } })).rejects.toMatchObject({
    code: 'NOTIFIER_NONE',
    fault: 'user',
    hint: 'Add one.',
  });
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

it('says that nothing runs where nobody listens', async () => {
  await expect(askPlatform(join(folder, 'none.sock'), { ask: 'status' })).rejects.toMatchObject({
    code: 'NOT_RUNNING',
  });
});

it.each(['no json\n', '{"ask":"format-disk"}\n', '{"ask":"status","more":1}\n'])('refuses %j', async (line) => {
  const socket = connect(path);
  socket.write(line);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(JSON.parse(answer.toString())).toMatchObject({ ok: false });
  socket.destroy();
});

it('outlives who asks and goes before reading the answer', async () => {
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  let asked = 0;
  const far = join(folder, 'far.sock');
  const other = await serveControl(far, async () => {
    asked++;
    return 'x'.repeat(4_000_000);
  });
  for (let i = 1; i <= 5; i++) {
    const socket = connect(far).pause();
    socket.write('{"ask":"status"}\n');
    while (asked < i) await turn();
    // By then the answer lies in the system, where nobody has read it: the end of the connection is a reset.
    for (let more = 0; more < 10; more++) await turn();
    socket.destroy();
  }
  expect(String(await askPlatform(far, { ask: 'status' })).length).toBe(4_000_000);
  other.close();
});

it('answers no more than it must', async () => {
  const socket = connect(path);
  socket.on('error', () => {});
  let answers = 0;
  socket.on('data', (text: Buffer) => (answers += text.toString().split('\n').length - 1));
  socket.write('{"ask":"status"}\n'.repeat(1_000));
  await once(socket, 'close');
  expect(answers).toBeLessThanOrEqual(16);
});

it('ends a request without an end', async () => {
  const socket = connect(path);
  socket.on('error', () => {});
  socket.write('x'.repeat(70_000));
  await once(socket, 'close');
  expect(socket.destroyed).toBe(true);
});
