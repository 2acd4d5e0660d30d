/** What would wear a real machine out: every program must end within the session's bounds, and the machine must answer afterwards. */
import { describe, expect, it } from 'vitest';
import { SHELL_LIMITS } from '../shell.types.ts';
import { hostileMachine, observed, waitlessMachine } from './fixtures/waitless-machine.ts';

const ENDLESS = [
  'yes',
  'seq 1 1e12',
  'cat /dev/zero',
  'cat /dev/urandom',
  "awk 'BEGIN{while(1){}}'",
  'awk \'BEGIN{for(;;)s=s "xxxxxxxxxxxxxxxx"}\'',
  'awk \'BEGIN{while(1)print "x"}\'',
  "awk 'function f(){f()}BEGIN{f()}'",
  'echo a | sed ":a;s/a/aa/;ta"',
  'echo a | sed ":a;ba"',
  'echo a | sed ":a;p;ba"',
  'find / -exec find / \\; ',
  'find / -exec sh -c "find /" \\;',
  'yes | xargs -n1 echo',
  'yes | sort',
  'yes | tr y n | rev | tac',
  'while :; do id; done',
  'printf "%999999999d\\n" 1',
  'awk \'BEGIN{printf "%999999999d", 1}\'',
  'head -c 1000000000000 /dev/zero | gzip -c | wc -c',
  'base64 /dev/zero | md5sum',
  'seq -f "%0999999f" 1 100000',
  'factor $(seq 1000000000000 1000000000999)',
  'expr $(printf "9%.0s" $(seq 5000)) "*" $(printf "9%.0s" $(seq 5000))',
  'du / / / / / /',
  'ls -lR / / / /',
  'grep -r . / / /',
  'tar cf /tmp/a.tar / / /',
  ':(){ :|:& };:',
  'timeout 0 yes',
  'xargs -I{} sh -c "yes {}" < /etc/passwd',
  'busybox yes',
  'split -b 1 /bin/bash /tmp/part',
  'truncate -s 1E /tmp/t; cat /tmp/t | wc -c',
  'shuf -i 1-1000000000000',
  'tail -c 1000000000000 /dev/zero',
  'od /dev/zero',
  'cmp /dev/zero /dev/zero',
  'sort -R /dev/urandom',
];

describe('endless work', () => {
  it.each(ENDLESS)('%s', async (line) => {
    const { machine, run } = hostileMachine();
    const outcome = await run(line);
    expect(outcome.stdout.length + outcome.stderr.length).toBeLessThanOrEqual(SHELL_LIMITS.maxOutputBytes + 65_536);
    expect('code' in outcome.status || observed(outcome, 'bounded').length > 0).toBe(true);
    expect(machine.fs.usage.bytes).toBeLessThan(256 * 1024 * 1024);
    expect((await run('echo alive; id -u')).stdout).toBe('alive\n0\n');
  });
});

/** Each takes the argument list as its own; none may fail as a program of ours that crashed. */
const PROGRAMS =
  'ls cat head tail wc cut sort uniq grep sed awk tr find stat base64 md5sum seq date basename dirname readlink expr printf comm od xxd hexdump mkdir rmdir rm cp mv ln touch chmod chown gzip tar uname id nproc sleep env which ps top w who last ip ss netstat free df du lscpu lsblk mount systemctl service crontab apt dpkg passwd useradd usermod su sudo wget curl ssh scp nc ping kill pkill killall pidof xargs timeout nice nohup tee paste join fold column file strings diff cmp dd split shuf factor iptables sysctl dmesg lsmod busybox hostname uptime getent python3 perl vi nano less tty stty clear'.split(
    ' ',
  );
const HOSTILE: readonly (readonly [string, string])[] = [
  ['thousands of arguments', '$(seq 1 3000)'],
  ['a very long argument', '"$(printf "A%.0s" $(seq 9000))"'],
  ['odd bytes', "$'\\x01\\xff\\xfe\\e[31m\\n' $'\\n' ''"],
  ['options nobody has', '--nope=1 -%%% --'],
  ['numbers out of range', '-n 99999999999999999999 -1e999 -c -0'],
  ['prototype names', '__proto__ constructor toString hasOwnProperty -o __proto__ --constructor'],
];

describe.each(HOSTILE)('%s', (_name, args) => {
  it.each(PROGRAMS)('%s', async (program) => {
    const host = waitlessMachine();
    const outcome = await host.run(`cd /tmp; ${program} ${args} < /dev/null`);
    const crashed = observed(outcome, 'bounded').filter(({ what }) => what.startsWith('command failed'));
    expect(crashed).toEqual([]);
  });
});

describe('patterns that make others backtrack', () => {
  const LONG = 'printf "a%.0s" $(seq 4000)';

  it.each([
    [`(${LONG}; echo b) | grep -cE '^(a+)+$'`, '0\n'],
    [`${LONG} | grep -cE '^(a|aa)+$'`, '1\n'],
    [`(${LONG}; echo '!') | sed -E 's/^(a*)*b/x/' | wc -c`, '4002\n'],
    [`(${LONG}; echo '!') | awk '/(a?){50}a{50}b/{n++}END{print n+0}'`, '0\n'],
    [`${LONG} | grep -cP '(a+)+b'`, '0\n'],
    [`[[ $(${LONG}) =~ ^(a+)+b$ ]] || echo no`, 'no\n'],
    [`find /etc -regex '.*\\(.*\\)*.*x\\{3\\}q' | wc -l`, '0\n'],
  ])('%s', async (line, stdout) => {
    const outcome = await hostileMachine().run(line);
    expect(outcome).toMatchObject(
      observed(outcome, 'bounded').length === 0 ? { stdout } : { status: { signal: 'KILL' } },
    );
  });
});

describe('archives that grow', () => {
  it('are unpacked no further than the disk of one attacker goes', async () => {
    const { machine, run } = hostileMachine();
    await run('head -c 900000 /dev/zero > /tmp/b; gzip /tmp/b');
    for (let round = 0; round < 40; round += 1)
      await run(
        `cp /tmp/b.gz /tmp/c${round}.gz; gunzip -f /tmp/c${round}.gz; tar cf /tmp/d${round}.tar -C /tmp c${round}`,
      );
    expect(machine.fs.usage.bytes).toBeLessThan(256 * 1024 * 1024);
    expect((await run('echo alive')).stdout).toBe('alive\n');
  });

  it.each(['gunzip', 'tar xf', 'unzip', 'tar xzf', 'zcat'])('%s survives noise', async (tool) => {
    const host = waitlessMachine();
    await host.run('head -c 5000 /bin/ls > /tmp/n.gz; printf "\\x1f\\x8b\\x08" | cat - /tmp/n.gz > /tmp/m.gz');
    const outcome = await host.run(`cd /tmp; ${tool} m.gz; ${tool} n.gz`);
    expect(outcome.status).not.toEqual({ code: 0 });
    expect(observed(outcome, 'bounded')).toEqual([]);
  });
});
