/** lighttpd 1.4 as Debian 12 configures it, and as it sits in many routers and cameras. */
import { createHash } from 'node:crypto';
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
import { byteRanges } from '../byte-ranges.ts';
import { mediaType, type MediaTypes } from '../media-types.ts';
import type { Circumstances, WebServer } from '../web-server.types.ts';
import { lighttpdFraming, lighttpdHeader, lighttpdJudge, lighttpdRequestLine } from './lighttpd-head.ts';

const TYPES: MediaTypes = {
  fallback: 'application/octet-stream',
  own: {
    txt: 'text/plain;charset=utf-8',
    css: 'text/css;charset=utf-8',
    gz: 'application/gzip',
    tgz: 'application/gzip',
  },
};
const WORDS: Readonly<Record<number, string>> = {
  416: 'Range Not Satisfiable',
  414: 'URI Too Long',
  413: 'Payload Too Large',
};
const TOO_LARGE: Refusal = { refuse: 431, head: { version: 10 } };
/** Ranges closer to each other than this are answered as one. */
const COALESCED_BYTES = 80;

export interface LighttpdOptions {
  /** `1.4.69`. */
  readonly version: string;
  /** What `Server` says where it was configured otherwise. */
  readonly tag?: string;
}

export function lighttpdServer(options: LighttpdOptions): WebServer {
  const software = options.tag ?? `lighttpd/${options.version}`;
  const page = (status: number): Answer => ({ status, from: 'server' });

  return {
    software,
    limits: { lineBytes: 8192, headBytes: 8192, headers: 8192 },
    patient: true,
    emptyLines: 'between',
    bareLineFeed: false,
    tooLong: { line: TOO_LARGE, header: TOO_LARGE, head: TOO_LARGE, count: TOO_LARGE },
    filesWaitForBody: false,
    saysContinueEarly: false,
    pathInfo: true,
    misplaced: { status: 400, raw: Buffer.alloc(0) },
    settings: {
      values: { maxConcurrentStreams: 8, initialWindowSize: 65_536, maxFrameSize: 16_384, maxHeaderListSize: 65_535 },
      window: 0,
    },
    tls: {
      alpn: ['h2', 'http/1.1', 'http/1.0'],
      ciphers: 'EECDH+AESGCM:AES256+EECDH:CHACHA20:!SHA1:!SHA256:!SHA384:@SECLEVEL=2',
      serverOrder: true,
    },
    maxBodyBytes: Number.MAX_SAFE_INTEGER,
    maxBodyRefusal: { refuse: 413 },
    badChunk: () => ({ refuse: 400 }),

    requestLine: lighttpdRequestLine,
    header: lighttpdHeader,
    judge: lighttpdJudge,
    framing: lighttpdFraming,

    keepAlive({ version, headers }: Head): boolean {
      const said = listOf(headers, 'connection');
      return version > 10 ? !said.includes('close') : said.includes('keep-alive');
    },

    expects: ({ version, headers }: Head, hasBody: boolean) =>
      hasBody && version > 10 && headerOf(headers, 'expect')?.toLowerCase() === '100-continue' ? 'continue' : 'ignore',

    file(request: Request, file: SiteFile): Answer {
      if (/~$|\.inc$/.test(file.path)) return page(403);
      const size = file.content.length;
      const seen = createHash('md5').update(`${file.inode}-${size}-${file.modified}`).digest();
      const headers: Header[] = [
        ['Content-Type', mediaType(file.path, TYPES)!],
        ['ETag', `"${seen.readUInt32LE(0)}"`],
        ['Last-Modified', new Date(file.modified).toUTCString()],
      ];
      if (isUnmodified(request.headers, headers[1]![1], file.modified)) return { status: 304, headers };
      const ranged = request.version > 10 && request.method !== 'POST';
      const range = ranged ? headerOf(request.headers, 'range') : undefined;
      const ranges = range === undefined ? undefined : byteRanges(range, size);
      if (ranges === 'bad' || ranges === 'none') return page(416);
      const accept: readonly Header[] = ranged ? [['Accept-Ranges', 'bytes']] : [];
      if (ranges === undefined)
        return {
          status: 200,
          headers: [...headers, ['Content-Length', String(size)], ...accept],
          body: file.content,
          from: 'file',
        };
      const { from, to } = coalesce(ranges);
      return {
        status: 206,
        headers: [
          ...headers,
          ['Content-Length', String(to - from + 1)],
          ...accept,
          ['Content-Range', `bytes ${from}-${to}/${size}`],
        ],
        body: file.content.subarray(from, to + 1),
        from: 'file',
      };
    },

    folder: () => page(403),

    redirectToFolder: ({ path, query }: Request): Answer => ({
      status: 301,
      headers: [
        ['Location', `${encodeURI(path)}/${query === undefined ? '' : `?${query}`}`],
        ['Content-Length', '0'],
      ],
      body: '',
    }),

    nothing: ({ path }: Request) => page(/~$|\.inc$/.test(path) ? 403 : 404),

    method(request: Request, exists: boolean): Answer | undefined {
      const { method } = request;
      if (method === 'OPTIONS')
        return {
          status: 200,
          headers: [
            ['Allow', 'OPTIONS, GET, HEAD, POST'],
            ['Content-Length', '0'],
          ],
          body: '',
        };
      return method === 'PUT' ? page(exists ? 501 : 404) : undefined;
    },

    write(answer: Answer, request: Partial<Request>, circumstances: Circumstances): Buffer {
      const { status, from } = answer;
      const text = WORDS[status] ?? STATUS_TEXTS[status] ?? '';
      const own = from === 'server' && answer.body === undefined;
      const body = own ? lighttpdPage(status, text) : (answer.body ?? '');
      const content = typeof body === 'string' ? Buffer.from(body, 'utf8') : body;
      const version = request.version ?? 11;
      const lines = [`HTTP/1.${version < 11 ? 0 : 1} ${status} ${text}`];
      if (own) lines.push('Content-Type: text/html', `Content-Length: ${content.length}`);
      for (const [name, value] of answer.headers ?? []) lines.push(`${name}: ${value}`);
      const bodiless = status === 304 || status === 204 || status < 200;
      const told = headerOf(answer.headers ?? [], 'content-length') !== undefined;
      const chunked = answer.chunked === true && version === 11;
      if (!own && !told && !bodiless)
        lines.push(chunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${content.length}`);
      if (!circumstances.keepAlive) lines.push('Connection: close');
      else if (version < 11) lines.push('Connection: keep-alive');
      lines.push(`Date: ${httpDate(circumstances.now)}`, `Server: ${software}`);
      const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
      if (bodiless || request.method === 'HEAD') return head;
      if (!chunked || told || own) return Buffer.concat([head, content]);
      const size = Buffer.from(`${content.length.toString(16)}\r\n`);
      return Buffer.concat(
        content.length === 0 ? [head, Buffer.from('0\r\n\r\n')] : [head, size, content, Buffer.from('\r\n0\r\n\r\n')],
      );
    },

    closesAfter: ({ status, from, close }: Answer) =>
      close ?? (from === 'server' && status >= 400 && ![401, 403, 404, 416].includes(status)),
  };
}

function lighttpdPage(status: number, text: string): string {
  return `<?xml version="1.0" encoding="iso-8859-1"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"
         "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">
 <head>
  <title>${status} ${text}</title>
 </head>
 <body>
  <h1>${status} ${text}</h1>
 </body>
</html>
`;
}

function isUnmodified(headers: readonly Header[], tag: string, modified: number): boolean {
  const none = headerOf(headers, 'if-none-match');
  if (none !== undefined)
    return none === '*' || none.split(',').some((each) => each.trim().replace(/^W\//, '') === tag);
  const since = headerOf(headers, 'if-modified-since');
  return since !== undefined && Date.parse(since) >= Math.floor(modified / 1000) * 1000;
}

/** The first range, and those after it that are near enough to be read in one go. */
function coalesce(ranges: readonly { readonly from: number; readonly to: number }[]): { from: number; to: number } {
  const { from, to } = ranges[0]!;
  let end = to;
  for (const next of ranges.slice(1)) {
    if (next.from < from || next.from > end + COALESCED_BYTES) break;
    end = Math.max(end, next.to);
  }
  return { from, to: end };
}
