/**
 * One long conversation that visits every request and every error that does not depend on the machine, for the tests: the real sftp-server
 * and ours must answer it alike. Handle numbers are part of it: both give them out in the same order.
 */
import { message, type Part } from './sftp-test-tools.ts';

const u32 = (value: number): Part => ({ u32: value });
const u64 = (value: bigint): Part => ({ u64: value });
const handle = (number: number): Uint8Array => Uint8Array.of(0, 0, 0, number);

/** The messages after INIT, each with its own id, for a home directory that holds nothing. */
export function sftpScript(): Buffer[] {
  const all: Buffer[] = [];
  const ask = (type: number, ...parts: readonly Part[]): void => {
    all.push(message(type, u32(all.length + 1), ...parts));
  };
  const extended = (name: string, ...parts: readonly Part[]): void => ask(200, name, ...parts);
  const none = u32(0);

  // A file, a folder, links that lead somewhere and nowhere.
  ask(3, 'a.txt', u32(0x0a), none);
  ask(6, handle(0), u64(0n), 'hello\n');
  ask(4, handle(0));
  ask(9, 'a.txt', u32(8), u32(86_400), u32(86_400));
  ask(14, 'sub', none);
  ask(20, 'a.txt', 'ln');
  ask(20, 'nowhere', 'dang');

  for (const path of [
    '',
    '.',
    'sub/..',
    'nope',
    'nope/x',
    'nope/',
    'ln',
    'dang',
    '~',
    'sub/nope',
    'a.txt/x',
    'a.txt/',
  ]) {
    ask(16, path);
    ask(17, path);
    ask(7, path);
  }
  ask(16, '/');
  ask(16, '/..');
  for (const path of ['', '~', '~/', '~/x', '~nobodyx', 'sub/..', 'ln', 'nope/x'])
    extended('expand-path@openssh.com', path);
  extended('home-directory', '');
  extended('home-directory', 'nobodyx');
  extended('users-groups-by-id@openssh.com', Buffer.from('0000000000018697', 'hex'), Buffer.from('00000000', 'hex'));
  extended('nonsense@example.com', 'x');
  extended('statvfs@openssh.com', 'nope');

  // Folders.
  ask(11, '.');
  ask(12, handle(0));
  ask(12, handle(0));
  ask(5, handle(0), u64(0n), u32(10));
  ask(8, handle(0));
  extended('fstatvfs@openssh.com', handle(0));
  ask(4, handle(0));
  ask(4, handle(0));
  ask(12, 'zzzz');
  ask(12, 'long handle');
  ask(11, 'a.txt');
  ask(11, 'nope');
  ask(14, 'sub', none);
  ask(14, 'nope/x', none);
  ask(14, 'sub/mode', u32(4), u32(0o1777));
  ask(7, 'sub/mode');
  ask(15, 'sub');
  ask(15, 'a.txt');
  ask(13, 'sub');
  ask(13, 'nope');
  ask(15, 'sub/mode');

  // Opening: folders, missing files, both directions, creation.
  ask(3, '.', u32(1), none);
  ask(5, handle(0), u64(0n), u32(10));
  ask(4, handle(0));
  ask(3, '.', u32(2), none);
  ask(3, '', u32(1), none);
  ask(3, 'nope', u32(1), none);
  ask(3, 'nope', u32(2), none);
  ask(3, 'nope/x', u32(0x1a), none);
  ask(3, 'a.txt', u32(0x2a), none);
  ask(3, 'x'.repeat(300), u32(0x0a), none);
  ask(17, 'x/'.repeat(3000));
  ask(3, 'a.txt', u32(2), none);
  ask(5, handle(0), u64(0n), u32(10));
  ask(4, handle(0));
  ask(3, 'a.txt', u32(1), none);
  ask(5, handle(0), u64(0n), u32(0));
  ask(5, handle(0), u64(2n), u32(100));
  ask(5, handle(0), u64(6n), u32(1));
  ask(5, handle(0), u64(1n << 62n), u32(1));
  ask(5, handle(0), u64(1n << 63n), u32(1));
  ask(6, handle(0), u64(0n), 'zz');
  extended('fsync@openssh.com', handle(0));
  ask(8, handle(0));
  ask(10, handle(0), u32(1), u64(2n));
  ask(10, handle(0), u32(4), u32(0o640));
  ask(4, handle(0));
  ask(3, 'mode', u32(0x1a), u32(4), u32(0o666));
  ask(4, handle(0));
  ask(7, 'mode');
  for (const type of [5, 6, 8, 10] as const) {
    ask(type, handle(7), ...(type === 5 ? [u64(0n), u32(1)] : type === 6 ? [u64(0n), 'x'] : type === 10 ? [none] : []));
  }
  extended('fsync@openssh.com', handle(7));
  extended('fstatvfs@openssh.com', handle(7));

  // Handle numbers: the one freed last comes first.
  ask(3, 'h0', u32(0x1a), none);
  ask(3, 'h1', u32(0x1a), none);
  ask(11, 'sub');
  ask(4, handle(0));
  ask(4, handle(1));
  ask(3, 'h2', u32(0x1a), none);
  ask(3, 'h3', u32(0x1a), none);
  for (const number of [2, 1, 0]) ask(4, handle(number));

  // Writing beyond the end, at the end, over what is there.
  ask(3, 'w', u32(0x1b), none);
  ask(6, handle(0), u64(3n), 'def');
  ask(6, handle(0), u64(0n), 'abc');
  ask(5, handle(0), u64(0n), u32(100));
  ask(10, handle(0), u32(1), u64(4n));
  ask(8, handle(0));
  ask(4, handle(0));
  ask(3, 'w', u32(6), none);
  ask(6, handle(0), u64(50n), 'end');
  ask(8, handle(0));
  ask(4, handle(0));

  // Copying.
  ask(3, 'w', u32(3), none);
  ask(3, 'w', u32(3), none);
  ask(3, 'copied', u32(0x0b), none);
  extended('copy-data', handle(0), u64(0n), u64(0n), handle(1), u64(0n));
  extended('copy-data', handle(0), u64(0n), u64(0n), handle(0), u64(0n));
  extended('copy-data', handle(0), u64(2n), u64(0n), handle(2), u64(1n));
  ask(5, handle(2), u64(0n), u32(100));
  extended('copy-data', handle(0), u64(0n), u64(3n), handle(2), u64(0n));
  ask(5, handle(2), u64(0n), u32(100));
  extended('copy-data', handle(0), u64(0n), u64(300n), handle(2), u64(0n));
  extended('copy-data', handle(0), u64(0n), u64(3n), handle(9), u64(0n));
  for (const number of [2, 1, 0]) ask(4, handle(number));

  // Renaming and linking.
  for (const [from, to] of [
    ['a.txt', 'ln'],
    ['a.txt', 'sub'],
    ['sub', 'a.txt'],
    ['sub', 'nope/x'],
    ['nope', 'x'],
    ['sub', 'sub2'],
    ['a.txt', 'b.txt'],
    ['dang', 'dang2'],
    ['b.txt', 'b.txt'],
  ] as const) {
    ask(18, from, to);
  }
  ask(19, 'b.txt');
  ask(19, 'ln');
  ask(19, 'nope');
  ask(20, 'b.txt', 'ln');
  ask(20, '', 'empty');
  extended('hardlink@openssh.com', 'b.txt', 'hard');
  extended('hardlink@openssh.com', 'b.txt', 'hard');
  extended('hardlink@openssh.com', 'sub2', 'hard2');
  ask(7, 'hard');
  ask(11, '.');
  ask(12, handle(0));
  ask(4, handle(0));
  extended('posix-rename@openssh.com', 'w', 'copied');
  extended('posix-rename@openssh.com', 'nope', 'copied');
  extended('posix-rename@openssh.com', 'sub2', 'copied');
  extended('posix-rename@openssh.com', 'copied', 'sub2');

  // Attributes.
  ask(9, 'b.txt', u32(1), u64(1n << 63n));
  ask(9, 'b.txt', u32(1), u64(3n));
  ask(9, 'b.txt', u32(2), u32(1), u32(2));
  ask(9, 'b.txt', u32(4), u32(0o104711));
  ask(9, 'nope', none);
  ask(9, 'nope', u32(4), u32(0o600));
  ask(9, 'b.txt', u32(0x8000_0000), u32(1), 'ext@example.com', 'data');
  ask(7, 'b.txt');
  extended('lsetstat@openssh.com', 'ln', u32(4), u32(0o600));
  extended('lsetstat@openssh.com', 'ln', u32(1), u64(5n));
  extended('lsetstat@openssh.com', 'b.txt', u32(4), u32(0o600));
  extended('lsetstat@openssh.com', 'nope', u32(4), u32(0o600));
  ask(17, 'b.txt');
  ask(17, 'ln');
  // What is too much in a message is ignored.
  ask(17, 'b.txt', 'and more');
  return all;
}
