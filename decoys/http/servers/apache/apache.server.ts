/** Apache 2.4 as Debian and Ubuntu configure it: event MPM, mod_deflate, mod_autoindex, `ServerTokens OS`, signatures below its pages. */
import { randomBytes } from 'node:crypto';
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
import { apacheFraming, apacheHeader, apacheJudge, apacheRequestLine, NOWHERE } from './apache-head.ts';
import { apacheListing } from './apache-listing.ts';
import { apachePage, doctypes, escapeHtml } from './apache-pages.ts';

const TYPES: MediaTypes = { fallback: undefined, own: { gz: 'application/x-gzip' } };
/** `ap_status_drops_connection`. */
const CLOSING = new Set([400, 408, 411, 413, 414, 500, 501, 503]);
const DEFLATED =
  /^(text\/(html|plain|xml|css|javascript)|application\/(javascript|json|xml|rss\+xml|x-javascript|xhtml\+xml))/;
/** mod_deflate leaves shorter answers as they are. */
const DEFLATE_MIN_BYTES = 69;
/** Its own table of methods is in another order with each start. */
const ALLOW = ['GET,POST,OPTIONS,HEAD', 'POST,OPTIONS,HEAD,GET'];
/** Methods that it knows by name; others are answered 501. */
const KNOWN = new Set(
  'GET HEAD POST PUT DELETE CONNECT OPTIONS TRACE PATCH PROPFIND PROPPATCH MKCOL COPY MOVE LOCK UNLOCK VERSION-CONTROL CHECKOUT UNCHECKOUT CHECKIN UPDATE LABEL REPORT MKWORKSPACE MKACTIVITY BASELINE-CONTROL MERGE BREW WHEN'.split(
    ' ',
  ),
);
const PLAIN =
  "Reason: You're speaking plain HTTP to an SSL-enabled server port.<br />\n Instead use the HTTPS scheme to access this URL, please.<br />\n";
const BECAUSE = {
  field: 'Size of a request header field exceeds server limit.',
  count: "The number of request header fields exceeds this server's limit.",
};

export interface ApacheOptions {
  /** `2.4.71`. */
  readonly version: string;
  /** `Debian`, `Ubuntu`, `Rocky Linux`. */
  readonly distribution?: string;
  /** Behind the system: ` OpenSSL/3.0.7`. */
  readonly extra?: string;
  /** Which of the orders of `Allow` it started with. */
  readonly start?: number;
  /** `ServerName`: where the request names no host. */
  readonly serverName: string;
  readonly indexes?: boolean;
  /** Debian prints `ServerSignature On`; RHEL has none below its pages. */
  readonly signature?: boolean;
}

export function apacheServer(options: ApacheOptions): WebServer {
  const system = options.distribution === undefined ? '' : ` (${options.distribution})`;
  const software = `Apache/${options.version}${system}${options.extra ?? ''}`;
  const doctype = doctypes(options.version);
  // One for as long as the server runs, without leading zeros.
  const boundary = randomBytes(8).readBigUInt64BE().toString(16);
  const page = (status: number, because = '', extra: readonly Header[] = []): Answer => ({
    status,
    because,
    headers: extra,
    from: 'server',
  });
  const nothing = ({ path }: Request): Answer => {
    const parts = path.split('/');
    if (
      parts.some((part) => part.length > 255 || part.startsWith('.ht')) ||
      path === '/icons/' ||
      path === '/server-status'
    )
      return page(403);
    return page(404);
  };
  const hostOf = (request: Partial<Request>, circumstances: Circumstances) => {
    const [, name, port] = /^(.*?)(?::(\d+))?$/.exec(request.host ?? '')!;
    return {
      // What was not understood names no host.
      name: name === '' || name === undefined || request.path === undefined ? options.serverName : name,
      port: Number(port ?? (circumstances.secure ? 443 : 80)),
    };
  };

  return {
    software,
    limits: { lineBytes: 8190, headBytes: 1024 * 1024, headers: 100 },
    patient: false,
    emptyLines: 'skip',
    bareLineFeed: false,
    tooLong: {
      line: { refuse: 414 },
      header: { refuse: 400, because: BECAUSE.field },
      head: { refuse: 400, because: BECAUSE.field },
      count: { refuse: 400, because: BECAUSE.count },
    },
    filesWaitForBody: true,
    saysContinueEarly: false,
    pathInfo: false,
    misplaced: { status: 400, from: 'server', because: PLAIN, close: true },
    settings: { values: { maxConcurrentStreams: 100 }, window: 2_147_483_647 },
    tls: {
      alpn: ['h2', 'http/1.1'],
      ciphers: 'HIGH:!aNULL:@SECLEVEL=2',
      dhe: true,
      sessionSeconds: 300,
      tickets: false,
    },
    maxBodyBytes: Number.MAX_SAFE_INTEGER,
    maxBodyRefusal: { refuse: 413 },
    badChunk: (tooLarge) => ({ refuse: tooLarge ? 413 : 400 }),

    requestLine: apacheRequestLine,
    header: apacheHeader,
    judge: apacheJudge,
    framing: apacheFraming,

    keepAlive({ version, headers }: Head): boolean {
      const said = listOf(headers, 'connection');
      if (version < 10 || said.includes('close')) return false;
      return version > 10 || said.includes('keep-alive');
    },

    expects(head: Head, hasBody: boolean): 'continue' | 'ignore' | Refusal {
      const expected = headerOf(head.headers, 'expect');
      if (expected === undefined || expected === '' || head.version < 11) return 'ignore';
      if (expected.toLowerCase() !== '100-continue') return { refuse: 417, because: expected, head };
      return hasBody ? 'continue' : 'ignore';
    },

    file(request: Request, file: SiteFile): Answer {
      if (file.path.split('/').some((part) => part.startsWith('.ht'))) return page(403);
      const size = file.content.length;
      const tag = `${size.toString(16)}-${(BigInt(Math.floor(file.modified)) * 1000n).toString(16)}`;
      const type = mediaType(file.path, TYPES);
      const deflates = type !== undefined && DEFLATED.test(type) && size >= DEFLATE_MIN_BYTES;
      const zips = deflates && size <= MAX_GZIP_BYTES && acceptsGzip(request);
      const basic = (etag: string): readonly Header[] => [
        ['Last-Modified', new Date(file.modified).toUTCString()],
        ['ETag', `"${etag}"`],
        ['Accept-Ranges', 'bytes'],
      ];
      const typed: readonly Header[] = type === undefined ? [] : [['Content-Type', type]];
      const vary: readonly Header[] = deflates ? [['Vary', 'Accept-Encoding']] : [];
      const verdict = condition(request.headers, `"${tag}"`, file.modified);
      if (verdict === 304) return { status: 304, headers: [...basic(tag), ...vary] };
      if (verdict === 412)
        return { status: 412, headers: [...basic(tag), ['Content-Length', '0'], ...typed], body: '' };
      const range = headerOf(request.headers, 'range');
      const ranges = range === undefined ? 'bad' : byteRanges(range, size);
      if (ranges === 'none') return { ...page(416), chunked: true };
      if (ranges !== 'bad' && !exceed(ranges, size)) return partial(file, ranges, boundary, basic(tag), vary, type);
      if (zips) {
        const body = gzipped(file.content, 6, file.content);
        return {
          status: 200,
          headers: [
            ...basic(`${tag}-gzip`),
            ...vary,
            ['Content-Encoding', 'gzip'],
            ['Content-Length', String(body.length)],
            ...typed,
          ],
          body,
          from: 'file',
        };
      }
      return {
        status: 200,
        headers: [...basic(tag), ['Content-Length', String(size)], ...vary, ...typed],
        body: file.content,
        from: 'file',
      };
    },

    folder(request: Request, listing: FolderListing, circumstances: Circumstances): Answer {
      if (options.indexes === false) return page(403);
      const { name, port } = hostOf(request, circumstances);
      const address = `<address>${software} Server at ${escapeHtml(name.replace(/^\[|\]$/g, ''))} Port ${port}</address>`;
      const content = Buffer.from(apacheListing(listing, address, doctype.listing));
      const zips = acceptsGzip(request);
      const body = zips ? gzipped(content, 6, undefined) : content;
      return {
        status: 200,
        headers: [
          ['Vary', 'Accept-Encoding'],
          ...(zips ? ([['Content-Encoding', 'gzip']] as const) : []),
          ['Content-Length', String(body.length)],
          ['Content-Type', 'text/html;charset=UTF-8'],
        ],
        body,
        from: 'file',
      };
    },

    redirectToFolder(request: Request, circumstances: Circumstances): Answer {
      const { name, port } = hostOf(request, circumstances);
      const shown = port === (circumstances.secure ? 443 : 80) ? name : `${name}:${port}`;
      const query = request.query === undefined ? '' : `?${request.query}`;
      const where = `${circumstances.secure ? 'https' : 'http'}://${shown}${encodeURI(request.path)}/${query}`;
      return page(301, where, [['Location', where]]);
    },

    nothing,

    method(request: Request): Answer | undefined {
      const { method } = request;
      const allow: Header = ['Allow', ALLOW[(options.start ?? 0) % ALLOW.length]!];
      if (method === 'GET' || method === 'HEAD' || method === 'POST') return undefined;
      if (!KNOWN.has(method)) return page(501, method, [allow]);
      if (method === 'TRACE') return page(405, method, [['Allow', '']]);
      if (method !== 'OPTIONS') return page(405, method, [allow]);
      if (request.path === '*') return { status: 200, headers: [['Content-Length', '0']], body: '' };
      return { status: 200, headers: [allow, ['Content-Length', '0'], ['Content-Type', 'text/html']], body: '' };
    },

    write(answer: Answer, request: Partial<Request>, circumstances: Circumstances): Buffer {
      const { status, from, because = '' } = answer;
      const text = STATUS_TEXTS[status] ?? '';
      const { name: host, port } = hostOf(request, circumstances);
      const own = from === 'server' && answer.body === undefined;
      const body = own
        ? apachePage({
            status,
            text,
            software,
            doctype: doctype.error,
            signature: options.signature !== false,
            host: host.replace(/^\[|\]$/g, ''),
            port,
            because: sentenceOf(status, because, request),
          })
        : answer.body;
      let content = typeof body === 'string' ? Buffer.from(body, 'latin1') : (body ?? Buffer.alloc(0));
      if (from === 'program' && typeof answer.body === 'string') content = Buffer.from(answer.body, 'utf8');
      if (request.version === 9) return content;
      const headers = (answer.headers ?? []).filter(([name]) => name.toLowerCase() !== 'content-type');
      let type = headerOf(answer.headers ?? [], 'content-type');
      if (own && status !== 304) type = 'text/html; charset=iso-8859-1';
      const bodiless = status === 304 || status === 204 || status < 200;
      let zipped = false;
      if (
        from === 'program' &&
        !bodiless &&
        type !== undefined &&
        DEFLATED.test(type) &&
        content.length >= DEFLATE_MIN_BYTES
      ) {
        headers.push(['Vary', 'Accept-Encoding']);
        if (acceptsGzip(request)) {
          content = gzipped(content, 6, undefined);
          zipped = true;
          headers.push(['Content-Encoding', 'gzip']);
        }
      }
      const chunked = answer.chunked === true && from === 'program' && request.version === 11;
      const lengthKnown = headers.some(([name]) => name.toLowerCase() === 'content-length');
      // The length of its own pages is not told to HEAD, nor once a body has gone wrong.
      const silent = (own && (request.method === 'HEAD' || answer.chunked === true)) || bodiless || chunked;
      if (!lengthKnown && !silent && !zipped) headers.push(['Content-Length', String(content.length)]);
      else if (!lengthKnown && zipped && !chunked) headers.push(['Content-Length', String(content.length)]);
      const lines = [`HTTP/1.1 ${status} ${text}`, `Date: ${httpDate(circumstances.now)}`, `Server: ${software}`];
      for (const [name, value] of headers) lines.push(`${name}: ${value}`);
      if (!circumstances.keepAlive) lines.push('Connection: close');
      else if (listOf(request.headers ?? [], 'connection').includes('keep-alive'))
        lines.push(`Keep-Alive: timeout=5, max=${Math.max(0, 100 - circumstances.answered)}`, 'Connection: Keep-Alive');
      if (chunked) lines.push('Transfer-Encoding: chunked');
      if (type !== undefined && status !== 304) lines.push(`Content-Type: ${type}`);
      const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
      if (bodiless || request.method === 'HEAD') return head;
      if (!chunked) return Buffer.concat([head, content]);
      const size = Buffer.from(`${content.length.toString(16)}\r\n`);
      return Buffer.concat(
        content.length === 0 ? [head, Buffer.from('0\r\n\r\n')] : [head, size, content, Buffer.from('\r\n0\r\n\r\n')],
      );
    },

    closesAfter: ({ status, from, close }: Answer) => close ?? (from === 'server' && CLOSING.has(status)),
  };

  function sentenceOf(status: number, because: string, request: Partial<Request>): string {
    if (because !== '') return because;
    return status === 413 || status === 405 ? (request.method ?? '') : '';
  }
}

export { NOWHERE };

function acceptsGzip({ headers = [] }: Partial<Request>): boolean {
  return /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:,|$))/i.test(headerOf(headers, 'accept-encoding') ?? '');
}

/** `ap_meets_conditions`. */
function condition(headers: readonly Header[], tag: string, modified: number): 304 | 412 | undefined {
  const second = Math.floor(modified / 1000) * 1000;
  const tags = (list: string) => list.split(',').map((each) => each.trim().replace(/^W\//, ''));
  const match = headerOf(headers, 'if-match');
  if (match !== undefined) {
    if (match !== '*' && !tags(match).includes(tag)) return 412;
  } else {
    const unmodified = headerOf(headers, 'if-unmodified-since');
    if (unmodified !== undefined && second > Date.parse(unmodified)) return 412;
  }
  const none = headerOf(headers, 'if-none-match');
  if (none !== undefined) return none === '*' || tags(none).includes(tag) ? 304 : undefined;
  const since = headerOf(headers, 'if-modified-since');
  // A date in the future is no condition.
  if (since !== undefined && Date.parse(since) >= second && Date.parse(since) < Date.now()) return 304;
  return undefined;
}

function partial(
  { content }: SiteFile,
  ranges: readonly { readonly from: number; readonly to: number }[],
  boundary: string,
  basic: readonly Header[],
  vary: readonly Header[],
  type: string | undefined,
): Answer {
  const size = content.length;
  if (ranges.length === 1) {
    const { from, to } = ranges[0]!;
    const typed: readonly Header[] = type === undefined ? [] : [['Content-Type', type]];
    return {
      status: 206,
      headers: [
        ...basic,
        ['Content-Length', String(to - from + 1)],
        ...vary,
        ['Content-Range', `bytes ${from}-${to}/${size}`],
        ...typed,
      ],
      body: content.subarray(from, to + 1),
      from: 'file',
    };
  }
  const parts = ranges.flatMap(({ from, to }) => [
    Buffer.from(
      `\r\n--${boundary}\r\n${type === undefined ? '' : `Content-type: ${type}\r\n`}Content-range: bytes ${from}-${to}/${size}\r\n\r\n`,
    ),
    content.subarray(from, to + 1),
  ]);
  const body = Buffer.concat([...parts, Buffer.from(`\r\n--${boundary}--\r\n`)]);
  return {
    status: 206,
    headers: [
      ...basic,
      ['Content-Length', String(body.length)],
      ...vary,
      ['Content-Type', `multipart/byteranges; boundary=${boundary}`],
    ],
    body,
    from: 'file',
  };
}
