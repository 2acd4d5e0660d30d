/** SHOW CREATE: databases, tables, views and accounts as statements that make them again. */
import type { Table } from '../sql/relation.ts';
import { text } from './function.types.ts';
import { resultColumns } from './mysql-dialect.ts';
import { fault } from './mysql-faults.ts';
import type { Answer, MysqlSession } from './mysql-session.ts';
import { typeText } from './mysql-types.ts';
import { type ShowCall, findTable, listed, rest } from './show-result.ts';
import { engineOf } from './own-tables.ts';
import { schemaNames } from './system-tables.ts';

export function showCreate({ session, reader }: ShowCall): Answer {
  const { input } = reader;
  const what = input.next().text;
  if (what === 'database' || what === 'schema') {
    input.take('if', 'not', 'exists');
    const name = input.name();
    if (!schemaNames(session).includes(name)) throw fault(1049, '42000', `Unknown database '${name}'`);
    const collate = session.server.isMaria
      ? `COLLATE ${session.collation}`
      : `COLLATE ${session.collation} */ /*!80016 DEFAULT ENCRYPTION='N'`;
    return listed(
      ['Database', ['Create Database', text(1024)]],
      [
        [
          name,
          `CREATE DATABASE ${/if\s+not\s+exists/i.test(input.sql) ? '/*!32312 IF NOT EXISTS*/ ' : ''}\`${name}\` /*!40100 DEFAULT CHARACTER SET utf8mb4 ${collate} */`,
        ],
      ],
    );
  }
  if (what === 'table' || what === 'view') {
    const { schema, table } = findTable(session, input.path());
    if (table.kind === 'view') {
      if (what === 'table' || table.kind === 'view')
        return listed(
          ['View', ['Create View', text(4096)], ['character_set_client', text(32)], ['collation_connection', text(64)]],
          [
            [
              table.name,
              `CREATE ALGORITHM=UNDEFINED DEFINER=\`root\`@\`localhost\` SQL SECURITY DEFINER VIEW ${schema === session.database ? '' : `\`${schema}\`.`}\`${table.name}\` AS ${
                table.view?.text ?? accountsView(resultColumns(schema, table).map(({ name }) => name))
              }`,
              'utf8mb4',
              'utf8mb4_general_ci',
            ],
          ],
        );
    }
    if (what === 'view') throw fault(1347, 'HY000', `'${schema}.${table.name}' is not of type 'VIEW'`);
    return listed(['Table', ['Create Table', text(1024)]], [[table.name, createTableText(session, table)]]);
  }
  if (what === 'user') {
    rest(reader);
    return listed(
      [[`CREATE USER for ${session.user}@${session.accountHost}`, text(1024)]],
      [[`CREATE USER \`${session.user}\`@\`${session.accountHost}\``]],
    );
  }
  rest(reader);
  throw fault(1305, '42000', `${what.toUpperCase()} does not exist`);
}

function createTableText(session: MysqlSession, table: Table): string {
  const maria = session.server.isMaria;
  const { engine, comment } = engineOf(table);
  const lines = table.columns.map((column) => {
    const { name, type, notNull, autoIncrement, defaultText, extra } = column;
    const long = /^(tiny|medium|long)?(text|blob)$|^json$/.test(type.name);
    const timestamp = type.name === 'timestamp' && notNull !== true ? ' NULL' : '';
    const fallback =
      autoIncrement === true
        ? ''
        : defaultText === undefined
          ? notNull === true || (long && !maria)
            ? ''
            : ' DEFAULT NULL'
          : ` DEFAULT ${/^-?\d+(\.\d+)?$/.test(defaultText) && !maria ? `'${defaultText}'` : maria || !defaultText.startsWith('current_timestamp') ? defaultText : 'CURRENT_TIMESTAMP'}`;
    return `  \`${name}\` ${typeText(type)}${notNull === true ? ' NOT NULL' : timestamp}${fallback}${autoIncrement === true ? ' AUTO_INCREMENT' : ''}${extra === undefined || extra === 'auto_increment' ? '' : ` ${extra.replace(/^on update/i, 'ON UPDATE')}`}${column.comment === undefined ? '' : ` COMMENT '${column.comment.replaceAll("'", "''")}'`}`;
  });
  for (const { kind, name, columns } of table.keys) {
    const list = `(${columns.map((column) => `\`${column}\``).join(',')})`;
    lines.push(
      kind === 'primary'
        ? `  PRIMARY KEY ${list}`
        : `  ${kind === 'unique' ? 'UNIQUE ' : kind === 'fulltext' ? 'FULLTEXT ' : ''}KEY \`${name}\` ${list}`,
    );
  }
  const rows = session.store.rows(table).length;
  const auto =
    table.columns.some(({ autoIncrement }) => autoIncrement) && rows > 0
      ? ` AUTO_INCREMENT=${Math.max(table.nextId ?? 1, rows + 1)}`
      : '';
  return `CREATE ${table.temporary === true ? 'TEMPORARY ' : ''}TABLE \`${table.name}\` (\n${lines.join(',\n')}\n) ENGINE=${engine}${auto} DEFAULT CHARSET=${engine === 'Aria' ? 'utf8mb3 COLLATE=utf8mb3_bin PAGE_CHECKSUM=1 TRANSACTIONAL=1' : `utf8mb4 COLLATE=${session.collation}`}${comment === '' ? '' : ` COMMENT='${comment.replaceAll("'", "''")}'`}`;
}

/** `mysql.user` of MariaDB, which is a view of what `global_priv` holds as JSON. */
function accountsView(columns: readonly string[]): string {
  const table = '`mysql`.`global_priv`';
  const value = (key: string): string => `json_value(${table}.\`Priv\`,'$.${key}')`;
  let bit = 1n;
  const expression = (name: string): string => {
    if (name === 'Host' || name === 'User') return `${table}.\`${name}\``;
    if (name === 'Password') return `ifnull(${value('authentication_string')},'')`;
    if (name.endsWith('_priv')) {
      const test = `if(${value('access')} & ${bit},'Y','N')`;
      bit <<= 1n;
      return test;
    }
    if (name.startsWith('max_'))
      return `cast(ifnull(${value(name)},0) as ${name.endsWith('time') ? 'decimal(12,6)' : 'unsigned'})`;
    if (name === 'is_role' || name === 'password_expired') return `if(${value(name)},'Y','N')`;
    return `ifnull(${value(name)},'')`;
  };
  return `select ${columns.map((name) => `${expression(name)} AS \`${name}\``).join(',')} from ${table}`;
}
