/** LOAD DATA, from a file of the machine or of the client. */
import type { Expression } from '../sql/ast.types.ts';
import { insertValues } from '../sql/insert-rows.ts';
import type { QueryReader } from '../sql/parse-query.ts';
import { importRows } from './file-tricks.ts';
import { fault } from './mysql-faults.ts';
import type { Answer, MysqlSession } from './mysql-session.ts';
import { rest } from './statement-end.ts';

const MAX_LOADED_ROWS = 50_000;

export function loadData(session: MysqlSession, reader: QueryReader): Answer {
  const { input } = reader;
  input.next();
  if (!input.take('data') && !input.take('xml')) throw input.unexpected();
  while (input.isWord('low_priority', 'concurrent')) input.next();
  const local = input.take('local');
  input.expect('infile');
  if (input.token.kind !== 'string') throw input.unexpected();
  const path = input.next().text;
  if (!input.take('replace')) input.take('ignore');
  input.expect('into', 'table');
  const table = input.path();
  const statement = rest(input);
  const separator = (what: string, fallback: string): string =>
    new RegExp(`${what}\\s+terminated\\s+by\\s+'((?:[^'\\\\]|\\\\.)*)'`, 'i')
      .exec(statement)?.[1]
      ?.replace(/\\n/g, '\n')
      .replace(/\\t/g, '\t')
      .replace(/\\r/g, '\r') || fallback;
  session.dialect.changeable(table, 0, 'INSERT');
  const take = (content: Uint8Array): Answer => {
    const rows = importRows(content, separator('(?:fields|columns)', '\t'), separator('lines', '\n'), MAX_LOADED_ROWS);
    const { table: target } = session.dialect.changeable(table, 0, 'INSERT');
    const literal = (value: string): Expression => ({
      kind: 'literal',
      value: value === '\\N' || value === 'N' ? null : value,
      type: { name: 'varchar', length: value.length },
      at: 0,
      text: value,
    });
    const values = rows.map((row) =>
      target.columns.map((_, i): Expression =>
        row[i] === undefined ? { kind: 'column', path: ['default'], at: 0 } : literal(row[i]),
      ),
    );
    if (values.length === 0) return { affected: 0, info: 'Records: 0  Deleted: 0  Skipped: 0  Warnings: 0' };
    const changed = insertValues(session.dialect, table, [], values, true);
    return {
      affected: changed.affected,
      info: `Records: ${rows.length}  Deleted: 0  Skipped: ${rows.length - changed.affected}  Warnings: 0`,
    };
  };
  if (local) return { localFile: { path, take } };
  const content = session.readFile(path);
  if (content === null)
    throw fault(13, 'HY000', `Can't get stat of '${path}' (Errcode: 2 "No such file or directory")`);
  return take(content as Uint8Array);
}
