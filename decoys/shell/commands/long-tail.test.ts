/** Programs of the disk that nobody has played: none may succeed in silence. */
import { expect, it } from 'vitest';
import { waitlessMachine } from './fixtures/waitless-machine.ts';
import { findCommand } from './index.ts';

const m = waitlessMachine();

it.each([
  ['findmnt', "findmnt: bad usage\nTry 'findmnt --help' for more information.\n", 1],
  ['mknod', "mknod: missing operand\nTry 'mknod --help' for more information.\n", 1],
  ['base32 --frob', "base32: unrecognized option '--frob'\nTry 'base32 --help' for more information.\n", 1],
  [
    '/usr/bin/setarch -q',
    "/usr/bin/setarch: invalid option -- 'q'\nTry '/usr/bin/setarch --help' for more information.\n",
    1,
  ],
  ['loginctl', 'Failed to connect to bus: Connection refused\n', 1],
])('%s', async (line, stderr, status) => {
  expect(await m.run(line)).toMatchObject({ stdout: '', stderr, status: { code: status } });
});

it('says the versions of its families', async () => {
  expect(await m.out('findmnt --version; base32 --version | head -1')).toBe(
    'findmnt from util-linux 2.38.1\nbase32 (GNU coreutils) 9.1',
  );
});

it('says something, and fails, for whatever else lies on the path', async () => {
  const names = (await m.out('cd /usr/bin; ls; cd /usr/sbin; ls')).split('\n');
  const unplayed = names.filter((name) => findCommand(name) === undefined && !/^(sh|bash|dash|rbash)$/.test(name));
  expect(unplayed.length).toBeGreaterThan(100);
  for (const name of unplayed.filter((_, index) => index % 7 === 0)) {
    const { stdout, stderr, status } = await m.run(name);
    expect([name, (stdout + stderr).length > 0, status]).not.toEqual([name, false, { code: 0 }]);
  }
});
