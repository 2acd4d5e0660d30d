/**
 * A request taken apart into the places where an attack may stand, each decoded once as the server would. Bounded: what lies beyond the bounds is
 * not looked at, and `MAX_PARTS` and `MAX_BODY` say where they are.
 */
import { decodePercent } from './decode/percent.ts';
import { bodyParts } from './request-body.ts';
import { addPairs, capped, MAX_PARTS, type Part } from './request-part.ts';
import type { WebRequest } from './web-inspection.types.ts';

/** Longest body, in characters, that is looked at. */
export const MAX_BODY = 256 * 1024;
const MAX_TARGET = 64 * 1024;
const MAX_HEADER = 16 * 1024;

export interface RequestParts {
  /** Decoded; without origin, query and fragment. */
  readonly path: string;
  readonly rawTarget: string;
  readonly rawQuery: string;
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: string;
  readonly parts: readonly Part[];
}

const NO_HEADERS: ReadonlyMap<string, readonly string[]> = new Map();
/** Headers whose values come from the client's own mouth and hold free text; the others have forms of their own and would only cost time. */
const QUIET = new Set([
  'accept-encoding',
  'cache-control',
  'connection',
  'content-length',
  'date',
  'dnt',
  'host',
  'if-modified-since',
  'priority',
  'sec-ch-ua',
  'sec-ch-ua-mobile',
  'sec-ch-ua-platform',
  'sec-fetch-dest',
  'sec-fetch-mode',
  'sec-fetch-site',
  'sec-fetch-user',
  'te',
  'transfer-encoding',
  'upgrade-insecure-requests',
]);

export function partsOf(request: WebRequest): RequestParts {
  const rawTarget = request.target.length > MAX_TARGET ? request.target.slice(0, MAX_TARGET) : request.target;
  const headers = headersOf(request);
  const parts: Part[] = [];
  const from = originEnd(rawTarget);
  const mark = rawTarget.indexOf('?', from);
  const hash = mark === -1 ? rawTarget.indexOf('#', from) : -1;
  const pathEnd = mark === -1 ? (hash === -1 ? rawTarget.length : hash) : mark;
  const path = decodePercent(rawTarget.slice(from, pathEnd), false);
  parts.push({ place: { in: 'path' }, text: path });
  const rawQuery = mark === -1 ? (hash === -1 ? '' : rawTarget.slice(hash + 1)) : rawTarget.slice(mark + 1);
  if (rawQuery !== '') {
    addPairs(parts, rawQuery, 'query');
    if (/[<]|%(?:25)?3c/i.test(rawQuery))
      parts.push({ place: { in: 'query' }, text: decodePercent(rawQuery, true), whole: true });
  }
  for (const [name, values] of headers) if (!QUIET.has(name)) for (const value of values) addHeader(parts, name, value);
  const body = textOfBody(request.body);
  if (body !== '') for (const part of bodyParts(body, headers.get('content-type')?.[0] ?? '')) parts.push(part);
  return {
    path,
    rawTarget,
    rawQuery,
    headers,
    body,
    parts: parts.length > MAX_PARTS ? parts.slice(0, MAX_PARTS) : parts,
  };
}

/** Where the path begins in `http://host/path`. */
function originEnd(target: string): number {
  if (target.charCodeAt(0) === 0x2f) return 0;
  const scheme = /^https?:\/\//i.exec(target);
  if (scheme === null) return 0;
  const slash = target.slice(scheme[0].length).search(/[/?#]/);
  return slash === -1 ? target.length : scheme[0].length + slash;
}

function headersOf(request: WebRequest): ReadonlyMap<string, readonly string[]> {
  if (request.headers === undefined) return NO_HEADERS;
  const headers = new Map<string, readonly string[]>();
  for (const name of Object.keys(request.headers)) {
    const value = request.headers[name];
    if (value === undefined || headers.size >= MAX_PARTS) continue;
    const key = name.toLowerCase();
    const values = typeof value === 'string' ? [value] : value;
    const known = headers.get(key);
    headers.set(key, known === undefined ? values : [...known, ...values]);
  }
  return headers;
}

function addHeader(parts: Part[], name: string, raw: string): void {
  const value = raw.length > MAX_HEADER ? raw.slice(0, MAX_HEADER) : raw;
  if (name !== 'cookie') {
    parts.push({
      place: { in: 'header', name: capped(name) },
      text: value.includes('%') ? decodePercent(value, false) : value,
    });
    return;
  }
  for (const pair of value.split(';', MAX_PARTS)) {
    const equals = pair.indexOf('=');
    const cookie = decodePercent((equals === -1 ? '' : pair.slice(0, equals)).trim(), false);
    if (cookie !== '') parts.push({ place: { in: 'cookie', name: capped(cookie), inName: true }, text: cookie });
    parts.push({
      place: { in: 'cookie', name: capped(cookie) },
      text: decodePercent(pair.slice(equals + 1).trim(), true),
    });
  }
}

function textOfBody(body: string | Uint8Array | undefined): string {
  if (body === undefined) return '';
  if (typeof body === 'string') return body.length > MAX_BODY ? body.slice(0, MAX_BODY) : body;
  return Buffer.from(body.buffer, body.byteOffset, Math.min(body.byteLength, MAX_BODY)).toString();
}
