/** `curl` 7.88.1: shows its meter and records the URL; fetches nothing. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { fraction } from './machine-facts.ts';
import { makePayload } from './payload.ts';
import { errorText, joinPath } from './text.ts';
import { strftime, zonedTime } from './time-format.ts';
import { fileNameOf, parseTarget, reachability } from './url-target.ts';

const WITH_VALUE = new Set([
  'o',
  'A',
  'b',
  'c',
  'C',
  'd',
  'D',
  'e',
  'E',
  'F',
  'h',
  'H',
  'K',
  'm',
  'P',
  'Q',
  'r',
  't',
  'T',
  'u',
  'U',
  'w',
  'x',
  'X',
  'y',
  'Y',
  'z',
]);
const LONG_WITH_VALUE =
  /^(output|output-dir|user-agent|cookie|cookie-jar|continue-at|data|data-raw|data-binary|data-urlencode|json|dump-header|referer|cert|form|header|config|max-time|connect-timeout|quote|range|upload-file|user|proxy-user|write-out|proxy|request|speed-limit|speed-time|time-cond|retry|retry-delay|retry-max-time|max-redirs|cacert|capath|ciphers|interface|limit-rate|resolve|url|stderr|socks5|socks5-hostname|key|max-filesize|doh-url|dns-servers|unix-socket|proto|tls-max)$/;
const SHORT_OF: Readonly<Record<string, string>> = {
  output: 'o',
  'remote-name': 'O',
  silent: 's',
  'show-error': 'S',
  location: 'L',
  fail: 'f',
  head: 'I',
  include: 'i',
  verbose: 'v',
  insecure: 'k',
  'write-out': 'w',
  'max-time': 'm',
  'upload-file': 'T',
  version: 'V',
  'progress-bar': '#',
  help: 'h',
  url: 'url',
  'remote-name-all': 'O',
  'fail-with-body': 'f',
  request: 'X',
  'no-progress-meter': 's',
  'connect-timeout': 'm',
};
const FLAGS = /^[#0-9afgGiIjJkKlLMnNOpqRsSvVZhB:]$/;
const KNOWN_FLAGS =
  /^(compressed|http1\.[01]|http2|tlsv1(\.\d)?|ssl|ssl-reqd|ipv4|ipv6|globoff|create-dirs|remote-time|remote-header-name|no-buffer|no-keepalive|tcp-nodelay|anyauth|basic|digest|netrc|post30[123]|raw|retry-connrefused|retry-all-errors|get|append|parallel|path-as-is|tcp-fastopen|proxy-insecure|disable|location-trusted|socks5-basic|trace-time|styled-output|no-alpn|no-sessionid|ntlm|http0\.9)$/;

interface CurlOptions {
  readonly urls: string[];
  readonly set: Map<string, string>;
  readonly outputs: string[];
}

function readArguments(ctx: CommandContext): CurlOptions | number {
  const args = ctx.argv.slice(1);
  const options: CurlOptions = { urls: [], set: new Map(), outputs: [] };
  const fail = (message: string): number => {
    ctx.stderr.write(`curl: ${message}\ncurl: try 'curl --help' or 'curl --manual' for more information\n`);
    return 2;
  };
  const put = (key: string, value: string): void => {
    if (key === 'url') options.urls.push(value);
    else if (key === 'o') options.outputs.push(value);
    else {
      if (key === 'O') options.outputs.push('');
      options.set.set(key, value);
    }
  };
  for (let arg = args.shift(); arg !== undefined; arg = args.shift()) {
    if (arg.startsWith('--') && arg.length > 2) {
      const name = arg.slice(2);
      const key = SHORT_OF[name] ?? name;
      if (LONG_WITH_VALUE.test(name)) {
        const value = args.shift();
        if (value === undefined) return fail(`option ${arg}: requires parameter`);
        put(key, value);
      } else if (SHORT_OF[name] !== undefined || KNOWN_FLAGS.test(name) || KNOWN_FLAGS.test(name.replace(/^no-/, '')))
        put(key, '');
      else return fail(`option ${arg}: is unknown`);
    } else if (arg.length > 1 && arg.startsWith('-')) {
      for (let at = 1; at < arg.length; at += 1) {
        const letter = arg[at]!;
        if (!WITH_VALUE.has(letter)) {
          if (!FLAGS.test(letter)) return fail(`option ${arg}: is unknown`);
          put(letter, '');
          continue;
        }
        const value = arg.slice(at + 1) || args.shift();
        if (value === undefined && letter !== 'h') return fail(`option -${letter}: requires parameter`);
        put(letter, value ?? '');
        break;
      }
    } else options.urls.push(arg);
  }
  return options;
}

async function curl(ctx: CommandContext): Promise<number> {
  const options = readArguments(ctx);
  if (typeof options === 'number') return options;
  if (options.set.has('V')) {
    ctx.stdout.write(
      'curl 7.88.1 (x86_64-pc-linux-gnu) libcurl/7.88.1 OpenSSL/3.0.16 zlib/1.2.13 brotli/1.0.9 zstd/1.5.4 libidn2/2.3.3 libpsl/0.21.2 (+libidn2/2.3.3) libssh2/1.10.0 nghttp2/1.52.0 librtmp/2.3 OpenLDAP/2.5.13\nRelease-Date: 2023-02-20, security patched: 7.88.1-10+deb12u12\nProtocols: dict file ftp ftps gopher gophers http https imap imaps ldap ldaps mqtt pop3 pop3s rtmp rtmpe rtmps rtmpt rtmpte rtmpts rtsp scp sftp smb smbs smtp smtps telnet tftp\nFeatures: alt-svc AsynchDNS brotli GSS-API HSTS HTTP2 HTTPS-proxy IDN IPv6 Kerberos Largefile libz NTLM NTLM_WB PSL SPNEGO SSL threadsafe TLS-SRP UnixSockets zstd\n',
    );
    return 0;
  }
  if (options.set.has('h')) {
    ctx.stdout.write(
      'Usage: curl [options...] <url>\n -d, --data <data>          HTTP POST data\n -f, --fail                 Fail fast with no output on HTTP errors\n -h, --help <category>      Get help for commands\n -i, --include              Include protocol response headers in the output\n -o, --output <file>        Write to file instead of stdout\n -O, --remote-name          Write output to a file named as the remote file\n -s, --silent               Silent mode\n -T, --upload-file <file>   Transfer local FILE to destination\n -u, --user <user:password> Server user and password\n -A, --user-agent <name>    Send User-Agent <name> to server\n -v, --verbose              Make the operation more talkative\n -V, --version              Show version number and quit\n\nThis is not the full help, this menu is stripped into categories.\nUse "--help category" to get an overview of all categories.\nFor all options use the manual or "--help all".\n',
    );
    return 0;
  }
  if (options.urls.length === 0) {
    ctx.stderr.write("curl: try 'curl --help' or 'curl --manual' for more information\n");
    return 2;
  }
  let status = 0;
  for (const [index, url] of options.urls.slice(0, 50).entries()) {
    ctx.step();
    const output = options.outputs[index] ?? (options.set.has('remote-name-all') ? '' : undefined);
    status = await transfer(ctx, options, url, output);
  }
  return status;
}

async function transfer(
  ctx: CommandContext,
  options: CurlOptions,
  text: string,
  output: string | undefined,
): Promise<number> {
  const { set } = options;
  const silent = set.has('s');
  const fail = (code: number, message: string): number => {
    if (!silent || set.has('S')) ctx.stderr.write(`curl: (${code}) ${message}\n`);
    return code;
  };
  const target = parseTarget(ctx, text);
  if (target === undefined) return fail(3, 'URL using bad/illegal format or missing URL');
  if (!/^(https?|ftps?|tftp|file|scp|sftp|telnet|dict|gopher|smtps?|ldaps?)$/.test(target.scheme))
    return fail(1, `Protocol "${target.scheme}" not supported or disabled in libcurl`);
  const name = output === '' ? fileNameOf(target) : output;
  if (output === '' && target.path === '/') return fail(23, 'Remote file name has no length!');
  const path =
    name === undefined || name === '-'
      ? undefined
      : joinPath(set.get('output-dir') ?? '.', name)
          .replace(/^\.\/(?=\/)/, '')
          .replace(/^\.\//, '');
  ctx.observe({
    kind: 'download',
    url: target.url,
    tool: 'curl',
    ...(path === undefined ? {} : { path: ctx.resolve(path) }),
  });
  if (target.address === undefined) {
    await ctx.sleep(80);
    return fail(6, `Could not resolve host: ${target.host}`);
  }
  const reach = reachability(ctx, target.address, target.port);
  if (reach !== 'open') {
    const limit = Math.min(Number(set.get('m') ?? 131) || 131, 131);
    await ctx.sleep(reach === 'refused' ? 3 : limit * 1000);
    if (reach === 'silent' && set.has('m'))
      return fail(28, `Connection timed out after ${limit * 1000 + 1} milliseconds`);
    return fail(
      reach === 'refused' ? 7 : 28,
      `Failed to connect to ${target.host} port ${target.port} after ${reach === 'refused' ? 0 : limit * 1000 + 112} ms: ${reach === 'refused' ? "Couldn't connect to server" : 'Connection timed out'}`,
    );
  }
  const meter = (path !== undefined || !ctx.stdout.isTerminal) && !silent;
  if (meter)
    ctx.stderr.write(
      '  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n                                 Dload  Upload   Total   Spent    Left  Speed\n\r  0     0    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0',
    );
  const { persona } = ctx.machine;
  const waited = 90 + fraction(persona, target.host.slice(0, 200)) * 200;
  await ctx.sleep(waited);
  const payload = makePayload(ctx, target.url);
  const head = set.has('I');
  const size = head ? 0 : payload.bytes.length;
  const headers = `HTTP/1.1 200 OK\r\nServer: nginx\r\nDate: ${strftime(zonedTime(ctx.clock.now(), 'UTC'), '%a, %d %b %Y %H:%M:%S GMT')}\r\nContent-Type: ${payload.mime}\r\nContent-Length: ${payload.bytes.length}\r\nConnection: keep-alive\r\nAccept-Ranges: bytes\r\n\r\n`;
  if (set.has('v'))
    ctx.stderr.write(
      `*   Trying ${target.address}:${target.port}...\n* Connected to ${target.host} (${target.address}) port ${target.port} (#0)\n> ${set.get('X') ?? 'GET'} ${target.path} HTTP/1.1\n> Host: ${target.host}\n> User-Agent: curl/7.88.1\n> Accept: */*\n> \n${headers.replaceAll(/^/gm, '< ').replace(/< $/, '')}`.replaceAll(
        '\r',
        '',
      ),
    );
  const body = Buffer.concat([
    set.has('i') || head ? Buffer.from(headers) : Buffer.alloc(0),
    head ? Buffer.alloc(0) : payload.bytes,
  ]);
  if (path === undefined) ctx.stdout.write(body);
  else {
    const written = ctx.fs.write(ctx.resolve(path), body, ctx.user);
    if (!written.ok) {
      if (!silent || set.has('S'))
        ctx.stderr.write(`${meter ? '\n' : ''}Warning: Failed to open the file ${path}: ${errorText(written.error)}\n`);
      return fail(23, `Failure writing output to destination`);
    }
  }
  if (meter) {
    const seconds = waited / 1000 + size / 2_000_000;
    const speed = Math.floor(size / seconds);
    ctx.stderr.write(
      `\r100 ${five(size)}  100 ${five(size)}    0     0 ${five(speed).padStart(6)}      0 --:--:-- --:--:-- --:--:-- ${five(speed)}\n`,
    );
  }
  const format = set.get('w');
  if (format !== undefined)
    ctx.stdout.write(
      format.replaceAll(String.raw`\n`, '\n').replaceAll(
        /%\{(\w+)\}/g,
        (_whole, key: string) =>
          ({
            http_code: '200',
            response_code: '200',
            size_download: String(size),
            time_total: (waited / 1000).toFixed(6),
            url_effective: target.url,
            remote_ip: target.address ?? '',
            content_type: payload.mime,
          })[key] ?? '',
      ),
    );
  return 0;
}

/** A count in five places, as the meter shows it. */
function five(value: number): string {
  const text =
    value < 100_000
      ? String(value)
      : value < 10_000 * 1024
        ? `${Math.floor(value / 1024)}k`
        : `${(value / 1_048_576).toFixed(1)}M`;
  return text.padStart(5);
}

export const curlCommands: CommandTable = { curl: { path: '/usr/bin/curl', run: curl } };
