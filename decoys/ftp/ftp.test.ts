import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { toldOf } from '../service/session.fixture.ts';
import { ControlLines } from './control-lines.ts';
import { playFtp, type PlayedFtp } from './ftp.fixture.ts';
import { fuzz, seeds } from './ftp.fuzz.ts';
import { glob } from './glob.ts';

let ftp: PlayedFtp;

afterEach(() => ftp?.service.close());

describe.each(['vsftpd', 'proftpd'] as const)('the FTP decoy as %s', (product) => {
  it('keeps what is uploaded, shows it, and finds it again in the next session', async () => {
    ftp = await playFtp({ product });
    await ftp.login();
    await ftp.ask('TYPE I');
    const stored = await ftp.transfer('STOR dropper.sh', '#!/bin/sh\n');
    expect(stored.replies).toMatch(/^150 .*\r\n226 Transfer complete\.?\r\n$/);
    expect((await ftp.transfer('LIST')).data).toMatch(/-rw-.* 10 .* dropper\.sh\r\n/);
    expect((await ftp.transfer('NLST')).data.split('\r\n')).toContain('dropper.sh');
    expect((await ftp.transfer('RETR dropper.sh')).data).toBe('#!/bin/sh\n');
    expect([...ftp.service.blobs.values()].map((bytes) => Buffer.from(bytes).toString())).toContain('#!/bin/sh\n');
    const upload = ftp.service.events.find(({ tags }) => tags?.includes('upload'))!;
    expect(upload).toMatchObject({
      event: { action: 'ftp-file' },
      user: { name: ftp.user },
      file: { path: `/home/${ftp.user}/dropper.sh`, size: 10 },
    });
    await ftp.ask('QUIT');
    const { service, user } = ftp;
    const again = service.connect();
    await again.send(`USER ${user}\r\nPASS letmein\r\nTYPE I\r\nSIZE dropper.sh\r\n`);
    await again.settle();
    expect(again.text).toMatch(/213 10\r\n$/);
  });

  it('gives a data connection to nobody but whom the port was offered', async () => {
    ftp = await playFtp({ product });
    await ftp.login();
    const offer = await ftp.ask('PASV');
    const [, high, low] = /,(\d+),(\d+)\)/.exec(offer)!;
    const port = Number(high) * 256 + Number(low);
    const stranger = ftp.connectData(port, '192.0.2.99');
    await ftp.client.settle();
    expect(stranger.destroyed).toBe(true);
    expect(await ftp.ask('LIST')).toBe('');
    const own = ftp.connectData(port);
    own.resume();
    await ftp.client.settle();
    expect(ftp.client.take()).toMatch(/^150 .*\r\n226 /);
    const second = ftp.connectData(port);
    await ftp.client.settle();
    expect(second.destroyed).toBe(true);
  });

  it('opens nothing to a client in active mode, and tells of bounces', async () => {
    ftp = await playFtp({ product });
    await ftp.login();
    expect(await ftp.ask('PORT 192,0,2,5,0,25')).toMatch(/^500 Illegal PORT command\.?\r\n/);
    expect(await ftp.ask('PORT 192,0,2,5,31,64')).toMatch(/^500 Illegal PORT command\.?\r\n/);
    expect(ftp.service.events.at(-1)).toMatchObject({
      event: { action: 'ftp-forward' },
      netsentinel: { forward: { kind: 'ftp-bounce', host: '192.0.2.5', port: 8000 } },
    });
    expect(await ftp.ask('PORT 198,51,100,7,31,64')).toMatch(/^200 PORT command successful/);
    expect(await ftp.ask('LIST', 1000)).toMatch(/^425 /);
  });

  it('lets three wrong passwords pass, each after the time that PAM takes', async () => {
    ftp = await playFtp({ product, credentials: { anyAfterTries: false, weakPairs: false } });
    for (let i = 0; i < 3; i++) {
      expect(await ftp.ask(`USER ${ftp.user}`)).toMatch(/^331 /);
      expect(await ftp.ask('PASS wrong')).toBe('');
      expect(await ftp.ask('', 4200)).toMatch(/^530 Login incorrect\.\r\n/);
    }
    expect(ftp.client.closed).toBe(true);
    expect(toldOf(ftp.service.events).filter((told) => told === 'ftp-login failure')).toHaveLength(3);
  });

  it('never lets root in, whatever the password', async () => {
    ftp = await playFtp({ product });
    await ftp.ask('USER root');
    expect(await ftp.ask('PASS toor', 5000)).toBe('530 Login incorrect.\r\n');
  });

  it('is done with clients that stay silent', async () => {
    ftp = await playFtp({ product });
    await ftp.client.settle(1_200_000);
    expect(ftp.client.text).toMatch(/421 .*\r\n$/);
    expect(ftp.client.closed).toBe(true);
  });
});

describe('FTPS', () => {
  const secure = (stream: Duplex): { readonly text: () => string; readonly socket: TLSSocket } => {
    let text = '';
    const socket = connectTls({ socket: stream, rejectUnauthorized: false });
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
    return { text: () => text, socket };
  };

  it('begins with TLS where it is implicit, and says nothing before', async () => {
    ftp = await playFtp({ tls: 'implicit' });
    expect(ftp.client.received.length).toBe(0);
    const { text, socket } = secure(ftp.client.stream);
    await once(socket, 'data');
    expect(text()).toBe('220 (vsFTPd 3.0.3)\r\n');
    expect(ftp.service.events.at(-1)).toMatchObject({ event: { action: 'ftp-tls' }, tls: { established: true } });
  });

  it.each(['vsftpd', 'proftpd'] as const)('goes on in TLS after AUTH, as %s', async (product) => {
    ftp = await playFtp({ product, tls: 'explicit' });
    expect(await ftp.ask('AUTH TLS')).toMatch(/^(?:220.*\r\n)?234 /);
    const { text, socket } = secure(ftp.client.stream);
    await once(socket, 'secureConnect');
    socket.write(`PBSZ 0\r\nPROT P\r\nUSER ${ftp.user}\r\nPASS letmein\r\nPWD\r\n`);
    while (!text().includes('257 ')) await once(socket, 'data');
    expect(text()).toMatch(/230 .*\r\n257 "\/home\/\w+" is the current directory\r\n$/s);
    expect(ftp.service.events.find(({ event }) => event.action === 'ftp-tls')?.tls?.client?.ja3).toMatch(
      /^[\da-f]{32}$/,
    );
  });
});

describe('vsftpd', () => {
  it('locks anonymous visitors in and lets them change nothing', async () => {
    ftp = await playFtp({ anonymous: true });
    await ftp.ask('USER anonymous');
    expect(await ftp.ask('PASS nmap@')).toBe('230 Login successful.\r\n');
    expect(await ftp.ask('PWD')).toBe('257 "/" is the current directory\r\n');
    await ftp.ask('CWD ../../etc');
    expect(await ftp.ask('PWD')).toBe('257 "/" is the current directory\r\n');
    expect((await ftp.transfer('RETR ../../../etc/passwd')).replies).toMatch(/550 Failed to open file/);
    expect((await ftp.transfer('STOR x', 'x')).replies).toMatch(/550 Permission denied/);
  });

  it('ends a line that is too long, and one that is HTTP', async () => {
    ftp = await playFtp();
    expect(await ftp.ask('A'.repeat(9000))).toMatch(/^(?:220.*\r\n)?500 Input line too long\.\r\n/);
    expect(ftp.client.closed).toBe(true);
  });
});

describe('ProFTPD', () => {
  it('copies what may be read, refuses what may not, and tells of both', async () => {
    ftp = await playFtp({ product: 'proftpd' });
    expect(await ftp.ask('SITE CPFR /etc/passwd')).toBe('530 Please login with USER and PASS\r\n');
    await ftp.login();
    expect(await ftp.ask('SITE CPFR /etc/shadow')).toMatch(/^550 |^350 /);
    await ftp.ask('SITE CPFR /etc/passwd');
    expect(await ftp.ask('SITE CPTO stolen')).toBe('250 Copy successful\r\n');
    expect((await ftp.transfer('RETR stolen')).data).toContain('root:x:0:0:');
    expect(ftp.service.events.filter(({ event }) => event.action === 'ftp-request').length).toBeGreaterThan(2);
  });

  it('breaks off a transfer that waits for its connection', async () => {
    ftp = await playFtp({ product: 'proftpd' });
    await ftp.login();
    await ftp.ask('PASV');
    expect(await ftp.ask('LIST')).toBe('');
    expect(await ftp.ask('ABOR')).toBe('426 Transfer aborted. Data connection closed\r\n226 Abort successful\r\n');
    expect(await ftp.ask('NOOP')).toBe('200 NOOP command successful\r\n');
  });
});

it('takes Telnet’s commands out of a line', () => {
  const lines = new ControlLines({ maxLine: 100, crlfOnly: true, telnet: true });
  lines.push(Buffer.from('\xff\xf4\xff\xf2ABOR\r\nNO\xff\xfd\x01OP\r\n', 'latin1'));
  expect(lines.next()).toEqual({ line: 'ABOR' });
  expect(lines.next()).toEqual({ answer: Buffer.from([255, 252, 1]) });
  expect(lines.next()).toEqual({ line: 'NOOP' });
});

it('matches names in bounded time', () => {
  expect(glob('*.{txt,md}', 'notes.md')).toBe(true);
  expect(glob('[a-c]?*', 'big', 'classes')).toBe(true);
  expect(glob('[!a]*', 'abc', 'classes')).toBe(false);
  expect(glob(`${'*a'.repeat(2000)}b`, 'a'.repeat(4000))).toBe(false);
});

it('survives its own seeds', async () => {
  for (const seed of seeds) await expect(fuzz(seed)).resolves.toBeUndefined();
});
