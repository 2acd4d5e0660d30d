/** `ps` of procps 4.0.2 in its Unix and BSD manners, and `pstree`. */
import type { CommandContext, CommandTable, MachineProcess } from '../command.types.ts';
import { memory, uptimeSeconds } from './machine-facts.ts';
import { pad, strftime, zonedTime, zoneOf } from './time-format.ts';

interface Column {
  readonly head: string;
  readonly width: number;
  readonly left?: boolean;
  readonly value: (process: MachineProcess, ctx: CommandContext) => string;
}

function cpuPercent(process: MachineProcess, ctx: CommandContext): number {
  const seconds = Math.max(1, (ctx.clock.now() - process.startedAt) / 1000);
  return Math.min(99.9, (process.cpuSeconds / seconds) * 100);
}

const memoryPercent = (process: MachineProcess, ctx: CommandContext): number =>
  (process.rssKb / memory(ctx).totalKb) * 100;

function clockTime(seconds: number): string {
  const whole = Math.floor(seconds);
  return `${pad(Math.floor(whole / 3600))}:${pad(Math.floor(whole / 60) % 60)}:${pad(whole % 60)}`;
}

function bsdTime(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${pad(Math.floor(seconds) % 60)}`;
}

function elapsed(process: MachineProcess, ctx: CommandContext): string {
  const seconds = Math.max(0, Math.floor((ctx.clock.now() - process.startedAt) / 1000));
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor(seconds / 3600) % 24;
  const rest = `${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
  return days > 0 ? `${days}-${pad(hours)}:${rest}` : hours > 0 ? `${pad(hours)}:${rest}` : rest;
}

function startTime(process: MachineProcess, ctx: CommandContext): string {
  const now = zonedTime(ctx.clock.now(), zoneOf(ctx));
  const started = zonedTime(process.startedAt, zoneOf(ctx));
  if (ctx.clock.now() - process.startedAt < 86_400_000 && started.day === now.day) return strftime(started, '%H:%M');
  return strftime(started, started.year === now.year ? '%b%d' : '%Y');
}

const userName = (process: MachineProcess, width: number): string =>
  process.user.length > width ? `${process.user.slice(0, width - 1)}+` : process.user;

const COLUMNS: Readonly<Record<string, Column>> = {
  pid: { head: 'PID', width: 7, value: (p) => String(p.pid) },
  ppid: { head: 'PPID', width: 7, value: (p) => String(p.ppid) },
  pgid: { head: 'PGID', width: 7, value: (p) => String(p.pid) },
  sid: { head: 'SID', width: 7, value: (p) => String(p.pid) },
  user: { head: 'USER', width: 8, left: true, value: (p) => userName(p, 8) },
  uid: { head: 'UID', width: 5, value: (p) => String(p.uid) },
  group: { head: 'GROUP', width: 8, left: true, value: (p) => userName(p, 8) },
  '%cpu': { head: '%CPU', width: 4, value: (p, ctx) => cpuPercent(p, ctx).toFixed(1) },
  '%mem': { head: '%MEM', width: 4, value: (p, ctx) => memoryPercent(p, ctx).toFixed(1) },
  vsz: { head: 'VSZ', width: 6, value: (p) => String(p.vszKb) },
  rss: { head: 'RSS', width: 5, value: (p) => String(p.rssKb) },
  tty: { head: 'TT', width: 8, left: true, value: (p) => p.tty },
  tname: { head: 'TTY', width: 8, left: true, value: (p) => p.tty },
  stat: { head: 'STAT', width: 4, left: true, value: (p) => p.state },
  s: { head: 'S', width: 1, value: (p) => p.state.slice(0, 1) },
  start: { head: 'STARTED', width: 8, value: (p, ctx) => startTime(p, ctx) },
  lstart: {
    head: 'STARTED',
    width: 24,
    value: (p, ctx) => strftime(zonedTime(p.startedAt, zoneOf(ctx)), '%a %b %e %H:%M:%S %Y'),
  },
  stime: { head: 'STIME', width: 5, left: true, value: (p, ctx) => startTime(p, ctx) },
  bsdstart: { head: 'START', width: 6, value: (p, ctx) => startTime(p, ctx) },
  time: { head: 'TIME', width: 8, value: (p) => clockTime(p.cpuSeconds) },
  bsdtime: { head: 'TIME', width: 6, value: (p) => bsdTime(p.cpuSeconds) },
  etime: { head: 'ELAPSED', width: 11, value: elapsed },
  etimes: { head: 'ELAPSED', width: 7, value: (p, ctx) => String(Math.floor((ctx.clock.now() - p.startedAt) / 1000)) },
  c: { head: 'C', width: 2, value: (p, ctx) => String(Math.floor(cpuPercent(p, ctx))) },
  pri: { head: 'PRI', width: 3, value: () => '19' },
  ni: { head: 'NI', width: 3, value: () => '0' },
  nlwp: { head: 'NLWP', width: 4, value: () => '1' },
  psr: { head: 'PSR', width: 3, value: () => '0' },
  wchan: { head: 'WCHAN', width: 6, left: true, value: () => '-' },
  comm: { head: 'COMMAND', width: 15, left: true, value: (p) => p.comm.slice(0, 15) },
  ucmd: { head: 'CMD', width: 15, left: true, value: (p) => p.comm.slice(0, 15) },
  args: { head: 'COMMAND', width: 27, left: true, value: (p) => p.args },
};

const ALIASES: Readonly<Record<string, string>> = {
  cmd: 'args',
  command: 'args',
  pcpu: '%cpu',
  pmem: '%mem',
  euser: 'user',
  uname: 'user',
  ruser: 'user',
  tt: 'tty',
  start_time: 'stime',
  cputime: 'time',
  vsize: 'vsz',
  rssize: 'rss',
  state: 's',
  ucomm: 'comm',
  thcount: 'nlwp',
  euid: 'uid',
  nice: 'ni',
  egroup: 'group',
  pgrp: 'pgid',
  sess: 'sid',
};
const HEADS: Readonly<Record<string, string>> = { cmd: 'CMD', ucomm: 'COMMAND', start_time: 'START' };

const named = (name: string, head?: string, width?: number): Column => {
  const column = COLUMNS[name]!;
  return { ...column, head: head ?? column.head, width: width ?? column.width };
};

const BASIC = (): Column[] => [named('pid'), named('tname', 'TTY'), named('time'), named('ucmd')];
const FULL = (): Column[] => [
  named('user', 'UID'),
  named('pid'),
  named('ppid'),
  named('c'),
  named('stime'),
  named('tname', 'TTY'),
  named('time'),
  named('args', 'CMD'),
];
const BSD_USER = (): Column[] => [
  named('user'),
  named('pid'),
  named('%cpu'),
  named('%mem'),
  named('vsz'),
  named('rss'),
  named('tname', 'TTY'),
  named('stat'),
  named('bsdstart', 'START', 5),
  named('bsdtime'),
  named('args'),
];
const BSD = (): Column[] => [named('pid'), named('tname', 'TTY'), named('stat'), named('bsdtime'), named('args')];

interface Wanted {
  columns: Column[];
  every: boolean;
  anyTerminal: boolean;
  pids: Set<number> | undefined;
  users: Set<string> | undefined;
  names: Set<string> | undefined;
  sort: string[];
  forest: boolean;
  wide: boolean;
  headers: boolean;
}

const USAGE =
  "\nUsage:\n ps [options]\n\n Try 'ps --help <simple|list|output|threads|misc|all>'\n  or 'ps --help <s|l|o|t|m|a>'\n for additional help text.\n\nFor more details see ps(1).\n";

function readArguments(ctx: CommandContext): Wanted | number {
  const args = ctx.argv.slice(1);
  const wanted: Wanted = {
    columns: BASIC(),
    every: false,
    anyTerminal: false,
    pids: undefined,
    users: undefined,
    names: undefined,
    sort: [],
    forest: false,
    wide: !ctx.stdout.isTerminal,
    headers: true,
  };
  const fail = (message: string): number => {
    ctx.stderr.write(`error: ${message}\n${USAGE}`);
    return 1;
  };
  let custom = false;
  const output = (list: string): number | undefined => {
    if (!custom) wanted.columns = [];
    custom = true;
    for (const item of list.split(/[,\s]+/).filter((part) => part !== '')) {
      const [name = '', head] = item.split('=') as [string, string?];
      const key = ALIASES[name] ?? name;
      if (COLUMNS[key] === undefined) return fail('unknown user-defined format specifier "' + name + '"');
      const column = named(key, head ?? HEADS[name]);
      wanted.columns.push({ ...column, width: Math.max(column.width, column.head.length) });
      if (head === '') wanted.headers = wanted.columns.some(({ head: text }) => text !== '');
    }
    return undefined;
  };
  const numbers = (text: string): Set<number> => new Set(text.split(/[,\s]+/).map(Number));
  while (args.length > 0) {
    const arg = args.shift()!;
    if (arg === '--help') {
      ctx.stdout.write(USAGE);
      return 0;
    }
    const long = /^--([a-z-]+)(?:=(.*))?$/.exec(arg);
    if (long !== null) {
      const value = (): string => long[2] ?? args.shift() ?? '';
      if (long[1] === 'version') {
        ctx.stdout.write('ps from procps-ng 4.0.2\n');
        return 0;
      }
      if (long[1] === 'sort') wanted.sort = value().split(',');
      else if (long[1] === 'forest') wanted.forest = true;
      else if (long[1] === 'pid') wanted.pids = numbers(value());
      else if (long[1] === 'ppid')
        wanted.pids = new Set(
          [...ctx.processes.list()]
            .filter((process) => numbers(long[2] ?? '').has(process.ppid))
            .map((process) => process.pid),
        );
      else if (long[1] === 'user') wanted.users = new Set(value().split(','));
      else if (long[1] === 'no-headers' || long[1] === 'no-heading') wanted.headers = false;
      else if (long[1] === 'format') {
        const bad = output(value());
        if (bad !== undefined) return bad;
      } else if (!/^(width|cols|columns|lines|rows|headers|deselect|cumulative)$/.test(long[1]!))
        return fail('unknown gnu long option');
      continue;
    }
    if (/^\d+$/.test(arg)) {
      wanted.pids = new Set([...(wanted.pids ?? []), Number(arg)]);
      continue;
    }
    const bsd = !arg.startsWith('-');
    const letters = bsd ? arg : arg.slice(1);
    if (bsd && !custom) wanted.columns = BSD();
    if (bsd && letters === '') continue;
    for (let at = 0; at < letters.length; at += 1) {
      const letter = letters[at]!;
      const rest = (): string => {
        const value = letters.slice(at + 1) || (args.shift() ?? '');
        at = letters.length;
        return value;
      };
      if (letter === 'o' || (letter === 'O' && !bsd)) {
        const bad = output(rest());
        if (bad !== undefined) return bad;
      } else if (letter === 'p') wanted.pids = numbers(rest());
      else if (letter === 'C' && !bsd) wanted.names = new Set(rest().split(','));
      else if ((letter === 'u' || letter === 'U') && !bsd) {
        if (letter === 'u' && letters.length > 1 && at > 0 && letters.slice(at + 1) === '' && /a/.test(letters)) {
          wanted.columns = BSD_USER();
          wanted.every = true;
        } else wanted.users = new Set(rest().split(','));
      } else if (letter === 'u') wanted.columns = custom ? wanted.columns : BSD_USER();
      else if (letter === 'e' && !bsd) wanted.every = true;
      else if (letter === 'A') wanted.every = true;
      else if (letter === 'a') wanted.anyTerminal = true;
      else if (letter === 'x')
        wanted.every = wanted.anyTerminal || (wanted.users = new Set([ctx.user.name])).size === 0;
      else if (letter === 'd' && !bsd) wanted.every = true;
      else if (letter === 'f') {
        if (bsd) wanted.forest = true;
        else if (!custom) wanted.columns = FULL();
      } else if (letter === 'F' && !custom) wanted.columns = FULL();
      else if (letter === 'H') wanted.forest = true;
      else if (letter === 'l' && !custom)
        wanted.columns = [
          named('s'),
          named('uid'),
          named('pid'),
          named('ppid'),
          named('c'),
          named('pri'),
          named('ni'),
          named('vsz', 'SZ'),
          named('wchan'),
          named('tname', 'TTY'),
          named('time'),
          named('ucmd'),
        ];
      else if (letter === 'j' && !custom)
        wanted.columns = [
          named('ppid'),
          named('pid'),
          named('pgid'),
          named('sid'),
          named('tname', 'TTY'),
          named('stat'),
          named('time'),
          named('args'),
        ];
      else if (letter === 'w') wanted.wide = true;
      else if (letter === 'h' && bsd) wanted.headers = false;
      else if (letter === 'k' && bsd) wanted.sort = rest().split(',');
      else if (letter === 't') rest();
      else if (!/[emMLTycgrSvsnXZ]/.test(letter))
        return fail(bsd ? 'unsupported option (BSD syntax)' : 'unsupported SysV option');
    }
    // "ps -aux" and "ps aux" mean the same to everyone.
    if (/^-?(?=.*a)(?=.*x)/.test(arg)) {
      wanted.every = true;
      wanted.users = undefined;
    }
  }
  return wanted;
}

function sortProcesses(list: MachineProcess[], keys: readonly string[], ctx: CommandContext): void {
  for (const key of keys.toReversed()) {
    const name = key.replace(/^[-+]/, '');
    const column = ALIASES[name] ?? name;
    const number: Readonly<Record<string, (p: MachineProcess) => number>> = {
      '%cpu': (p) => cpuPercent(p, ctx),
      '%mem': (p) => p.rssKb,
      rss: (p) => p.rssKb,
      vsz: (p) => p.vszKb,
      pid: (p) => p.pid,
      ppid: (p) => p.ppid,
      time: (p) => p.cpuSeconds,
      uid: (p) => p.uid,
      start: (p) => p.startedAt,
      stime: (p) => p.startedAt,
    };
    const by = number[column];
    const sign = key.startsWith('-') ? -1 : 1;
    list.sort(
      (a, b) =>
        sign *
        (by === undefined
          ? (COLUMNS[column]?.value(a, ctx) ?? '').localeCompare(COLUMNS[column]?.value(b, ctx) ?? '')
          : by(a) - by(b)),
    );
  }
}

function depthsOf(list: readonly MachineProcess[]): { order: MachineProcess[]; depth: Map<number, number> } {
  const byParent = new Map<number, MachineProcess[]>();
  const known = new Set(list.map((process) => process.pid));
  for (const process of list) {
    const parent = known.has(process.ppid) && process.ppid !== process.pid ? process.ppid : 0;
    byParent.set(parent, [...(byParent.get(parent) ?? []), process]);
  }
  const order: MachineProcess[] = [];
  const depth = new Map<number, number>();
  const visit = (pid: number, level: number): void => {
    for (const child of byParent.get(pid) ?? []) {
      if (depth.has(child.pid)) continue;
      depth.set(child.pid, level);
      order.push(child);
      if (child.pid !== 0 && level < 50) visit(child.pid, level + 1);
    }
  };
  visit(0, 0);
  return { order, depth };
}

function ps(ctx: CommandContext): number {
  const wanted = readArguments(ctx);
  if (typeof wanted === 'number') return wanted;
  const { self } = ctx.processes;
  let list = ctx.processes.list().filter((process) => {
    if (wanted.pids !== undefined) return wanted.pids.has(process.pid);
    if (wanted.names !== undefined) return wanted.names.has(process.comm);
    if (wanted.every) return true;
    if (wanted.users !== undefined) return wanted.users.has(process.user) || wanted.users.has(String(process.uid));
    if (wanted.anyTerminal) return process.tty !== '?';
    return process.tty === self.tty && process.uid === self.uid;
  });
  if (wanted.sort.length > 0) sortProcesses(list, wanted.sort, ctx);
  let depth = new Map<number, number>();
  if (wanted.forest) ({ order: list, depth } = depthsOf(list));
  const last = wanted.columns.length - 1;
  const line = (cells: readonly string[]): string => {
    const text = cells
      .map((cell, index) => {
        const column = wanted.columns[index]!;
        if (column.left === true) return index === last ? cell : cell.padEnd(column.width);
        return cell.padStart(column.width);
      })
      .join(' ');
    return wanted.wide ? text : text.slice(0, ctx.terminal?.columns ?? 80);
  };
  if (wanted.headers) ctx.stdout.write(`${line(wanted.columns.map((column) => column.head))}\n`);
  for (const process of list) {
    ctx.step();
    const level = depth.get(process.pid) ?? 0;
    const branch = level > 0 ? `${'    '.repeat(level - 1)} \\_ ` : '';
    ctx.stdout.write(
      `${line(wanted.columns.map((column, index) => (index === last ? branch : '') + column.value(process, ctx)))}\n`,
    );
  }
  return list.length > 0 || wanted.pids === undefined ? 0 : 1;
}

function pstree(ctx: CommandContext): number {
  const pids = ctx.argv.slice(1).some((arg) => /^-\w*p/.test(arg));
  const { order, depth } = depthsOf(ctx.processes.list().filter((process) => !process.args.startsWith('[')));
  for (const process of order) {
    const level = depth.get(process.pid) ?? 0;
    ctx.stdout.write(
      `${level === 0 ? '' : `${' '.repeat((level - 1) * 9 + 7)}|-`}${process.comm}${pids ? `(${process.pid})` : ''}\n`,
    );
  }
  return uptimeSeconds(ctx) > 0 ? 0 : 1;
}

export const processCommands: CommandTable = {
  ps: { path: '/usr/bin/ps', run: ps },
  pstree: { path: '/usr/bin/pstree', run: pstree },
};
