/** EXPLAIN and DESCRIBE, and what looks after tables: CHECK, OPTIMIZE, CHECKSUM. */
import { crc32 } from 'node:zlib';
import type { QueryReader } from '../sql/parse-query.ts';
import type { TokenStream } from '../sql/token-stream.ts';
import { BIGINT, text } from './function.types.ts';
import type { Answer, MysqlSession } from './mysql-session.ts';
import { done, rest } from './statement-end.ts';
import { describeTable } from './show-tables.ts';

export function describe(session: MysqlSession, reader: QueryReader): Answer {
  const { input } = reader;
  input.next();
  input.take('extended');
  if (reader.startsQuery() || input.isWord('update', 'delete', 'insert', 'replace')) {
    const from = /\bfrom\s+[`"]?(\w+)/i.exec(input.sql)?.[1] ?? null;
    const query = reader.startsQuery() ? reader.query() : undefined;
    if (query !== undefined) session.query({ ...query, into: undefined });
    const table =
      from === null || session.database === undefined ? undefined : session.store.table(session.database, from);
    const rows = from === null ? null : table === undefined ? 120 : session.store.rows(table).length;
    const names = ['id', 'select_type', 'table', 'type', 'possible_keys', 'key', 'key_len', 'ref', 'rows', 'Extra'];
    return {
      result: {
        columns: names.map((name) => ({ name, type: name === 'id' ? BIGINT : text(64) })),
        rows: [
          [
            1,
            'SIMPLE',
            from,
            from === null ? null : 'ALL',
            null,
            null,
            null,
            null,
            rows,
            from === null ? 'No tables used' : '',
          ],
        ],
      },
    };
  }
  const path = input.path();
  const like =
    input.token.kind === 'string' || input.token.kind === 'word' || input.token.kind === 'name'
      ? input.next().text
      : undefined;
  done(input);
  return describeTable(session, path, like);
}

export function maintenance(session: MysqlSession, input: TokenStream, op: string): Answer {
  input.next();
  input.take('local');
  input.take('no_write_to_binlog');
  if (!input.take('table')) input.expect('tables');
  const names = rest(input)
    .replace(/\b(quick|extended|medium|fast|changed|for upgrade|use_frm)\b/gi, '')
    .split(',')
    .map((name) => name.trim().replaceAll('`', ''));
  const rows = names.flatMap((name) => {
    const [schema, table] = name.includes('.') ? name.split('.') : [session.currentDatabase, name];
    const known = session.store.table(schema!, table!) !== undefined;
    const place = `${schema}.${table}`;
    return known
      ? [[place, op, 'status', 'OK']]
      : [
          [place, op, 'Error', `Table '${place}' doesn't exist`],
          [place, op, 'status', 'Operation failed'],
        ];
  });
  return {
    result: {
      columns: [text(512), text(10), text(10), text(131_072)].map((type, i) => ({
        name: ['Table', 'Op', 'Msg_type', 'Msg_text'][i]!,
        type,
      })),
      rows,
    },
  };
}

export function checksum(session: MysqlSession, input: TokenStream): Answer {
  input.next();
  if (!input.take('table')) input.expect('tables');
  const names = rest(input)
    .split(',')
    .map((name) => name.trim().replaceAll('`', '').replace(/\s.*$/s, ''));
  const rows = names.map((name): [string, number | null] => {
    const [schema, table] = name.includes('.') ? name.split('.') : [session.currentDatabase, name];
    const known = session.store.table(schema!, table!);
    if (known === undefined) session.dialect.warn(1146, `Table '${schema}.${table}' doesn't exist`);
    return [
      `${schema}.${table}`,
      known === undefined ? null : crc32(JSON.stringify(session.store.rows(known), shownRow)),
    ];
  });
  return {
    result: {
      columns: [
        { name: 'Table', type: text(128) },
        { name: 'Checksum', type: BIGINT },
      ],
      rows,
    },
  };
}

function shownRow(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
