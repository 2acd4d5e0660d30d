/** Programs under /usr/bin that the shell also has built in: `echo`, `printf`, `test`, `[`, `pwd`, `true`, `false`, `kill` is with the processes. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { formatPrintf, unescapeText } from './printf-format.ts';
import { usageError } from './options.ts';
import { complain, quoted, toBinary, writeBinary } from './text.ts';

function echo(ctx: CommandContext): number {
  const args = ctx.argv.slice(1);
  let newline = true;
  let escapes = false;
  while (args[0] !== undefined && /^-[neE]+$/.test(args[0])) {
    for (const letter of args.shift()!.slice(1)) {
      if (letter === 'n') newline = false;
      else escapes = letter === 'e';
    }
  }
  const text = toBinary(args.join(' '));
  const shown = escapes ? unescapeText(text) : { text, stop: false };
  writeBinary(ctx.stdout, shown.text + (newline && !shown.stop ? '\n' : ''));
  return 0;
}

function printf(ctx: CommandContext): number {
  const [format, ...args] = ctx.argv.slice(1);
  if (format === undefined) return usageError(ctx, 'missing operand');
  const result = formatPrintf(
    toBinary(format),
    args.map((arg) => toBinary(arg)),
  );
  writeBinary(ctx.stdout, result.text);
  for (const message of result.errors) complain(ctx, message);
  return result.errors.length > 0 ? 1 : 0;
}

function test(ctx: CommandContext): number {
  const args = ctx.argv.slice(1);
  if ((ctx.argv[0] ?? '').endsWith('[') && args.pop() !== ']') {
    ctx.stderr.write(`${ctx.argv[0]}: missing ']'\n`);
    return 2;
  }
  const parser = new TestParser(ctx, args);
  const value = args.length === 0 ? false : parser.parse();
  if (parser.error === undefined) return value ? 0 : 1;
  ctx.stderr.write(`${ctx.argv[0]}: ${parser.error}\n`);
  return 2;
}

const COMPARE: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '-eq': (a, b) => a === b,
  '-ne': (a, b) => a !== b,
  '-lt': (a, b) => a < b,
  '-le': (a, b) => a <= b,
  '-gt': (a, b) => a > b,
  '-ge': (a, b) => a >= b,
};

/** POSIX `test`: `!`, `( )`, `-a`, `-o`, file, string and number tests. */
class TestParser {
  error: string | undefined;
  #at = 0;
  #ctx: CommandContext;
  #args: readonly string[];

  constructor(ctx: CommandContext, args: readonly string[]) {
    this.#ctx = ctx;
    this.#args = args;
  }

  parse(): boolean {
    const value = this.#or();
    if (this.#at < this.#args.length) this.error ??= `extra argument ${quoted(this.#args[this.#at]!)}`;
    return value;
  }

  #or(): boolean {
    let value = this.#and();
    while (this.#args[this.#at] === '-o') {
      this.#at += 1;
      value = this.#and() || value;
    }
    return value;
  }

  #and(): boolean {
    let value = this.#term(0);
    while (this.#args[this.#at] === '-a') {
      this.#at += 1;
      value = this.#term(0) && value;
    }
    return value;
  }

  #term(depth: number): boolean {
    const rest = this.#args.slice(this.#at);
    const [first, second, third] = rest;
    if (first === undefined) {
      this.error ??= `missing argument after ${quoted(this.#args.at(-1) ?? '')}`;
      return false;
    }
    if (
      rest.length >= 3 &&
      second !== undefined &&
      third !== undefined &&
      (COMPARE[second] !== undefined || /^(=|==|!=|<|>|-nt|-ot|-ef)$/.test(second))
    ) {
      this.#at += 3;
      return this.#binary(first, second, third);
    }
    if (first === '!' && depth < 100) {
      this.#at += 1;
      return !this.#term(depth + 1);
    }
    if (first === '(' && rest.length > 1 && depth < 100) {
      this.#at += 1;
      const value = this.#or();
      if (this.#args[this.#at] !== ')') this.error ??= "')' expected";
      this.#at += 1;
      return value;
    }
    if (/^-[a-zA-Z]$/.test(first) && second !== undefined && !(second === '-a' || second === '-o')) {
      this.#at += 2;
      return this.#unary(first, second);
    }
    this.#at += 1;
    return first !== '';
  }

  #binary(left: string, operator: string, right: string): boolean {
    const compare = COMPARE[operator];
    if (compare === undefined)
      return operator === '!='
        ? left !== right
        : operator === '<'
          ? left < right
          : operator === '>'
            ? left > right
            : operator.startsWith('-')
              ? this.#files(left, operator, right)
              : left === right;
    for (const side of [left, right])
      if (!/^\s*[-+]?\d+\s*$/.test(side)) this.error ??= `invalid integer ${quoted(side)}`;
    return compare(Number(left), Number(right));
  }

  #files(left: string, operator: string, right: string): boolean {
    const [a, b] = [left, right].map((name) => this.#ctx.fs.stat(this.#ctx.resolve(name), this.#ctx.user));
    if (operator === '-ef') return a!.ok && b!.ok && a!.value.inode === b!.value.inode;
    const time = (stat: typeof a): number => (stat!.ok ? stat!.value.mtime : -1);
    return operator === '-nt' ? time(a) > time(b) : time(a) < time(b);
  }

  #unary(operator: string, operand: string): boolean {
    const ctx = this.#ctx;
    if (operator === '-n') return operand !== '';
    if (operator === '-z') return operand === '';
    if (operator === '-t')
      return operand === '0' ? ctx.stdin.isTerminal : operand === '1' ? ctx.stdout.isTerminal : ctx.stderr.isTerminal;
    const stat =
      operator === '-h' || operator === '-L'
        ? ctx.fs.lstat(ctx.resolve(operand), ctx.user)
        : ctx.fs.stat(ctx.resolve(operand), ctx.user);
    if (!stat.ok) return false;
    const { type, mode, size, uid } = stat.value;
    const bits =
      ctx.user.uid === 0
        ? 7
        : uid === ctx.user.uid
          ? (mode >> 6) & 7
          : ctx.user.groups.includes(stat.value.gid)
            ? (mode >> 3) & 7
            : mode & 7;
    const types: Readonly<Record<string, string>> = {
      '-f': 'file',
      '-d': 'directory',
      '-h': 'symlink',
      '-L': 'symlink',
      '-b': 'block',
      '-c': 'char',
      '-p': 'fifo',
      '-S': 'socket',
    };
    const wanted = types[operator];
    if (wanted !== undefined) return type === wanted;
    if (operator === '-s') return size > 0;
    if (operator === '-r') return (bits & 4) !== 0;
    if (operator === '-w') return (bits & 2) !== 0;
    if (operator === '-x') return ctx.user.uid === 0 && type !== 'directory' ? (mode & 0o111) !== 0 : (bits & 1) !== 0;
    if (operator === '-u') return (mode & 0o4000) !== 0;
    if (operator === '-g') return (mode & 0o2000) !== 0;
    if (operator === '-k') return (mode & 0o1000) !== 0;
    if (operator === '-O') return uid === ctx.user.uid;
    return operator === '-e' || operator === '-a';
  }
}

function pwd(ctx: CommandContext): number {
  const physical = ctx.fs.realpath(ctx.cwd, ctx.user);
  ctx.stdout.write(`${physical.ok ? physical.value : ctx.cwd}\n`);
  return 0;
}

export const builtinTwinCommands: CommandTable = {
  echo: { path: '/usr/bin/echo', run: echo },
  printf: { path: '/usr/bin/printf', run: printf },
  test: { path: '/usr/bin/test', run: test },
  '[': { path: '/usr/bin/[', run: test },
  pwd: { path: '/usr/bin/pwd', run: pwd },
  true: { path: '/usr/bin/true', run: () => 0 },
  false: { path: '/usr/bin/false', run: () => 1 },
};
