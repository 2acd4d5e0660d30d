/**
 * Writes DER (X.690), as much of it as a certificate needs. Each function gives one complete value; lengths are definite and minimal.
 */

/** A value under its tag: `tagged(0x30, …)` is a SEQUENCE. */
export function tagged(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const length = contents.reduce((sum, content) => sum + content.length, 0);
  return Buffer.concat([Buffer.from([tag, ...lengthOctets(length)]), ...contents]);
}

export const sequence = (...contents: readonly Uint8Array[]): Buffer => tagged(0x30, ...contents);
export const set = (...contents: readonly Uint8Array[]): Buffer => tagged(0x31, ...contents);
export const octetString = (content: Uint8Array): Buffer => tagged(0x04, content);
export const boolean = (value: boolean): Buffer => Buffer.from([0x01, 0x01, value ? 0xff : 0x00]);
export const nothing = (): Buffer => Buffer.from([0x05, 0x00]);
export const utf8String = (text: string): Buffer => tagged(0x0c, Buffer.from(text, 'utf8'));
export const printableString = (text: string): Buffer => tagged(0x13, Buffer.from(text, 'latin1'));

/** A BIT STRING; `unused` is how many of the last byte's low bits do not count. */
export const bitString = (content: Uint8Array, unused = 0): Buffer => tagged(0x03, Buffer.from([unused]), content);

/** A number that is not negative, most significant byte first. */
export function integer(value: Uint8Array | number): Buffer {
  const bytes = typeof value === 'number' ? Buffer.from([value]) : Buffer.from(value);
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start++;
  const minimal = bytes.subarray(start);
  return tagged(0x02, minimal[0]! >= 0x80 ? Buffer.concat([Buffer.from([0]), minimal]) : minimal);
}

/** `2.5.4.3`. */
export function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const groups = [arc & 0x7f];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128))
      groups.unshift((left & 0x7f) | 0x80);
    bytes.push(...groups);
  }
  return tagged(0x06, Buffer.from(bytes));
}

/** UTCTime until 2049, GeneralizedTime from 2050 on, as RFC 5280 section 4.1.2.5 wants; `time` in epoch ms, cut to the second. */
export function time(epochMs: number): Buffer {
  const digits = new Date(epochMs).toISOString().replace(/[-:T]/g, '').slice(0, 14);
  return Number(digits.slice(0, 4)) < 2050
    ? tagged(0x17, Buffer.from(`${digits.slice(2)}Z`, 'latin1'))
    : tagged(0x18, Buffer.from(`${digits}Z`, 'latin1'));
}

function lengthOctets(length: number): readonly number[] {
  if (length < 0x80) return [length];
  const octets: number[] = [];
  for (let left = length; left > 0; left = Math.floor(left / 256)) octets.unshift(left & 0xff);
  return [0x80 | octets.length, ...octets];
}
