/** What stands behind FROM: tables, subqueries and functions, and how they are joined. */
import type { Join, Source } from './ast.types.ts';
import type { QueryReader } from './parse-query.ts';
import { PRIMARY } from './precedence.ts';
import type { TokenStream } from './token-stream.ts';

/** One source, or several with commas between them: those are joined without a condition. */
export function parseSources(reader: QueryReader): Source {
  const { input } = reader;
  let left = joined(reader);
  while (input.isOperator(',')) {
    const { at } = input.next();
    const right = joined(reader);
    left = { kind: 'join', type: 'cross', left, right, on: undefined, using: undefined, natural: false, at };
  }
  return left;
}

function joined(reader: QueryReader): Source {
  const { input } = reader;
  let left = source(reader);
  for (;;) {
    const { at } = input.token;
    const natural = input.take('natural');
    let type: Join['type'] = 'inner';
    if (input.isWord('left', 'right', 'full') && (input.peek().text === 'join' || input.peek().text === 'outer')) {
      type = input.next().text as 'left';
      input.take('outer');
    } else if (input.take('cross')) type = 'cross';
    else if (!input.take('inner') && !input.isWord('join', 'straight_join')) {
      if (natural) throw input.unexpected();
      return left;
    }
    if (!input.take('straight_join')) input.expect('join');
    const right = source(reader);
    const on = input.take('on') ? reader.expressions.expression() : undefined;
    const using =
      on === undefined && input.take('using') ? input.parenthesised(() => input.list(() => input.name())) : undefined;
    left = { kind: 'join', type, left, right, on, using, natural, at };
  }
}

function source(reader: QueryReader): Source {
  return reader.input.nested(() => oneSource(reader));
}

function oneSource(reader: QueryReader): Source {
  const { input, expressions } = reader;
  const { at } = input.token;
  const lateral = input.take('lateral');
  if (input.isOperator('(')) {
    if (reader.startsQuery()) {
      const query = input.parenthesised(() => reader.query());
      const alias = reader.alias();
      return { kind: 'query', query, alias, columns: columnNames(input), lateral, at };
    }
    return input.parenthesised(() => parseSources(reader));
  }
  if (input.flavour === 'postgres') input.take('only');
  if (
    input.flavour === 'postgres' &&
    (input.peek().text === '(' || (input.peek().text === '.' && input.peek(3).text === '('))
  ) {
    const call = expressions.expression(PRIMARY);
    const ordinality = input.take('with', 'ordinality');
    const alias = reader.alias();
    return { kind: 'function', call, alias, columns: columnNames(input), ordinality, at };
  }
  const path = input.path();
  if (input.flavour === 'postgres') input.takeOperator('*');
  if (input.flavour === 'mysql' && input.take('partition')) input.parenthesised(() => input.list(() => input.name()));
  const alias = reader.alias();
  const columns = input.flavour === 'postgres' ? columnNames(input) : [];
  if (input.flavour === 'mysql')
    while (input.isWord('use', 'force', 'ignore') && (input.peek().text === 'index' || input.peek().text === 'key'))
      indexHint(input);
  return { kind: 'table', path, alias, columns, at };
}

function columnNames(input: TokenStream): string[] {
  if (!input.isOperator('(')) return [];
  return input.parenthesised(() =>
    input.list(() => {
      const name = input.name();
      while (input.token.kind === 'word' || input.isOperator('[', ']', '.')) input.next();
      return name;
    }),
  );
}

function indexHint(input: TokenStream): void {
  input.next();
  input.next();
  input.parenthesised(() => input.list(() => input.next()));
}
