/** The tests, operators and actions of `find`, read into one function over what is visited. */
import type { CommandContext } from '../command.types.ts';
import { accountOf, groups } from './accounts-data.ts';
import { listingText, printfText } from './find-printf.ts';
import { compilePattern } from './linear-regex.ts';
import { globPattern } from './ls.ts';
import { parseMode } from './modes.ts';
import { baseName, errorText, quoted } from './text.ts';
import type { Visit } from './tree-walk.ts';

export type Test = (visit: Visit) => boolean | Promise<boolean>;

export class FindError extends Error {}

export interface Search {
  maxDepth: number;
  minDepth: number;
  childrenFirst: boolean;
  acts: boolean;
  pruned: boolean;
  quit: boolean;
  status: number;
  readonly batches: { argv: string[]; paths: string[] }[];
}

const TYPES: Readonly<Record<string, string>> = {
  f: 'file',
  d: 'directory',
  l: 'symlink',
  c: 'char',
  b: 'block',
  p: 'fifo',
  s: 'socket',
};

export class FindReader {
  readonly search: Search = {
    maxDepth: Infinity,
    minDepth: 0,
    childrenFirst: false,
    acts: false,
    pruned: false,
    quit: false,
    status: 0,
    batches: [],
  };
  #ctx: CommandContext;
  #args: readonly string[];
  #at = 0;

  constructor(ctx: CommandContext, args: readonly string[]) {
    this.#ctx = ctx;
    this.#args = args;
  }

  parse(): Test {
    if (this.#args.length === 0) return () => true;
    const test = this.#or();
    if (this.#at < this.#args.length)
      throw new FindError(
        this.#args[this.#at] === ')'
          ? "you have too many ')'"
          : `paths must precede expression: \`${this.#args[this.#at]}'`,
      );
    return test;
  }

  #or(): Test {
    let left = this.#and();
    while (this.#args[this.#at] === '-o' || this.#args[this.#at] === '-or') {
      this.#at += 1;
      const [first, second] = [left, this.#and()];
      left = async (visit) => (await first(visit)) || (await second(visit));
    }
    return left;
  }

  #and(): Test {
    let left = this.#not();
    for (;;) {
      const next = this.#args[this.#at];
      if (next === undefined || next === ')' || next === '-o' || next === '-or' || next === ',') return left;
      if (next === '-a' || next === '-and') this.#at += 1;
      const [first, second] = [left, this.#not()];
      left = async (visit) => (await first(visit)) && (await second(visit));
    }
  }

  #not(): Test {
    const next = this.#args[this.#at];
    if (next === '!' || next === '-not') {
      this.#at += 1;
      const inner = this.#not();
      return async (visit) => !(await inner(visit));
    }
    if (next === '(') {
      this.#at += 1;
      const inner = this.#or();
      if (this.#args[this.#at] !== ')')
        throw new FindError("invalid expression; I was expecting to find a ')' somewhere but did not see one.");
      this.#at += 1;
      return inner;
    }
    return this.#primary();
  }

  #value(name: string): string {
    const value = this.#args[this.#at++];
    if (value === undefined) throw new FindError(`missing argument to \`${name}'`);
    return value;
  }

  /** `+5`, `-5`, `5` as a comparison. */
  #number(name: string, text = this.#value(name)): (value: number) => boolean {
    const match = /^([-+]?)(\d+(?:\.\d+)?)$/.exec(text);
    if (match === null) throw new FindError(`invalid argument \`${text}' to \`${name}'`);
    const wanted = Number(match[2]);
    return (value) => (match[1] === '+' ? value > wanted : match[1] === '-' ? value < wanted : value === wanted);
  }

  #primary(): Test {
    const ctx = this.#ctx;
    const { search } = this;
    const name = this.#args[this.#at++];
    if (name === undefined) throw new FindError('expected an expression');
    const stat = (visit: Visit): Visit['stat'] => visit.stat;
    switch (name) {
      case '-name':
      case '-iname': {
        const pattern = globPattern(this.#value(name));
        const fold = name === '-iname' ? new RegExp(pattern.source, 'i') : pattern;
        return (visit) => fold.test(baseName(visit.name));
      }
      case '-path':
      case '-wholename':
      case '-ipath': {
        const pattern = globPattern(this.#value(name));
        const fold = name === '-ipath' ? new RegExp(pattern.source, 'i') : pattern;
        return (visit) => fold.test(visit.name);
      }
      case '-regex':
      case '-iregex': {
        const compiled = compilePattern(`^\\(${this.#value(name)}\\)$`, 'basic', { ignoreCase: name === '-iregex' });
        if (!compiled.ok) throw new FindError(compiled.message);
        return (visit) => compiled.regex.test(visit.name);
      }
      case '-type':
      case '-xtype': {
        const text = this.#value(name);
        const types = new Set(text.split(',').map((letter) => TYPES[letter]));
        if (types.has(undefined))
          throw new FindError(
            `Unknown argument to ${name}: ${text.split(',').find((letter) => TYPES[letter] === undefined)}`,
          );
        return (visit) => types.has(visit.stat.type);
      }
      case '-size': {
        const text = this.#value(name);
        const match = /^([-+]?)(\d+)([bcwkMG]?)$/.exec(text);
        if (match === null) throw new FindError(`invalid argument \`${text}' to \`-size'`);
        const unit = { '': 512, b: 512, c: 1, w: 2, k: 1024, M: 1_048_576, G: 1_073_741_824 }[match[3] as ''];
        const test = this.#number(name, match[1]! + match[2]!);
        return (visit) => test(Math.ceil(visit.stat.size / unit));
      }
      case '-perm': {
        const text = this.#value(name);
        const sign = /^[-/]/.test(text) ? text[0] : '';
        const change = parseMode(text.slice(sign === '' ? 0 : 1), 0);
        if (change === undefined) throw new FindError(`invalid mode ${quoted(text)}`);
        const bits = change(0, false);
        return (visit) =>
          sign === '-'
            ? (visit.stat.mode & bits) === bits
            : sign === '/'
              ? bits === 0 || (visit.stat.mode & bits) !== 0
              : visit.stat.mode === bits;
      }
      case '-mtime':
      case '-atime':
      case '-ctime':
      case '-mmin':
      case '-amin':
      case '-cmin': {
        const test = this.#number(name);
        const key = { m: 'mtime', a: 'atime', c: 'ctime' }[name[1] as 'm'] as 'mtime';
        const unit = name.endsWith('min') ? 60 : 86_400;
        return (visit) => {
          const age = (ctx.clock.now() / 1000 - stat(visit)[key]) / unit;
          return test(unit === 60 ? Math.ceil(age) : Math.floor(age));
        };
      }
      case '-newer':
      case '-newermt': {
        const value = this.#value(name);
        const other = ctx.fs.stat(ctx.resolve(value), ctx.user);
        if (name === '-newer' && !other.ok) throw new FindError(`${quoted(value)}: ${errorText(other.error)}`);
        const since = other.ok ? other.value.mtime : Date.parse(value) / 1000;
        return (visit) => visit.stat.mtime > since;
      }
      case '-user':
      case '-uid': {
        const value = this.#value(name);
        const uid = accountOf(ctx, value)?.uid ?? (/^\d+$/.test(value) ? Number(value) : undefined);
        if (uid === undefined) throw new FindError(`${quoted(value)} is not the name of a known user`);
        return (visit) => visit.stat.uid === uid;
      }
      case '-group':
      case '-gid': {
        const value = this.#value(name);
        const gid =
          groups(ctx).find((group) => group.name === value)?.gid ?? (/^\d+$/.test(value) ? Number(value) : undefined);
        if (gid === undefined) throw new FindError(`${quoted(value)} is not the name of an existing group`);
        return (visit) => visit.stat.gid === gid;
      }
      case '-nouser':
        return (visit) => accountOf(ctx, String(visit.stat.uid)) === undefined;
      case '-nogroup':
        return (visit) => !groups(ctx).some((group) => group.gid === visit.stat.gid);
      case '-links': {
        const test = this.#number(name);
        return (visit) => test(visit.stat.nlink);
      }
      case '-inum': {
        const test = this.#number(name);
        return (visit) => test(visit.stat.inode);
      }
      case '-empty':
        return (visit) => {
          if (visit.stat.type === 'file') return visit.stat.size === 0;
          const list = visit.stat.type === 'directory' ? ctx.fs.list(visit.path, ctx.user) : undefined;
          return list?.ok === true && list.value.length === 0;
        };
      case '-executable':
        return (visit) => (visit.stat.mode & 0o111) !== 0;
      case '-readable':
      case '-true':
        return () => true;
      case '-writable':
        return (visit) =>
          ctx.user.uid === 0 ||
          (visit.stat.mode & 0o002) !== 0 ||
          (visit.stat.uid === ctx.user.uid && (visit.stat.mode & 0o200) !== 0);
      case '-false':
        return () => false;
      case '-maxdepth':
      case '-mindepth': {
        const value = this.#value(name);
        if (!/^\d+$/.test(value))
          throw new FindError(`Expected a positive decimal integer argument to ${name}, but got ${quoted(value)}`);
        search[name === '-maxdepth' ? 'maxDepth' : 'minDepth'] = Number(value);
        return () => true;
      }
      case '-depth':
      case '-d':
        search.childrenFirst = true;
        return () => true;
      case '-xdev':
      case '-mount':
      case '-noleaf':
      case '-daystart':
      case '-ignore_readdir_race':
      case '-warn':
      case '-nowarn':
      case '-follow':
        return () => true;
      case '-regextype':
      case '-fstype':
        this.#value(name);
        return () => true;
      case '-prune':
        return () => (search.pruned = true);
      case '-quit':
        search.acts = true;
        return () => (search.quit = true);
      default:
        return this.#action(name);
    }
  }

  #action(name: string): Test {
    const ctx = this.#ctx;
    const { search } = this;
    if (['-print', '-print0', '-ls', '-printf', '-delete', '-exec', '-execdir', '-ok', '-fprint'].includes(name))
      search.acts = true;
    switch (name) {
      case '-print':
      case '-print0':
        return (visit) => {
          ctx.stdout.write(visit.name + (name === '-print' ? '\n' : '\0'));
          return true;
        };
      case '-fprint': {
        const target = this.#value(name);
        ctx.fs.write(ctx.resolve(target), new Uint8Array(), ctx.user);
        return (visit) =>
          ctx.fs.write(ctx.resolve(target), Buffer.from(`${visit.name}\n`), ctx.user, { append: true }).ok;
      }
      case '-ls':
        return (visit) => {
          ctx.stdout.write(listingText(ctx, visit));
          return true;
        };
      case '-printf': {
        const format = this.#value(name);
        return (visit) => {
          ctx.stdout.write(printfText(ctx, visit, format));
          return true;
        };
      }
      case '-delete':
        search.childrenFirst = true;
        return (visit) => {
          const removed =
            visit.stat.type === 'directory' ? ctx.fs.rmdir(visit.path, ctx.user) : ctx.fs.unlink(visit.path, ctx.user);
          if (removed.ok) return true;
          search.status = 1;
          ctx.stderr.write(`${ctx.argv[0]}: cannot delete ${quoted(visit.name)}: ${errorText(removed.error)}\n`);
          return false;
        };
      case '-exec':
      case '-execdir':
      case '-ok': {
        const argv: string[] = [];
        for (;;) {
          const word = this.#args[this.#at++];
          if (word === undefined) throw new FindError(`missing argument to \`${name}'`);
          if (word === ';') break;
          if (word === '+' && argv.at(-1) === '{}') {
            const batch = { argv: argv.slice(0, -1), paths: [] as string[] };
            search.batches.push(batch);
            return (visit) => batch.paths.push(visit.name) > 0;
          }
          argv.push(word);
        }
        if (argv.length === 0) throw new FindError(`invalid argument \`;' to \`${name}'`);
        return async (visit) => (await ctx.run(argv.map((word) => word.replaceAll('{}', visit.name)))) === 0;
      }
      default:
        throw new FindError(
          name.startsWith('-') ? `unknown predicate \`${name}'` : `paths must precede expression: \`${name}'`,
        );
    }
  }
}
