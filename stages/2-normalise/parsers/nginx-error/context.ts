/**
 * What nginx puts behind a message: `, client: …, server: …, request: "…", host: "…"`. Nothing is escaped there, and a message may quote a path that the client
 * chose: the same words may stand in the path and in the request.
 */
import type { EcsEndpoint } from '@netsentinel/contracts/parser';
import { endpointOf, splitHostPort } from '../../text/endpoint.ts';

export interface ErrorContext {
  readonly client: EcsEndpoint | undefined;
  readonly request: string | undefined;
  readonly host: string | undefined;
  readonly referrer: string | undefined;
  /** Of the mail proxy. */
  readonly login: string | undefined;
}

const CLIENT = ', client: ';
const REQUEST = ', request: "';

export function contextOf(message: string): ErrorContext {
  const at = clientAt(message);
  if (at === -1)
    return {
      client: connectedFrom(message),
      request: undefined,
      host: undefined,
      referrer: undefined,
      login: undefined,
    };
  const end = message.indexOf(',', at);
  const text = message.slice(at, end === -1 ? message.length : end);
  const requestAt = message.indexOf(REQUEST, at);
  const request = requestAt === -1 ? undefined : requestOf(message, requestAt + REQUEST.length);
  const from = requestAt === -1 ? at : requestAt + REQUEST.length + (request?.length ?? 0);
  return {
    client: endpointOf(splitHostPort(text).host, splitHostPort(text).port),
    request,
    host: quotedAfter(message, ', host: "', from),
    referrer: quotedAfter(message, ', referrer: "', from),
    login: quotedAfter(message, ', login: "', at),
  };
}

/** Where a message begins with a path, the client is named behind it; elsewhere the first one named is nginx's own word. */
function clientAt(message: string): number {
  const first = message.indexOf(CLIENT);
  if (first === -1) return -1;
  const quote = message.indexOf('"');
  const request = message.lastIndexOf(REQUEST);
  const last = quote !== -1 && quote < first && request > first ? message.lastIndexOf(CLIENT, request) : first;
  return last + CLIENT.length;
}

/** Up to the quote behind the protocol's version, since a target may hold quotes. */
function requestOf(message: string, from: number): string | undefined {
  const version = / HTTP\/\d(?:\.\d)?"/.exec(message.slice(from, from + MAX_REQUEST));
  const end = version === null ? message.indexOf('"', from) : from + version.index + version[0].length - 1;
  return end === -1 ? undefined : message.slice(from, end);
}

const MAX_REQUEST = 16_384;

function quotedAfter(message: string, mark: string, from: number): string | undefined {
  const at = message.indexOf(mark, from);
  if (at === -1) return undefined;
  const end = message.indexOf('"', at + mark.length);
  return end === -1 ? undefined : message.slice(at + mark.length, end);
}

/** `client 198.51.100.7:53044 connected to 0.0.0.0:25`. */
function connectedFrom(message: string): EcsEndpoint | undefined {
  const found = /^client (\S{2,64}) connected to /.exec(message);
  if (found === null) return undefined;
  const { host, port } = splitHostPort(found[1]!);
  return endpointOf(host, port);
}
