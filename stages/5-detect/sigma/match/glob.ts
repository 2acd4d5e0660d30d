/** Globs without backtracking: each run of literals and `?` between two `*` is searched from where the one before ended, and the last from the end. */
import type { GlobPiece } from '../expression.ts';

/** Literals and `?` in a row; `length` in code units. */
interface Run {
  readonly pieces: readonly GlobPiece[];
  readonly length: number;
}

export class Glob {
  readonly #runs: readonly Run[];
  readonly #minimum: number;

  /** Pieces in lower case unless texts are not folded either. */
  constructor(pieces: readonly GlobPiece[]) {
    const runs: GlobPiece[][] = [[]];
    for (const piece of pieces) {
      if (piece === '*') runs.push([]);
      else runs.at(-1)?.push(piece);
    }
    this.#runs = runs.map((run) => ({
      pieces: run,
      length: run.reduce((sum, piece) => sum + (typeof piece === 'string' ? 1 : piece.literal.length), 0),
    }));
    this.#minimum = this.#runs.reduce((sum, run) => sum + run.length, 0);
  }

  /** Whether the whole text is as the glob says. Time: length of the text times the longest run, at worst. */
  test(text: string): boolean {
    const first = this.#runs[0];
    const last = this.#runs.at(-1);
    if (first === undefined || last === undefined || text.length < this.#minimum || !runAt(first, text, 0))
      return false;
    if (this.#runs.length === 1) return text.length === first.length;
    const end = text.length - last.length;
    if (!runAt(last, text, end)) return false;
    let at = first.length;
    for (let index = 1; index < this.#runs.length - 1; index++) {
      const run = this.#runs[index];
      if (run === undefined) continue;
      at = findRun(run, text, at, end);
      if (at < 0) return false;
      at += run.length;
    }
    return at <= end;
  }
}

function runAt(run: Run, text: string, start: number): boolean {
  let at = start;
  for (const piece of run.pieces) {
    if (typeof piece === 'string') at++;
    else if (!text.startsWith(piece.literal, at)) return false;
    else at += piece.literal.length;
  }
  return at <= text.length;
}

/** The first place from `start` at which the run lies before `end`, or -1. */
function findRun(run: Run, text: string, start: number, end: number): number {
  const [only] = run.pieces;
  if (run.pieces.length === 1 && typeof only === 'object') {
    const at = text.indexOf(only.literal, start);
    return at + run.length <= end ? at : -1;
  }
  for (let at = start; at + run.length <= end; at++) if (runAt(run, text, at)) return at;
  return -1;
}
