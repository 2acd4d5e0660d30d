import { ManualClock } from '@netsentinel/kernel/clock';
import { expect, test } from 'vitest';
import type { ShellObservation } from '../../shell/shell.types.ts';
import { emptyFileSystem, ROOT } from '../sftp/sftp-test-tools.ts';
import { scpCommandLine } from './scp-command-line.ts';
import { ScpSession, type ScpOptions } from './scp-session.ts';

const HOME = '/home/visitor';

function open(command: string, options: Partial<ScpOptions> = {}) {
  const clock = new ManualClock(Date.UTC(2026, 10, 21));
  const fs = emptyFileSystem(clock, [`${HOME}/dir`]);
  fs.write(`${HOME}/a.txt`, Buffer.from('hello\n'), ROOT, { mode: 0o640 });
  fs.utimes(`${HOME}/a.txt`, 1000, 2000, ROOT);
  const observed: ShellObservation[] = [];
  const exits: number[] = [];
  let sent = '';
  let verbose = '';
  const session = new ScpSession({
    fs,
    user: { ...ROOT, name: 'visitor', home: HOME },
    argv: command.split(' '),
    send: (chunk) => void (sent += Buffer.from(chunk).toString('latin1')),
    sendError: (chunk) => void (verbose += Buffer.from(chunk).toString()),
    observe: (observation) => observed.push(observation),
    exit: (code) => exits.push(code),
    ...options,
  });
  /** What it says to this. */
  const say = (text = ''): string => {
    sent = '';
    session.input(Buffer.from(text, 'latin1'));
    return sent;
  };
  const content = (path: string): string => {
    const read = fs.read(`${HOME}/${path}`, ROOT);
    return read.ok ? Buffer.from(read.value).toString() : read.error;
  };
  return { session, say, fs, observed, exits, content, first: () => sent, verbose: () => verbose };
}

test('receives a file, tells of it, and leaves with success', () => {
  const scp = open('scp -t .');
  expect(scp.first()).toBe('\0');
  expect(scp.say('C0755 5 x.sh\n')).toBe('\0');
  expect(scp.say('12345')).toBe('');
  expect(scp.say('\0')).toBe('\0');
  scp.session.end();
  expect(scp.exits).toEqual([0]);
  expect(scp.content('x.sh')).toBe('12345');
  expect(scp.fs.stat(`${HOME}/x.sh`, ROOT)).toMatchObject({ value: { mode: 0o755 } });
  expect(scp.observed).toEqual([{ kind: 'file', path: `${HOME}/x.sh`, content: Buffer.from('12345'), how: 'upload' }]);
});

test('receives folders with times and modes, byte by byte', () => {
  const scp = open('scp -r -p -t dir');
  const script = 'T1000 0 2000 0\nD0500 0 sub\nT1 0 2 0\nC0444 3 f\nabc\0E\nC0600 1 g\nx\0';
  for (const character of script) scp.say(character);
  scp.session.end();
  expect(scp.exits).toEqual([0]);
  expect(scp.content('dir/sub/f')).toBe('abc');
  expect(scp.content('dir/g')).toBe('x');
  expect(scp.fs.stat(`${HOME}/dir/sub`, ROOT)).toMatchObject({ value: { mode: 0o500, mtime: 1000, atime: 2000 } });
  expect(scp.fs.stat(`${HOME}/dir/sub/f`, ROOT)).toMatchObject({ value: { mode: 0o444, mtime: 1, atime: 2 } });
});

test('an existing file is overwritten and cut to size', () => {
  const scp = open('scp -t a.txt');
  scp.say('C0644 2 other\nhi\0');
  expect(scp.content('a.txt')).toBe('hi');
});

test.each([
  ['scp -t nodir/x', 'C0644 1 x\n', '\x01scp: nodir/x: No such file or directory\n', []],
  ['scp -d -t a.txt', '', '\x01scp: a.txt: Not a directory\n', [1]],
  ['scp -d -t none', '', '\x01scp: none: No such file or directory\n', [1]],
  ['scp -t a b', '', '\x01scp: ambiguous target\n', [1]],
  ['scp -t .', 'C0644 1 ../x\n', '\x01scp: error: unexpected filename: ../x\n', [1]],
  ['scp -t .', 'C0644 1 ..\n', '\x01scp: error: unexpected filename: ..\n', [1]],
  ['scp -t .', 'D0755 0 x\n', '\x01scp: protocol error: received directory without -r\n', [1]],
  ['scp -t .', '\n', '\x01scp: protocol error: unexpected <newline>\n', [1]],
  ['scp -t .', 'hello\n', '\x01scp: hello\n', [1]],
  ['scp -t .', 'C0944 1 x\n', '\x01scp: protocol error: bad mode\n', [1]],
  ['scp -t .', 'C06441 x\n', '\x01scp: protocol error: mode not delimited\n', [1]],
  ['scp -t .', 'C0644 x\n', '\x01scp: protocol error: size not present\n', [1]],
  ['scp -t .', 'C0644 1\n', '\x01scp: protocol error: size not delimited\n', [1]],
  ['scp -t .', 'C0644 9999999999999999999 x\n', '\x01scp: protocol error: size out of range\n', [1]],
  ['scp -p -t .', 'Tx\n', '\x01scp: protocol error: mtime.sec not present\n', [1]],
  ['scp -p -t .', 'T1x\n', '\x01scp: protocol error: mtime.sec not delimited\n', [1]],
  ['scp -p -t .', 'T1 0x\n', '\x01scp: protocol error: mtime.usec not delimited\n', [1]],
  ['scp -p -t .', 'T1 0 x\n', '\x01scp: protocol error: atime.sec not present\n', [1]],
  ['scp -p -t .', 'T1 0 2\n', '\x01scp: protocol error: atime.sec not delimited\n', [1]],
  ['scp -p -t .', 'T1 0 2 1000000\n', '\x01scp: protocol error: atime.usec not delimited\n', [1]],
])('%s answers %j as OpenSSH does', (command, input, expected, exits) => {
  const scp = open(command);
  const before = scp.first();
  expect(before === expected || scp.say(input) === expected).toBe(true);
  expect(scp.exits).toEqual(exits);
});

test('goes on after the other side reported an error, and leaves with one', () => {
  const scp = open('scp -t .');
  scp.say('\x01scp: gone: No such file or directory\nC0644 1 x\nx\0');
  scp.session.end();
  expect(scp.content('x')).toBe('x');
  expect(scp.exits).toEqual([1]);
});

test('a fatal error of the other side, and one that hangs up, end it', () => {
  const fatal = open('scp -t .');
  fatal.say('\x02lost\n');
  expect(fatal.exits).toEqual([1]);
  const lost = open('scp -t .');
  lost.say('C0644 9 x\nabc');
  lost.session.end();
  expect(lost.exits).toEqual([1]);
  expect(lost.observed).toMatchObject([{ path: `${HOME}/x`, content: Buffer.from('abc') }]);
});

test('sends a file with times', () => {
  const scp = open('scp -p -v -f a.txt');
  expect(scp.first()).toBe('');
  expect(scp.say('\0')).toBe('T2000 0 1000 0\n');
  expect(scp.say('\0')).toBe('C0640 6 a.txt\n');
  expect(scp.say('\0')).toBe('hello\n\0');
  expect(scp.say('\0')).toBe('');
  expect(scp.exits).toEqual([0]);
  expect(scp.verbose()).toContain('Sending file modes: C0640 6 a.txt\n');
});

test('sends a folder with what is in it', () => {
  const scp = open('scp -r -f dir/');
  scp.fs.write(`${HOME}/dir/f`, Buffer.from('x'), ROOT);
  expect(scp.say('\0')).toBe('D0755 0 dir\n');
  expect(scp.say('\0')).toBe('C0644 1 f\n');
  expect(scp.say('\0')).toBe('x\0');
  expect(scp.say('\0')).toBe('E\n');
  scp.say('\0');
  expect(scp.exits).toEqual([0]);
});

test('says what cannot be sent', () => {
  const scp = open('scp -f none dir a.txt');
  expect(scp.say('\0')).toBe(
    '\x01scp: none: No such file or directory\n\x01scp: dir: not a regular file\nC0640 6 a.txt\n',
  );
  expect(scp.say('\x01no room\n')).toBe('');
  expect(scp.exits).toEqual([1]);
});

test('permissions are those of the user', () => {
  const scp = open('scp -f /secret', { user: { uid: 1, gid: 1, groups: [], name: 'u', home: HOME } });
  scp.fs.write('/secret', Buffer.from('x'), ROOT, { mode: 0o600 });
  expect(scp.say('\0')).toBe('\x01scp: /secret: Permission denied\n');
});

test('waits for a slow reader', () => {
  const sent: string[] = [];
  const scp = open('scp -f a.txt', {
    send: (chunk) => {
      sent.push(Buffer.from(chunk).toString());
      return false;
    },
  });
  scp.say('\0');
  expect(sent).toEqual(['C0640 6 a.txt\n']);
  scp.session.resume();
  scp.say('\0');
  expect(sent).toEqual(['C0640 6 a.txt\n', 'hello\n']);
  scp.session.resume();
  expect(sent.length).toBe(3);
  scp.say('x'.repeat(5 * 1024 * 1024));
  expect(scp.exits).toEqual([1]);
});

test.each([
  ["scp -t '/tmp/a b'", ['scp', '-t', '/tmp/a b']],
  ['scp -v -f -- /etc/a\\ b', ['scp', '-v', '-f', '--', '/etc/a b']],
  ['scp -rpt ~/x', ['scp', '-rpt', `${HOME}/x`]],
  ["scp -t ''", ['scp', '-t', '']],
  ['scp -f *.txt', ['scp', '-f', 'a.txt']],
  ['scp -f ~/[ab].tx?', ['scp', '-f', `${HOME}/a.txt`]],
  ['scp -f /home/*/d*', ['scp', '-f', `${HOME}/dir`]],
  ["scp -f '*.txt' *.none [z-a]", ['scp', '-f', '*.txt', '*.none', '[z-a]']],
  ['scp -f "a b$x"', undefined],
  ['scp -t /tmp; id', undefined],
  ['scp -t "$(id)"', undefined],
  ["scp -t 'x", undefined],
  ['scp a b', undefined],
  ['scpx -t .', undefined],
])('the command line %s', (command, argv) => {
  const { fs } = open('scp -t .');
  expect(scpCommandLine(command, fs, { ...ROOT, home: HOME })).toEqual(argv);
});
