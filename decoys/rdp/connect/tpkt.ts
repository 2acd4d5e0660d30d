/** Frames on the wire: TPKT (RFC 1006) around X.224, or fast-path PDUs (MS-RDPBCGR 2.2.8.1.2), told apart by the first byte. */
export type Frame =
  | { readonly kind: 'x224'; readonly body: Buffer }
  | { readonly kind: 'fast-path'; readonly header: number; readonly body: Buffer }
  | { readonly kind: 'malformed' };

const VERSION = 3;
const MAX_FRAME = 0xffff;

/** The first whole frame and its length, or how it is: undefined asks for more bytes. */
export function readFrame(bytes: Buffer): { readonly frame: Frame; readonly length: number } | undefined {
  if (bytes.length < 2) return undefined;
  if (bytes[0] === VERSION) {
    if (bytes.length < 4) return undefined;
    const length = bytes.readUInt16BE(2);
    if (length < 7) return { frame: { kind: 'malformed' }, length: bytes.length };
    if (bytes.length < length) return undefined;
    return { frame: { kind: 'x224', body: bytes.subarray(4, length) }, length };
  }
  const long = (bytes[1]! & 0x80) !== 0;
  if (long && bytes.length < 3) return undefined;
  const head = long ? 3 : 2;
  const length = long ? ((bytes[1]! & 0x7f) << 8) | bytes[2]! : bytes[1]!;
  // Actions other than 0 and 3 are nothing of RDP's: a TLS record, an HTTP request.
  if ((bytes[0]! & 0x03) !== 0 || length < head || length > MAX_FRAME)
    return { frame: { kind: 'malformed' }, length: bytes.length };
  if (bytes.length < length) return undefined;
  return { frame: { kind: 'fast-path', header: bytes[0]!, body: bytes.subarray(head, length) }, length };
}

export function tpkt(...parts: readonly Uint8Array[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 4);
  return Buffer.concat([Buffer.from([VERSION, 0, length >> 8, length & 0xff]), ...parts]);
}

/** An X.224 Data TPDU in its frame. */
export function x224Data(...parts: readonly Uint8Array[]): Buffer {
  return tpkt(Buffer.from([0x02, 0xf0, 0x80]), ...parts);
}
