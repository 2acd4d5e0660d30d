/**
 * Whether a name looks as people make names, or as a program draws them. For each character: how surprising it is after the two before it, in words and
 * names that people chose (`scripts/name-model.ts` counts them), against one drawn at random. The sum is the logarithm of a likelihood ratio.
 */
import { SURPRISE } from './name-model.data.ts';

/** Letters are 1 to 26, all else is 27, the begin and the end are 0. */
const SYMBOLS = 28;
const OTHER = 27;
export const CELLS = SYMBOLS * SYMBOLS * SYMBOLS;
/** Quarters of a bit, as one printable character each; without the quote and the backslash. */
export const FIRST_LEVEL = 0x5d;
export const LEVELS = 33;
const BITS_PER_LEVEL = 0.25;
/** A letter drawn at random, from little more than letters. */
const DRAWN_BITS = Math.log2(28);
/** A digit drawn from letters and digits, less that which of the ten it is surprises anyway. */
const DRAWN_DIGIT_BITS = Math.log2(36) - Math.log2(10);

const MAX_LENGTH = 63;

export function cellOf(a: number, b: number, c: number): number {
  return (a * SYMBOLS + b) * SYMBOLS + c;
}

export function symbolsOf(name: string): number[] {
  const symbols = [0, 0];
  for (let at = 0; at < name.length && at < MAX_LENGTH; at++) symbols.push(symbolOf(name.charCodeAt(at)));
  symbols.push(0);
  return symbols;
}

/** Bits for having been drawn at random (positive) or chosen by people (negative). A label alone: no dots. */
export function randomness(label: string): number {
  let bits = 0;
  let [a, b] = [0, 0];
  for (let at = 0; at < label.length && at < MAX_LENGTH; at++) {
    const c = symbolOf(label.charCodeAt(at));
    bits +=
      (SURPRISE.charCodeAt(cellOf(a, b, c)) - FIRST_LEVEL) * BITS_PER_LEVEL -
      (c === OTHER ? DRAWN_DIGIT_BITS : DRAWN_BITS);
    a = b;
    b = c;
  }
  return bits;
}

function symbolOf(code: number): number {
  const letter = (code | 0x20) - 0x60;
  return letter >= 1 && letter <= 26 && code >= 0x41 ? letter : OTHER;
}
