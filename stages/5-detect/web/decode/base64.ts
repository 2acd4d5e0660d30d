/** Base64 where it plausibly is some: only its letters, long enough, and readable text with punctuation behind it. */
const MIN_LENGTH = 12;
const MAX_LENGTH = 64 * 1024;
const TELLING = /[\s<>'"(){};|&$`\\/.]/;

export function decodeBase64(text: string): string | undefined {
  if (text.length < MIN_LENGTH || text.length > MAX_LENGTH) return undefined;
  const from = text.startsWith('data:') ? text.indexOf(';base64,') + 8 : 0;
  if (from === 7) return undefined;
  // The first sixteen letters tell hexadecimal ids and words apart from text in most cases.
  const body = from === 0 ? text : text.slice(from);
  if (!/^[A-Za-z0-9+/_-]{8,}={0,2}$/.test(body) || !readable(Buffer.from(body.slice(0, 16), 'base64')))
    return undefined;
  const bytes = Buffer.from(body, 'base64');
  if (bytes.length < 6 || !readable(bytes)) return undefined;
  const decoded = bytes.toString('latin1');
  return TELLING.test(decoded) ? decoded : undefined;
}

function readable(bytes: Uint8Array): boolean {
  for (const byte of bytes)
    if ((byte < 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) || byte > 0x7e) return false;
  return true;
}
