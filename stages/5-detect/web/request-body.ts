/** The names and values of a body: form, JSON, multipart, XML, or one text where it is none of these. */
import { addPairs, capped, MAX_PARTS, type Part } from './request-part.ts';

const MAX_DEPTH = 32;

export function bodyParts(body: string, contentType: string): Part[] {
  const parts: Part[] = [];
  const type = contentType.toLowerCase();
  if (type.startsWith('multipart/')) addMultipart(parts, body, contentType);
  else if (type.includes('json') || ((type === '' || type.startsWith('text/plain')) && /^\s*[{[]/.test(body)))
    addJson(parts, body);
  else if (type.includes('xml') || (!type.startsWith('application/x-www') && /^\s*<[?!a-z]/i.test(body)))
    addXml(parts, body, type.includes('xml') || body.includes('<?xml'));
  else if (type.startsWith('application/x-www-form') || (type === '' && /^[\w.[\]%-]{1,64}=/.test(body)))
    addPairs(parts, body, 'body');
  if (parts.length === 0) parts.push({ place: { in: 'body' }, text: body });
  return parts;
}

function addJson(parts: Part[], body: string): void {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return;
  }
  walk(parts, value, '', 0);
}

function walk(parts: Part[], value: unknown, name: string, depth: number): void {
  if (parts.length >= MAX_PARTS || depth > MAX_DEPTH) return;
  if (typeof value === 'string')
    parts.push({ place: name === '' ? { in: 'body' } : { in: 'body', name }, text: value });
  else if (Array.isArray(value)) for (const one of value) walk(parts, one, name, depth + 1);
  else if (typeof value === 'object' && value !== null)
    for (const [key, one] of Object.entries(value)) {
      const shown = capped(key);
      parts.push({ place: { in: 'body', name: shown, inName: true }, text: key });
      walk(parts, one, shown, depth + 1);
    }
}

/** RFC 2046 section 5.1; the header lines of a part are a place of their own, since file names are attacked through them. */
function addMultipart(parts: Part[], body: string, contentType: string): void {
  const boundary = /boundary="?([^";,\s]{1,200})/i.exec(contentType)?.[1];
  if (boundary === undefined) return;
  for (const piece of body.split(`--${boundary}`, MAX_PARTS).slice(1)) {
    const head = /^\r?\n([\s\S]{0,8192}?)\r?\n\r?\n/.exec(piece);
    if (head === null) continue;
    const headers = head[1] ?? '';
    const name = capped(/[\s;]name="?([^";\r\n]{0,200})/i.exec(headers)?.[1] ?? '');
    const place = { in: 'body', name } as const;
    for (const value of headers.matchAll(/name\*?=(?:"([^"\r\n]{0,2000})"|([^;\s]{1,2000}))/gi))
      parts.push({ place: { ...place, inName: true }, text: value[1] ?? value[2] ?? '' });
    parts.push({ place, text: piece.slice(head[0].length).replace(/\r?\n$/, '') });
  }
}

/** Texts and attribute values; the whole once more, marked by `xml`, for what concerns the markup itself. */
function addXml(parts: Part[], body: string, isXml: boolean): void {
  for (const piece of body.matchAll(
    />([^<]+)|<!\[CDATA\[([\s\S]{0,65536}?)\]\]>|[\w:-]=(?:"([^"]{1,4096})"|'([^']{1,4096})')/g,
  )) {
    if (parts.length >= MAX_PARTS) break;
    const text = piece[1] ?? piece[2] ?? piece[3] ?? piece[4] ?? '';
    if (text.trim() !== '') parts.push({ place: { in: 'body', name: 'xml' }, text });
  }
  parts.push({ place: { in: 'body' }, text: body, markup: isXml });
}
