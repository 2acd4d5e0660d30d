/** A few words of a rule can stand for millions of questions (a long list named a thousand times, every dash in five spellings): so they are counted. */
import type { Expression } from '../expression.ts';
import { RuleProblem, type Path } from './problem.ts';

/** Of one rule in all: a search of 100,000 values may be named four times. */
const maxQuestions = 400_000;

export class Budget {
  #left = maxQuestions;
  readonly #sizes = new Map<Expression, number>();

  /** @throws RuleProblem when there are more than any rule asks */
  spend(questions: number, path: Path): void {
    this.#left -= questions;
    if (this.#left < 0)
      throw new RuleProblem(path, `the rule asks more than ${maxQuestions} questions: it names long lists too often`);
  }

  /** For as many questions as the expression asks. */
  spendAll(expression: Expression, path: Path): void {
    let size = this.#sizes.get(expression);
    if (size === undefined) this.#sizes.set(expression, (size = sizeOf(expression)));
    this.spend(size, path);
  }
}

function sizeOf(expression: Expression): number {
  if (expression.kind === 'not') return sizeOf(expression.of);
  if (expression.kind !== 'all' && expression.kind !== 'any') return 1;
  return expression.of.reduce((sum, part) => sum + sizeOf(part), 0);
}
