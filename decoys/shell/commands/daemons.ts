/** The servers that run on this machine, started once more by hand: `sshd`, `nginx`, `cron`, `rsyslogd`, `init`; and `nologin`. */
import type { CommandContext, CommandTable } from '../command.types.ts';

function sshd(ctx: CommandContext): number {
  const args = ctx.argv.slice(1);
  const version = ctx.machine.persona.ssh.software.replace(' ', ', ').replace(', Debian', ' Debian');
  if (args.includes('-V')) {
    ctx.stderr.write(`${version}, OpenSSL 3.0.16 11 Feb 2025\n`);
    return 0;
  }
  const bad = args.find((arg) => arg.startsWith('-') && !/^-[46DdeGiqTtVC:E:bcfghkopu]/.test(arg));
  if (bad !== undefined) {
    ctx.stderr.write(
      `sshd: ${bad.startsWith('--') ? 'unknown' : 'illegal'} option -- ${bad.slice(1, 2)}\n${version}, OpenSSL 3.0.16 11 Feb 2025\nusage: sshd [-46DdeGiqTtV] [-C connection_spec] [-c host_cert_file]\n            [-E log_file] [-f config_file] [-g login_grace_time]\n            [-h host_key_file] [-o option] [-p port] [-u len]\n`,
    );
    return 1;
  }
  if (!(ctx.argv[0] ?? '').startsWith('/')) {
    ctx.stderr.write('sshd re-exec requires execution with an absolute path\n');
    return 255;
  }
  if (ctx.user.uid !== 0) {
    ctx.stderr.write('sshd: no hostkeys available -- exiting.\n');
    return 1;
  }
  if (args.includes('-T'))
    ctx.stdout.write(
      'port 22\naddressfamily any\nlistenaddress [::]:22\nlistenaddress 0.0.0.0:22\nusepam yes\nlogingracetime 120\nx11displayoffset 10\nmaxauthtries 6\nmaxsessions 10\npermitrootlogin yes\npubkeyauthentication yes\npasswordauthentication yes\nkbdinteractiveauthentication no\nprintmotd no\nx11forwarding yes\n',
    );
  return 0;
}

function nginx(ctx: CommandContext): number {
  const args = ctx.argv.slice(1);
  const [first = ''] = args;
  if (/^-[vV]$/.test(first)) {
    ctx.stderr.write('nginx version: nginx/1.22.1\n');
    if (first === '-V')
      ctx.stderr.write(
        'built with OpenSSL 3.0.8 7 Feb 2023 (running with OpenSSL 3.0.16 11 Feb 2025)\nTLS SNI support enabled\n',
      );
    return 0;
  }
  if (/^-[h?]$/.test(first)) {
    ctx.stderr.write(
      'nginx version: nginx/1.22.1\nUsage: nginx [-?hvVtTq] [-s signal] [-p prefix]\n             [-e filename] [-c filename] [-g directives]\n',
    );
    return 0;
  }
  if (first.startsWith('-') && !/^-[tTqspecg]/.test(first)) {
    ctx.stderr.write(`nginx: invalid option: "${first.slice(1)}"\n`);
    return 1;
  }
  if (ctx.user.uid !== 0) {
    ctx.stderr.write(
      'nginx: [alert] could not open error log file: open() "/var/log/nginx/error.log" failed (13: Permission denied)\n',
    );
    return 1;
  }
  if (/^-[tT]$/.test(first)) {
    ctx.stderr.write(
      'nginx: the configuration file /etc/nginx/nginx.conf syntax is ok\nnginx: configuration file /etc/nginx/nginx.conf test is successful\n',
    );
    return 0;
  }
  if (first === '-s') {
    const signal = args[1] ?? '';
    if (/^(stop|quit|reload|reopen)$/.test(signal)) return 0;
    ctx.stderr.write(`nginx: invalid option: "-s ${signal}"\n`);
    return 1;
  }
  for (let turn = 0; turn < 5; turn += 1)
    ctx.stderr.write(
      'nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)\nnginx: [emerg] bind() to [::]:80 failed (98: Address already in use)\n',
    );
  ctx.stderr.write('nginx: [emerg] still could not bind()\n');
  return 1;
}

function running(ctx: CommandContext, comm: string): number {
  return ctx.processes.list().find((process) => process.comm === comm)?.pid ?? 1;
}

/** A second one finds the first one's lock. */
function locked(words: (ctx: CommandContext) => string, status = 1): (ctx: CommandContext) => number {
  return (ctx) => {
    ctx.stderr.write(words(ctx));
    return status;
  };
}

export const daemonCommands: CommandTable = {
  sshd: { path: '/usr/sbin/sshd', run: sshd },
  nginx: { path: '/usr/sbin/nginx', run: nginx },
  cron: {
    path: '/usr/sbin/cron',
    run: locked((ctx) =>
      ctx.user.uid === 0
        ? `cron: can't lock /var/run/crond.pid, otherpid may be ${running(ctx, 'cron')}: Resource temporarily unavailable\n`
        : "cron: can't open or create /var/run/crond.pid: Permission denied\n",
    ),
  },
  rsyslogd: {
    path: '/usr/sbin/rsyslogd',
    run: (ctx) => {
      if (ctx.argv[1]?.startsWith('-v') === true) {
        ctx.stdout.write('rsyslogd  8.2302.0 (aka 2023.02) compiled with:\n\tPLATFORM:\t\t\t\tx86_64-pc-linux-gnu\n');
        return 0;
      }
      ctx.stderr.write(
        "rsyslogd: pidfile '/run/rsyslogd.pid' and pid " +
          `${running(ctx, 'rsyslogd')} already exist.\nIf you want to run multiple instances of rsyslog, you need to specify\ndifferent pid files for them (-i option).\nrsyslogd: run failed with error -3000 (see rsyslog.h or try https://www.rsyslog.com/e/3000 to learn what that number means)\n`,
      );
      return 1;
    },
  },
  init: {
    path: '/usr/sbin/init',
    run: (ctx) =>
      ctx.argv.length > 1
        ? ctx.run(['telinit', ...ctx.argv.slice(1)])
        : locked(() => "Couldn't find an alternative telinit implementation to spawn.\n")(ctx),
  },
  nologin: {
    path: '/usr/sbin/nologin',
    run: (ctx) => (ctx.stdout.write('This account is currently not available.\n'), 1),
  },
};
