/** `tar` (GNU tar 1.34): lists, packs and unpacks real archives on the pretended disk, bounded. */
import { gunzipSync, gzipSync } from 'node:zlib';
import type { CommandContext, CommandTable } from '../command.types.ts';
import { accountOf, nameTables } from './accounts-data.ts';
import { modeText } from './modes.ts';
import { bytesToBinary, errorText, joinPath, readFile } from './text.ts';
import { strftime, zonedTime, zoneOf } from './time-format.ts';
import { walk } from './tree-walk.ts';

const MAX_ARCHIVE = 4 * 1024 * 1024;

interface Member {
  readonly name: string;
  readonly type: 'file' | 'directory' | 'symlink';
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly user: string;
  readonly group: string;
  readonly mtime: number;
  readonly link: string;
  readonly data: Uint8Array;
}

interface TarOptions {
  verb: string;
  file: string | undefined;
  folder: string | undefined;
  gzip: boolean;
  verbose: boolean;
  strip: number;
  readonly names: string[];
}

const USAGE = "Try 'tar --help' or 'tar --usage' for more information.\n";

function readOptions(ctx: CommandContext): TarOptions | number {
  const args = ctx.argv.slice(1);
  const options: TarOptions = {
    verb: '',
    file: undefined,
    folder: undefined,
    gzip: false,
    verbose: false,
    strip: 0,
    names: [],
  };
  const long: Readonly<Record<string, string>> = {
    '--create': 'c',
    '--extract': 'x',
    '--get': 'x',
    '--list': 't',
    '--append': 'r',
    '--gzip': 'z',
    '--verbose': 'v',
  };
  let first = true;
  for (let arg = args.shift(); arg !== undefined; arg = args.shift()) {
    const value = /^--(file|directory|strip-components|exclude|owner|group|mode)(?:=(.*))?$/.exec(arg);
    if (arg === '--version') {
      ctx.stdout.write('tar (GNU tar) 1.34\n');
      return 0;
    }
    if (value !== null) {
      const text = value[2] ?? args.shift() ?? '';
      if (value[1] === 'file') options.file = text;
      if (value[1] === 'directory') options.folder = text;
      if (value[1] === 'strip-components') options.strip = Number(text) || 0;
    } else if (long[arg] !== undefined || (arg.startsWith('-') && !arg.startsWith('--') && arg.length > 1) || first) {
      for (const letter of Object.hasOwn(long, arg) ? long[arg]! : arg.replace(/^-/, '')) {
        if ('cxtru'.includes(letter)) options.verb = letter;
        else if (letter === 'f') options.file = args.shift();
        else if (letter === 'C') options.folder = args.shift();
        else if (letter === 'z') options.gzip = true;
        else if (letter === 'v') options.verbose = true;
        else if (letter === 'T' || letter === 'X') args.shift();
        else if (!/[apPjJkmhoOwWSs]/.test(letter)) {
          ctx.stderr.write(`tar: invalid option -- '${letter}'\n${USAGE}`);
          return 64;
        }
      }
    } else if (!arg.startsWith('--')) options.names.push(arg);
    first = false;
  }
  if (options.verb !== '') return options;
  ctx.stderr.write(`tar: You must specify one of the '-Acdtrux', '--delete' or '--test-label' options\n${USAGE}`);
  return 2;
}

async function tar(ctx: CommandContext): Promise<number> {
  const options = readOptions(ctx);
  if (typeof options === 'number') return options;
  return options.verb === 'c' || options.verb === 'r' || options.verb === 'u'
    ? pack(ctx, options)
    : unpack(ctx, options);
}

function pack(ctx: CommandContext, options: TarOptions): number {
  if (options.names.length === 0) {
    ctx.stderr.write(`tar: Cowardly refusing to create an empty archive\n${USAGE}`);
    return 2;
  }
  const tables = nameTables(ctx);
  const blocks: Uint8Array[] = [];
  let total = 0;
  let status = 0;
  let stripped = false;
  for (const given of options.names) {
    const base = options.folder === undefined ? given : joinPath(options.folder, given);
    if (!ctx.fs.lstat(ctx.resolve(base), ctx.user).ok) {
      ctx.stderr.write(`tar: ${given}: Cannot stat: No such file or directory\n`);
      status = 2;
      continue;
    }
    for (const visit of walk(ctx, base)) {
      const shown = given + visit.name.slice(base.length);
      if (shown.startsWith('/') && !stripped) {
        ctx.stderr.write("tar: Removing leading `/' from member names\n");
        stripped = true;
      }
      const folder = visit.stat.type === 'directory';
      const file = visit.stat.type === 'file' ? readFile(ctx, visit.path) : undefined;
      if (file?.ok === false) {
        ctx.stderr.write(`tar: ${shown}: Cannot open: ${errorText(file.error)}\n`);
        status = 2;
        continue;
      }
      if (options.verbose)
        (options.file === undefined || options.file === '-' ? ctx.stderr : ctx.stdout).write(
          `${shown}${folder && !shown.endsWith('/') ? '/' : ''}\n`,
        );
      const link = visit.stat.type === 'symlink' ? ctx.fs.readlink(visit.path, ctx.user) : undefined;
      const data = file?.bytes ?? new Uint8Array();
      const name = `${shown.replace(/^\/+/, '')}${folder && !shown.endsWith('/') ? '/' : ''}`;
      blocks.push(
        header({
          name,
          type: folder ? 'directory' : link === undefined ? 'file' : 'symlink',
          mode: visit.stat.mode,
          uid: visit.stat.uid,
          gid: visit.stat.gid,
          user: tables.user(visit.stat.uid),
          group: tables.group(visit.stat.gid),
          mtime: Math.floor(visit.stat.mtime),
          link: link?.ok === true ? link.value : '',
          data,
        }),
        data,
        new Uint8Array((512 - (data.length % 512)) % 512),
      );
      total += data.length + 512;
      if (total > MAX_ARCHIVE) {
        ctx.stderr.write(
          `tar: ${options.file ?? '-'}: Cannot write: No space left on device\ntar: Error is not recoverable: exiting now\n`,
        );
        return 2;
      }
    }
  }
  const plain = Buffer.concat([...blocks, new Uint8Array(1024)]);
  const padded = Buffer.concat([plain, new Uint8Array((10_240 - (plain.length % 10_240)) % 10_240)]);
  const bytes = options.gzip ? gzipSync(padded) : padded;
  if (options.file === undefined || options.file === '-') ctx.stdout.write(bytes);
  else {
    const written = ctx.fs.write(ctx.resolve(options.file), bytes, ctx.user);
    if (!written.ok) {
      ctx.stderr.write(
        `tar: ${options.file}: Cannot open: ${errorText(written.error)}\ntar: Error is not recoverable: exiting now\n`,
      );
      return 2;
    }
    ctx.observe({
      kind: 'file',
      path: ctx.resolve(options.file),
      content: bytes.subarray(0, 16 * 1024),
      how: 'command',
    });
  }
  if (status !== 0) ctx.stderr.write('tar: Exiting with failure status due to previous errors\n');
  return status;
}

function header(member: Member): Uint8Array {
  const block = Buffer.alloc(512);
  const octal = (value: number, at: number, width: number): number =>
    block.write(`${value.toString(8).padStart(width - 1, '0')}\0`, at, 'latin1');
  block.write(member.name.slice(0, 100), 0, 'utf8');
  octal(member.mode, 100, 8);
  octal(member.uid, 108, 8);
  octal(member.gid, 116, 8);
  octal(member.data.length, 124, 12);
  octal(member.mtime, 136, 12);
  block.write('        ', 148);
  block.write({ file: '0', directory: '5', symlink: '2' }[member.type], 156);
  block.write(member.link.slice(0, 100), 157, 'utf8');
  block.write('ustar  \0', 257, 'latin1');
  block.write(member.user.slice(0, 31), 265);
  block.write(member.group.slice(0, 31), 297);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

function* members(text: string): Generator<Member> {
  for (let at = 0, count = 0; at + 512 <= text.length && count < 5000; count += 1) {
    const field = (from: number, length: number): string =>
      text.slice(at + from, at + from + length).replace(/\0.*$/s, '');
    const name = field(0, 100);
    if (name === '') return;
    const octal = (from: number, length: number): number => Number.parseInt(field(from, length).trim() || '0', 8) || 0;
    const size = octal(124, 12);
    const kind = field(156, 1);
    const prefix = field(345, 155);
    yield {
      name: prefix === '' || text.slice(at + 257, at + 263) !== 'ustar\0' ? name : `${prefix}/${name}`,
      type: kind === '5' ? 'directory' : kind === '2' ? 'symlink' : 'file',
      mode: octal(100, 8) & 0o7777,
      uid: octal(108, 8),
      gid: octal(116, 8),
      user: field(265, 32),
      group: field(297, 32),
      mtime: octal(136, 12),
      link: field(157, 100),
      data: Buffer.from(text.slice(at + 512, at + 512 + size), 'latin1'),
    };
    at += 512 + Math.ceil(size / 512) * 512;
  }
}

async function unpack(ctx: CommandContext, options: TarOptions): Promise<number> {
  const source =
    options.file === undefined || options.file === '-'
      ? { ok: true as const, bytes: await ctx.stdin.readAll() }
      : readFile(ctx, options.file);
  const fatal = (message: string): number => {
    ctx.stderr.write(`${message}tar: Error is not recoverable: exiting now\n`);
    return 2;
  };
  if (!source.ok) return fatal(`tar: ${options.file}: Cannot open: ${errorText(source.error)}\n`);
  let bytes: Uint8Array = source.bytes;
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    try {
      bytes = gunzipSync(bytes, { maxOutputLength: MAX_ARCHIVE });
    } catch {
      return fatal('\ngzip: stdin: invalid compressed data--format violated\ntar: Child returned status 1\n');
    }
  } else if (options.gzip) return fatal('\ngzip: stdin: not in gzip format\ntar: Child returned status 1\n');
  const text = bytesToBinary(bytes);
  if (text.length > 0 && text.slice(257, 262) !== 'ustar') {
    ctx.stderr.write(
      'tar: This does not look like a tar archive\ntar: Exiting with failure status due to previous errors\n',
    );
    return 2;
  }
  let status = 0;
  for (const member of members(text)) {
    ctx.step();
    if (
      options.names.length > 0 &&
      !options.names.some((name) => member.name === name || member.name.startsWith(`${name.replace(/\/$/, '')}/`))
    )
      continue;
    if (options.verb === 't') {
      const owner = `${member.user || member.uid}/${member.group || member.gid}`;
      ctx.stdout.write(
        options.verbose
          ? `${modeText(member.type, member.mode)} ${owner} ${String(member.data.length).padStart(Math.max(1, 18 - owner.length))} ${strftime(zonedTime(member.mtime * 1000, zoneOf(ctx)), '%Y-%m-%d %H:%M')} ${member.name}${member.type === 'symlink' ? ` -> ${member.link}` : ''}\n`
          : `${member.name}\n`,
      );
      continue;
    }
    if (options.verbose) ctx.stdout.write(`${member.name}\n`);
    const stripped = member.name.replace(/^\/+/, '').split('/').slice(options.strip).join('/');
    if (stripped === '' || stripped.split('/').includes('..')) continue;
    if (!place(ctx, member, ctx.resolve(joinPath(options.folder ?? '.', stripped)).replace(/\/+$/, ''))) {
      status = 2;
      ctx.stderr.write(`tar: ${member.name}: Cannot open: Permission denied\n`);
    }
  }
  if (status !== 0) ctx.stderr.write('tar: Exiting with failure status due to previous errors\n');
  return status;
}

function place(ctx: CommandContext, member: Member, path: string): boolean {
  const parts = path.split('/').slice(1, -1);
  for (let depth = 1; depth <= parts.length; depth += 1)
    ctx.fs.mkdir(`/${parts.slice(0, depth).join('/')}`, ctx.user, 0o755);
  let done: boolean;
  if (member.type === 'directory')
    done = ctx.fs.mkdir(path, ctx.user, member.mode).ok || ctx.fs.stat(path, ctx.user).ok;
  else if (member.type === 'symlink') done = ctx.fs.symlink(member.link, path, ctx.user).ok;
  else {
    done = ctx.fs.write(path, member.data, ctx.user, { mode: member.mode }).ok;
    ctx.observe({ kind: 'file', path, content: member.data.subarray(0, 16 * 1024), how: 'command' });
  }
  if (!done) return false;
  if (member.type !== 'symlink') ctx.fs.utimes(path, member.mtime, member.mtime, ctx.user);
  if (ctx.user.uid === 0) ctx.fs.chown(path, accountOf(ctx, member.user)?.uid ?? member.uid, member.gid, ctx.user);
  return true;
}

export const archiveCommands: CommandTable = {
  tar: { path: '/usr/bin/tar', run: (ctx) => tar(ctx) },
};
