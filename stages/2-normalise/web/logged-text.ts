/** Texts of clients as web servers log them: escaped, and `-` where there is none. */

/** Undefined for an empty text and for `-`. */
export function given(text: string | undefined): string | undefined {
  return text === undefined || text === '' || text === '-' ? undefined : text;
}

/**
 * Undoes the escapes of what can be printed: `\"` and `\\` of Apache, `\x22` and `\x5C` of nginx. An attack is then searched in the text that was sent.
 * Escapes of control characters and of single bytes stay as the log has them.
 */
export function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(
    /\\(?:(["\\])|x([2-7][0-9A-Fa-f]))/g,
    (escape, plain: string | undefined, hex: string | undefined) => {
      if (plain !== undefined) return plain;
      const code = Number.parseInt(hex!, 16);
      return code === 0x7f ? escape : String.fromCharCode(code);
    },
  );
}
