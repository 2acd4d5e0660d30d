/** SELECT and what may stand around it: unions, common tables, order and limit. */
import type {
  CommonTable,
  Expression,
  OrderItem,
  Query,
  QueryBody,
  SelectCore,
  SelectItem,
  Source,
  WindowClause,
} from './ast.types.ts';
import { ExpressionParser } from './parse-expression.ts';
import type { QueryParser } from './parse-expression.types.ts';
import { parseSources } from './parse-source.ts';
import { parseWindow } from './parse-window.ts';
import { isReserved } from './reserved.ts';
import type { TokenStream } from './token-stream.ts';

const MYSQL_OPTIONS = [
  'sql_calc_found_rows',
  'sql_no_cache',
  'sql_cache',
  'sql_small_result',
  'sql_big_result',
  'sql_buffer_result',
  'high_priority',
  'straight_join',
];

export class QueryReader implements QueryParser {
  readonly input: TokenStream;
  readonly expressions: ExpressionParser;

  constructor(input: TokenStream) {
    this.input = input;
    this.expressions = new ExpressionParser(input, this);
  }

  startsQuery(): boolean {
    const { input } = this;
    let ahead = 0;
    while (input.peek(ahead).kind === 'operator' && input.peek(ahead).text === '(') ahead++;
    const token = input.peek(ahead);
    return (
      token.kind === 'word' &&
      (token.text === 'select' ||
        token.text === 'with' ||
        token.text === 'values' ||
        (token.text === 'table' && input.flavour === 'postgres'))
    );
  }

  query(): Query {
    return this.input.nested(() => this.#query());
  }

  #query(): Query {
    const { input } = this;
    const { at } = input.token;
    const recursive = input.isWord('with') && input.peek().text === 'recursive';
    const common = input.take('with') ? (input.take('recursive'), input.list(() => this.#commonTable())) : [];
    let into: Query['into'];
    const setInto = (value: Query['into']): void => {
      into ??= value;
    };
    const body = this.#setOperations(0, setInto);
    const order = input.take('order', 'by') ? this.orderBy() : [];
    const { limit, offset } = this.#limit();
    if (input.flavour === 'mysql') setInto(this.#into());
    this.#locking();
    return { kind: 'query', recursive, with: common, body, order, limit, offset, into, at };
  }

  #commonTable(): CommonTable {
    const { input } = this;
    const name = input.name();
    const columns = input.isOperator('(') ? input.parenthesised(() => input.list(() => input.name())) : [];
    input.expect('as');
    if (input.take('not')) input.expect('materialized');
    else input.take('materialized');
    return { name, columns, query: input.parenthesised(() => this.query()) };
  }

  #setOperations(least: number, setInto: (value: Query['into']) => void): QueryBody {
    const { input } = this;
    let left = this.#term(setInto);
    for (;;) {
      const { at, text } = input.token;
      const op = input.isWord('union', 'except', 'intersect', 'minus')
        ? text === 'minus'
          ? 'except'
          : (text as 'union' | 'intersect' | 'except')
        : undefined;
      const binds = op === 'intersect' ? 2 : 1;
      if (op === undefined || binds <= least) return left;
      input.next();
      const all = input.take('all');
      if (!all) input.take('distinct');
      left = { kind: 'set', op, all, left, right: this.#setOperations(binds, setInto), at };
    }
  }

  #term(setInto: (value: Query['into']) => void): QueryBody {
    const { input } = this;
    const { at } = input.token;
    if (input.isOperator('(')) return input.parenthesised(() => this.query());
    if (input.take('values')) {
      const row = (): Expression[] => {
        input.take('row');
        return input.parenthesised(() =>
          input.isOperator(')')
            ? []
            : input.list(() =>
                input.isWord('default')
                  ? (input.next(), { kind: 'column', path: ['default'], at } as const)
                  : this.expressions.expression(),
              ),
        );
      };
      return { kind: 'values', rows: input.list(row), at };
    }
    if (input.flavour === 'postgres' && input.take('table')) {
      const from: Source = { kind: 'table', path: input.path(), alias: undefined, columns: [], at };
      return { ...EMPTY, items: [{ value: { kind: 'star', path: [], at }, alias: undefined, text: '*' }], from, at };
    }
    input.expect('select');
    return this.#core(at, setInto);
  }

  #core(at: number, setInto: (value: Query['into']) => void): SelectCore {
    const { input } = this;
    let distinct = false;
    let distinctOn: Expression[] = [];
    for (;;) {
      if (input.take('distinct') || (input.flavour === 'mysql' && input.take('distinctrow'))) {
        distinct = true;
        if (input.flavour === 'postgres' && input.take('on'))
          distinctOn = input.parenthesised(() => input.list(() => this.expressions.expression()));
      } else if (!input.take('all') && !(input.flavour === 'mysql' && MYSQL_OPTIONS.some((word) => input.take(word))))
        break;
    }
    const empty =
      input.flavour === 'postgres' &&
      (input.token.kind === 'end' ||
        input.isWord('from', 'where', 'into', 'union', 'limit', 'order') ||
        input.isOperator(')', ';'));
    const items = empty ? [] : input.list(() => this.selectItem());
    setInto(this.#into());
    const from = input.take('from')
      ? input.flavour === 'mysql' && input.take('dual')
        ? undefined
        : parseSources(this)
      : undefined;
    if (input.flavour === 'mysql') setInto(this.#into());
    const where = input.take('where') ? this.expressions.expression() : undefined;
    const group = input.take('group', 'by') ? input.list(() => this.expressions.expression()) : [];
    if (input.take('with', 'rollup') && group.length === 0) throw input.unexpected();
    const having = input.take('having') ? this.expressions.expression() : undefined;
    const windows = this.#windows();
    if (input.flavour === 'mysql' && input.take('procedure')) throw input.unexpected();
    return { kind: 'select', distinct, distinctOn, items, from, where, group, having, windows, at };
  }

  #into(): Query['into'] {
    const { input } = this;
    if (!input.isWord('into')) return undefined;
    input.next();
    if (input.flavour === 'postgres') {
      input.take('temporary');
      input.take('temp');
      input.take('table');
      return { kind: 'table', names: input.path() };
    }
    if (input.isWord('outfile', 'dumpfile')) {
      const kind = input.next().text as 'outfile';
      if (input.token.kind !== 'string') throw input.unexpected();
      const { text } = input.next();
      this.exportOptions();
      return { kind, names: [text] };
    }
    return { kind: 'variables', names: input.list(() => input.next().text.replace(/^@+/, '')) };
  }

  /** `FIELDS TERMINATED BY ',' … LINES …`: read, and without effect on what is shown. */
  exportOptions(): void {
    const { input } = this;
    if (input.take('character', 'set')) input.next();
    if (input.take('fields') || input.take('columns'))
      for (;;) {
        if (input.take('optionally')) continue;
        if (input.isWord('terminated', 'enclosed', 'escaped')) {
          input.next();
          input.expect('by');
          this.#stringOrBytes();
        } else break;
      }
    if (input.take('lines'))
      while (input.isWord('terminated', 'starting')) {
        input.next();
        input.expect('by');
        this.#stringOrBytes();
      }
  }

  #stringOrBytes(): void {
    if (this.input.token.kind !== 'string' && this.input.token.kind !== 'bytes') throw this.input.unexpected();
    this.input.next();
  }

  selectItem(): SelectItem {
    const { input, expressions } = this;
    const from = input.token.at;
    const value = expressions.expression();
    const text = input.sql.slice(from, input.lastEnd);
    if (value.kind === 'star') return { value, alias: undefined, text };
    if (input.take('as')) {
      const { token } = input;
      if (token.kind !== 'word' && token.kind !== 'name' && !(token.kind === 'string' && input.flavour === 'mysql'))
        throw input.unexpected();
      if (token.kind === 'word' && input.flavour === 'mysql' && isReserved(token.text, 'mysql'))
        throw input.unexpected();
      input.next();
      return {
        value,
        alias: token.kind === 'word' && input.flavour === 'mysql' ? input.sql.slice(token.at, token.end) : token.text,
        text,
      };
    }
    const alias = this.alias(true);
    return { value, alias, text };
  }

  /** A name after something, with or without AS. */
  alias(strings = false): string | undefined {
    const { input } = this;
    if (input.take('as')) return input.name();
    const { token } = input;
    if (token.kind === 'name') return input.next().text;
    if (token.kind === 'string' && strings && input.flavour === 'mysql') return input.next().text;
    if (
      token.kind !== 'word' ||
      isReserved(token.text, input.flavour) ||
      token.text === (input.flavour === 'mysql' ? 'offset' : 'set')
    )
      return undefined;
    if (
      input.flavour === 'postgres' &&
      strings &&
      /^(over|filter|within|precision|varying|year|month|day|hour|minute|second)$/.test(token.text)
    )
      return undefined;
    return input.name();
  }

  orderBy(): OrderItem[] {
    const { input } = this;
    return input.list(() => {
      const by = this.expressions.expression();
      if (input.take('using')) input.next();
      const descending = input.take('desc');
      if (!descending) input.take('asc');
      const nulls = input.take('nulls', 'first') ? 'first' : input.take('nulls', 'last') ? 'last' : undefined;
      return { by, descending, nulls };
    });
  }

  #limit(): { limit: Expression | undefined; offset: Expression | undefined } {
    const { input, expressions } = this;
    let limit: Expression | undefined;
    let offset: Expression | undefined;
    for (;;) {
      if (input.take('limit')) {
        if (!input.take('all')) limit = expressions.expression();
        if (input.flavour === 'mysql' && input.takeOperator(',')) {
          offset = limit;
          limit = expressions.expression();
        }
      } else if (input.take('offset')) {
        offset = expressions.expression();
        if (!input.take('rows')) input.take('row');
      } else if (input.take('fetch')) {
        if (!input.take('first')) input.expect('next');
        limit = input.isWord('row', 'rows')
          ? { kind: 'literal', value: 1, type: { name: 'int8' }, at: input.token.at, text: '1' }
          : expressions.expression();
        if (!input.take('rows')) input.expect('row');
        input.expect('only');
      } else return { limit, offset };
    }
  }

  /** `WINDOW name AS (…)`. */
  #windows(): ReadonlyMap<string, WindowClause> {
    const { input } = this;
    if (!input.isWord('window') || input.peek(2).text !== 'as') return new Map();
    input.next();
    return new Map(
      input.list(() => {
        const name = input.name();
        input.expect('as');
        return [name, parseWindow(this.expressions)] as const;
      }),
    );
  }

  #locking(): void {
    const { input } = this;
    while (
      input.isWord('for') &&
      (input.peek().text === 'update' || input.peek().text === 'share' || input.peek().text === 'no')
    ) {
      input.next();
      while (input.isWord('update', 'share', 'no', 'key', 'nowait', 'skip', 'locked', 'of')) input.next();
    }
    if (input.isWords('lock', 'in', 'share', 'mode')) input.take('lock', 'in', 'share', 'mode');
  }
}

const EMPTY: Omit<SelectCore, 'items' | 'from' | 'at'> = {
  kind: 'select',
  distinct: false,
  distinctOn: [],
  where: undefined,
  group: [],
  having: undefined,
  windows: new Map(),
};
