/** `find` (GNU findutils 4.9.0): tests, operators and actions over the pretended disk. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { FindError, FindReader } from './find-expression.ts';
import type { Test, Search } from './find-expression.ts';
import { errorText, joinPath, quoted } from './text.ts';
import { countEntry } from './tree-walk.ts';

async function visitTree(ctx: CommandContext, search: Search, test: Test, name: string, depth: number): Promise<void> {
  if (search.quit) return;
  countEntry(ctx);
  const path = ctx.resolve(name);
  const stat = ctx.fs.lstat(path, ctx.user);
  if (!stat.ok) {
    search.status = 1;
    ctx.stderr.write(
      `${ctx.argv[0]}: ${quoted(name)
        .replaceAll("'", '\u2018')
        .replace(/\u2018$/, '\u2019')}: ${errorText(stat.error)}\n`,
    );
    return;
  }
  const visit = { name, path, stat: stat.value, depth };
  search.pruned = false;
  if (!search.childrenFirst && depth >= search.minDepth) await test(visit);
  if (stat.value.type === 'directory' && depth < search.maxDepth && !search.pruned && !search.quit && depth < 200) {
    const list = ctx.fs.list(path, ctx.user);
    if (!list.ok) {
      search.status = 1;
      ctx.stderr.write(`${ctx.argv[0]}: \u2018${name}\u2019: ${errorText(list.error)}\n`);
    } else
      for (const child of Array.from(list.value)) await visitTree(ctx, search, test, joinPath(name, child), depth + 1);
  }
  if (search.childrenFirst && depth >= search.minDepth && !search.quit) await test(visit);
}

const HELP =
  'Usage: find [-H] [-L] [-P] [-Olevel] [-D debugopts] [path...] [expression]\n\nOperators: ( EXPR ) ! EXPR -not EXPR EXPR -a EXPR EXPR -o EXPR\nTests: -amin -atime -cmin -ctime -empty -executable -gid -group -iname -inum -links -mmin -mtime -name -newer -nogroup -nouser -path -perm -readable -regex -size -type -uid -user -writable\nActions: -delete -exec -fprint -ls -ok -print -print0 -printf -prune -quit\n';

async function find(ctx: CommandContext): Promise<number> {
  const args = ctx.argv.slice(1);
  while (args[0] !== undefined && /^-([HLP]|O\d?)$/.test(args[0])) args.shift();
  if (args[0] === '--version' || args[0] === '-version') {
    ctx.stdout.write('find (GNU findutils) 4.9.0\n');
    return 0;
  }
  if (args[0] === '--help' || args[0] === '-help') {
    ctx.stdout.write(HELP);
    return 0;
  }
  const split = args.findIndex((arg) => /^(-.|[()!,])/.test(arg));
  const starts = split === -1 ? args : args.slice(0, split);
  const reader = new FindReader(ctx, split === -1 ? [] : args.slice(split));
  try {
    const test = reader.parse();
    const { search } = reader;
    const acting: Test = search.acts
      ? test
      : async (visit) => {
          if (await test(visit)) ctx.stdout.write(`${visit.name}\n`);
          return true;
        };
    for (const start of starts.length === 0 ? ['.'] : starts) await visitTree(ctx, search, acting, start, 0);
    for (const batch of search.batches)
      if (batch.paths.length > 0 && (await ctx.run([...batch.argv, ...batch.paths])) !== 0) search.status = 1;
    return search.status;
  } catch (error) {
    if (!(error instanceof FindError)) throw error;
    ctx.stderr.write(`${ctx.argv[0]}: ${error.message}\n`);
    return 1;
  }
}

export const findCommands: CommandTable = { find: { path: '/usr/bin/find', run: find } };
