import { readFileSync } from 'node:fs';
import { ManualClock } from '@netsentinel/kernel/clock';
import { expect, test } from 'vitest';
import type { ShellObservation } from '../../shell/shell.types.ts';
import { SFTP_LIMITS } from './sftp-protocol.ts';
import { sftpScript } from './sftp-script.ts';
import { SftpServer, type SftpOptions } from './sftp-server.ts';
import { describe as text, emptyFileSystem, message, ROOT, splitMessages, type Part } from './sftp-test-tools.ts';

const HOME = '/home/visitor';
const u32 = (value: number): Part => ({ u32: value });
const u64 = (value: bigint): Part => ({ u64: value });
const INIT = message(1, u32(3));
const HANDLE_0 = Uint8Array.of(0, 0, 0, 0);

function open(options: Partial<SftpOptions> = {}) {
  const clock = new ManualClock(Date.UTC(2026, 10, 21, 2, 13));
  const sent: Buffer[] = [];
  const observed: ShellObservation[] = [];
  const exits: number[] = [];
  const fs = emptyFileSystem(clock, [HOME, '/etc']);
  const name = (id: number): string | undefined => (id === 0 ? 'root' : id === 1 ? 'daemon' : undefined);
  const server = new SftpServer({
    fs,
    user: { ...ROOT, name: 'visitor', home: HOME },
    send: (chunk) => void sent.push(Buffer.from(chunk)),
    observe: (observation) => observed.push(observation),
    clock,
    names: { user: name, group: name },
    exit: (code) => exits.push(code),
    ...options,
  });
  const ask = (...requests: readonly Buffer[]): string[] => {
    sent.length = 0;
    for (const request of requests) server.input(request);
    return splitMessages(Buffer.concat(sent)).map((answer) => text(answer, clock.now() / 1000));
  };
  return { server, ask, fs, sent, observed, exits };
}

test('answers as the sftp-server of OpenSSH 9.2 was recorded to', () => {
  const recorded = readFileSync(new URL('fixtures/openssh-9.2-answers.txt', import.meta.url), 'utf8')
    .trim()
    .split('\n');
  const answers = open().ask(INIT, ...sftpScript());
  const shown = answers.map((answer) =>
    JSON.stringify(answer)
      .slice(1, -1)
      .replace(/ Nov 21 02:13 /g, ' NOW '),
  );
  expect(shown).toEqual(recorded);
});

test('messages may arrive byte by byte', () => {
  const { ask } = open();
  const bytes = Array.from(Buffer.concat([INIT, message(16, u32(1), '.')]), (byte) => Buffer.of(byte));
  expect(ask(...bytes).at(-1)).toBe(`1 NAME [${HOME} | ${HOME} | none]`);
});

test.each([
  ['a request before INIT', [message(16, u32(1), '.')], 255],
  ['a NUL in a path', [INIT, message(16, u32(1), 'a\0b')], 255],
  ['a string beyond the end', [INIT, message(16, u32(1), u32(50))], 255],
  ['a message without an id', [INIT, message(16)], 255],
  ['a message over 256 KiB', [Buffer.from('0004000100', 'hex')], 11],
  ['an empty message', [Buffer.alloc(4)], 255],
])('%s ends the server, which then says no more', (_name, requests, code) => {
  const { ask, exits, server } = open();
  ask(...requests);
  expect(exits).toEqual([code]);
  expect(ask(INIT)).toEqual([]);
  server.end();
  expect(exits).toEqual([code]);
});

test('an unknown request gets no answer, and the next one does', () => {
  expect(
    open()
      .ask(INIT, message(99, u32(1)), message(16, u32(2), '/'))
      .slice(1),
  ).toEqual(['2 NAME [/ | / | none]']);
});

test('says what its limits are and keeps them', () => {
  const { ask } = open();
  expect(ask(INIT, message(200, u32(1), 'limits@openssh.com'))[1]).toBe(
    `1 201 ${[262_144, 261_120, 261_120, 1019].map((value) => value.toString(16).padStart(16, '0')).join('')}`,
  );
  for (let i = 0; i < SFTP_LIMITS.maxHandles; i++) ask(message(11, u32(1), '.'));
  expect(ask(message(11, u32(1), '.'))).toEqual(['1 STATUS 4 Failure ()']);
  expect(ask(message(4, u32(2), HANDLE_0), message(11, u32(3), '.'))).toEqual([
    '2 STATUS 0 Success ()',
    '3 HANDLE 00000000',
  ]);
});

test('reports an upload with its content once it is closed, also by hanging up', () => {
  const { ask, observed, server, exits } = open();
  ask(INIT, message(3, u32(1), 'x.sh', u32(0x1a), u32(0)), message(6, u32(2), HANDLE_0, u64(0n), 'rm -rf /'));
  expect(observed).toEqual([]);
  ask(message(4, u32(3), HANDLE_0));
  const content = Buffer.from('rm -rf /');
  expect(observed).toEqual([{ kind: 'file', path: `${HOME}/x.sh`, content, how: 'upload' }]);
  ask(message(3, u32(4), 'y', u32(0x1a), u32(0)), message(6, u32(5), HANDLE_0, u64(0n), 'half'));
  server.end();
  expect(observed[1]).toMatchObject({ path: `${HOME}/y`, content: Buffer.from('half') });
  expect(exits).toEqual([0]);
});

test('what was only read is not reported', () => {
  const { ask, observed, fs } = open();
  fs.write(`${HOME}/r`, Buffer.from('x'), ROOT);
  ask(INIT, message(3, u32(1), 'r', u32(1), u32(0)), message(4, u32(2), HANDLE_0));
  expect(observed).toEqual([]);
});

test('a client that does not read its answers gets no more of them, and no endless patience', () => {
  let room = true;
  const answers: Uint8Array[] = [];
  const exits: number[] = [];
  const { server } = open({
    send: (chunk) => {
      answers.push(chunk);
      return room;
    },
    exit: (code) => exits.push(code),
  });
  server.input(INIT);
  room = false;
  server.input(message(16, u32(1), '.'));
  server.input(message(16, u32(2), '.'));
  expect(answers.length).toBe(2);
  room = true;
  server.resume();
  expect(answers.length).toBe(3);
  room = false;
  server.input(message(16, u32(3), '.'));
  server.input(Buffer.alloc(5 * 1024 * 1024));
  expect(exits).toEqual([255]);
});

test('permissions are those of the user', () => {
  const { ask, fs } = open({ user: { uid: 1000, gid: 1000, groups: [], name: 'visitor', home: HOME } });
  fs.write('/etc/shadow', Buffer.from('x'), ROOT, { mode: 0o640 });
  fs.write('/etc/passwd', Buffer.from('x'), ROOT, { mode: 0o644 });
  expect(
    ask(
      INIT,
      message(3, u32(1), '/etc/shadow', u32(1), u32(0)),
      message(3, u32(2), '/etc/passwd', u32(2), u32(0)),
      message(3, u32(3), '/etc/new', u32(0x0a), u32(0)),
      message(13, u32(4), '/etc/passwd'),
    ).slice(1),
  ).toEqual([1, 2, 3, 4].map((id) => `${id} STATUS 3 Permission denied ()`));
});

test('statvfs describes the disk it was given', () => {
  const disk = { blocks: 1000, free: 500, files: 200, filesFree: 100 };
  const [, reply] = open({ disk }).ask(INIT, message(200, u32(1), 'statvfs@openssh.com', '/'));
  const words = reply!
    .split(' ')[2]!
    .match(/.{16}/g)!
    .map((word) => BigInt(`0x${word}`));
  expect(words.slice(0, 8)).toEqual([4096n, 4096n, 1000n, 500n, 450n, 200n, 100n, 100n]);
  expect(words.slice(9)).toEqual([0n, 255n]);
});
