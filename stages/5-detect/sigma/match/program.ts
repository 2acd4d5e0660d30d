/**
 * Conditions as flat code: each instruction asks one predicate and says where to go on true and on false, so running a rule needs no stack and no
 * allocation, and asks nothing that cannot change the answer any more. Jumps only lead to instructions written earlier: every run ends.
 */
import type { Expression, Predicate } from '../expression.ts';

/** Where a jump may lead besides an instruction: the condition holds, or it does not. */
export const HOLDS = -1;
export const FAILS = -2;

/** Conditions deeper than this are refused: no author writes them. */
export const maxDepth = 200;

export class ProgramWriter {
  /** Three numbers an instruction: the predicate's id, the jump on true, the jump on false. */
  readonly #code: number[] = [];
  readonly #idOf: (predicate: Predicate) => number;
  readonly #costOf: (predicate: Predicate) => number;

  constructor(idOf: (predicate: Predicate) => number, costOf: (predicate: Predicate) => number) {
    this.#idOf = idOf;
    this.#costOf = costOf;
  }

  /** Writes the condition and returns where to start: an instruction, or at once HOLDS or FAILS. */
  write(expression: Expression): number {
    return this.#write(expression, HOLDS, FAILS);
  }

  finish(): Int32Array {
    return Int32Array.from(this.#code);
  }

  #write(expression: Expression, onTrue: number, onFalse: number): number {
    switch (expression.kind) {
      case 'constant':
        return expression.value ? onTrue : onFalse;
      case 'not':
        return this.#write(expression.of, onFalse, onTrue);
      case 'predicate':
        this.#code.push(this.#idOf(expression), onTrue, onFalse);
        return this.#code.length - 3;
      case 'all': {
        let next = onTrue;
        for (const part of this.#dearestFirst(expression.of)) next = this.#write(part, next, onFalse);
        return next;
      }
      case 'any': {
        let next = onFalse;
        for (const part of this.#dearestFirst(expression.of)) next = this.#write(part, onTrue, next);
        return next;
      }
    }
  }

  /** What is written first is asked last. */
  #dearestFirst(parts: readonly Expression[]): readonly Expression[] {
    if (parts.length < 2) return parts;
    const costs = new Map(parts.map((part) => [part, this.#cost(part)]));
    return parts.toSorted((a, b) => (costs.get(b) ?? 0) - (costs.get(a) ?? 0));
  }

  #cost(expression: Expression): number {
    if (expression.kind === 'predicate') return this.#costOf(expression);
    if (expression.kind === 'not') return this.#cost(expression.of);
    return expression.kind === 'constant' ? 0 : 1 + expression.of.reduce((sum, part) => sum + this.#cost(part), 0);
  }
}

/** How deeply the condition nests, found without recursion: it may be hostile. */
export function depthOf(expression: Expression): number {
  let level: readonly Expression[] = [expression];
  let depth = 0;
  for (; level.length > 0; depth++) {
    if (depth > maxDepth) return depth;
    level = level.flatMap((part) => {
      if (part.kind === 'not') return [part.of];
      return part.kind === 'all' || part.kind === 'any' ? part.of : [];
    });
  }
  return depth;
}
