/** Names and values of a form, as whichever of the usual ways sends it; JSON's at every depth. For decoy fields, so nothing is decoded twice. */

const MAX_FIELDS = 1024;
const MAX_DEPTH = 8;

/** At most 1,024; nothing where the text is not what its type says. Never throws. */
export function fieldsOf(text: string, contentType: string): [string, string][] {
  const type = contentType.toLowerCase();
  if (type.startsWith('multipart/form-data')) return multipart(text);
  if (type.includes('json')) return json(text);
  return pairs(text);
}

function pairs(text: string): [string, string][] {
  const found: [string, string][] = [];
  for (const pair of new URLSearchParams(text)) {
    if (found.length >= MAX_FIELDS) break;
    found.push(pair);
  }
  return found;
}

function json(text: string): [string, string][] {
  const found: [string, string][] = [];
  const walk = (value: unknown, depth: number): void => {
    if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return;
    for (const [name, inner] of Object.entries(value)) {
      if (found.length >= MAX_FIELDS) return;
      if (typeof inner === 'object') walk(inner, depth + 1);
      else found.push([name, String(inner)]);
    }
  };
  try {
    walk(JSON.parse(text), 0);
  } catch {
    // Not JSON, or cut off: the application will say so.
  }
  return found;
}

/** RFC 7578; the first line of a value is enough to know that it is not empty. */
function multipart(text: string): [string, string][] {
  const found: [string, string][] = [];
  for (const part of text.matchAll(
    /\r?\ncontent-disposition:[^\r\n]{0,256}?[; ]name="([^"\r\n]{0,64})"[^\r\n]{0,256}(?:\r?\n[^\r\n]{1,256}){0,4}\r?\n\r?\n([^\r\n]{0,256})/gi,
  )) {
    if (found.length >= MAX_FIELDS) break;
    found.push([part[1]!, part[2]!]);
  }
  return found;
}
