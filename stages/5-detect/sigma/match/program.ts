/**
 * Conditions as flat code: each instruction asks one predicate and says where to go on true and on false, so running a rule needs no stack and no
 * allocation, and asks nothing that cannot change the answer any more. Jumps only lead to instructions written earlier: every run ends.
 */
import type { Condition } from './condition.ts';

/** Where a jump may lead besides an instruction: the condition holds, or it does not. */
export const HOLDS = -1;
export const FAILS = -2;

export class ProgramWriter {
  /** Three numbers an instruction: the predicate's id, the jump on true, the jump on false. */
  readonly #code: number[] = [];
  readonly #costOf: (predicate: number) => number;

  constructor(costOf: (predicate: number) => number) {
    this.#costOf = costOf;
  }

  /** Writes the condition and returns where to start: an instruction, or at once HOLDS or FAILS. */
  write(condition: Condition): number {
    return this.#write(condition, HOLDS, FAILS);
  }

  finish(): Int32Array {
    return Int32Array.from(this.#code);
  }

  #write(condition: Condition, onTrue: number, onFalse: number): number {
    switch (condition.kind) {
      case 'constant':
        return condition.value ? onTrue : onFalse;
      case 'not':
        return this.#write(condition.of, onFalse, onTrue);
      case 'ask':
        this.#code.push(condition.predicate, onTrue, onFalse);
        return this.#code.length - 3;
      case 'all': {
        let next = onTrue;
        for (const part of this.#dearestFirst(condition.of)) next = this.#write(part, next, onFalse);
        return next;
      }
      default: {
        let next = onFalse;
        for (const part of this.#dearestFirst(condition.of)) next = this.#write(part, onTrue, next);
        return next;
      }
    }
  }

  /** What is written first is asked last. */
  #dearestFirst(parts: readonly Condition[]): readonly Condition[] {
    if (parts.length < 2) return parts;
    const costs = parts.map((part) => this.#cost(part));
    if (costs.every((cost) => cost === costs[0])) return parts;
    const order = [...parts.keys()].sort((a, b) => (costs[b] ?? 0) - (costs[a] ?? 0));
    return order.map((at) => parts[at]!);
  }

  #cost(condition: Condition): number {
    if (condition.kind === 'ask') return this.#costOf(condition.predicate);
    if (condition.kind === 'not') return this.#cost(condition.of);
    return condition.kind === 'constant' ? 0 : 1 + condition.of.reduce((sum, part) => sum + this.#cost(part), 0);
  }
}
