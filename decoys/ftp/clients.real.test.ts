/** The FTP decoy and what its users and attackers come with: lftp, curl, wget, tnftp, hydra, medusa and nmap's scripts, in the clear and over TLS. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFtpDecoy, type FtpHarness } from '@netsentinel/testkit/ftp-harness';

const folder = mkdtempSync(join(tmpdir(), 'ftp-clients-'));
const has = (program: string): boolean => spawnSync('which', [program]).status === 0;
let plain: FtpHarness;
let secure: FtpHarness;
let implicit: FtpHarness;

function run(
  program: string,
  args: readonly string[],
  input = '',
): Promise<{ readonly code: number; readonly out: string }> {
  return new Promise((resolve) => {
    const child = execFile(
      program,
      args,
      { timeout: 60_000, cwd: folder, env: { ...process.env, HOME: folder } },
      (error, out, err) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, out: out + err }),
    );
    child.stdin!.end(input);
  });
}

beforeAll(async () => {
  plain = await startFtpDecoy({ anonymous: true });
  secure = await startFtpDecoy({ product: 'proftpd', tls: 'explicit', passivePorts: { from: 25_030, to: 25_037 } });
  implicit = await startFtpDecoy({ tls: 'implicit', passivePorts: { from: 25_040, to: 25_047 } });
  writeFileSync(join(folder, 'up.bin'), Buffer.alloc(300_000, 'payload '));
});

afterAll(async () => {
  for (const decoy of [plain, secure, implicit]) await decoy.close();
  rmSync(folder, { recursive: true, force: true });
});

const url = (decoy: FtpHarness, path: string, scheme = 'ftp'): string =>
  `${scheme}://tester:secret@127.0.0.1:${decoy.port}/${path}`;

describe.runIf(has('curl'))('curl', () => {
  it('lists, fetches a part, and leaves a file that is kept', async () => {
    expect((await run('curl', ['-s', url(plain, '')])).out).toContain(
      '-rw-r--r--    1 1500     1500           12 Mar 04  2026 hello.txt',
    );
    expect((await run('curl', ['-s', '-r', '6-', url(plain, 'hello.txt')])).out).toBe('world\n');
    expect((await run('curl', ['-s', '-T', 'up.bin', url(plain, 'docs/up.bin')])).code).toBe(0);
    expect(plain.events.findLast(({ tags }) => tags?.includes('upload'))).toMatchObject({
      event: { action: 'ftp-file' },
      file: { path: '/home/tester/docs/up.bin', size: 300_000 },
    });
    expect((await run('curl', ['-s', '-o', 'back.bin', url(plain, 'docs/up.bin')])).code).toBe(0);
    expect(readFileSync(join(folder, 'back.bin')).equals(readFileSync(join(folder, 'up.bin')))).toBe(true);
  });

  it('is told that there is no way to it in active mode, and nothing was opened', async () => {
    const { code, out } = await run('curl', [
      '-sSv',
      '--disable-eprt',
      '--ftp-port',
      '127.0.0.1',
      url(plain, 'hello.txt'),
    ]);
    expect([code, out]).toEqual([expect.any(Number), expect.stringContaining('425')]);
  });

  it('uploads and lists over TLS, explicit and implicit', async () => {
    const explicit = await run('curl', ['-s', '-k', '--ssl-reqd', url(secure, '')]);
    expect(explicit.out).toContain('-rw-r--r--   1 tester   tester         12 Mar  4  2026 hello.txt');
    expect((await run('curl', ['-s', '-k', '--ssl-reqd', '-T', 'up.bin', url(secure, 'up.bin')])).code).toBe(0);
    expect((await run('curl', ['-s', '-k', url(implicit, 'hello.txt', 'ftps')])).out).toBe('hello\nworld\n');
    expect(secure.events.some(({ event, tls }) => event.action === 'ftp-tls' && tls?.established === true)).toBe(true);
  });
});

describe.runIf(has('lftp'))('lftp', () => {
  it('mirrors a home and puts a folder back', async () => {
    const script =
      'set ssl:verify-certificate no; mirror . mirrored; mkdir new; cd new; mput mirrored/*; chmod 600 hello.txt; mv hello.txt hallo.txt; rm big.bin; cls -la; bye';
    const { code, out } = await run('lftp', [
      '-u',
      'tester,secret',
      '-p',
      String(secure.port),
      '127.0.0.1',
      '-e',
      script,
    ]);
    expect(code).toBe(0);
    expect(out).toContain('hallo.txt');
    expect(out).not.toContain('big.bin');
    expect(readFileSync(join(folder, 'mirrored/docs/notes.md'), 'utf8')).toBe('n\n');
  });
});

describe.runIf(has('wget'))('wget', () => {
  it('takes the whole tree', async () => {
    expect((await run('wget', ['-q', '-r', '-nH', '-P', 'tree', url(plain, '')])).code).toBe(0);
    expect(readFileSync(join(folder, 'tree/hello.txt'), 'utf8')).toBe('hello\nworld\n');
  });
});

describe.runIf(has('tnftp'))('tnftp', () => {
  it('logs in, lists and fetches', async () => {
    const commands = `open 127.0.0.1 ${plain.port}\nuser tester secret\nls\nget hello.txt taken.txt\nbye\n`;
    const { out } = await run('tnftp', ['-n', '-v'], commands);
    expect(out).toContain('226 Directory send OK.');
    expect(readFileSync(join(folder, 'taken.txt'), 'utf8')).toBe('hello\nworld\n');
  });
});

describe.runIf(has('hydra'))('hydra', () => {
  it('finds the password', async () => {
    writeFileSync(join(folder, 'words'), '123456\nletmein\nsecret\n');
    const { out } = await run('hydra', [
      '-I',
      '-l',
      'tester',
      '-P',
      'words',
      '-s',
      String(plain.port),
      '127.0.0.1',
      'ftp',
    ]);
    expect(out).toMatch(/login: tester\s+password: secret/);
    expect(plain.events.some(({ netsentinel }) => netsentinel?.credential?.password === 'letmein')).toBe(true);
  });
});

describe.runIf(has('medusa'))('medusa', () => {
  it('finds the password', async () => {
    writeFileSync(join(folder, 'words'), '123456\nsecret\n');
    const { out } = await run('medusa', [
      '-h',
      '127.0.0.1',
      '-n',
      String(plain.port),
      '-u',
      'tester',
      '-P',
      'words',
      '-M',
      'ftp',
    ]);
    expect(out).toMatch(/ACCOUNT FOUND.*Password: secret/);
  });
});

describe.runIf(has('nmap'))('nmap', () => {
  it('names the server, finds the anonymous login and its status', { timeout: 90_000 }, async () => {
    const args = [
      '-Pn',
      '-n',
      '-sV',
      '-p',
      String(plain.port),
      '--script',
      'ftp-anon,ftp-syst,ftp-bounce',
      '127.0.0.1',
    ];
    const { out } = await run('nmap', args);
    expect(out).toMatch(/\/tcp open +ftp +vsftpd 3\.0\.3/);
    expect(out).toContain('Anonymous FTP login allowed (FTP code 230)');
    expect(out).toContain('vsFTPd 3.0.3 - secure, fast, stable');
  });

  it('names ProFTPD', { timeout: 90_000 }, async () => {
    expect((await run('nmap', ['-Pn', '-n', '-sV', '-p', String(secure.port), '127.0.0.1'])).out).toMatch(
      /open +ftp +ProFTPD/,
    );
  });
});

it('met no error of its own', () => {
  expect([plain, secure, implicit].flatMap(({ failures }) => failures)).toEqual([]);
});
