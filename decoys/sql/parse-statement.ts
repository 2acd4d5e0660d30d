/** The statements that both servers know: data and its definition. What only one of them has, its dialect reads itself. */
import type { Assignment, Expression, Query, SelectItem, Source, Statement } from './ast.types.ts';
import { parseAlterTable, parseCreateTable } from './parse-definition.ts';
import type { QueryReader } from './parse-query.ts';
import { parseSources } from './parse-source.ts';

/** Undefined for a statement that begins with a word of the dialect's own. Reads to its end or to `;`, not past it. */
export function parseCommon(reader: QueryReader): Statement | undefined {
  const { input } = reader;
  if (reader.startsQuery() && !input.isWord('with')) return reader.query();
  const { at, text, kind } = input.token;
  if (kind !== 'word') return undefined;
  switch (text) {
    case 'with':
      return parseWith(reader);
    case 'insert':
    case 'replace':
      return input.peek().text === '(' ? undefined : parseInsert(reader);
    case 'update':
      return parseUpdate(reader);
    case 'delete':
      return parseDelete(reader);
    case 'truncate': {
      input.next();
      input.take('table');
      input.take('only');
      const tables = input.list(() => input.path());
      while (input.isWord('restart', 'continue', 'identity', 'cascade', 'restrict')) input.next();
      return { kind: 'truncate', tables, at };
    }
    case 'create':
      return parseCreate(reader);
    case 'drop':
      return parseDrop(reader);
    case 'alter':
      return input.peek().text === 'table' || (input.peek().text === 'ignore' && input.peek(2).text === 'table')
        ? parseAlterTable(reader)
        : undefined;
    default:
      return undefined;
  }
}

/** Common tables before a change are read and forgotten where the change does not use them. */
function parseWith(reader: QueryReader): Statement {
  return reader.query();
}

function returning(reader: QueryReader): SelectItem[] {
  return reader.input.take('returning') ? reader.input.list(() => reader.selectItem()) : [];
}

function parseInsert(reader: QueryReader): Statement {
  const { input, expressions } = reader;
  const { at } = input.token;
  const replace = input.next().text === 'replace';
  let ignore = false;
  while (input.isWord('ignore', 'low_priority', 'high_priority', 'delayed'))
    ignore = input.next().text === 'ignore' || ignore;
  if (!input.take('into') && input.flavour === 'postgres') throw input.unexpected();
  const tableAt = input.token.at;
  const table = input.path();
  if (input.take('as')) input.name();
  let columns: string[] = [];
  const columnsAt: number[] = [];
  if (input.isOperator('(') && !(input.peek().kind === 'word' && input.peek().text === 'select'))
    columns = input.parenthesised(() =>
      input.isOperator(')') ? [] : input.list(() => (columnsAt.push(input.token.at), input.path().at(-1)!)),
    );
  if (input.take('overriding')) {
    input.next();
    input.expect('value');
  }
  let source: Query | 'defaults';
  if (input.take('default', 'values')) source = 'defaults';
  else if (input.flavour === 'mysql' && input.take('set')) {
    const set = input.list(() => assignment(reader));
    columns = set.map(({ path }) => path.at(-1)!);
    source = valuesQuery(
      [set.map(({ value }): Expression => (value === 'default' ? { kind: 'column', path: ['default'], at } : value))],
      at,
    );
  } else if (input.flavour === 'mysql' && input.isWord('value', 'values')) {
    input.next();
    source = valuesQuery(
      input.list(() => input.parenthesised(() => (input.isOperator(')') ? [] : input.list(() => defaultOr(reader))))),
      at,
    );
  } else source = reader.query();
  const update: Assignment[] = [];
  let conflict: 'nothing' | 'update' | undefined;
  if (input.flavour === 'mysql' && input.take('on', 'duplicate')) {
    input.expect('key', 'update');
    update.push(...input.list(() => assignment(reader)));
    conflict = 'update';
  } else if (input.take('on', 'conflict')) {
    if (input.isOperator('(')) input.parenthesised(() => input.list(() => expressions.expression()));
    if (input.take('on', 'constraint')) input.name();
    input.expect('do');
    if (input.take('nothing')) conflict = 'nothing';
    else {
      input.expect('update', 'set');
      update.push(...input.list(() => assignment(reader)));
      conflict = 'update';
      if (input.take('where')) expressions.expression();
    }
  }
  return {
    kind: 'insert',
    table,
    columns,
    columnsAt,
    source,
    replace,
    ignore,
    update,
    conflict,
    returning: returning(reader),
    at,
    tableAt,
  };
}

function valuesQuery(rows: readonly (readonly Expression[])[], at: number): Query {
  return {
    kind: 'query',
    recursive: false,
    with: [],
    body: { kind: 'values', rows, at },
    order: [],
    limit: undefined,
    offset: undefined,
    into: undefined,
    at,
  };
}

function defaultOr(reader: QueryReader): Expression {
  const { at } = reader.input.token;
  if (reader.input.isWord('default') && reader.input.peek().text !== '(') {
    reader.input.next();
    return { kind: 'column', path: ['default'], at };
  }
  return reader.expressions.expression();
}

function assignment(reader: QueryReader): Assignment {
  const { input, expressions } = reader;
  const { at } = input.token;
  const path = input.path();
  if (!input.takeOperator('=') && !input.takeOperator(':=')) throw input.unexpected();
  if (input.isWord('default') && input.peek().text !== '(') {
    input.next();
    return { path, value: 'default', at };
  }
  return { path, value: expressions.expression(), at };
}

function parseUpdate(reader: QueryReader): Statement {
  const { input, expressions } = reader;
  const { at } = input.next();
  while (input.isWord('ignore', 'low_priority', 'only')) input.next();
  const table = parseSources(reader);
  input.expect('set');
  const set = input.list(() => assignment(reader));
  const from = input.take('from') ? parseSources(reader) : undefined;
  const where = input.take('where') ? expressions.expression() : undefined;
  const order = input.take('order', 'by') ? reader.orderBy() : [];
  const limit = input.take('limit') ? expressions.expression() : undefined;
  return { kind: 'update', table, set, from, where, order, limit, returning: returning(reader), at };
}

function parseDelete(reader: QueryReader): Statement {
  const { input, expressions } = reader;
  const { at } = input.next();
  while (input.isWord('ignore', 'low_priority', 'quick', 'only')) input.next();
  let table: Source;
  let joined: Source | undefined;
  let slot = 0;
  if (input.take('from')) table = parseSources(reader);
  else if (input.flavour === 'mysql') {
    // DELETE a FROM a JOIN b: rows go from the table named first.
    const target = input.path();
    input.expect('from');
    const sources = parseSources(reader);
    const leaves = leavesOf(sources);
    slot = Math.max(
      0,
      leaves.findIndex((leaf) => leaf.kind === 'table' && (leaf.alias ?? leaf.path.at(-1)) === target.at(-1)!),
    );
    table = leaves[slot]!;
    joined = sources;
  } else throw input.unexpected();
  const using = input.take('using') ? parseSources(reader) : undefined;
  const where = input.take('where') ? expressions.expression() : undefined;
  const order = input.take('order', 'by') ? reader.orderBy() : [];
  const limit = input.take('limit') ? expressions.expression() : undefined;
  return { kind: 'delete', table, joined, slot, using, where, order, limit, returning: returning(reader), at };
}

/** In the order of their slots. */
function leavesOf(source: Source): Source[] {
  return source.kind === 'join' ? [...leavesOf(source.left), ...leavesOf(source.right)] : [source];
}

function parseCreate(reader: QueryReader): Statement | undefined {
  const { input } = reader;
  const { at } = input.token;
  const start = input.position;
  input.next();
  const replace = input.take('or', 'replace');
  const temporary = input.take('temporary') || input.take('temp');
  input.take('unlogged');
  if (input.take('table')) return parseCreateTable(reader, at, temporary);
  if (!replace && input.isWord('database', 'schema')) {
    const schema = input.next().text === 'schema' && input.flavour === 'postgres';
    const optional = input.take('if', 'not', 'exists');
    const name = input.isWord('authorization') ? (input.next(), input.name()) : input.name();
    while (input.token.kind !== 'end' && !input.isOperator(';')) input.next();
    return { kind: 'create-database', name, optional, schema, at };
  }
  while (
    input.isWord('algorithm', 'definer', 'sql') &&
    (input.peek().text === '=' || input.peek().text === 'security')
  ) {
    while (
      !input.isWord('view', 'function', 'procedure', 'trigger', 'event', 'algorithm') &&
      input.token.kind !== 'end'
    )
      input.next();
  }
  if (input.take('view')) {
    input.take('if', 'not', 'exists');
    const path = input.path();
    if (input.isOperator('(')) input.parenthesised(() => input.list(() => input.name()));
    input.expect('as');
    const from = input.token.at;
    const query = reader.query();
    return { kind: 'create-view', path, replace, query, text: input.sql.slice(from, input.lastEnd), at };
  }
  input.position = start;
  return undefined;
}

const DROPPED = new Set([
  'table',
  'database',
  'schema',
  'view',
  'index',
  'sequence',
  'user',
  'role',
  'function',
  'procedure',
  'trigger',
  'event',
  'extension',
  'type',
  'owned',
  'language',
  'aggregate',
  'materialized',
]);

function parseDrop(reader: QueryReader): Statement | undefined {
  const { input } = reader;
  const { at } = input.next();
  const temporary = input.take('temporary');
  if (temporary && !input.isWord('table')) throw input.unexpected();
  if (input.token.kind !== 'word' || !DROPPED.has(input.token.text)) throw input.unexpected();
  const what = input.next().text;
  if (what === 'materialized') input.expect('view');
  if (what === 'owned') input.expect('by');
  const optional = input.take('if', 'exists');
  const names = input.list(() => {
    const { token } = input;
    const path =
      token.kind === 'string' || (what === 'user' && input.peek().text === '.') ? [input.next().text] : input.path();
    // 'user'@'host', and the arguments of a function.
    if (input.token.kind === 'variable') path.push(input.next().text);
    if (input.isOperator('('))
      input.parenthesised(() =>
        input.isOperator(')')
          ? []
          : input.list(() => {
              while (!input.isOperator(',', ')') && input.token.kind !== 'end') input.next();
            }),
      );
    return path;
  });
  if (what === 'index' && input.take('on')) names[0] = [...input.path(), ...names[0]!];
  const cascade = input.take('cascade');
  if (!cascade) input.take('restrict');
  return {
    kind: 'drop',
    what: what === 'schema' && input.flavour === 'mysql' ? 'database' : what,
    names,
    optional,
    cascade,
    at,
  };
}
