/**
 * Poly1305 (RFC 8439 section 2.5) in six limbs of 22 bits held as doubles: every product and sum below stays under 2^53 and is therefore
 * exact, and a block costs 36 multiplications. State lives in module variables: nothing is allocated, calls do not nest.
 */

const LIMB = 0x400000;
const INVERSE = 1 / LIMB;
const WORD = 0x100000000;

/**
 * The tag of `data[at … at + length)` under the one-time key `key[0 … 32)`, written to `out[outAt … outAt + 16)`. `out` may be the array
 * of `data`, beyond it.
 */
export function poly1305(
  key: Uint8Array,
  data: Uint8Array,
  at: number,
  length: number,
  out: Uint8Array,
  outAt: number,
): void {
  // RFC 8439 section 2.5.1: clamp, then cut the 124 bits into limbs.
  const k0 = word(key, 0) & 0x0fffffff;
  const k1 = word(key, 4) & 0x0ffffffc;
  const k2 = word(key, 8) & 0x0ffffffc;
  const k3 = word(key, 12) & 0x0ffffffc;
  const r0 = k0 & 0x3fffff;
  const r1 = ((k0 >>> 22) | (k1 << 10)) & 0x3fffff;
  const r2 = ((k1 >>> 12) | (k2 << 20)) & 0x3fffff;
  const r3 = (k2 >>> 2) & 0x3fffff;
  const r4 = ((k2 >>> 24) | (k3 << 8)) & 0x3fffff;
  const r5 = k3 >>> 14;
  // 2^132 is 20 modulo 2^130 - 5: what leaves at the top comes back twentyfold at the bottom.
  const s1 = 20 * r1;
  const s2 = 20 * r2;
  const s3 = 20 * r3;
  const s4 = 20 * r4;
  const s5 = 20 * r5;
  let h0 = 0;
  let h1 = 0;
  let h2 = 0;
  let h3 = 0;
  let h4 = 0;
  let h5 = 0;
  const end = at + length;
  for (let from = at; from < end; from += 16) {
    let source = data;
    let offset = from;
    let top = 0x40000;
    if (end - from < 16) {
      LAST.fill(0);
      for (let i = 0; i < end - from; i++) LAST[i] = data[from + i]!;
      LAST[end - from] = 1;
      source = LAST;
      offset = 0;
      top = 0;
    }
    const w0 = word(source, offset);
    const w1 = word(source, offset + 4);
    const w2 = word(source, offset + 8);
    const w3 = word(source, offset + 12);
    h0 += w0 & 0x3fffff;
    h1 += ((w0 >>> 22) | (w1 << 10)) & 0x3fffff;
    h2 += ((w1 >>> 12) | (w2 << 20)) & 0x3fffff;
    h3 += (w2 >>> 2) & 0x3fffff;
    h4 += ((w2 >>> 24) | (w3 << 8)) & 0x3fffff;
    h5 += (w3 >>> 14) | top;
    const t0 = h0 * r0 + h1 * s5 + h2 * s4 + h3 * s3 + h4 * s2 + h5 * s1;
    let t1 = h0 * r1 + h1 * r0 + h2 * s5 + h3 * s4 + h4 * s3 + h5 * s2;
    let t2 = h0 * r2 + h1 * r1 + h2 * r0 + h3 * s5 + h4 * s4 + h5 * s3;
    let t3 = h0 * r3 + h1 * r2 + h2 * r1 + h3 * r0 + h4 * s5 + h5 * s4;
    let t4 = h0 * r4 + h1 * r3 + h2 * r2 + h3 * r1 + h4 * r0 + h5 * s5;
    let t5 = h0 * r5 + h1 * r4 + h2 * r3 + h3 * r2 + h4 * r1 + h5 * r0;
    let carry = Math.floor(t0 * INVERSE);
    h0 = t0 - carry * LIMB;
    t1 += carry;
    carry = Math.floor(t1 * INVERSE);
    h1 = t1 - carry * LIMB;
    t2 += carry;
    carry = Math.floor(t2 * INVERSE);
    h2 = t2 - carry * LIMB;
    t3 += carry;
    carry = Math.floor(t3 * INVERSE);
    h3 = t3 - carry * LIMB;
    t4 += carry;
    carry = Math.floor(t4 * INVERSE);
    h4 = t4 - carry * LIMB;
    t5 += carry;
    carry = Math.floor(t5 * INVERSE);
    h5 = t5 - carry * LIMB;
    h0 += 20 * carry;
    carry = Math.floor(h0 * INVERSE);
    h0 -= carry * LIMB;
    h1 += carry;
  }
  // Down to 130 bits exactly: two passes, the first for the carry left in h1, the second for what folding the top may cause.
  let carry = 0;
  for (let pass = 0; pass < 2; pass++) {
    carry = Math.floor(h1 * INVERSE);
    h1 -= carry * LIMB;
    h2 += carry;
    carry = Math.floor(h2 * INVERSE);
    h2 -= carry * LIMB;
    h3 += carry;
    carry = Math.floor(h3 * INVERSE);
    h3 -= carry * LIMB;
    h4 += carry;
    carry = Math.floor(h4 * INVERSE);
    h4 -= carry * LIMB;
    h5 += carry;
    carry = Math.floor(h5 / 0x100000);
    h5 -= carry * 0x100000;
    h0 += 5 * carry;
    carry = Math.floor(h0 * INVERSE);
    h0 -= carry * LIMB;
    h1 += carry;
  }
  // h - p where h ≥ p = 2^130 - 5, by way of h + 5 and its bit 130, without a branch.
  let g0 = h0 + 5;
  carry = Math.floor(g0 * INVERSE);
  g0 -= carry * LIMB;
  let g1 = h1 + carry;
  carry = Math.floor(g1 * INVERSE);
  g1 -= carry * LIMB;
  let g2 = h2 + carry;
  carry = Math.floor(g2 * INVERSE);
  g2 -= carry * LIMB;
  let g3 = h3 + carry;
  carry = Math.floor(g3 * INVERSE);
  g3 -= carry * LIMB;
  let g4 = h4 + carry;
  carry = Math.floor(g4 * INVERSE);
  g4 -= carry * LIMB;
  let g5 = h5 + carry;
  const over = Math.floor(g5 / 0x100000);
  g5 -= over * 0x100000;
  h0 += over * (g0 - h0);
  h1 += over * (g1 - h1);
  h2 += over * (g2 - h2);
  h3 += over * (g3 - h3);
  h4 += over * (g4 - h4);
  h5 += over * (g5 - h5);
  // Plus the second half of the key, modulo 2^128.
  let sum = ((h0 | (h1 << 22)) >>> 0) + (word(key, 16) >>> 0);
  putWord(out, outAt, sum);
  sum = (((h1 >>> 10) | (h2 << 12)) >>> 0) + (word(key, 20) >>> 0) + Math.floor(sum / WORD);
  putWord(out, outAt + 4, sum);
  sum = (((h2 >>> 20) | (h3 << 2) | (h4 << 24)) >>> 0) + (word(key, 24) >>> 0) + Math.floor(sum / WORD);
  putWord(out, outAt + 8, sum);
  sum = (((h4 >>> 8) | (h5 << 14)) >>> 0) + (word(key, 28) >>> 0) + Math.floor(sum / WORD);
  putWord(out, outAt + 12, sum);
}

const LAST = new Uint8Array(16);

function word(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

function putWord(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value / 0x100;
  bytes[at + 2] = value / 0x10000;
  bytes[at + 3] = value / 0x1000000;
}
