/** `ping` and `traceroute`: nothing is sent; near hosts answer, others as their address would. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { fraction, isIpv4, resolveName } from './machine-facts.ts';
import { parseOptions } from './options.ts';
import { reachability } from './url-target.ts';

async function ping(ctx: CommandContext): Promise<number> {
  const options = parseOptions(ctx, {
    short: '46aAbBc:CdDe:fF:hI:i:Ll:m:M:nN:OoP:p:qQ:rRS:s:t:T:UvVw:W:',
    status: 2,
    advice:
      '\nUsage\n  ping [options] <destination>\n\nOptions:\n  <destination>      dns name or ip address\n  -c <count>         stop after <count> replies\n  -i <interval>      seconds between sending each packet\n  -n                 no dns name resolution\n  -q                 quiet output\n  -s <size>          use <size> as number of data bytes to be sent\n  -w <deadline>      reply wait <deadline> in seconds\n  -W <timeout>       time to wait for response\n\nFor more details see ping(8).\n',
  });
  if (typeof options === 'number') return options;
  if (options.has('V')) {
    ctx.stdout.write('ping from iputils 20221126\n');
    return 0;
  }
  const host = options.operands.at(-1);
  if (host === undefined) {
    ctx.stderr.write('ping: usage error: Destination address required\n');
    return 1;
  }
  const count = options.has('c') ? Number(options.value('c')) : Infinity;
  if (!(count >= 1)) {
    ctx.stderr.write(`ping: invalid argument: '${options.value('c')}'\n`);
    return 1;
  }
  const address = resolveName(ctx, host);
  if (address === undefined) {
    ctx.stderr.write(`ping: ${host}: Name or service not known\n`);
    return 2;
  }
  ctx.observe({ kind: 'connect', tool: 'ping', host: host.slice(0, 255), port: 0 });
  const { persona } = ctx.machine;
  const size = Math.min(Number(options.value('s') ?? 56) || 56, 65_507);
  const own = address.startsWith('127.') || address === persona.network.address;
  const isNear = persona.neighbours.some((one) => one.address === address);
  const answers = own || isNear || reachability(ctx, address, 0) === 'open';
  ctx.stdout.write(`PING ${host} (${address}) ${size}(${size + 28}) bytes of data.\n`);
  const turns = Math.min(count, options.has('w') ? Number(options.value('w')) || 1 : count, 100_000);
  const base = own ? 0.03 : isNear ? 0.4 : 3 + fraction(persona, `rtt:${address}`) * 120;
  const times: number[] = [];
  const began = ctx.clock.now();
  const interval = Math.max(0.2, Number(options.value('i') ?? 1) || 1) * 1000;
  let sent = 0;
  try {
    for (let turn = 1; turn <= turns; turn += 1) {
      sent = turn;
      if (answers) {
        const time = base * (1 + fraction(persona, `ping:${address}:${turn}`) * 0.12);
        await ctx.sleep(time);
        times.push(time);
        if (!options.has('q'))
          ctx.stdout.write(
            `${size + 8} bytes from ${isIpv4(host) ? address : `${address} (${address})`}: icmp_seq=${turn} ttl=${own || isNear ? 64 : 52 + (turn > 0 ? Math.floor(fraction(persona, `ttl:${address}`) * 7) : 0)} time=${time < 1 ? time.toFixed(3) : time < 10 ? time.toFixed(2) : time < 100 ? time.toFixed(1) : time.toFixed(0)} ms\n`,
          );
      }
      if (turn < turns) await ctx.sleep(interval);
    }
    if (!answers) await ctx.sleep(10_000);
  } finally {
    const lost = sent === 0 ? 0 : Math.round(((sent - times.length) / sent) * 100);
    ctx.stdout.write(
      `\n--- ${host} ping statistics ---\n${sent} packets transmitted, ${times.length} received, ${lost}% packet loss, time ${Math.round(ctx.clock.now() - began)}ms\n`,
    );
    if (times.length > 0) {
      const average = times.reduce((sum, time) => sum + time, 0) / times.length;
      const deviation = Math.sqrt(times.reduce((sum, time) => sum + (time - average) ** 2, 0) / times.length);
      ctx.stdout.write(
        `rtt min/avg/max/mdev = ${[Math.min(...times), average, Math.max(...times), deviation].map((time) => time.toFixed(3)).join('/')} ms\n`,
      );
    } else ctx.stdout.write('\n');
  }
  return answers ? 0 : 1;
}

async function traceroute(ctx: CommandContext): Promise<number> {
  const host = ctx.argv.slice(1).find((arg) => !arg.startsWith('-'));
  if (host === undefined) {
    ctx.stderr.write(
      'Usage:\n  traceroute [ -46dFITnreAUDV ] [ -f first_ttl ] [ -g gate,... ] [ -i device ] [ -m max_ttl ] [ -N squeries ] [ -p port ] [ -t tos ] [ -l flow_label ] [ -w MAX,HERE,NEAR ] [ -q nqueries ] [ -s src_addr ] [ -z sendwait ] [ --fwmark=num ] host [ packetlen ]\n',
    );
    return 2;
  }
  const address = resolveName(ctx, host);
  if (address === undefined) {
    ctx.stderr.write(
      `${host}: Name or service not known\nCannot handle "host" cmdline arg \`${host}' on position 1 (argc 1)\n`,
    );
    return 2;
  }
  ctx.observe({ kind: 'connect', tool: 'traceroute', host: host.slice(0, 255), port: 0 });
  const { persona } = ctx.machine;
  ctx.stdout.write(`traceroute to ${host} (${address}), 30 hops max, 60 byte packets\n`);
  const time = (hop: number, probe: number, base: number): string =>
    `${(base + fraction(persona, `hop:${address}:${hop}:${probe}`) * base * 0.3).toFixed(3)} ms`;
  const show = (hop: number, where: string, base: number): void =>
    ctx.stdout.write(
      `${String(hop).padStart(2)}  ${where} (${where})  ${[0, 1, 2].map((probe) => time(hop, probe, base)).join('  ')}\n`,
    );
  show(1, persona.network.gateway, 0.4);
  for (let hop = 2; hop <= 30; hop += 1) {
    await ctx.sleep(200);
    if (hop === 8 && reachability(ctx, address, 0) === 'open') {
      show(hop, address, 11);
      break;
    }
    ctx.stdout.write(`${String(hop).padStart(2)}  * * *\n`);
  }
  return 0;
}

export const probeCommands: CommandTable = {
  ping: { path: '/usr/bin/ping', run: ping },
  traceroute: { path: '/usr/sbin/traceroute', run: traceroute },
};
