/**
 * Percent decoding as attackers count on it: broken escapes stay as they are, `%u003c` of IIS is known, overlong and stray UTF-8 bytes become the
 * characters that lenient decoders make of them. Linear.
 */
const PERCENT = 0x25;

/** @param plusIsSpace as in queries and forms */
export function decodePercent(text: string, plusIsSpace: boolean): string {
  const first = text.indexOf('%');
  const spaced = plusIsSpace && text.includes('+') ? text.replaceAll('+', ' ') : text;
  if (first === -1) return spaced;
  const bytes: number[] = [];
  let out = spaced.slice(0, first);
  let plain = first;
  for (let i = first; i < spaced.length;) {
    if (spaced.charCodeAt(i) !== PERCENT) {
      i++;
      continue;
    }
    const byte = hexByte(spaced, i + 1);
    const wide = byte === -1 ? unicodeEscape(spaced, i) : -1;
    if (byte === -1 && wide === -1) {
      i++;
      continue;
    }
    if (i > plain) {
      out += lenientUtf8(bytes) + spaced.slice(plain, i);
      bytes.length = 0;
    }
    if (byte !== -1) {
      bytes.push(byte);
      i += 3;
    } else {
      out += lenientUtf8(bytes) + String.fromCharCode(wide);
      bytes.length = 0;
      i += 6;
    }
    plain = i;
  }
  return out + lenientUtf8(bytes) + spaced.slice(plain);
}

/** The byte whose two hex digits stand at `at`, or -1. */
export function hexByte(text: string, at: number): number {
  const high = hexDigit(text.charCodeAt(at));
  const low = hexDigit(text.charCodeAt(at + 1));
  return high === -1 || low === -1 ? -1 : (high << 4) | low;
}

function unicodeEscape(text: string, at: number): number {
  if ((text.charCodeAt(at + 1) | 0x20) !== 0x75) return -1;
  const high = hexByte(text, at + 2);
  const low = hexByte(text, at + 4);
  return high === -1 || low === -1 ? -1 : (high << 8) | low;
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/** Overlong forms count as what they stand for; a byte that fits nothing is taken as Latin-1. */
function lenientUtf8(bytes: readonly number[]): string {
  let out = '';
  for (let i = 0; i < bytes.length; i++) {
    const lead = bytes[i]!;
    const following =
      lead >= 0xf0 && lead < 0xf8 ? 3 : lead >= 0xe0 && lead < 0xf0 ? 2 : lead >= 0xc0 && lead < 0xe0 ? 1 : 0;
    let point = following === 0 ? lead : lead & (0x3f >> following);
    let read = 0;
    while (read < following && (bytes[i + read + 1]! & 0xc0) === 0x80)
      point = (point << 6) | (bytes[i + ++read]! & 0x3f);
    if (read < following || point > 0x10ffff) out += String.fromCharCode(lead);
    else {
      out += String.fromCodePoint(point);
      i += following;
    }
  }
  return out;
}
