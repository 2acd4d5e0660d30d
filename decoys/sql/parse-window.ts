/** What stands behind OVER and in a WINDOW clause: partitions, order and frame. */
import type { FrameBound, WindowClause } from './ast.types.ts';
import type { ExpressionReader } from './parse-expression.types.ts';
import type { TokenStream } from './token-stream.ts';

export function parseWindow(parser: ExpressionReader): WindowClause {
  const { input } = parser;
  const { at } = input.token;
  if (!input.isOperator('(')) return { name: input.name(), partition: [], order: [], frame: undefined, at };
  return input.parenthesised(() => {
    const named =
      !input.isOperator(')') && !input.isWord('partition', 'order', 'rows', 'range', 'groups')
        ? input.name()
        : undefined;
    const partition = input.take('partition', 'by') ? input.list(() => parser.expression()) : [];
    const order = input.take('order', 'by') ? parser.queries.orderBy() : [];
    const frame = input.isWord('rows', 'range', 'groups') ? parseFrame(input) : undefined;
    return { name: named, partition, order, frame, at };
  });
}

function parseFrame(input: TokenStream): NonNullable<WindowClause['frame']> {
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
