/** What a rule costs those who run it: time of each event that it may be about, and memory for its regular expressions, which remember where they have been. */
import type { Expression } from '@netsentinel/sigma/expression';
import type { Rule } from '@netsentinel/sigma/rule';

/** A regular expression comes to hold up to 2.4 MB; a value that is looked for, some hundred bytes. */
const REGEX = 500;

/** Of one text of people's own rules: forty regular expressions, or a list of 20,000 values. */
export const MAX_WEIGHT_EACH = 20_000;
/** Of all of them: a gigabyte at worst. */
export const MAX_WEIGHT = 200_000;

/** Questions that the rule asks of an event, in those that look for one value. How many there can be, the reader bounds. */
export function weightOf({ expression }: Pick<Rule, 'expression'>): number {
  return weighed(expression);
}

function weighed(expression: Expression): number {
  switch (expression.kind) {
    case 'all':
    case 'any':
      return expression.of.reduce((sum, part) => sum + weighed(part), 0);
    case 'not':
      return weighed(expression.of);
    case 'constant':
      return 0;
    case 'predicate':
      return expression.test.kind === 'regex' ? REGEX : 1;
    default:
      return expression satisfies never;
  }
}
