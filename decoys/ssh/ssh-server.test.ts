import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { MessageClient } from '@netsentinel/testkit/ssh-client/message-client';
import type { MessageClientOptions } from '@netsentinel/testkit/ssh-client/message-engine';
import { createSshHarness, type SshHarness, type SshHarnessOptions } from '@netsentinel/testkit/ssh-harness';
import { MSG } from './messages.ts';
import { WireReader, WireWriter } from './wire.ts';

const FAST = { failureDelayMs: 0, successDelayMs: 0 };
const PAIR = { user: 'root', password: 'toor' };
let harness: SshHarness | undefined;
let clients: MessageClient[] = [];

afterEach(async () => {
  for (const client of clients) client.close();
  clients = [];
  await harness?.close();
  harness = undefined;
});

async function serve(
  config: object = { credentials: { accept: [PAIR] } },
  options: SshHarnessOptions = {},
): Promise<number> {
  harness = createSshHarness({ ...options, config: { ...FAST, ...config } });
  return harness.listen();
}

async function dial(port: number, options: MessageClientOptions = {}): Promise<MessageClient> {
  const client = await MessageClient.connect(port, options);
  clients.push(client);
  return client;
}

async function loggedIn(port: number, options: MessageClientOptions = {}): Promise<MessageClient> {
  const client = await dial(port, options);
  expect(await client.login(PAIR.user, PAIR.password)).toBe(true);
  await client.until(MSG.GLOBAL_REQUEST);
  return client;
}

const message = () => new WireWriter();
const open = (window = 1 << 20, maxPacket = 32_768) =>
  message().u8(MSG.CHANNEL_OPEN).string('session').u32(7).u32(window).u32(maxPacket).view();
const request = (type: string) => message().u8(MSG.CHANNEL_REQUEST).u32(0).string(type).bool(true);
const exec = (command: string) => request('exec').string(command).view();

/** Data, then what else came until CLOSE: `data:…`, `exit-status:0`, `eof`. */
async function output(client: MessageClient): Promise<{ data: string; seen: string[] }> {
  let data = '';
  const seen: string[] = [];
  for (;;) {
    const next = await client.next();
    if (next === undefined || next[0] === MSG.CHANNEL_CLOSE) return { data, seen };
    const reader = new WireReader(next, 5);
    if (next[0] === MSG.CHANNEL_DATA) data += reader.text();
    else if (next[0] === MSG.CHANNEL_EXTENDED_DATA) {
      reader.u32();
      data += `!${reader.text()}`;
    } else if (next[0] === MSG.CHANNEL_EOF) seen.push('eof');
    else if (next[0] === MSG.CHANNEL_REQUEST) {
      const type = reader.cstring();
      reader.bool();
      seen.push(
        type === 'exit-status' ? `exit ${reader.u32()}` : type === 'exit-signal' ? `signal ${reader.cstring()}` : type,
      );
    }
  }
}

function disconnectText(payload: Buffer | undefined): string | undefined {
  if (payload?.[0] !== MSG.DISCONNECT) return undefined;
  return new WireReader(payload, 5).text();
}

const actions = () => harness!.events.map((event) => event.event.action);
const events = (action: string) => harness!.events.filter((event) => event.event.action === action);
const settled = () => new Promise((resolve) => setImmediate(resolve));
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('login', () => {
  it('lets in with a configured pair and tells the whole story', async () => {
    const client = await loggedIn(await serve());
    client.send(open());
    await client.until(MSG.CHANNEL_OPEN_CONFIRMATION);
    client.send(exec('echo hi'));
    expect(await output(client)).toEqual({ data: 'hi\n', seen: ['eof', 'exit 0'] });
    client.close();
    await until(() => actions().includes('ssh-disconnect'));
    expect(actions()).toEqual([
      'ssh-connect',
      'ssh-client',
      'ssh-login',
      'ssh-session',
      'ssh-command',
      'ssh-disconnect',
    ]);
    expect(events('ssh-login')[0]).toMatchObject({
      event: { outcome: 'success', category: ['authentication'] },
      user: { name: 'root' },
      source: { ip: '127.0.0.1' },
      netsentinel: { credential: { method: 'password', password: 'toor', accepted: true } },
    });
    expect(events('ssh-client')[0]!.netsentinel!.ssh).toMatchObject({
      client_version: 'SSH-2.0-testclient',
      kex_algorithm: 'curve25519-sha256',
      cipher: 'aes128-gcm@openssh.com',
    });
    expect(events('ssh-command')[0]!.process!.command_line).toBe('echo hi');
    expect(new Set(harness!.events.map((event) => event.netsentinel!.session!.id)).size).toBe(1);
    expect(harness!.events.map((event) => event.netsentinel!.session!.sequence)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(events('ssh-disconnect')[0]!.event.duration).toBeGreaterThan(0);
  });

  it('names Debian’s methods and closes at the sixth failure', async () => {
    const client = await dial(await serve());
    await client.requestService();
    client.send(message().u8(MSG.USERAUTH_REQUEST).string('x').string('ssh-connection').string('none').view());
    expect(new WireReader((await client.next())!, 1).cstring()).toBe('publickey,password');
    for (let i = 0; i < 5; i++) expect(await client.tryPassword('x', `p${i}`)).toBe(MSG.USERAUTH_FAILURE);
    client.send(
      message()
        .u8(MSG.USERAUTH_REQUEST)
        .string('x')
        .string('ssh-connection')
        .string('password')
        .bool(false)
        .string('p')
        .view(),
    );
    expect(disconnectText(await client.next())).toBe('Too many authentication failures');
    expect(await client.next()).toBeUndefined();
    expect(events('ssh-login').map((event) => event.event.outcome)).toEqual(Array.from({ length: 6 }, () => 'failure'));
  });

  it('lets an attacker in at the configured try, remembers the pair, and refuses others from then on', async () => {
    const memory = new Map<string, Uint8Array>();
    const config = { credentials: { anyAfterTries: 3, weakPairs: false } };
    const first = await dial(await serve(config, { memory }));
    await first.requestService();
    expect(await first.tryPassword('root', 'a')).toBe(MSG.USERAUTH_FAILURE);
    expect(await first.tryPassword('root', 'b')).toBe(MSG.USERAUTH_FAILURE);
    expect(await first.tryPassword('root', 'c')).toBe(MSG.USERAUTH_SUCCESS);
    await harness!.close();
    const port = await serve(config, { memory });
    expect(await (await dial(port)).login('root', 'd')).toBe(false);
    expect(await (await dial(port)).login('root', 'c')).toBe(true);
  });

  it('never lets in a user that the machine has not, whatever comes', async () => {
    const port = await serve({ credentials: { any: true, denyUsers: ['tester'] } });
    expect(await (await dial(port)).login('nosuchuser', 'x')).toBe(false);
    expect(await (await dial(port)).login('tester', 'x')).toBe(false);
    expect(await (await dial(port)).login('root', 'x')).toBe(true);
  });

  it('picks the try that succeeds for each attacker, from the second to the fourth', async () => {
    const client = await dial(await serve({ credentials: { weakPairs: false } }));
    await client.requestService();
    const answers: (number | undefined)[] = [];
    while (answers.length < 4 && answers.at(-1) !== MSG.USERAUTH_SUCCESS)
      answers.push(await client.tryPassword('root', `guess${answers.length}`));
    expect(answers.at(-1)).toBe(MSG.USERAUTH_SUCCESS);
    expect(answers.length).toBeGreaterThan(1);
  });

  it('asks by keyboard-interactive when that is on', async () => {
    const client = await dial(await serve({ credentials: { accept: [PAIR] }, keyboardInteractive: true }));
    await client.requestService();
    client.send(
      message()
        .u8(MSG.USERAUTH_REQUEST)
        .string('root')
        .string('ssh-connection')
        .string('keyboard-interactive')
        .string('')
        .string('')
        .view(),
    );
    const question = new WireReader((await client.next())!, 1);
    expect([
      question.cstring(),
      question.cstring(),
      question.cstring(),
      question.u32(),
      question.text(),
      question.bool(),
    ]).toEqual(['', '', '', 1, 'Password: ', false]);
    client.send(message().u8(MSG.USERAUTH_INFO_RESPONSE).u32(1).string('toor').view());
    expect((await client.next())?.[0]).toBe(MSG.USERAUTH_SUCCESS);
  });

  it('does not let a user be changed midway', async () => {
    const client = await dial(await serve());
    await client.requestService();
    await client.tryPassword('a', 'x');
    client.send(message().u8(MSG.USERAUTH_REQUEST).string('b').string('ssh-connection').string('none').view());
    expect(disconnectText(await client.next())).toBe(
      'Change of username or service not allowed: (a,ssh-connection) -> (b,ssh-connection)',
    );
  });

  it('closes without a word when the time to log in is over', async () => {
    const client = await dial(await serve({ loginGraceMs: 1000 }));
    expect(await client.next()).toBeUndefined();
    await until(() => actions().includes('ssh-disconnect'));
    expect(events('ssh-disconnect')[0]!.event.reason).toBe('timeout before authentication');
  });
});

describe('sessions', () => {
  it('runs a login shell on a terminal, records it, and passes on size and end', async () => {
    const client = await loggedIn(await serve());
    client.send(open());
    client.send(request('pty-req').string('xterm').u32(100).u32(30).u32(0).u32(0).string('').view());
    client.send(request('env').string('LANG').string('C.UTF-8').view());
    client.send(request('env').string('LD_PRELOAD').string('x').view());
    client.send(request('shell').view());
    await client.until(MSG.CHANNEL_OPEN_CONFIRMATION);
    const granted: (number | undefined)[] = [];
    while (granted.length < 5) granted.push((await client.next())?.[0]);
    expect(granted).toEqual([
      MSG.CHANNEL_SUCCESS,
      MSG.CHANNEL_SUCCESS,
      MSG.CHANNEL_FAILURE,
      MSG.CHANNEL_WINDOW_ADJUST,
      MSG.CHANNEL_SUCCESS,
    ]);
    client.send(message().u8(MSG.CHANNEL_DATA).u32(0).string('env\nexit 3\n').view());
    const result = await output(client);
    expect(result.data).toBe('root@web01:~# {"LANG":"C.UTF-8"}\nroot@web01:~# ');
    expect(result.seen).toEqual(['eof', 'exit 3']);
    client.close();
    await until(() => actions().includes('ssh-disconnect'));
    expect(events('ssh-session')[0]!.netsentinel).toMatchObject({
      opened: 'shell',
      terminal: { type: 'xterm', columns: 100, rows: 30 },
      environment: { LANG: 'C.UTF-8' },
    });
    expect(events('ssh-command').map((event) => event.process!.command_line)).toEqual(['env', 'exit 3']);
    const [header, ...lines] = [...harness!.recordings.values()][0]!.toString('utf8').trim().split('\n');
    expect(JSON.parse(header!)).toMatchObject({ version: 2, width: 100, height: 30, env: { TERM: 'xterm' } });
    const typed = lines.map((line) => JSON.parse(line) as [number, string, string]);
    expect(typed.map((line) => line[1])).toEqual(['o', 'i', 'o', 'o']);
    expect(typed[1]![2]).toBe('env\nexit 3\n');
    expect(events('ssh-disconnect')[0]!.netsentinel!.recording).toMatchObject({ format: 'asciicast-v2' });
  });

  it('tells OpenSSH clients, and only them, that it reads no more', async () => {
    const port = await serve();
    for (const [version, expected] of [
      ['SSH-2.0-OpenSSH_9.2', ['eof', 'exit 0', 'eow@openssh.com']],
      ['SSH-2.0-other', ['eof', 'exit 0']],
    ] as const) {
      const client = await loggedIn(port, { version });
      client.send(open());
      client.send(exec('echo x'));
      expect((await output(client)).seen).toEqual(expected);
    }
  });

  it('reports a signal as such, and stderr apart', async () => {
    const port = await serve();
    const killed = await loggedIn(port);
    killed.send(open());
    killed.send(exec('kill'));
    expect((await output(killed)).seen).toEqual(['eof', 'signal KILL']);
    const erring = await loggedIn(port);
    erring.send(open());
    erring.send(exec('err oops'));
    expect((await output(erring)).data).toBe('!oops\n');
  });

  it('sends no more than the window allows and goes on when it opens', async () => {
    const client = await loggedIn(await serve());
    client.send(open(1000, 300));
    client.send(exec('flood 2500'));
    await client.until(MSG.CHANNEL_SUCCESS);
    let received = 0;
    while (received < 1000) {
      const chunk = new WireReader((await client.until(MSG.CHANNEL_DATA))!, 5).string();
      expect(chunk.length).toBeLessThanOrEqual(300);
      received += chunk.length;
    }
    expect(received).toBe(1000);
    client.send(message().u8(MSG.CHANNEL_WINDOW_ADJUST).u32(0).u32(5000).view());
    expect((await output(client)).data.length).toBe(1500);
  });

  it('opens ten sessions and refuses the eleventh', async () => {
    const client = await loggedIn(await serve());
    for (let i = 0; i < 11; i++) client.send(open());
    const answers: (number | undefined)[] = [];
    while (answers.length < 11) answers.push((await client.next())?.[0]);
    expect(answers).toEqual([
      ...Array.from({ length: 10 }, () => MSG.CHANNEL_OPEN_CONFIRMATION),
      MSG.CHANNEL_OPEN_FAILURE,
    ]);
  });

  it('passes window changes and signals to the shell', async () => {
    const client = await loggedIn(await serve());
    client.send(open());
    client.send(request('pty-req').string('xterm').u32(80).u32(24).u32(0).u32(0).string('').view());
    client.send(request('shell').view());
    client.send(
      message()
        .u8(MSG.CHANNEL_REQUEST)
        .u32(0)
        .string('window-change')
        .bool(false)
        .u32(120)
        .u32(40)
        .u32(0)
        .u32(0)
        .view(),
    );
    client.send(message().u8(MSG.CHANNEL_REQUEST).u32(0).string('signal').bool(false).string('TERM').view());
    const result = await output(client);
    expect(result.data).toContain('[120x40]');
    expect(result.seen).toEqual(['eof', 'signal TERM']);
  });
});

describe('the transport', () => {
  it('sends extension info and counts anew with strict key exchange', async () => {
    const client = await dial(await serve(), { extensions: ['ext-info-c', 'kex-strict-c-v00@openssh.com'] });
    const info = new WireReader((await client.next())!, 1);
    expect([info.u32(), info.cstring()]).toEqual([2, 'server-sig-algs']);
    expect(await client.login(PAIR.user, PAIR.password)).toBe(true);
  });

  it('renews keys when the client asks, in the middle of a session', async () => {
    const client = await loggedIn(await serve(), { extensions: ['kex-strict-c-v00@openssh.com'] });
    client.send(open());
    client.send(exec('cat'));
    for (const text of ['still', 'here']) {
      client.engine.rekey();
      client.send(message().u8(MSG.CHANNEL_DATA).u32(0).string(text).view());
      expect(new WireReader((await client.until(MSG.CHANNEL_DATA))!, 5).text()).toBe(text);
    }
    expect(client.engine.keyings).toBe(3);
  });

  it.each(['chacha20-poly1305@openssh.com', 'aes256-ctr', 'aes256-gcm@openssh.com'])(
    'carries a session over %s',
    async (cipher) => {
      const client = await loggedIn(await serve(), { cipher, mac: 'umac-64-etm@openssh.com' });
      client.send(open());
      client.send(exec(`echo ${cipher}`));
      expect((await output(client)).data).toBe(`${cipher}\n`);
    },
  );

  it.each([
    ['GET / HTTP/1.1\r\n\r\n', 'Invalid SSH identification string.\r\n'],
    ['SSH-1.5-x\r\n', 'Protocol major versions differ.\r\n'],
  ])('answers %j in the clear and closes', async (line, reply) => {
    const port = await serve();
    const text = await new Promise<string>((resolve) => {
      let received = '';
      const socket = connect(port, '127.0.0.1', () => socket.write(line));
      socket.on('data', (chunk) => (received += chunk.toString('latin1')));
      socket.on('error', () => {});
      socket.on('close', () => resolve(received));
    });
    expect(text).toBe(`SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10\r\n${reply}`);
    await until(() => actions().includes('ssh-disconnect'));
  });

  it.each([
    [0, 'Invalid ssh2 packet type: 0'],
    [200, 'Invalid ssh2 packet type: 200'],
  ])('ends at message type %i', async (type, text) => {
    const client = await dial(await serve());
    client.send(message().u8(type).u32(0).view());
    expect(disconnectText(await client.next())).toBe(text);
  });

  it('says which message it does not implement', async () => {
    const client = await dial(await serve());
    client.send(message().u8(22).view());
    const answer = new WireReader((await client.next())!);
    expect([answer.u8(), answer.u32()]).toEqual([MSG.UNIMPLEMENTED, 3]);
  });
});

describe('forwarding', () => {
  const direct = (host: string, port: number) =>
    message()
      .u8(MSG.CHANNEL_OPEN)
      .string('direct-tcpip')
      .u32(3)
      .u32(1 << 20)
      .u32(32_768)
      .string(host)
      .u32(port)
      .string('127.0.0.1')
      .u32(4)
      .view();
  const data = (text: string) => message().u8(MSG.CHANNEL_DATA).u32(0).string(text).view();

  it('pretends a web server and reports what was asked of it', async () => {
    const client = await loggedIn(await serve());
    client.send(direct('example.com', 80));
    await client.until(MSG.CHANNEL_OPEN_CONFIRMATION);
    client.send(data('GET / HTTP/1.1\r\nHost: example.com\r\n\r\n'));
    expect((await output(client)).data).toMatch(/^HTTP\/1\.1 200 OK\r\nServer: nginx\r\n/);
    client.send(message().u8(MSG.CHANNEL_CLOSE).u32(0).view());
    await until(() => events('ssh-forward').length === 2);
    expect(events('ssh-forward')[0]!.netsentinel!.forward).toEqual({
      kind: 'direct-tcpip',
      host: 'example.com',
      port: 80,
    });
    expect(events('ssh-forward')[1]!.message).toContain('Host: example.com');
  });

  it('pretends a mail server that takes everything and delivers nothing', async () => {
    const client = await loggedIn(await serve());
    client.send(direct('mx.example.com', 25));
    const say = async (text: string): Promise<string> => {
      client.send(data(text));
      return new WireReader((await client.until(MSG.CHANNEL_DATA))!, 5).text();
    };
    expect(new WireReader((await client.until(MSG.CHANNEL_DATA))!, 5).text()).toMatch(/^220 mx\.example\.com ESMTP/);
    expect(await say('HELO me\r\n')).toMatch(/^250 /);
    expect(await say('MAIL FROM:<a@b>\r\n')).toMatch(/^250 /);
    expect(await say('RCPT TO:<c@d>\r\n')).toMatch(/^250 /);
    expect(await say('DATA\r\n')).toMatch(/^354 /);
    expect(await say('Subject: spam\r\n\r\nbuy\r\n.\r\n')).toMatch(/^250 .*queued/);
    expect(await say('VRFY x\r\n')).toMatch(/^502 /);
    client.send(data('QUIT\r\n'));
    expect((await output(client)).data).toMatch(/^221 /);
  });

  it('pretends to listen, gives a port where none was named, and forgets on request', async () => {
    const client = await loggedIn(await serve());
    const ask = async (name: string, port: number) => {
      client.send(message().u8(MSG.GLOBAL_REQUEST).string(name).bool(true).string('').u32(port).view());
      return (await client.next())!;
    };
    const answer = await ask('tcpip-forward', 0);
    const port = new WireReader(answer, 1).u32();
    expect([answer[0], port >= 1024]).toEqual([MSG.REQUEST_SUCCESS, true]);
    expect((await ask('cancel-tcpip-forward', port))[0]).toBe(MSG.REQUEST_SUCCESS);
    expect((await ask('cancel-tcpip-forward', port))[0]).toBe(MSG.REQUEST_FAILURE);
    expect((await ask('tcpip-forward', 8080))[0]).toBe(MSG.REQUEST_SUCCESS);
    expect((await ask('tcpip-forward', 8080))[0]).toBe(MSG.REQUEST_FAILURE);
  });
});

describe('global requests', () => {
  it('announces the host keys and proves them', async () => {
    const client = await dial(await serve());
    await client.login(PAIR.user, PAIR.password);
    const reader = new WireReader((await client.until(MSG.GLOBAL_REQUEST))!, 1);
    expect([reader.cstring(), reader.bool()]).toEqual(['hostkeys-00@openssh.com', false]);
    const blobs = [Buffer.from(reader.string()), Buffer.from(reader.string()), Buffer.from(reader.string())];
    expect(reader.done).toBe(true);
    expect(blobs[2]).toEqual(client.engine.hostKeyBlob);
    const ask = message().u8(MSG.GLOBAL_REQUEST).string('hostkeys-prove-00@openssh.com').bool(true);
    for (const blob of blobs) ask.string(blob);
    client.send(ask.view());
    const proof = new WireReader((await client.next())!, 1);
    const types = blobs.map(() => new WireReader(proof.string()).cstring());
    expect(types).toEqual(['rsa-sha2-512', 'ecdsa-sha2-nistp256', 'ssh-ed25519']);
    expect(proof.done).toBe(true);
  });

  it('opens no session after no-more-sessions', async () => {
    const client = await loggedIn(await serve());
    client.send(message().u8(MSG.GLOBAL_REQUEST).string('no-more-sessions@openssh.com').bool(true).view());
    client.send(open());
    expect((await client.next())?.[0]).toBe(MSG.REQUEST_SUCCESS);
    expect(disconnectText(await client.next())).toMatch(/^Possible attack/);
  });

  it('answers keepalives as sshd does, with a failure', async () => {
    const client = await loggedIn(await serve());
    client.send(message().u8(MSG.GLOBAL_REQUEST).string('keepalive@openssh.com').bool(true).view());
    expect((await client.next())?.[0]).toBe(MSG.REQUEST_FAILURE);
  });
});

describe('admission', () => {
  it('keeps to its bounds, for each source and in all', async () => {
    const port = await serve(undefined, { limits: { maxConnectionsPerSource: 2 } });
    await dial(port);
    await dial(port);
    await expect(dial(port)).rejects.toThrow('closed');
    expect(harness!.decoy.connections).toBe(2);
  });

  it('refuses at random, and then altogether, those who do not log in', async () => {
    const port = await serve({ credentials: { accept: [PAIR] }, maxStartups: { start: 1, rate: 100, full: 2 } });
    await loggedIn(port);
    const waiting = await dial(port);
    await expect(dial(port)).rejects.toThrow('closed');
    await waiting.login(PAIR.user, PAIR.password);
    await dial(port);
  });

  it('ends everything on close', async () => {
    const client = await loggedIn(await serve());
    await harness!.decoy.close();
    expect(await client.next()).toBeUndefined();
    expect(harness!.decoy.connections).toBe(0);
    expect(actions().at(-1)).toBe('ssh-disconnect');
    await settled();
  });
});
