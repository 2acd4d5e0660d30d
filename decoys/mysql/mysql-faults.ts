/** Errors in MariaDB's numbers, states and words; where MySQL 8 has others, `mysql8` says so. */
import { type Faults, SqlFault } from '../sql/sql-fault.ts';
import { textOf } from './mysql-values.ts';

export function fault(code: number, state: string, message: string): SqlFault {
  return new SqlFault(message, { code, state });
}

const MANUAL = {
  mariadb: 'check the manual that corresponds to your MariaDB server version for the right syntax to use',
  mysql: 'check the manual that corresponds to your MySQL server version for the right syntax to use',
};
/** What an error message shows of a statement. */
const MAX_NEAR = 80;

export function syntaxFault(product: keyof typeof MANUAL, near: string, line: number): SqlFault {
  return fault(
    1064,
    '42000',
    `You have an error in your SQL syntax; ${MANUAL[product]} near '${near.slice(0, MAX_NEAR)}' at line ${line}`,
  );
}

/** MariaDB 10.11.11 and later name the part of the statement as it is written. */
const CLAUSES: Readonly<Record<string, string>> = {
  'field list': 'SELECT',
  'where clause': 'WHERE',
  'order clause': 'ORDER BY',
  'group statement': 'GROUP BY',
  'having clause': 'HAVING',
  'on clause': 'ON',
  'set clause': 'SET',
  'insert list': 'INSERT INTO',
};
const UNQUALIFIED =
  /^\s*(?:select|insert|delete|update|replace)\b.{0,2000}?\b(?:from|join|into|update)\s+`?[a-z_]\w*`?(?:\s|,|$)(?!\s*\.)/is;
const OLD_CLAUSES: Readonly<Record<string, string>> = { 'set clause': 'field list', 'insert list': 'field list' };

/** @param current the statement that runs, for line numbers */
export function mysqlFaults(
  product: keyof typeof MANUAL,
  current: () => string,
  database: () => string | undefined,
): Faults {
  const named = (clause: string): string => (product === 'mariadb' ? CLAUSES : OLD_CLAUSES)[clause] ?? clause;
  return {
    // The parser looks for the tables' database while it reads, and so before an error behind them.
    syntax: (text, at) =>
      database() === undefined && UNQUALIFIED.test(current().slice(0, at))
        ? noDatabase()
        : syntaxFault(product, text, current().slice(0, at).split('\n').length),
    unknownColumn: (path, clause) => fault(1054, '42S22', `Unknown column '${path.join('.')}' in '${named(clause)}'`),
    ambiguousColumn: (path, clause) =>
      fault(1052, '23000', `Column '${path.join('.')}' in ${named(clause)} is ambiguous`),
    unknownTable: (path) =>
      path.length === 1 && database() === undefined
        ? noDatabase()
        : fault(1146, '42S02', `Table '${path.length === 1 ? `${database()}.` : ''}${path.join('.')}' doesn't exist`),
    unknownFunction: (path) =>
      path.length > 1
        ? fault(1305, '42000', `FUNCTION ${path.join('.')} does not exist`)
        : database() === undefined
          ? fault(1305, '42000', `FUNCTION ${path[0]} does not exist`)
          : fault(1305, '42000', `FUNCTION ${database()}.${path[0]} does not exist`),
    unknownAlias: (name) =>
      name === '' ? fault(1096, 'HY000', 'No tables used') : fault(1051, '42S02', `Unknown table '${name}'`),
    duplicateAlias: (name) => fault(1066, '42000', `Not unique table/alias: '${name}'`),
    unknownPosition: (position, clause) => fault(1054, '42S22', `Unknown column '${position}' in '${named(clause)}'`),
    duplicateGroup: (values) =>
      fault(1062, '23000', `Duplicate entry '${values.map(textOf).join('-')}' for key 'group_key'`),
    subqueryRows: () => fault(1242, '21000', 'Subquery returns more than 1 row'),
    subqueryColumns: () => fault(1241, '21000', 'Operand should contain 1 column(s)'),
    unionColumns: () => fault(1222, '21000', 'The used SELECT statements have a different number of columns'),
    unknownWindow: (name) => fault(4001, 'HY000', `Window specification with name '${name}' is not defined`),
    misusedAggregate: () => fault(1111, 'HY000', 'Invalid use of group function'),
    valueCount: (row) => fault(1136, '21S01', `Column count doesn't match value count at row ${row}`),
    tooMuch(what) {
      if (what === 'time') return fault(1969, '70100', 'Query execution was interrupted (max_statement_time exceeded)');
      if (what === 'depth')
        return fault(
          1436,
          'HY000',
          'Thread stack overrun:  286848 bytes used of a 299008 byte stack, and 12288 bytes needed. Consider increasing the thread_stack system variable.',
        );
      if (what === 'rows')
        return fault(
          1104,
          '42000',
          'The SELECT would examine more than MAX_JOIN_SIZE rows; check your WHERE and use SET SQL_BIG_SELECTS=1 or SET MAX_JOIN_SIZE=# if the SELECT is okay',
        );
      return fault(
        1021,
        'HY000',
        'Disk full (/tmp/#sql-temptable); waiting for someone to free some space... (errno: 28 "No space left on device")',
      );
    },
  };
}

export function noDatabase(): SqlFault {
  return fault(1046, '3D000', 'No database selected');
}
