/** Debian's sftp and scp against our decoy: trees, times, modes and large files in both directions and by both of scp's protocols. */
import { execFile, execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createSshHarness, type SshHarness } from '@netsentinel/testkit/ssh-harness';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPersona } from '../../persona/persona.ts';
import { openMachine } from '../../shell/machine.ts';
import { CIPHERS, MACS } from '../crypto/algorithms.ts';

const base = mkdtempSync(path.join(tmpdir(), 'transfer-'));
const tree = path.join(base, 'tree');
let decoy: SshHarness;
let port = 0;

const OPTIONS = [
  '-F',
  'none',
  '-oStrictHostKeyChecking=no',
  '-oUserKnownHostsFile=/dev/null',
  '-oLogLevel=ERROR',
  '-oPreferredAuthentications=password',
];

function run(program: string, args: readonly string[], input = ''): Promise<{ code: number; out: string }> {
  return new Promise((resolve) => {
    const child = execFile(
      'sshpass',
      ['-p', 'toor', program, ...OPTIONS, ...args],
      { timeout: 30_000, cwd: base },
      (error, stdout, stderr) =>
        resolve({
          code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1,
          out: (stdout + stderr).replaceAll('\r', ''),
        }),
    );
    child.stdin!.end(input);
  });
}

const scp = (...args: readonly string[]) => run('scp', ['-P', String(port), ...args]);
const remote = (at: string): string => `root@127.0.0.1:${at}`;

/** Names, modes, times and contents of a tree, as text. */
function listing(folder: string): string {
  return execFileSync(
    'sh',
    [
      '-c',
      'find . -printf "%P %m %s %T@ %y\\n" | sed "s/ [0-9]* \\([0-9.]*\\) d$/ \\1 d/" | sort; find . -type f | sort | xargs -d "\\n" sha256sum',
    ],
    {
      cwd: folder,
      encoding: 'utf8',
    },
  );
}

const usable = existsSync('/usr/bin/sshpass') && existsSync('/usr/bin/sftp');

describe.runIf(usable)('files to and from the decoy', () => {
  beforeAll(async () => {
    const seed = Buffer.alloc(32, 9);
    decoy = createSshHarness({
      seed,
      openMachine,
      persona: createPersona(seed, 'debian-12-server'),
      config: {
        credentials: { accept: [{ user: 'root', password: 'toor' }] },
        failureDelayMs: 20,
        successDelayMs: 0,
        maxStartups: { start: 500, full: 500 },
      },
    });
    port = await decoy.listen();
    mkdirSync(path.join(tree, 'deep/er'), { recursive: true });
    writeFileSync(path.join(tree, 'small'), 'small\n');
    writeFileSync(path.join(tree, 'empty'), '');
    writeFileSync(path.join(tree, 'large'), Buffer.alloc(3_000_000, 'a long text that is not all the same '));
    writeFileSync(path.join(tree, 'deep/er/a name with blanks'), 'x');
    chmodSync(path.join(tree, 'small'), 0o751);
    for (const name of ['small', 'empty', 'large', 'deep/er/a name with blanks', 'deep/er', 'deep', '.']) {
      utimesSync(path.join(tree, name), 1_600_000_000, 1_600_000_000);
    }
  });

  afterAll(async () => {
    await decoy.close();
    rmSync(base, { recursive: true, force: true });
  });

  it.each(['-O', '-s'])('scp %s carries a tree there and back, unchanged', async (protocol) => {
    const back = path.join(base, `back${protocol}`);
    expect(await scp(protocol, '-r', '-p', tree, remote(`/root/tree${protocol}`))).toEqual({ code: 0, out: '' });
    expect(await scp(protocol, '-r', '-p', remote(`/root/tree${protocol}`), back)).toEqual({ code: 0, out: '' });
    expect(listing(back)).toBe(listing(tree));
  });

  it('tells what was uploaded', () => {
    const uploads = decoy.events.filter((event) => JSON.stringify(event).includes('/root/tree-O/small'));
    expect(uploads.length).toBeGreaterThan(0);
  });

  it.each([
    [['-O', remote('/none'), '.'], 'scp: /none: No such file or directory\n'],
    [['-s', remote('/none'), '.'], 'scp: /none: No such file or directory\n'],
    [['-O', remote('/etc'), '.'], 'scp: /etc: not a regular file\n'],
    [['-O', 'tree/small', remote('/none/x')], 'scp: /none/x: No such file or directory\n'],
    [
      ['-s', 'tree/small', remote('/none/x')],
      'scp: dest open "/none/x": No such file or directory\nscp: failed to upload file tree/small to /none/x\n',
    ],
  ])('scp %j says what a real server has it say', async (args, out) => {
    expect(await scp(...args)).toEqual({ code: 1, out });
  });

  it('sftp lists, moves, links, changes and removes', async () => {
    const batch = [
      'mkdir /tmp/s',
      'cd /tmp/s',
      'put tree/small one',
      'ln -s one two',
      'ln one three',
      'chmod 600 one',
      'rename three four',
      'reput tree/small four',
      'ls -ln',
      'df -h /',
      'pwd',
      'get one back-one',
      'rm one',
      'rm two',
      'rm four',
      'cd /',
      'rmdir /tmp/s',
      'ls /tmp/s',
    ].join('\n');
    const { out } = await run('sftp', ['-P', String(port), 'root@127.0.0.1'], batch);
    expect(out).toMatch(/^-rw-{7} +\? root +root +6 .* four$/m);
    expect(out).toMatch(/^-rw-{7} +\? root +root +6 .* one$/m);
    expect(out).toMatch(/^lrwxrwxrwx +\? root +root +3 .* two$/m);
    expect(out).toContain('Remote working directory: /tmp/s\n');
    expect(out).toContain('Can\'t ls: "/tmp/s" not found');
    expect(out).not.toContain('Operation unsupported');
    expect(execFileSync('cat', [path.join(base, 'back-one')], { encoding: 'utf8' })).toBe('small\n');
  });

  it('a broken link does not stop scp -r', async () => {
    symlinkSync('nowhere', path.join(base, 'dangling'));
    const { code } = await scp('-O', '-r', 'dangling', 'tree/small', remote('/tmp/'));
    expect(code).toBe(1);
  });

  it.each(['-O', '-s'])('scp %s has patterns expanded there', async (protocol) => {
    const into = path.join(base, `pattern${protocol}`);
    mkdirSync(into);
    expect(await scp(protocol, remote('/root/tree-O/[sl]*'), into)).toEqual({ code: 0, out: '' });
    expect(readdirSync(into).sort()).toEqual(['large', 'small']);
  });

  const pairs = [...CIPHERS].flatMap(([cipher, spec]) =>
    spec.tagBytes > 0 ? [[cipher, ''] as const] : [...MACS.keys()].map((mac) => [cipher, mac] as const),
  );
  it.each(pairs)('%s %s carries a megabyte both ways', async (cipher, mac) => {
    const macs = mac === '' ? [] : [`-oMACs=${mac}`];
    const local = path.join(base, 'matrix');
    expect(
      await scp(`-oCiphers=${cipher}`, ...macs, 'tree/small', 'tree/deep/er/a name with blanks', remote('/tmp')),
    ).toEqual({ code: 0, out: '' });
    expect(await scp(`-oCiphers=${cipher}`, ...macs, remote('/root/tree-O/large'), local)).toEqual({
      code: 0,
      out: '',
    });
    expect(execFileSync('cmp', [local, path.join(tree, 'large')], { encoding: 'utf8' })).toBe('');
  });
});
