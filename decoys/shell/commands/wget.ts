/** `wget` 1.21.3: shows its progress and records the URL; fetches nothing. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { fraction } from './machine-facts.ts';
import { parseOptions } from './options.ts';
import type { ParsedOptions } from './options.ts';
import { makePayload } from './payload.ts';
import { humanSize } from './sizes.ts';
import { errorText, joinPath, readFile, splitLines, bytesToBinary } from './text.ts';
import { strftime, zonedTime, zoneOf } from './time-format.ts';
import { fileNameOf, parseTarget, reachability } from './url-target.ts';

const USAGE = "Usage: wget [OPTION]... [URL]...\n\nTry `wget --help' for more options.\n";

async function wget(ctx: CommandContext): Promise<number> {
  const options = parseOptions(ctx, {
    short: '46A:a:B:bcD:de:EFg:hH::I:i:kKl:LmNn:O:o:P:pQ:qR:rSST:t:U:vVw:X:xY:',
    usage: '[OPTION]... [URL]...',
    version: '(GNU Wget) 1.21.3',
    status: 2,
    advice: USAGE,
    long: {
      'output-document=': 'O',
      'output-file=': 'o',
      'append-output=': 'a',
      quiet: 'q',
      verbose: 'v',
      'no-verbose': 'nv',
      'input-file=': 'i',
      'tries=': 't',
      continue: 'c',
      timestamping: 'N',
      'no-clobber': 'nc',
      'server-response': 'S',
      spider: 'spider',
      'timeout=': 'T',
      'wait=': 'w',
      'directory-prefix=': 'P',
      'user=': 'user',
      'password=': 'password',
      'user-agent=': 'U',
      'header=': 'header',
      'no-check-certificate': 'k0',
      'post-data=': 'post',
      'post-file=': 'post',
      'method=': 'method',
      recursive: 'r',
      'level=': 'l',
      'no-parent': 'np',
      background: 'b',
      'show-progress': 'progress',
      'progress=': 'progress-kind',
      'no-cache': 'nocache',
      'limit-rate=': 'rate',
      'max-redirect=': 'max',
      'connect-timeout=': 'T',
      'dns-timeout=': 'T',
      'read-timeout=': 'T',
      'prefer-family=': 'family',
      'no-proxy': 'np2',
      'content-disposition': 'cd',
      'referer=': 'referer',
      'no-hsts': 'hsts',
      debug: 'd',
      'ftp-user=': 'user',
      'ftp-password=': 'password',
      'http-user=': 'user',
      'http-password=': 'password',
      'secure-protocol=': 'tls',
      'retry-connrefused': 'retry',
      'waitretry=': 'w',
      'inet4-only': '4',
      'inet6-only': '6',
      mirror: 'm',
      'page-requisites': 'p',
      'convert-links': 'k',
    },
  });
  if (typeof options === 'number') return options;
  const urls = [...options.operands];
  const list = options.value('i');
  if (list !== undefined) {
    const file = list === '-' ? { ok: true as const, bytes: await ctx.stdin.readAll() } : readFile(ctx, list);
    if (file.ok) urls.push(...splitLines(bytesToBinary(file.bytes)).filter((line) => line !== ''));
    else ctx.stderr.write(`${list}: ${errorText(file.error)}\nNo URLs found in ${list}.\n`);
  }
  if (urls.length === 0) {
    ctx.stderr.write(`wget: missing URL\n${USAGE}`);
    return 1;
  }
  let status = 0;
  for (const url of urls.slice(0, 50)) {
    ctx.step();
    status = (await fetchOne(ctx, options, url)) || status;
  }
  return status;
}

async function fetchOne(ctx: CommandContext, options: ParsedOptions, text: string): Promise<number> {
  const target = parseTarget(ctx, text);
  // -nv, -nc and -np arrive as n with a letter.
  const letters = options.list
    .filter(({ key }) => key === 'n')
    .map(({ value }) => value ?? '')
    .join('');
  const quiet = options.has('q');
  const brief = quiet || options.has('nv') || letters.includes('v');
  const log: string[] = [];
  const say = (line: string): void => {
    if (options.has('o') || options.has('a')) log.push(line);
    else ctx.stderr.write(line);
  };
  const finish = (status: number): number => {
    const file = options.value('o') ?? options.value('a');
    if (file !== undefined)
      ctx.fs.write(ctx.resolve(file), Buffer.from(log.join('')), ctx.user, options.has('a') ? { append: true } : {});
    return status;
  };
  if (target === undefined) {
    say(`${text}: Invalid host name.\n`);
    return finish(1);
  }
  if (!['http', 'https', 'ftp'].includes(target.scheme)) {
    say(`${text}: Unsupported scheme ‘${target.scheme}’.\n`);
    return finish(1);
  }
  const stamp = (): string => strftime(zonedTime(ctx.clock.now(), zoneOf(ctx)), '%Y-%m-%d %H:%M:%S');
  const talk = (line: string): void => {
    if (!brief) say(line);
  };
  const output = options.value('O');
  const name =
    output ??
    freeName(
      ctx,
      joinPath(options.value('P') ?? '.', fileNameOf(target)).replace(/^\.\//, ''),
      options.has('c') || letters.includes('c'),
    );
  if (!brief || !quiet) talk(`--${stamp()}--  ${target.url}\n`);
  if (target.scheme === 'ftp') talk(`           => ‘${name}’\n`);
  const named = target.address !== target.host;
  if (target.address === undefined) {
    ctx.observe({ kind: 'download', url: target.url, tool: 'wget' });
    await ctx.sleep(80);
    talk(`Resolving ${target.host} (${target.host})... `);
    if (!quiet)
      say(
        `${brief ? '' : 'failed: Name or service not known.\n'}wget: unable to resolve host address ‘${target.host}’\n`,
      );
    return finish(4);
  }
  if (named) {
    await ctx.sleep(25);
    talk(`Resolving ${target.host} (${target.host})... ${target.address}\n`);
  }
  talk(`Connecting to ${target.host}${named ? ` (${target.host})|${target.address}|` : ''}:${target.port}... `);
  const reach = reachability(ctx, target.address, target.port);
  if (reach !== 'open') {
    ctx.observe({ kind: 'download', url: target.url, tool: 'wget' });
    await ctx.sleep(reach === 'refused' ? 5 : Math.min(Number(options.value('T') ?? 130) || 130, 130) * 1000);
    const why =
      reach === 'refused' ? 'Connection refused' : options.has('T') ? 'Connection timed out' : 'No route to host';
    talk(`failed: ${why}.\n`);
    return finish(4);
  }
  await ctx.sleep(60 + fraction(ctx.machine.persona, target.host.slice(0, 200)) * 120);
  const payload = makePayload(ctx, target.url);
  const size = payload.bytes.length;
  talk(
    target.scheme === 'ftp'
      ? `connected.\nLogging in as anonymous ... Logged in!\n==> SYST ... done.    ==> PWD ... done.\n==> TYPE I ... done.  ==> CWD not needed.\n==> SIZE ${fileNameOf(target)} ... ${size}\n==> PASV ... done.    ==> RETR ${fileNameOf(target)} ... done.\n`
      : `connected.\nHTTP request sent, awaiting response... 200 OK\n`,
  );
  if (options.has('S') && !quiet)
    say(
      `  HTTP/1.1 200 OK\n  Server: nginx\n  Date: ${strftime(zonedTime(ctx.clock.now(), 'UTC'), '%a, %d %b %Y %H:%M:%S GMT')}\n  Content-Type: ${payload.mime}\n  Content-Length: ${size}\n  Connection: keep-alive\n`,
    );
  talk(`Length: ${size}${size >= 1024 ? ` (${humanSize(size)})` : ''} [${payload.mime}]\n`);
  if (options.has('spider')) {
    ctx.observe({ kind: 'download', url: target.url, tool: 'wget' });
    talk('Remote file exists.\n\n');
    return finish(0);
  }
  const seconds =
    0.02 + (size / 1_048_576) * (0.2 + fraction(ctx.machine.persona, `rate:${target.host.slice(0, 200)}`) * 2);
  const toStdout = name === '-';
  if (toStdout) ctx.stdout.write(payload.bytes);
  else {
    const written = ctx.fs.write(ctx.resolve(name), payload.bytes, ctx.user);
    if (!written.ok) {
      ctx.observe({ kind: 'download', url: target.url, tool: 'wget' });
      talk(`Saving to: ‘${name}’\n`);
      if (!quiet) say(`${name}: ${errorText(written.error)}\n\nCannot write to ‘${name}’ (Success).\n`);
      return finish(3);
    }
  }
  ctx.observe({ kind: 'download', url: target.url, tool: 'wget', ...(toStdout ? {} : { path: ctx.resolve(name) }) });
  await ctx.sleep(seconds * 1000);
  talk(
    `Saving to: ‘${toStdout ? 'STDOUT' : name}’\n\n${progress(toStdout ? '-' : name, size, seconds, ctx.stderr.isTerminal)}\n\n`,
  );
  const rate = size / seconds;
  const speed =
    rate >= 1_048_576 ? `${(rate / 1_048_576).toPrecision(3)} MB/s` : `${(rate / 1024).toPrecision(3)} KB/s`;
  if (!brief)
    say(
      toStdout
        ? `${stamp()} (${speed}) - written to stdout [${size}/${size}]\n\n`
        : `${stamp()} (${speed}) - ‘${name}’ saved [${size}/${size}]\n\n`,
    );
  else if (!quiet) say(`${stamp()} URL:${target.url} [${size}/${size}] -> "${name}" [1]\n`);
  return finish(0);
}

/** `name`, or `name.1` and on where it is taken. */
function freeName(ctx: CommandContext, name: string, reuse: boolean): string {
  if (reuse || !ctx.fs.lstat(ctx.resolve(name), ctx.user).ok) return name;
  for (let number = 1; number < 100; number += 1)
    if (!ctx.fs.lstat(ctx.resolve(`${name}.${number}`), ctx.user).ok) return `${name}.${number}`;
  return `${name}.100`;
}

/** A bar on a terminal, dots elsewhere. */
function progress(name: string, size: number, seconds: number, terminal: boolean): string {
  const shown = seconds < 10 ? `${seconds.toPrecision(1).replace(/^0\.(\d)$/, '0.$1')}s` : `${Math.round(seconds)}s`;
  const rate = size / seconds;
  const speed = rate >= 1_048_576 ? `${(rate / 1_048_576).toPrecision(3)}MB/s` : `${(rate / 1024).toPrecision(3)}KB/s`;
  if (terminal)
    return `${name.slice(0, 19).padEnd(19)} 100%[===================>] ${humanSize(size).padStart(7)}  ${speed}    in ${shown}`;
  const rows: string[] = [];
  const dots = Math.ceil(size / 1024);
  for (let at = 0; at < dots; at += 50) {
    const count = Math.min(50, dots - at);
    const groups = [
      '.'
        .repeat(count)
        .match(/.{1,10}/g)!
        .join(' '),
    ];
    const last = at + 50 >= dots;
    rows.push(
      `${`${at}K`.padStart(6)} ${groups[0]!.padEnd(54)} ${String(Math.min(100, Math.floor(((at + count) / dots) * 100))).padStart(3)}% ${humanSize(rate).padStart(4)}${last ? '=' : ' '}${last ? shown : '0s'}`,
    );
  }
  return rows.join('\n');
}

export const wgetCommands: CommandTable = { wget: { path: '/usr/bin/wget', run: wget } };
