/** What a file is: `stat` with its formats, and `file`, which looks at the first bytes. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import type { FsStat } from '../shell.types.ts';
import { nameTables } from './accounts-data.ts';
import { blocksOf, nanoseconds } from './ls-layout.ts';
import { modeText, TYPE_BITS, TYPE_NAMES } from './modes.ts';
import { parseOptions, usageError } from './options.ts';
import { bytesToBinary, complain, errorText, quoted, readFile } from './text.ts';
import { strftime, zonedTime, zoneOf } from './time-format.ts';

function stat(ctx: CommandContext): number {
  const options = parseOptions(ctx, {
    short: 'c:fLt',
    usage: '[OPTION]... FILE...',
    long: {
      'format=': 'c',
      'printf=': 'printf',
      dereference: 'L',
      'file-system': 'f',
      terse: 't',
      'cached=': 'cached',
    },
  });
  if (typeof options === 'number') return options;
  if (options.operands.length === 0) return usageError(ctx, 'missing operand');
  let status = 0;
  for (const name of options.operands) {
    const path = ctx.resolve(name);
    const found = options.has('L') || options.has('f') ? ctx.fs.stat(path, ctx.user) : ctx.fs.lstat(path, ctx.user);
    if (!found.ok) {
      status = complain(
        ctx,
        options.has('f')
          ? `cannot read file system information for ${quoted(name)}: ${errorText(found.error)}`
          : `cannot statx ${quoted(name)}: ${errorText(found.error)}`,
      );
      continue;
    }
    const given = options.value('printf') ?? options.value('c');
    if (options.has('f')) ctx.stdout.write(fileSystemText(ctx, name));
    else if (given !== undefined) {
      const format = options.has('printf')
        ? given.replaceAll(
            /\\([nt\\"])/g,
            (_whole, letter: string) => ({ n: '\n', t: '\t', '\\': '\\', '"': '"' })[letter]!,
          )
        : `${given}\n`;
      ctx.stdout.write(formatStat(ctx, name, found.value, format));
    } else if (options.has('t'))
      ctx.stdout.write(formatStat(ctx, name, found.value, '%n %s %b %f %u %g %D %i %h %t %T %X %Y %Z %W %o\n'));
    else ctx.stdout.write(longStat(ctx, name, found.value));
  }
  return status;
}

function longStat(ctx: CommandContext, name: string, found: FsStat): string {
  const device = found.type === 'char' || found.type === 'block' ? '     Device type: %t,%T' : '';
  return formatStat(
    ctx,
    name,
    found,
    `  File: %N\n  Size: %-10s\tBlocks: %-10b IO Block: %-6o %F\nDevice: %Hd,%Ld\tInode: %-10i  Links: %h${device}\nAccess: (%04a/%A)  Uid: (%5u/%8U)   Gid: (%5g/%8G)\nAccess: %x\nModify: %y\nChange: %z\n Birth: %w\n`,
  );
}

function formatStat(ctx: CommandContext, name: string, found: FsStat, format: string): string {
  const names = nameTables(ctx);
  const time = (seconds: number): string =>
    strftime(zonedTime(seconds * 1000, zoneOf(ctx)), `%Y-%m-%d %H:%M:%S${nanoseconds(seconds)} %z`);
  const link = found.type === 'symlink' ? ctx.fs.readlink(ctx.resolve(name), ctx.user) : undefined;
  const values: Readonly<Record<string, () => string>> = {
    a: () => found.mode.toString(8),
    A: () => modeText(found.type, found.mode),
    b: () => String(blocksOf(found) * 2),
    B: () => '512',
    C: () => '?',
    d: () => '65025',
    D: () => 'fe01',
    Hd: () => '254',
    Ld: () => '1',
    f: () => (TYPE_BITS[found.type] | found.mode).toString(16),
    F: () => (found.type === 'file' && found.size === 0 ? 'regular empty file' : TYPE_NAMES[found.type]),
    g: () => String(found.gid),
    G: () => names.group(found.gid),
    h: () => String(found.nlink),
    i: () => String(found.inode),
    m: () => '/',
    n: () => name,
    N: () => (link?.ok === true ? `${name} -> ${link.value}` : name),
    o: () => '4096',
    s: () => String(found.size),
    t: () => '0',
    T: () => '0',
    u: () => String(found.uid),
    U: () => names.user(found.uid),
    w: () => time(found.ctime),
    W: () => String(Math.floor(found.ctime)),
    x: () => time(found.atime),
    X: () => String(Math.floor(found.atime)),
    y: () => time(found.mtime),
    Y: () => String(Math.floor(found.mtime)),
    z: () => time(found.ctime),
    Z: () => String(Math.floor(found.ctime)),
    '%': () => '%',
  };
  const quotes = format.startsWith('  File')
    ? (text: string): string => text
    : (text: string): string =>
        text
          .split(' -> ')
          .map((part) => `'${part}'`)
          .join(' -> ');
  return format.replaceAll(
    /%([-0+ #']*)(\d*)(?:\.\d+)?(Hd|Ld|Hr|Lr|[a-zA-Z%])/g,
    (whole, flags: string, width: string, letter: string) => {
      const value = values[letter]?.();
      if (value === undefined) return '?';
      const text = letter === 'N' ? quotes(value) : value;
      const wide = Math.min(Number(width || 0), 200);
      return whole === '%%'
        ? '%'
        : flags.includes('-')
          ? text.padEnd(wide)
          : text.padStart(wide, flags.includes('0') ? '0' : ' ');
    },
  );
}

function fileSystemText(ctx: CommandContext, name: string): string {
  const total = Math.floor(ctx.machine.persona.hardware.diskKb / 4);
  const free = Math.floor(total * 0.78);
  return `  File: "${name}"\n    ID: 9d3c1f7a5be2c844 Namelen: 255     Type: ext2/ext3\nBlock size: 4096       Fundamental block size: 4096\nBlocks: Total: ${String(total).padEnd(10)} Free: ${String(free).padEnd(10)} Available: ${Math.floor(free * 0.93)}\nInodes: Total: ${String(Math.floor(total / 4)).padEnd(10)} Free: ${Math.floor(total / 4.3)}\n`;
}

async function file(ctx: CommandContext): Promise<number> {
  const options = parseOptions(ctx, {
    short: 'bcCdE:f:F:hiIkLlm:nNpP:rsS0vzZ',
    usage: '[OPTION...] [FILE...]',
    version: '5.44',
    long: {
      brief: 'b',
      'files-from=': 'f',
      mime: 'i',
      'mime-type': 'mime-type',
      'mime-encoding': 'mime-encoding',
      dereference: 'L',
      'no-dereference': 'h',
      'separator=': 'F',
      raw: 'r',
      uncompress: 'z',
    },
  });
  if (typeof options === 'number') return options;
  if (options.operands.length === 0) {
    ctx.stderr.write(
      'Usage: file [-bcCdEhikLlNnprsSvzZ0] [--apple] [--extension] [--mime-encoding]\n            [--mime-type] [-e <testname>] [-F <separator>]  [-f <namefile>]\n            [-m <magicfiles>] [-P <parameter=value>] [--exclude-quiet]\n            <file> ...\n       file -C [-m <magicfiles>]\n       file [--help]\n',
    );
    return 1;
  }
  const longest = Math.max(...options.operands.map((name) => name.length));
  const mime = options.has('i') || options.has('mime-type');
  for (const name of options.operands) {
    const path = ctx.resolve(name);
    const found = options.has('L') ? ctx.fs.stat(path, ctx.user) : ctx.fs.lstat(path, ctx.user);
    let kind: string;
    if (name === '-') kind = contentKind(bytesToBinary(await ctx.stdin.readAll()));
    else if (!found.ok) kind = `cannot open \`${name}' (${errorText(found.error)})`;
    else if (found.value.type === 'symlink') {
      const target = ctx.fs.readlink(path, ctx.user);
      kind = `${ctx.fs.stat(path, ctx.user).ok ? 'symbolic link' : 'broken symbolic link'} to ${target.ok ? target.value : ''}`;
    } else if (found.value.type !== 'file')
      kind = `${found.value.mode & 0o1000 ? 'sticky, ' : ''}${{ directory: 'directory', char: 'character special', block: 'block special', fifo: 'fifo (named pipe)', socket: 'socket' }[found.value.type]}`;
    else {
      const content = readFile(ctx, name);
      const special = found.value.mode & 0o4000 ? 'setuid ' : found.value.mode & 0o2000 ? 'setgid ' : '';
      kind = content.ok ? special + contentKind(bytesToBinary(content.bytes)) : `regular file, no read permission`;
    }
    if (mime) kind = mimeOf(kind, options.has('mime-type'));
    ctx.stdout.write(
      options.has('b')
        ? `${kind}\n`
        : `${name}${options.value('F') ?? ':'}${' '.repeat(longest - name.length)} ${kind}\n`,
    );
  }
  return 0;
}

const MACHINES: Readonly<Record<number, string>> = {
  3: 'Intel 80386',
  8: 'MIPS, MIPS-I',
  20: 'PowerPC or cisco 4500',
  40: 'ARM, EABI5',
  62: 'x86-64',
  183: 'ARM aarch64',
};

/** In the words of libmagic. */
function contentKind(text: string): string {
  if (text === '') return 'empty';
  if (text.startsWith('\x7fELF')) {
    const wide = text.charCodeAt(4) === 2;
    const big = text.charCodeAt(5) === 2;
    const word = (at: number): number =>
      big ? text.charCodeAt(at) * 256 + text.charCodeAt(at + 1) : text.charCodeAt(at) + text.charCodeAt(at + 1) * 256;
    const pie = word(16) === 3;
    const machine = MACHINES[word(18)] ?? 'unknown arch';
    const tail = pie
      ? `dynamically linked, interpreter ${wide ? '/lib64/ld-linux-x86-64.so.2' : '/lib/ld-linux.so.2'}, for GNU/Linux 3.2.0, stripped`
      : 'statically linked, stripped';
    return `ELF ${wide ? '64' : '32'}-bit ${big ? 'MSB' : 'LSB'} ${pie ? 'pie executable' : 'executable'}, ${machine}, version 1 (SYSV), ${tail}`;
  }
  if (text.startsWith('\x1f\x8b'))
    return `gzip compressed data, from Unix, original size modulo 2^32 ${text.length * 3}`;
  if (text.startsWith('PK\x03\x04')) return 'Zip archive data, at least v2.0 to extract, compression method=deflate';
  if (text.startsWith('BZh')) return 'bzip2 compressed data, block size = 900k';
  if (text.startsWith('\xfd7zXZ')) return 'XZ compressed data, checksum CRC64';
  if (text.slice(257, 262) === 'ustar') return 'POSIX tar archive (GNU)';
  if (text.startsWith('%PDF-')) return `PDF document, version ${text.slice(5, 8)}`;
  if (text.startsWith('\x89PNG')) return 'PNG image data';
  if (text.startsWith('\xff\xd8\xff')) return 'JPEG image data';
  if (text.startsWith('GIF8')) return `GIF image data, version ${text.slice(3, 6)}`;
  const encoding = /[\x80-\xff]/.test(text) ? 'Unicode text, UTF-8 text' : 'ASCII text';
  const script = /^#! ?(\S+)(?: (\S+))?/.exec(text);
  const ending = text.includes('\r\n')
    ? ', with CRLF line terminators'
    : text.includes('\n')
      ? ''
      : ', with no line terminators';
  if (script !== null) {
    const program = script[1]!.endsWith('/env') ? (script[2] ?? '') : script[1]!.slice(script[1]!.lastIndexOf('/') + 1);
    const title =
      {
        sh: 'POSIX shell',
        bash: 'Bourne-Again shell',
        dash: 'POSIX shell',
        python3: 'Python',
        python: 'Python',
        perl: 'Perl',
      }[program] ?? `a ${script[0].slice(2).trim()}`;
    return `${title} script, ${encoding} executable${ending}`;
  }
  if (/[\x00-\x06\x0e-\x1a\x1c-\x1f]/.test(text.slice(0, 4096))) return 'data';
  if (/^\s*<!doctype html|^\s*<html/i.test(text)) return `HTML document, ${encoding}${ending}`;
  if (text.startsWith('-----BEGIN OPENSSH PRIVATE KEY')) return 'OpenSSH private key';
  if (text.startsWith('ssh-rsa ')) return 'OpenSSH RSA public key';
  if (/^\s*[[{]/.test(text) && isJson(text)) return 'JSON text data';
  const long = text.split('\n').some((line) => line.length > 300)
    ? ', with very long lines (${0})'.replace('${0}', String(Math.max(...text.split('\n').map((line) => line.length))))
    : '';
  return `${encoding}${long}${ending}`;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function mimeOf(kind: string, typeOnly: boolean): string {
  const types: [RegExp, string][] = [
    [/^ELF.*pie/, 'application/x-pie-executable'],
    [/^ELF/, 'application/x-executable'],
    [/^gzip/, 'application/gzip'],
    [/^Zip/, 'application/zip'],
    [/shell script/, 'text/x-shellscript'],
    [/Python script/, 'text/x-script.python'],
    [/^HTML/, 'text/html'],
    [/^JSON/, 'application/json'],
    [/directory/, 'inode/directory'],
    [/^symbolic link/, 'inode/symlink'],
    [/^empty/, 'inode/x-empty'],
    [/text/, 'text/plain'],
  ];
  const type = types.find(([pattern]) => pattern.test(kind))?.[1] ?? 'application/octet-stream';
  const charset =
    type.startsWith('text') || type.endsWith('json') ? (kind.includes('UTF-8') ? 'utf-8' : 'us-ascii') : 'binary';
  return typeOnly ? type : `${type}; charset=${charset}`;
}

export const statFileCommands: CommandTable = {
  stat: { path: '/usr/bin/stat', run: stat },
  file: { path: '/usr/bin/file', run: file },
};
