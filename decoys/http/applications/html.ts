/** Small things that pages and forms need. */
import { headerOf, type Answer, type Header, type Request } from '../message.types.ts';
import { decodePercent } from './percent.ts';

const MAX_FIELDS = 512;

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (c) => ENTITIES[c]!);
}
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#039;',
};

/** A page that a program made. */
export function page(status: number, html: string, headers: readonly Header[] = []): Answer {
  return {
    status,
    headers: [...headers, ['Content-Type', 'text/html; charset=UTF-8']],
    body: html,
    from: 'program',
    chunked: true,
  };
}

export function json(
  status: number,
  value: unknown,
  headers: readonly Header[] = [],
  type = 'application/json',
): Answer {
  return { status, headers: [...headers, ['Content-Type', type]], body: `${JSON.stringify(value)}\n`, from: 'program' };
}

export function redirect(location: string, headers: readonly Header[] = [], status = 302): Answer {
  return {
    status,
    headers: [...headers, ['Location', location], ['Content-Type', 'text/html; charset=UTF-8']],
    body: '',
    from: 'program',
  };
}

/** `a=b&c=d`; a name given twice keeps its last value, as in PHP. Text is UTF-8. */
export function fieldsOf(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const part of text.split('&', MAX_FIELDS)) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const [name, value] = equals < 0 ? [part, ''] : [part.slice(0, equals), part.slice(equals + 1)];
    fields.set(decodePercent(name), decodePercent(value));
  }
  return fields;
}

export function queryOf(request: Request): ReadonlyMap<string, string> {
  return fieldsOf(request.query ?? '');
}

/** The fields of a form, whichever way it was sent. */
export function formOf(request: Request): ReadonlyMap<string, string> {
  const type = headerOf(request.headers, 'content-type') ?? '';
  if (type.startsWith('multipart/form-data'))
    return new Map(partsOf(request).map((part) => [part.name, part.content.toString('utf8')]));
  if (type.startsWith('application/json')) {
    try {
      const value: unknown = JSON.parse(request.body.toString('utf8'));
      if (typeof value !== 'object' || value === null) return new Map();
      return new Map(
        Object.entries(value).map(([name, field]) => [name, typeof field === 'string' ? field : JSON.stringify(field)]),
      );
    } catch {
      return new Map();
    }
  }
  return fieldsOf(request.body.toString('latin1'));
}

export interface FormPart {
  readonly name: string;
  /** Of a file. */
  readonly filename: string | undefined;
  readonly content: Buffer;
}

/** Parts of multipart/form-data (RFC 7578). */
export function partsOf(request: Request): readonly FormPart[] {
  const type = headerOf(request.headers, 'content-type') ?? '';
  const boundary = /boundary=(?:"([^"]{1,200})"|([^;\s]{1,200}))/.exec(type);
  if (boundary === null) return [];
  const mark = Buffer.from(`--${boundary[1] ?? boundary[2]}`, 'latin1');
  const parts: FormPart[] = [];
  let at = request.body.indexOf(mark);
  while (at >= 0 && parts.length < MAX_FIELDS) {
    const start = at + mark.length;
    const next = request.body.indexOf(mark, start);
    const headEnd = request.body.indexOf('\r\n\r\n', start);
    if (next < 0 || headEnd < 0 || headEnd > next) break;
    const head = request.body.toString('latin1', start, headEnd);
    const name = /\bname="([^"]*)"/i.exec(head)?.[1];
    const filename = /\bfilename="([^"]*)"/i.exec(head)?.[1];
    if (name !== undefined)
      parts.push({ name, filename, content: request.body.subarray(headEnd + 4, Math.max(headEnd + 4, next - 2)) });
    at = next;
  }
  return parts;
}

/** The user and password of `Authorization: Basic …`. */
export function basicOf(request: Request): { readonly user: string; readonly password: string } | undefined {
  const match = /^basic +([A-Za-z0-9+/=]+)$/i.exec(headerOf(request.headers, 'authorization') ?? '');
  if (match === null) return undefined;
  const text = Buffer.from(match[1]!, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}
