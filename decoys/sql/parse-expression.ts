/** Expressions, by precedence climbing: each server has its own table of what binds how tightly. */
import type { Expression } from './ast.types.ts';
import { call, typeNamed } from './expression-nodes.ts';
import type { ExpressionReader, QueryParser } from './parse-expression.types.ts';
import { parseIs, parsePredicate } from './parse-predicate.ts';
import { parsePrimary } from './parse-primary.ts';
import { parseTypeName } from './parse-type.ts';
import { ASSIGNMENT, bindingOf, IS, NOT, OTHER_OPERATOR, PREDICATE, TIME_ZONE, UNARY } from './precedence.ts';
import { holdsQuery } from './query-ahead.ts';
import type { TokenStream } from './token-stream.ts';

/** Operators of one expression, one behind the other. */
const MAX_OPERATORS = 20_000;
const PREDICATES = new Set(['in', 'like', 'ilike', 'between', 'regexp', 'rlike', 'similar']);

export class ExpressionParser implements ExpressionReader {
  readonly input: TokenStream;
  readonly queries: QueryParser;

  constructor(tokens: TokenStream, queries: QueryParser) {
    this.input = tokens;
    this.queries = queries;
  }

  expression(least = 0): Expression {
    return this.input.nested(() => this.#climb(least));
  }

  primary(): Expression {
    return parsePrimary(this);
  }

  #climb(least: number): Expression {
    const { input } = this;
    let left = this.#prefix(least);
    for (let count = 0; ; count++) {
      if (count > MAX_OPERATORS) throw input.faults.tooMuch('depth');
      const next = this.#infix(left, least);
      if (next === undefined) return left;
      left = next;
    }
  }

  #prefix(least: number): Expression {
    const { input } = this;
    const { at } = input.token;
    if (input.isWord('not') && least <= NOT) {
      input.next();
      return { kind: 'unary', op: 'not', arg: this.expression(NOT), at };
    }
    if (input.isOperator('-', '+', '~') || (input.flavour === 'mysql' && input.isOperator('!'))) {
      const op = input.next().text;
      return { kind: 'unary', op, arg: this.expression(UNARY), at };
    }
    if (input.flavour === 'postgres' && input.token.kind === 'operator' && /^[@~!|/#&]+$/.test(input.token.text)) {
      const op = input.next().text;
      return { kind: 'unary', op, arg: this.expression(OTHER_OPERATOR), at };
    }
    if (input.flavour === 'mysql' && input.isWord('binary') && input.peek().kind !== 'operator') {
      input.next();
      return { kind: 'cast', arg: this.expression(UNARY), type: typeNamed('binary', at), at };
    }
    return this.#suffixes(parsePrimary(this));
  }

  #infix(left: Expression, least: number): Expression | undefined {
    const { input } = this;
    const { token, flavour } = input;
    if (token.kind === 'end') return undefined;
    const { at } = token;
    if (token.kind === 'word') {
      if (token.text === 'is' || (flavour === 'postgres' && (token.text === 'isnull' || token.text === 'notnull')))
        return least <= IS ? parseIs(this, left) : undefined;
      const not = token.text === 'not';
      const word = not ? input.peek().text : token.text;
      if (PREDICATES.has(word) && (!not || input.peek().kind === 'word'))
        return least <= PREDICATE ? parsePredicate(this, left, not, word) : undefined;
      if (token.text === 'collate') {
        input.next();
        return { kind: 'collate', arg: left, name: input.path().at(-1)!, at };
      }
      if (flavour === 'postgres' && token.text === 'at' && input.peek().text === 'time') {
        if (least > TIME_ZONE) return undefined;
        input.expect('at', 'time', 'zone');
        return call('timezone', [this.expression(TIME_ZONE + 1), left], at);
      }
      if (flavour === 'postgres' && token.text === 'operator' && input.peek().text === '(')
        return this.#namedOperator(left, least);
    } else if (token.kind !== 'operator') return undefined;
    const binds = bindingOf(token, flavour);
    if (binds === undefined || binds < least) return undefined;
    const op = input.next().text;
    if (op === 'sounds') {
      input.expect('like');
      const right = call('soundex', [this.expression(OTHER_OPERATOR)], at);
      return { kind: 'binary', op: '=', left: call('soundex', [left], at), right, at };
    }
    return this.#right(left, op, binds, at);
  }

  /** What stands right of an operator that has been read: an operand, or ANY and ALL of several. */
  #right(left: Expression, op: string, binds: number, at: number): Expression {
    const { input } = this;
    if (binds >= IS && binds <= OTHER_OPERATOR)
      if (input.isWord('any', 'some', 'all') && input.peek().text === '(') {
        const all = input.next().text === 'all';
        const right = input.parenthesised(() => (holdsQuery(input, true) ? this.queries.query() : this.expression()));
        return { kind: 'quantified', op, all, arg: left, right, at };
      }
    if (op === ':=' && left.kind === 'variable')
      return { kind: 'assign', name: left.name, value: this.expression(ASSIGNMENT), at };
    return { kind: 'binary', op: op === '&&' ? 'and' : op, left, right: this.expression(binds + 1), at };
  }

  /** `OPERATOR(pg_catalog.~)`, as psql and pg_dump write it. */
  #namedOperator(left: Expression, least: number): Expression | undefined {
    if (least > OTHER_OPERATOR) return undefined;
    const { input } = this;
    const { at } = input.next();
    const op = input.parenthesised(() => {
      while (input.peek().text === '.') {
        input.next();
        input.next();
      }
      return input.next().text;
    });
    return this.#right(left, op, OTHER_OPERATOR, at);
  }

  /** PostgreSQL's `::type`, `[index]` and `.field`. */
  #suffixes(start: Expression): Expression {
    const { input } = this;
    let value = start;
    if (input.flavour === 'mysql') return value;
    for (;;) {
      const { at } = input.token;
      if (input.takeOperator('::')) value = { kind: 'cast', arg: value, type: parseTypeName(input), at };
      else if (input.isOperator('[')) value = this.#index(value);
      else if (input.isOperator('.') && value.kind !== 'column' && value.kind !== 'literal') {
        input.next();
        const name = input.next();
        value = { kind: 'field', arg: value, name: name.text, at };
      } else return value;
    }
  }

  #index(arg: Expression): Expression {
    const { input } = this;
    const { at } = input.next();
    const index = input.isOperator(':') ? undefined : this.expression();
    const slice = input.takeOperator(':');
    const to = slice && !input.isOperator(']') ? this.expression() : undefined;
    input.expectOperator(']');
    return { kind: 'index', arg, index, to, slice, at };
  }
}
