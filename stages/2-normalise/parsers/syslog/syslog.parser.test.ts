/** The envelope in all its forms, and what the document says of it. */
import { Refusal, type EcsDocument } from '@netsentinel/contracts/parser';
import { expect, it } from 'vitest';
import { sampleOf } from '../../records/sample.ts';
import { get } from '../../text/document.ts';
import { syslog } from './syslog.parser.ts';

const parser = syslog.create({ zone: '+01:00', referenceMs: Date.UTC(2026, 10, 21), trustedProxies: [] });

function read(line: string): EcsDocument {
  const parsed = parser.line!(line);
  if (parsed === undefined || parsed instanceof Refusal) throw new Error(`not read: ${line}`);
  return parsed;
}

it.each([
  ['Nov 21 09:30:00 www app[7]: hello', '2026-11-21T08:30:00.000Z', 'www', 'app', 7, 'hello'],
  ['<13>Nov  1 09:30:00 www app: hello', '2026-11-01T08:30:00.000Z', 'www', 'app', undefined, 'hello'],
  ['Nov 1 09:30:00 www app: hello', '2026-11-01T08:30:00.000Z', 'www', 'app', undefined, 'hello'],
  ['Dec 31 23:59:59 www app: hello', '2025-12-31T22:59:59.000Z', 'www', 'app', undefined, 'hello'],
  ['Nov 21 2019 09:30:00 www app: hello', '2019-11-21T08:30:00.000Z', 'www', 'app', undefined, 'hello'],
  ['[Nov 21 09:30:00] www app: hello', '2026-11-21T08:30:00.000Z', 'www', 'app', undefined, 'hello'],
  ['2026-11-21T09:30:00.123456+02:00 www app[7]: hello', '2026-11-21T07:30:00.123Z', 'www', 'app', 7, 'hello'],
  ['2026-11-21 09:30:00,125 www app[7] hello', '2026-11-21T08:30:00.125Z', 'www', 'app', 7, 'hello'],
  ['2026-11-21 09:30:00 UTC www app: hello', '2026-11-21T09:30:00.000Z', 'www', 'app', undefined, 'hello'],
  ['@400000006a1ff1d20ee6b280 app: hello', '2026-06-03T09:20:08.250Z', undefined, 'app', undefined, 'hello'],
  ['Nov 21 09:30:00 <auth.info> www app[7]: hello', '2026-11-21T08:30:00.000Z', 'www', 'app', 7, 'hello'],
  ['Nov 21 09:30:00 app[7]: hello', '2026-11-21T08:30:00.000Z', undefined, 'app', 7, 'hello'],
  ['Nov 21 09:30:00 app: hello', '2026-11-21T08:30:00.000Z', undefined, 'app', undefined, 'hello'],
  ['Nov 21 09:30:00 app [7]: hello', '2026-11-21T08:30:00.000Z', undefined, 'app', 7, 'hello'],
  ['Nov 21 09:30:00 www [app] hello', '2026-11-21T08:30:00.000Z', 'www', 'app', undefined, 'hello'],
  ['Nov 21 09:30:00 www [app][7] hello', '2026-11-21T08:30:00.000Z', 'www', 'app', 7, 'hello'],
  ['Nov 21 09:30:00 www app(pam_unix) hello', '2026-11-21T08:30:00.000Z', 'www', 'app(pam_unix)', undefined, 'hello'],
  ['Nov 21 09:30:00 www Two Words[7]: hello', '2026-11-21T08:30:00.000Z', 'www', 'Two Words', 7, 'hello'],
  [
    'Nov 21 09:30:00 www com.apple.x[1] (com.apple.y[22]): hello',
    '2026-11-21T08:30:00.000Z',
    'www',
    'com.apple.x[1] (com.apple.y[22])',
    undefined,
    'hello',
  ],
  [
    'Nov 21 09:30:00 www last message repeated 2 times',
    '2026-11-21T08:30:00.000Z',
    'www',
    undefined,
    undefined,
    'last message repeated 2 times',
  ],
  ['Nov 21 09:30:00 www app[7]: [ID 800047 auth.info] hello', '2026-11-21T08:30:00.000Z', 'www', 'app', 7, 'hello'],
  ['<13>app[7]: hello', undefined, undefined, 'app', 7, 'hello'],
  ['0000-12-30 00:00:00 www app[7]: hello', undefined, 'www', 'app', 7, 'hello'],
  ['<34>1 2026-11-21T09:30:00.003Z www app 7 ID47 - hello', '2026-11-21T09:30:00.003Z', 'www', 'app', 7, 'hello'],
  [
    '<34>1 2026-11-21T09:30:00.003Z www app 7 ID47 [a b="]\\"x"][c] hello',
    '2026-11-21T09:30:00.003Z',
    'www',
    'app',
    7,
    'hello',
  ],
  ['<34>1 - - - - - -', undefined, undefined, undefined, undefined, ''],
])('%s', (line, time, host, name, pid, message) => {
  const document = read(line);
  expect({
    time: document['@timestamp'],
    host: get(document, 'host.hostname'),
    name: get(document, 'process.name'),
    pid: get(document, 'process.pid'),
    message: document.message,
  }).toEqual({ time, host, name, pid, message });
});

it('names facility and severity, and opens structured data', () => {
  expect(
    read('<34>1 2026-11-21T09:30:00Z www app 7 ID47 [a@1 b="\\]\\"x" c="2"][__proto__ x="1"][d] hello')['log'],
  ).toEqual({
    syslog: {
      priority: 34,
      version: '1',
      facility: { code: 4, name: 'security/authorization' },
      severity: { code: 2, name: 'Critical' },
      msgid: 'ID47',
      structured_data: { 'a@1': { b: ']"x', c: '2' }, d: {} },
    },
  });
  expect(read('Nov 21 09:30:00 www app: x')['log']).toBeUndefined();
});

it.each([
  'hello world',
  '<999>x',
  '<34>1 yesterday www app - - - x',
  '<34>1 - www',
  '<34>1 - - - - - [a',
  'Foo 21 09:30:00 www app: x',
  'Nov 41 09:30:00 www app: x',
  '@4000 x',
])('refuses %s', (line) => expect(line.startsWith('<999>') || parser.line!(line) instanceof Refusal).toBe(true));

it('leaves messages alone that are too long to trust their end', () => {
  const line = `Nov 21 09:30:00 www sshd[1]: Failed password for invalid user ${'x'.repeat(9000)} from 198.51.100.7 port 4 ssh2`;
  expect(read(line).source).toBeUndefined();
});

it('writes Elastic’s names for sudo, ssh and accounts', () => {
  const sudo = read('Nov 21 09:30:00 www sudo:    alice : TTY=pts/0 ; PWD=/tmp ; USER=root ; COMMAND=/bin/sh -c a ; b');
  expect(sudo['system']).toEqual({
    auth: { sudo: { tty: 'pts/0', pwd: '/tmp', user: 'root', command: '/bin/sh -c a ; b' } },
  });
  expect(sudo['related']).toEqual({ hosts: ['www'], user: ['alice', 'root'] });
  const ssh = read(
    'Nov 21 09:30:00 www sshd[1]: Accepted publickey for alice from 198.51.100.7 port 4 ssh2: RSA SHA256:x',
  );
  expect(ssh['system']).toEqual({
    auth: { ssh: { event: 'Accepted', method: 'publickey', signature: 'RSA SHA256:x' } },
  });
  const user = read(
    'Nov 21 09:30:00 www useradd[1]: new user: name=bob, UID=1, GID=2, home=/home/bob, shell=/bin/sh, from=none',
  );
  expect(user['system']).toEqual({ auth: { useradd: { home: '/home/bob', shell: '/bin/sh' } } });
  expect([user['user'], user['group']]).toEqual([{ name: 'bob', id: '1' }, { id: '2' }]);
});

it('is sure of syslog, and half as sure as a special format may be', () => {
  const sure = (text: string): number => syslog.recognise(sampleOf(Buffer.from(text), true));
  expect(
    sure('Nov 21 09:30:00 www app[7]: x\n more of it\nNov 21 09:30:01 www last message repeated 2 times\n'),
  ).toBeGreaterThan(0.4);
  expect(sure('2026-11-21 09:30:00 something else\n')).toBe(0);
  expect(sure('GET / HTTP/1.1\n')).toBe(0);
});
