/** `grep`, `egrep`, `fgrep` (GNU grep 3.8) over the linear-time matcher. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { byName } from './collation.ts';
import { compilePattern } from './linear-regex.ts';
import type { LinearRegex, PatternMatch } from './linear-regex.ts';
import { globPattern } from './ls.ts';
import { parseOptions } from './options.ts';
import type { OptionSyntax, ParsedOptions } from './options.ts';
import type { PatternSyntax } from './pattern-syntax.ts';
import { countEntry } from './tree-walk.ts';
import { errorText, joinPath, readFile, bytesToBinary, splitLines, toBinary, writeBinary } from './text.ts';

const SYNTAX: OptionSyntax = {
  short: 'A:B:C:EFGHILPRTUVZabce:f:hilm:noqrsvwxyzu',
  usage: '[OPTION]... PATTERNS [FILE]...',
  version: '(GNU grep) 3.8',
  status: 2,
  digits: true,
  advice: "Usage: grep [OPTION]... PATTERNS [FILE]...\nTry 'grep --help' for more information.\n",
  long: {
    'after-context=': 'A',
    'before-context=': 'B',
    'context=': 'C',
    'extended-regexp': 'E',
    'fixed-strings': 'F',
    'basic-regexp': 'G',
    'with-filename': 'H',
    'files-without-match': 'L',
    'perl-regexp': 'P',
    'dereference-recursive': 'R',
    'initial-tab': 'T',
    text: 'a',
    'byte-offset': 'b',
    count: 'c',
    'regexp=': 'e',
    'file=': 'f',
    'no-filename': 'h',
    'ignore-case': 'i',
    'no-ignore-case': 'no-i',
    'files-with-matches': 'l',
    'max-count=': 'm',
    'line-number': 'n',
    'only-matching': 'o',
    quiet: 'q',
    silent: 'q',
    recursive: 'r',
    'no-messages': 's',
    'invert-match': 'v',
    'word-regexp': 'w',
    'line-regexp': 'x',
    null: 'Z',
    'null-data': 'z',
    'color?': 'color',
    'colour?': 'color',
    'include=': 'include',
    'exclude=': 'exclude',
    'exclude-dir=': 'exclude-dir',
    'line-buffered': 'buffered',
    'binary-files=': 'binary',
    'label=': 'label',
  },
};

interface Search {
  readonly ctx: CommandContext;
  readonly options: ParsedOptions;
  readonly regexes: readonly LinearRegex[];
  readonly before: number;
  readonly after: number;
  readonly max: number;
  readonly named: boolean;
  readonly color: boolean;
  status: number;
  matched: boolean;
}

async function grep(ctx: CommandContext): Promise<number> {
  const options = parseOptions(ctx, SYNTAX);
  if (typeof options === 'number') return options;
  const patterns: string[] = [];
  for (const { key, value } of options.list) {
    if (key === 'e') patterns.push(...toBinary(value ?? '').split('\n'));
    if (key !== 'f') continue;
    const file = value === '-' ? { ok: true as const, bytes: await ctx.stdin.readAll() } : readFile(ctx, value ?? '');
    if (!file.ok) return failure(ctx, `${value}: ${errorText(file.error)}`);
    patterns.push(...splitLines(bytesToBinary(file.bytes)));
  }
  if (!options.has('e') && !options.has('f')) {
    const pattern = options.operands.shift();
    if (pattern === undefined) {
      ctx.stderr.write(SYNTAX.advice!);
      return 2;
    }
    patterns.push(...toBinary(pattern).split('\n'));
  }
  const regexes: LinearRegex[] = [];
  for (const pattern of patterns) {
    const compiled = compile(ctx, options, pattern);
    if (!compiled.ok) return failure(ctx, compiled.message);
    regexes.push(compiled.regex);
  }
  const number = (key: string): number | undefined => {
    const value = options.value(key);
    return value === undefined ? undefined : Number.parseInt(value, 10);
  };
  const context = number('C') ?? number('digits') ?? 0;
  const max = number('m') ?? Infinity;
  const recursive = options.has('r') || options.has('R');
  const names = options.operands.length > 0 ? options.operands : recursive ? ['.'] : ['-'];
  if ([context, max, number('A') ?? 0, number('B') ?? 0].some((value) => Number.isNaN(value)))
    return failure(
      ctx,
      `${options.value('m') ?? options.value('C') ?? options.value('A') ?? options.value('B')}: invalid context length argument`,
    );
  const search: Search = {
    ctx,
    options,
    regexes,
    max,
    before: number('B') ?? context,
    after: number('A') ?? context,
    named: options.has('H') || ((names.length > 1 || (recursive && isFolder(ctx, names[0]!))) && !options.has('h')),
    color:
      /^(always|yes|force)$/.test(options.value('color') ?? '') ||
      (options.has('color') && !/^(never|no|none)$/.test(options.value('color') ?? '') && ctx.stdout.isTerminal),
    status: 0,
    matched: false,
  };
  for (const name of names) {
    if (await searchOperand(search, name, recursive, true)) break;
  }
  return search.matched && (search.status === 0 || options.has('q')) ? 0 : search.status === 0 ? 1 : search.status;
}

/** A single file is searched without its name even by `-r`. */
function isFolder(ctx: CommandContext, name: string): boolean {
  const stat = ctx.fs.stat(ctx.resolve(name), ctx.user);
  return !stat.ok || stat.value.type === 'directory';
}

function failure(ctx: CommandContext, message: string): number {
  ctx.stderr.write(`${ctx.argv[0]}: ${message}\n`);
  return 2;
}

function compile(ctx: CommandContext, options: ParsedOptions, pattern: string): ReturnType<typeof compilePattern> {
  const name = (ctx.argv[0] ?? '').replace(/^.*\//, '');
  const kind =
    options.list.findLast(({ key }) => 'EFGP'.includes(key))?.key ??
    (name === 'egrep' ? 'E' : name === 'fgrep' ? 'F' : 'G');
  const syntax: PatternSyntax = kind === 'E' || kind === 'F' ? 'extended' : kind === 'P' ? 'perl' : 'basic';
  let source = kind === 'F' ? pattern.replaceAll(/[\\.[\]*^$+?(){}|]/g, String.raw`\$&`) : pattern;
  const [open, close] = syntax === 'basic' ? [String.raw`\(`, String.raw`\)`] : ['(', ')'];
  if (options.has('x')) source = `^${open}${source}${close}$`;
  else if (options.has('w')) source = String.raw`\b${open}${source}${close}\b`;
  const fold = options.list.findLast(({ key }) => ['i', 'y', 'no-i'].includes(key))?.key;
  return compilePattern(source, syntax, { ignoreCase: fold === 'i' || fold === 'y' });
}

/** Answers true when nothing more needs to be searched. */
async function searchOperand(search: Search, name: string, recursive: boolean, given: boolean): Promise<boolean> {
  const { ctx, options } = search;
  countEntry(ctx);
  const say = (message: string): void => {
    if (!options.has('s')) ctx.stderr.write(`${ctx.argv[0]}: ${name}: ${message}\n`);
    search.status = 2;
  };
  if (name === '-')
    return searchText(search, options.value('label') ?? '(standard input)', bytesToBinary(await ctx.stdin.readAll()));
  const path = ctx.resolve(name);
  const stat = given || options.has('R') ? ctx.fs.stat(path, ctx.user) : ctx.fs.lstat(path, ctx.user);
  if (!stat.ok) {
    say(errorText(stat.error));
    return false;
  }
  const base = name.slice(name.lastIndexOf('/') + 1);
  const matches = (key: string): boolean | undefined => {
    const globs = options.list.filter((option) => option.key === key).map((option) => globPattern(option.value ?? ''));
    return globs.length === 0 ? undefined : globs.some((glob) => glob.test(base));
  };
  if (stat.value.type === 'directory') {
    if (!recursive) {
      say('Is a directory');
      return false;
    }
    if (!given && matches('exclude-dir') === true) return false;
    const list = ctx.fs.list(path, ctx.user);
    if (!list.ok) {
      say(errorText(list.error));
      return false;
    }
    for (const child of list.value.toSorted(byName(ctx))) {
      const childName = name === '.' && options.operands.length === 0 ? child : joinPath(name, child);
      if (await searchOperand(search, childName, true, false)) return true;
    }
    return false;
  }
  if (!given && stat.value.type !== 'file') return false;
  if (matches('include') === false || matches('exclude') === true) return false;
  const file = readFile(ctx, name);
  if (!file.ok) {
    say(errorText(file.error));
    return false;
  }
  return searchText(search, name, bytesToBinary(file.bytes));
}

function firstMatch(search: Search, line: string, from: number): PatternMatch | undefined {
  let best: PatternMatch | undefined;
  for (const regex of search.regexes) {
    const match = regex.match(line, from);
    if (
      match !== undefined &&
      (best === undefined || match.start < best.start || (match.start === best.start && match.end > best.end))
    )
      best = match;
  }
  return best;
}

function searchText(search: Search, name: string, text: string): boolean {
  const { ctx, options } = search;
  const separator = options.has('z') ? '\0' : '\n';
  const lines = splitLines(text, separator);
  const binary = !options.has('a') && !options.has('z') && text.includes('\0') && options.value('binary') !== 'text';
  const out = new Lines(search, name);
  let count = 0;
  for (const [index, line] of lines.entries()) {
    if (index % 512 === 511) ctx.step();
    if (count >= search.max) break;
    if (search.regexes.some((regex) => regex.test(line)) === options.has('v')) continue;
    count += 1;
    search.matched = true;
    if (options.has('q')) return true;
    if (options.has('l') || options.has('L')) break;
    if (options.has('c')) continue;
    if (binary) {
      ctx.stderr.write(`${ctx.argv[0]}: ${name}: binary file matches\n`);
      return false;
    }
    out.matched(lines, index);
  }
  if (!options.has('c') && !options.has('l') && !options.has('L')) out.trailing(lines);
  const end = options.has('Z') ? '\0' : '\n';
  if (options.has('c')) out.write(`${search.named ? `${name}:` : ''}${count}\n`);
  if (options.has('l') && count > 0) out.write(name + end);
  if (options.has('L') && count === 0) out.write(name + end);
  out.flush();
  return false;
}

/** The lines of one file that are shown, with context and the `--` between groups. */
class Lines {
  #search: Search;
  #name: string;
  #shown = -1;
  #lastMatch = -1;
  #text = '';

  constructor(search: Search, name: string) {
    this.#search = search;
    this.#name = name;
  }

  write(text: string): void {
    this.#text += text;
    if (this.#text.length > 16_384) this.flush();
  }

  flush(): void {
    writeBinary(this.#search.ctx.stdout, this.#text);
    this.#text = '';
  }

  matched(lines: readonly string[], index: number): void {
    const { before, after } = this.#search;
    this.#context(lines, this.#lastMatch === -1 ? index : Math.min(index, this.#lastMatch + after + 1));
    const from = Math.max(this.#shown + 1, index - before);
    if (this.#shown !== -1 && from > this.#shown + 1 && (before > 0 || after > 0)) this.write('--\n');
    for (let at = from; at < index; at += 1) this.#line(lines[at]!, at, '-');
    this.#line(lines[index]!, index, ':');
    this.#shown = index;
    this.#lastMatch = index;
  }

  trailing(lines: readonly string[]): void {
    if (this.#lastMatch !== -1) this.#context(lines, Math.min(lines.length, this.#lastMatch + this.#search.after + 1));
  }

  #context(lines: readonly string[], until: number): void {
    if (this.#lastMatch === -1) return;
    for (let at = this.#shown + 1; at < until; at += 1) {
      this.#line(lines[at]!, at, '-');
      this.#shown = at;
    }
  }

  #line(line: string, index: number, mark: string): void {
    const { options, named, color } = this.#search;
    const paint = (code: string, text: string): string => (color ? `\x1b[${code}m\x1b[K${text}\x1b[m\x1b[K` : text);
    const sign = paint('36', mark);
    const prefix =
      (named ? paint('35', this.#name) + sign : '') +
      (options.has('n') ? paint('32', String(index + 1)) + sign : '') +
      (options.has('b') ? `0${sign}` : '');
    const separator = options.has('z') ? '\0' : '\n';
    if ((!options.has('o') && !color) || mark === '-') {
      if (!options.has('o')) this.write(prefix + line + separator);
      return;
    }
    let at = 0;
    let painted = '';
    for (;;) {
      const match = options.has('v') ? undefined : firstMatch(this.#search, line, at);
      if (match === undefined) break;
      const text = line.slice(match.start, match.end);
      if (options.has('o') && text !== '') this.write(prefix + paint('01;31', text) + separator);
      painted += line.slice(at, match.start) + (text === '' ? '' : paint('01;31', text));
      at = match.end;
      if (text === '') {
        painted += line.slice(at, at + 1);
        at += 1;
      }
      if (at > line.length) break;
    }
    if (!options.has('o')) this.write(prefix + painted + line.slice(at) + separator);
  }
}

export const grepCommands: CommandTable = {
  grep: { path: '/usr/bin/grep', run: grep },
  egrep: { path: '/usr/bin/egrep', run: grep },
  fgrep: { path: '/usr/bin/fgrep', run: grep },
};
