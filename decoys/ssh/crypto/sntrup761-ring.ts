/**
 * Arithmetic of Streamlined NTRU Prime sntrup761 (NIST round-3 submission of October 2020): polynomials of 761 coefficients modulo
 * x^761 - x - 1, over the integers modulo 3 and modulo 4591, both kept centred around zero.
 */

export const P = 761;
export const Q = 4591;
/** Coefficients other than zero in a short polynomial. */
export const WEIGHT = 286;
/** (Q - 1) / 2, the largest coefficient modulo Q. */
export const HALF_Q = 2295;

export type Small = Int8Array;
export type Wide = Int16Array;

export function reduceQ(value: number): number {
  const rest = value % Q;
  if (rest > HALF_Q) return rest - Q;
  return rest < -HALF_Q ? rest + Q : rest;
}

export function reduce3(value: number): number {
  const rest = value % 3;
  if (rest > 1) return rest - 3;
  return rest < -1 ? rest + 3 : rest;
}

/** The product modulo x^761 - x - 1, not yet reduced modulo anything. Works through the non-zero coefficients of `small` only. */
function multiply(wide: Wide | Small, small: Small): Int32Array {
  const product = new Int32Array(2 * P);
  for (let i = 0; i < P; i++) {
    const factor = small[i]!;
    if (factor === 1) for (let j = 0; j < P; j++) product[i + j] = product[i + j]! + wide[j]!;
    else if (factor === -1) for (let j = 0; j < P; j++) product[i + j] = product[i + j]! - wide[j]!;
  }
  for (let i = 2 * P - 2; i >= P; i--) {
    const high = product[i]!;
    product[i - P] = product[i - P]! + high;
    product[i - P + 1] = product[i - P + 1]! + high;
  }
  return product;
}

export function multiplyQ(wide: Wide, small: Small): Wide {
  const product = multiply(wide, small);
  const out = new Int16Array(P);
  for (let i = 0; i < P; i++) out[i] = reduceQ(product[i]!);
  return out;
}

export function multiply3(a: Small, b: Small): Small {
  const product = multiply(a, b);
  const out = new Int8Array(P);
  for (let i = 0; i < P; i++) out[i] = reduce3(product[i]!);
  return out;
}

/** 1/a modulo 3, or undefined where there is none. */
export function invert3(a: Small): Small | undefined {
  const found = invert(a, 1, reduce3);
  if (found === undefined) return undefined;
  return Int8Array.from(found);
}

/** 1/(3a) modulo Q. A short polynomial always has an inverse: Q makes the ring a field. */
export function invertTripledQ(a: Small): Wide {
  const found = invert(a, invertModQ(3), reduceQ);
  return Int16Array.from(found ?? new Int32Array(P));
}

function invertModQ(value: number): number {
  let result = 1;
  for (let i = 0; i < Q - 2; i++) result = reduceQ(result * value);
  return result;
}

/**
 * Division steps on reversed polynomials (Bernstein and Yang, "Fast constant-time gcd computation and modular inversion", section 6):
 * 2·761 - 1 steps, each of which drops one coefficient of f or g while v and r follow.
 */
function invert(a: Small, start: number, reduce: (value: number) => number): Int32Array | undefined {
  let f = new Int32Array(P + 1);
  let g = new Int32Array(P + 1);
  let v = new Int32Array(P + 1);
  let r = new Int32Array(P + 1);
  f[0] = 1;
  f[P - 1] = -1;
  f[P] = -1;
  for (let i = 0; i < P; i++) g[i] = a[P - 1 - i]!;
  r[0] = start;
  let delta = 1;
  for (let step = 0; step < 2 * P - 1; step++) {
    v.copyWithin(1, 0, P);
    v[0] = 0;
    if (delta > 0 && g[0] !== 0) {
      delta = -delta;
      [f, g] = [g, f];
      [v, r] = [r, v];
    }
    delta++;
    const f0 = f[0]!;
    const g0 = g[0]!;
    for (let i = 0; i <= P; i++) {
      g[i] = reduce(f0 * g[i]! - g0 * f[i]!);
      r[i] = reduce(f0 * r[i]! - g0 * v[i]!);
    }
    g.copyWithin(0, 1);
    g[P] = 0;
  }
  if (delta !== 0) return undefined;
  const scale = f[0]!;
  const inverse = reduce === reduce3 ? scale : invertModQ(scale);
  const out = new Int32Array(P);
  for (let i = 0; i < P; i++) out[i] = reduce(inverse * v[P - 1 - i]!);
  return out;
}
