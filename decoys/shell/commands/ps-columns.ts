/** The columns of `ps`, by the names that `-o` takes. */
import type { CommandContext, MachineProcess } from '../command.types.ts';
import { memory } from './machine-facts.ts';
import { pad, strftime, zonedTime, zoneOf } from './time-format.ts';

export interface Column {
  readonly head: string;
  readonly width: number;
  readonly left?: boolean;
  readonly value: (process: MachineProcess, ctx: CommandContext) => string;
}

export function cpuPercent(process: MachineProcess, ctx: CommandContext): number {
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

export const COLUMNS: Readonly<Record<string, Column>> = {
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

export const ALIASES: Readonly<Record<string, string>> = {
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

export const HEADS: Readonly<Record<string, string>> = { cmd: 'CMD', ucomm: 'COMMAND', start_time: 'START' };

export const named = (name: string, head?: string, width?: number): Column => {
  const column = COLUMNS[name]!;
  return { ...column, head: head ?? column.head, width: width ?? column.width };
};

export const BASIC = (): Column[] => [named('pid'), named('tname', 'TTY'), named('time'), named('ucmd')];

export const FULL = (): Column[] => [
  named('user', 'UID'),
  named('pid'),
  named('ppid'),
  named('c'),
  named('stime'),
  named('tname', 'TTY'),
  named('time'),
  named('args', 'CMD'),
];

export const BSD_USER = (): Column[] => [
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

export const BSD = (): Column[] => [
  named('pid'),
  named('tname', 'TTY'),
  named('stat'),
  named('bsdtime'),
  named('args'),
];
