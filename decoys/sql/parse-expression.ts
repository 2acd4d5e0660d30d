/** Expressions, by precedence climbing: each server has its own table of what binds how tightly. */
import type { Call, Expression, FrameBound, OrderItem, Query, TypeName, WindowClause } from './ast.types.ts';
import { isReserved } from './reserved.ts';
import type { TokenStream } from './token-stream.ts';
import { parseTypeName } from './parse-type.ts';
import type { SqlType, Value } from './values.ts';
import { Decimal, integer } from './values.ts';

export interface QueryParser {
  query(): Query;
  orderBy(): OrderItem[];
}

const MYSQL_BINARY: Readonly<Record<string, number>> = {
  ':=': 1,
  or: 2,
  '||': 2,
  xor: 3,
  and: 4,
  '&&': 4,
  '=': 7,
  '<=>': 7,
  '>=': 7,
  '>': 7,
  '<=': 7,
  '<': 7,
  '<>': 7,
  '!=': 7,
  sounds: 7,
  '|': 8,
  '&': 9,
  '<<': 10,
  '>>': 10,
  '+': 11,
  '-': 11,
  '*': 12,
  '/': 12,
  div: 12,
  '%': 12,
  mod: 12,
  '^': 13,
  '->': 16,
  '->>': 16,
};
const POSTGRES_BINARY: Readonly<Record<string, number>> = {
  or: 2,
  and: 4,
  '=': 6,
  '<': 6,
  '>': 6,
  '<=': 6,
  '>=': 6,
  '<>': 6,
  '!=': 6,
  '+': 9,
  '-': 9,
  '*': 10,
  '/': 10,
  '%': 10,
  '^': 11,
};
const PREDICATE = { mysql: 7, postgres: 7 };
const NOT = 5;
const OTHER_OPERATOR = 8;
const UNARY = 14;
const PREDICATES = new Set(['in', 'like', 'ilike', 'between', 'regexp', 'rlike', 'similar']);
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

export class ExpressionParser {
  readonly #in: TokenStream;
  readonly #queries: QueryParser;

  constructor(tokens: TokenStream, queries: QueryParser) {
    this.#in = tokens;
    this.#queries = queries;
  }

  expression(least = 0): Expression {
    return this.#in.nested(() => this.#climb(least));
  }

  #climb(least: number): Expression {
    const input = this.#in;
    let left = this.#prefix(least);
    for (let count = 0; ; count++) {
      if (count > 20_000) throw input.faults.tooMuch('depth');
      const next = this.#infix(left, least);
      if (next === undefined) return left;
      left = next;
    }
  }

  #prefix(least: number): Expression {
    const input = this.#in;
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
    return this.#suffixes(this.#primary());
  }

  #infix(left: Expression, least: number): Expression | undefined {
    const input = this.#in;
    const { token, flavour } = input;
    if (token.kind === 'end') return undefined;
    const { at } = token;
    if (token.kind === 'word') {
      if (token.text === 'is' || (flavour === 'postgres' && (token.text === 'isnull' || token.text === 'notnull')))
        return least <= 6 ? this.#is(left) : undefined;
      const not = token.text === 'not';
      const word = not ? input.peek().text : token.text;
      if (PREDICATES.has(word) && (!not || input.peek().kind === 'word'))
        return least <= PREDICATE[flavour] ? this.#predicate(left, not, word) : undefined;
      if (token.text === 'collate') {
        input.next();
        const path = this.path();
        return { kind: 'collate', arg: left, name: path.at(-1)!, at };
      }
      if (flavour === 'postgres' && token.text === 'at' && input.peek().text === 'time') {
        if (least > 12) return undefined;
        input.expect('at', 'time', 'zone');
        return call('timezone', [this.expression(13), left], at);
      }
      if (flavour === 'postgres' && token.text === 'operator' && input.peek().text === '(')
        return this.#namedOperator(left, least);
    } else if (token.kind !== 'operator') return undefined;
    const table = flavour === 'mysql' ? MYSQL_BINARY : POSTGRES_BINARY;
    let binds = Object.hasOwn(table, token.text) ? table[token.text] : undefined;
    if (
      binds === undefined &&
      flavour === 'postgres' &&
      token.kind === 'operator' &&
      /^[-+*/<>=~!@#%^&|`?]+$/.test(token.text)
    )
      binds = OTHER_OPERATOR;
    if (binds === undefined || binds < least) return undefined;
    const op = input.next().text;
    if (op === 'sounds') {
      input.expect('like');
      return {
        kind: 'binary',
        op: '=',
        left: call('soundex', [left], at),
        right: call('soundex', [this.expression(8)], at),
        at,
      };
    }
    return this.#right(left, op, binds, at);
  }

  #right(left: Expression, op: string, binds: number, at: number): Expression {
    const input = this.#in;
    if (binds === 6 || binds === 7 || binds === OTHER_OPERATOR)
      if (input.isWord('any', 'some', 'all') && input.peek().text === '(') {
        const all = input.next().text === 'all';
        const right = input.parenthesised(() => (this.#startsQuery(true) ? this.#queries.query() : this.expression()));
        return { kind: 'quantified', op, all, arg: left, right, at };
      }
    if (op === ':=' && left.kind === 'variable')
      return { kind: 'assign', name: left.name, value: this.expression(1), at };
    return { kind: 'binary', op: op === '&&' ? 'and' : op, left, right: this.expression(binds + 1), at };
  }

  #namedOperator(left: Expression, least: number): Expression | undefined {
    if (least > OTHER_OPERATOR) return undefined;
    const input = this.#in;
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

  #is(arg: Expression): Expression {
    const input = this.#in;
    const { at, text } = input.next();
    if (text !== 'is') return { kind: 'is', arg, what: 'null', not: text === 'notnull', at };
    const not = input.take('not');
    if (input.take('distinct', 'from'))
      return {
        kind: 'binary',
        op: not ? 'is not distinct from' : 'is distinct from',
        left: arg,
        right: this.expression(8),
        at,
      };
    if (!input.isWord('null', 'true', 'false', 'unknown')) throw input.unexpected();
    return { kind: 'is', arg, what: input.next().text as 'null', not, at };
  }

  #predicate(arg: Expression, not: boolean, word: string): Expression {
    const input = this.#in;
    if (not) input.next();
    const { at } = input.next();
    if (word === 'in') {
      const list = input.parenthesised(() =>
        this.#startsQuery(true) ? this.#queries.query() : input.list(() => this.expression()),
      );
      return { kind: 'in', arg, list, not, at };
    }
    if (word === 'between') {
      input.take('symmetric');
      const low = this.expression(8);
      input.expect('and');
      return { kind: 'between', arg, low, high: this.expression(8), not, at };
    }
    if (word === 'similar') input.expect('to');
    const op = word === 'regexp' ? 'rlike' : word;
    if (input.flavour === 'postgres' && input.isWord('any', 'all') && input.peek().text === '(') {
      const all = input.next().text === 'all';
      const right = input.parenthesised(() => this.expression());
      const quantified: Expression = {
        kind: 'quantified',
        op: (not ? '!~~' : '~~') + (op === 'ilike' ? '*' : ''),
        all,
        arg,
        right,
        at,
      };
      return quantified;
    }
    const pattern = this.expression(8);
    const escape = input.take('escape') ? this.expression(8) : undefined;
    return { kind: 'like', op, arg, pattern, escape, not, at };
  }

  /** Whether a query stands here, in as many parentheses as there may be, and not an expression that begins with one. */
  #startsQuery(inside: boolean): boolean {
    const input = this.#in;
    let ahead = 0;
    while (input.peek(ahead).kind === 'operator' && input.peek(ahead).text === '(') ahead++;
    const token = input.peek(ahead);
    if (token.kind !== 'word') return false;
    if (token.text === 'values') return ahead === 0 && input.flavour === 'postgres';
    if (token.text !== 'select' && token.text !== 'with') return false;
    // Each of the inner ones is followed by what may follow a query.
    for (let inner = inside ? ahead : ahead - 1, at = ahead; inner > 0; inner--) {
      at = this.#closing(at);
      const next = input.peek(at);
      if (next.kind === 'end') return true;
      if (next.text !== ')' && !(next.kind === 'word' && FOLLOWS_QUERY.test(next.text))) return false;
      if (next.text !== ')') return true;
    }
    return true;
  }

  /** How far ahead the token is that stands behind the parenthesis in which the token `from` ahead is. */
  #closing(from: number): number {
    const input = this.#in;
    let depth = 1;
    let at = from;
    for (; depth > 0 && input.peek(at).kind !== 'end'; at++) {
      const { kind, text } = input.peek(at);
      if (kind === 'operator' && text === '(') depth++;
      if (kind === 'operator' && text === ')') depth--;
    }
    return at;
  }

  #suffixes(start: Expression): Expression {
    const input = this.#in;
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
    const input = this.#in;
    const { at } = input.next();
    const index = input.isOperator(':') ? undefined : this.expression();
    const slice = input.takeOperator(':');
    const to = slice && !input.isOperator(']') ? this.expression() : undefined;
    input.expectOperator(']');
    return { kind: 'index', arg, index, to, slice, at };
  }

  #primary(): Expression {
    const input = this.#in;
    const { token } = input;
    const { at } = token;
    switch (token.kind) {
      case 'number':
        input.next();
        return numberLiteral(token.text, at);
      case 'string':
        return this.#string();
      case 'bytes':
        input.next();
        return literal(
          new Uint8Array(Buffer.from(token.text, 'hex')),
          { name: 'varbinary', length: token.text.length / 2 },
          at,
          `0x${token.text}`,
        );
      case 'parameter':
        input.next();
        if (token.text === '?') return { kind: 'parameter', index: input.parameters++, at };
        input.parameters = Math.max(input.parameters, Number(token.text));
        return { kind: 'parameter', index: Number(token.text) - 1, at };
      case 'variable':
        return this.#variable();
      case 'operator':
        if (token.text === '(') return this.#parenthesis();
        if (token.text === '*') {
          input.next();
          return { kind: 'star', path: [], at };
        }
        throw input.unexpected();
      case 'name':
        return this.#nameOrCall();
      case 'word':
        return this.#word();
      default:
        throw input.unexpected();
    }
  }

  #string(): Expression {
    const input = this.#in;
    const { at } = input.token;
    let { text } = input.next();
    if (input.flavour === 'mysql') while (input.token.kind === 'string') text += input.next().text;
    return literal(
      text,
      { name: input.flavour === 'mysql' ? 'varchar' : 'unknown', length: Array.from(text).length },
      at,
      `'${text}'`,
    );
  }

  #variable(): Expression {
    const { text, at } = this.#in.next();
    if (!text.startsWith('@@'))
      return { kind: 'variable', name: text.slice(1).toLowerCase(), system: false, scope: '', at };
    const match = /^(?:(global|session|local)\.)?(.*)$/i.exec(text.slice(2))!;
    return { kind: 'variable', name: match[2]!.toLowerCase(), system: true, scope: (match[1] ?? '').toLowerCase(), at };
  }

  #parenthesis(): Expression {
    const input = this.#in;
    const { at } = input.token;
    if (this.#startsQuery(false))
      return { kind: 'subquery', query: input.parenthesised(() => this.#queries.query()), at };
    const items = input.parenthesised(() => input.list(() => this.expression()));
    return items.length === 1 ? items[0]! : { kind: 'row', items, at };
  }

  #word(): Expression {
    const input = this.#in;
    const { text, at } = input.token;
    const follows = input.peek();
    switch (text) {
      case 'null':
        input.next();
        return literal(null, { name: input.flavour === 'mysql' ? 'null' : 'unknown' }, at, 'NULL');
      case 'true':
      case 'false': {
        input.next();
        const on = text === 'true';
        return input.flavour === 'mysql'
          ? literal(on ? 1 : 0, { name: 'int', length: 1 }, at, text.toUpperCase())
          : literal(on, { name: 'bool' }, at, text);
      }
      case 'case':
        return this.#case();
      case 'exists':
        input.next();
        return { kind: 'exists', query: input.parenthesised(() => this.#queries.query()), at };
      case 'cast':
      case 'convert':
        if (follows.text === '(') return this.#cast(text);
        break;
      case 'interval':
        if (input.flavour === 'mysql' && follows.text !== '(') return this.#interval();
        if (input.flavour === 'postgres' && follows.kind === 'string') return this.#typedString();
        break;
      case 'array':
        if (follows.text === '[' || follows.text === '(') return this.#array();
        break;
      case 'row':
        if (follows.text === '(') {
          input.next();
          return { kind: 'row', items: input.parenthesised(() => input.list(() => this.expression())), at };
        }
        break;
      case 'match':
        if (input.flavour === 'mysql' && follows.text === '(') return this.#match();
        break;
      default:
    }
    if (
      follows.kind === 'string' &&
      (input.flavour === 'postgres' ? !isReserved(text, 'postgres') : /^(date|time|timestamp)$|^_/.test(text))
    )
      return this.#typedString();
    if (text.startsWith('_') && follows.kind === 'bytes' && input.flavour === 'mysql') {
      input.next();
      return this.#primary();
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
    return this.#nameOrCall();
  }

  /** `date '2024-01-01'`, `_utf8mb4'x'`, `double precision '1'`. */
  #typedString(): Expression {
    const input = this.#in;
    const { at, text } = input.token;
    if (input.flavour === 'mysql') {
      input.next();
      const value = this.#string();
      return text.startsWith('_')
        ? value
        : { kind: 'cast', arg: value, type: typeNamed(text === 'timestamp' ? 'datetime' : text, at), at };
    }
    const type = parseTypeName(input);
    return { kind: 'cast', arg: this.#string(), type, at };
  }

  #case(): Expression {
    const input = this.#in;
    const { at } = input.next();
    const arg = input.isWord('when') ? undefined : this.expression();
    const when: [Expression, Expression][] = [];
    while (input.take('when')) {
      const condition = this.expression();
      input.expect('then');
      when.push([condition, this.expression()]);
    }
    if (when.length === 0) throw input.unexpected();
    const otherwise = input.take('else') ? this.expression() : undefined;
    input.expect('end');
    return { kind: 'case', arg, when, otherwise, at };
  }

  #cast(word: string): Expression {
    const input = this.#in;
    const { at } = input.next();
    return input.parenthesised((): Expression => {
      const arg = this.expression();
      if (word === 'convert' && input.take('using')) {
        input.next();
        return call('convert_using', [arg], at);
      }
      if (!input.take('as') && !(word === 'convert' && input.takeOperator(','))) throw input.unexpected();
      return { kind: 'cast', arg, type: parseTypeName(input), at };
    });
  }

  #interval(): Expression {
    const input = this.#in;
    const { at } = input.next();
    const value = this.expression(8);
    if (input.token.kind !== 'word' || !UNITS.has(input.token.text)) throw input.unexpected();
    return { kind: 'interval', value, unit: input.next().text, at };
  }

  #array(): Expression {
    const input = this.#in;
    const { at } = input.next();
    if (input.isOperator('(')) return { kind: 'array', items: input.parenthesised(() => this.#queries.query()), at };
    return { ...this.#arrayItems(), at };
  }

  #arrayItems(): Extract<Expression, { kind: 'array' }> {
    const input = this.#in;
    const { at } = input.token;
    input.expectOperator('[');
    const items = input.isOperator(']')
      ? []
      : input.list(() => (input.isOperator('[') ? input.nested(() => this.#arrayItems()) : this.expression()));
    input.expectOperator(']');
    return { kind: 'array', items, at };
  }

  #match(): Expression {
    const input = this.#in;
    const { at } = input.next();
    const columns = input.parenthesised(() => input.list(() => this.expression()));
    input.expect('against');
    const text = input.parenthesised(() => {
      const value = this.expression(8);
      while (input.token.kind === 'word') input.next();
      return value;
    });
    return call('match_against', [text, ...columns], at);
  }

  /** Names joined by dots; the last may be `*`, which is then left to the caller. */
  path(): string[] {
    const input = this.#in;
    const path = [this.name()];
    while (input.isOperator('.') && input.peek().text !== '*') {
      input.next();
      const { token } = input;
      if (token.kind !== 'word' && token.kind !== 'name') throw input.unexpected();
      path.push(input.flavour === 'mysql' ? input.sql.slice(token.at, token.end).replace(/^`|`$/g, '') : token.text);
      input.next();
    }
    return path;
  }

  /** A name that is not reserved. In MySQL its case is kept. */
  name(): string {
    const input = this.#in;
    const { token } = input;
    if (token.kind === 'name') return input.next().text;
    if (token.kind !== 'word' || isReserved(token.text, input.flavour)) throw input.unexpected();
    input.next();
    return input.flavour === 'mysql' ? input.sql.slice(token.at, token.end) : token.text;
  }

  #nameOrCall(): Expression {
    const input = this.#in;
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
      return this.#call([token.text], at);
    }
    const path = this.path();
    if (input.isOperator('.') && input.peek().text === '*') {
      input.next();
      input.next();
      return { kind: 'star', path, at };
    }
    if (input.isOperator('(')) return this.#call(path, at);
    return { kind: 'column', path, at };
  }

  #call(path: readonly string[], at: number): Call {
    const input = this.#in;
    const name = path.at(-1)!.toLowerCase();
    input.expectOperator('(');
    const distinct = input.take('distinct');
    if (!distinct) input.take('all');
    let star = false;
    let args: Expression[] = [];
    if (input.isOperator('*') && input.peek().text === ')') {
      input.next();
      star = true;
    } else if (!input.isOperator(')')) args = this.#arguments(name);
    const order = input.take('order', 'by') ? this.#queries.orderBy() : [];
    const separator = input.take('separator') ? this.#primary() : undefined;
    input.expectOperator(')');
    const filter = input.take('filter')
      ? input.parenthesised(() => (input.expect('where'), this.expression()))
      : undefined;
    const over = input.take('over') ? this.window() : undefined;
    return { kind: 'call', path, args, star, distinct, order, separator, filter, over, at };
  }

  window(): WindowClause {
    const input = this.#in;
    const { at } = input.token;
    if (!input.isOperator('(')) return { name: this.name(), partition: [], order: [], frame: undefined, at };
    return input.parenthesised(() => {
      const named =
        !input.isOperator(')') && !input.isWord('partition', 'order', 'rows', 'range', 'groups')
          ? this.name()
          : undefined;
      const partition = input.take('partition', 'by') ? input.list(() => this.expression()) : [];
      const order = input.take('order', 'by') ? this.#queries.orderBy() : [];
      const frame = input.isWord('rows', 'range', 'groups') ? this.#frame() : undefined;
      return { name: named, partition, order, frame, at };
    });
  }

  #frame(): NonNullable<WindowClause['frame']> {
    const input = this.#in;
    const unit = input.next().text === 'rows' ? 'rows' : 'range';
    const bound = (): FrameBound => {
      if (input.take('current', 'row')) return { kind: 'current', offset: 0 };
      if (input.take('unbounded'))
        return { kind: input.next().text === 'following' ? 'unbounded-following' : 'unbounded-preceding', offset: 0 };
      const offset = Math.min(1_000_000, Number(input.next().text) || 0);
      return { kind: input.next().text === 'following' ? 'following' : 'preceding', offset };
    };
    const between = input.take('between');
    const start = bound();
    if (between) input.expect('and');
    const end: FrameBound = between ? bound() : { kind: 'current', offset: 0 };
    if (input.take('exclude')) while (input.isWord('current', 'row', 'group', 'ties', 'no', 'others')) input.next();
    return { unit, start, end };
  }

  /** Some functions have words between their arguments. */
  #arguments(name: string): Expression[] {
    const input = this.#in;
    const { at } = input.token;
    if (name === 'trim') {
      const side = input.isWord('both', 'leading', 'trailing') ? input.next().text : 'both';
      const first = input.isWord('from') ? literal(' ', { name: 'varchar' }, at, "' '") : this.expression();
      const args = input.take('from') ? [this.expression(), first] : [first];
      return [literal(side, { name: 'varchar' }, at, side), ...args];
    }
    if (name === 'extract') {
      const unit = input.next().text;
      input.expect('from');
      return [literal(unit, { name: 'varchar' }, at, unit), this.expression()];
    }
    if ((name === 'timestampdiff' || name === 'timestampadd') && input.token.kind === 'word') {
      const unit = input.next().text;
      input.expectOperator(',');
      return [literal(unit, { name: 'varchar' }, at, unit), ...input.list(() => this.expression())];
    }
    if (name === 'position') {
      const needle = this.expression(8);
      input.expect('in');
      return [needle, this.expression()];
    }
    input.take('variadic');
    const args = [this.expression()];
    if ((name === 'substring' || name === 'substr' || name === 'mid') && input.isWord('from', 'for')) {
      args.push(
        input.take('from')
          ? this.expression()
          : literal(1, { name: input.flavour === 'mysql' ? 'int' : 'int4' }, at, '1'),
      );
      if (input.take('for')) args.push(this.expression());
      return args;
    }
    if (name === 'overlay' && input.take('placing')) {
      args.push(this.expression());
      input.expect('from');
      args.push(this.expression());
      if (input.take('for')) args.push(this.expression());
      return args;
    }
    if (name === 'char' && input.take('using')) {
      input.next();
      return args;
    }
    while (input.takeOperator(',')) {
      input.take('variadic');
      if (input.token.kind === 'word' && input.peek().text === '=>') {
        input.next();
        input.next();
      }
      args.push(this.expression());
    }
    if (input.take('using')) input.next();
    return args;
  }
}

const FOLLOWS_QUERY = /^(union|except|intersect|minus|order|limit|offset|for|fetch)$/;

/** Reserved words of MySQL that are functions too. */
const CALLABLE =
  /^(left|right|if|insert|replace|mod|database|schema|values|char|convert|interval|current_user|user|date|time|timestamp|year|month|day|hour|minute|second|password|truncate|repeat|format|current_date|current_time|current_timestamp|exists|default)$/;

function typeNamed(name: string, at: number): TypeName {
  return { path: [name], args: [], unsigned: false, array: 0, at };
}

function call(name: string, args: readonly Expression[], at: number): Call {
  return {
    kind: 'call',
    path: [name],
    args,
    star: false,
    distinct: false,
    order: [],
    separator: undefined,
    filter: undefined,
    over: undefined,
    at,
  };
}

function literal(value: Value, type: SqlType, at: number, text: string): Expression {
  return { kind: 'literal', value, type, at, text };
}

function numberLiteral(text: string, at: number): Expression {
  if (/^\d+$/.test(text)) {
    const value = integer(BigInt(text.slice(0, 400)));
    if (typeof value === 'number' || value <= 18446744073709551615n)
      return literal(value, { name: 'integer', length: text.length }, at, text);
    return literal(new Decimal(value, 0), { name: 'decimal', length: text.length, scale: 0 }, at, text);
  }
  if (/[eE]/.test(text)) return literal(Number(text), { name: 'float' }, at, text);
  const value = Decimal.parse(text) ?? new Decimal(0n, 0);
  return literal(value, { name: 'decimal', length: text.length, scale: value.scale }, at, text);
}
