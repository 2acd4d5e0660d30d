/**
 * Bytes as text and back without loss: what is not UTF-8 becomes lone low surrogates (U+DC80–U+DCFF), so that `cat binary`, `$'\xff'` and
 * `read` carry every byte through the interpreter's strings.
 */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

export function textOf(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    return lossless(bytes);
  }
}

export function bytesOf(text: string): Uint8Array {
  if (!/[\udc80-\udcff]/.test(text)) return encoder.encode(text);
  const chunks: number[] = [];
  for (const char of text) {
    const code = char.charCodeAt(0);
    if (char.length === 1 && code >= 0xdc80 && code <= 0xdcff) chunks.push(code - 0xdc00);
    else for (const byte of encoder.encode(char)) chunks.push(byte);
  }
  return Uint8Array.from(chunks);
}

function lossless(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let i = 0; i < bytes.length;) {
    const first = bytes[i]!;
    const length =
      first < 0x80
        ? 1
        : first >= 0xc2 && first < 0xe0
          ? 2
          : first >= 0xe0 && first < 0xf0
            ? 3
            : first >= 0xf0 && first < 0xf5
              ? 4
              : 0;
    let char: string | undefined;
    if (length === 1) char = String.fromCharCode(first);
    else if (length > 1 && i + length <= bytes.length) {
      try {
        char = decoder.decode(bytes.subarray(i, i + length));
      } catch {
        char = undefined;
      }
    }
    if (char === undefined) {
      parts.push(String.fromCharCode(0xdc00 + first));
      i++;
    } else {
      parts.push(char);
      i += length;
    }
  }
  return parts.join('');
}
