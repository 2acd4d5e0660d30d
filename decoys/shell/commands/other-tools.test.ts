/** The rest of what intruders type: interpreters, names, mounts, keys, editors, archives, kernel modules. */
import { describe, expect, it } from 'vitest';
import { observed, waitlessMachine } from './fixtures/waitless-machine.ts';

const m = waitlessMachine();

describe('interpreters', () => {
  it.each([
    ['python3 --version', 'Python 3.11.2'],
    [`python3 -c 'print("hi\\n" )'`, 'hi\n'],
    ["python3 -c 'print((1+2)*3-4/2)'", '7'],
    [`python3 -c 'import os; os.system("id -un")'`, 'root'],
    [`python3 -c 'import pty; pty.spawn("id")'`, 'uid=0(root) gid=0(root) groups=0(root)'],
    ['echo "print(2*3)" | python3', '6'],
    ['printf "# c\\nprint(\'f\')\\n" > a.py; python3 a.py', 'f'],
    ["perl -e 'print 6*7'", '42'],
    [`perl -e 'print "a" x 5'`, 'aaaaa'],
    [`perl -e 'system("id -un"); say "x"'`, 'root\nx'],
    ['perl -v | grep -o v5.36.0', 'v5.36.0'],
  ])('%s', async (line, stdout) => {
    expect(await m.out(line)).toBe(stdout);
  });

  it.each([
    [
      'python3 nofile.py',
      /^python3: can't open file '\/root\/nofile\.py': \[Errno 2\] No such file or directory\n$/,
      2,
    ],
    ['python3 -m nosuch', /No module named nosuch/, 1],
    ["python3 -c 'print 1'", /SyntaxError: Missing parentheses in call to 'print'/, 1],
    ["python3 -c 'import requests'", /ModuleNotFoundError: No module named 'requests'/, 1],
    ['perl nofile.pl', /^Can't open perl script "nofile\.pl": No such file or directory\n$/, 2],
  ])('%s', async (line, stderr, code) => {
    expect(await m.run(line)).toMatchObject({ stderr: expect.stringMatching(stderr) as string, status: { code } });
  });

  it('tell the defender which script was started', async () => {
    const outcome = await m.run('echo "print(1)" > /tmp/s.py; python3 /tmp/s.py; echo 1 > /tmp/s.pl; perl /tmp/s.pl');
    expect(observed(outcome, 'execute').map(({ path }) => path)).toEqual(['/tmp/s.py', '/tmp/s.pl']);
  });

  it('shells run what they are given', async () => {
    expect(await m.out(`sh -c 'echo $0 $1' a b; bash -c 'exit 3'; echo $?; echo 'echo in' | sh`)).toBe('a b\n3\nin');
    expect(await m.out('echo "echo \\$1" > s; bash s x; sh nofile; echo $?')).toBe('x\n2');
  });
});

describe('names', () => {
  it('resolve alike for every tool', async () => {
    const address = await m.out('dig +short example.com');
    expect(address).toMatch(/^[\d.]+$/);
    expect(await m.out('host example.com')).toBe(`example.com has address ${address}`);
    expect(await m.out('nslookup example.com')).toContain(`Address: ${address}`);
    expect(await m.out('getent hosts example.com')).toContain(address);
    expect(await m.out('dig example.com @9.9.9.9')).toMatch(/status: NOERROR[\s\S]*SERVER: 9\.9\.9\.9#53/);
    expect(await m.out('ping -c1 example.com | head -1')).toContain(`(${address})`);
    expect(observed(await m.run('dig evil.example'), 'connect')[0]).toMatchObject({ host: 'evil.example', port: 53 });
  });

  it.each([
    ['dig nohost', /NXDOMAIN/, 0],
    ['nslookup nohost', /can't find nohost: NXDOMAIN/, 1],
    ['host nohost', /^Host nohost not found: 3\(NXDOMAIN\)$/, 1],
    ['host 1.2.3.4', /^Host 4\.3\.2\.1\.in-addr\.arpa\. not found/, 1],
    ['traceroute 203.0.113.9', / 1 {2}[\d.]+ [\s\S]*203\.0\.113\.9/, 0],
    ['traceroute nohost', /^$/, 2],
    ['host', /^$/, 1],
  ])('%s', async (line, stdout, code) => {
    const outcome = await m.run(line);
    expect(outcome.stdout.trimEnd()).toMatch(stdout);
    expect(outcome.status).toEqual({ code });
  });
});

describe('mounts and modules', () => {
  it.each([
    ['mount /dev/sdb1 /mnt', /special device \/dev\/sdb1 does not exist/, 32],
    ['mount /dev/null /nodir', /mount point does not exist/, 32],
    ['mount /etc/passwd /mnt', /wrong fs type/, 32],
    ['mount /nope', /^mount: \/nope: can't find in \/etc\/fstab\.\n$/, 1],
    ['umount /nope', /not mounted|no mount point/, 32],
    ['umount', /^umount: bad usage/, 1],
    ['umount /dev/shm', /target is busy/, 32],
    ['modprobe nosuch', /Module nosuch not found in directory \/lib\/modules\//, 1],
  ])('%s', async (line, stderr, code) => {
    const outcome = await m.run(line);
    expect(outcome.stderr).toMatch(stderr);
    expect(outcome.status).toEqual({ code });
  });

  it('keep the attributes that attackers set against each other', async () => {
    const fresh = waitlessMachine();
    await fresh.run('mkdir -p .ssh; echo key > .ssh/authorized_keys; chattr +ia .ssh/authorized_keys');
    expect(await fresh.out('lsattr .ssh/authorized_keys')).toMatch(/^----ia-+e-+ \.ssh\/authorized_keys$/);
    await fresh.run('chattr -ia .ssh/authorized_keys');
    expect(await fresh.out('lsattr .ssh/authorized_keys')).toMatch(/^-+e-+ /);
  });
});

describe('keys, archives, clocks', () => {
  it('ssh-keygen leaves a pair', async () => {
    const fresh = waitlessMachine();
    const made = await fresh.run("ssh-keygen -t ed25519 -N '' -f k -C me");
    expect(made.stdout).toMatch(/^Generating public\/private ed25519 key pair\.\n[\s\S]*SHA256:\S{43} me\n/);
    expect(await fresh.out('cat k.pub')).toMatch(/^ssh-ed25519 AAAA\S+ me$/);
    expect(await fresh.out('stat -c %a k; head -1 k')).toBe('600\n-----BEGIN OPENSSH PRIVATE KEY-----');
    expect((await fresh.run("ssh-keygen -N '' -f /nodir/k")).status).toEqual({ code: 1 });
  });

  it('zip and unzip give back what went in', async () => {
    const fresh = waitlessMachine();
    await fresh.run('mkdir d; echo one > d/a; seq 500 > d/b; zip -r z.zip d; rm -r d; unzip z.zip');
    expect(await fresh.out('cat d/a; wc -l < d/b')).toBe('one\n500');
    expect(await fresh.out('unzip -l z.zip | tail -1')).toMatch(/ 3 files| 2 files/);
    expect(await fresh.out('unzip -p z.zip d/a')).toBe('one');
    expect(await fresh.out('mkdir o; unzip -o z.zip -d o > log; cat o/d/a')).toBe('one');
    expect((await fresh.run('unzip nofile')).stderr).toMatch(/cannot find or open nofile/);
    expect((await fresh.run('echo x > bad.zip; unzip bad.zip')).status).not.toEqual({ code: 0 });
  });

  it('date sets nothing back for others, and says what was asked', async () => {
    expect(await m.out('date -u -s 2020-01-01')).toMatch(/^Wed Jan {2}1 00:00:00 UTC 2020$/);
    expect(await m.out('date +%s')).toBe(String(Math.floor(m.clock.now() / 1000)));
    expect(await m.out('date')).toMatch(/^\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d C?\w+ 2026$/);
  });
});

describe('screens without a screen', () => {
  it.each([
    ['vi /etc/passwd', /Output is not to a terminal/],
    ['nano x', /Standard input is not a terminal/],
    ['clear', /TERM environment variable not set/],
    ['stty -a', /Inappropriate ioctl for device/],
    ['tmux ls', /no server running/],
    ['busybox nope', /^nope: applet not found\n$/],
  ])('%s', async (line, stderr) => {
    expect((await m.run(line)).stderr).toMatch(stderr);
  });

  it.each([
    ['less /etc/hostname', /^\S+$/],
    ['tput cols', /^80$/],
    ['tput lines', /^24$/],
    ['screen -ls', /^No Sockets found/],
    ['git --version', /^git version/],
    ['openssl version', /^OpenSSL 3\.0\./],
    ['locale', /^LANG=C\.UTF-8/],
    ['busybox', /^BusyBox v1\.3/],
    ['busybox cat /etc/hostname', /^\S+$/],
    ['busybox --list | head -3', /^\[/],
    ['getconf PAGESIZE', /^4096$/],
    ['watch -n 100000000 id | head -1', /Every/],
  ])('%s', async (line, stdout) => {
    expect(await m.out(line)).toMatch(stdout);
  });

  it('on a terminal an editor leaves what was typed', async () => {
    const terminal = { type: 'xterm', columns: 80, rows: 24 };
    const fresh = waitlessMachine();
    const outcome = await fresh.run(
      '',
      { command: undefined, terminal } as never,
      'stty size; tty; clear; tput cols; less /etc/hostname; q\nexit\n',
    );
    expect(outcome.stdout).toContain('24 80\r\n/dev/pts/0\r\n');
  });
});
