/** The machine's own network: `ip`, `ifconfig`, `route`, `arp`, `ss`, `netstat`, and names: `dig`, `host`, `nslookup`. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { address, between } from './machine-facts.ts';
import { humanSize } from './sizes.ts';
import { complain } from './text.ts';

function ip(ctx: CommandContext): number {
  const args = ctx.argv.slice(1);
  const flags: string[] = [];
  while (args[0]?.startsWith('-') === true) flags.push(args.shift()!.replace(/^--/, '-'));
  if (flags.some((flag) => flag === '-V' || flag === '-Version')) {
    ctx.stdout.write('ip utility, iproute2-6.1.0, libbpf 1.1.0\n');
    return 0;
  }
  const [object = '', verb = 'show', ...rest] = args;
  const usage =
    'Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }\n       ip [ -force ] -batch filename\nwhere  OBJECT := { address | addrlabel | amt | fou | help | ila | ioam | l2tp |\n                   link | macsec | maddress | monitor | mptcp | mroute | mrule |\n                   neighbor | neighbour | netconf | netns | nexthop | ntable |\n                   ntbl | route | rule | sr | tap | tcpmetrics |\n                   token | tunnel | tuntap | vrf | xfrm }\n       OPTIONS := { -V[ersion] | -s[tatistics] | -d[etails] | -r[esolve] |\n                    -h[uman-readable] | -iec | -j[son] | -p[retty] |\n                    -f[amily] { inet | inet6 | mpls | bridge | link } |\n                    -4 | -6 | -M | -B | -0 |\n                    -l[oops] { maximum-addr-flush-attempts } | -br[ief] |\n                    -o[neline] | -t[imestamp] | -ts[hort] | -b[atch] [filename] |\n                    -rc[vbuf] [size] | -n[etns] name | -N[umeric] | -a[ll] |\n                    -c[olor]}\n';
  if (object === '' || object === 'help') {
    ctx.stderr.write(usage);
    return object === '' ? 255 : 0;
  }
  const means = (...names: string[]): boolean => names.some((name) => name.startsWith(object));
  const shows = /^(s|sh|sho|show|l|li|lis|list|ls)$/.test(verb);
  const changes = /^(a|add|d|del|delete|set|change|replace|flush|r|rep)$/.test(verb);
  if (changes) {
    if (ctx.user.uid === 0) return 0;
    ctx.stderr.write('RTNETLINK answers: Operation not permitted\n');
    return 2;
  }
  if (means('address')) return ipAddress(ctx, flags, shows ? rest : [verb, ...rest], true);
  if (means('link')) return ipAddress(ctx, flags, shows ? rest : [verb, ...rest], false);
  const net = address(ctx);
  if (means('route')) {
    if (verb === 'get')
      ctx.stdout.write(
        `${rest[0] ?? ''} via ${ctx.machine.persona.network.gateway} dev ${net.name} src ${net.inet} uid ${ctx.user.uid} \n    cache \n`,
      );
    else if (flags.includes('-6'))
      ctx.stdout.write(
        `::1 dev lo proto kernel metric 256 pref medium\nfe80::/64 dev ${net.name} proto kernel metric 256 pref medium\n`,
      );
    else
      ctx.stdout.write(
        `default via ${ctx.machine.persona.network.gateway} dev ${net.name} ${rest.includes('table') ? '' : 'onlink '}\n${net.network}/${net.prefix} dev ${net.name} proto kernel scope link src ${net.inet} \n`,
      );
    return 0;
  }
  if (means('neighbour', 'neighbor')) {
    for (const { address: ip, mac, role } of ctx.machine.persona.neighbours)
      ctx.stdout.write(`${ip} dev ${net.name} lladdr ${mac} ${role === 'gateway' ? 'REACHABLE' : 'STALE'}\n`);
    return 0;
  }
  if (means('rule')) {
    ctx.stdout.write('0:\tfrom all lookup local\n32766:\tfrom all lookup main\n32767:\tfrom all lookup default\n');
    return 0;
  }
  if (means('netns', 'tunnel', 'tuntap', 'maddress', 'monitor', 'vrf', 'xfrm')) return 0;
  ctx.stderr.write(`Object "${object}" is unknown, try "ip help".\n`);
  return 1;
}

function ipAddress(ctx: CommandContext, flags: readonly string[], rest: readonly string[], addresses: boolean): number {
  const net = address(ctx);
  const wanted = rest.find((word) => !['dev', 'show', 'up', 'scope', 'global'].includes(word));
  if (wanted !== undefined && wanted !== 'lo' && wanted !== net.name) {
    ctx.stderr.write(`Device "${wanted}" does not exist.\n`);
    return 1;
  }
  const four = flags.includes('-4');
  const six = flags.includes('-6');
  const brief = flags.some((flag) => flag.startsWith('-br'));
  const online = flags.some((flag) => flag.startsWith('-o'));
  const prefix6 = 64;
  const links = [
    {
      name: 'lo',
      flags: 'LOOPBACK,UP,LOWER_UP',
      mtu: 65_536,
      state: 'UNKNOWN',
      queue: 'noqueue',
      kind: 'loopback',
      mac: '00:00:00:00:00:00',
      inet: ['127.0.0.1/8 scope host lo'],
      inet6: ['::1/128 scope host noprefixroute'],
    },
    {
      name: net.name,
      flags: 'BROADCAST,MULTICAST,UP,LOWER_UP',
      mtu: 1500,
      state: 'UP',
      queue: 'fq_codel',
      kind: 'ether',
      mac: net.mac,
      inet: [`${net.inet}/${net.prefix} brd ${net.broadcast} scope global ${net.name}`],
      inet6: [`${net.inet6}/${prefix6} scope link `],
    },
  ];
  for (const [index, link] of links.entries()) {
    if (wanted !== undefined && wanted !== link.name) continue;
    if (rest.includes('global') && link.name === 'lo') continue;
    const families = [
      ...(six ? [] : link.inet.map((text) => ['inet', text] as const)),
      ...(four ? [] : link.inet6.map((text) => ['inet6', text] as const)),
    ];
    const bare = (text: string): string => text.split(' ')[0]!;
    if (brief)
      ctx.stdout.write(
        addresses
          ? `${link.name.padEnd(16)} ${link.state.padEnd(14)} ${families.map(([, text]) => bare(text)).join(' ')} \n`
          : `${link.name.padEnd(16)} ${link.state.padEnd(14)} ${link.mac} <${link.flags}> \n`,
      );
    else if (online && addresses)
      for (const [family, text] of families)
        ctx.stdout.write(
          `${index + 1}: ${link.name}    ${family} ${text}\\       valid_lft forever preferred_lft forever\n`,
        );
    else {
      ctx.stdout.write(
        `${index + 1}: ${link.name}: <${link.flags}> mtu ${link.mtu} qdisc ${link.queue} state ${link.state} ${addresses ? 'group default' : 'mode DEFAULT group default'} qlen 1000\n`,
      );
      if (!four && !six)
        ctx.stdout.write(
          `    link/${link.kind} ${link.mac} brd ${link.kind === 'ether' ? 'ff:ff:ff:ff:ff:ff' : '00:00:00:00:00:00'}\n`,
        );
      if (addresses && link.name !== 'lo' && !four && !six && link.name.startsWith('eth'))
        ctx.stdout.write('    altname enp0s2\n    altname ens2\n');
      if (addresses)
        for (const [family, text] of families)
          ctx.stdout.write(`    ${family} ${text}\n       valid_lft forever preferred_lft forever\n`);
    }
    if (flags.some((flag) => flag.startsWith('-s')))
      ctx.stdout.write(
        `    RX:  bytes packets errors dropped  missed   mcast           \n    ${String(net.rxBytes).padStart(10)} ${String(net.rxPackets).padStart(7)}      0       0       0       0 \n    TX:  bytes packets errors dropped carrier collsns           \n    ${String(net.txBytes).padStart(10)} ${String(net.txPackets).padStart(7)}      0       0       0       0 \n`,
      );
  }
  return 0;
}

function ifconfig(ctx: CommandContext): number {
  const net = address(ctx);
  const [wanted, ...changes] = ctx.argv.slice(1).filter((arg) => !arg.startsWith('-'));
  if (wanted !== undefined && wanted !== 'lo' && wanted !== net.name) {
    ctx.stderr.write(`${wanted}: error fetching interface information: Device not found\n`);
    return 1;
  }
  if (changes.length > 0) {
    if (ctx.user.uid === 0) return 0;
    ctx.stderr.write('SIOCSIFFLAGS: Operation not permitted\n');
    return 255;
  }
  const counters = (bytes: number, packets: number, way: string): string =>
    `        ${way} packets ${packets}  bytes ${bytes} (${decimal(bytes)})\n        ${way} errors 0  dropped 0 `;
  const card = `${net.name}: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1500\n        inet ${net.inet}  netmask ${net.netmask}  broadcast ${net.broadcast}\n        inet6 ${net.inet6}  prefixlen 64  scopeid 0x20<link>\n        ether ${net.mac}  txqueuelen 1000  (Ethernet)\n${counters(net.rxBytes, net.rxPackets, 'RX')} overruns 0  frame 0\n${counters(net.txBytes, net.txPackets, 'TX')}overruns 0  carrier 0  collisions 0\n`;
  const loop = between(ctx.machine.persona, 'lo', 300, 9000);
  const lo = `lo: flags=73<UP,LOOPBACK,RUNNING>  mtu 65536\n        inet 127.0.0.1  netmask 255.0.0.0\n        inet6 ::1  prefixlen 128  scopeid 0x10<host>\n        loop  txqueuelen 1000  (Local Loopback)\n${counters(loop * 83, loop, 'RX')} overruns 0  frame 0\n${counters(loop * 83, loop, 'TX')}overruns 0  carrier 0  collisions 0\n`;
  const shown = [wanted === 'lo' ? '' : card, wanted === undefined || wanted === 'lo' ? lo : ''].filter(
    (text) => text !== '',
  );
  ctx.stdout.write(`${shown.join('\n')}\n`);
  return 0;
}

function decimal(bytes: number): string {
  let value = bytes;
  for (const unit of ['B', 'KiB', 'MiB', 'GiB', 'TiB']) {
    if (value < 1024 || unit === 'TiB') return `${value.toFixed(1)} ${unit}`;
    value /= 1024;
  }
  return humanSize(bytes);
}

export function route(ctx: CommandContext): number {
  if (/^(add|del|flush)$/.test(ctx.argv[1] ?? ''))
    return ctx.user.uid === 0 ? 0 : complain(ctx, 'SIOCADDRT: Operation not permitted');
  const net = address(ctx);
  const numeric = ctx.argv.some((arg) => /^-\w*n/.test(arg));
  const { gateway } = ctx.machine.persona.network;
  const row = (...cells: readonly string[]): string =>
    `${cells[0]!.padEnd(15)} ${cells[1]!.padEnd(15)} ${cells[2]!.padEnd(15)} ${cells[3]!.padEnd(5)} ${cells[4]!.padEnd(6)} ${cells[5]!.padEnd(6)} ${cells[6]!.padStart(3)} ${cells[7]}\n`;
  ctx.stdout.write(
    'Kernel IP routing table\nDestination     Gateway         Genmask         Flags Metric Ref    Use Iface\n',
  );
  ctx.stdout.write(
    row(numeric ? '0.0.0.0' : 'default', numeric ? gateway : '_gateway', '0.0.0.0', 'UG', '0', '0', '0', net.name) +
      row(net.network, '0.0.0.0', net.netmask, 'U', '0', '0', '0', net.name),
  );
  return 0;
}

function arp(ctx: CommandContext): number {
  const net = address(ctx);
  const flags = ctx.argv
    .slice(1)
    .filter((arg) => arg.startsWith('-'))
    .join('');
  const rows = ctx.machine.persona.neighbours.map(({ address: ip, mac, role }) => ({
    ip,
    mac,
    name: role === 'gateway' && !flags.includes('n') ? '_gateway' : undefined,
  }));
  if (flags.includes('a'))
    for (const { ip, mac, name } of rows) ctx.stdout.write(`${name ?? '?'} (${ip}) at ${mac} [ether] on ${net.name}\n`);
  else {
    ctx.stdout.write('Address                  HWtype  HWaddress           Flags Mask            Iface\n');
    for (const { ip, mac, name } of rows)
      ctx.stdout.write(`${(name ?? ip).padEnd(24)} ether   ${mac}   C                     ${net.name}\n`);
  }
  return 0;
}

export const networkCommands: CommandTable = {
  ip: { path: '/usr/bin/ip', run: ip },
  ifconfig: { path: '/usr/sbin/ifconfig', run: ifconfig },
  route: { path: '/usr/sbin/route', run: route },
  arp: { path: '/usr/sbin/arp', run: arp },
};
