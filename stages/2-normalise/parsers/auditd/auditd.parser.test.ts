/** Records alone and joined, hexadecimal text, users by the kind of record. */
import { Refusal, type EcsDocument } from '@netsentinel/contracts/parser';
import { describe, expect, it } from 'vitest';
import { RecordReader } from '../../records/record-reader.ts';
import { auditd } from './auditd.parser.ts';
import { socketOf } from './socket.ts';

const options = { zone: 'UTC', referenceMs: 0, trustedProxies: [] };

function read(text: string): EcsDocument[] {
  const documents: EcsDocument[] = [];
  const reader = new RecordReader({
    definition: auditd,
    parse: options,
    onDocument: (document) => documents.push(document),
    onRefused: ({ reason }) => expect.fail(reason),
  });
  reader.push(Buffer.from(text));
  reader.end();
  return documents;
}

const STAMP = 'msg=audit(1795253400.125:7)';
const CALL = `type=SYSCALL ${STAMP}: arch=c000003e syscall=59 success=yes exit=0 items=1 ppid=9 pid=10 auid=1000 uid=0 comm="sh" exe="/bin/sh" key=(null)`;

describe('records of one event', () => {
  it('become one document', () => {
    const lines = [
      CALL,
      `type=EXECVE ${STAMP}: argc=3 a0="sh" a1="-c" a2=6964203E202F746D702F78`,
      `type=CWD ${STAMP}: cwd="/root"`,
      `type=PATH ${STAMP}: item=0 name="/bin/sh" nametype=NORMAL`,
      `type=PROCTITLE ${STAMP}: proctitle=7368002D63`,
    ];
    const documents = read(`${lines.join('\n')}\n`);
    expect(documents).toHaveLength(1);
    expect(documents[0]).toMatchObject({
      '@timestamp': '2026-11-21T09:30:00.125Z',
      event: {
        action: 'executed',
        category: ['process'],
        type: ['start'],
        outcome: 'success',
        original: lines.join('\n'),
      },
      process: {
        args: ['sh', '-c', 'id > /tmp/x'],
        command_line: 'sh -c id > /tmp/x',
        working_directory: '/root',
        pid: 10,
        parent: { pid: 9 },
      },
      host: { architecture: 'x86_64' },
      user: { id: '0', audit: { id: '1000' } },
      auditd: { log: { proctitle: 'sh -c', sequence: 7, paths: [{ name: '/bin/sh' }] } },
    });
  });

  it('tell where a connection went', () => {
    const call = CALL.replace('syscall=59', 'syscall=42');
    const [document] = read(`${call}\ntype=SOCKADDR ${STAMP}: saddr=020001BBC63364070000000000000000\n`);
    expect(document).toMatchObject({
      event: { action: 'connected-to', category: ['network'] },
      destination: { ip: '198.51.100.7', port: 443 },
      network: { direction: 'egress' },
    });
  });

  it('are apart where their stamps differ', () => {
    expect(read(`${CALL}\ntype=CWD msg=audit(1795253400.125:8): cwd="/"\n`)).toHaveLength(2);
  });
});

describe('a record', () => {
  it('of a login has who and from where', () => {
    const [document] = read(
      `node=web1 type=USER_LOGIN ${STAMP}: pid=5 uid=0 auid=4294967295 ses=1 msg='op=login acct="root" exe="/usr/sbin/sshd" hostname=? addr=198.51.100.7 terminal=sshd res=failed'`,
    );
    expect(document).toMatchObject({
      event: { action: 'logged-in', category: ['authentication'], outcome: 'failure' },
      source: { ip: '198.51.100.7' },
      user: { id: '4294967295', name: 'root', terminal: 'sshd' },
      related: { ip: ['198.51.100.7'], user: ['root'] },
      auditd: { log: { node: 'web1', uid: '0' } },
    });
  });

  it('of a new account has who made it, and whom', () => {
    const [document] = read(
      `type=ADD_USER ${STAMP}: pid=5 uid=0 auid=1000 ses=1 msg='op=add-user id=1001 res=success'`,
    );
    expect(document).toMatchObject({ user: { id: '1000', effective: { id: '0' }, target: { id: '1001' } } });
  });

  it('of typed keys shows control characters', () => {
    const [document] = read(`type=TTY ${STAMP}: tty pid=5 uid=0 comm="bash" data=6C730D7F`);
    expect(document).toMatchObject({ auditd: { log: { data: 'ls^M^?' } } });
  });

  it('is known by its number, and inside of another log', () => {
    const [document] = read('Nov 21 09:30:00 web1 kernel: audit: type=1400 audit(1795253400.125:7): apparmor="DENIED"');
    expect(document).toMatchObject({ event: { action: 'violated-selinux-policy' } });
  });

  it('that is none is refused', () => {
    expect(auditd.create(options).line!('hello')).toBeInstanceOf(Refusal);
  });
});

it('reads socket addresses', () => {
  expect(socketOf('0A0001BB0000000020010DB800000000000000000000000700000000')).toMatchObject({
    ip: '2001:db8::7',
    port: 443,
  });
  expect(socketOf('01002F72756E')).toBeUndefined();
  expect(socketOf('zz')).toBeUndefined();
});
