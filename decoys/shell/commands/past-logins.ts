/** Who was here before: `last`, `lastb`, `lastlog`. */
import type { CommandContext, CommandTable, PastVisit } from '../command.types.ts';
import { accounts } from './accounts-data.ts';
import { between, fraction, logins } from './machine-facts.ts';
import { parseOptions } from './options.ts';
import { complain } from './text.ts';
import { pad, strftime, zonedTime, zoneOf } from './time-format.ts';

/** Visits that ended: those of this attacker, then the machine's own people's, which are the same at every call. */
function pastLogins(ctx: CommandContext): PastVisit[] {
  const { persona } = ctx.machine;
  const booted = persona.bootedAt(ctx.clock.now());
  const people = persona.users.filter((user) => user.login);
  const span = ctx.clock.now() - booted;
  const others = Array.from({ length: 6 }, (_, index) => {
    const start = booted + span * (0.9 - index * 0.15) * (0.8 + 0.2 * fraction(persona, `last:${index}`));
    const user = people[between(persona, `last-user:${index}`, 0, people.length - 1)]?.name ?? 'root';
    const from = `${persona.network.gateway.split('.').slice(0, 3).join('.')}.${between(persona, 'admin-host', 20, 200)}`;
    return { user, tty: 'pts/0', from, start, end: start + between(persona, `last-long:${index}`, 60, 7000) * 1000 };
  });
  return [...(ctx.processes.visits?.() ?? []), ...others];
}

function last(ctx: CommandContext): number {
  const options = parseOptions(ctx, {
    short: 'adFf:iln:Rp:s:t:wx',
    digits: true,
    usage: '[options] [<username>...] [<tty>...]',
    version: 'from util-linux 2.38.1',
    long: {
      hostlast: 'a',
      dns: 'd',
      fulltimes: 'F',
      'file=': 'f',
      ip: 'i',
      'limit=': 'n',
      nohostname: 'R',
      system: 'x',
      fullnames: 'w',
    },
  });
  if (typeof options === 'number') return options;
  const zone = zoneOf(ctx);
  const full = options.has('F');
  const stamp = (ms: number): string => strftime(zonedTime(ms, zone), full ? '%a %b %e %H:%M:%S %Y' : '%a %b %e %H:%M');
  const rows: string[] = [];
  const row = (user: string, tty: string, from: string, start: number, tail: string): void => {
    const where = options.has('R') ? '' : ` ${from.slice(0, 16).padEnd(16)}`;
    rows.push(
      `${user.slice(0, 8).padEnd(8)} ${tty.padEnd(12)}${options.has('a') ? '' : where} ${stamp(start)}${tail}${options.has('a') ? `  ${from}` : ''}\n`,
    );
  };
  for (const login of logins(ctx).toSorted((a, b) => b.sinceMs - a.sinceMs))
    row(login.user, login.tty, login.from === '-' ? '' : login.from, login.sinceMs, '   still logged in');
  for (const login of pastLogins(ctx)) {
    const minutes = Math.floor((login.end - login.start) / 60_000);
    const until = full ? stamp(login.end) : strftime(zonedTime(login.end, zone), '%H:%M');
    row(
      login.user,
      login.tty,
      login.from,
      login.start,
      ` - ${until}  (${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)})`,
    );
  }
  const booted = ctx.machine.persona.bootedAt(ctx.clock.now());
  row('reboot', 'system boot', ctx.machine.persona.os.kernelRelease, booted, '   still running');
  const wanted = rows.filter(
    (line) =>
      options.operands.length === 0 ||
      options.operands.some((name) => line.startsWith(`${name.slice(0, 8)} `) || line.includes(` ${name} `)),
  );
  const limit = Number(options.value('n') ?? options.value('digits') ?? 1000);
  ctx.stdout.write(
    `${wanted.slice(0, limit).join('')}\nwtmp begins ${strftime(zonedTime(Math.min(booted, ctx.machine.persona.installedAt), zone), '%a %b %e %H:%M:%S %Y')}\n`,
  );
  return 0;
}

function lastb(ctx: CommandContext): number {
  if (ctx.user.uid !== 0) return complain(ctx, 'cannot open /var/log/btmp: Permission denied');
  ctx.stdout.write(
    `\nbtmp begins ${strftime(zonedTime(ctx.machine.persona.bootedAt(ctx.clock.now()), zoneOf(ctx)), '%a %b %e %H:%M:%S %Y')}\n`,
  );
  return 0;
}

function lastlog(ctx: CommandContext): number {
  const options = parseOptions(ctx, {
    short: 'b:Ct:u:R:hS',
    usage: '[options]',
    long: { 'before=': 'b', clear: 'C', 'time=': 't', 'user=': 'u', set: 'S', help: 'h' },
  });
  if (typeof options === 'number') return options;
  const past = [...logins(ctx).map((login) => ({ ...login, start: login.sinceMs })), ...pastLogins(ctx)];
  ctx.stdout.write('Username         Port     From                                       Latest\n');
  for (const account of accounts(ctx)) {
    if (options.has('u') && options.value('u') !== account.name) continue;
    const seen = past.find((login) => login.user === account.name);
    ctx.stdout.write(
      seen === undefined
        ? `${account.name.padEnd(16)}                                            **Never logged in**\n`
        : `${account.name.padEnd(16)} ${seen.tty.padEnd(8)} ${seen.from.padEnd(42)} ${strftime(zonedTime(seen.start, zoneOf(ctx)), '%a %b %e %H:%M:%S %z %Y')}\n`,
    );
  }
  return 0;
}

export const pastLoginCommands: CommandTable = {
  last: { path: '/usr/bin/last', run: last },
  lastb: { path: '/usr/bin/lastb', run: lastb },
  lastlog: { path: '/usr/bin/lastlog', run: lastlog },
};
