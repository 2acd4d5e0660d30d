/** The modifiers that turn a value into other values: encodings, and the dashes of Windows' command lines. */

/** `base64offset`: the three ways in which the bytes can look inside a longer Base64 text, without the characters that their neighbours change. */
export function base64Offsets(bytes: Buffer): string[] {
  return [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset, ' '), bytes]).toString('base64');
    const from = [0, 2, 3][offset] ?? 0;
    const cut = [0, 3, 2][(bytes.length + offset) % 3] ?? 0;
    return encoded.slice(from, encoded.length - cut);
  });
}

export type Encoding = 'utf16' | 'utf16le' | 'utf16be' | 'wide';

/** `utf16` alone begins with a byte order mark. */
export function encodeText(text: string, encoding: Encoding): Buffer {
  const bytes = Buffer.from(encoding === 'utf16' ? `\uFEFF${text}` : text, 'utf16le');
  return encoding === 'utf16be' ? bytes.swap16() : bytes;
}

/** Hyphen, slash, en dash, em dash, horizontal bar. */
const dashes = ['-', '/', '–', '—', '―'];

/** Every way to write the options in the text with another dash; undefined when that would be more than `limit`. */
export function dashVariants(text: string, limit: number): string[] | undefined {
  const parts = text.split(/\B[-/–—―]\b/);
  if (dashes.length ** (parts.length - 1) > limit) return undefined;
  return parts
    .slice(1)
    .reduce((texts, part) => texts.flatMap((before) => dashes.map((dash) => before + dash + part)), [parts[0] ?? '']);
}
