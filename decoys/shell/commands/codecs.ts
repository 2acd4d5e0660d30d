/** Encodings and checksums: `base64`, `md5sum` and its kin, `cksum`, `xxd`, `od`, `hexdump`, `gzip`, `gunzip`, `zcat`, `openssl`. */
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
} from './text.ts';
import { createHash } from 'node:crypto';

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
  openssl: { path: '/usr/bin/openssl', run: openssl },
};
