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

it('ends a request without an end', async () => {
  const socket = connect(path);
  socket.on('error', () => {});
  socket.write('x'.repeat(70_000));
  await once(socket, 'close');
  expect(socket.destroyed).toBe(true);
});
