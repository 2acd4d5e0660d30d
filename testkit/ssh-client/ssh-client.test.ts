import { createServer, type AddressInfo } from 'node:net';
import { createSshHarness, type SshHarness } from '@netsentinel/testkit/ssh-harness';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectSsh, type SshClientOptions } from './ssh-client.ts';

let decoy: SshHarness;
let options: SshClientOptions;

beforeAll(async () => {
  decoy = createSshHarness({
    config: {
      credentials: { accept: [{ user: 'root', password: 'toor' }], anyAfterTries: false, weakPairs: false },
      failureDelayMs: 0,
      successDelayMs: 0,
    },
  });
  options = { host: '127.0.0.1', port: await decoy.listen(), user: 'root', password: 'toor' };
});
afterAll(() => decoy.close());

test.each([
  ['chacha20-poly1305@openssh.com', ''],
  ['aes128-gcm@openssh.com', ''],
  ['aes256-ctr', 'umac-128@openssh.com'],
])('logs in and runs a command over %s %s', async (cipher, mac) => {
  const client = await connectSsh({ ...options, cipher, ...(mac !== '' && { mac }) });
  expect(client.serverVersion).toMatch(/^SSH-2\.0-OpenSSH_9\.2p1/);
  expect(client.attempts).toBe(1);
  expect(await client.run('echo hello')).toEqual({ stdout: 'hello\n', stderr: '', code: 0 });
  expect(await client.run('nothing')).toMatchObject({ stderr: 'bash: nothing: command not found\n' });
  client.close();
  await client.closed;
});

test('holds a conversation with a shell on a terminal', async () => {
  const client = await connectSsh({
    ...options,
    verifyHostKey: false,
    reuseEphemeralKey: true,
    localAddress: '127.0.0.9',
  });
  const shell = await client.shell({ columns: 100, rows: 30 });
  await shell.waitFor('# ');
  shell.resize(120, 40);
  expect(await shell.waitFor(']')).toContain('[120x40]');
  shell.write('exit 7\n');
  expect(await shell.exit).toBe(7);
  client.close();
});

test('sends and takes more than a window', async () => {
  const client = await connectSsh(options);
  const flood = await client.run(`flood ${3 << 20}`);
  expect(flood.stdout.length).toBe(3 << 20);
  const cat = await client.exec('cat');
  let back = 0;
  cat.onData((chunk) => (back += chunk.length));
  cat.write(Buffer.alloc(3 << 20, 'x'));
  cat.end();
  await cat.exit;
  expect(back).toBe(3 << 20);
  client.close();
});

test('tries passwords in order, and says when none is right', async () => {
  const client = await connectSsh({ ...options, password: ['one', 'two', 'toor'] });
  expect(client.attempts).toBe(3);
  client.close();
  await expect(connectSsh({ ...options, password: ['one', 'two'] })).rejects.toMatchObject({ reason: 'auth' });
});

test('a server that hangs up or says something else is an error', async () => {
  const replies: (string | undefined)[] = [
    undefined,
    'HTTP/1.1 400 Bad Request\r\n',
    'SSH-2.0-x\r\n\0\0\0\x01aaaaaaaa',
  ];
  const server = createServer((socket) => {
    socket.on('error', () => {});
    const reply = replies.shift();
    if (reply === undefined) socket.destroy();
    else socket.write(reply);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await expect(connectSsh({ ...options, port })).rejects.toBeInstanceOf(Error);
  await expect(connectSsh({ ...options, port })).rejects.toMatchObject({ reason: 'protocol' });
  await expect(connectSsh({ ...options, port })).rejects.toMatchObject({ reason: 'protocol' });
  server.close();
});
