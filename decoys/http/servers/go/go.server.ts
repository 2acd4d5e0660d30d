/** Go's net/http, on which Docker, Kubernetes and many others speak: short answers in plain text, headers in the alphabet's order. */
import {
  headerOf,
  listOf,
  type Answer,
  type Head,
  type Header,
  type Refusal,
  type Request,
} from '../../message.types.ts';
import { STATUS_TEXTS, httpDate } from '../../http1/status-texts.ts';
import { decodePath } from '../target-path.ts';
import type { Circumstances, Framing, RequestLine, WebServer } from '../web-server.types.ts';

const WORDS: Readonly<Record<number, string>> = { 413: 'Request Entity Too Large', 414: 'Request URI Too Long' };
const BAD: Refusal = { refuse: 400 };
const HEAD_TOO_LARGE: Refusal = { refuse: 431 };
const NOT_FOUND: Answer = {
  status: 404,
  headers: [
    ['Content-Type', 'text/plain; charset=utf-8'],
    ['X-Content-Type-Options', 'nosniff'],
  ],
  body: '404 page not found\n',
};

/** @param netty as Java's Netty writes it instead: no date, names in small letters */
export function goServer(netty = false): WebServer {
  const refused = (head: Partial<Head>, because?: string): Refusal => ({
    ...BAD,
    head,
    ...(because === undefined ? {} : { because }),
  });
  return {
    software: '',
    limits: { lineBytes: 1024 * 1024, headBytes: 1024 * 1024 + 4096, headers: 10_000 },
    patient: false,
    emptyLines: 'refuse',
    bareLineFeed: true,
    tooLong: { line: HEAD_TOO_LARGE, header: HEAD_TOO_LARGE, head: HEAD_TOO_LARGE, count: HEAD_TOO_LARGE },
    filesWaitForBody: false,
    saysContinueEarly: false,
    pathInfo: false,
    misplaced: {
      status: 400,
      raw: Buffer.from('HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n'),
    },
    settings: {
      values: {
        maxConcurrentStreams: 250,
        initialWindowSize: 1_048_576,
        maxFrameSize: 1_048_576,
        maxHeaderListSize: 1_048_896,
      },
      window: 1_048_576,
    },
    tls: { alpn: ['h2', 'http/1.1'], alpnMismatch: 'alert' },
    maxBodyBytes: Number.MAX_SAFE_INTEGER,
    maxBodyRefusal: { refuse: 413 },
    badChunk: () => BAD,

    requestLine(line: string, complete: boolean): RequestLine | Refusal | 'more' {
      if (!complete) return 'more';
      const match = /^([^ ]+) ([^ ]*) HTTP\/(\d)\.(\d)$/.exec(line);
      if (match === null || !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(match[1]!)) return BAD;
      const major = Number(match[3]);
      if (major !== 1) return { refuse: 505, because: 'unsupported protocol version' };
      return { method: match[1]!, target: match[2]!, version: match[4] === '0' ? 10 : 11 };
    },

    header(line: string, previous: Header | undefined): Header | Refusal | 'folded' {
      if (/^[ \t]/.test(line)) return previous === undefined ? BAD : 'folded';
      const colon = line.indexOf(':');
      const name = line.slice(0, Math.max(0, colon));
      if (colon < 0 || !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) return BAD;
      return [name, line.slice(colon + 1).trim()];
    },

    judge(line: RequestLine, headers: readonly Header[]): Head | Refusal {
      const known = { ...line, headers };
      const hosts = headers.filter(([name]) => name.toLowerCase() === 'host');
      if (hosts.length === 0 && line.version > 10) return refused(known, 'missing required Host header');
      if (hosts.length > 1) return refused(known, 'too many Host headers');
      const host = hosts[0]?.[1] ?? '';
      if (/[^A-Za-z0-9._:[\]%@!$&'()*+,;=~-]/.test(host)) return refused(known, 'malformed Host header');
      const origin = line.target.replace(/^https?:\/\/[^/?]*/i, '') || '/';
      if (origin === '*') return { ...known, path: '*', query: undefined, host };
      if (!origin.startsWith('/') || /[\x00-\x20\x7f]/.test(origin)) return refused(known);
      const decoded = decodePath(origin, {
        fragment: 'cut',
        encodedSlash: 'decode',
        encodedNull: 'nothing',
        badEscape: 'refuse',
        above: 'root',
        mergeSlashes: true,
      });
      if (decoded === 'refuse') return refused(known);
      return { ...known, ...(decoded === 'nothing' ? { path: '/\0', query: undefined } : decoded), host };
    },

    framing(head: Head): Framing | Refusal {
      const coding = headerOf(head.headers, 'transfer-encoding');
      if (coding !== undefined)
        return coding.toLowerCase() === 'chunked'
          ? { kind: 'chunked', length: 0 }
          : { refuse: 501, because: 'unsupported transfer encoding', head };
      const lengths = new Set(
        head.headers.filter(([name]) => name.toLowerCase() === 'content-length').map(([, value]) => value),
      );
      if (lengths.size === 0) return { kind: 'none', length: 0 };
      const [length = ''] = lengths;
      return lengths.size === 1 && /^\d{1,18}$/.test(length)
        ? { kind: 'length', length: Number(length) }
        : refused(head);
    },

    keepAlive({ version, headers }: Head): boolean {
      const said = listOf(headers, 'connection');
      return version > 10 ? !said.includes('close') : said.includes('keep-alive');
    },

    expects: ({ version, headers }: Head, hasBody: boolean) =>
      hasBody && version > 10 && headerOf(headers, 'expect')?.toLowerCase() === '100-continue' ? 'continue' : 'ignore',

    file: () => NOT_FOUND,
    folder: () => NOT_FOUND,
    redirectToFolder: () => NOT_FOUND,
    nothing: () => NOT_FOUND,
    method: () => undefined,

    write(answer: Answer, request: Partial<Request>, circumstances: Circumstances): Buffer {
      const { status, from, because } = answer;
      const text = WORDS[status] ?? STATUS_TEXTS[status] ?? '';
      if (from === 'server' && answer.body === undefined) {
        const words = `${status} ${text}${because === undefined ? '' : `: ${because}`}`;
        return Buffer.from(
          `HTTP/1.1 ${words}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n${words}`,
        );
      }
      const body = answer.body ?? '';
      const content = typeof body === 'string' ? Buffer.from(body, 'utf8') : body;
      const old = (request.version ?? 11) < 11;
      const lines = [`HTTP/1.${old ? 0 : 1} ${status} ${text}`];
      for (const [name, value] of (answer.headers ?? []).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
        lines.push(`${name}: ${value}`);
      const bodiless = status === 304 || status === 204 || status < 200;
      const chunked = answer.chunked === true && request.version === 11 && !bodiless;
      if (!netty) lines.push(`Date: ${httpDate(circumstances.now)}`);
      if (!bodiless && !chunked && !(old && answer.chunked === true))
        lines.push(`${netty ? 'content-length' : 'Content-Length'}: ${content.length}`);
      if (!circumstances.keepAlive && !old) lines.push('Connection: close');
      if (circumstances.keepAlive && old) lines.push('Connection: keep-alive');
      if (chunked) lines.push('Transfer-Encoding: chunked');
      const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
      if (bodiless || request.method === 'HEAD') return head;
      if (!chunked) return Buffer.concat([head, content]);
      return Buffer.concat([
        head,
        Buffer.from(`${content.length.toString(16)}\r\n`),
        content,
        Buffer.from('\r\n0\r\n\r\n'),
      ]);
    },

    closesAfter: ({ from, close }: Answer) => close ?? from === 'server',
  };
}
