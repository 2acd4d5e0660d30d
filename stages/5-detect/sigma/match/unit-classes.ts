/**
 * Letters as small numbers, for tables: each code unit that literals use has a class, upper and lower case the same; the rarest share one, and what no
 * literal uses has class 0. Whoever walks a table by classes may therefore find a little too much, never too little.
 */
import { foldCase } from '../case-folding.ts';

/** More letters of their own would make every row of a table longer. */
const maxOwnClasses = 118;
const unitCount = 0x10000;

let foldedUnits: Uint16Array | undefined;

/** What each code unit is in lower case; halves of a pair, whose case depends on one another, are all one. */
function folding(): Uint16Array {
  if (foldedUnits !== undefined) return foldedUnits;
  foldedUnits = new Uint16Array(unitCount);
  for (let unit = 0; unit < unitCount; unit++) {
    foldedUnits[unit] = unit >= 0xd800 && unit < 0xe000 ? 0xd800 : foldCase(String.fromCharCode(unit)).charCodeAt(0);
  }
  return foldedUnits;
}

export class UnitClasses {
  /** The class of every code unit. */
  readonly of = new Uint8Array(unitCount);
  /** Classes are smaller than this. */
  readonly count: number;

  /** `texts`: every literal, in lower case. */
  constructor(texts: Iterable<string>) {
    const fold = folding();
    const uses = new Uint32Array(unitCount);
    for (const text of texts) {
      for (let at = 0; at < text.length; at++) {
        const unit = fold[text.charCodeAt(at)] ?? 0;
        uses[unit] = (uses[unit] ?? 0) + 1;
      }
    }
    const used: number[] = [];
    for (let unit = 0; unit < unitCount; unit++) if ((uses[unit] ?? 0) > 0) used.push(unit);
    used.sort((a, b) => (uses[b] ?? 0) - (uses[a] ?? 0));
    const classes = new Uint8Array(unitCount);
    for (const [rank, unit] of used.entries()) classes[unit] = Math.min(rank, maxOwnClasses) + 1;
    for (let unit = 0; unit < unitCount; unit++) this.of[unit] = classes[fold[unit] ?? 0] ?? 0;
    this.count = Math.min(used.length, maxOwnClasses + 1) + 1;
  }
}
