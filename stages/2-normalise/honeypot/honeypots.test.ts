/** What honeypots wrote means to us what our own decoys would have said. */
import type { EcsDocument, ParserDefinition } from '@netsentinel/contracts/parser';
import { interactionOf } from '@netsentinel/contracts/interaction';
import { describe, expect, it } from 'vitest';
import { toEvent } from '../event/to-event.ts';
import { conpot } from '../parsers/conpot/conpot.parser.ts';
import { cowrie } from '../parsers/cowrie/cowrie.parser.ts';
import { dionaea } from '../parsers/dionaea/dionaea.parser.ts';
import { heralding } from '../parsers/heralding/heralding.parser.ts';
import { honeytrap } from '../parsers/honeytrap/honeytrap.parser.ts';
import { opencanary } from '../parsers/opencanary/opencanary.parser.ts';
import { RecordReader } from '../records/record-reader.ts';

function read(definition: ParserDefinition, text: string) {
  const documents: EcsDocument[] = [];
  const refused: string[] = [];
  const reader = new RecordReader({
    definition,
    parse: { zone: 'UTC', referenceMs: 0, trustedProxies: [] },
    onDocument: (document) => documents.push(document),
    onRefused: ({ reason }) => refused.push(reason),
  });
  reader.push(Buffer.from(text));
  reader.end();
  const events = documents.map((document, sequence) =>
    toEvent(document, {
      sensor: { id: 'log', type: definition.id },
      epoch: '0',
      sequence,
      receivedAt: Date.UTC(2026, 10, 22),
      sourceVerified: true,
    }),
  );
  return { events, moves: events.map(interactionOf), refused };
}

function cowrieLine(eventid: string, more: object): string {
  return JSON.stringify({
    eventid: `cowrie.${eventid}`,
    timestamp: '2026-11-21T09:30:00.5Z',
    src_ip: '198.51.100.7',
    session: 's1',
    sensor: 'pot1',
    ...more,
  });
}

it.each([
  [cowrie, ['connect', 'handshake', 'login', 'command', 'download', 'forward']],
  [opencanary, ['login', 'other', 'command', 'none']],
  [dionaea, ['connect', 'login', 'command', 'download']],
  [conpot, ['connect', 'other', 'disconnect', 'other']],
  [heralding, ['login', 'connect']],
  [honeytrap, ['other', 'login']],
])('$id: each example is a move, with its address, and nothing is dropped', (definition, moves) => {
  const examples = definition.examples.filter((example) => example.startsWith('{') || definition === conpot);
  const found = examples.map((example) => read(definition, `${example}\n`));
  expect(found.flatMap((one) => one.moves)).toEqual(moves);
  for (const { events, refused } of found) {
    expect(refused).toEqual([]);
    for (const event of events) expect(event.netsentinel.dropped).toBeUndefined();
    const sources = events.flatMap(({ netsentinel: { decoy }, source }) => (decoy === undefined ? [] : source?.ip));
    expect(new Set([...sources, '198.51.100.7'])).toEqual(new Set(['198.51.100.7']));
  }
});

describe('cowrie', () => {
  it('tells who logged in, and how', () => {
    const { events, moves } = read(
      cowrie,
      [
        cowrieLine('login.success', { username: "b'root'", password: '' }),
        cowrieLine('client.fingerprint', { username: 'pi', fingerprint: '7e:86', type: 'ssh-ed25519' }),
      ].join('\n'),
    );
    expect(moves).toEqual(['login', 'login']);
    expect(events[0]).toMatchObject({
      event: { outcome: 'success', action: 'ssh-login' },
      user: { name: 'root' },
      netsentinel: {
        credential: { password: '', accepted: true },
        session: { id: 's1' },
        decoy: { id: 'pot1', type: 'ssh' },
      },
    });
    expect(events[1]).toMatchObject({
      event: { outcome: 'failure' },
      netsentinel: { credential: { method: 'publickey', public_key: { type: 'ssh-ed25519', fingerprint: '7e:86' } } },
    });
  });

  it('tells files and tunnels', () => {
    const sha = 'a'.repeat(64);
    const { events, moves } = read(
      cowrie,
      [
        cowrieLine('session.file_upload', { filename: 'sshd', shasum: sha }),
        cowrieLine('session.file_download.failed', { url: 'http://203.0.113.9/x' }),
        cowrieLine('direct-tcpip.request', { dst_ip: 'example.org', dst_port: '25' }),
        cowrieLine('session.closed', { duration: '0.4' }),
      ].join('\n'),
    );
    expect(moves).toEqual(['upload', 'download', 'forward', 'disconnect']);
    expect(events[0]!.file).toMatchObject({ name: 'sshd', hash: { sha256: sha } });
    expect(events[1]!.url?.original).toBe('http://203.0.113.9/x');
    expect(events[2]!.netsentinel.forward).toEqual({ kind: 'direct-tcpip', host: 'example.org', port: 25 });
    expect(events[2]!.destination).toBeUndefined();
  });

  it('reads the text log as well, and leaves out what the honeypot says of itself', () => {
    const { events, moves } = read(
      cowrie,
      [
        '2026-11-21T09:29:00+0000 [-] Cowrie Version 2.6.1',
        '2026-11-21T09:30:00+0000 [cowrie.telnet.transport.HoneyPotTelnetFactory] New connection: 198.51.100.7:40112 (192.0.2.10:2223) [session: TT0]',
        '2026-11-21T09:30:01+0000 [CowrieTelnetTransport,7,198.51.100.7] login attempt [admin/a/b] succeeded',
        '2026-11-21T09:30:02+0000 [CowrieTelnetTransport,7,198.51.100.7] CMD: cat /proc/mounts; [x]',
        '2026-11-21T09:30:02+0000 [CowrieTelnetTransport,7,198.51.100.7] Command found: cat /proc/mounts',
        "2026-11-21T09:30:03+0000 [HoneyPotSSHTransport,8,198.51.100.7] Remote SSH version: b'SSH-2.0-Go'",
        "2026-11-21T09:30:03+0000 [SSHService 'ssh-userauth' on HoneyPotSSHTransport,8,198.51.100.7] login attempt [b'root'/b'x/y'] failed",
        '2026-11-21T09:30:09+0000 [CowrieTelnetTransport,7,198.51.100.7] Connection lost after 9 seconds',
      ].join('\n'),
    );
    expect(moves).toEqual(['connect', 'login', 'command', 'program', 'handshake', 'login', 'disconnect']);
    expect(events[1]).toMatchObject({ user: { name: 'admin' }, netsentinel: { credential: { password: 'a/b' } } });
    expect(events[2]!.process?.command_line).toBe('cat /proc/mounts; [x]');
    expect(events[5]).toMatchObject({ user: { name: 'root' }, netsentinel: { credential: { password: 'x/y' } } });
  });
});

describe('heralding', () => {
  const head =
    'timestamp,auth_id,session_id,source_ip,source_port,destination_ip,destination_port,protocol,username,password,password_hash';

  it('keeps passwords with commas in its lists, and says which rows are broken', () => {
    const row = (password: string) =>
      `2026-11-21 09:30:01.000000,a1,s1,198.51.100.7,40114,192.0.2.10,22,ssh,root,${password},`;
    const { events, refused } = read(heralding, [head, row('a,b,,c'), row('x').slice(0, 60)].join('\n'));
    expect(events.map(({ netsentinel }) => netsentinel.credential?.password)).toEqual(['a,b,,c']);
    expect(refused).toEqual(['another number of columns than the header says']);
  });

  it('counts the attempts of a session', () => {
    const attempt = { username: 'sa', password: 'x' };
    const session = {
      timestamp: '2026-11-21 09:30:00.1',
      session_id: 's',
      source_ip: '198.51.100.7',
      protocol: 'mysql',
      num_auth_attempts: 3,
      auth_attempts: [attempt, attempt, { username: 'root', password: 'last' }],
    };
    const { events } = read(heralding, JSON.stringify(session));
    expect(events[0]).toMatchObject({
      user: { name: 'root' },
      netsentinel: { aggregated: 3, credential: { password: 'last' } },
    });
  });
});

it('dionaea: commands of a whole connection are one', () => {
  const { events, moves } = read(
    dionaea,
    JSON.stringify({
      connection: { protocol: 'ftpd', transport: 'tcp', type: 'accept' },
      dst_ip: '192.0.2.10',
      dst_port: 21,
      src_ip: '::ffff:198.51.100.7',
      src_port: 1,
      timestamp: '2026-11-21T09:30:00.1',
      ftp: { commands: { arguments: ['', 'x.exe'], command: ['SYST', 'STOR'] } },
    }),
  );
  expect(moves).toEqual(['command']);
  expect(events[0]).toMatchObject({ source: { ip: '198.51.100.7' }, process: { command_line: 'SYST; STOR x.exe' } });
});

it('conpot: finds the client of a session, and joins what goes over many lines', () => {
  const session = 'f7591c34-0000-4000-8000-000000000001';
  const { events, moves } = read(
    conpot,
    [
      `2026-11-21 09:30:00,839 New s7comm session from 198.51.100.7 (${session})`,
      `2026-11-21 09:30:01,839 Received S7 packet: magic:50 pdu_type:1 data_len:0 session_id:${session}`,
      '2026-11-21 09:30:02,000 Traceback',
      '  File "automata.py", line 645, in run',
      "2026-11-21 09:30:03,000 HTTP/1.1 GET request from ('198.51.100.8', 33547): ('/a?b', ['Host: x'], None)",
    ].join('\n'),
  );
  expect(moves).toEqual(['connect', 'other', 'none', 'other']);
  expect(events.map(({ source }) => source?.ip)).toEqual(['198.51.100.7', '198.51.100.7', undefined, '198.51.100.8']);
  expect(events[2]!.event.original).toContain('automata.py');
  expect(events[3]!.url?.original).toBe('/a?b');
});
