/** `unzip` 6.0 and `zip` 3.0 over real archives (stored and deflated members), bounded. */
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import type { CommandContext, CommandTable } from '../command.types.ts';
import { parseOptions } from './options.ts';
import { baseName, errorText, joinPath, readFile } from './text.ts';
import { strftime, zonedTime, zoneOf } from './time-format.ts';
import { walk } from './tree-walk.ts';

const MAX_MEMBERS = 2000;
const MAX_MEMBER_BYTES = 4 * 1024 * 1024;

interface ZipMember {
  readonly name: string;
  readonly method: number;
  readonly size: number;
  readonly packed: Buffer;
  readonly encrypted: boolean;
}

/** The members that the central directory lists; undefined for what is no zip file. */
function zipMembers(bytes: Buffer): ZipMember[] | undefined {
  const end = bytes.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (end === -1 || end + 22 > bytes.length) return undefined;
  const found: ZipMember[] = [];
  let at = bytes.readUInt32LE(end + 16);
  for (let count = bytes.readUInt16LE(end + 10); count > 0 && found.length < MAX_MEMBERS; count -= 1) {
    if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== 0x02_01_4b_50) return undefined;
    const [packed, size, nameLength, extra, comment, local] = [
      bytes.readUInt32LE(at + 20),
      bytes.readUInt32LE(at + 24),
      bytes.readUInt16LE(at + 28),
      bytes.readUInt16LE(at + 30),
      bytes.readUInt16LE(at + 32),
      bytes.readUInt32LE(at + 42),
    ];
    if (local + 30 > bytes.length) return undefined;
    const data = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    found.push({
      name: bytes.subarray(at + 46, at + 46 + nameLength).toString('utf8'),
      method: bytes.readUInt16LE(at + 10),
      size,
      packed: bytes.subarray(data, data + packed),
      encrypted: (bytes.readUInt16LE(at + 8) & 1) === 1,
    });
    at += 46 + nameLength + extra + comment;
  }
  return found;
}

const UNZIP_USAGE =
  'UnZip 6.00 of 20 April 2009, by Debian. Original by Info-ZIP.\n\nUsage: unzip [-Z] [-opts[modifiers]] file[.zip] [list] [-x xlist] [-d exdir]\n';

async function unzip(ctx: CommandContext): Promise<number> {
  const options = parseOptions(ctx, { short: 'acCd:fjlLMnopP:qtTuUvVX:zZhx:', status: 10, advice: UNZIP_USAGE });
  if (typeof options === 'number') return options;
  const [given, ...wanted] = options.operands;
  if (given === undefined) {
    ctx.stdout.write(UNZIP_USAGE);
    return options.has('v') ? 0 : 10;
  }
  const name = [given, `${given}.zip`, `${given}.ZIP`].find(
    (candidate) => ctx.fs.stat(ctx.resolve(candidate), ctx.user).ok,
  );
  const file = readFile(ctx, name ?? given);
  if (name === undefined || !file.ok) {
    ctx.stderr.write(`unzip:  cannot find or open ${given}, ${given}.zip or ${given}.ZIP.\n`);
    return 9;
  }
  const members = zipMembers(Buffer.from(file.bytes));
  if (!options.has('p')) ctx.stdout.write(`Archive:  ${name}\n`);
  if (members === undefined) {
    ctx.stderr.write(
      `  End-of-central-directory signature not found.  Either this file is not\n  a zipfile, or it constitutes one disk of a multi-part archive.  In the\n  latter case the central directory and zipfile comment will be found on\n  the last disk(s) of this archive.\nunzip:  cannot find zipfile directory in one of ${name} or\n        ${name}.zip, and cannot find ${name}.ZIP, period.\n`,
    );
    return 9;
  }
  const chosen = members.filter((member) => wanted.length === 0 || wanted.includes(member.name));
  if (options.has('l')) return list(ctx, chosen);
  let status = 0;
  for (const member of chosen) {
    ctx.step();
    if (member.name.split('/').includes('..')) continue;
    status =
      (await extract(
        ctx,
        member,
        joinPath(options.value('d') ?? '.', options.has('j') ? baseName(member.name) : member.name.replace(/^\/+/, '')),
        name,
        options.has('p'),
        options.value('P') !== undefined,
      )) || status;
  }
  return status;
}

function list(ctx: CommandContext, members: readonly ZipMember[]): number {
  const stamp = strftime(zonedTime(ctx.clock.now(), zoneOf(ctx)), '%Y-%m-%d %H:%M');
  ctx.stdout.write('  Length      Date    Time    Name\n---------  ---------- -----   ----\n');
  for (const member of members) ctx.stdout.write(`${String(member.size).padStart(9)}  ${stamp}   ${member.name}\n`);
  const total = members.reduce((sum, member) => sum + member.size, 0);
  ctx.stdout.write(
    `---------                     -------\n${String(total).padStart(9)}                     ${members.length} file${members.length === 1 ? '' : 's'}\n`,
  );
  return 0;
}

async function extract(
  ctx: CommandContext,
  member: ZipMember,
  target: string,
  archive: string,
  toStdout: boolean,
  password: boolean,
): Promise<number> {
  const path = ctx.resolve(target).replace(/\/+$/, '');
  const parts = path.split('/').slice(1, -1);
  if (member.encrypted) {
    if (!password) {
      ctx.stderr.write(`[${archive}] ${member.name} password: `);
      ctx.stdin.setEcho(false);
      await ctx.stdin.readLine();
      ctx.stdin.setEcho(true);
    }
    ctx.stderr.write(`   skipping: ${member.name}  incorrect password\n`);
    return 82;
  }
  let data: Uint8Array;
  try {
    data = member.method === 0 ? member.packed : inflateRawSync(member.packed, { maxOutputLength: MAX_MEMBER_BYTES });
  } catch {
    ctx.stderr.write(`  error:  invalid compressed data to inflate ${member.name}\n`);
    return 2;
  }
  if (toStdout) {
    ctx.stdout.write(data);
    return 0;
  }
  for (let depth = 1; depth <= parts.length; depth += 1)
    ctx.fs.mkdir(`/${parts.slice(0, depth).join('/')}`, ctx.user, 0o755);
  if (member.name.endsWith('/')) {
    if (ctx.fs.mkdir(path, ctx.user, 0o755).ok) ctx.stdout.write(`   creating: ${target}\n`);
    return 0;
  }
  const written = ctx.fs.write(path, data, ctx.user);
  if (!written.ok) {
    ctx.stderr.write(`error:  cannot create ${target}\n        ${errorText(written.error)}\n`);
    return 50;
  }
  ctx.observe({ kind: 'file', path, content: data.subarray(0, 16 * 1024), how: 'command' });
  ctx.stdout.write(`${member.method === 0 ? ' extracting' : '  inflating'}: ${target.replace(/^\.\//, '')}  \n`);
  return 0;
}

const ZIP_USAGE =
  'Copyright (c) 1990-2008 Info-ZIP - Type \'zip "-L"\' for software license.\nZip 3.0 (July 5th 2008). Usage:\nzip [-options] [-b path] [-t mmddyyyy] [-n suffixes] [zipfile list] [-xi list]\n';

function zip(ctx: CommandContext): number {
  const options = parseOptions(ctx, {
    short: '0123456789b:cdDeFfghi:jJklLmn:oP:qrRs:St:TuUvx:XyzZ:',
    status: 16,
    advice: ZIP_USAGE,
  });
  if (typeof options === 'number') return options;
  const [given, ...names] = options.operands;
  if (given === undefined || options.has('h')) {
    ctx.stdout.write(ZIP_USAGE);
    return 0;
  }
  const target = /\.\w+$/.test(given) ? given : `${given}.zip`;
  const visits = names.flatMap((name) => (options.has('r') ? [...walk(ctx, name)] : [...walk(ctx, name)].slice(0, 1)));
  const [files, directory]: [Buffer[], Buffer[]] = [[], []];
  let offset = 0;
  for (const visit of visits) {
    const folder = visit.stat.type === 'directory';
    const file = folder ? { ok: true as const, bytes: new Uint8Array() } : readFile(ctx, visit.name);
    if (!file.ok || offset > MAX_MEMBER_BYTES) continue;
    const name = Buffer.from(
      (options.has('j') ? baseName(visit.name) : visit.name.replace(/^\/+/, '')) +
        (folder && !visit.name.endsWith('/') ? '/' : ''),
    );
    const packed = file.bytes.length > 0 ? deflateRawSync(file.bytes) : Buffer.alloc(0);
    const method = packed.length > 0 && packed.length < file.bytes.length ? 8 : 0;
    const data = method === 8 ? packed : Buffer.from(file.bytes);
    const head = Buffer.alloc(26);
    head.writeUInt16LE(20, 0);
    head.writeUInt16LE(method, 4);
    head.writeUInt32LE(crc32(file.bytes), 10);
    head.writeUInt32LE(data.length, 14);
    head.writeUInt32LE(file.bytes.length, 18);
    head.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), head, name, data]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x1e\x03', 'latin1'), head, tail, name]));
    files.push(local);
    offset += local.length;
    const saved = file.bytes.length === 0 ? 0 : Math.round((1 - data.length / file.bytes.length) * 100);
    if (!options.has('q'))
      ctx.stdout.write(`  adding: ${name.toString()} (${method === 8 ? 'deflated' : 'stored'} ${saved}%)\n`);
  }
  if (files.length === 0) {
    for (const name of names) ctx.stdout.write(`\tzip warning: name not matched: ${name}\n`);
    ctx.stdout.write(`\nzip error: Nothing to do! (${target})\n`);
    return 12;
  }
  const listing = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.length, 4);
  end.writeUInt16LE(files.length, 6);
  end.writeUInt32LE(listing.length, 8);
  end.writeUInt32LE(offset, 12);
  const written = ctx.fs.write(
    ctx.resolve(target),
    Buffer.concat([...files, listing, Buffer.from('PK\x05\x06', 'latin1'), end]),
    ctx.user,
  );
  if (written.ok) return 0;
  ctx.stdout.write(`zip I/O error: ${errorText(written.error)}\nzip error: Could not create output file (${target})\n`);
  return 15;
}

export const zipCommands: CommandTable = {
  unzip: { path: '/usr/bin/unzip', run: unzip },
  zip: { path: '/usr/bin/zip', run: zip },
};
