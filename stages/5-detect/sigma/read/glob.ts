/** Sigma's texts: wildcards and their escapes, and the tests that they amount to. */
import { foldCase } from '../case-folding.ts';
import type { GlobPiece, Test } from '../expression.ts';

/**
 * `*` and `?` are wildcards; a backslash before one of them, or before another backslash, takes its meaning away and goes itself; any other backslash is a
 * character like all (specification, "Escaping").
 */
export function parseGlob(text: string): GlobPiece[] {
  if (!/[*?\\]/.test(text)) return text === '' ? [] : [{ literal: text }];
  const pieces: GlobPiece[] = [];
  let literal = '';
  const end = (): void => {
    if (literal !== '') pieces.push({ literal });
    literal = '';
  };
  for (let at = 0; at < text.length; at++) {
    const unit = text[at]!;
    const next = text[at + 1];
    if (unit === '\\' && (next === '*' || next === '?' || next === '\\')) {
      literal += next;
      at++;
    } else if (unit === '*' || unit === '?') {
      end();
      pieces.push(unit);
    } else literal += unit;
  }
  end();
  return pieces;
}

/** The simplest test that says the same. */
export function globTest(pieces: readonly GlobPiece[], cased: boolean): Test {
  const simple = mergePieces(pieces, cased);
  const [first, second, third] = simple;
  const text = simple.map((piece) => (typeof piece === 'string' ? '' : piece.literal)).join('');
  const isLiteral = (piece: GlobPiece | undefined): boolean => typeof piece === 'object';
  if (simple.length === 0 || (simple.length === 1 && isLiteral(first))) return { kind: 'equals', text, cased };
  if (simple.length === 2 && isLiteral(first) && second === '*') return { kind: 'startsWith', text, cased };
  if (simple.length === 2 && first === '*' && isLiteral(second)) return { kind: 'endsWith', text, cased };
  if (simple.length === 3 && first === '*' && isLiteral(second) && third === '*')
    return { kind: 'contains', text, cased };
  return { kind: 'glob', pieces: simple, cased };
}

/** Neighbouring literals as one, runs of `*` as one, in lower case where case does not matter. */
function mergePieces(pieces: readonly GlobPiece[], cased: boolean): GlobPiece[] {
  const merged: GlobPiece[] = [];
  for (const piece of pieces) {
    const last = merged.at(-1);
    if (piece === '*' && last === '*') continue;
    if (typeof piece === 'string') merged.push(piece);
    else {
      const literal = cased ? piece.literal : foldCase(piece.literal);
      if (typeof last === 'object') merged[merged.length - 1] = { literal: last.literal + literal };
      else merged.push({ literal });
    }
  }
  return merged;
}
