/** `xargs` (GNU findutils 4.9.0). */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { parseOptions } from './options.ts';
import { complain, errorText, quoted, readOperand } from './text.ts';
import { start } from './wrappers.ts';

async function xargs(ctx: CommandContext): Promise<number> {
  const options = parseOptions(ctx, {
    short: '0a:d:E:e::I:i::L:l::n:oP:prs:tx',
    usage: '[OPTION]... COMMAND [INITIAL-ARGS]...',
    version: '(GNU findutils) 4.9.0',
    stopAtOperand: true,
    long: {
      null: '0',
      'arg-file=': 'a',
      'delimiter=': 'd',
      'replace?': 'I',
      'max-lines?': 'L',
      'max-args=': 'n',
      'max-procs=': 'P',
      interactive: 'p',
      'no-run-if-empty': 'r',
      'max-chars=': 's',
      verbose: 't',
      exit: 'x',
      'open-tty': 'o',
    },
  });
  if (typeof options === 'number') return options;
  const input = await readOperand(ctx, options.value('a') ?? '-');
  if (!input.ok)
    return complain(ctx, `Cannot open input file ${quoted(options.value('a')!)}: ${errorText(input.error)}`);
  const text = Buffer.from(input.text, 'latin1').toString('utf8');
  const replace = options.has('I') || options.has('i') ? (options.value('I') ?? options.value('i') ?? '{}') : undefined;
  const delimiter = options.has('0')
    ? '\0'
    : options
        .value('d')
        ?.replace(String.raw`\n`, '\n')
        .replace(String.raw`\t`, '\t');
  const items =
    delimiter === undefined
      ? xargsWords(ctx, text, replace !== undefined)
      : text.split(delimiter).filter((item, index, all) => item !== '' || index < all.length - 1);
  if (items === undefined) return 1;
  const command = options.operands.length === 0 ? ['echo'] : options.operands;
  const size = Number(options.value('n') ?? options.value('L') ?? (replace === undefined ? 5000 : 1)) || 1;
  const batches: string[][] = [];
  for (let at = 0; at < items.length; at += size) batches.push(items.slice(at, at + size));
  if (batches.length === 0 && !options.has('r') && replace === undefined) batches.push([]);
  let status = 0;
  for (const batch of batches) {
    ctx.step();
    const argv =
      replace === undefined
        ? [...command, ...batch]
        : command.map((word, index) => (index === 0 ? word : word.replaceAll(replace, batch[0] ?? '')));
    if (options.has('t')) ctx.stderr.write(`${argv.join(' ')}\n`);
    const ended = await start(ctx, argv, { stdin: emptyInput });
    if (ended === 127 || ended === 126) return ended;
    if (ended === 255) {
      ctx.stderr.write(`${ctx.argv[0]}: ${argv[0]}: exited with status 255; aborting\n`);
      return 124;
    }
    if (ended !== 0) status = 123;
  }
  return status;
}

const emptyInput = {
  isTerminal: false,
  read: () => Promise.resolve(undefined),
  readLine: () => Promise.resolve(undefined),
  readAll: () => Promise.resolve(new Uint8Array()),
  setEcho: () => undefined,
};

/** Items split at blanks with quotes and backslashes (whole lines for -I); undefined after complaining. */
function xargsWords(ctx: CommandContext, text: string, wholeLines: boolean): string[] | undefined {
  const items: string[] = [];
  let item: string | undefined;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at]!;
    if (char === "'" || char === '"') {
      const end = text.indexOf(char, at + 1);
      const newline = text.indexOf('\n', at + 1);
      if (end === -1 || (newline !== -1 && newline < end)) {
        ctx.stderr.write(
          `${ctx.argv[0]}: unmatched ${char === '"' ? 'double' : 'single'} quote; by default quotes are special to xargs unless you use the -0 option\n`,
        );
        return undefined;
      }
      item = (item ?? '') + text.slice(at + 1, end);
      at = end;
    } else if (char === '\\') {
      item = (item ?? '') + (text[at + 1] ?? '');
      at += 1;
    } else if (char === '\n' || (!wholeLines && /[ \t]/.test(char))) {
      if (item !== undefined) items.push(item);
      item = undefined;
    } else if (!(wholeLines && item === undefined && /[ \t]/.test(char))) item = (item ?? '') + char;
  }
  if (item !== undefined) items.push(item);
  return items;
}

export const xargsCommands: CommandTable = {
  xargs: { path: '/usr/bin/xargs', run: xargs },
};
