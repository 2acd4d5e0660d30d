/** `ps` of procps 4.0.2 in its Unix and BSD manners, and `pstree`. */
import type { CommandContext, CommandTable, MachineProcess } from '../command.types.ts';
import { uptimeSeconds } from './machine-facts.ts';
import { cpuPercent, COLUMNS, ALIASES, HEADS, named, BASIC, FULL, BSD_USER, BSD } from './ps-columns.ts';
import type { Column } from './ps-columns.ts';

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
      const [name, head] = item.split('=') as [string, string?];
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
