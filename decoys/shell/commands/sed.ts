/** `sed` (GNU sed 4.9): runs the commands of `sed-script.ts` over the lines, counted against the session's bounds. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { parseOptions } from './options.ts';
import { SedRun } from './sed-run.ts';
import type { Line } from './sed-run.ts';
import { parseSed, SedError } from './sed-script.ts';
import type { SedCommand } from './sed-script.ts';
import { bytesToBinary, complain, errorText, readFile, readOperand, toBinary, writeBinary, writeFile } from './text.ts';

function linesOf(text: string, final: boolean): Line[] {
  const pieces = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  return pieces.map((piece, index) => ({
    text: piece.replace(/\n$/, ''),
    newline: piece.endsWith('\n'),
    last: final && index === pieces.length - 1,
  }));
}

async function sed(ctx: CommandContext): Promise<number> {
  const syntax = {
    short: 'bsnre:f:l:i::Euz',
    usage: '[OPTION]... {script-only-if-no-other-script} [input-file]...',
    version: '(GNU sed) 4.9',
    advice:
      'Usage: sed [OPTION]... {script-only-if-no-other-script} [input-file]...\n\n  -n, --quiet, --silent\n                 suppress automatic printing of pattern space\n  -e script, --expression=script\n                 add the script to the commands to be executed\n  -f script-file, --file=script-file\n                 add the contents of script-file to the commands to be executed\n  -E, -r, --regexp-extended\n                 use extended regular expressions in the script\n                 (for portability use POSIX -E).\n  -i[SUFFIX], --in-place[=SUFFIX]\n                 edit files in place (makes backup if SUFFIX supplied)\n',
    long: {
      quiet: 'n',
      silent: 'n',
      'expression=': 'e',
      'file=': 'f',
      'regexp-extended': 'E',
      'in-place?': 'i',
      'line-length=': 'l',
      separate: 's',
      unbuffered: 'u',
      'null-data': 'z',
      posix: 'posix',
      debug: 'debug',
      sandbox: 'sandbox',
      'follow-symlinks': 'follow',
    },
  };
  const options = parseOptions(ctx, syntax);
  if (typeof options === 'number') return options;
  const parts: string[] = [];
  for (const { key, value } of options.list) {
    if (key === 'e') parts.push(toBinary(value ?? ''));
    if (key !== 'f') continue;
    const file = readFile(ctx, value ?? '');
    if (!file.ok) return complain(ctx, `couldn't open file ${value}: ${errorText(file.error)}`);
    parts.push(bytesToBinary(file.bytes).replace(/\n$/, ''));
  }
  if (parts.length === 0) {
    const script = options.operands.shift();
    if (script === undefined) {
      ctx.stderr.write(syntax.advice);
      return 1;
    }
    parts.push(toBinary(script));
  }
  try {
    const script = parts.join('\n');
    const commands = parseSed(script, options.has('E') || options.has('r'));
    const quiet = options.has('n') || script.startsWith('#n\n');
    return options.has('i')
      ? editInPlace(ctx, commands, quiet, options.operands, options.value('i'))
      : await stream(ctx, commands, quiet, options.operands, options.has('s'));
  } catch (error) {
    if (!(error instanceof SedError)) throw error;
    return complain(ctx, error.message);
  }
}

async function stream(
  ctx: CommandContext,
  commands: readonly SedCommand[],
  quiet: boolean,
  operands: readonly string[],
  separate: boolean,
): Promise<number> {
  const texts: string[] = [];
  let status = 0;
  for (const name of operands.length === 0 ? ['-'] : operands) {
    const file = await readOperand(ctx, name);
    if (file.ok) texts.push(file.text);
    else {
      ctx.stderr.write(
        file.error === 'EISDIR'
          ? `${ctx.argv[0]}: couldn't edit ${name}: not a regular file\n`
              .replace("couldn't edit", 'read error on')
              .replace('not a regular file', 'Is a directory')
          : `${ctx.argv[0]}: can't read ${name}: ${errorText(file.error)}\n`,
      );
      status = 2;
    }
  }
  let out = '';
  const run = new SedRun(ctx, commands, quiet, (text) => {
    out += text;
    if (out.length > 8192) {
      writeBinary(ctx.stdout, out);
      out = '';
    }
  });
  const files = texts.map((text, index) => linesOf(text, separate || index === texts.length - 1));
  const batches = separate
    ? files
    : [
        files
          .flat()
          .map((line, index, all) => (line.newline || index === all.length - 1 ? line : { ...line, newline: true })),
      ];
  for (const lines of batches) if (!run.run(lines, separate)) break;
  writeBinary(ctx.stdout, out);
  return run.status === 0 ? status : run.status;
}

function editInPlace(
  ctx: CommandContext,
  commands: readonly SedCommand[],
  quiet: boolean,
  operands: readonly string[],
  suffix: string | undefined,
): number {
  if (operands.length === 0) return complain(ctx, 'no input files');
  let status = 0;
  for (const name of operands) {
    const stat = ctx.fs.stat(ctx.resolve(name), ctx.user);
    if (stat.ok && stat.value.type !== 'file') {
      ctx.stderr.write(`${ctx.argv[0]}: couldn't edit ${name}: not a regular file\n`);
      status = 4;
      continue;
    }
    const file = readFile(ctx, name);
    if (!file.ok) {
      ctx.stderr.write(`${ctx.argv[0]}: can't read ${name}: ${errorText(file.error)}\n`);
      status = 2;
      continue;
    }
    let out = '';
    new SedRun(ctx, commands, quiet, (text) => (out += text)).run(linesOf(bytesToBinary(file.bytes), true), true);
    if (suffix !== undefined)
      ctx.fs.write(
        ctx.resolve(suffix.includes('*') ? suffix.replaceAll('*', name) : name + suffix),
        file.bytes,
        ctx.user,
      );
    const failed = writeFile(ctx, name, Buffer.from(out, 'latin1'));
    if (failed !== undefined) {
      ctx.stderr.write(`${ctx.argv[0]}: couldn't open temporary file ./sedXq3fTz: ${errorText(failed)}\n`);
      status = 4;
    }
  }
  return status;
}

export const sedCommands: CommandTable = { sed: { path: '/usr/bin/sed', run: sed } };
