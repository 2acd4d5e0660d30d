/** Debian's fail2ban with its own sshd filter and nftables action, in files of its own. */
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { SAYING_ALL, whenSaid } from './when-said.ts';
import type { Rival } from './rival.types.ts';

const HOME = '/etc/fail2ban';

export const fail2ban: Rival = {
  name: 'fail2ban',
  async start({ lab, folder, log, threshold }) {
    if (!existsSync('/usr/bin/fail2ban-server'))
      throw new NetSentinelError('BENCH_UNAVAILABLE', 'user', 'fail2ban is not installed', {
        hint: 'Install the Debian packages fail2ban and python3-pyinotify.',
      });
    const config = join(folder, 'config');
    mkdirSync(config, { recursive: true });
    for (const name of ['fail2ban.conf', 'filter.d', 'action.d', 'paths-common.conf', 'paths-debian.conf'])
      symlinkSync(join(HOME, name), join(config, name));
    // Where Debian's rules put the log, and what a person would set: nothing else differs from the package's own settings.
    writeFileSync(
      join(config, 'jail.conf'),
      `[INCLUDES]
before = paths-debian.conf
[DEFAULT]
ignorecommand =
ignoreself = true
maxmatches = %(maxretry)s
usedns = warn
logencoding = auto
mode = normal
filter = %(__name__)s[mode=%(mode)s]
protocol = tcp,udp
chain = <known/chain>
port = 0:65535
fail2ban_agent = Fail2Ban/%(fail2ban_version)s
banaction = nftables[type=allports]
action_ = %(banaction)s[port="%(port)s", protocol="%(protocol)s", chain="%(chain)s"]
action = %(action_)s
[sshd]
enabled = true
backend = auto
logpath = ${log}
maxretry = ${threshold}
findtime = 10m
bantime = 1h
`,
    );
    const server = lab.start('defender', [
      ...SAYING_ALL,
      'fail2ban-server',
      '-f',
      '-c',
      config,
      '-s',
      join(folder, 'socket'),
      '-p',
      join(folder, 'pid'),
      '--logtarget',
      'STDOUT',
      '--syslogsocket',
      'none',
    ]);
    await whenSaid(server, /Jail 'sshd' started/);
    return {
      stop: async () => {
        server.kill('SIGTERM');
      },
    };
  },
};
