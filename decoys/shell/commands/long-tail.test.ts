/** Programs of the disk that nobody has played: none may succeed in silence. */
import { expect, it } from 'vitest';
import { waitlessMachine } from './fixtures/waitless-machine.ts';
import { findCommand } from './index.ts';

const m = waitlessMachine();

it.each([
  ['lsns', "lsns: bad usage\nTry 'lsns --help' for more information.\n", 1],
  ['mknod', "mknod: missing operand\nTry 'mknod --help' for more information.\n", 1],
  ['base32 --frob', "base32: unrecognized option '--frob'\nTry 'base32 --help' for more information.\n", 1],
  [
    '/usr/bin/lsipc -q',
    "/usr/bin/lsipc: invalid option -- 'q'\nTry '/usr/bin/lsipc --help' for more information.\n",
    1,
  ],
  ['localectl', 'Failed to connect to bus: Connection refused\n', 1],
])('%s', async (line, stderr, status) => {
  expect(await m.run(line)).toMatchObject({ stdout: '', stderr, status: { code: status } });
});

it('says the versions of its families', async () => {
  expect(await m.out('lsns --version; base32 --version | head -1')).toBe(
    'lsns from util-linux 2.38.1\nbase32 (GNU coreutils) 9.1',
  );
});

it('starts no program of the path in silence with success', { timeout: 60_000 }, async () => {
  const root = { uid: 0, gid: 0, groups: [0] };
  const { fs } = m.machine;
  const silent: string[] = [];
  let unplayed = 0;
  for (const folder of ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/usr/games']) {
    const names = fs.list(folder, root);
    for (const name of names.ok ? names.value : []) {
      const stat = fs.stat(`${folder}/${name}`, root);
      if (!stat.ok || stat.value.type !== 'file' || (stat.value.mode & 0o111) === 0) continue;
      const real = fs.realpath(`${folder}/${name}`, root);
      const names = [name, real.ok ? real.value.slice(real.value.lastIndexOf('/') + 1) : name];
      if (names.some((each) => findCommand(each) !== undefined || /^(?:sh|r?bash|dash)$/.test(each))) continue;
      unplayed += 1;
      const { stdout, stderr, status } = await m.run(`${folder}/${name}`);
      if (stdout + stderr === '' || !('code' in status) || status.code === 0) silent.push(name);
    }
  }
  expect(unplayed).toBeGreaterThan(100);
  expect(silent).toEqual([]);
});
