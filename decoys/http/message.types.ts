/** Requests and answers as applications and servers hand them to each other, whatever version of HTTP they came in. */

export type Header = readonly [name: string, value: string];

/** A request's line and headers, as far as they were understood. Text is latin1. */
export interface Head {
  readonly method: string;
  /** As it was asked for. */
  readonly target: string;
  /** 9, 10, 11, 20. */
  readonly version: number;
  readonly headers: readonly Header[];
  /** Decoded and without dots, as the server sees it: begins with a slash. */
  readonly path: string;
  /** Behind the question mark, as it came; undefined where there was none. */
  readonly query: string | undefined;
  /** Who is asked, as the server understands it, with its port where one was named. */
  readonly host: string;
}

export interface Request extends Head {
  readonly body: Buffer;
  /** Over TLS. */
  readonly secure: boolean;
  /** The port of ours that was asked. */
  readonly port: number;
}

export interface Answer {
  readonly status: number;
  /** In the order in which the application set them; the server adds its own around them. */
  readonly headers?: readonly Header[];
  readonly body?: Buffer | string;
  /** What it rests on, so that the server writes it as it does such things: an unchanging file, a program's output, or one of its own pages. */
  readonly from?: 'file' | 'program' | 'server';
  /** A server's page: closes the connection where the real one does. */
  readonly close?: boolean;
  /** Bytes sent as they are, and then the connection is closed: the server's own oddities. */
  readonly raw?: Buffer;
  /** What the server writes in place of its own page for an error (Apache: the sentences in the page). */
  readonly because?: string;
  /** Written in chunks, where the version allows it: the program did not say how long it is. */
  readonly chunked?: boolean;
}

/** What a server says to a request that it does not take. */
export interface Refusal {
  readonly refuse: number;
  readonly because?: string;
  /** What was understood of it, for the story and for the page. */
  readonly head?: Partial<Head>;
}

/** All values of a header that is a list, in small letters. */
export function listOf(headers: readonly Header[], name: string): string {
  let list = '';
  for (const [each, value] of headers)
    if (each.length === name.length && each.toLowerCase() === name) list += `,${value.toLowerCase()}`;
  return list;
}

/** First value of a header; names in lower case. */
export function headerOf(headers: readonly Header[], name: string): string | undefined {
  for (const [each, value] of headers) if (each.length === name.length && each.toLowerCase() === name) return value;
  return undefined;
}
