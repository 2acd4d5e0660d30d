/** Encodings and checksums: `base64`, `md5sum` and its kin, `cksum`, `xxd`, `od`, `hexdump`, `gzip`, `gunzip`, `zcat`, `openssl`. */
import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { CommandContext, CommandTable } from '../command.types.ts';
import { parseOptions, usageError } from './options.ts';
import {
  bytesToBinary,
  complain,
  errorText,
  quoted,
  quotedIfNeeded,
  readFile,
  readOperand,
  splitLines,
  writeFile,
} from './text.ts';

/** Bytes that a packed file may unpack to. */
const MAX_UNPACKED = 4 * 1024 * 1024;

async function base64(ctx: CommandContext): Promise<number> {
  const options = parseOptions(ctx, {
    short: 'diw:',
    usage: '[OPTION]... [FILE]',
    long: { decode: 'd', 'ignore-garbage': 'i', 'wrap=': 'w' },
  });
  if (typeof options === 'number') return options;
  const [name = '-', extra] = options.operands;
  if (extra !== undefined) return usageError(ctx, `extra operand ${quoted(extra)}`);
  const wrap = Number(options.value('w') ?? 76);
  if (!Number.isInteger(wrap) || wrap < 0) return complain(ctx, `invalid wrap size: ${quoted(options.value('w')!)}`);
  const file = await readOperand(ctx, name);
  if (!file.ok)
    return complain(
      ctx,
      `${file.error === 'EISDIR' ? 'read error: ' : `${quotedIfNeeded(name)}: `}${errorText(file.error)}`,
    );
  if (!options.has('d')) {
    const text = Buffer.from(file.text, 'latin1').toString('base64');
    const lines =
      wrap === 0
        ? text
        : (text.match(new RegExp(`.{1,${Math.min(wrap, 65_535)}}`, 'g')) ?? []).map((line) => `${line}\n`).join('');
    ctx.stdout.write(lines);
    return 0;
  }
  const joined = file.text.replaceAll('\n', '');
  const clean = options.has('i') ? joined.replaceAll(/[^A-Za-z0-9+/=]/g, '') : joined;
  const good = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?/.exec(clean)![0];
  const rest = /^[A-Za-z0-9+/]{0,3}/.exec(clean.slice(good.length))![0];
  ctx.stdout.write(Buffer.from(good + rest, 'base64'));
  return good.length === clean.length ? 0 : complain(ctx, 'invalid input');
}

async function checksum(ctx: CommandContext, algorithm: string): Promise<number> {
  const options = parseOptions(ctx, {
    short: 'bctwz',
    usage: '[OPTION]... [FILE]...',
    long: {
      binary: 'b',
      check: 'c',
      tag: 'tag',
      text: 't',
      'ignore-missing': 'ignore',
      quiet: 'quiet',
      status: 'status',
      strict: 'strict',
      warn: 'w',
      zero: 'z',
    },
  });
  if (typeof options === 'number') return options;
  const digest = (text: string): string => createHash(algorithm).update(text, 'latin1').digest('hex');
  let status = 0;
  for (const name of options.operands.length === 0 ? ['-'] : options.operands) {
    const file = await readOperand(ctx, name);
    if (!file.ok) {
      status = complain(ctx, `${quotedIfNeeded(name)}: ${errorText(file.error)}`);
      continue;
    }
    if (!options.has('c')) {
      ctx.stdout.write(
        options.has('tag')
          ? `${algorithm.toUpperCase()} (${name}) = ${digest(file.text)}\n`
          : `${digest(file.text)} ${options.has('b') ? '*' : ' '}${name}\n`,
      );
      continue;
    }
    let bad = 0;
    let missing = 0;
    for (const line of splitLines(file.text)) {
      const match = /^([\da-f]{32,128}) [ *](.+)$/i.exec(line);
      if (match === null) continue;
      const target = readFile(ctx, match[2]!);
      const good = target.ok && digest(bytesToBinary(target.bytes)) === match[1]!.toLowerCase();
      if (!target.ok) {
        missing += 1;
        complain(ctx, `${quotedIfNeeded(match[2]!)}: ${errorText(target.error)}`);
      } else if (!good) bad += 1;
      if (!options.has('status') && !(good && options.has('quiet')))
        ctx.stdout.write(`${match[2]}: ${good ? 'OK' : target.ok ? 'FAILED' : 'FAILED open or read'}\n`);
    }
    if (missing > 0) complain(ctx, `WARNING: ${missing} listed file${missing === 1 ? '' : 's'} could not be read`);
    if (bad > 0) complain(ctx, `WARNING: ${bad} computed checksum${bad === 1 ? '' : 's'} did NOT match`);
    if (bad + missing > 0) status = 1;
  }
  return status;
}

async function cksum(ctx: CommandContext): Promise<number> {
  let status = 0;
  for (const name of ctx.argv.length === 1 ? ['-'] : ctx.argv.slice(1)) {
    const file = await readOperand(ctx, name);
    if (!file.ok) {
      status = complain(ctx, `${quotedIfNeeded(name)}: ${errorText(file.error)}`);
      continue;
    }
    let crc = 0;
    const feed = (byte: number): void => {
      crc ^= byte << 24;
      for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x80_00_00_00 ? (crc << 1) ^ 0x04_c1_1d_b7 : crc << 1;
    };
    for (let index = 0; index < file.text.length; index += 1) feed(file.text.charCodeAt(index));
    for (let length = file.text.length; length > 0; length = Math.floor(length / 256)) feed(length & 255);
    ctx.stdout.write(`${~crc >>> 0} ${file.text.length}${ctx.argv.length === 1 ? '' : ` ${name}`}\n`);
  }
  return status;
}

const printable = (text: string): string => text.replaceAll(/[^ -~]/g, '.');
const hex = (text: string): string => Buffer.from(text, 'latin1').toString('hex');

async function xxd(ctx: CommandContext): Promise<number> {
  const options = parseOptions(ctx, {
    short: 'abc:eEg:hil:n:o:pPrR:s:uv',
    advice: 'Usage:\n       xxd [options] [infile [outfile]]\n',
  });
  if (typeof options === 'number') return options;
  const file = await readOperand(ctx, options.operands[0] ?? '-');
  if (!file.ok) {
    ctx.stderr.write(`xxd: ${options.operands[0]}: ${errorText(file.error)}\n`);
    return 2;
  }
  if (options.has('r')) {
    const digits = options.has('p')
      ? file.text
      : splitLines(file.text)
          .map((line) => line.replace(/^[\da-f]+: ?/i, '').replace(/ {2}.*$/, ''))
          .join('');
    ctx.stdout.write(Buffer.from(digits.replaceAll(/[^\da-f]/gi, ''), 'hex'));
    return 0;
  }
  const skip = Number(options.value('s') ?? 0) || 0;
  const text = file.text.slice(skip, options.has('l') ? skip + Number(options.value('l')) : undefined);
  if (options.has('p')) {
    const width = Number(options.value('c') ?? 30) || 30;
    for (let at = 0; at < text.length; at += width) ctx.stdout.write(`${hex(text.slice(at, at + width))}\n`);
    return 0;
  }
  const width = Math.min(Number(options.value('c') ?? 16) || 16, 256);
  const group = Number(options.value('g') ?? 2) || width;
  const columns = width * 2 + Math.ceil(width / group);
  for (let at = 0; at < text.length; at += width) {
    const part = text.slice(at, at + width);
    const digits = hex(options.has('u') ? part : part).match(new RegExp(`.{1,${group * 2}}`, 'g')) ?? [];
    const shown = options.has('u') ? digits.map((word) => word.toUpperCase()) : digits;
    ctx.stdout.write(
      `${(skip + at).toString(16).padStart(8, '0')}: ${`${shown.join(' ')} `.padEnd(columns)} ${printable(part)}\n`,
    );
  }
  return 0;
}

async function hexdump(ctx: CommandContext): Promise<number> {
  const options = parseOptions(ctx, {
    short: 'bcCde:f:Ln:os:vxX',
    usage: '[options] <file>...',
    version: 'from util-linux 2.38.1',
    long: { canonical: 'C', 'length=': 'n', 'skip=': 's', 'no-squeezing': 'v', 'format=': 'e' },
  });
  if (typeof options === 'number') return options;
  let text = '';
  for (const name of options.operands.length === 0 ? ['-'] : options.operands) {
    const file = await readOperand(ctx, name);
    if (!file.ok) {
      ctx.stderr.write(`hexdump: ${name}: ${errorText(file.error)}\nhexdump: all input file arguments failed\n`);
      return 1;
    }
    text += file.text;
  }
  const skip = Number(options.value('s') ?? 0) || 0;
  text = text.slice(skip, options.has('n') ? skip + Number(options.value('n')) : undefined);
  const format = options.value('e');
  if (format !== undefined) {
    // The forms that worms use: one byte at a time through a printf.
    const match = /(\d+)\/1 "([^"]*)"/.exec(format);
    const every = match?.[2] ?? '%02x';
    for (const char of text)
      ctx.stdout.write(
        every
          .replaceAll(/%0?2?[xX]/g, hex(char))
          .replace('%c', char)
          .replaceAll(String.raw`\n`, '\n'),
      );
    return 0;
  }
  const canonical = options.has('C') || (ctx.argv[0] ?? '').endsWith('hd');
  dump(ctx, text, skip, options.has('v'), canonical ? 8 : 7, (part) =>
    canonical ? canonicalRow(part) : wordRow(part, options.has('x') ? '   ' : ' '),
  );
  return 0;
}

function canonicalRow(part: string): string {
  const bytes = hex(part).match(/../g) ?? [];
  const half = (from: number): string =>
    bytes
      .slice(from, from + 8)
      .join(' ')
      .padEnd(23);
  return `  ${half(0)}  ${half(8)}  |${printable(part)}|`;
}

function wordRow(part: string, gap: string): string {
  const words: string[] = [];
  for (let at = 0; at < part.length; at += 2)
    words.push(((part.charCodeAt(at + 1) || 0) * 256 + part.charCodeAt(at)).toString(16).padStart(4, '0'));
  return `${gap}${words.join(gap)}`.padEnd(gap.length === 1 ? 40 : 0);
}

function dump(
  ctx: CommandContext,
  text: string,
  start: number,
  all: boolean,
  width: number,
  row: (part: string) => string,
  radix = 16,
): void {
  let last: string | undefined;
  let starred = false;
  const offset = (at: number): string => at.toString(radix).padStart(width, '0');
  for (let at = 0; at < text.length; at += 16) {
    const part = text.slice(at, at + 16);
    if (part === last && part.length === 16 && !all) {
      if (!starred) ctx.stdout.write('*\n');
      starred = true;
      continue;
    }
    starred = false;
    last = part;
    ctx.stdout.write(`${offset(start + at)}${row(part)}\n`);
  }
  if (text.length > 0 || radix === 8) ctx.stdout.write(`${offset(start + text.length)}\n`);
}

async function od(ctx: CommandContext): Promise<number> {
  const options = parseOptions(ctx, {
    short: 'A:aBbcdfFhHiIj:lLN:oOst:vw::xX',
    usage: '[OPTION]... [FILE]...',
    long: {
      'address-radix=': 'A',
      'skip-bytes=': 'j',
      'read-bytes=': 'N',
      'format=': 't',
      'output-duplicates': 'v',
      'width?': 'w',
    },
  });
  if (typeof options === 'number') return options;
  let text = '';
  for (const name of options.operands.length === 0 ? ['-'] : options.operands) {
    const file = await readOperand(ctx, name);
    if (!file.ok) return complain(ctx, `${quotedIfNeeded(name)}: ${errorText(file.error)}`);
    text += file.text;
  }
  const skip = Number(options.value('j') ?? 0) || 0;
  text = text.slice(skip, options.has('N') ? skip + Number(options.value('N')) : undefined);
  const kind =
    options.value('t') ?? (options.has('c') ? 'c' : options.has('x') ? 'x2' : options.has('b') ? 'o1' : 'o2');
  const escapes: Readonly<Record<string, string>> = {
    '\0': String.raw`\0`,
    '\n': String.raw`\n`,
    '\t': String.raw`\t`,
    '\r': String.raw`\r`,
    '\b': String.raw`\b`,
    '\f': String.raw`\f`,
    '\v': String.raw`\v`,
    '\x07': String.raw`\a`,
  };
  const row = (part: string): string => {
    if (kind.startsWith('c'))
      return Array.from(part)
        .map((char) =>
          (escapes[char] ?? (/[ -~]/.test(char) ? char : char.charCodeAt(0).toString(8).padStart(3, '0'))).padStart(4),
        )
        .join('');
    const size = Number(/\d+/.exec(kind)?.[0] ?? (kind.startsWith('x') || kind.startsWith('o') ? 4 : 4)) || 1;
    const cells: string[] = [];
    for (let at = 0; at < part.length; at += size) {
      let value = 0n;
      for (let byte = Math.min(size, 8) - 1; byte >= 0; byte -= 1)
        value = value * 256n + BigInt(part.charCodeAt(at + byte) || 0);
      const signed = kind.startsWith('d') && size <= 8 ? BigInt.asIntN(size * 8, value) : value;
      const digits: readonly [number, number] = kind.startsWith('x')
        ? [16, size * 2]
        : kind.startsWith('o')
          ? [8, Math.ceil((size * 8) / 3)]
          : [10, 0];
      const width = digits[1] === 0 ? ({ 1: 4, 2: 6, 4: 11, 8: 20 }[size] ?? 11) : digits[1];
      cells.push(` ${signed.toString(digits[0]).padStart(width, digits[1] === 0 ? ' ' : '0')}`);
    }
    return cells.join('');
  };
  const radix = options.value('A') ?? 'o';
  if (radix === 'n') {
    for (let at = 0; at < text.length; at += 16) ctx.stdout.write(`${row(text.slice(at, at + 16))}\n`);
    return 0;
  }
  dump(ctx, text, skip, options.has('v'), radix === 'x' ? 6 : 7, row, radix === 'x' ? 16 : radix === 'd' ? 10 : 8);
  return 0;
}

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

async function openssl(ctx: CommandContext): Promise<number> {
  const [verb, ...args] = ctx.argv.slice(1);
  if (verb === 'version') {
    ctx.stdout.write('OpenSSL 3.0.16 11 Feb 2025 (Library: OpenSSL 3.0.16 11 Feb 2025)\n');
    return 0;
  }
  const value = (flag: string): string | undefined => (args.includes(flag) ? args[args.indexOf(flag) + 1] : undefined);
  if (verb === 'passwd') {
    const password =
      args.findLast((arg, index) => !arg.startsWith('-') && !['-salt', '-in'].includes(args[index - 1] ?? '')) ??
      (await ctx.stdin.readLine()) ??
      '';
    const kind = args.includes('-6') ? '6' : args.includes('-5') ? '5' : args.includes('-apr1') ? 'apr1' : '1';
    const salt =
      value('-salt') ??
      Buffer.from(ctx.machine.persona.derive(`salt:${ctx.clock.now()}`, 12))
        .toString('base64')
        .replaceAll(/[+=]/g, '.')
        .slice(0, 8);
    const hash = createHash(kind === '6' ? 'sha512' : kind === '5' ? 'sha256' : 'md5')
      .update(`${salt}${password}`)
      .digest('base64')
      .replaceAll(/[+=]/g, '.');
    ctx.stdout.write(`$${kind}$${salt}$${hash.slice(0, kind === '6' ? 86 : kind === '5' ? 43 : 22)}\n`);
    return 0;
  }
  if (verb === 'rand') {
    const count = Math.min(Number(args.findLast((arg) => /^\d+$/.test(arg)) ?? 0), 65_536);
    const bytes = Buffer.from(ctx.machine.persona.derive(`rand:${ctx.clock.now()}`, count));
    ctx.stdout.write(
      args.includes('-hex')
        ? `${bytes.toString('hex')}\n`
        : args.includes('-base64')
          ? `${bytes.toString('base64')}\n`
          : bytes,
    );
    return 0;
  }
  const digest = verb === 'dgst' ? (args.find((arg) => /^-(md5|sha\d+)$/.test(arg))?.slice(1) ?? 'sha256') : verb;
  if (digest !== undefined && /^(md5|sha1|sha256|sha512)$/.test(digest)) {
    const name = args.find((arg) => !arg.startsWith('-'));
    const file = await readOperand(ctx, name ?? '-');
    if (!file.ok) return complain(ctx, `${name}: ${errorText(file.error)}`);
    ctx.stdout.write(
      `${digest === 'md5' ? 'MD5' : `SHA2-${digest.slice(3)}`.replace('SHA2-1', 'SHA1').replace(/^SHA1$/, 'SHA1')}(${name ?? 'stdin'})= ${createHash(digest).update(file.text, 'latin1').digest('hex')}\n`,
    );
    return 0;
  }
  if (verb === 'base64' || (verb === 'enc' && args.includes('-base64')))
    return ctx.run(['base64', ...(args.includes('-d') ? ['-d'] : [])]);
  ctx.stderr.write(`Invalid command '${verb ?? ''}'; type "help" for a list.\n`);
  return 1;
}

const hashed =
  (algorithm: string): ((ctx: CommandContext) => Promise<number>) =>
  (ctx) =>
    checksum(ctx, algorithm);

export const codecCommands: CommandTable = {
  base64: { path: '/usr/bin/base64', run: base64 },
  md5sum: { path: '/usr/bin/md5sum', run: hashed('md5') },
  sha1sum: { path: '/usr/bin/sha1sum', run: hashed('sha1') },
  sha224sum: { path: '/usr/bin/sha224sum', run: hashed('sha224') },
  sha256sum: { path: '/usr/bin/sha256sum', run: hashed('sha256') },
  sha384sum: { path: '/usr/bin/sha384sum', run: hashed('sha384') },
  sha512sum: { path: '/usr/bin/sha512sum', run: hashed('sha512') },
  cksum: { path: '/usr/bin/cksum', run: cksum },
  xxd: { path: '/usr/bin/xxd', run: xxd },
  hexdump: { path: '/usr/bin/hexdump', run: hexdump },
  hd: { path: '/usr/bin/hd', run: hexdump },
  od: { path: '/usr/bin/od', run: od },
  gzip: { path: '/usr/bin/gzip', run: gzip },
  gunzip: { path: '/usr/bin/gunzip', run: gzip },
  zcat: { path: '/usr/bin/zcat', run: gzip },
  openssl: { path: '/usr/bin/openssl', run: openssl },
};
