/** Programs that open connections: `ssh`, `scp`, `sftp`, `nc`, `telnet`, `ftp`-less, `tftp`, `ping`, `traceroute`. None leaves this machine. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { fraction, isIpv4, resolveName } from './machine-facts.ts';
import { parseOptions } from './options.ts';
import { makePayload } from './payload.ts';
import { baseName, errorText, joinPath } from './text.ts';
import { reachability } from './url-target.ts';

const TIMEOUT_MS = 127_000;

/** Tries to reach a host: waits as long as the real one would, and tells the platform. */
export async function reach(
  ctx: CommandContext,
  tool: string,
  host: string,
  port: number,
  limitMs = TIMEOUT_MS,
): Promise<'unknown' | 'refused' | 'silent' | 'open'> {
  ctx.observe({ kind: 'connect', tool, host: host.slice(0, 255), port });
  const address = resolveName(ctx, host);
  if (address === undefined) {
    await ctx.sleep(60);
    return 'unknown';
  }
  const how = reachability(ctx, address, port);
  // Other people's machines never answer from in here.
  const seen = how === 'refused' ? 'refused' : how === 'open' && address.startsWith('127.') ? 'open' : 'silent';
  await ctx.sleep(seen === 'silent' ? limitMs : 4);
  return seen;
}

const SSH_USAGE =
  'usage: ssh [-46AaCfGgKkMNnqsTtVvXxYy] [-B bind_interface]\n           [-b bind_address] [-c cipher_spec] [-D [bind_address:]port]\n           [-E log_file] [-e escape_char] [-F configfile] [-I pkcs11]\n           [-i identity_file] [-J [user@]host[:port]] [-L address]\n           [-l login_name] [-m mac_spec] [-O ctl_cmd] [-o option] [-p port]\n           [-Q query_option] [-R address] [-S ctl_path] [-W host:port]\n           [-w local_tun[:remote_tun]] destination [command [argument ...]]\n';

async function ssh(ctx: CommandContext): Promise<number> {
  const options = parseOptions(ctx, {
    short: '46AaB:b:Cc:D:E:e:F:fGgI:i:J:Kkl:L:Mm:NnO:o:p:qQ:R:S:sTtVvW:w:XxYy',
    stopAtOperand: true,
    status: 255,
    bsd: '',
    advice: SSH_USAGE,
  });
  if (typeof options === 'number') return options;
  if (options.has('V')) {
    ctx.stderr.write(
      `${ctx.machine.persona.ssh.software.replace('_9', '_9').replace(' ', ', ').replace(', Debian', ' Debian')}, OpenSSL 3.0.16 11 Feb 2025\n`,
    );
    return 0;
  }
  const destination = options.operands[0];
  if (destination === undefined) {
    ctx.stderr.write(SSH_USAGE);
    return 255;
  }
  const host = destination
    .replace(/^ssh:\/\//, '')
    .replace(/^.*@/, '')
    .replace(/:\d+$/, '');
  const port = Number(options.value('p') ?? 22) || 22;
  return sshFailure(ctx, 'ssh', host, port, connectTimeout(options.list));
}

function connectTimeout(list: readonly { key: string; value: string | undefined }[]): number {
  const given = list
    .map(({ key, value }) => (key === 'o' ? /^ConnectTimeout[= ](\d+)/i.exec(value ?? '')?.[1] : undefined))
    .find((value) => value !== undefined);
  return given === undefined ? TIMEOUT_MS : Math.min(Number(given) * 1000, TIMEOUT_MS);
}

async function sshFailure(
  ctx: CommandContext,
  tool: string,
  host: string,
  port: number,
  limitMs: number,
): Promise<number> {
  const how = await reach(ctx, tool, host, port, limitMs);
  if (how === 'unknown') ctx.stderr.write(`ssh: Could not resolve hostname ${host}: Name or service not known\r\n`);
  else if (how === 'refused') ctx.stderr.write(`ssh: connect to host ${host} port ${port}: Connection refused\r\n`);
  else if (how === 'silent') ctx.stderr.write(`ssh: connect to host ${host} port ${port}: Connection timed out\r\n`);
  else {
    ctx.stderr.write('Host key verification failed.\r\n');
  }
  return 255;
}

async function scp(ctx: CommandContext): Promise<number> {
  const usage =
    'usage: scp [-346ABCOpqRrsTv] [-c cipher] [-D sftp_server_path] [-F ssh_config]\n           [-i identity_file] [-J destination] [-l limit]\n           [-o ssh_option] [-P port] [-S program] [-X sftp_option] source ... target\n';
  const options = parseOptions(ctx, { short: '346ABCc:D:F:i:J:l:o:OpP:qRrS:sTvX:tf', bsd: 'scp: ', advice: usage });
  if (typeof options === 'number') return options;
  const { operands } = options;
  if (operands.length < 2) {
    ctx.stderr.write(usage);
    return 1;
  }
  const remote = operands.find((operand) => /^[^/]+:/.test(operand));
  if (remote === undefined) return ctx.run(['cp', ...(options.has('r') ? ['-r'] : []), ...operands]);
  const host = remote
    .replace(/^scp:\/\//, '')
    .replace(/^.*@/, '')
    .replace(/:.*$/, '');
  if (operands.at(-1) !== remote) ctx.observe({ kind: 'download', url: `scp://${remote.slice(0, 500)}`, tool: 'scp' });
  await sshFailure(ctx, 'scp', host, Number(options.value('P') ?? 22) || 22, connectTimeout(options.list));
  ctx.stderr.write('scp: Connection closed\r\n');
  return 255;
}

async function sftp(ctx: CommandContext): Promise<number> {
  const host = ctx.argv.slice(1).findLast((arg) => !arg.startsWith('-'));
  if (host === undefined) {
    ctx.stderr.write(
      'usage: sftp [-46AaCfNpqrv] [-B buffer_size] [-b batchfile] [-c cipher]\n          [-D sftp_server_command] [-F ssh_config] [-i identity_file]\n          [-J destination] [-l limit] [-o ssh_option] [-P port]\n          [-R num_requests] [-S program] [-s subsystem | sftp_server]\n          [-X sftp_option] destination\n',
    );
    return 1;
  }
  await sshFailure(ctx, 'sftp', host.replace(/^.*@/, '').replace(/:.*$/, ''), 22, TIMEOUT_MS);
  ctx.stderr.write('Connection closed.  \r\n');
  return 255;
}

async function nc(ctx: CommandContext): Promise<number> {
  const options = parseOptions(ctx, { short: 'bc:e:g:G:hi:klno:p:q:rs:T:tuvw:zC', advice: 'nc -h for help\n' });
  if (typeof options === 'number') return options;
  if (options.has('h')) {
    ctx.stderr.write(
      "[v1.10-47]\nconnect to somewhere:\tnc [-options] hostname port[s] [ports] ... \nlisten for inbound:\tnc -l -p port [-options] [hostname] [port]\noptions:\n\t-c shell commands\tas `-e'; use /bin/sh to exec [dangerous!!]\n\t-e filename\t\tprogram to exec after connect [dangerous!!]\n\t-l\t\t\tlisten mode, for inbound connects\n\t-n\t\t\tnumeric-only IP addresses, no DNS\n\t-p port\t\t\tlocal port number\n\t-u\t\t\tUDP mode\n\t-v\t\t\tverbose [use twice to be more verbose]\n\t-w secs\t\t\ttimeout for connects and final net reads\n\t-z\t\t\tzero-I/O mode [used for scanning]\n",
    );
    return 1;
  }
  if (options.has('l')) {
    if (options.has('v'))
      ctx.stderr.write(`listening on [any] ${options.value('p') ?? options.operands.at(-1) ?? '0'} ...\n`);
    ctx.observe({
      kind: 'connect',
      tool: 'nc -l',
      host: '0.0.0.0',
      port: Number(options.value('p') ?? options.operands.at(-1) ?? 0) || 0,
    });
    for (;;) await ctx.sleep(1000);
  }
  const [host, ...ports] = options.operands;
  if (host === undefined) {
    ctx.stderr.write('Cmd line: no port[s] to connect to\n'.replace('Cmd line: ', 'Cmd line: '));
    return 1;
  }
  if (ports.length === 0) {
    ctx.stderr.write('no port[s] to connect to\n');
    return 1;
  }
  const limit = options.has('w') ? Number(options.value('w')) * 1000 : TIMEOUT_MS;
  for (const text of ports.slice(0, 5)) {
    const [low = 0, high = low] = text.split('-').map(Number);
    for (let port = high; port >= low && port > high - 20; port -= 1) {
      const how = await reach(ctx, 'nc', host, port, limit);
      if (how === 'unknown') {
        ctx.stderr.write(`${host}: forward host lookup failed: Unknown host\n`);
        return 1;
      }
      if (options.has('v'))
        ctx.stderr.write(
          `(UNKNOWN) [${resolveName(ctx, host)}] ${port} (?) : ${how === 'refused' ? 'Connection refused' : how === 'open' ? 'open' : 'Connection timed out'}\n`,
        );
    }
  }
  return 1;
}

async function telnet(ctx: CommandContext): Promise<number> {
  const operands = ctx.argv.slice(1).filter((arg) => !arg.startsWith('-'));
  const [host, port = '23'] = operands;
  if (host === undefined) {
    ctx.stdout.write('telnet> ');
    await ctx.stdin.readLine();
    return 0;
  }
  const number = port === 'telnet' ? 23 : Number(port) || 23;
  ctx.stdout.write(isIpv4(host) ? `Trying ${host}...\n` : '');
  const how = await reach(ctx, 'telnet', host, number);
  if (how === 'unknown') ctx.stderr.write(`telnet: could not resolve ${host}/${port}: Name or service not known\n`);
  else
    ctx.stderr.write(
      `telnet: Unable to connect to remote host: ${how === 'refused' ? 'Connection refused' : 'Connection timed out'}\n`,
    );
  return 1;
}

/** `tftp` and busybox's `ftpget`, the first tools of every worm: the file "arrives". */
export async function tftp(ctx: CommandContext, args = ctx.argv.slice(1)): Promise<number> {
  const value = (flag: string): string | undefined => (args.includes(flag) ? args[args.indexOf(flag) + 1] : undefined);
  const at = args.indexOf('-c');
  const remote = value('-r') ?? (at === -1 ? undefined : args[at + 2]);
  const host = args.findLast(
    (arg, index) =>
      !arg.startsWith('-') &&
      !['-r', '-l', '-b', '-c'].includes(args[index - 1] ?? '') &&
      (at === -1 || index < at || index > at + 2),
  );
  if (host === undefined || (remote === undefined && !args.includes('-g') && at === -1)) {
    ctx.stderr.write('usage: tftp [-46cdlmpRvV] [host [port]]\n');
    return 1;
  }
  const file = remote ?? value('-l') ?? '';
  const local = value('-l') ?? baseName(file);
  return arrive(ctx, 'tftp', `tftp://${host}/${file.replace(/^\//, '')}`, local);
}

export async function arrive(ctx: CommandContext, tool: string, url: string, local: string): Promise<number> {
  const path = ctx.resolve(local);
  await ctx.sleep(150 + fraction(ctx.machine.persona, url.slice(0, 200)) * 400);
  const written = ctx.fs.write(path, makePayload(ctx, url).bytes, ctx.user);
  ctx.observe({ kind: 'download', url: url.slice(0, 2048), tool, ...(written.ok ? { path } : {}) });
  if (written.ok) return 0;
  ctx.stderr.write(`${tool}: can't open '${local}': ${errorText(written.error)}\n`);
  return 1;
}

function sshKeygen(ctx: CommandContext): number {
  const options = parseOptions(ctx, {
    short: 'ABb:C:cD:E:eF:f:g:HhI:iKk:LlM:m:N:n:O:oPp:P:Qqr:R:s:S:t:UuV:vW:w:XxYyz:Z:a:',
    advice:
      'usage: ssh-keygen [-q] [-a rounds] [-b bits] [-C comment] [-f output_keyfile]\n                  [-m format] [-N new_passphrase] [-O option]\n                  [-t dsa | ecdsa | ecdsa-sk | ed25519 | ed25519-sk | rsa]\n                  [-w provider] [-Z cipher]\n',
  });
  if (typeof options === 'number') return options;
  const type = options.value('t') ?? 'rsa';
  const file = options.value('f') ?? joinPath(ctx.user.home, `.ssh/id_${type}`);
  if (options.has('R') || options.has('l')) return 0;
  const seed = ctx.machine.persona.derive(`ssh-keygen:${file}:${ctx.clock.now()}`, 400);
  const comment = options.value('C') ?? `${ctx.user.name}@${ctx.machine.persona.hostname}`;
  const key = Buffer.concat([
    Buffer.from([0, 0, 0, 7]),
    Buffer.from('ssh-rsa'),
    Buffer.from([0, 0, 0, 3, 1, 0, 1, 0, 0, 1, 0x81, 0]),
    seed.slice(0, type === 'rsa' ? 384 : 32),
  ]).toString('base64');
  ctx.stdout.write(`Generating public/private ${type} key pair.\n`);
  ctx.fs.mkdir(joinPath(ctx.user.home, '.ssh'), ctx.user, 0o700);
  const lines =
    Buffer.concat([Buffer.from('openssh-key-v1\0'), seed, seed])
      .toString('base64')
      .match(/.{1,70}/g) ?? [];
  const written = ctx.fs.write(
    ctx.resolve(file),
    Buffer.from(`-----BEGIN OPENSSH PRIVATE KEY-----\n${lines.join('\n')}\n-----END OPENSSH PRIVATE KEY-----\n`),
    ctx.user,
    { mode: 0o600 },
  );
  if (!written.ok) {
    ctx.stderr.write(`Saving key "${file}" failed: ${errorText(written.error)}\n`);
    return 1;
  }
  ctx.fs.write(
    ctx.resolve(`${file}.pub`),
    Buffer.from(`${type === 'rsa' ? 'ssh-rsa' : `ssh-${type}`} ${key} ${comment}\n`),
    ctx.user,
  );
  ctx.stdout.write(
    `Your identification has been saved in ${file}\nYour public key has been saved in ${file}.pub\nThe key fingerprint is:\nSHA256:${Buffer.from(seed.slice(0, 32)).toString('base64').replace(/=+$/, '')} ${comment}\n`,
  );
  return 0;
}

export const connectCommands: CommandTable = {
  ssh: { path: '/usr/bin/ssh', run: ssh },
  scp: { path: '/usr/bin/scp', run: scp },
  sftp: { path: '/usr/bin/sftp', run: sftp },
  'ssh-keygen': { path: '/usr/bin/ssh-keygen', run: sshKeygen },
  nc: { path: '/usr/bin/nc', run: nc },
  netcat: { path: '/usr/bin/netcat', run: nc },
  telnet: { path: '/usr/bin/telnet', run: telnet },
  tftp: { path: '/usr/bin/tftp', run: (ctx) => tftp(ctx) },
};
