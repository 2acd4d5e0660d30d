/** `ssh-add`, `ssh-agent`, `ssh-keyscan` and `whois`: what goes with a client, none of it reaching another machine. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { reach } from './connect.ts';
import { between } from './machine-facts.ts';
import { parseOptions } from './options.ts';
import { readFile, errorText } from './text.ts';

function agent(ctx: CommandContext): number {
  const args = new Set(ctx.argv.slice(1));
  const pid = ctx.processes.self.pid + 1;
  if (args.has('-k')) {
    const known = ctx.env.get('SSH_AGENT_PID');
    if (known === undefined) {
      ctx.stderr.write('SSH_AGENT_PID not set, cannot kill agent\n');
      return 1;
    }
    ctx.stdout.write(`unset SSH_AUTH_SOCK;\nunset SSH_AGENT_PID;\necho Agent pid ${known} killed;\n`);
    return 0;
  }
  const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
  const name = Array.from(
    { length: 12 },
    (_, at) => letters[between(ctx.machine.persona, `agent:${pid}:${at}`, 0, 61)],
  ).join('');
  const socket = `/tmp/ssh-${name}/agent.${pid - 1}`;
  ctx.fs.mkdir(`/tmp/ssh-${name}`, ctx.user, 0o700);
  if (args.has('-c'))
    ctx.stdout.write(`setenv SSH_AUTH_SOCK ${socket};\nsetenv SSH_AGENT_PID ${pid};\necho Agent pid ${pid};\n`);
  else
    ctx.stdout.write(
      `SSH_AUTH_SOCK=${socket}; export SSH_AUTH_SOCK;\nSSH_AGENT_PID=${pid}; export SSH_AGENT_PID;\necho Agent pid ${pid};\n`,
    );
  return 0;
}

function add(ctx: CommandContext): number {
  const options = parseOptions(ctx, {
    short: 'cDdE:e:H:h:KkLlqS:s:Tt:vXx',
    bsd: '',
    advice:
      'usage: ssh-add [-cDdKkLlqvXx] [-E fingerprint_hash] [-H hostkey_file]\n               [-h destination_constraint] [-S provider] [-t life]\n               [file ...]\n',
  });
  if (typeof options === 'number') return options;
  if (ctx.env.get('SSH_AUTH_SOCK') === undefined) {
    ctx.stderr.write('Could not open a connection to your authentication agent.\n');
    return 2;
  }
  if (options.has('l') || options.has('L')) {
    ctx.stdout.write('The agent has no identities.\n');
    return 1;
  }
  if (options.has('D')) {
    ctx.stderr.write('All identities removed.\n');
    return 0;
  }
  let status = 0;
  for (const name of options.operands) {
    const file = readFile(ctx, name);
    if (!file.ok) {
      ctx.stderr.write(`${name}: ${errorText(file.error)}\n`);
      status = 1;
    } else if (/PRIVATE KEY-----/.test(Buffer.from(file.bytes).toString('latin1')))
      ctx.stderr.write(`Identity added: ${name} (${ctx.user.name}@${ctx.machine.persona.hostname})\n`);
    else {
      ctx.stderr.write(`Error loading key "${name}": error in libcrypto\n`);
      status = 1;
    }
  }
  return options.operands.length === 0 ? 1 : status;
}

async function keyscan(ctx: CommandContext): Promise<number> {
  const usage =
    'usage: ssh-keyscan [-46cDHv] [-f file] [-O option] [-p port] [-T timeout]\n                   [-t type] [host | addrlist namelist]\n';
  const options = parseOptions(ctx, { short: '46cDHvf:O:p:T:t:', bsd: '', advice: usage });
  if (typeof options === 'number') return options;
  if (options.operands.length === 0 && !options.has('f')) {
    ctx.stderr.write(usage);
    return 1;
  }
  for (const host of options.operands) {
    const how = await reach(ctx, 'ssh-keyscan', host, Number(options.value('p') ?? 22) || 22, 5000);
    if (how === 'unknown') ctx.stderr.write(`getaddrinfo ${host}: Name or service not known\n`);
    else if (how === 'refused') ctx.stderr.write(`connect (\`${host}'): Connection refused\n`);
  }
  return 1;
}

async function whois(ctx: CommandContext): Promise<number> {
  const args = ctx.argv.slice(1);
  if (args.includes('--version')) {
    ctx.stdout.write('Version 5.5.17.\n\nReport bugs to <md+whois@linux.it>.\n');
    return 0;
  }
  const at = args.indexOf('-h');
  const server = at === -1 ? 'whois.iana.org' : (args[at + 1] ?? '');
  const object = args.find((arg, index) => !arg.startsWith('-') && (at === -1 || index !== at + 1));
  if (object === undefined) {
    ctx.stderr.write(
      'Usage: whois [OPTION]... OBJECT...\n\n-h HOST, --host HOST   connect to server HOST\n-p PORT, --port PORT   connect to PORT\n-I                     query whois.iana.org and follow its referral\n-H                     hide legal disclaimers\n      --verbose        explain what is being done\n      --help           display this help and exit\n      --version        output version information and exit\n',
    );
    return 1;
  }
  const how = await reach(ctx, 'whois', server, 43);
  ctx.stderr.write(
    how === 'unknown'
      ? `getaddrinfo(${server}): Name or service not known\n`
      : `connect: ${how === 'refused' ? 'Connection refused' : 'Connection timed out'}\n`,
  );
  return 2;
}

export const sshToolCommands: CommandTable = {
  'ssh-agent': { path: '/usr/bin/ssh-agent', run: agent },
  'ssh-add': { path: '/usr/bin/ssh-add', run: add },
  'ssh-keyscan': { path: '/usr/bin/ssh-keyscan', run: keyscan },
  whois: { path: '/usr/bin/whois', run: whois },
};
