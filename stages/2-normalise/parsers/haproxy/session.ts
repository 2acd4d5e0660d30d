/**
 * What follows the client and the time: `frontend backend/server Tq/Tw/Tc/Tr/Tt status bytes cookie cookie state a/f/b/s/r q/q {headers} {headers} "request"`
 * of a request, the same without request, cookies and status of a connection, `frontend/bind: message` of an error.
 * Source: HAProxy configuration manual, section 8.2.
 */
import type { EcsGroup } from '@netsentinel/contracts/parser';
import type { Cursor } from '../../text/cursor.ts';
import { numberIn } from '../../text/document.ts';
import { requestLineOf, type RequestLine } from '../../web/request-line.ts';

export interface Session {
  readonly request: RequestLine | undefined;
  readonly status: number | undefined;
  readonly bytes: number | undefined;
  /** -1 where the session was cut off. */
  readonly totalMs: number | undefined;
  readonly error: string | undefined;
  /** Under `haproxy`. */
  readonly own: EcsGroup;
}

/** Undefined for what is of none of these forms. */
export function readSession(cursor: Cursor): Session | undefined {
  const frontend = cursor.word();
  if (frontend.endsWith(':')) return errorOf(frontend, cursor.rest());
  const [backend, server] = split(cursor.word());
  const timers = numbers(cursor.word());
  // Five timers are of a request, three of a connection.
  return timers?.length === 5
    ? requestOf(cursor, frontend, backend, server, timers)
    : timers?.length === 3
      ? connectionOf(cursor, frontend, backend, server, timers)
      : undefined;
}

function requestOf(
  cursor: Cursor,
  frontend: string,
  backend: string | undefined,
  server: string | undefined,
  [waitMs, queueMs, connectMs, dataMs, totalMs]: readonly number[],
): Session | undefined {
  const status = numberIn(cursor.word());
  const bytes = sizeIn(cursor.word());
  const requestCookie = cursor.word();
  const responseCookie = cursor.word();
  const state = cursor.word();
  const connections = numbers(cursor.word());
  const queues = numbers(cursor.word());
  const first = captured(cursor);
  const second = captured(cursor);
  if (connections?.length !== 5 || queues?.length !== 2 || cursor.text.charCodeAt(cursor.at) !== 0x22) return undefined;
  const line = requestText(cursor);
  return {
    request: requestLineOf(line),
    status: status === undefined || status < 0 ? undefined : status,
    bytes,
    totalMs,
    error: undefined,
    own: {
      ...common(frontend, backend, server, bytes, state, connections, queues),
      total_waiting_time_ms: queueMs,
      connection_wait_time_ms: connectMs,
      http: {
        request: {
          raw_request_line: line,
          time_wait_ms: waitMs,
          time_wait_without_data_ms: dataMs,
          captured_cookie: requestCookie,
          captured_headers: first,
        },
        response: { captured_cookie: responseCookie, captured_headers: second },
      },
    },
  };
}

function connectionOf(
  cursor: Cursor,
  frontend: string,
  backend: string | undefined,
  server: string | undefined,
  [queueMs, connectMs, totalMs]: readonly number[],
): Session | undefined {
  const bytes = sizeIn(cursor.word());
  const state = cursor.word();
  const connections = numbers(cursor.word());
  const queues = numbers(cursor.word());
  if (connections?.length !== 5 || queues?.length !== 2) return undefined;
  return {
    request: undefined,
    status: undefined,
    bytes,
    totalMs,
    error: undefined,
    own: {
      ...common(frontend, backend, server, bytes, state, connections, queues),
      total_waiting_time_ms: queueMs,
      connection_wait_time_ms: connectMs,
    },
  };
}

function common(
  frontend: string,
  backend: string | undefined,
  server: string | undefined,
  bytes: number | undefined,
  state: string,
  [active, front, back, onServer, retries]: readonly number[],
  [serverQueue, backendQueue]: readonly number[],
): EcsGroup {
  return {
    frontend_name: frontend,
    backend_name: backend,
    server_name: server,
    bytes_read: bytes,
    termination_state: state,
    connections: { active, frontend: front, backend: back, server: onServer, retries },
    server_queue: serverQueue,
    backend_queue: backendQueue,
  };
}

function errorOf(place: string, message: string): Session {
  const [frontend, bind] = split(place.slice(0, -1));
  return {
    request: undefined,
    status: undefined,
    bytes: undefined,
    totalMs: undefined,
    error: message,
    own: { frontend_name: frontend, bind_name: bind, error_message: message },
  };
}

function split(text: string): [string | undefined, string | undefined] {
  const slash = text.indexOf('/');
  return slash === -1 ? [text, undefined] : [text.slice(0, slash), text.slice(slash + 1)];
}

/** `0/-1/+3`: a plus says that it was logged before its end. */
function numbers(text: string): number[] | undefined {
  const found = text.split('/', 6).map((part) => (/^[+-]?\d{1,15}$/.test(part) ? Number(part) : Number.NaN));
  return found.some(Number.isNaN) ? undefined : found;
}

function sizeIn(text: string): number | undefined {
  return numberIn(text.replace(/^\+/, ''));
}

/** `{www.example.org||curl}`: captured headers, the empty ones left out. */
function captured(cursor: Cursor): string[] | undefined {
  if (!cursor.take('{')) return undefined;
  const text = cursor.until('} ');
  return text?.split('|', 64).filter((header) => header !== '');
}

/** Cut requests lack their closing quote. */
function requestText(cursor: Cursor): string {
  const text = cursor.rest().slice(1);
  const end = text.lastIndexOf('"');
  return end === -1 ? text : text.slice(0, end);
}
