/** Reads BER and DER values one after the other: what MCS and CredSSP are wrapped in. */
export interface BerValue {
  readonly tag: number;
  readonly value: Buffer;
  /** Where the next value begins. */
  readonly end: number;
}

/** Tags of two bytes (`7f 65`) are one number. Undefined where the bytes are no whole value. */
export function readBer(bytes: Buffer, at = 0): BerValue | undefined {
  let tag = bytes[at++];
  if (tag === undefined) return undefined;
  if ((tag & 0x1f) === 0x1f) {
    const low = bytes[at++];
    if (low === undefined) return undefined;
    tag = (tag << 8) | low;
  }
  const first = bytes[at++];
  if (first === undefined) return undefined;
  let length = first;
  if (first >= 0x80) {
    const count = first & 0x7f;
    if (count === 0 || count > 3 || at + count > bytes.length) return undefined;
    length = bytes.readUIntBE(at, count);
    at += count;
  }
  if (at + length > bytes.length) return undefined;
  return { tag, value: bytes.subarray(at, at + length), end: at + length };
}

/** The values inside a constructed one, by tag: the first of each. */
export function fieldsOf(bytes: Buffer): ReadonlyMap<number, Buffer> {
  const fields = new Map<number, Buffer>();
  for (let at = 0; at < bytes.length;) {
    const field = readBer(bytes, at);
    if (field === undefined) break;
    if (!fields.has(field.tag)) fields.set(field.tag, field.value);
    at = field.end;
  }
  return fields;
}

/** The value inside, where the bytes are one of this tag. */
export function inside(bytes: Buffer | undefined, tag: number): Buffer | undefined {
  const value = bytes === undefined ? undefined : readBer(bytes);
  return value?.tag === tag ? value.value : undefined;
}
