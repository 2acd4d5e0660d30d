/** COPY: tables to and from the client, files of the server, and programs of the machine. */
import type { Expression } from '../sql/ast.types.ts';
import { insertValues } from '../sql/insert-rows.ts';
import { compileQuery } from '../sql/compile-query.ts';
import type { QueryReader } from '../sql/parse-query.ts';
import type { ResultSet } from '../sql/relation.ts';
import type { Value } from '../sql/values.ts';
import { fault } from './pg-faults.ts';
import type { Answer, PgSession } from './pg-session.ts';
import { UNKNOWN } from './pg-types.ts';

interface Options {
  readonly csv: boolean;
  readonly delimiter: string;
  readonly nothing: string;
  readonly header: boolean;
}

export function copy(session: PgSession, reader: QueryReader): Answer {
  const { input } = reader;
  input.next();
  let result: ResultSet | undefined;
  let path: string[] = [];
  let columns: string[] = [];
  if (input.isOperator('(')) {
    const query = input.parenthesised(() => reader.query());
    const compiled = compileQuery(session.dialect, query);
    result = { columns: compiled.columns, rows: compiled.run(undefined) };
  } else {
    path = input.path();
    if (input.isOperator('(')) columns = input.parenthesised(() => input.list(() => input.name()));
  }
  const from = input.take('from');
  if (!from) input.expect('to');
  const program = input.take('program');
  const target = input.isWord('stdin', 'stdout')
    ? input.next().text
    : input.token.kind === 'string'
      ? input.next().text
      : undefined;
  if (target === undefined) throw input.unexpected();
  const stream =
    !program &&
    (target === 'stdin' || target === 'stdout') &&
    input.sql.slice(0, input.lastEnd).trimEnd().toLowerCase().endsWith(target);
  const rest = input.sql.slice(input.token.at).replace(/;\s*$/, '');
  while (!input.ended()) input.next();
  const options = readOptions(rest);
  if (!stream && !session.superuser)
    throw fault(
      '42501',
      `must be superuser or have privileges of the ${program ? 'pg_execute_server_program' : from ? 'pg_read_server_files' : 'pg_write_server_files'} role to COPY to or from ${program ? 'an external program' : 'a file'}`,
      {
        hint: "Anyone can COPY to stdout or from stdin. psql's \\copy command also works for anyone.",
        where: ['DoCopy', 'copy.c', 88],
      },
    );
  if (from) return copyIn(session, path, columns, options, stream, program, target);
  const table = result ?? tableResult(session, path, columns);
  const lines = table.rows.map((row) => line(session, row, table, options));
  const header = options.header ? [table.columns.map(({ name }) => name).join(options.delimiter)] : [];
  const tag = `COPY ${table.rows.length}`;
  if (stream)
    return { tag, copyOut: { lines: [...header, ...lines].map((each) => `${each}\n`), columns: table.columns.length } };
  const content = Buffer.from([...header, ...lines].map((each) => `${each}\n`).join(''), 'utf8');
  if (program) {
    session.watch.move('command', `COPY TO PROGRAM ${target}`);
    return { tag, program: { command: target, take: (_, code) => (failIf(target, code, false), { tag }) } };
  }
  if (!target.startsWith('/'))
    throw fault('42602', 'relative path not allowed for COPY to file', { where: ['BeginCopyTo', 'copyto.c', 703] });
  session.writeFile(target, content);
  return { tag };
}

function readOptions(text: string): Options {
  const csv = /\bcsv\b/i.test(text);
  const said = (pattern: RegExp): string | undefined => {
    const found = pattern.exec(text);
    return found === null ? undefined : found[1]!.replaceAll("''", "'").replace(/\\t/g, '\t');
  };
  return {
    csv,
    delimiter: said(/delimiters?\s+(?:as\s+)?E?'((?:[^']|'')+)'/i) ?? (csv ? ',' : '\t'),
    nothing: said(/\bnull\s+(?:as\s+)?'((?:[^']|'')*)'/i) ?? (csv ? '' : '\\N'),
    header: /\bheader\b(?!\s+(false|off|0))/i.test(text),
  };
}

function tableResult(session: PgSession, path: readonly string[], names: readonly string[]): ResultSet {
  const relation = session.dialect.relation(path, -1);
  if (names.length === 0) return { columns: relation.columns, rows: relation.rows() };
  const at = names.map((name) => {
    const index = relation.columns.findIndex((column) => column.name === name);
    if (index < 0)
      throw fault('42703', `column "${name}" of relation "${path.at(-1)}" does not exist`, {
        where: ['CopyGetAttnums', 'copy.c', 795],
      });
    return index;
  });
  return { columns: at.map((i) => relation.columns[i]!), rows: relation.rows().map((row) => at.map((i) => row[i]!)) };
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
  '\f': '\\f',
  '\v': '\\v',
};

function line(session: PgSession, row: readonly Value[], { columns }: ResultSet, options: Options): string {
  return row
    .map((value, i) => {
      if (value === null) return options.nothing;
      const text = session.dialect.text(value, columns[i]!.type);
      if (!options.csv) return text.replace(/[\\\n\r\t\b\f\v]/g, (c) => ESCAPES[c]!);
      return text === options.nothing || text.includes(options.delimiter) || /["\r\n]/.test(text)
        ? `"${text.replaceAll('"', '""')}"`
        : text;
    })
    .join(options.delimiter);
}

function copyIn(
  session: PgSession,
  path: readonly string[],
  names: readonly string[],
  options: Options,
  stream: boolean,
  program: boolean,
  target: string,
): Answer {
  const { table } = session.dialect.changeable(path, -1);
  const wanted = names.length === 0 ? table.columns.map(({ name }) => name) : names;
  for (const name of wanted)
    if (!table.columns.some((column) => column.name === name))
      throw fault('42703', `column "${name}" of relation "${table.name}" does not exist`, {
        where: ['CopyGetAttnums', 'copy.c', 795],
      });
  const take = (content: Uint8Array): Answer => {
    const rows = cut(Buffer.from(content).toString('utf8'), options).slice(options.header ? 1 : 0);
    const values = rows.map((cells, number): Expression[] => {
      if (cells.length < wanted.length)
        throw fault('22P04', `missing data for column "${wanted[cells.length]}"`, {
          where: ['NextCopyFrom', 'copyfromparse.c', 884],
        });
      if (cells.length > wanted.length)
        throw fault('22P04', 'extra data after last expected column', {
          where: ['NextCopyFrom', 'copyfromparse.c', 835],
        });
      void number;
      return cells.map((cell) => ({ kind: 'literal', value: cell, type: UNKNOWN, at: 0, text: '' }));
    });
    if (values.length === 0) return { tag: 'COPY 0' };
    const changed = insertValues(session.dialect, path, wanted, values, false);
    return { tag: `COPY ${changed.affected}` };
  };
  if (stream) return { tag: '', copyIn: { columns: wanted.length, take } };
  if (program) {
    session.watch.move('command', `COPY FROM PROGRAM ${target}`);
    return {
      tag: '',
      program: {
        command: target,
        take(output, code) {
          failIf(target, code, true);
          return take(output);
        },
      },
    };
  }
  const content = session.readFile(target);
  if (content === undefined)
    throw fault('58P01', `could not open file "${target}" for reading: No such file or directory`, {
      hint: "COPY FROM instructs the PostgreSQL server process to read a file. You may want a client-side facility such as psql's \\copy.",
      where: ['BeginCopyFrom', 'copyfrom.c', 1523],
    });
  return take(content);
}

function failIf(target: string, code: number, reads: boolean): void {
  if (code === 0) return;
  const detail =
    code === 127
      ? 'command not found'
      : code > 128
        ? `child process was terminated by signal ${code - 128}: Killed`
        : `child process exited with exit code ${code}`;
  throw fault('38000', `program "${target}" failed`, {
    detail,
    where: reads ? ['ClosePipeFromProgram', 'copyfrom.c', 1687] : ['ClosePipeToProgram', 'copyto.c', 304],
  });
}

const MAX_ROWS = 100_000;

/** Lines into cells; null where they say so. */
function cut(text: string, options: Options): (string | null)[][] {
  const rows: (string | null)[][] = [];
  if (options.csv) return cutCsv(text, options);
  for (const each of text.split('\n')) {
    const plain = each.replace(/\r$/, '');
    if (plain === '\\.' || rows.length > MAX_ROWS) break;
    rows.push(
      plain
        .split(options.delimiter)
        .map((cell) =>
          cell === options.nothing
            ? null
            : cell.replace(
                /\\(.)/g,
                (_, c: string) => ({ n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', v: '\v' })[c] ?? c,
              ),
        ),
    );
  }
  if (text.endsWith('\n') || text === '') rows.pop();
  return rows;
}

function cutCsv(text: string, options: Options): (string | null)[][] {
  const rows: (string | null)[][] = [];
  let cells: (string | null)[] = [];
  let cell = '';
  let quoted = false;
  let inside = false;
  const close = (): void => {
    cells.push(!quoted && cell === options.nothing ? null : cell);
    cell = '';
    quoted = false;
  };
  for (let i = 0; i < text.length && rows.length < MAX_ROWS; i++) {
    const c = text[i]!;
    if (inside) {
      if (c !== '"') cell += c;
      else if (text[i + 1] === '"') {
        cell += '"';
        i++;
      } else inside = false;
    } else if (c === '"') {
      inside = true;
      quoted = true;
    } else if (c === options.delimiter) close();
    else if (c === '\n') {
      close();
      rows.push(cells);
      cells = [];
    } else if (c !== '\r') cell += c;
  }
  if (cell !== '' || cells.length > 0) {
    close();
    rows.push(cells);
  }
  return rows;
}
