/**
 * How sntrup761 packs polynomials: two bits for a small coefficient, and for those modulo 4591 (or rounded to multiples of 3) a mixed
 * radix that joins neighbours pairwise and emits bytes whenever the joint radix has grown past 2^14.
 */
import { HALF_Q, P, Q, type Small, type Wide } from './sntrup761-ring.ts';

export const SMALL_BYTES = 191;
export const WIDE_BYTES = 1158;
export const ROUNDED_BYTES = 1007;

const LIMIT = 16384;
const ROUNDED_RADIX = (Q + 2) / 3;

export function encodeSmall(small: Small): Uint8Array {
  const out = new Uint8Array(SMALL_BYTES);
  for (let i = 0; i < P; i++) out[i >> 2]! |= (small[i]! + 1) << (2 * (i & 3));
  return out;
}

export function decodeSmall(bytes: Uint8Array): Small {
  const out = new Int8Array(P);
  for (let i = 0; i < P; i++) out[i] = ((bytes[i >> 2]! >> (2 * (i & 3))) & 3) - 1;
  return out;
}

export function encodeWide(wide: Wide): Uint8Array {
  return encode(
    Array.from(wide, (value) => value + HALF_Q),
    Q,
    WIDE_BYTES,
  );
}

export function decodeWide(bytes: Uint8Array): Wide {
  return Int16Array.from(decode(bytes, Q), (value) => value - HALF_Q);
}

/** Coefficients are multiples of 3. */
export function encodeRounded(rounded: Wide): Uint8Array {
  return encode(
    Array.from(rounded, (value) => (value + HALF_Q) / 3),
    ROUNDED_RADIX,
    ROUNDED_BYTES,
  );
}

export function decodeRounded(bytes: Uint8Array): Wide {
  return Int16Array.from(decode(bytes, ROUNDED_RADIX), (value) => 3 * value - HALF_Q);
}

function encode(digits: number[], radix: number, size: number): Uint8Array {
  const out = new Uint8Array(size);
  let at = 0;
  let values = digits;
  let radices: number[] = Array<number>(digits.length).fill(radix);
  while (values.length > 1) {
    const nextValues: number[] = [];
    const nextRadices: number[] = [];
    let i = 0;
    for (; i + 1 < values.length; i += 2) {
      let value = values[i]! + values[i + 1]! * radices[i]!;
      let joint = radices[i]! * radices[i + 1]!;
      while (joint >= LIMIT) {
        out[at++] = value & 255;
        value >>>= 8;
        joint = (joint + 255) >>> 8;
      }
      nextValues.push(value);
      nextRadices.push(joint);
    }
    if (i < values.length) {
      nextValues.push(values[i]!);
      nextRadices.push(radices[i]!);
    }
    values = nextValues;
    radices = nextRadices;
  }
  let value = values[0]!;
  for (let left = radices[0]!; left > 1; left = (left + 255) >>> 8) {
    out[at++] = value & 255;
    value >>>= 8;
  }
  return out;
}

/** One pair of neighbours on the way down: the bytes it emitted, as a number and as how many values they can take. */
interface Level {
  readonly radices: readonly number[];
  readonly low: readonly number[];
  readonly span: readonly number[];
}

/** Any bytes decode to digits below the radix: what is beyond it wraps, as the specification has it. */
function decode(bytes: Uint8Array, radix: number): number[] {
  const levels: Level[] = [];
  let radices: number[] = Array<number>(P).fill(radix);
  let at = 0;
  while (radices.length > 1) {
    const low: number[] = [];
    const span: number[] = [];
    const next: number[] = [];
    let i = 0;
    for (; i + 1 < radices.length; i += 2) {
      let joint = radices[i]! * radices[i + 1]!;
      let bottom = 0;
      let weight = 1;
      while (joint >= LIMIT) {
        bottom += bytes[at++]! * weight;
        weight *= 256;
        joint = (joint + 255) >>> 8;
      }
      low.push(bottom);
      span.push(weight);
      next.push(joint);
    }
    if (i < radices.length) next.push(radices[i]!);
    levels.push({ radices, low, span });
    radices = next;
  }
  let top = 0;
  let weight = 1;
  for (let left = radices[0]!; left > 1; left = (left + 255) >>> 8) {
    top += bytes[at++]! * weight;
    weight *= 256;
  }
  let values = [top % radices[0]!];
  for (const level of levels.toReversed()) {
    const wider: number[] = [];
    for (let i = 0; i < level.low.length; i++) {
      const joint = level.low[i]! + level.span[i]! * values[i]!;
      const first = level.radices[2 * i]!;
      wider.push(joint % first, Math.floor(joint / first) % level.radices[2 * i + 1]!);
    }
    if (level.radices.length % 2 === 1) wider.push(values.at(-1)!);
    values = wider;
  }
  return values;
}
