/** LZF as RDB strings are packed with: literal runs of up to 32 bytes, and references of up to 264 bytes at most 8 KiB back. */
const MAX_LITERAL = 32;
const MAX_OFFSET = 8192;
const MAX_MATCH = 264;

/**
 * Byte for byte as redis packs (liblzf, its fast variant), since whether a planted line survives in the dump depends on it. Undefined where it would not save
 * at least four bytes.
 */
export function lzfPack(bytes: Buffer): Buffer | undefined {
  const limit = bytes.length - 4;
  if (limit <= 0) return undefined;
  const out: number[] = [];
  const seen = new Map<number, number>();
  const three = (at: number): number => (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!;
  // Where the head of the running literals stands in `out`.
  let head = 0;
  let literals = 0;
  out.push(0);
  let at = 0;
  while (at < bytes.length - 2) {
    const key = three(at);
    const before = seen.get(key);
    seen.set(key, at);
    const offset = before === undefined ? MAX_OFFSET : at - before - 1;
    if (before === undefined || before === 0 || offset >= MAX_OFFSET || at + 4 >= bytes.length) {
      if (out.length >= limit) return undefined;
      out.push(bytes[at++]!);
      if (++literals === MAX_LITERAL) {
        out[head] = literals - 1;
        [head, literals] = [out.length, 0];
        out.push(0);
      }
      continue;
    }
    if (out.length - (literals === 0 ? 1 : 0) + 4 >= limit) return undefined;
    if (literals === 0) out.pop();
    else out[head] = literals - 1;
    const length = matchLength(bytes, before, at);
    const coded = length - 2;
    if (coded < 7) out.push((coded << 5) | (offset >> 8));
    else out.push((7 << 5) | (offset >> 8), coded - 7);
    out.push(offset & 0xff);
    [head, literals] = [out.length, 0];
    out.push(0);
    at += length;
    if (at >= bytes.length - 2) break;
    seen.set(three(at - 2), at - 2);
    seen.set(three(at - 1), at - 1);
  }
  if (out.length + 3 > limit) return undefined;
  while (at < bytes.length) {
    out.push(bytes[at++]!);
    if (++literals === MAX_LITERAL) {
      out[head] = literals - 1;
      [head, literals] = [out.length, 0];
      out.push(0);
    }
  }
  if (literals === 0) out.pop();
  else out[head] = literals - 1;
  return Buffer.from(out);
}

/** At least three; the last two bytes are never part of a match of more than sixteen. */
function matchLength(bytes: Buffer, before: number, at: number): number {
  const most = Math.min(MAX_MATCH, bytes.length - at - 2);
  let length = 3;
  // Sixteen are compared without looking at the end.
  if (most > 16) while (length <= 18 && bytes[before + length] === bytes[at + length]) length++;
  if (most > 16 && length <= 18) return length;
  while (length < most && bytes[before + length] === bytes[at + length]) length++;
  return length;
}

/** Undefined where the bytes are not `length` bytes packed. */
export function lzfUnpack(packed: Buffer, length: number): Buffer | undefined {
  const out = Buffer.alloc(length);
  let [at, to] = [0, 0];
  while (at < packed.length) {
    const control = packed[at++]!;
    if (control < MAX_LITERAL) {
      const run = control + 1;
      if (at + run > packed.length || to + run > length) return undefined;
      packed.copy(out, to, at, at + run);
      at += run;
      to += run;
      continue;
    }
    let run = control >> 5;
    if (run === 7) run += packed[at++] ?? 0;
    run += 2;
    let from = to - ((control & 0x1f) << 8) - (packed[at++] ?? 0) - 1;
    if (from < 0 || to + run > length) return undefined;
    while (run-- > 0) out[to++] = out[from++]!;
  }
  return to === length ? out : undefined;
}
