/** `strace` 6.1: runs the program as ever, and shows the system calls that such a program makes, with what it really writes. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { parseOptions } from './options.ts';
import { bytesToBinary, toBinary } from './text.ts';
import { lookUp } from './wrappers.ts';

const VERSION =
  'strace -- version 6.1\nCopyright (c) 1991-2022 The strace developers <https://strace.io>.\nThis is free software; see the source for copying conditions.  There is NO\nwarranty; not even for MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.\n\nOptional features enabled: stack-trace=libunwind stack-demangle m32-mpers mx32-mpers\n';
const ADVICE = "Try 'strace -h' for more information.\n";
const MAX_CALLS = 400;

interface Trace {
  call(text: string, result: string): void;
  line(text: string): void;
  finish(): void;
}

async function strace(ctx: CommandContext): Promise<number> {
  const options = parseOptions(ctx, {
    short: 'a:b:cCdDe:E:fFhiI:kno:O:p:P:qrs:S:tTu:U:vVwxX:yzZ',
    stopAtOperand: true,
    advice: ADVICE,
    long: {
      version: 'V',
      help: 'h',
      'follow-forks': 'f',
      'output=': 'o',
      'attach=': 'p',
      'summary-only': 'c',
      'trace=': 'e',
    },
  });
  if (typeof options === 'number') return options;
  if (options.has('V') || options.has('h')) {
    ctx.stdout.write(
      options.has('V')
        ? VERSION
        : 'Usage: strace [-ACdffhikqqrtttTvVwxxyyzZ] [-I N] [-b execve] [-e EXPR]...\n              [-a COLUMN] [-o FILE] [-s STRSIZE] [-X FORMAT] [-O OVERHEAD]\n              [-S SORTBY] [-P PATH]... [-p PID]... [-U COLUMNS] [--seccomp-bpf]\n              { -p PID | [-DDD] [-E VAR=VAL]... [-u USERNAME] PROG [ARGS] }\n',
    );
    return 0;
  }
  const attached = options.value('p');
  if (attached !== undefined) return attach(ctx, attached);
  const [name] = options.operands;
  if (name === undefined) {
    ctx.stderr.write(`strace: must have PROG [ARGS] or -p PID\n${ADVICE}`);
    return 1;
  }
  const path = lookUp(ctx, name);
  if (path === undefined) {
    ctx.stderr.write(`strace: Can't stat '${name}': No such file or directory\n`);
    return 1;
  }
  const wanted = options.value('e');
  const trace = openTrace(ctx, wanted, options.value('o'), options.has('c'));
  const limit = Number(options.value('s') ?? 32) || 32;
  start(trace, ctx, path, options.operands);
  const tap = (fd: 1 | 2): typeof ctx.stdout => ({
    isTerminal: fd === 1 ? ctx.stdout.isTerminal : ctx.stderr.isTerminal,
    write: (data) => {
      const text = typeof data === 'string' ? toBinary(data) : bytesToBinary(data);
      trace.call(`write(${fd}, ${literal(text, limit)}, ${text.length})`, String(text.length));
      (fd === 1 ? ctx.stdout : ctx.stderr).write(data);
    },
  });
  const status = await ctx.run(options.operands, { stdout: tap(1), stderr: tap(2) });
  for (const fd of [1, 2]) trace.call(`close(${fd})`, '0');
  trace.call(`exit_group(${status})`, '?');
  trace.line(`+++ exited with ${status} +++`);
  trace.finish();
  return status;
}

async function attach(ctx: CommandContext, text: string): Promise<number> {
  const pid = Number(text);
  if (!Number.isInteger(pid) || pid <= 0) {
    ctx.stderr.write(`strace: Invalid process id: '${text}'\n`);
    return 1;
  }
  const found = ctx.processes.list().find((process) => process.pid === pid);
  if (found === undefined || (ctx.user.uid !== 0 && found.uid !== ctx.user.uid)) {
    const why = found === undefined ? 'No such process' : 'Operation not permitted';
    ctx.stderr.write(`strace: attach: ptrace(PTRACE_SEIZE, ${pid}): ${why}\n`);
    return 1;
  }
  ctx.stderr.write(`strace: Process ${pid} attached\n`);
  try {
    for (;;) await ctx.sleep(60_000);
  } finally {
    ctx.stderr.write(`strace: Process ${pid} detached\n`);
  }
}

/** Where the lines go: all to one side, only some, or counted. */
function openTrace(ctx: CommandContext, filter: string | undefined, file: string | undefined, counts: boolean): Trace {
  const names = filter?.replace(/^trace=/, '').split(',') ?? [];
  const groups: Readonly<Record<string, RegExp>> = {
    file: /^(execve|access|openat|newfstatat|readlink)$/,
    '%file': /^(execve|access|openat|newfstatat|readlink)$/,
    network: /^$/,
    '%network': /^$/,
    process: /^(execve|exit_group|arch_prctl)$/,
    '%process': /^(execve|exit_group)$/,
  };
  const wanted = (name: string): boolean =>
    names.length === 0 || names.some((each) => each === name || each === 'all' || groups[each]?.test(name) === true);
  const totals = new Map<string, number>();
  let [calls, kept] = [0, ''];
  const line = (text: string): void => {
    if (counts) return;
    if (file === undefined) ctx.stderr.write(`${text}\n`);
    else kept += `${text}\n`;
  };
  return {
    line,
    call: (text, result) => {
      const name = text.slice(0, text.indexOf('('));
      if (!wanted(name) || ++calls > MAX_CALLS) return;
      totals.set(name, (totals.get(name) ?? 0) + 1);
      line(`${text.length < 40 ? text.padEnd(40) : `${text} `}= ${result}`);
    },
    finish: () => {
      if (counts) kept = summary(totals);
      if (file !== undefined) ctx.fs.write(ctx.resolve(file), Buffer.from(kept, 'latin1'), ctx.user);
      else if (counts) ctx.stderr.write(kept);
    },
  };
}

function summary(totals: ReadonlyMap<string, number>): string {
  const rule = '------ ----------- ----------- --------- --------- ----------------\n';
  const sum = [...totals.values()].reduce((total, count) => total + count, 0);
  const row = (share: number, count: number, name: string): string =>
    `${share.toFixed(2).padStart(6)} ${'0.000000'.padStart(11)} ${'0'.padStart(11)} ${String(count).padStart(9)} ${' '.repeat(9)} ${name}\n`;
  const rows = [...totals].map(([name, count]) => row(0, count, name)).join('');
  return `% time     seconds  usecs/call     calls    errors syscall\n${rule}${rows}${rule}${row(100, sum, 'total')}`;
}

/** What every program that is linked to the C library does before its own first step. */
function start(trace: Trace, ctx: CommandContext, path: string, argv: readonly string[]): void {
  const seed = ctx.processes.self.pid * 4096;
  const heap = 0x55_5a_00_00_00_00 + seed * 16;
  const libc = 0x7f_3c_00_00_00_00 + seed;
  const hex = (value: number): string => `0x${value.toString(16)}`;
  const list = argv.map((arg) => literal(toBinary(arg), 32)).join(', ');
  trace.call(
    `execve(${literal(path, 200)}, [${list}], ${hex(0x7f_fe_00_00_00_00 + seed)} /* ${ctx.env.size} vars */)`,
    '0',
  );
  trace.call('brk(NULL)', hex(heap));
  trace.call('mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0)', hex(libc + 0x20_0000));
  trace.call('access("/etc/ld.so.preload", R_OK)', '-1 ENOENT (No such file or directory)');
  trace.call('openat(AT_FDCWD, "/etc/ld.so.cache", O_RDONLY|O_CLOEXEC)', '3');
  trace.call('newfstatat(3, "", {st_mode=S_IFREG|0644, st_size=25463, ...}, AT_EMPTY_PATH)', '0');
  trace.call('mmap(NULL, 25463, PROT_READ, MAP_PRIVATE, 3, 0)', hex(libc + 0x1f_9000));
  trace.call('close(3)', '0');
  trace.call('openat(AT_FDCWD, "/lib/x86_64-linux-gnu/libc.so.6", O_RDONLY|O_CLOEXEC)', '3');
  trace.call(String.raw`read(3, "\177ELF\2\1\1\3\0\0\0\0\0\0\0\0\3\0>\0\1\0\0\0\220x\2\0\0\0\0\0"..., 832)`, '832');
  trace.call('newfstatat(3, "", {st_mode=S_IFREG|0755, st_size=1922136, ...}, AT_EMPTY_PATH)', '0');
  trace.call('mmap(NULL, 1970000, PROT_READ, MAP_PRIVATE|MAP_DENYWRITE, 3, 0)', hex(libc));
  trace.call('close(3)', '0');
  trace.call(`arch_prctl(ARCH_SET_FS, ${hex(libc + 0x20_0740)})`, '0');
  trace.call(`munmap(${hex(libc + 0x1f_9000)}, 25463)`, '0');
  trace.call('brk(NULL)', hex(heap));
  trace.call(`brk(${hex(heap + 0x2_1000)})`, hex(heap + 0x2_1000));
}

/** Bytes as C writes them, cut where strace cuts. */
function literal(text: string, limit: number): string {
  const letters: Readonly<Record<string, string>> = { '\n': '\\n', '\t': '\\t', '\r': '\\r', '"': '\\"', '\\': '\\\\' };
  const shown = Array.from(text.slice(0, limit), (char) => {
    const code = char.charCodeAt(0);
    return letters[char] ?? (code < 32 || code > 126 ? `\\${code.toString(8)}` : char);
  });
  return `"${shown.join('')}"${text.length > limit ? '...' : ''}`;
}

export const straceCommands: CommandTable = { strace: { path: '/usr/bin/strace', run: strace } };
