/** Who listens and who is connected: `ss`, `netstat`, `lsof`. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { listeningPrograms } from '../fs/service-processes.ts';
import { address, between } from './machine-facts.ts';
import { route } from './network.ts';

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
  const { services } = ctx.machine.persona;
  const hasSsh = services.length === 0 || services.some(({ decoy }) => decoy === 'ssh');
  const open = (local: string, family: '' | '6'): Socket[] =>
    listeningPrograms(ctx.machine.persona).flatMap(({ program, port, transport }) => {
      const pid = running(program);
      return pid === undefined ? [] : [listen(`${transport}${family}`, local, port, pid, program)];
    });
  return [
    ...(dhclient === undefined ? [] : [listen('udp', '0.0.0.0', 68, dhclient, 'dhclient')]),
    ...(hasSsh ? [listen('tcp', '0.0.0.0', 22, sshd, 'sshd')] : []),
    ...open('0.0.0.0', ''),
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
    ...(hasSsh ? [listen('tcp6', '[::]', 22, sshd, 'sshd')] : []),
    ...open('[::]', '6'),
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

export const socketCommands: CommandTable = {
  ss: { path: '/usr/bin/ss', run: ss },
  netstat: { path: '/usr/bin/netstat', run: netstat },
  lsof: { path: '/usr/bin/lsof', run: lsof },
};
