/** Calls of functions: their arguments, some with words between them, and what aggregates and window functions say behind. */
import type { Call, Expression } from './ast.types.ts';
import { literal } from './expression-nodes.ts';
import type { ExpressionReader } from './parse-expression.types.ts';
import { parseWindow } from './parse-window.ts';
import { OTHER_OPERATOR } from './precedence.ts';

export function parseCall(parser: ExpressionReader, path: readonly string[], at: number): Call {
  const { input } = parser;
  const name = path.at(-1)!.toLowerCase();
  input.expectOperator('(');
  const distinct = input.take('distinct');
  if (!distinct) input.take('all');
  let star = false;
  let args: Expression[] = [];
  if (input.isOperator('*') && input.peek().text === ')') {
    input.next();
    star = true;
  } else if (!input.isOperator(')')) args = parseArguments(parser, name);
  const order = input.take('order', 'by') ? parser.queries.orderBy() : [];
  const separator = input.take('separator') ? parser.primary() : undefined;
  input.expectOperator(')');
  const filter = input.take('filter')
    ? input.parenthesised(() => (input.expect('where'), parser.expression()))
    : undefined;
  const over = input.take('over') ? parseWindow(parser) : undefined;
  return { kind: 'call', path, args, star, distinct, order, separator, filter, over, at };
}

/** Some functions have words between their arguments. */
function parseArguments(parser: ExpressionReader, name: string): Expression[] {
  const { input } = parser;
  const { at } = input.token;
  if (name === 'trim') {
    const side = input.isWord('both', 'leading', 'trailing') ? input.next().text : 'both';
    const first = input.isWord('from') ? literal(' ', { name: 'varchar' }, at, "' '") : parser.expression();
    const args = input.take('from') ? [parser.expression(), first] : [first];
    return [literal(side, { name: 'varchar' }, at, side), ...args];
  }
  if (name === 'extract') {
    const unit = input.next().text;
    input.expect('from');
    return [literal(unit, { name: 'varchar' }, at, unit), parser.expression()];
  }
  if ((name === 'timestampdiff' || name === 'timestampadd') && input.token.kind === 'word') {
    const unit = input.next().text;
    input.expectOperator(',');
    return [literal(unit, { name: 'varchar' }, at, unit), ...input.list(() => parser.expression())];
  }
  if (name === 'position') {
    const needle = parser.expression(OTHER_OPERATOR);
    input.expect('in');
    return [needle, parser.expression()];
  }
  input.take('variadic');
  const args = [parser.expression()];
  if ((name === 'substring' || name === 'substr' || name === 'mid') && input.isWord('from', 'for')) {
    args.push(
      input.take('from')
        ? parser.expression()
        : literal(1, { name: input.flavour === 'mysql' ? 'int' : 'int4' }, at, '1'),
    );
    if (input.take('for')) args.push(parser.expression());
    return args;
  }
  if (name === 'overlay' && input.take('placing')) {
    args.push(parser.expression());
    input.expect('from');
    args.push(parser.expression());
    if (input.take('for')) args.push(parser.expression());
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
    args.push(parser.expression());
  }
  if (input.take('using')) input.next();
  return args;
}
