/**
 * `xz`, `unxz`, `xzcat`, `lzma` (XZ Utils 5.4.1), and the refusals of `bzip2` (1.0.8). What is packed here is a true .xz file of stored chunks, which this
 * unpacks again; squeezed data from elsewhere meets a machine that is short of memory.
 */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { parseOptions } from './options.ts';
import { baseName, errorText, readFile, writeFile } from './text.ts';
import { isXz, packXz, unpackXz } from './xz-container.ts';

const ADVICE = "xz: Try `xz --help' for more information.\n";

const LONG: Readonly<Record<string, string>> = {
  compress: 'z',
  decompress: 'd',
  uncompress: 'd',
  test: 't',
  list: 'l',
  keep: 'k',
  force: 'f',
  stdout: 'c',
  'to-stdout': 'c',
  quiet: 'q',
  verbose: 'v',
  fast: '0',
  best: '9',
  extreme: 'e',
  'check=': 'C',
  'format=': 'F',
  'memlimit=': 'M',
  'suffix=': 'S',
  'threads=': 'T',
  version: 'V',
  help: 'h',
};

const HELP =
  "Usage: xz [OPTION]... [FILE]...\nCompress or decompress FILEs in the .xz format.\n\n  -z, --compress      force compression\n  -d, --decompress    force decompression\n  -t, --test          test compressed file integrity\n  -l, --list          list information about .xz files\n  -k, --keep          keep (don't delete) input files\n  -f, --force         force overwrite of output file\n  -c, --stdout        write to standard output\n  -0 ... -9           compression preset\n  -q, --quiet         suppress warnings\n  -v, --verbose       be verbose\n  -h, --help          display this short help and exit\n  -V, --version       display the version number and exit\n\nWith no FILE, or when FILE is -, read standard input.\n";

interface Work {
  readonly unpacks: boolean;
  readonly tests: boolean;
  readonly lists: boolean;
  readonly toStdout: boolean;
  readonly keeps: boolean;
  readonly forces: boolean;
}

async function xz(ctx: CommandContext): Promise<number> {
  const called = baseName(ctx.argv[0] ?? 'xz');
  const options = parseOptions(ctx, {
    short: 'zdtlkfcqve0123456789C:F:M:S:T:VhH',
    long: LONG,
    advice: ADVICE,
  });
  if (typeof options === 'number') return options;
  if (options.has('h') || options.has('H')) {
    ctx.stdout.write(HELP);
    return 0;
  }
  if (options.has('V')) {
    ctx.stdout.write('xz (XZ Utils) 5.4.1\nliblzma 5.4.1\n');
    return 0;
  }
  const work: Work = {
    unpacks: options.has('d') || options.has('t') || /^(un|.*cat$)/.test(called),
    tests: options.has('t'),
    lists: options.has('l'),
    toStdout: options.has('c') || called.endsWith('cat'),
    keeps: options.has('k'),
    forces: options.has('f'),
  };
  let status = 0;
  for (const name of options.operands.length === 0 ? ['-'] : options.operands) {
    const said = await workOn(ctx, name, work);
    if (said === undefined) continue;
    ctx.stderr.write(`xz: ${said.text}\n`);
    status = status === 1 || said.status === 1 ? 1 : said.status;
  }
  return status;
}

/** One file; what went wrong, with 2 for a mere warning. */
async function workOn(
  ctx: CommandContext,
  name: string,
  work: Work,
): Promise<{ text: string; status: number } | undefined> {
  const bad = (text: string, status = 1): { text: string; status: number } => ({ text, status });
  const shown = name === '-' ? '(stdin)' : name;
  const fromStdin = name === '-';
  if (!work.unpacks && !work.lists && (fromStdin || work.toStdout) && ctx.stdout.isTerminal)
    return bad('Compressed data cannot be written to a terminal');
  if (!fromStdin) {
    const stat = ctx.fs.stat(ctx.resolve(name), ctx.user);
    if (stat.ok && stat.value.type === 'directory') return bad(`${name}: Is a directory, skipping`, 2);
    if (!work.unpacks && !work.lists && /\.(xz|txz)$/.test(name) && !work.toStdout)
      return bad(`${name}: File already has \`.${name.endsWith('txz') ? 'txz' : 'xz'}' suffix, skipping`, 2);
  }
  const file = fromStdin ? { ok: true as const, bytes: await ctx.stdin.readAll() } : readFile(ctx, name);
  if (!file.ok) return bad(`${name}: ${errorText(file.error)}`);
  if ((work.unpacks || work.lists) && !isXz(file.bytes))
    return bad(
      `${shown}: ${work.lists && file.bytes.length < 32 ? 'Too small to be a valid .xz file' : 'File format not recognized'}`,
    );
  const made = work.unpacks || work.lists ? unpackXz(file.bytes) : { ok: true as const, bytes: packXz(file.bytes) };
  if (!made.ok) return bad(`${shown}: ${made.error}`);
  if (work.tests) return undefined;
  if (work.lists) {
    const size = (count: number): string => `${count.toLocaleString('en-US')} B`;
    const ratio = made.bytes.length === 0 ? '---' : (file.bytes.length / made.bytes.length).toFixed(3);
    ctx.stdout.write(
      `Strms  Blocks   Compressed Uncompressed  Ratio  Check   Filename\n    1       1 ${size(file.bytes.length).padStart(12)} ${size(made.bytes.length).padStart(12)}  ${ratio.padStart(5)}  CRC32   ${name}\n`,
    );
    return undefined;
  }
  if (fromStdin || work.toStdout) {
    ctx.stdout.write(made.bytes);
    return undefined;
  }
  const target = work.unpacks ? name.replace(/\.txz$/, '.tar').replace(/\.(xz|lzma)$/, '') : `${name}.xz`;
  if (target === name) return bad(`${name}: Filename has an unknown suffix, skipping`, 2);
  if (!work.forces && ctx.fs.stat(ctx.resolve(target), ctx.user).ok) return bad(`${target}: File exists`);
  const failed = writeFile(ctx, target, made.bytes);
  if (failed !== undefined) return bad(`${target}: ${errorText(failed)}`);
  if (!work.keeps) ctx.fs.unlink(ctx.resolve(name), ctx.user);
  return undefined;
}

const BZIP2 = 'bzip2, a block-sorting file compressor.  Version 1.0.8, 13-Jul-2019.\n';

async function bzip2(ctx: CommandContext): Promise<number> {
  const called = baseName(ctx.argv[0] ?? 'bzip2');
  const flags = ctx.argv.slice(1).filter((arg) => /^-./.test(arg));
  const names = ctx.argv.slice(1).filter((arg) => !/^-./.test(arg));
  const usage = `${BZIP2}\n   usage: ${called} [flags and input files in any order]\n\n   -d --decompress     force decompression\n   -z --compress       force compression\n   -k --keep           keep (don't delete) input files\n   -f --force          overwrite existing output files\n   -t --test           test compressed file integrity\n   -c --stdout         output to standard out\n   -q --quiet          suppress noncritical error messages\n   -v --verbose        be verbose (a 2nd -v gives more)\n\n`;
  const bad = flags.find(
    (flag) =>
      !/^-(?:[hdzkftcqvLVs1-9]+|-(?:help|decompress|compress|keep|force|test|stdout|quiet|verbose|license|version|small|fast|best))$/.test(
        flag,
      ),
  );
  if (bad !== undefined) {
    ctx.stderr.write(`${called}: Bad flag \`${bad}'\n${usage}`);
    return 1;
  }
  const has = (letter: string, long: string): boolean =>
    flags.some((flag) => flag === `--${long}` || (!flag.startsWith('--') && flag.includes(letter)));
  if (has('h', 'help')) {
    ctx.stderr.write(usage);
    return 0;
  }
  if (has('V', 'version') || has('L', 'license')) {
    ctx.stderr.write(`${BZIP2}   \n   Copyright (C) 1996-2019 by Julian Seward.\n`);
    return 0;
  }
  const unpacks = has('d', 'decompress') || has('t', 'test') || /^(bunzip2|bzcat)$/.test(called);
  let status = 0;
  const complain = (text: string, code: number): void => {
    ctx.stderr.write(`${called}: ${text}\n`);
    status = Math.max(status, code);
  };
  for (const name of names.length === 0 ? ['-'] : names) {
    if (name === '-' && !unpacks && ctx.stdout.isTerminal) {
      complain("I won't write compressed data to a terminal.", 1);
      ctx.stderr.write(`${called}: For help, type: \`${called} --help'.\n`);
      continue;
    }
    const file = name === '-' ? { ok: true as const, bytes: await ctx.stdin.readAll() } : readFile(ctx, name);
    if (!file.ok) {
      if (file.error === 'EISDIR') complain(`Input file ${name} is a directory.`, 1);
      else complain(`Can't open input file ${name}: ${errorText(file.error)}.`, 1);
      continue;
    }
    const isBzip2 = Buffer.from(file.bytes.subarray(0, 3)).toString('latin1') === 'BZh';
    const toStdout = has('c', 'stdout') || called === 'bzcat' || name === '-';
    if (unpacks && !isBzip2) {
      if (!toStdout && !has('t', 'test') && !/\.t?bz2?$/.test(name))
        complain(`Can't guess original name for ${name} -- using ${name}.out`, 0);
      complain(`${name === '-' ? '(stdin)' : name} is not a bzip2 file.`, 2);
    } else {
      ctx.stderr.write(`\n${called}: couldn't allocate enough memory\n`);
      return 1;
    }
  }
  return status;
}

const xzNames = ['xz', 'unxz', 'xzcat', 'lzma', 'unlzma', 'lzcat'];
const bzip2Names = ['bzip2', 'bunzip2', 'bzcat'];

export const xzCommands: CommandTable = Object.fromEntries([
  ...xzNames.map((name) => [name, { path: `/usr/bin/${name}`, run: xz }] as const),
  ...bzip2Names.map((name) => [name, { path: `/usr/bin/${name}`, run: bzip2 }] as const),
]);
