/** Who is who: `whoami`, `id`, `groups`, `logname`, `users`, `who`, `w`, `last`, `lastb`, `lastlog`, `getent`. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { accountOf, groups } from './accounts-data.ts';
import { between, isIpv4, logins, resolveName, systemFile } from './machine-facts.ts';
import { parseOptions, usageError } from './options.ts';
import { uptimeLine } from './system-info.ts';
import { complain, quoted, splitLines } from './text.ts';
import { strftime, zonedTime, zoneOf } from './time-format.ts';

function whoami(ctx: CommandContext): number {
  const options = parseOptions(ctx, { short: '', usage: '[OPTION]...' });
  if (typeof options === 'number') return options;
  const extra = options.operands[0];
  if (extra !== undefined) return usageError(ctx, `extra operand ${quoted(extra)}`);
  ctx.stdout.write(`${ctx.user.name}\n`);
  return 0;
}

function id(ctx: CommandContext): number {
  const options = parseOptions(ctx, {
    short: 'agGnruzZ',
    usage: '[OPTION]... [USER]...',
    long: { group: 'g', groups: 'G', name: 'n', real: 'r', user: 'u', zero: 'z', context: 'Z' },
  });
  if (typeof options === 'number') return options;
  const chosen = ['u', 'g', 'G'].filter((key) => options.has(key));
  if (chosen.length > 1) return usageError(ctx, 'cannot print "only" of more than one choice').valueOf();
  if (chosen.length === 0 && (options.has('n') || options.has('r')))
    return complain(ctx, 'cannot print only names or real IDs in default format');
  const all = groups(ctx);
  const groupName = (gid: number): string => all.find((group) => group.gid === gid)?.name ?? String(gid);
  let status = 0;
  for (const name of options.operands.length === 0 ? [undefined] : options.operands) {
    const account = name === undefined ? { ...ctx.user } : accountOf(ctx, name);
    if (account === undefined) {
      status = complain(ctx, `${quoted(name ?? '')}: no such user`);
      continue;
    }
    const member = all
      .filter((group) => group.gid !== account.gid && group.members.includes(account.name))
      .map((group) => group.gid);
    const gids = [
      account.gid,
      ...new Set([...member, ...(name === undefined ? ctx.user.groups.filter((gid) => gid !== account.gid) : [])]),
    ];
    const named = options.has('n');
    if (options.has('u')) ctx.stdout.write(`${named ? account.name : account.uid}\n`);
    else if (options.has('g')) ctx.stdout.write(`${named ? groupName(account.gid) : account.gid}\n`);
    else if (options.has('G')) ctx.stdout.write(`${gids.map((gid) => (named ? groupName(gid) : gid)).join(' ')}\n`);
    else
      ctx.stdout.write(
        `uid=${account.uid}(${account.name}) gid=${account.gid}(${groupName(account.gid)}) groups=${gids.map((gid) => `${gid}(${groupName(gid)})`).join(',')}\n`,
      );
  }
  return status;
}

async function groupsOf(ctx: CommandContext): Promise<number> {
  const names = ctx.argv.slice(1);
  if (names.length === 0) return ctx.run(['id', '-Gn']);
  let status = 0;
  for (const name of names) {
    if (accountOf(ctx, name) === undefined) status = complain(ctx, `${quoted(name)}: no such user`);
    else {
      ctx.stdout.write(`${name} : `);
      await ctx.run(['id', '-Gn', name]);
    }
  }
  return status;
}

function who(ctx: CommandContext): number {
  const options = parseOptions(ctx, {
    short: 'abdHilmpqrstTuw',
    usage: '[OPTION]... [ FILE | ARG1 ARG2 ]',
    long: { all: 'a', boot: 'b', heading: 'H', count: 'q', users: 'u', short: 's', lookup: 'lookup' },
  });
  if (typeof options === 'number') return options;
  const zone = zoneOf(ctx);
  const time = (ms: number): string => strftime(zonedTime(ms, zone), '%Y-%m-%d %H:%M');
  const mine = options.has('m') || options.operands.length === 2;
  const shown = logins(ctx).filter((login) => !mine || login.tty === ctx.processes.self.tty);
  if (options.has('q')) {
    ctx.stdout.write(`${shown.map((login) => login.user).join(' ')}\n# users=${shown.length}\n`);
    return 0;
  }
  if (options.has('H'))
    ctx.stdout.write(`NAME     LINE         TIME             ${options.has('u') ? 'IDLE          PID ' : ''}COMMENT\n`);
  if (options.has('b') || options.has('a'))
    ctx.stdout.write(`         system boot  ${time(ctx.machine.persona.bootedAt(ctx.clock.now()))}\n`);
  if (options.has('r') || options.has('a'))
    ctx.stdout.write(`         run-level 5  ${time(ctx.machine.persona.bootedAt(ctx.clock.now()) + 9000)}\n`);
  if ((options.has('b') || options.has('r')) && !options.has('a') && !options.has('u')) return 0;
  for (const login of shown) {
    const idle = options.has('u') || options.has('a') ? `   .  ${String(login.pid).padStart(11)}` : '';
    const mark = options.has('T') || options.has('w') || options.has('a') ? ' +' : '';
    ctx.stdout.write(
      `${login.user.padEnd(8)}${mark} ${login.tty.padEnd(12)} ${time(login.sinceMs)}${idle}${login.from === '-' ? '' : ` (${login.from})`}\n`,
    );
  }
  return 0;
}

function w(ctx: CommandContext): number {
  const options = parseOptions(ctx, {
    short: 'hsfoiuVp',
    advice: '\nUsage:\n w [options] [user]\n\nFor more details see w(1).\n',
    long: {
      'no-header': 'h',
      short: 's',
      from: 'f',
      'old-style': 'o',
      'ip-addr': 'i',
      'no-current': 'u',
      version: 'V',
      pids: 'p',
      help: 'help',
    },
  });
  if (typeof options === 'number') return options;
  const short = options.has('s');
  const from = !options.has('f');
  if (!options.has('h'))
    ctx.stdout.write(
      `${uptimeLine(ctx)}\nUSER     TTY      ${from ? 'FROM             ' : ''}${short ? ' IDLE WHAT' : ' LOGIN@   IDLE   JCPU   PCPU WHAT'}\n`,
    );
  for (const login of logins(ctx)) {
    if (options.operands[0] !== undefined && options.operands[0] !== login.user) continue;
    const self = login.tty === ctx.processes.self.tty;
    const what = self ? ctx.processes.self.args : '-bash';
    const times = short
      ? '  0.00s'
      : `${strftime(zonedTime(login.sinceMs, zoneOf(ctx)), '%H:%M').padStart(7)}    0.00s  0.0${between(ctx.machine.persona, `jcpu:${login.pid}`, 1, 9)}s  0.00s`;
    ctx.stdout.write(
      `${login.user.slice(0, 8).padEnd(8)} ${login.tty.padEnd(8)} ${from ? login.from.slice(0, 16).padEnd(16) : ''} ${times} ${what}\n`,
    );
  }
  return 0;
}

function users(ctx: CommandContext): number {
  const names = logins(ctx)
    .map((login) => login.user)
    .sort();
  ctx.stdout.write(names.length === 0 ? '' : `${names.join(' ')}\n`);
  return 0;
}

function logname(ctx: CommandContext): number {
  const login = logins(ctx).find((other) => other.tty === ctx.processes.self.tty);
  if (login === undefined) return complain(ctx, 'no login name');
  ctx.stdout.write(`${login.user}\n`);
  return 0;
}

function getent(ctx: CommandContext): number {
  const [database, ...keys] = ctx.argv.slice(1).filter((arg) => !arg.startsWith('-'));
  if (database === undefined) {
    ctx.stderr.write(
      "getent: wrong number of arguments\nTry `getent --help' or `getent --usage' for more information.\n",
    );
    return 1;
  }
  if (/^(ahosts(v[46])?|hosts)$/.test(database)) {
    let status = 0;
    for (const key of keys) {
      const found = isIpv4(key) && database === 'hosts' ? undefined : resolveName(ctx, key);
      if (found === undefined) status = 2;
      else if (database === 'hosts') ctx.stdout.write(`${found.padEnd(15)} ${key}\n`);
      else
        ctx.stdout.write(
          ['STREAM', 'DGRAM ', 'RAW   ']
            .map((kind, index) => `${found.padEnd(15)} ${kind}${index === 0 ? ` ${key}` : ''}`)
            .join('\n') + '\n',
        );
    }
    return status;
  }
  if (!/^(passwd|group|shadow|gshadow|services|protocols|networks|rpc|ethers)$/.test(database)) {
    ctx.stderr.write(
      `Unknown database: ${database}\nTry \`getent --help' or \`getent --usage' for more information.\n`,
    );
    return 1;
  }
  const lines = splitLines(
    database.includes('shadow') && ctx.user.uid !== 0 ? '' : (systemFile(ctx, `/etc/${database}`) ?? ''),
  ).filter((line) => !line.startsWith('#'));
  if (keys.length === 0) ctx.stdout.write(lines.map((line) => `${line}\n`).join(''));
  const found = keys.map((key) => lines.find((line) => line.split(/[:\s]/)[0] === key || line.split(':')[2] === key));
  for (const line of found) if (line !== undefined) ctx.stdout.write(`${line}\n`);
  return found.includes(undefined) ? 2 : 0;
}

export const identityCommands: CommandTable = {
  whoami: { path: '/usr/bin/whoami', run: whoami },
  id: { path: '/usr/bin/id', run: id },
  groups: { path: '/usr/bin/groups', run: groupsOf },
  logname: { path: '/usr/bin/logname', run: logname },
  users: { path: '/usr/bin/users', run: users },
  who: { path: '/usr/bin/who', run: who },
  w: { path: '/usr/bin/w', run: w },
  getent: { path: '/usr/bin/getent', run: getent },
};
