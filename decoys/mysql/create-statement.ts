/** CREATE of what is no table: functions of libraries, indexes, accounts, programs. */
import type { QueryReader } from '../sql/parse-query.ts';
import { createUsers } from './accounts.ts';
import { fault } from './mysql-faults.ts';
import type { Answer, MysqlSession } from './mysql-session.ts';
import { rest } from './statement-end.ts';

const OK: Answer = { affected: 0 };

export function missingLibrary(library: string): Error {
  if (/\//.test(library.replace(/^\/usr\/lib\/mysql\/plugin\//, '')))
    return fault(1124, 'HY000', 'No paths allowed for shared library');
  return fault(
    1126,
    'HY000',
    `Can't open shared library '${library}' (errno: 2, cannot open shared object file: No such file or directory)`,
  );
}

export function create(session: MysqlSession, reader: QueryReader): Answer {
  const statement = rest(reader.input);
  const udf =
    /^create\s+(?:or\s+replace\s+)?(?:aggregate\s+)?function\s+(?:if\s+not\s+exists\s+)?`?(\w+)`?\s+returns\s+(\w+)\s+soname\s+['"]([^'"]+)['"]/i.exec(
      statement,
    );
  if (udf !== null) {
    const [, name, returns, library] = udf;
    session.watch.move('library', statement);
    const path = `/usr/lib/mysql/plugin/${library}`;
    if (/\//.test(library!)) throw missingLibrary(library!);
    if (session.peekFile(path) === undefined) throw missingLibrary(library!);
    session.world.addUdf(name!.toLowerCase(), { returns: returns!.toLowerCase(), library: library! });
    return OK;
  }
  const index =
    /^create\s+(?:or\s+replace\s+)?(unique\s+|fulltext\s+|spatial\s+)?index\s+(?:if\s+not\s+exists\s+)?`?(\w+)`?\s+(?:using\s+\w+\s+)?on\s+([\w.`]+)\s*\((.*)\)/is.exec(
      statement,
    );
  if (index !== null) return createIndex(session, index);
  if (/^create\s+(or\s+replace\s+)?user/i.test(statement)) createUsers(session, statement);
  else if (/^create\s+(?:or\s+replace\s+)?(?:definer\s*=\s*\S+\s+)?(trigger|event|procedure|function)/i.test(statement))
    session.watch.move('library', statement);
  else if (
    !/^create\s+(?:or\s+replace\s+)?(?:unique\s+|fulltext\s+|spatial\s+)?(index|role|server|tablespace|sequence|package)/i.test(
      statement,
    )
  )
    throw session.dialect.faults.syntax(
      statement.replace(/^create\s+/i, ''),
      statement.length - statement.replace(/^create\s+/i, '').length,
      false,
    );
  return OK;
}

/** Beside the table's other keys; what it is about is read as ALTER TABLE reads it. */
function createIndex(session: MysqlSession, [, kind = '', name, table, columns]: RegExpExecArray): Answer {
  const { info: _, ...answer } = session.execute(`ALTER TABLE ${table} ADD ${kind} KEY \`${name}\` (${columns})`);
  void _;
  return {
    ...answer,
    info: (answer.affected ?? 0) > 0 ? `Records: ${answer.affected}  Duplicates: 0  Warnings: 0` : '',
  };
}
