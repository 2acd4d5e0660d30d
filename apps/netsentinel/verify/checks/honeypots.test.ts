/** Each check fires at a peer that answers as a honeypot does: bytes as Cowrie, OpenCanary, Dionaea, Heralding and Python's libraries send them. */
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterAll, describe, expect, it } from 'vitest';
import { selfSignedCertificate } from '@netsentinel/decoys/tls/certificate';
import { createPersona } from '@netsentinel/decoys/persona/persona';
import { closePeers, outcomes, peer, persona, tellsOf } from '../verify.fixture.ts';

afterAll(closePeers);

const windows = createPersona(Buffer.alloc(32, 9), 'windows-2019-fileserver');
const LIMIT_MS = 40_000;

describe('FTP', () => {
  it.concurrent('of Dionaea and OpenCanary', async () => {
    const port = await peer('220 Welcome to the ftp service\r\n', (said) =>
      said.startsWith('QUIT')
        ? '221 Goodbye.\r\n'
        : said.startsWith('USER')
          ? '331 Password required.\r\n'
          : '530 Sorry, Authentication failed.\r\n',
    );
    const tells = tellsOf(await outcomes({ type: 'ftp', port, product: 'vsftpd' }, /ftp|greeting/));
    expect(Object.keys(tells).toSorted()).toEqual([
      'default-greeting',
      'ftp-failure-time',
      'ftp-greeting',
      'ftp-replies',
    ]);
    expect(tells['ftp-failure-time']).toMatch(/the real one takes 1400 ms or more/);
  });
});

describe('Telnet', () => {
  it.concurrent(
    'of Cowrie',
    async () => {
      const port = await peer('\xff\xfd\x1flogin: ', (said, turn) =>
        /nobody/.test(said) ? '\xff\xfb\x01Password: ' : /wrong/.test(said) ? '\r\nsvr04:~# ' : turn > 0 ? '' : '',
      );
      const tells = tellsOf(
        await outcomes({ type: 'telnet', port, product: 'Linux telnetd' }, /telnet-(?!failure)|greeting/),
      );
      expect(Object.keys(tells).toSorted()).toEqual([
        'default-greeting',
        'telnet-first-bytes',
        'telnet-prompt',
        'telnet-refusal',
      ]);
    },
    LIMIT_MS,
  );

  it.concurrent('that refuses at once', async () => {
    const port = await peer(`${persona.hostname} login: `, (said) =>
      said.includes('nobody') ? 'Password: ' : said.includes('wrong') ? '\r\nLogin incorrect\r\n' : '',
    );
    const tells = tellsOf(await outcomes({ type: 'telnet', port, product: 'Linux telnetd' }, /telnet/));
    expect(Object.keys(tells).toSorted()).toEqual(['telnet-failure-time', 'telnet-first-bytes']);
    expect(tells['telnet-first-bytes']).toMatch(/without options/);
  });

  it.concurrent(
    'behind which is a shell of Cowrie',
    async () => {
      const prompt = 'root@svr04:~# ';
      const answers: Readonly<Record<string, string>> = {
        uname: 'Linux svr04 3.2.0-4-amd64 #1 SMP Debian 3.2.68-1+deb7u1 x86_64 GNU/Linux',
        version: 'Linux version 3.2.0-4-amd64 (debian-kernel@lists.debian.org)',
        cpu: 'model name\t: Intel(R) Core(TM)2 Duo CPU E8200 @ 2.66GHz',
        passwd: 'phil:x:1000:1000:Phil California,,,:/home/phil:/bin/bash',
        uptime: '900.0 1.0',
        later: '800.0 1.0',
        sum: '$((6*7))',
        nothing: 'what?',
      };
      const port = await peer('\xff\xfd\x1flogin: ', (said) => {
        const name = /echo ==(\w+)==/.exec(said)?.[1];
        if (name !== undefined) return `${said}\x1b[4l==${name}==\r\n\x1b[4h${answers[name] ?? ''}\r\n${prompt}`;
        if (said.includes('v-')) return `\r\n${prompt}`;
        return said.includes('\r\n') ? 'Password: ' : '';
      });
      const machine = { ...persona, users: [{ ...persona.users[0]!, name: 'root', login: true }] };
      const tells = tellsOf(await outcomes({ type: 'telnet', port, persona: machine }, /^shell/));
      expect(Object.keys(tells).toSorted()).toEqual([
        'shell-known-texts',
        'shell-machine',
        'shell-uptime',
        'shell-works',
      ]);
      expect(tells['shell-works']).toMatch(/six times seven/);
    },
    LIMIT_MS,
  );
});

describe('HTTP', () => {
  const page = (head: string, body: string): string => `${head}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

  it.concurrent(
    'of Python, under the name of nginx',
    async () => {
      const port = await peer(
        '',
        (said) =>
          page(
            `HTTP/1.0 ${/^(?:NOT|BREW)/.test(said) ? '400 Bad request syntax' : '200 OK'}\r\nServer: BaseHTTP/0.6 Python/3.11\r\nDate: Tue, 20 Jan 2015 00:00:00 GMT\r\nETag: "x"\r\nLast-Modified: Tue, 19 May 1993 09:00:00 GMT`,
            /^(?:NOT|BREW)/.test(said) ? '<p>Error code: 400</p>' : 'hello',
          ),
        true,
      );
      const tells = tellsOf(await outcomes({ type: 'http', port, product: 'nginx' }, /http|default-page/));
      expect(Object.keys(tells).toSorted()).toEqual(
        [
          'default-page',
          'http-bad-request',
          'http-date',
          'http-etag',
          'http-head',
          'http-no-host',
          'http-server',
          'http-unknown-method',
        ].toSorted(),
      );
    },
    LIMIT_MS,
  );

  it.concurrent(
    "whose tag is not made of what it tells, and whose error page is nginx's",
    async () => {
      const nginx = page('HTTP/1.1 404 Not Found\r\nDate: x\r\nServer: Apache', '<center>nginx</center>');
      const port = await peer('', (said) => (said.includes('nothing-of') || !said.includes('GET') ? nginx : ''), true);
      expect(
        tellsOf(await outcomes({ type: 'http', port, product: 'Apache httpd' }, /error-page|bad-request/)),
      ).toEqual({
        'http-error-page': "its error page is nginx's",
        'http-bad-request': "its error page is nginx's",
      });
      const tagged = await peer(
        '',
        () =>
          page(
            `HTTP/1.1 200 OK\r\nServer: nginx\r\nDate: ${new Date().toUTCString()}\r\nLast-Modified: ${new Date(0).toUTCString()}\r\nETag: "deadbeef-5"`,
            'hello',
          ),
        true,
      );
      expect(tellsOf(await outcomes({ type: 'http', port: tagged, product: 'nginx' }, /http-etag/))).toMatchObject({
        'http-etag': expect.stringContaining('is not made of the date') as string,
      });
    },
    LIMIT_MS,
  );
});

describe('TLS', () => {
  it.concurrent('with the certificate of Dionaea, made a moment ago', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const der = selfSignedCertificate({
      subject: { commonName: 'Nepenthes Development Team', organization: 'dionaea.carnivore.it', country: 'DE' },
      altNames: [],
      style: 'openssl',
      serial: Buffer.from([1]),
      notBefore: Date.now() - 60_000,
      notAfter: Date.now() + 86_400_000,
      publicKey,
      privateKey,
    } as unknown as Parameters<typeof selfSignedCertificate>[0]);
    const cert = `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`;
    const server = createTlsServer({ cert, key: privateKey.export({ format: 'pem', type: 'pkcs8' }) }).listen(
      0,
      '127.0.0.1',
    );
    server.on('tlsClientError', () => {});
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const tells = tellsOf(await outcomes({ type: 'https', port, persona: windows }, /^tls/));
    server.close();
    expect(Object.keys(tells).toSorted()).toEqual(['tls-certificate', 'tls-known-certificate', 'tls-stack']);
    expect(tells['tls-certificate']).toMatch(/made 1 minutes ago/);
  });

  it.concurrent('that is agreed on and not spoken', async () => {
    const port = await peer('', () => 'no');
    expect(Object.keys(tellsOf(await outcomes({ type: 'https', port }, /^tls-handshake/)))).toEqual(['tls-handshake']);
  });
});

describe('MySQL', () => {
  const greeting = (version: string, thread: number, salt: string): string => {
    const number = Buffer.alloc(4);
    number.writeUInt32LE(thread);
    const body = `\x0a${version}\0${number.toString('latin1')}${salt.slice(0, 8)}\0\xff\xf7\x08\x02\0\x0f\x80\x15${'\0'.repeat(10)}${salt.slice(8)}\0mysql_native_password\0`;
    return `${String.fromCodePoint(body.length)}\0\0\0${body}`;
  };

  it.concurrent(
    'of Dionaea and Heralding',
    async () => {
      const port = await peer(greeting('5.7.16', 4321, 'aaaaaaaaaaaaaaaaaaaa'), () => '\x09\0\0\x02\xff\x15\x04#28000');
      const tells = tellsOf(await outcomes({ type: 'mysql', port, version: '8.0.41' }, /mysql|default-greeting/));
      expect(Object.keys(tells).toSorted()).toEqual([
        'default-greeting',
        'mysql-access-denied',
        'mysql-bad-packet',
        'mysql-salt',
        'mysql-thread',
        'mysql-version',
      ]);
    },
    LIMIT_MS,
  );

  it.concurrent('that calls itself 8.0 and is not', async () => {
    const port = await peer(greeting('8.0.41', 7, 'abcdefgh12345678ijkl'));
    expect(
      tellsOf(await outcomes({ type: 'mysql', port, version: '8.0.41' }, /mysql-version/))['mysql-version'],
    ).toMatch(/caching_sha2_password/);
  });
});

describe('PostgreSQL', () => {
  it.concurrent(
    'of Heralding',
    async () => {
      const error =
        'SFATAL\0C28P01\0Mpassword authentication failed for user "nobody_of_this_name"\0Fauth.c\0L288\0Rauth_failed\0\0';
      const port = await peer('', (said, turn) =>
        said.length === 8
          ? 'No'
          : turn === 0
            ? 'R\0\0\0\x08\0\0\0\x03'
            : `E\0\0\0${String.fromCodePoint(error.length + 4)}${error}`,
      );
      const tells = tellsOf(await outcomes({ type: 'postgres', port }, /postgres-(?!failure|nonce)/));
      expect(Object.keys(tells).toSorted()).toEqual([
        'postgres-failed-login',
        'postgres-method',
        'postgres-protocol',
        'postgres-ssl',
      ]);
      expect(tells['postgres-failed-login']).toMatch(/fields are missing/);
    },
    LIMIT_MS,
  );

  it.concurrent('with one challenge for all', async () => {
    const port = await peer('', () => 'R\0\0\0\x0c\0\0\0\x05abcd');
    expect(Object.keys(tellsOf(await outcomes({ type: 'postgres', port }, /postgres-nonce/)))).toEqual([
      'postgres-nonce',
    ]);
  });
});

describe('Redis', () => {
  it.concurrent('of OpenCanary', async () => {
    const port = await peer('', (said) =>
      /NOSUCH/.test(said) ? "-ERR unknown command 'nosuch'\r\n" : '-NOAUTH Authentication required.\r\n',
    );
    const found = await outcomes({ type: 'redis', port }, /redis/);
    expect(Object.keys(tellsOf(found)).toSorted()).toEqual(['redis-errors', 'redis-unknown-command']);
    expect(found['redis-info']).toMatchObject({ result: 'skipped' });
  });

  it.concurrent('whose INFO never changes', async () => {
    const info = 'redis_version:2.8.4\r\nos:Linux 3.2\r\nrun_id:x\r\nuptime_in_seconds:10\r\nuptime_in_days:9\r\n';
    const port = await peer('', () => `$${info.length}\r\n${info}\r\n`);
    const found = await outcomes(
      { type: 'redis', port, persona: { ...persona, software: { redis: { product: 'Redis', version: '7.0.15' } } } },
      /redis-info/,
    );
    expect(Object.keys(tellsOf(found))).toEqual(['redis-info', 'redis-info-adds-up']);
  });
});

describe('SMB', () => {
  it.concurrent(
    'of Dionaea: version 1 alone, with its names',
    async () => {
      const names = Buffer.from('WORKGROUP\0HOMEUSER-3AF6FE\0', 'utf16le').toString('latin1');
      const body = `\xffSMBr${'\0'.repeat(27)}\x11${'\0'.repeat(36)}${'c'.repeat(8)}${names}`;
      const port = await peer('', () => `\0\0\0${String.fromCodePoint(body.length)}${body}`);
      const tells = tellsOf(await outcomes({ type: 'smb', port, persona: windows }, /smb/));
      expect(Object.keys(tells).toSorted()).toEqual(['smb-1-names', 'smb-challenge', 'smb-dialect', 'smb-garbage']);
      expect(tells['smb-1-names']).toMatch(/as Dionaea does/);
    },
    LIMIT_MS,
  );

  it.concurrent(
    'of Impacket: a GUID of one letter, a clock that stands, a fixed challenge',
    async () => {
      const negotiated = Buffer.alloc(64);
      negotiated.writeUInt16LE(65, 0);
      negotiated.writeUInt16LE(0x0210, 4);
      negotiated.fill('A', 8, 24);
      negotiated.writeUInt32LE(65_536, 32);
      const header = `\xfeSMB${'\0'.repeat(60)}`;
      const info = Buffer.from('0100080049004d0050000000', 'hex');
      const challenge = Buffer.alloc(56);
      challenge.write('NTLMSSP\0\u0002', 0, 'latin1');
      challenge.write('1122334455667788', 24, 'hex');
      challenge.writeUInt16LE(info.length, 40);
      challenge.writeUInt32LE(56, 44);
      const reply = (body: Buffer): string =>
        `\0\0\0${String.fromCodePoint(64 + body.length)}${header}${body.toString('latin1')}`;
      const port = await peer('', (_said, turn) => reply(turn === 0 ? negotiated : Buffer.concat([challenge, info])));
      const tells = tellsOf(await outcomes({ type: 'smb', port, persona: windows }, /smb-(?!1|garbage)/));
      expect(Object.keys(tells).toSorted()).toEqual(['smb-challenge', 'smb-dialect', 'smb-guid', 'smb-time']);
    },
    LIMIT_MS,
  );
});

describe('RDP', () => {
  it.concurrent(
    'of OpenCanary',
    async () => {
      const port = await peer('', (_said, turn) =>
        turn === 0 ? Buffer.from('030000130ed000001234000209080002000000', 'hex').toString('latin1') : undefined,
      );
      const found = await outcomes({ type: 'rdp', port, persona: windows }, /^rdp|tls-handshake/);
      expect(Object.keys(tellsOf(found)).toSorted()).toEqual(['rdp-connect', 'rdp-garbage', 'tls-handshake']);
    },
    LIMIT_MS,
  );
});

it.concurrent('sees a port that sends back what it is sent', async () => {
  const port = await peer('', (said) => said);
  expect(Object.keys(tellsOf(await outcomes({ type: 'scripted', port }, /scripted/)))).toEqual(['scripted-echo']);
});
