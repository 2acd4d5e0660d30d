/** The `Range` header (RFC 9110 section 14.2), as far as servers agree on it. */

export interface ByteRange {
  readonly from: number;
  /** Included. */
  readonly to: number;
}

/** Several at most, since each costs a part. */
const MAX_RANGES = 64;

/** `bad` where it is no byte range at all, `none` where nothing of it lies within. */
export function byteRanges(value: string, size: number): readonly ByteRange[] | 'bad' | 'none' {
  const list = /^bytes=(.*)$/i.exec(value.trim())?.[1];
  if (list === undefined) return 'bad';
  const ranges: ByteRange[] = [];
  for (const part of list.split(',', MAX_RANGES + 1)) {
    const match = /^\s*(\d{0,15})\s*-\s*(\d{0,15})\s*$/.exec(part);
    if (match === null || (match[1] === '' && match[2] === '')) return 'bad';
    const from = match[1] === '' ? Math.max(0, size - Number(match[2])) : Number(match[1]);
    const to = match[1] === '' || match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1);
    if (match[1] !== '' && match[2] !== '' && Number(match[2]) < from) return 'bad';
    if (from <= to) ranges.push({ from, to });
  }
  if (ranges.length > MAX_RANGES) return 'bad';
  return ranges.length === 0 ? 'none' : ranges;
}

/** Ranges that are longer together than the whole are no ranges to nginx and Apache. */
export function exceed(ranges: readonly ByteRange[], size: number): boolean {
  return ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0) > size;
}
