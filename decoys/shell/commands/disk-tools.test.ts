/** Programs that an intruder tries because they lie on the disk: packers, tracers, copiers, calculators, and those that start another. */
import { describe, expect, it } from 'vitest';
import { observed, waitlessMachine } from './fixtures/waitless-machine.ts';

const m = waitlessMachine();

describe('packed files', () => {
  it('xz packs what it unpacks again, and keeps what it is told to', async () => {
    const line =
      'seq 1 30000 > a; md5sum < a > sum; xz a; ls; xz -t a.xz && xz -dk a.xz; md5sum < a | cmp - sum; ls; xzcat a.xz | tail -1; xz -l a.xz';
    expect(await m.out(line)).toBe(
      'a.xz\nsum\na\na.xz\nsum\n30000\nStrms  Blocks   Compressed Uncompressed  Ratio  Check   Filename\n    1       1    168,956 B    168,894 B  1.000  CRC32   a.xz',
    );
  });

  it('packs nothing too, and meets damaged and squeezed data', async () => {
    expect(await m.out(': > z; xz z; xz -dc z.xz | wc -c')).toBe('0');
    const cut = await m.run(
      'mkdir cut; cd cut; seq 9 > a; xz a; head -c 40 a.xz > b.xz; xz -d b.xz; printf "\\xe0" | dd of=a.xz bs=1 seek=24 conv=notrunc 2>/dev/null; xz -dc a.xz',
    );
    expect(cut.stderr).toBe('xz: b.xz: Unexpected end of input\nxz: a.xz: Cannot allocate memory\n');
  });

  it.each([
    ['echo x > f; xz f; echo y > f; xz f', 'xz: f.xz: File exists\n', 1],
    ['echo x > f.xz; xz f.xz', "xz: f.xz: File already has `.xz' suffix, skipping\n", 2],
    ['bzip2 -dc /etc/hostname', 'bzip2: /etc/hostname is not a bzip2 file.\n', 2],
    [
      'echo a > a; bzip2 -d a',
      "bzip2: Can't guess original name for a -- using a.out\nbzip2: a is not a bzip2 file.\n",
      2,
    ],
    ['bzip2 /etc', 'bzip2: Input file /etc is a directory.\n', 1],
    ['echo a | bzip2', "\nbzip2: couldn't allocate enough memory\n", 1],
    ['zgrep', "/usr/bin/zgrep: 188: 1: missing pattern; try `/usr/bin/zgrep --help' for help\n", 2],
  ])('%s', async (line, stderr, code) => {
    expect(await m.run(line)).toMatchObject({ stdout: '', stderr, status: { code } });
  });

  it('are searched and paged', async () => {
    expect(
      await m.out(
        'seq 1 30 | gzip > a.gz; seq 5 9 > b; zgrep 7 a.gz b; zgrep -c 2 a.gz; xzgrep 8 b; zless a.gz | tail -1',
      ),
    ).toBe('a.gz:7\na.gz:17\na.gz:27\nb:7\n12\n8\n30');
  });
});

describe('rsync', () => {
  it('copies on this machine', async () => {
    const line =
      'mkdir -p s/d; echo 1 > s/a; echo 22 > s/d/b; rsync -av s/ t | head -5; rsync -a s t; find t | sort; rsync s/a s/d u; ls u; rsync s/a';
    expect(await m.out(line)).toBe(
      'sending incremental file list\n./\na\nd/\nd/b\nt\nt/a\nt/d\nt/d/b\nt/s\nt/s/a\nt/s/d\nt/s/d/b\nskipping directory s/d\na\na',
    );
  });

  it('fails to reach others in the words of its way there', async () => {
    const over = await m.run('rsync -a root@10.0.0.9:/etc .; echo $?');
    expect(over.stdout).toBe('255\n');
    expect(over.stderr).toMatch(
      /^ssh: connect to host 10\.0\.0\.9 port 22: Connection (refused|timed out)\r\nrsync: connection unexpectedly closed \(0 bytes received so far\) \[Receiver\]\nrsync error: unexplained error \(code 255\) at io\.c\(231\) \[Receiver=3\.2\.7\]\n$/,
    );
    expect(observed(over, 'connect')[0]).toMatchObject({ tool: 'rsync', host: '10.0.0.9', port: 22 });
    expect(observed(over, 'download')[0]).toMatchObject({ tool: 'rsync' });
    const daemon = await m.run('rsync a nosuchhost::m');
    expect(daemon).toMatchObject({
      stderr: expect.stringContaining('rsync: getaddrinfo: nosuchhost 873: Name or service not known') as string,
      status: { code: 10 },
    });
  });

  it('says what it is and what it does not know', async () => {
    expect(await m.out('rsync --version | head -1')).toBe('rsync  version 3.2.7  protocol version 31');
    expect(await m.run('rsync')).toMatchObject({ stdout: '', status: { code: 1 } });
    expect((await m.run('rsync --frob a b')).stderr).toMatch(
      /^rsync: --frob: unknown option\nrsync error: syntax or usage error \(code 1\)/,
    );
    expect((await m.run('rsync nope t')).stderr).toMatch(
      /link_stat "\/root\/nope" failed: No such file or directory \(2\)\n.*code 23/,
    );
  });
});

describe('strace', () => {
  it('shows how a program starts, writes and ends', async () => {
    const { stdout, stderr, status } = await m.run('strace echo hello; strace false');
    expect({ stdout, status }).toEqual({ stdout: 'hello\n', status: { code: 1 } });
    expect(stderr).toMatch(
      /^execve\("\/usr\/bin\/echo", \["echo", "hello"\], 0x7ff[0-9a-f]+ \/\* \d+ vars \*\/\) = 0\nbrk\(NULL\) {31}= 0x55/,
    );
    expect(stderr).toContain('write(1, "hello\\n", 6)                  = 6\n');
    expect(stderr).toContain('exit_group(1)                           = ?\n+++ exited with 1 +++\n');
  });

  it('filters, counts and writes to a file', async () => {
    expect((await m.run('strace -e trace=openat,write echo a')).stderr).toMatch(
      /^openat\([^\n]+\nopenat\([^\n]+\nwrite\(1, "a\\n", 2\) +=\s2\n\+\+\+/,
    );
    expect(await m.out('strace -f -o trace -e write echo a; tail -2 trace')).toBe(
      'a\nwrite(1, "a\\n", 2)                      = 2\n+++ exited with 0 +++',
    );
    expect((await m.run('strace -c true')).stderr).toMatch(
      /^% time +seconds +usecs\/call +calls +errors syscall\n[\s\S]*100\.00[^\n]*total\n$/,
    );
  });

  it.each([
    ['strace', "strace: must have PROG [ARGS] or -p PID\nTry 'strace -h' for more information.\n"],
    ['strace nofile', "strace: Can't stat 'nofile': No such file or directory\n"],
    ['strace -p 99999', 'strace: attach: ptrace(PTRACE_SEIZE, 99999): No such process\n'],
    ['strace -p x', "strace: Invalid process id: 'x'\n"],
  ])('%s', async (line, stderr) => {
    expect(await m.run(line)).toMatchObject({ stdout: '', stderr, status: { code: 1 } });
  });
});

describe('screens and keys', () => {
  it('htop wants a terminal, and leaves it with q', async () => {
    expect(await m.run('htop')).toMatchObject({
      stderr: expect.stringMatching(/^Error opening terminal: /) as string,
      status: { code: 1 },
    });
    expect(await m.out('htop --version')).toBe('htop 3.2.2');
    const terminal = { type: 'xterm', columns: 100, rows: 30 };
    const seen = await m.run('htop', { terminal }, 'q\r');
    expect(seen.stdout).toMatch(/Load average: [\s\S]*PID USER[\s\S]*\x1b\[\?1049l/);
  });

  it('an agent is started, asked and ended', async () => {
    expect(await m.run('ssh-add -l')).toMatchObject({
      stderr: 'Could not open a connection to your authentication agent.\n',
      status: { code: 2 },
    });
    expect(await m.out('eval $(ssh-agent); ssh-add -l; ssh-add nofile 2>&1; eval $(ssh-agent -k)')).toMatch(
      /^Agent pid \d+\nThe agent has no identities\.\nnofile: No such file or directory\nAgent pid \d+ killed$/,
    );
    expect((await m.run('ssh-keyscan nosuchhost')).stderr).toBe('getaddrinfo nosuchhost: Name or service not known\n');
    expect((await m.run('whois 192.0.2.1')).stderr).toMatch(/^connect: Connection /);
  });
});

describe('programs that start another', () => {
  it.each([
    ['stdbuf -oL echo a', 'a'],
    ['taskset 1 echo a', 'a'],
    ['setarch x86_64 echo a; linux64 echo b', 'a\nb'],
    ['unshare -rn id -un; nsenter -t 1 -m echo in', 'root\nin'],
    ['flock /tmp/l echo a; flock -n /tmp/l -c "echo b"; ls /tmp/l', 'a\nb\n/tmp/l'],
    ['runuser -u nobody -- id -un', 'nobody'],
    [
      'script -qc "echo a" /dev/null; script -c "echo b" log; grep -c ^b log',
      "a\nScript started, output log file is 'log'.\nb\nScript done.\n1",
    ],
  ])('%s', async (line, stdout) => {
    expect(await m.out(line)).toBe(stdout);
  });

  it.each([
    ['stdbuf', "stdbuf: missing operand\nTry 'stdbuf --help' for more information.\n", 125],
    ['flock', "flock: not enough arguments\nTry 'flock --help' for more information.\n", 64],
    ['taskset', "taskset: bad usage\nTry 'taskset --help' for more information.\n", 1],
    ['chroot', "chroot: missing operand\nTry 'chroot --help' for more information.\n", 125],
    ['chroot /tmp', "chroot: failed to run command '/bin/bash': No such file or directory\n", 127],
    ['setarch', 'setarch: no architecture argument or personality flags specified\n', 1],
  ])('%s', async (line, stderr, code) => {
    expect(await m.run(line)).toMatchObject({ stdout: '', stderr, status: { code } });
  });
});

describe('questions about the machine', () => {
  it.each([
    [
      'findmnt -n / | cut -d" " -f1; mountpoint /; mountpoint /root; echo $?',
      '/\n/ is a mountpoint\n/root is not a mountpoint\n32',
    ],
    ['systemd-detect-virt; runlevel; hostid; domainname', 'kvm\nN 5\n007f0101\n(none)'],
    ['factor 12 97 600851475143', '12: 2 2 3\n97: 97\n600851475143: 71 839 1471 6857'],
    ['mcookie | wc -c; ldd /bin/ls | wc -l; whatis ls 2>&1', '33\n3\nls: nothing appropriate.'],
    [
      'loginctl | tail -1; nginx -v 2>&1; nologin',
      '0 sessions listed.\nnginx version: nginx/1.22.1\nThis account is currently not available.',
    ],
    ['which.debianutils ls; echo aXb > f; rgrep X f; gawk "{print 1}" f', '/usr/bin/ls\naXb\n1'],
  ])('%s', async (line, stdout) => {
    expect(await m.out(line)).toBe(stdout);
  });

  it('servers run already', async () => {
    expect((await m.run('sshd')).stderr).toBe('sshd re-exec requires execution with an absolute path\n');
    expect((await m.run('nginx')).stderr).toContain('bind() to 0.0.0.0:80 failed (98: Address already in use)');
    expect((await m.run('cron')).stderr).toMatch(/^cron: can't lock \/var\/run\/crond\.pid, otherpid may be \d+: /);
    expect((await m.run('rsyslogd')).stderr).toMatch(/already exist/);
    expect((await m.run('/usr/sbin/sshd -T | head -1')).stdout).toBe('port 22\n');
  });
});
