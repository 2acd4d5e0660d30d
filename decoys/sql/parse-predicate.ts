/** Conditions that are written in words: IS, IN, BETWEEN, LIKE and their relatives, with NOT or without. */
import type { Expression } from './ast.types.ts';
import type { ExpressionReader } from './parse-expression.types.ts';
import { OTHER_OPERATOR } from './precedence.ts';
import { holdsQuery } from './query-ahead.ts';

/** From IS on, or from PostgreSQL's ISNULL and NOTNULL. */
export function parseIs(parser: ExpressionReader, arg: Expression): Expression {
  const { input } = parser;
  const { at, text } = input.next();
  if (text !== 'is') return { kind: 'is', arg, what: 'null', not: text === 'notnull', at };
  const not = input.take('not');
  if (input.take('distinct', 'from'))
    return {
      kind: 'binary',
      op: not ? 'is not distinct from' : 'is distinct from',
      left: arg,
      right: parser.expression(OTHER_OPERATOR),
      at,
    };
  if (!input.isWord('null', 'true', 'false', 'unknown')) throw input.unexpected();
  return { kind: 'is', arg, what: input.next().text as 'null', not, at };
}

/** From the word that was seen on, which is not read yet, or from the NOT before it. */
export function parsePredicate(parser: ExpressionReader, arg: Expression, not: boolean, word: string): Expression {
  const { input } = parser;
  if (not) input.next();
  const { at } = input.next();
  if (word === 'in') {
    const list = input.parenthesised(() =>
      holdsQuery(input, true) ? parser.queries.query() : input.list(() => parser.expression()),
    );
    return { kind: 'in', arg, list, not, at };
  }
  if (word === 'between') {
    input.take('symmetric');
    const low = parser.expression(OTHER_OPERATOR);
    input.expect('and');
    return { kind: 'between', arg, low, high: parser.expression(OTHER_OPERATOR), not, at };
  }
  if (word === 'similar') input.expect('to');
  const op = word === 'regexp' ? 'rlike' : word;
  if (input.flavour === 'postgres' && input.isWord('any', 'all') && input.peek().text === '(') {
    const all = input.next().text === 'all';
    const right = input.parenthesised(() => parser.expression());
    return { kind: 'quantified', op: (not ? '!~~' : '~~') + (op === 'ilike' ? '*' : ''), all, arg, right, at };
  }
  const pattern = parser.expression(OTHER_OPERATOR);
  const escape = input.take('escape') ? parser.expression(OTHER_OPERATOR) : undefined;
  return { kind: 'like', op, arg, pattern, escape, not, at };
}
