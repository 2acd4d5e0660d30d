/** nginx 1.22 as Debian 12 ships and configures it (`try_files $uri $uri/ =404`, gzip for HTML). */
import {
  headerOf,
  listOf,
  type Answer,
  type Head,
  type Header,
  type Refusal,
  type Request,
} from '../../message.types.ts';
import type { SiteFile } from '../../site/site.types.ts';
import { STATUS_TEXTS, httpDate } from '../../http1/status-texts.ts';
import { byteRanges, exceed } from '../byte-ranges.ts';
import { gzipped, MAX_GZIP_BYTES } from '../compression.ts';
import { mediaType, type MediaTypes } from '../media-types.ts';
import type { Circumstances, FolderListing, WebServer } from '../web-server.types.ts';
import { nginxFraming, nginxHeader, nginxJudge, nginxRequestLine } from './nginx-head.ts';
import { NGINX_STATUS, nginxPage } from './nginx-pages.ts';

const TYPES: MediaTypes = {
  fallback: 'application/octet-stream',
  own: { ico: 'image/x-icon', js: 'application/javascript', xml: 'text/xml', rss: 'application/rss+xml' },
};
/** After these the connection is closed. */
const CLOSING = new Set([400, 413, 414, 500, 501, 505]);
/** The shortest page that is compressed. */
const GZIP_MIN_BYTES = 20;

export interface NginxOptions {
  /** `1.22.1`. */
  readonly version: string;
  /** `(Ubuntu)`, where the distribution adds it. */
  readonly distribution?: string;
  /** `server_tokens off`. */
  readonly hidesVersion?: boolean;
  /** Folders without an index are listed. */
  readonly autoindex?: boolean;
  /** Counts multipart boundaries, as a worker does. */
  readonly firstBoundary?: number;
}

export function nginxServer(options: NginxOptions): WebServer {
  const system = options.distribution === undefined ? '' : ` ${options.distribution}`;
  const software = options.hidesVersion === true ? 'nginx' : `nginx/${options.version}${system}`;
  let boundaries = options.firstBoundary ?? 0;

  const page = (status: number, extra: readonly Header[] = [], because?: string): Answer => ({
    status,
    from: 'server',
    headers: extra,
    ...(because === undefined ? {} : { because }),
  });

  return {
    software,
    limits: { lineBytes: 8192, headBytes: 1024 + 4 * 8192, headers: 1000 },
    patient: false,
    emptyLines: 'skip',
    bareLineFeed: true,
    tooLong: {
      line: { refuse: 414 },
      header: { refuse: 400, because: 'header too large' },
      head: { refuse: 400, because: 'header too large' },
      count: { refuse: 400, because: 'header too large' },
    },
    filesWaitForBody: false,
    saysContinueEarly: true,
    pathInfo: false,
    misplaced: { status: 400, from: 'server', because: 'plain to https', close: true },
    settings: {
      values: { maxConcurrentStreams: 128, initialWindowSize: 65_536, maxFrameSize: 16_777_215 },
      window: 2_147_483_647,
    },
    tls: {
      alpn: ['h2', 'http/1.1', 'http/1.0', 'http/0.9'],
      alpnMismatch: 'alert',
      ciphers: 'HIGH:!aNULL:!MD5:@SECLEVEL=2',
      serverOrder: true,
      sessionSeconds: 300,
    },
    maxBodyBytes: 1024 * 1024,
    maxBodyRefusal: { refuse: 413 },
    badChunk: (tooLarge) => ({ refuse: tooLarge ? 413 : 400 }),

    requestLine: nginxRequestLine,
    header: nginxHeader,
    judge: nginxJudge,
    framing: nginxFraming,

    keepAlive({ version, headers }: Head): boolean {
      const said = listOf(headers, 'connection');
      if (version < 10) return false;
      return version > 10 ? !said.includes('close') : said.includes('keep-alive');
    },

    expects({ version, headers }: Head): 'continue' | 'ignore' | Refusal {
      return version > 10 && headerOf(headers, 'expect')?.toLowerCase() === '100-continue' ? 'continue' : 'ignore';
    },

    file(request: Request, file: SiteFile): Answer {
      const tag = `${Math.floor(file.modified / 1000).toString(16)}-${file.content.length.toString(16)}`;
      const type = mediaType(file.path, TYPES)!;
      const modified: Header = ['Last-Modified', new Date(file.modified).toUTCString()];
      const verdict = condition(request.headers, `"${tag}"`, file.modified);
      if (verdict === 412) return page(412);
      if (verdict === 304) return { status: 304, headers: [modified, ['ETag', `"${tag}"`]] };
      const worthIt = file.content.length >= GZIP_MIN_BYTES && file.content.length <= MAX_GZIP_BYTES;
      if (type === 'text/html' && acceptsGzip(request) && worthIt)
        return {
          status: 200,
          headers: [['Content-Type', type], modified, ['ETag', `W/"${tag}"`], ['Content-Encoding', 'gzip']],
          body: gzipped(file.content, 1, file.content),
          chunked: true,
          from: 'file',
        };
      const range = headerOf(request.headers, 'range');
      if (range !== undefined && request.version > 9) {
        const ranges = byteRanges(range, file.content.length);
        if (ranges === 'bad' || ranges === 'none')
          return page(416, [['Content-Range', `bytes */${file.content.length}`]]);
        if (!exceed(ranges, file.content.length)) return partial(file, ranges, type, modified, tag, () => ++boundaries);
      }
      return {
        status: 200,
        headers: [['Content-Type', type], modified, ['ETag', `"${tag}"`], ['Accept-Ranges', 'bytes']],
        body: file.content,
        from: 'file',
      };
    },

    folder(_request: Request, listing: FolderListing): Answer {
      if (options.autoindex !== true) return page(403);
      return { status: 200, headers: [['Content-Type', 'text/html']], body: indexOf(listing), chunked: true };
    },

    redirectToFolder(request: Request, circumstances: Circumstances): Answer {
      const { port, secure } = circumstances;
      const host = request.host === '' ? circumstances.address : request.host;
      const shown = port === (secure ? 443 : 80) ? host : `${host}:${port}`;
      const query = request.query === undefined ? '' : `?${request.query}`;
      return page(301, [['Location', `${secure ? 'https' : 'http'}://${shown}${escapePath(request.path)}/${query}`]]);
    },

    nothing: () => page(404),

    method(request: Request, exists: boolean): Answer | undefined {
      if (request.method === 'GET' || request.method === 'HEAD') return undefined;
      if (request.method === 'TRACE' || exists) return page(405);
      return page(404);
    },

    write(answer: Answer, request: Partial<Request>, circumstances: Circumstances): Buffer {
      const { status, from } = answer;
      const text = NGINX_STATUS[status] ?? STATUS_TEXTS[status] ?? '';
      const extra = answer.headers ?? [];
      let content = toBytes(
        answer.body ?? (from === 'server' ? nginxPage(status, text, software, answer.because) : ''),
      );
      let encoded = headerOf(extra, 'content-encoding') !== undefined;
      let chunked = answer.chunked === true;
      const type = headerOf(extra, 'content-type') ?? (from === 'server' ? 'text/html' : undefined);
      if (
        !encoded &&
        from !== 'file' &&
        content.length >= GZIP_MIN_BYTES &&
        status < 405 &&
        isHtml(type) &&
        acceptsGzip(request)
      ) {
        content = gzipped(
          content,
          1,
          from === 'server' ? `nginx page ${software} ${status} ${answer.because}` : undefined,
        );
        encoded = true;
        chunked = true;
      }
      if (request.version === 9) return content;
      const lines = [`HTTP/1.1 ${status} ${text}`, `Server: ${software}`, `Date: ${httpDate(circumstances.now)}`];
      if (type !== undefined && status !== 304) lines.push(`Content-Type: ${type}`);
      const bodiless = status === 304 || status === 204 || status < 200;
      // To a client of HTTP/1.0 nothing is chunked: the end of the connection says where it ends.
      const keepAlive = circumstances.keepAlive && !(chunked && (request.version ?? 11) < 11);
      if (!bodiless && !chunked) lines.push(`Content-Length: ${content.length}`);
      for (const name of ['Last-Modified', 'Location']) {
        const value = headerOf(extra, name.toLowerCase());
        if (value !== undefined) lines.push(`${name}: ${value}`);
      }
      const inChunks = chunked && request.version === 11;
      if (!bodiless && inChunks) lines.push('Transfer-Encoding: chunked');
      lines.push(`Connection: ${keepAlive ? 'keep-alive' : 'close'}`);
      for (const [name, value] of extra) if (!PLACED.has(name.toLowerCase())) lines.push(`${name}: ${value}`);
      if (encoded && headerOf(extra, 'content-encoding') === undefined) lines.push('Content-Encoding: gzip');
      const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
      if (bodiless || request.method === 'HEAD') return head;
      return Buffer.concat(inChunks ? [head, ...chunk(content)] : [head, content]);
    },

    closesAfter: ({ status, from, close }: Answer) => close ?? (from === 'server' && CLOSING.has(status)),
  };
}

const PLACED = new Set(['content-type', 'content-length', 'last-modified', 'location', 'connection']);

export function chunk(content: Buffer): readonly Buffer[] {
  if (content.length === 0) return [Buffer.from('0\r\n\r\n')];
  return [Buffer.from(`${content.length.toString(16)}\r\n`), content, Buffer.from('\r\n0\r\n\r\n')];
}

function toBytes(body: Buffer | string): Buffer {
  return typeof body === 'string' ? Buffer.from(body, 'utf8') : body;
}

function isHtml(type: string | undefined): boolean {
  return type?.startsWith('text/html') === true;
}

function acceptsGzip({ headers = [], version = 11 }: Partial<Request>): boolean {
  return version > 10 && /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:,|$))/i.test(headerOf(headers, 'accept-encoding') ?? '');
}

/** 304, 412 or to go on; dates must be those that were told, as `if_modified_since exact` has it. */
function condition(headers: readonly Header[], tag: string, modified: number): 304 | 412 | undefined {
  const second = Math.floor(modified / 1000) * 1000;
  const unmodified = headerOf(headers, 'if-unmodified-since');
  if (unmodified !== undefined && second > Date.parse(unmodified)) return 412;
  const match = headerOf(headers, 'if-match');
  if (match !== undefined && match !== '*' && !tagsOf(match).includes(tag)) return 412;
  const since = headerOf(headers, 'if-modified-since');
  const none = headerOf(headers, 'if-none-match');
  if (since === undefined && none === undefined) return undefined;
  if (since !== undefined && Date.parse(since) !== second) return undefined;
  if (none !== undefined && none !== '*' && !tagsOf(none).includes(tag)) return undefined;
  return 304;
}

function tagsOf(list: string): readonly string[] {
  return list.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
}

function partial(
  file: SiteFile,
  ranges: readonly { readonly from: number; readonly to: number }[],
  type: string,
  modified: Header,
  tag: string,
  nextBoundary: () => number,
): Answer {
  const size = file.content.length;
  const etag: Header = ['ETag', `"${tag}"`];
  if (ranges.length === 1) {
    const { from, to } = ranges[0]!;
    return {
      status: 206,
      headers: [['Content-Type', type], modified, etag, ['Content-Range', `bytes ${from}-${to}/${size}`]],
      body: file.content.subarray(from, to + 1),
      from: 'file',
    };
  }
  const boundary = String(nextBoundary()).padStart(20, '0');
  const parts = ranges.flatMap(({ from, to }) => [
    Buffer.from(`\r\n--${boundary}\r\nContent-Type: ${type}\r\nContent-Range: bytes ${from}-${to}/${size}\r\n\r\n`),
    file.content.subarray(from, to + 1),
  ]);
  return {
    status: 206,
    headers: [['Content-Type', `multipart/byteranges; boundary=${boundary}`], modified, etag],
    body: Buffer.concat([...parts, Buffer.from(`\r\n--${boundary}--\r\n`)]),
    from: 'file',
  };
}

function escapePath(path: string): string {
  return path.replace(
    /[\x00-\x20%?#\x7f-\xff]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** The listing of ngx_http_autoindex_module: names cut to 50 columns, dates in UTC. */
function indexOf({ path, entries }: FolderListing): string {
  const rows = entries.map(({ name, folder, size, modified }) => {
    const shown = folder ? `${name}/` : name;
    const text = shown.length > 50 ? `${shown.slice(0, 47)}..&gt;` : shown;
    const date = new Date(modified);
    const two = (value: number) => String(value).padStart(2, '0');
    const when = `${two(date.getUTCDate())}-${MONTHS[date.getUTCMonth()]}-${date.getUTCFullYear()} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`;
    const gap = ' '.repeat(Math.max(1, 51 - shown.length));
    return `<a href="${escapePath(shown)}">${text}</a>${gap}${when}${(folder ? '-' : String(size)).padStart(20)}`;
  });
  const title = `Index of ${path}`;
  return `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<h1>${title}</h1><hr><pre><a href="../">../</a>\r\n${rows.map((row) => `${row}\r\n`).join('')}</pre><hr></body>\r\n</html>\r\n`;
}
