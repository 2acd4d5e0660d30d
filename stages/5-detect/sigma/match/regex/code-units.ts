/**
 * Sets of UTF-16 code units as sorted, disjoint ranges, and the sets that patterns name: what a character class is once its spelling is gone.
 * ECMAScript without the `u` flag (ECMA-262, 22.2.2): one code unit is one character.
 */

/** First and last unit of each range in turn: `[48, 57, 65, 70]` is `[0-9A-F]`. */
export type UnitSet = readonly number[];

const lastUnit = 0xffff;

export const digits: UnitSet = [48, 57];
export const wordUnits: UnitSet = [48, 57, 65, 90, 95, 95, 97, 122];
export const lineTerminators: UnitSet = [10, 10, 13, 13, 0x2028, 0x2029];
export const spaces: UnitSet = [
  9, 13, 32, 32, 0xa0, 0xa0, 0x1680, 0x1680, 0x2000, 0x200a, 0x2028, 0x2029, 0x202f, 0x202f, 0x205f, 0x205f, 0x3000,
  0x3000, 0xfeff, 0xfeff,
];

/** Any ranges, in any order and overlapping, as a set. */
export function unionOf(...sets: readonly UnitSet[]): UnitSet {
  const ranges: [number, number][] = [];
  for (const set of sets) for (let at = 0; at < set.length; at += 2) ranges.push([set[at] ?? 0, set[at + 1] ?? 0]);
  ranges.sort((a, b) => a[0] - b[0]);
  const union: number[] = [];
  for (const [first, last] of ranges) {
    const end = union.length - 1;
    if (end > 0 && first <= (union[end] ?? 0) + 1) union[end] = Math.max(union[end] ?? 0, last);
    else union.push(first, last);
  }
  return union;
}

export function complementOf(set: UnitSet): UnitSet {
  const rest: number[] = [];
  let next = 0;
  for (let at = 0; at < set.length; at += 2) {
    const first = set[at] ?? 0;
    if (first > next) rest.push(next, first - 1);
    next = (set[at + 1] ?? 0) + 1;
  }
  if (next <= lastUnit) rest.push(next, lastUnit);
  return rest;
}

export function sizeOf(set: UnitSet): number {
  let size = 0;
  for (let at = 0; at < set.length; at += 2) size += (set[at + 1] ?? 0) - (set[at] ?? 0) + 1;
  return size;
}

/** Units that `i` holds for the same as this one, by the one that stands for them all (Canonicalize in 22.2.2.7.3). */
let canonical: Uint16Array | undefined;

function canonicalUnits(): Uint16Array {
  if (canonical !== undefined) return canonical;
  canonical = new Uint16Array(lastUnit + 1);
  for (let unit = 0; unit <= lastUnit; unit++) {
    const upper = String.fromCharCode(unit).toUpperCase();
    const code = upper.charCodeAt(0);
    canonical[unit] = upper.length !== 1 || (unit >= 128 && code < 128) ? unit : code;
  }
  return canonical;
}

/** Every unit that is one of the set's when case is ignored. */
export function ignoringCase(set: UnitSet): UnitSet {
  if ((set.at(-1) ?? 0) < 128) return ignoringAsciiCase(set);
  const table = canonicalUnits();
  const wanted = new Uint8Array(lastUnit + 1);
  for (let at = 0; at < set.length; at += 2) {
    for (let unit = set[at] ?? 0; unit <= (set[at + 1] ?? 0); unit++) wanted[table[unit] ?? unit] = 1;
  }
  const closed: number[] = [];
  for (let unit = 0; unit <= lastUnit; unit++) {
    if (wanted[table[unit] ?? unit] === 0) continue;
    const end = closed.length - 1;
    if (end > 0 && closed[end] === unit - 1) closed[end] = unit;
    else closed.push(unit, unit);
  }
  return closed;
}

/** Of ASCII, only ASCII is held for the same. */
function ignoringAsciiCase(set: UnitSet): UnitSet {
  const others: number[] = [];
  for (let at = 0; at < set.length; at += 2) {
    for (let unit = set[at] ?? 0; unit <= (set[at + 1] ?? 0); unit++) {
      if ((unit >= 65 && unit <= 90) || (unit >= 97 && unit <= 122)) others.push(unit ^ 32, unit ^ 32);
    }
  }
  return unionOf(set, others);
}
