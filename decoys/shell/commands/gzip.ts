/** `gzip`, `gunzip`, `zcat` (gzip 1.12) over real data, bounded. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { parseOptions } from './options.ts';
import { errorText, readOperand, writeFile } from './text.ts';
import { gunzipSync, gzipSync } from 'node:zlib';

/** Bytes that a packed file may unpack to. */
const MAX_UNPACKED = 4 * 1024 * 1024;

async function gzip(ctx: CommandContext): Promise<number> {
  const called = (ctx.argv[0] ?? '').replace(/^.*\//, '');
  const options = parseOptions(ctx, {
    short: 'acdfhklLnNqrS:tvV123456789',
    usage: '[OPTION]... [FILE]...',
    version: '1.12',
    long: {
      stdout: 'c',
      'to-stdout': 'c',
      decompress: 'd',
      uncompress: 'd',
      force: 'f',
      keep: 'k',
      list: 'l',
      'no-name': 'n',
      quiet: 'q',
      recursive: 'r',
      'suffix=': 'S',
      test: 't',
      verbose: 'v',
      fast: '1',
      best: '9',
    },
  });
  if (typeof options === 'number') return options;
  const unpack = options.has('d') || called === 'gunzip' || called === 'zcat';
  const toStdout = options.has('c') || called === 'zcat';
  let status = 0;
  const names = options.operands.length === 0 ? ['-'] : options.operands;
  for (const name of names) {
    const say = (message: string): void => {
      status = 1;
      ctx.stderr.write(`${called === 'zcat' ? 'gzip' : called}: ${message}\n`.replace(/^gunzip/, 'gzip'));
    };
    const given = unpack && name !== '-' && !ctx.fs.stat(ctx.resolve(name), ctx.user).ok ? `${name}.gz` : name;
    const file = await readOperand(ctx, given);
    if (!file.ok) {
      say(file.error === 'EISDIR' ? `${name} is a directory -- ignored` : `${given}: ${errorText(file.error)}`);
      continue;
    }
    if (unpack && given !== '-' && !toStdout && !/\.(gz|tgz|Z)$/.test(given)) {
      say(`${given}: unknown suffix -- ignored`);
      continue;
    }
    const packed = Buffer.from(file.text, 'latin1');
    let made: Buffer;
    try {
      made = unpack ? gunzipSync(packed, { maxOutputLength: MAX_UNPACKED }) : gzipSync(packed);
    } catch {
      say(
        `${given === '-' ? 'stdin' : given}: ${packed.length === 0 ? 'unexpected end of file' : packed[0] === 0x1f && packed[1] === 0x8b ? 'invalid compressed data--format violated' : 'not in gzip format'}`
          .replace(/^/, packed.length === 0 || packed[0] === 0x1f ? '' : '')
          .replace('stdin: not', 'stdin: not'),
      );
      continue;
    }
    if (given === '-' || toStdout) {
      if (!options.has('t')) ctx.stdout.write(made);
      continue;
    }
    if (options.has('t')) continue;
    const target = unpack ? given.replace(/\.tgz$/, '.tar').replace(/\.(gz|Z)$/, '') : `${name}.gz`;
    if (ctx.fs.lstat(ctx.resolve(target), ctx.user).ok && !options.has('f')) {
      say(`${target} already exists;	not overwritten`);
      continue;
    }
    const failed = writeFile(ctx, target, made);
    if (failed !== undefined) say(`${target}: ${errorText(failed)}`);
    else if (!options.has('k')) ctx.fs.unlink(ctx.resolve(given), ctx.user);
  }
  return status;
}

export const gzipCommands: CommandTable = {
  gzip: { path: '/usr/bin/gzip', run: gzip },
  gunzip: { path: '/usr/bin/gunzip', run: gzip },
  zcat: { path: '/usr/bin/zcat', run: gzip },
};
