/** SSH clients that are not OpenSSH, each logging in to the decoy with the real machine behind it: PuTTY, paramiko, libssh, Dropbear, Go. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canRunSshd } from '@netsentinel/testkit/real-sshd';
import { createSshHarness, type SshHarness } from '@netsentinel/testkit/ssh-harness';
import { createPersona } from '../persona/persona.ts';
import { openMachine } from '../shell/machine.ts';

const PASSWORD = 'toor';
const testkit = join(import.meta.dirname, '../../testkit');
const folder = mkdtempSync(join(tmpdir(), 'ssh-clients-'));
let decoy: SshHarness;
let port: number;

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function run(
  program: string,
  args: readonly string[],
  options: { readonly input?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Outcome> {
  return new Promise((resolve) => {
    const env = { ...process.env, HOME: folder, ...options.env };
    const child = execFile(program, args, { timeout: 60_000, env }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, out, err }),
    );
    child.stdin!.end(options.input ?? '');
  });
}

describe.runIf(canRunSshd())('the SSH decoy and clients other than OpenSSH', () => {
  beforeAll(async () => {
    decoy = createSshHarness({
      persona: createPersona(Buffer.alloc(32, 5), 'debian-12-server'),
      openMachine,
      config: {
        credentials: { accept: [{ user: 'root', password: PASSWORD }], anyAfterTries: false, weakPairs: false },
        failureDelayMs: 20,
      },
    });
    port = await decoy.listen();
  });

  afterAll(async () => {
    await decoy.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('lets in plink', async () => {
    const scanned = await run('ssh-keyscan', ['-t', 'ed25519', '-p', String(port), '127.0.0.1']);
    const print = (await run('ssh-keygen', ['-lf', '-'], { input: scanned.out })).out.split(' ')[1]!;
    const trust = ['-batch', '-hostkey', print, '-pw', PASSWORD];
    const args = ['-ssh', '-P', String(port), ...trust, 'root@127.0.0.1', 'echo from plink; exit 3'];
    expect(await run('plink', args)).toEqual({ code: 3, out: 'from plink\n', err: '' });
  });

  it('lets in paramiko', async () => {
    const script = [
      'import paramiko',
      'c = paramiko.SSHClient(); c.set_missing_host_key_policy(paramiko.AutoAddPolicy())',
      `c.connect('127.0.0.1', ${port}, 'root', '${PASSWORD}', look_for_keys=False, allow_agent=False)`,
      "i, o, e = c.exec_command('echo from paramiko'); print(o.read().decode(), o.channel.recv_exit_status()); [f.close() for f in (i, o, e)]; c.close()",
    ].join('\n');
    expect((await run('/usr/bin/python3', ['-W', 'ignore', '-c', script])).out).toBe('from paramiko\n 0\n');
  });

  it('serves libssh: a wrong password, a command, a shell on a terminal, a file over SFTP', async () => {
    const binary = join(folder, 'libssh-client');
    const source = join(testkit, 'libssh-client/libssh-client.c');
    const warnings = ['-std=c11', '-Wall', '-Wextra', '-Werror'];
    expect(await run('gcc', [...warnings, '-o', binary, source, '-lssh'])).toEqual({ code: 0, out: '', err: '' });
    const { code, out, err } = await run(binary, ['127.0.0.1', String(port), 'root', PASSWORD]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const lines = stripVTControlCharacters(out).split(/[\r\n]+/);
    expect(lines.slice(0, 6)).toEqual([
      'server SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10',
      'exec',
      'from libssh',
      'exec-stderr',
      'aside',
      'exec-status 7',
    ]);
    expect(lines).toContain('30 100');
    expect(lines).toContain('/dev/pts/0');
    expect(lines.slice(-4)).toEqual(['shell-status 5', 'sftp by libssh', 'sftp-mode 100600', '']);
    const upload = decoy.events.find((event) => event.event.action === 'ssh-file');
    expect(upload).toMatchObject({ file: { path: '/tmp/by-libssh', size: 9 }, netsentinel: { upload: { bytes: 9 } } });
  });

  it('serves Dropbear’s client: a command, and a shell on a terminal', async () => {
    // Twice -y: it shall not ask about the host key, nor write it down.
    const args = ['-y', '-y', '-p', String(port), 'root@127.0.0.1'];
    const env = { DROPBEAR_PASSWORD: PASSWORD };
    const command = await run('dbclient', [...args, 'echo from dropbear; exit 4'], { env });
    expect([command.code, command.out]).toEqual([4, 'from dropbear\n']);
    // It wants a terminal of its own; `script` gives it one.
    const login = ['dbclient', '-t', ...args].join(' ');
    const input = 'echo $((40 + 2))\nexit 6\n';
    const shell = await run('script', ['-qec', login, '/dev/null'], { env, input });
    expect(shell.code).toBe(6);
    expect(stripVTControlCharacters(shell.out).split(/[\r\n]+/)).toContain('42');
  });

  it('lets in Go’s client', async () => {
    const binary = join(folder, 'go-ssh-client');
    // With the packages that Debian keeps, and no module from anywhere else.
    const env = { GO111MODULE: 'off', GOPATH: '/usr/share/gocode', GOFLAGS: '', GOCACHE: join(folder, 'go-cache') };
    const source = join(testkit, 'go-ssh-client/main.go');
    expect(await run('/usr/bin/go', ['build', '-o', binary, source], { env })).toEqual({ code: 0, out: '', err: '' });
    expect(await run(binary, [`127.0.0.1:${port}`, 'root', PASSWORD, 'echo from go'])).toEqual({
      code: 0,
      out: 'SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10\nfrom go\n',
      err: '',
    });
  });

  it('knows them apart by what they say of themselves, and met no error of its own', () => {
    expect(decoy.failures).toEqual([]);
    const versions = decoy.events.flatMap((event) => event.netsentinel?.ssh?.client_version ?? []);
    const names = new Set(versions.map((version) => /^SSH-2\.0-([A-Za-z]+)/.exec(version)?.[1]));
    expect(names).toEqual(new Set(['Go', 'OpenSSH', 'PuTTY', 'dropbear', 'libssh', 'paramiko']));
  });
});
