/** Backslash escapes as `$'…'`, `echo -e` and `printf` know them. */
const SIMPLE: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  e: '\x1b',
  E: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '?': '?',
};

/** The text of `$'…'`. */
export function ansiUnescape(text: string): string {
  return text.replace(
    /\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|([0-7]{1,3})|c([\s\S])|([\s\S]))/g,
    (whole, hex, short, long, octal, control, simple) => {
      if (hex !== undefined) return byteText(Number.parseInt(hex, 16));
      if (short !== undefined || long !== undefined) return codePoint(Number.parseInt(short ?? long, 16));
      if (octal !== undefined) return byteText(Number.parseInt(octal, 8) & 255);
      if (control !== undefined) return String.fromCharCode((control as string).toUpperCase().charCodeAt(0) ^ 64);
      return SIMPLE[simple as string] ?? whole;
    },
  );
}

/** The text of `echo -e` and of `printf %b`; `stopped` after `\c`. */
export function echoUnescape(text: string, leadingZero = true): { readonly text: string; readonly stopped: boolean } {
  const stop = findStop(text);
  const part = stop < 0 ? text : text.slice(0, stop);
  const octal = leadingZero ? '0([0-7]{0,3})|([1-7][0-7]{0,2})(?=$^)' : '([0-7]{1,3})|0([0-7]{0,3})(?=$^)';
  const pattern = new RegExp(
    `\\\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|${octal}|([abeEfnrtv\\\\"'?]))`,
    'g',
  );
  const done = part.replace(pattern, (whole, hex, short, long, first, second, simple) => {
    if (hex !== undefined) return byteText(Number.parseInt(hex, 16));
    if (short !== undefined || long !== undefined) return codePoint(Number.parseInt(short ?? long, 16));
    const digits = first ?? second;
    if (digits !== undefined) return byteText(Number.parseInt(digits === '' ? '0' : digits, 8) & 255);
    if (leadingZero && (simple === "'" || simple === '"' || simple === '?')) return whole;
    return SIMPLE[simple as string] ?? whole;
  });
  return { text: done, stopped: stop >= 0 };
}

function findStop(text: string): number {
  for (let i = 0; i < text.length; i++) {
    if (text[i] !== '\\') continue;
    if (text[i + 1] === 'c') return i;
    i++;
  }
  return -1;
}

function codePoint(value: number): string {
  return value <= 0x10ffff && (value < 0xd800 || value > 0xdfff) ? String.fromCodePoint(value) : '\ufffd';
}

/**
 * Strings of the interpreter are text; a byte that is no ASCII is kept as a lone low surrogate (U+DC80–U+DCFF, as Python's surrogateescape does) and
 * becomes that byte again when it is written.
 */
export function byteText(byte: number): string {
  return String.fromCharCode(byte < 128 ? byte : 0xdc00 + byte);
}
