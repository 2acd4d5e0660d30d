/** What makes a web server recognisable: how it takes a request apart, what it refuses, and how it writes what it answers. One object for all connections. */
import type { Settings } from 'node:http2';
import type { TlsOptions } from '../../tls/tls-server.ts';
import type { Answer, Head, Header, Refusal, Request } from '../message.types.ts';
import type { SiteFile } from '../site/site.types.ts';

/** How an answer goes out. */
export interface Circumstances {
  readonly keepAlive: boolean;
  /** Requests that were answered on this connection before. */
  readonly answered: number;
  /** Epoch ms. */
  readonly now: number;
  readonly secure: boolean;
  readonly port: number;
  /** The address that was asked. */
  readonly address: string;
}

export interface RequestLine {
  readonly method: string;
  readonly target: string;
  readonly version: number;
}

export interface Framing {
  readonly kind: 'none' | 'length' | 'chunked';
  readonly length: number;
}

export interface WebServer {
  /** `nginx/1.22.1`. */
  readonly software: string;
  readonly limits: { readonly lineBytes: number; readonly headBytes: number; readonly headers: number };
  /** Waits for the whole head before it judges any of it. */
  readonly patient: boolean;
  /** Empty lines before a request are passed over: always, never, or between requests only. */
  readonly emptyLines: 'skip' | 'refuse' | 'between';
  /** Lines may end without a carriage return. */
  readonly bareLineFeed: boolean;
  /** What it says where the first line is longer than it can be, and where the headers are. */
  readonly tooLong: {
    readonly line: Refusal;
    readonly header: Refusal;
    readonly head: Refusal;
    readonly count: Refusal;
  };
  /** Whether files are only served once the whole body has come. */
  readonly filesWaitForBody: boolean;
  /** Tells a client that asked to go on even where the answer was given already. */
  readonly saysContinueEarly: boolean;
  /** A file is served also under paths that go on behind its name. */
  readonly pathInfo: boolean;
  /** What it answers to clear text where TLS is spoken. */
  readonly misplaced: Answer;
  /** What it says of itself when HTTP/2 begins, and how far it opens the connection's window (0: not at all). */
  readonly settings: { readonly values: Settings; readonly window: number };
  /** How it speaks TLS: ciphers, sessions, and the protocols that it names. */
  readonly tls: TlsOptions;
  readonly maxBodyBytes: number;
  readonly maxBodyRefusal: Refusal;
  readonly badChunk: (tooLarge: boolean) => Refusal;

  /** @param complete false where the line's end has not come: answers a refusal where no end could save it */
  requestLine(line: string, complete: boolean): RequestLine | Refusal | 'more';
  /** One line, without its end. `skip` where it is passed over. `previous` is the header that a folded line continues. */
  header(line: string, previous: Header | undefined): Header | Refusal | 'skip' | 'folded';
  /** Everything else that is looked at before an application sees it. */
  judge(line: RequestLine, headers: readonly Header[]): Head | Refusal;
  framing(head: Head): Framing | Refusal;
  keepAlive(head: Head): boolean;
  /** What to send before the body, if the client asked whether to send it. */
  expects(head: Head, hasBody: boolean): 'continue' | 'ignore' | Refusal;

  /** The answer for a file of the site, with conditions and ranges. */
  file(request: Request, file: SiteFile, circumstances: Circumstances): Answer;
  /** What it says of a folder without an index, a path without its slash, and a path where nothing is. */
  folder(request: Request, listing: FolderListing, circumstances: Circumstances): Answer;
  redirectToFolder(request: Request, circumstances: Circumstances): Answer;
  nothing(request: Request): Answer;
  /** Methods that it refuses itself, whatever is asked for. */
  method(request: Request, exists: boolean): Answer | undefined;
  /** Writes status line, headers and body. */
  write(answer: Answer, request: Partial<Request>, circumstances: Circumstances): Buffer;
  /** Answers below whose status the connection is kept; the rest is closed. */
  closesAfter(answer: Answer): boolean;
}

export interface FolderListing {
  readonly path: string;
  readonly entries: readonly {
    readonly name: string;
    readonly folder: boolean;
    readonly size: number;
    readonly modified: number;
  }[];
}
