/** The machine's own network: `ip`, `ifconfig`, `route`, `arp`, `ss`, `netstat`, and names: `dig`, `host`, `nslookup`. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { address, between, isIpv4, resolveName } from './machine-facts.ts';
import { humanSize } from './sizes.ts';
import { complain } from './text.ts';
import { strftime, zonedTime, zoneOf } from './time-format.ts';

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
    ctx.stdout.write(`${ctx.machine.persona.network.gateway} dev ${net.name} lladdr ${gatewayMac(ctx)} REACHABLE\n`);
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

function gatewayMac(ctx: CommandContext): string {
  return [
    '52',
    '54',
    '00',
    ...[...ctx.machine.persona.derive('gateway-mac', 3)].map((byte) => byte.toString(16).padStart(2, '0')),
  ].join(':');
}

function ipAddress(ctx: CommandContext, flags: readonly string[], rest: readonly string[], addresses: boolean): number {
  const net = address(ctx);
  const wanted = rest.filter((word) => !['dev', 'show', 'up', 'scope', 'global'].includes(word))[0];
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

function route(ctx: CommandContext): number {
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
  const { gateway } = ctx.machine.persona.network;
  const flags = ctx.argv
    .slice(1)
    .filter((arg) => arg.startsWith('-'))
    .join('');
  if (flags.includes('a'))
    ctx.stdout.write(
      `${flags.includes('n') ? '?' : '_gateway'} (${gateway}) at ${gatewayMac(ctx)} [ether] on ${net.name}\n`,
    );
  else
    ctx.stdout.write(
      `Address                  HWtype  HWaddress           Flags Mask            Iface\n${(flags.includes('n') ? gateway : '_gateway').padEnd(24)} ether   ${gatewayMac(ctx)}   C                     ${net.name}\n`,
    );
  return 0;
}

interface Socket {
  readonly proto: 'tcp' | 'udp' | 'tcp6' | 'udp6';
  readonly state: 'LISTEN' | 'ESTAB' | 'UNCONN';
  readonly local: string;
  readonly port: number;
  readonly peer: string;
  readonly peerPort: number;
  readonly pid: number;
  readonly program: string;
}

/** What listens here and who is connected: sshd, and this attacker's own session. */
function sockets(ctx: CommandContext): Socket[] {
  const sshd = ctx.processes.list().find((process) => process.comm === 'sshd' && process.ppid === 1)?.pid ?? 612;
  const own = ctx.processes.list().find((process) => process.comm === 'sshd' && process.ppid === sshd)?.pid ?? sshd;
  const listen = (proto: Socket['proto'], local: string, port: number, pid: number, program: string): Socket => ({
    proto,
    state: proto.startsWith('udp') ? 'UNCONN' : 'LISTEN',
    local,
    port,
    peer: proto.endsWith('6') ? '[::]' : '0.0.0.0',
    peerPort: 0,
    pid,
    program,
  });
  const running = (comm: string): number | undefined =>
    ctx.processes.list().find((process) => process.comm === comm)?.pid;
  const dhclient = running('dhclient');
  const nginx = running('nginx');
  return [
    ...(dhclient === undefined ? [] : [listen('udp', '0.0.0.0', 68, dhclient, 'dhclient')]),
    listen('tcp', '0.0.0.0', 22, sshd, 'sshd'),
    ...(nginx === undefined ? [] : [listen('tcp', '0.0.0.0', 80, nginx, 'nginx')]),
    {
      proto: 'tcp',
      state: 'ESTAB',
      local: ctx.server.ip,
      port: ctx.server.port,
      peer: ctx.client.ip,
      peerPort: ctx.client.port,
      pid: own,
      program: 'sshd',
    },
    listen('tcp6', '[::]', 22, sshd, 'sshd'),
    ...(nginx === undefined ? [] : [listen('tcp6', '[::]', 80, nginx, 'nginx')]),
  ];
}

function flagsOf(ctx: CommandContext): string {
  const long: Readonly<Record<string, string>> = {
    '--listening': 'l',
    '--tcp': 't',
    '--udp': 'u',
    '--numeric': 'n',
    '--all': 'a',
    '--processes': 'p',
    '--programs': 'p',
    '--program': 'p',
    '--summary': 's',
    '--statistics': 's',
    '--route': 'r',
    '--interfaces': 'i',
    '--no-header': 'H',
    '--wide': 'W',
    '--numeric-ports': 'n',
  };
  return ctx.argv
    .slice(1)
    .map((arg) => long[arg] ?? (/^-[^-]/.test(arg) ? arg.slice(1) : ''))
    .join('');
}

function chosen(ctx: CommandContext, flags: string): Socket[] {
  const tcp = flags.includes('t') || !flags.includes('u');
  const udp = flags.includes('u') || !flags.includes('t');
  return sockets(ctx).filter((socket) => {
    if (!(socket.proto.startsWith('tcp') ? tcp : udp)) return false;
    if (flags.includes('4') && socket.proto.endsWith('6')) return false;
    if (flags.includes('a')) return true;
    return (socket.state !== 'ESTAB') === flags.includes('l');
  });
}

function ss(ctx: CommandContext): number {
  const flags = flagsOf(ctx);
  const bad = /[^46HOtuwxanrlopeimsKZNbEFDfPSMWEh]/.exec(flags)?.[0];
  if (bad !== undefined) {
    ctx.stderr.write(`ss: invalid option -- '${bad}'\nUsage: ss [ OPTIONS ]\n       ss [ OPTIONS ] [ FILTER ]\n`);
    return 255;
  }
  if (flags.includes('s')) {
    const count = sockets(ctx).length;
    ctx.stdout.write(
      `Total: ${between(ctx.machine.persona, 'sockets', 90, 140)}\nTCP:   ${count} (estab 1, closed 0, orphaned 0, timewait 0)\n\nTransport Total     IP        IPv6\nRAW\t  0         0         0        \nUDP\t  1         1         0        \nTCP\t  3         2         1        \nINET\t  4         3         1        \nFRAG\t  0         0         0        \n\n`,
    );
    return 0;
  }
  const numeric = flags.includes('n');
  const named = (host: string, port: number): [string, string] => [
    host,
    port === 0 ? '*' : !numeric && port === 22 ? 'ssh' : String(port),
  ];
  const both = !(flags.includes('t') !== flags.includes('u'));
  const rows = chosen(ctx, flags).map((socket) => {
    const [local, port] = named(socket.local, socket.port);
    const [peer, peerPort] = named(socket.peer, socket.peerPort);
    return {
      cells: [
        ...(both ? [socket.proto.slice(0, 3)] : []),
        socket.state,
        '0',
        socket.state === 'LISTEN' ? '128' : '0',
        local,
        port,
        peer,
        peerPort,
      ],
      users: flags.includes('p') ? `users:(("${socket.program}",pid=${socket.pid},fd=3))` : '',
    };
  });
  const heads = [
    ...(both ? ['Netid'] : []),
    'State',
    'Recv-Q',
    'Send-Q',
    'Local Address',
    'Port',
    'Peer Address',
    'Port',
  ];
  const widths = heads.map((head, index) => Math.max(head.length, ...rows.map((row) => row.cells[index]!.length)));
  const offset = both ? 1 : 0;
  const line = (cells: readonly string[], tail: string): string => {
    const left = cells
      .slice(0, offset + 3)
      .map((cell, index) => cell.padEnd(widths[index]!))
      .join(' ');
    const pair = (at: number): string =>
      `${cells[at]!.padStart(widths[at]!)}:${cells[at + 1]!.padEnd(widths[at + 1]!)}`;
    return `${left} ${pair(offset + 3)} ${pair(offset + 5)}${tail}\n`;
  };
  if (!flags.includes('H')) ctx.stdout.write(line(heads, 'Process').replace(/Process\n$/, 'Process\n'));
  for (const row of rows) ctx.stdout.write(line(row.cells, row.users));
  return 0;
}

function netstat(ctx: CommandContext): number {
  const flags = flagsOf(ctx);
  const bad = /[^rinsgeopvaltuwxWMcCF46NTh]/.exec(flags)?.[0];
  if (bad !== undefined) {
    ctx.stderr.write(
      `netstat: invalid option -- '${bad}'\nusage: netstat [-vWeenNcCF] [<Af>] -r         netstat {-V|--version|-h|--help}\n       netstat [-vWnNcaeol] [<Socket> ...]\n       netstat { [-vWeenNac] -i | [-cnNe] -M | -s [-6tuw] }\n`,
    );
    return 4;
  }
  if (flags.includes('r')) return route(ctx);
  const net = address(ctx);
  if (flags.includes('i')) {
    ctx.stdout.write(
      `Kernel Interface table\nIface      MTU    RX-OK RX-ERR RX-DRP RX-OVR    TX-OK TX-ERR TX-DRP TX-OVR Flg\n${net.name.padEnd(8)} ${'1500'.padStart(5)} ${String(net.rxPackets).padStart(8)}      0      0 0      ${String(net.txPackets).padStart(8)}      0      0      0 BMRU\nlo       65536     ${String(512).padStart(4)}      0      0 0          ${String(512).padStart(4)}      0      0      0 LRU\n`,
    );
    return 0;
  }
  const kind = flags.includes('l') ? 'only servers' : flags.includes('a') ? 'servers and established' : 'w/o servers';
  const programs = flags.includes('p');
  if (programs && ctx.user.uid !== 0)
    ctx.stderr.write(
      '(Not all processes could be identified, non-owned process info\n will not be shown, you would have to be root to see it all.)\n',
    );
  ctx.stdout.write(
    `Active Internet connections (${kind})\nProto Recv-Q Send-Q Local Address           Foreign Address         State      ${programs ? ' PID/Program name    ' : ''}\n`,
  );
  const numeric = flags.includes('n');
  const at = (host: string, port: number): string =>
    `${host.replace('[::]', numeric ? '::' : '[::]')}:${port === 0 ? '*' : !numeric && port === 22 ? 'ssh' : port}`;
  for (const socket of chosen(ctx, flags)) {
    const state = socket.state === 'UNCONN' ? '' : socket.state === 'ESTAB' ? 'ESTABLISHED' : socket.state;
    const program = !programs
      ? ''
      : ctx.user.uid === 0
        ? ` ${`${socket.pid}/${socket.program}${socket.state === 'ESTAB' ? `: ${ctx.user.name}` : ''}`.padEnd(20)}`
        : ` ${'-'.padEnd(20)}`;
    ctx.stdout.write(
      `${socket.proto.padEnd(5)} ${'0'.padStart(6)} ${'0'.padStart(6)} ${at(socket.local, socket.port).padEnd(23)} ${at(socket.peer, socket.peerPort).padEnd(23)} ${state.padEnd(11)}${program}\n`,
    );
  }
  if (!flags.includes('t') && !flags.includes('u') && !flags.includes('l'))
    ctx.stdout.write(
      'Active UNIX domain sockets (w/o servers)\nProto RefCnt Flags       Type       State         I-Node   Path\n',
    );
  return 0;
}

function lsof(ctx: CommandContext): number {
  const internet = ctx.argv.slice(1).some((arg) => arg.startsWith('-i') || /^-\w*i/.test(arg));
  const wantedPid = ctx.argv.includes('-p') ? Number(ctx.argv[ctx.argv.indexOf('-p') + 1]) : undefined;
  const port = /:(\d+)/.exec(ctx.argv.slice(1).join(' '))?.[1];
  const head = 'COMMAND     PID   USER   FD   TYPE DEVICE SIZE/OFF NODE NAME\n';
  const rows: string[] = [];
  if (internet) {
    for (const [index, socket] of sockets(ctx).entries()) {
      if (port !== undefined && String(socket.port) !== port) continue;
      const name =
        socket.state === 'ESTAB'
          ? `${socket.local}:ssh->${socket.peer}:${socket.peerPort} (ESTABLISHED)`
          : `*:${socket.port === 22 ? 'ssh' : socket.port}${socket.state === 'LISTEN' ? ' (LISTEN)' : ''}`;
      rows.push(
        `${socket.program.padEnd(9)} ${String(socket.pid).padStart(5)} ${'root'.padStart(6)} ${`${index + 3}u`.padStart(4)}  ${socket.proto.endsWith('6') ? 'IPv6' : 'IPv4'} ${between(ctx.machine.persona, `inode:${index}`, 12_000, 19_000)}      0t0  ${socket.proto.slice(0, 3).toUpperCase()} ${name}\n`,
      );
    }
  } else
    for (const process of ctx.processes.list()) {
      if (wantedPid !== undefined && process.pid !== wantedPid) continue;
      const row = (fd: string, type: string, size: number, name: string): string =>
        `${process.comm.slice(0, 9).padEnd(9)} ${String(process.pid).padStart(5)} ${process.user.slice(0, 8).padStart(6)} ${fd.padStart(4)}   ${type.padStart(4)}  254,1 ${String(size).padStart(8)} ${String(between(ctx.machine.persona, `node:${name}`, 2, 900_000)).padStart(6)} ${name}\n`;
      rows.push(
        row('cwd', 'DIR', 4096, '/'),
        row('rtd', 'DIR', 4096, '/'),
        row('txt', 'REG', 1_265_648, process.args.startsWith('[') ? 'unknown' : `/usr/bin/${process.comm}`),
      );
    }
  if (rows.length > 0) ctx.stdout.write(head + rows.join(''));
  return rows.length > 0 ? 0 : 1;
}

function dig(ctx: CommandContext): number {
  const args = ctx.argv.slice(1);
  const short = args.includes('+short');
  const names = args.filter(
    (arg, index) =>
      !/^[-+@]/.test(arg) &&
      !/^(A|AAAA|MX|NS|TXT|ANY|CNAME|SOA|PTR|IN|axfr)$/i.test(arg) &&
      !/^-[pbcfktqxy]$/.test(args[index - 1] ?? ''),
  );
  const server = args.find((arg) => arg.startsWith('@'))?.slice(1) ?? ctx.machine.persona.network.dns[0] ?? '127.0.0.1';
  const name = names[0] ?? '.';
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
  const [name] = ctx.argv.slice(1).filter((arg) => !arg.startsWith('-'));
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

export const networkCommands: CommandTable = {
  ip: { path: '/usr/bin/ip', run: ip },
  ifconfig: { path: '/usr/sbin/ifconfig', run: ifconfig },
  route: { path: '/usr/sbin/route', run: route },
  arp: { path: '/usr/sbin/arp', run: arp },
  ss: { path: '/usr/bin/ss', run: ss },
  netstat: { path: '/usr/bin/netstat', run: netstat },
  lsof: { path: '/usr/bin/lsof', run: lsof },
  dig: { path: '/usr/bin/dig', run: dig },
  nslookup: { path: '/usr/bin/nslookup', run: nslookup },
  host: { path: '/usr/bin/host', run: host },
};
