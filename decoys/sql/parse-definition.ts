/** CREATE TABLE and ALTER TABLE. What a definition says of storage and constraints that change no answer here is read over. */
import type { AlterAction, ColumnDefinition, Expression, KeyDefinition, Statement } from './ast.types.ts';
import type { QueryReader } from './parse-query.ts';
import { parseTypeName } from './parse-type.ts';
import { OTHER_OPERATOR } from './precedence.ts';
import type { TokenStream } from './token-stream.ts';

export function parseCreateTable(reader: QueryReader, at: number, temporary: boolean): Statement {
  const { input } = reader;
  const optional = input.take('if', 'not', 'exists');
  const path = input.path();
  const base = { kind: 'create-table', path, optional, temporary, at } as const;
  if (input.flavour === 'mysql' && input.take('like'))
    return { ...base, columns: [], keys: [], as: undefined, like: input.path(), comment: '', engine: undefined };
  const columns: ColumnDefinition[] = [];
  const keys: KeyDefinition[] = [];
  let like: string[] | undefined;
  if (input.isOperator('(') && !startsSelect(reader))
    input.parenthesised(() => {
      if (input.isOperator(')')) return [];
      return input.list(() => {
        if (input.take('like')) {
          like = input.path();
          while (input.isWord('including', 'excluding')) input.skip(2);
          return;
        }
        const key = parseKey(reader);
        if (key === undefined) columns.push(parseColumn(reader));
        else keys.push(key);
      });
    });
  const { comment, engine } = tableOptions(reader);
  const asQuery = input.take('as') || reader.startsQuery() ? reader.query() : undefined;
  return { ...base, columns, keys, as: asQuery, like, comment, engine };
}

function startsSelect({ input }: QueryReader): boolean {
  return input.peek().kind === 'word' && (input.peek().text === 'select' || input.peek().text === 'with');
}

/** `ENGINE=InnoDB … COMMENT='x'`. */
function tableOptions({ input }: QueryReader): { comment: string; engine: string | undefined } {
  let comment = '';
  let engine: string | undefined;
  while (input.token.kind !== 'end' && !input.isOperator(';') && !input.isWord('as', 'select')) {
    if (input.take('comment')) {
      input.takeOperator('=');
      comment = input.token.text;
    } else if (input.isWord('engine', 'type') && input.flavour === 'mysql') {
      input.next();
      input.takeOperator('=');
      engine = input.token.text;
    }
    if (input.isOperator('(')) skipParentheses(input);
    else input.next();
  }
  return { comment, engine };
}

function skipParentheses(input: TokenStream): void {
  let depth = 0;
  do {
    if (input.token.kind === 'end') throw input.unexpected();
    if (input.isOperator('(')) depth++;
    if (input.isOperator(')')) depth--;
    input.next();
  } while (depth > 0);
}

function parseKey(reader: QueryReader): KeyDefinition | undefined {
  const { input } = reader;
  let name: string | undefined;
  if (input.isWord('constraint')) {
    input.next();
    if (!input.isWord('primary', 'unique', 'foreign', 'check')) name = input.name();
  }
  const columns = (): string[] => {
    if (input.isWord('using')) input.skip(2);
    const list = input.parenthesised(() =>
      input.list(() => {
        const column = input.isOperator('(') ? (skipParentheses(input), '') : input.name();
        if (input.isOperator('(')) skipParentheses(input);
        if (!input.take('asc')) input.take('desc');
        return column;
      }),
    );
    while (input.isWord('using', 'comment', 'key_block_size')) input.skip(2);
    return list;
  };
  const named = (): void => {
    if (!input.isOperator('(') && !input.isWord('using')) name = input.name();
  };
  if (input.take('primary', 'key')) return { kind: 'primary', name: name, columns: columns() };
  if (input.take('unique')) {
    if (!input.take('key')) input.take('index');
    named();
    return { kind: 'unique', name, columns: columns() };
  }
  if (input.isWords('foreign', 'key')) {
    input.take('foreign', 'key');
    named();
    const list = columns();
    skipReferences(input);
    return { kind: 'foreign', name, columns: list };
  }
  if (input.isWord('check') && input.peek().text === '(') {
    input.next();
    skipParentheses(input);
    return { kind: 'check', name, columns: [] };
  }
  if (
    input.flavour === 'mysql' &&
    (input.isWord('fulltext', 'spatial') ||
      (input.isWord('key', 'index') && input.peek().kind !== 'operator') ||
      (input.isWord('key', 'index') && input.peek().text === '('))
  ) {
    const kind = input.isWord('fulltext', 'spatial') ? 'fulltext' : 'index';
    if (kind === 'fulltext') input.next();
    if (!input.take('key')) input.take('index');
    named();
    return { kind, name, columns: columns() };
  }
  return undefined;
}

function skipReferences(input: TokenStream): void {
  if (!input.take('references')) return;
  input.path();
  if (input.isOperator('(')) skipParentheses(input);
  while (input.isWord('on', 'match', 'deferrable', 'initially', 'not')) {
    if (input.isWord('not') && input.peek().text !== 'deferrable') return;
    if (input.take('on')) input.next();
    else if (!input.take('deferrable')) input.next();
    if (
      input.isWord(
        'set',
        'no',
        'cascade',
        'restrict',
        'full',
        'partial',
        'simple',
        'deferred',
        'immediate',
        'action',
        'null',
        'default',
      )
    )
      input.next();
    if (input.isWord('null', 'default', 'action')) input.next();
  }
}

export function parseColumn(reader: QueryReader): ColumnDefinition {
  const { input, expressions } = reader;
  const name = input.name();
  const type = parseTypeName(input);
  let notNull = false;
  let autoIncrement = /^(small|big)?serial[248]?$/.test(type.path.at(-1)!);
  let primary = false;
  let unique = false;
  let comment = '';
  let fallback: Expression | undefined;
  let defaultText: string | undefined;
  for (;;) {
    if (input.take('not', 'null')) notNull = true;
    else if (input.take('null')) notNull = false;
    else if (input.take('auto_increment')) autoIncrement = true;
    else if (input.take('primary', 'key') || (input.flavour === 'mysql' && input.take('key'))) primary = true;
    else if (input.take('unique')) {
      input.take('key');
      unique = true;
    } else if (input.take('default')) {
      const from = input.token.at;
      fallback = expressions.expression(OTHER_OPERATOR);
      defaultText = input.sql.slice(from, input.lastEnd);
    } else if (input.take('on', 'update')) expressions.expression(OTHER_OPERATOR);
    else if (input.take('comment')) comment = input.next().text;
    else if (input.take('collate')) input.path();
    else if (input.take('character', 'set') || input.take('charset')) input.next();
    else if (input.isWord('references')) skipReferences(input);
    else if (input.take('constraint')) input.name();
    else if (input.isWord('check') && input.peek().text === '(') {
      input.next();
      skipParentheses(input);
    } else if (input.take('generated')) {
      while (!input.isOperator('(', ',', ')') && input.token.kind !== 'end')
        autoIncrement ||= input.next().text === 'identity';
      if (input.isOperator('(')) skipParentheses(input);
      if (!input.take('stored') && !input.take('virtual')) input.take('persistent');
    } else if (input.isWord('invisible', 'visible', 'storage', 'virtual', 'stored')) input.next();
    else break;
  }
  return {
    name,
    type,
    notNull: notNull || primary,
    autoIncrement,
    primary,
    unique,
    default: fallback,
    defaultText,
    comment,
  };
}

export function parseAlterTable(reader: QueryReader): Statement {
  const { input } = reader;
  const { at } = input.next();
  input.take('ignore');
  input.expect('table');
  const optional = input.take('if', 'exists');
  input.take('only');
  const path = input.path();
  const actions = input.token.kind === 'end' ? [] : input.list(() => alterAction(reader));
  return { kind: 'alter-table', path, actions: actions.flat(), optional, at };
}

function alterAction(reader: QueryReader): AlterAction[] {
  const { input } = reader;
  if (input.take('add')) {
    const key = parseKey(reader);
    if (key !== undefined) return [{ kind: 'add-key', key }];
    input.take('column');
    const optional = input.take('if', 'not', 'exists');
    if (input.isOperator('('))
      return input.parenthesised(() =>
        input.list((): AlterAction => ({
          kind: 'add-column',
          column: parseColumn(reader),
          position: undefined,
          optional,
        })),
      );
    const column = parseColumn(reader);
    const position = input.take('first') ? '' : input.take('after') ? input.name() : undefined;
    return [{ kind: 'add-column', column, position, optional }];
  }
  if (input.take('drop')) {
    if (input.take('primary', 'key')) return [{ kind: 'drop-key', name: 'PRIMARY', optional: false }];
    if (input.isWord('index', 'key', 'constraint')) {
      input.next();
      const optional = input.take('if', 'exists');
      const name = input.name();
      if (!input.take('cascade')) input.take('restrict');
      return [{ kind: 'drop-key', name, optional }];
    }
    if (input.isWord('foreign')) return skipAction(reader);
    input.take('column');
    const optional = input.take('if', 'exists');
    const name = input.name();
    if (!input.take('cascade')) input.take('restrict');
    return [{ kind: 'drop-column', name, optional }];
  }
  if (input.take('rename')) {
    if (input.take('column')) {
      const name = input.name();
      input.expect('to');
      return [{ kind: 'rename-column', name, to: input.name() }];
    }
    if (!input.take('to')) input.take('as');
    const path = input.path();
    if (input.take('to')) return [{ kind: 'rename-column', name: path[0]!, to: input.name() }];
    return [{ kind: 'rename', path }];
  }
  if (input.flavour === 'mysql' && input.isWord('modify', 'change')) {
    const change = input.next().text === 'change';
    input.take('column');
    const old = change ? input.name() : undefined;
    const column = parseColumn(reader);
    if (!input.take('first') && input.take('after')) input.name();
    return [{ kind: 'change-column', name: old ?? column.name, column }];
  }
  return skipAction(reader);
}

function skipAction({ input }: QueryReader): AlterAction[] {
  if (input.ended()) throw input.unexpected();
  while (!input.ended() && !input.isOperator(',', ';')) {
    if (input.isOperator('(')) skipParentheses(input);
    else input.next();
  }
  return [{ kind: 'none' }];
}
