/** Names and their addresses: `dig`, `host`, `nslookup`; answered from this machine alone. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { between, isIpv4, resolveName } from './machine-facts.ts';
import { strftime, zonedTime, zoneOf } from './time-format.ts';

function dig(ctx: CommandContext): number {
  const args = ctx.argv.slice(1);
  const short = args.includes('+short');
  const queried = args.find(
    (arg, index) =>
      !/^[-+@]/.test(arg) &&
      !/^(A|AAAA|MX|NS|TXT|ANY|CNAME|SOA|PTR|IN|axfr)$/i.test(arg) &&
      !/^-[pbcfktqxy]$/.test(args[index - 1] ?? ''),
  );
  const server = args.find((arg) => arg.startsWith('@'))?.slice(1) ?? ctx.machine.persona.network.dns[0] ?? '127.0.0.1';
  const name = queried ?? '.';
  const found = resolveName(ctx, name);
  ctx.observe({ kind: 'connect', tool: 'dig', host: name.slice(0, 255), port: 53 });
  if (short) {
    if (found !== undefined) ctx.stdout.write(`${found}\n`);
    return 0;
  }
  const now = strftime(zonedTime(ctx.clock.now(), zoneOf(ctx)), '%a %b %d %H:%M:%S %Z %Y');
  const id = between(ctx.machine.persona, `dig:${name}`, 1000, 65_000);
  const answer =
    found === undefined
      ? ''
      : `;; ANSWER SECTION:\n${`${name}.`.padEnd(24)}${between(ctx.machine.persona, `ttl:${name}`, 20, 3600)}\tIN\tA\t${found}\n\n`;
  ctx.stdout.write(
    `\n; <<>> DiG 9.18.33-1~deb12u2-Debian <<>> ${args.join(' ')}\n;; global options: +cmd\n;; Got answer:\n;; ->>HEADER<<- opcode: QUERY, status: ${found === undefined ? 'NXDOMAIN' : 'NOERROR'}, id: ${id}\n;; flags: qr rd ra; QUERY: 1, ANSWER: ${found === undefined ? 0 : 1}, AUTHORITY: 0, ADDITIONAL: 1\n\n;; OPT PSEUDOSECTION:\n; EDNS: version: 0, flags:; udp: 1232\n;; QUESTION SECTION:\n;${`${name}.`.padEnd(23)}\tIN\tA\n\n${answer};; Query time: ${between(ctx.machine.persona, `qt:${name}`, 1, 40)} msec\n;; SERVER: ${server}#53(${server}) (UDP)\n;; WHEN: ${now}\n;; MSG SIZE  rcvd: ${found === undefined ? 44 : 56}\n\n`,
  );
  return 0;
}

function nslookup(ctx: CommandContext): number {
  const [name, server] = ctx.argv.slice(1).filter((arg) => !arg.startsWith('-'));
  if (name === undefined) return 0;
  const resolver = server ?? ctx.machine.persona.network.dns[0] ?? '127.0.0.1';
  const found = resolveName(ctx, name);
  ctx.observe({ kind: 'connect', tool: 'nslookup', host: name.slice(0, 255), port: 53 });
  ctx.stdout.write(`Server:\t\t${resolver}\nAddress:\t${resolver}#53\n\n`);
  if (found === undefined || isIpv4(name)) {
    ctx.stdout.write(`** server can't find ${name}${isIpv4(name) ? '.in-addr.arpa' : ''}: NXDOMAIN\n\n`);
    return 1;
  }
  ctx.stdout.write(`Non-authoritative answer:\nName:\t${name}\nAddress: ${found}\n\n`);
  return 0;
}

function host(ctx: CommandContext): number {
  const name = ctx.argv.slice(1).find((arg) => !arg.startsWith('-'));
  if (name === undefined) {
    ctx.stderr.write(
      'Usage: host [-aCdilrTvVw] [-c class] [-N ndots] [-t type] [-W time]\n            [-R number] [-m flag] [-p port] hostname [server]\n',
    );
    return 1;
  }
  const found = resolveName(ctx, name);
  ctx.observe({ kind: 'connect', tool: 'host', host: name.slice(0, 255), port: 53 });
  if (found === undefined || isIpv4(name)) {
    ctx.stdout.write(
      `Host ${isIpv4(name) ? `${name.split('.').toReversed().join('.')}.in-addr.arpa.` : name} not found: 3(NXDOMAIN)\n`,
    );
    return 1;
  }
  ctx.stdout.write(`${name} has address ${found}\n`);
  return 0;
}

export const nameLookupCommands: CommandTable = {
  dig: { path: '/usr/bin/dig', run: dig },
  nslookup: { path: '/usr/bin/nslookup', run: nslookup },
  host: { path: '/usr/bin/host', run: host },
};
