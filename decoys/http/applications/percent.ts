/** Percent-encoding of forms: `+` is a space, and what is no UTF-8 is read as latin1. */
export function decodePercent(text: string): string {
  if (!/[%+]/.test(text)) return text;
  const bytes = Buffer.from(
    text
      .replaceAll('+', ' ')
      .replace(/%([0-9a-fA-F]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
  const decoded = bytes.toString('utf8');
  return decoded.includes('\ufffd') ? bytes.toString('latin1') : decoded;
}
