/** Accounts as an intruder handles them: who is here, new users, passwords, other people's shells; and what of it the defender is told. */
import { describe, expect, it } from 'vitest';
import { hostileMachine, observed, waitlessMachine } from './fixtures/waitless-machine.ts';

const m = waitlessMachine();
const user = m.persona.users.find(({ login, uid }) => login && uid >= 1000)!.name;

describe('who is here', () => {
  it('agrees about the caller', async () => {
    for (const line of ['whoami', 'id -un', 'echo $USER', 'ps -o user= -p $$']) {
      expect((await m.out(line)).trim()).toBe('root');
      expect((await m.out(line, { user })).trim().slice(0, 7)).toBe(user.slice(0, 7));
    }
    const { uid, gid } = m.machine.user(user)!;
    expect(await m.out('id -u; id -g; id -G | cut -d" " -f1', { user })).toBe(`${uid}\n${gid}\n${gid}`);
    expect(await m.out(`id ${user}`)).toMatch(new RegExp(`^uid=${uid}\\(${user}\\) gid=${gid}\\(${user}\\) groups=`));
    expect(await m.out(`groups ${user}`)).toMatch(new RegExp(`^${user} : ${user}`));
    expect(await m.out('groups')).toBe('root');
    expect(await m.out(`getent passwd ${user}`)).toBe(await m.out(`grep ^${user}: /etc/passwd`));
  });

  it.each([
    ['id -nG root', 'root', '', 0],
    ['id nosuch', '', "id: 'nosuch': no such user\n", 1],
    ['id -n', '', 'id: cannot print only names or real IDs in default format\n', 1],
    ['id -ug', '', 'id: cannot print "only" of more than one choice\nTry \'id --help\' for more information.\n', 1],
    ['whoami x', '', "whoami: extra operand 'x'\nTry 'whoami --help' for more information.\n", 1],
    ['groups nosuch', '', "groups: 'nosuch': no such user\n", 1],
    ['getent passwd 0', 'root:x:0:0:root:/root:/bin/bash', '', 0],
    ['getent passwd nosuch', '', '', 2],
    ['getent hosts localhost', '127.0.0.1       localhost', '', 0],
    ['getent hosts no-such-host', '', '', 2],
    ['getent group root', 'root:x:0:', '', 0],
    ['logname', '', 'logname: no login name\n', 1],
  ])('%s', async (line, stdout, stderr, code) => {
    const outcome = await m.run(`export LC_ALL=C; ${line}`);
    expect([outcome.stdout.trimEnd(), outcome.stderr, outcome.status]).toEqual([stdout, stderr, { code }]);
  });

  it('does not show shadow to ordinary users', async () => {
    expect(await m.run('cat /etc/shadow', { user })).toMatchObject({
      stdout: '',
      stderr: 'cat: /etc/shadow: Permission denied\n',
    });
    expect(await m.out('getent shadow root', { user })).toBe('');
    expect(await m.out('getent shadow root')).toMatch(/^root:/);
  });

  it('shows a terminal login to w, who, users, last and logname', async () => {
    const script = 'w; who; who -q; who -uH; users; last | head -2; logname; who am i; tty; exit\n';
    const { stdout } = await m.run(
      '',
      { command: undefined, terminal: { type: 'xterm', columns: 120, rows: 40 } } as never,
      script,
    );
    expect(stdout).toMatch(/^root +pts\/0 +198\.51\.100\.7 +\d\d:\d\d .* w\r$/m);
    expect(stdout).toMatch(/^root +pts\/0 +\d{4}-\d\d-\d\d \d\d:\d\d \(198\.51\.100\.7\)\r$/m);
    expect(stdout).toMatch(/^root +pts\/0 +198\.51\.100\.7 .*still logged in\r$/m);
    expect(stdout).toContain('/dev/pts/0\r\n');
  });

  it.each([
    ['last -n 3', /^wtmp begins /m],
    ['last reboot', /^reboot +system boot +\d/],
    ['last -F | head -1', /\d\d:\d\d:\d\d \d{4}/],
    ['last nosuchuser', /^\nwtmp begins/],
    ['lastb', /btmp begins/],
    ['lastlog -u root', /^Username +Port +From +Latest\nroot /],
    ['lastlog', /^daemon +\*\*Never logged in\*\*$/m],
    ['who -b', /system boot {2}\d{4}-/],
    ['who -r', /run-level 5/],
    ['w -h', /^(?!USER)/],
  ])('%s', async (line, what) => {
    expect(await m.out(line)).toMatch(what);
  });
});

describe('new accounts', () => {
  it('useradd: appear in passwd, group, shadow, id and their home', async () => {
    const fresh = waitlessMachine();
    const made = await fresh.run('useradd -m -s /bin/bash -c "The Mallory" -G sudo mallory');
    expect(made).toMatchObject({ status: { code: 0 }, stdout: '', stderr: '' });
    expect(observed(made, 'file').map(({ path }) => path)).toEqual(
      expect.arrayContaining(['/etc/passwd', '/etc/group', '/etc/shadow']),
    );
    const passwd = observed(made, 'file').find(({ path }) => path === '/etc/passwd')!;
    expect(Buffer.from(passwd.content).toString()).toContain('mallory:x:');
    const id = await fresh.out('id mallory');
    expect(id).toMatch(/^uid=(\d+)\(mallory\) gid=\d+\(mallory\) groups=\d+\(mallory\),27\(sudo\)$/);
    const uid = /uid=(\d+)/.exec(id)![1];
    expect(await fresh.out('tail -1 /etc/passwd')).toMatch(
      new RegExp(`^mallory:x:${uid}:\\d+:The Mallory:/home/mallory:/bin/bash$`),
    );
    expect(await fresh.out('grep mallory: /etc/shadow')).toMatch(/^mallory:!:\d{5}:0:99999:7:::$/);
    expect(await fresh.out('stat -c "%U %a" /home/mallory; ls -A /home/mallory')).toBe(
      'mallory 755\n.bash_logout\n.bashrc\n.profile',
    );
    expect(await fresh.out('su - mallory -c "whoami; pwd"')).toBe('mallory\n/home/mallory');
  });

  it('can be changed and removed again', async () => {
    const fresh = waitlessMachine();
    await fresh.run('useradd -u 4242 -d /opt/h -M -p HASH eve; groupadd -g 555 crew; usermod -aG crew,sudo eve');
    expect(await fresh.out('id eve')).toMatch(/uid=4242\(eve\).*27\(sudo\).*555\(crew\)|555\(crew\).*27\(sudo\)/);
    expect(await fresh.out('grep eve: /etc/shadow')).toMatch(/^eve:HASH:/);
    await fresh.run('usermod -G crew -s /bin/sh -c Eve eve');
    expect(await fresh.out('grep ^eve /etc/passwd')).toMatch(/^eve:x:4242:100\d:Eve:\/opt\/h:\/bin\/sh$/);
    expect(await fresh.out('id -nG eve')).not.toContain('sudo');
    await fresh.run('usermod -u 0 -o eve');
    expect(await fresh.out('id -u eve')).toBe('0');
    await fresh.run('userdel -r eve; groupdel crew');
    expect(await fresh.run('export LC_ALL=C; id eve')).toMatchObject({
      status: { code: 1 },
      stderr: "id: 'eve': no such user\n",
    });
    expect(await fresh.out('grep -c "eve\\|crew" /etc/passwd /etc/group /etc/shadow')).toBe(
      '/etc/passwd:0\n/etc/group:0\n/etc/shadow:0',
    );
  });

  it('adduser: tells its steps and asks for the rest', async () => {
    const fresh = waitlessMachine();
    const made = await fresh.run('adduser bob', {}, 'pw\npw\nBob\n\n\n\n\ny\n');
    expect(made.status).toEqual({ code: 0 });
    expect(made.stdout).toMatch(
      /^Adding user `bob' \.\.\.\n[\s\S]*Creating home directory `\/home\/bob'[\s\S]*Is the information correct\? \[Y\/n\] /,
    );
    expect(made.stderr).toContain('password updated successfully');
    expect(await fresh.out('id -un bob; grep ^bob /etc/passwd | cut -d: -f6-7')).toBe('bob\n/home/bob:/bin/bash');
    expect((await fresh.run('adduser bob')).stderr).toBe("adduser: The user `bob' already exists.\n");
    await fresh.run('adduser bob sudo');
    expect(await fresh.out('id -nG bob')).toContain('sudo');
    const quiet = await fresh.run('adduser --disabled-password --gecos "" carl');
    expect(quiet.status).toEqual({ code: 0 });
    expect(quiet.stdout).not.toContain('Full Name');
  });

  it.each([
    ['useradd root', "useradd: user 'root' already exists\n", 9],
    ['useradd "a b"', "useradd: invalid user name 'a b': use --badname to ignore\n", 3],
    ['useradd -u 0 x', 'useradd: UID 0 is not unique\n', 4],
    ['useradd -G nosuch x', "useradd: group 'nosuch' does not exist\n", 6],
    ['usermod -s /bin/sh nosuch', "usermod: user 'nosuch' does not exist\n", 6],
    ['usermod -G nosuch root', "usermod: group 'nosuch' does not exist\n", 6],
    ['userdel nosuch', "userdel: user 'nosuch' does not exist\n", 6],
    ['groupdel nosuch', "groupdel: group 'nosuch' does not exist\n", 6],
    ['groupadd root', "groupadd: group 'root' already exists\n", 9],
    ['adduser', 'adduser: Only one or two names allowed.\n', 1],
  ])('%s', async (line, stderr, code) => {
    expect(await m.run(line)).toMatchObject({ stderr, status: { code } });
  });

  it.each([
    '/usr/sbin/useradd x',
    '/usr/sbin/adduser x',
    '/usr/sbin/usermod -s /bin/sh root',
    `/usr/sbin/userdel ${user}`,
    '/usr/sbin/chpasswd',
    '/usr/sbin/groupadd x',
  ])('%s is not for ordinary users', async (line) => {
    const before = await m.out('cat /etc/passwd /etc/group');
    const outcome = await m.run(line, { user });
    expect(outcome.status).not.toEqual({ code: 0 });
    expect(outcome.stderr).not.toBe('');
    expect(await m.out('cat /etc/passwd /etc/group')).toBe(before);
  });

  it('are bounded: a machine that was flooded with them still answers', async () => {
    const flooded = hostileMachine();
    const flood = await flooded.run('for i in $(seq 1 50000); do useradd u$i; done');
    expect(flood.status).toEqual({ signal: 'KILL' });
    expect(observed(flood, 'bounded')).toHaveLength(1);
    expect((await flooded.run('id -un')).stdout).toBe('root\n');
  });
});

describe('passwords', () => {
  const hashOf = (machine: typeof m, name: string): Promise<string> =>
    machine.out(`grep ^${name}: /etc/shadow | cut -d: -f2`);

  it('are set by passwd and chpasswd, and the defender reads them', async () => {
    const fresh = waitlessMachine();
    const before = await hashOf(fresh, 'root');
    const set = await fresh.run('passwd', {}, 'S3cret!\nS3cret!\n');
    expect(set).toMatchObject({
      status: { code: 0 },
      stderr: 'New password: Retype new password: passwd: password updated successfully\n',
    });
    expect(observed(set, 'input').map(({ line }) => line)).toEqual(['passwd', 'S3cret!', 'S3cret!']);
    const after = await hashOf(fresh, 'root');
    expect(after).toMatch(/^\$y\$j9T\$/);
    expect(after).not.toBe(before);
    expect((await fresh.run(`echo "${user}:newpass" | chpasswd`)).status).toEqual({ code: 0 });
    expect(await hashOf(fresh, user)).toMatch(/^\$y\$j9T\$/);
  });

  it('are locked, unlocked and deleted', async () => {
    const fresh = waitlessMachine();
    await fresh.run(`echo "${user}:x" | chpasswd; passwd -l ${user}`);
    expect(await hashOf(fresh, user)).toMatch(/^!\$y/);
    await fresh.run(`passwd -u ${user}`);
    expect(await hashOf(fresh, user)).toMatch(/^\$y/);
    await fresh.run(`passwd -d ${user}`);
    expect(await hashOf(fresh, user)).toBe('');
    expect(await fresh.out(`passwd -S ${user}`)).toMatch(new RegExp(`^${user} `));
  });

  it.each([
    ['a\nb\n', 'Sorry, passwords do not match.\n'],
    ['\n\n', 'No password has been supplied.\n'],
    ['', ''],
  ])('passwd answers %j', async (stdin, why) => {
    const outcome = await m.run('passwd', {}, stdin);
    expect(outcome.status).toEqual({ code: 10 });
    expect(outcome.stderr).toContain(
      `${why}passwd: Authentication token manipulation error\npasswd: password unchanged\n`,
    );
  });

  it('belong to their owners', async () => {
    expect((await m.run('passwd root', { user })).stderr).toBe(
      'passwd: You may not view or modify password information for root.\n',
    );
    expect((await m.run('passwd nosuch')).stderr).toBe("passwd: user 'nosuch' does not exist\n");
    const own = await m.run('passwd', { user }, 'old\nnew1\nnew1\n');
    expect(own.stdout).toBe(`Changing password for ${user}.\n`);
    expect(observed(own, 'input').map(({ line }) => line)).toContain('old');
  });

  it('chpasswd complains by line', async () => {
    const outcome = await m.run('chpasswd', {}, 'nocolon\nnosuch:x\n');
    expect(outcome.status).toEqual({ code: 1 });
    expect(outcome.stderr).toMatch(/^chpasswd: line 1: missing new password\nchpasswd: \(user nosuch\)/);
  });
});

describe('acting as others', () => {
  it('root becomes anyone without a password', async () => {
    expect(await m.out(`su ${user} -c 'id -un; echo $HOME'`)).toBe(`${user}\n${m.machine.user(user)!.home}`);
    expect(await m.out(`sudo -u ${user} whoami`)).toBe(user);
    expect(await m.out('sudo id -u; sudo -n true && echo ok; sudo -s whoami; sudo -i pwd')).toBe('0\nok\nroot\n/root');
    expect(await m.out('sudo A=1 sh -c "whoami"')).toBe('root');
    expect(await m.out('sudo -l')).toContain('(ALL : ALL) ALL');
    expect(await m.out('sudo -V')).toMatch(/^Sudo version 1\.9/);
  });

  it('others are asked, and what they answer is recorded', async () => {
    const tried = await m.run('su -c id', { user }, 'toor\n');
    expect(tried).toMatchObject({ status: { code: 1 }, stdout: '' });
    expect(tried.stderr).toBe('Password: su: Authentication failure\n');
    expect(observed(tried, 'input').map(({ line }) => line)).toEqual(['su -c id', 'toor']);
    expect((await m.run('sudo id', { user })).stderr).toMatch(/^sudo: a terminal is required to read the password/);
    expect((await m.run('sudo -n id', { user })).stderr).toBe('sudo: a password is required\n');
    const guessed = await m.run('sudo -S id', { user }, 'hunter2\n');
    expect(guessed.stderr).toContain(`[sudo] password for ${user}: `);
    expect(observed(guessed, 'input').map(({ line }) => line)).toContain('hunter2');
  });

  it.each([
    ['su nosuch', 'su: user nosuch does not exist or the user entry does not contain all the required fields\n', 1],
    ['sudo -u nosuch id', /^sudo: unknown user nosuch\n/, 1],
    ['sudo', /^usage: sudo -h/, 1],
    ['sudo nosuchprogram', /nosuchprogram: command not found\n$/, 1],
  ])('%s', async (line, stderr, code) => {
    const outcome = await m.run(line);
    expect(outcome.stderr).toMatch(stderr);
    expect(outcome.status).toEqual({ code });
  });

  it('accounts without a shell stay without', async () => {
    expect(await m.run('su daemon -c id')).toMatchObject({
      stdout: 'This account is currently not available.\n',
      status: { code: 1 },
    });
    expect(await m.out('su daemon -s /bin/sh -c "id -un"')).toBe('daemon');
  });
});
