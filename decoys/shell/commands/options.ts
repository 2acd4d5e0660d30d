/**
 * Command-line options as GNU getopt_long reads and rejects them: grouped letters, long names and their unique abbreviations,
 * options after operands, and the exact complaints of a Debian program.
 */
import type { CommandContext } from '../command.types.ts';

export interface OptionSyntax {
  /** As getopt has it: a colon after a letter means that it takes an argument, two that it may. */
  readonly short: string;
  /** Long name to the key it stands for; a name ending in `=` takes an argument, in `?` may take one. */
  readonly long?: Readonly<Record<string, string>>;
  /** What `--help` shows after `Usage: NAME `. */
  readonly usage?: string;
  /** The package and version of `--version`. */
  readonly version?: string;
  /** Options end at the first operand, as for `env` and `xargs`. */
  readonly stopAtOperand?: boolean;
  /** Exit status of a usage error. */
  readonly status?: number;
  /** Lines after a complaint; the default points to `--help`. */
  readonly advice?: string;
  /** OpenSSH's own option reader complains in other words and knows no long options; the text comes before the letter. */
  readonly bsd?: string;
  /** Takes `-5` as the value of the key `digits`, as `head -5` does. */
  readonly digits?: boolean;
}

export interface ParsedOptions {
  readonly list: readonly { readonly key: string; readonly value: string | undefined }[];
  readonly operands: string[];
  has(key: string): boolean;
  /** The last value given for this key. */
  value(key: string): string | undefined;
}

interface Parsing {
  readonly ctx: CommandContext;
  readonly syntax: OptionSyntax;
  readonly list: { key: string; value: string | undefined }[];
  readonly operands: string[];
  readonly args: readonly string[];
  next: number;
}

/** The options of this call; or, once it has complained or helped, the exit status to return. */
export function parseOptions(ctx: CommandContext, syntax: OptionSyntax, argv = ctx.argv): ParsedOptions | number {
  const parsing: Parsing = { ctx, syntax, list: [], operands: [], args: argv, next: 1 };
  while (parsing.next < parsing.args.length) {
    const arg = parsing.args[parsing.next++]!;
    let status: number | undefined;
    if (arg === '--') {
      parsing.operands.push(...parsing.args.slice(parsing.next));
      break;
    } else if (arg.startsWith('--') && syntax.bsd === undefined) status = parseLong(parsing, arg);
    else if (arg.length > 1 && arg.startsWith('-')) status = parseShort(parsing, arg);
    else {
      parsing.operands.push(arg);
      if (syntax.stopAtOperand === true) {
        parsing.operands.push(...parsing.args.slice(parsing.next));
        break;
      }
    }
    if (status !== undefined) return status;
  }
  const { list, operands } = parsing;
  return {
    list,
    operands,
    has: (key) => list.some((option) => option.key === key),
    value: (key) => list.findLast((option) => option.key === key)?.value,
  };
}

/** Complains as GNU programs do about their arguments, pointing to `--help`. Answers the status. */
export function usageError(ctx: CommandContext, message: string, syntax?: OptionSyntax): number {
  const name = ctx.argv[0] ?? '';
  const advice = syntax?.advice ?? `Try '${name} --help' for more information.\n`;
  ctx.stderr.write(`${name}: ${message}\n${advice}`);
  return syntax?.status ?? 1;
}

function parseLong(parsing: Parsing, arg: string): number | undefined {
  const { ctx, syntax, list } = parsing;
  const equals = arg.indexOf('=');
  const given = equals === -1 ? arg.slice(2) : arg.slice(2, equals);
  const names = Object.keys(syntax.long ?? {});
  if (syntax.usage !== undefined) names.push('help', 'version');
  const bare = (name: string): string => name.replace(/[=?]$/, '');
  const exact = names.find((name) => bare(name) === given);
  const candidates = exact === undefined ? names.filter((name) => name.startsWith(given)) : [exact];
  const keys = new Set(candidates.map((name) => syntax.long?.[name] ?? name));
  const found = candidates[0];
  if (found === undefined)
    return usageError(ctx, `unrecognized option '${arg.slice(0, equals === -1 ? undefined : equals)}'`, syntax);
  if (keys.size > 1) {
    const possibilities = candidates.map((name) => ` '--${bare(name)}'`).join('');
    return usageError(ctx, `option '--${given}' is ambiguous; possibilities:${possibilities}`, syntax);
  }
  const key = syntax.long?.[found];
  if (key === undefined) return found === 'help' ? showHelp(ctx, syntax) : showVersion(ctx, syntax);
  if (found.endsWith('=')) {
    const value = equals === -1 ? parsing.args[parsing.next++] : arg.slice(equals + 1);
    if (value === undefined) return usageError(ctx, `option '--${bare(found)}' requires an argument`, syntax);
    list.push({ key, value });
  } else if (found.endsWith('?')) list.push({ key, value: equals === -1 ? undefined : arg.slice(equals + 1) });
  else if (equals !== -1) return usageError(ctx, `option '--${bare(found)}' doesn't allow an argument`, syntax);
  else list.push({ key, value: undefined });
  return undefined;
}

function parseShort(parsing: Parsing, arg: string): number | undefined {
  const { ctx, syntax, list } = parsing;
  if (syntax.digits === true && /^-\d+$/.test(arg)) {
    list.push({ key: 'digits', value: arg.slice(1) });
    return undefined;
  }
  for (let at = 1; at < arg.length; at += 1) {
    const letter = arg[at]!;
    const place = letter === ':' ? -1 : syntax.short.indexOf(letter);
    if (place === -1) return refuse(ctx, `invalid option -- '${letter}'`, `unknown option -- ${letter}`, syntax);
    if (syntax.short[place + 1] !== ':') {
      list.push({ key: letter, value: undefined });
      continue;
    }
    const optional = syntax.short[place + 2] === ':';
    const attached = arg.slice(at + 1);
    const value = attached !== '' || optional ? attached : parsing.args[parsing.next++];
    if (value === undefined)
      return refuse(
        ctx,
        `option requires an argument -- '${letter}'`,
        `option requires an argument -- ${letter}`,
        syntax,
      );
    list.push({ key: letter, value: optional && value === '' ? undefined : value });
    break;
  }
  return undefined;
}

function refuse(ctx: CommandContext, gnu: string, bsd: string, syntax: OptionSyntax): number {
  if (syntax.bsd === undefined) return usageError(ctx, gnu, syntax);
  ctx.stderr.write(`${syntax.bsd}${bsd}\n${syntax.advice ?? ''}`);
  return syntax.status ?? 1;
}

function showHelp(ctx: CommandContext, syntax: OptionSyntax): number {
  const lines = [`Usage: ${ctx.argv[0]} ${syntax.usage}`, ''];
  const longOf = new Map<string, string>();
  for (const [name, key] of Object.entries(syntax.long ?? {})) if (!longOf.has(key)) longOf.set(key, name);
  const takes = (name: string): string =>
    name.endsWith('=') ? name.toUpperCase().replace(/=$/, '') : name.replace(/[=?]$/, '');
  for (const [index, letter] of Array.from(syntax.short).entries()) {
    if (letter === ':') continue;
    const long = longOf.get(letter);
    longOf.delete(letter);
    const argument = syntax.short[index + 1] === ':' && long === undefined ? ' ARG' : '';
    const text =
      long === undefined ? '' : `, --${long.replace(/[=?]$/, '')}${long.endsWith('=') ? `=${takes(long)}` : ''}`;
    lines.push(`  -${letter}${argument}${text}`);
  }
  for (const name of longOf.values()) lines.push(`      --${name.replace(/[=?]$/, '')}`);
  lines.push(
    '      --help        display this help and exit',
    '      --version     output version information and exit',
    '',
  );
  ctx.stdout.write(lines.join('\n'));
  return 0;
}

function showVersion(ctx: CommandContext, syntax: OptionSyntax): number {
  const name = (ctx.argv[0] ?? '').replace(/^.*\//, '');
  ctx.stdout.write(`${name} ${syntax.version ?? '(GNU coreutils) 9.1'}\n`);
  return 0;
}
