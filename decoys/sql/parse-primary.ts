/** What an expression is made of when its operators are taken away: literals, names, calls, parentheses and the forms that begin with a word of their own. */
import type { Expression } from './ast.types.ts';
import { call } from './expression-nodes.ts';
import { parseCall } from './parse-call.ts';
import type { ExpressionReader } from './parse-expression.types.ts';
import { parseBoolean, parseBytes, parseNull, parseNumber, parseString, parseTypedString } from './parse-literal.ts';
import { parseTypeName } from './parse-type.ts';
import { OTHER_OPERATOR } from './precedence.ts';
import { holdsQuery } from './query-ahead.ts';
import { isReserved } from './reserved.ts';
import type { TokenStream } from './token-stream.ts';

/** Functions that are called without parentheses. */
const SPECIAL_CALLS = new Set([
  'current_timestamp',
  'current_date',
  'current_time',
  'localtime',
  'localtimestamp',
  'current_user',
  'session_user',
  'user',
  'current_catalog',
  'current_role',
  'current_schema',
  'utc_timestamp',
  'utc_date',
  'utc_time',
  'sysdate',
]);
const UNITS = new Set([
  'microsecond',
  'second',
  'minute',
  'hour',
  'day',
  'week',
  'month',
  'quarter',
  'year',
  'minute_second',
  'hour_minute',
  'hour_second',
  'day_hour',
  'day_minute',
  'day_second',
  'year_month',
]);

/** Reserved words of MySQL that are functions too. */
const CALLABLE =
  /^(left|right|if|insert|replace|mod|database|schema|values|char|convert|interval|current_user|user|date|time|timestamp|year|month|day|hour|minute|second|password|truncate|repeat|format|current_date|current_time|current_timestamp|exists|default)$/;

export function parsePrimary(parser: ExpressionReader): Expression {
  const { input } = parser;
  const { token } = input;
  const { at } = token;
  switch (token.kind) {
    case 'number':
      return parseNumber(input);
    case 'string':
      return parseString(input);
    case 'bytes':
      return parseBytes(input);
    case 'parameter':
      input.next();
      if (token.text === '?') return { kind: 'parameter', index: input.parameters++, at };
      input.parameters = Math.max(input.parameters, Number(token.text));
      return { kind: 'parameter', index: Number(token.text) - 1, at };
    case 'variable':
      return parseVariable(input);
    case 'operator':
      if (token.text === '(') return parseParenthesis(parser);
      if (token.text === '*') {
        input.next();
        return { kind: 'star', path: [], at };
      }
      throw input.unexpected();
    case 'name':
      return parseNameOrCall(parser);
    case 'word':
      return parseWord(parser);
    default:
      throw input.unexpected();
  }
}

function parseVariable(input: TokenStream): Expression {
  const { text, at } = input.next();
  if (!text.startsWith('@@'))
    return { kind: 'variable', name: text.slice(1).toLowerCase(), system: false, scope: '', at };
  const match = /^(?:(global|session|local)\.)?(.*)$/i.exec(text.slice(2))!;
  return { kind: 'variable', name: match[2]!.toLowerCase(), system: true, scope: (match[1] ?? '').toLowerCase(), at };
}

function parseParenthesis(parser: ExpressionReader): Expression {
  const { input } = parser;
  const { at } = input.token;
  if (holdsQuery(input, false))
    return { kind: 'subquery', query: input.parenthesised(() => parser.queries.query()), at };
  const items = input.parenthesised(() => input.list(() => parser.expression()));
  return items.length === 1 ? items[0]! : { kind: 'row', items, at };
}

function parseWord(parser: ExpressionReader): Expression {
  const { input } = parser;
  const { text, at } = input.token;
  const follows = input.peek();
  switch (text) {
    case 'null':
      return parseNull(input);
    case 'true':
    case 'false':
      return parseBoolean(input);
    case 'case':
      return parseCase(parser);
    case 'exists':
      input.next();
      return { kind: 'exists', query: input.parenthesised(() => parser.queries.query()), at };
    case 'cast':
    case 'convert':
      if (follows.text === '(') return parseCast(parser, text);
      break;
    case 'interval':
      if (input.flavour === 'mysql' && follows.text !== '(') return parseInterval(parser);
      if (input.flavour === 'postgres' && follows.kind === 'string') return parseTypedString(input);
      break;
    case 'array':
      if (follows.text === '[' || follows.text === '(') return parseArray(parser);
      break;
    case 'row':
      if (follows.text === '(') {
        input.next();
        return { kind: 'row', items: input.parenthesised(() => input.list(() => parser.expression())), at };
      }
      break;
    case 'match':
      if (input.flavour === 'mysql' && follows.text === '(') return parseMatch(parser);
      break;
    default:
  }
  if (
    follows.kind === 'string' &&
    (input.flavour === 'postgres' ? !isReserved(text, 'postgres') : /^(date|time|timestamp)$|^_/.test(text))
  )
    return parseTypedString(input);
  if (text.startsWith('_') && follows.kind === 'bytes' && input.flavour === 'mysql') {
    input.next();
    return parsePrimary(parser);
  }
  if (
    SPECIAL_CALLS.has(text) &&
    follows.text !== '(' &&
    follows.text !== '.' &&
    (isReserved(text, input.flavour) ||
      text.startsWith('current_') ||
      text.startsWith('local') ||
      text.startsWith('utc_'))
  ) {
    input.next();
    return call(text, [], at);
  }
  return parseNameOrCall(parser);
}

function parseCase(parser: ExpressionReader): Expression {
  const { input } = parser;
  const { at } = input.next();
  const arg = input.isWord('when') ? undefined : parser.expression();
  const when: [Expression, Expression][] = [];
  while (input.take('when')) {
    const condition = parser.expression();
    input.expect('then');
    when.push([condition, parser.expression()]);
  }
  if (when.length === 0) throw input.unexpected();
  const otherwise = input.take('else') ? parser.expression() : undefined;
  input.expect('end');
  return { kind: 'case', arg, when, otherwise, at };
}

function parseCast(parser: ExpressionReader, word: string): Expression {
  const { input } = parser;
  const { at } = input.next();
  return input.parenthesised((): Expression => {
    const arg = parser.expression();
    if (word === 'convert' && input.take('using')) {
      input.next();
      return call('convert_using', [arg], at);
    }
    if (!input.take('as') && !(word === 'convert' && input.takeOperator(','))) throw input.unexpected();
    return { kind: 'cast', arg, type: parseTypeName(input), at };
  });
}

function parseInterval(parser: ExpressionReader): Expression {
  const { input } = parser;
  const { at } = input.next();
  const value = parser.expression(OTHER_OPERATOR);
  if (input.token.kind !== 'word' || !UNITS.has(input.token.text)) throw input.unexpected();
  return { kind: 'interval', value, unit: input.next().text, at };
}

function parseArray(parser: ExpressionReader): Expression {
  const { input } = parser;
  const { at } = input.next();
  if (input.isOperator('(')) return { kind: 'array', items: input.parenthesised(() => parser.queries.query()), at };
  return { ...parseArrayItems(parser), at };
}

function parseArrayItems(parser: ExpressionReader): Extract<Expression, { kind: 'array' }> {
  const { input } = parser;
  const { at } = input.token;
  input.expectOperator('[');
  const items = input.isOperator(']')
    ? []
    : input.list(() => (input.isOperator('[') ? input.nested(() => parseArrayItems(parser)) : parser.expression()));
  input.expectOperator(']');
  return { kind: 'array', items, at };
}

function parseMatch(parser: ExpressionReader): Expression {
  const { input } = parser;
  const { at } = input.next();
  const columns = input.parenthesised(() => input.list(() => parser.expression()));
  input.expect('against');
  const text = input.parenthesised(() => {
    const value = parser.expression(OTHER_OPERATOR);
    while (input.token.kind === 'word') input.next();
    return value;
  });
  return call('match_against', [text, ...columns], at);
}

function parseNameOrCall(parser: ExpressionReader): Expression {
  const { input } = parser;
  const { token } = input;
  const { at } = token;
  const isCall = token.kind === 'word' && input.peek().text === '(' && input.peek().kind === 'operator';
  if (
    isCall &&
    (input.flavour === 'mysql'
      ? CALLABLE.test(token.text) || !isReserved(token.text, 'mysql')
      : !isReserved(token.text, 'postgres') || /^(left|right|any|all|user|in|exists)$/.test(token.text))
  ) {
    input.next();
    return parseCall(parser, [token.text], at);
  }
  const path = input.path();
  if (input.isOperator('.') && input.peek().text === '*') {
    input.next();
    input.next();
    return { kind: 'star', path, at };
  }
  if (input.isOperator('(')) return parseCall(parser, path, at);
  return { kind: 'column', path, at };
}
