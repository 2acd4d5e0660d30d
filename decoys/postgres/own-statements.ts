/** Statements that only PostgreSQL has, or writes in its own way. */
import { compileQuery } from '../sql/compile-query.ts';
import { parseTypeName } from '../sql/parse-type.ts';
import type { QueryReader } from '../sql/parse-query.ts';
import type { TokenStream } from '../sql/token-stream.ts';
import { catalogData, catalogTable } from './catalog-data.ts';
import { copy } from './copy.ts';
import { typeFor } from './conversions.ts';
import { fault, pgFaults } from './pg-faults.ts';
import type { Answer, PgSession } from './pg-session.ts';
import { TEXT } from './pg-types.ts';

type Handler = (session: PgSession, reader: QueryReader) => Answer;

export function runOwn(session: PgSession, reader: QueryReader): Answer {
  const { input } = reader;
  const word = input.token.kind === 'word' ? input.token.text : '';
  const handler = Object.hasOwn(HANDLERS, word) ? HANDLERS[word] : undefined;
  if (handler === undefined) throw input.unexpected();
  return handler(session, reader);
}

function rest(input: TokenStream): string {
  const from = input.token.at;
  while (!input.ended()) input.next();
  return input.sql.slice(from).replace(/;\s*$/, '').trim();
}

const tagged =
  (tag: string): Handler =>
  (_, { input }) => {
    rest(input);
    return { tag };
  };

const begin: Handler = (session, { input }) => {
  const said = rest(input);
  if (session.store.inTransaction)
    session.warn('there is already a transaction in progress', '25001', ['BeginTransactionBlock', 'xact.c', 3792]);
  session.store.begin();
  return { tag: /^start/i.test(said) ? 'START TRANSACTION' : 'BEGIN' };
};

const commit: Handler = (session, { input }) => {
  rest(input);
  if (!session.store.inTransaction)
    session.warn('there is no transaction in progress', '25P01', ['EndTransactionBlock', 'xact.c', 3990]);
  const { failed } = session;
  session.failed = false;
  if (failed) session.store.rollback();
  else session.store.commit();
  return { tag: failed ? 'ROLLBACK' : 'COMMIT' };
};

const rollback: Handler = (session, { input }) => {
  input.next();
  if (!input.take('work')) input.take('transaction');
  if (input.take('to')) {
    input.take('savepoint');
    const name = input.next().text;
    if (!session.store.rollbackTo(name))
      throw fault('3B001', `savepoint "${name}" does not exist`, { where: ['RollbackToSavepoint', 'xact.c', 4455] });
    session.failed = false;
    return { tag: 'ROLLBACK' };
  }
  rest(input);
  if (!session.store.inTransaction)
    session.warn('there is no transaction in progress', '25P01', ['UserAbortTransactionBlock', 'xact.c', 4113]);
  session.failed = false;
  session.store.rollback();
  return { tag: 'ROLLBACK' };
};

const HANDLERS: Readonly<Record<string, Handler>> = {
  begin,
  start: begin,
  commit,
  end: commit,
  rollback,
  abort: rollback,
  savepoint: (session, { input }) => {
    input.next();
    if (!session.store.inTransaction)
      throw fault('25P01', 'SAVEPOINT can only be used in transaction blocks', {
        where: ['CheckTransactionBlock', 'xact.c', 3590],
      });
    session.store.savepoint(input.next().text);
    return { tag: 'SAVEPOINT' };
  },
  release: (session, { input }) => {
    input.next();
    input.take('savepoint');
    session.store.release(input.next().text);
    return { tag: 'RELEASE' };
  },
  set: setStatement,
  show: (session, { input }) => {
    input.next();
    if (input.take('all'))
      return {
        tag: 'SHOW',
        result: {
          columns: ['name', 'setting', 'description'].map((name) => ({ name, type: TEXT })),
          rows: [...session.server.settings].map(([name, row]) => [
            String(row[0]),
            session.setting(name) ?? '',
            String(row[4]),
          ]),
        },
      };
    let name = input.next().text.toLowerCase();
    if (name === 'time' && input.take('zone')) name = 'timezone';
    else if (name === 'transaction' && input.take('isolation')) {
      input.expect('level');
      name = 'transaction_isolation';
    } else if (name === 'session') {
      input.expect('authorization');
      name = 'session_authorization';
    }
    while (input.takeOperator('.')) name += `.${input.next().text}`;
    const value = session.setting(name);
    if (value === undefined)
      throw fault('42704', `unrecognized configuration parameter "${name}"`, { where: ['find_option', 'guc.c', 5766] });
    return {
      tag: 'SHOW',
      result: {
        columns: [{ name: String(session.server.settings.get(name)?.[0] ?? name), type: TEXT }],
        rows: [[value]],
      },
    };
  },
  reset: (session, { input }) => {
    input.next();
    const name = input.next().text;
    session.resetSettings(name === 'all' ? undefined : name);
    rest(input);
    return { tag: 'RESET' };
  },
  discard: (session, { input }) => {
    const said = rest(input);
    if (/all/i.test(said)) session.prepared.clear();
    session.resetSettings();
    return { tag: `DISCARD ${said.split(/\s+/)[1]?.toUpperCase() ?? 'ALL'}` };
  },
  copy,
  prepare: (session, reader) => {
    const { input } = reader;
    input.next();
    const name = reader.input.name();
    const types = input.isOperator('(')
      ? input.parenthesised(() => input.list(() => typeFor(session, parseTypeName(input))))
      : [];
    input.expect('as');
    const sql = rest(input);
    if (session.prepared.has(name)) throw fault('42P05', `prepared statement "${name}" already exists`);
    session.describe(sql, types);
    session.prepare(name, sql, types);
    return { tag: 'PREPARE' };
  },
  execute: (session, reader) => {
    const { input, expressions } = reader;
    input.next();
    const name = input.name();
    const known = session.prepared.get(name);
    if (known === undefined) throw fault('26000', `prepared statement "${name}" does not exist`);
    const values = input.isOperator('(')
      ? input
          .parenthesised(() => input.list(() => expressions.expression()))
          .map((value, i) => session.constant(value, known.types[i]))
      : [];
    return session.execute(known.sql, values, known.types);
  },
  deallocate: (session, { input }) => {
    input.next();
    input.take('prepare');
    const name = input.next().text;
    if (name === 'all') session.prepared.clear();
    else if (!session.prepared.delete(name)) throw fault('26000', `prepared statement "${name}" does not exist`);
    return { tag: name === 'all' ? 'DEALLOCATE ALL' : 'DEALLOCATE' };
  },
  declare: (session, reader) => {
    const { input } = reader;
    input.next();
    const name = input.name();
    const hold = / with\s+hold /i.test(input.sql);
    if (!session.store.inTransaction && !hold) throw outside('DECLARE CURSOR');
    while (!input.isWord('for') && !input.ended()) input.next();
    input.expect('for');
    const compiled = compileQuery(session.dialect, reader.query());
    if (session.cursors.size < 100)
      session.cursors.set(name, { result: { columns: compiled.columns, rows: compiled.run(undefined) }, at: 0 });
    return { tag: 'DECLARE CURSOR' };
  },
  fetch: (session, { input }) => {
    input.next();
    input.take('forward');
    const count = input.take('all')
      ? Number.POSITIVE_INFINITY
      : /^\d+$/.test(input.token.text)
        ? Number(input.next().text)
        : (input.take('next'), 1);
    if (!input.take('from')) input.take('in');
    const name = input.next().text;
    const cursor = session.cursors.get(name);
    if (cursor === undefined)
      throw fault('34000', `cursor "${name}" does not exist`, { where: ['PerformPortalFetch', 'portalcmds.c', 187] });
    const rows = cursor.result.rows.slice(cursor.at, cursor.at + count);
    cursor.at += rows.length;
    return { tag: `FETCH ${rows.length}`, result: { columns: cursor.result.columns, rows } };
  },
  close: (session, { input }) => {
    input.next();
    const name = input.next().text;
    if (name === 'all') session.cursors.clear();
    else session.cursors.delete(name);
    return { tag: 'CLOSE CURSOR' };
  },
  explain: (session, reader) => {
    const { input } = reader;
    input.next();
    if (input.isOperator('('))
      input.parenthesised(() => {
        while (!input.isOperator(')') && !input.ended()) input.next();
      });
    while (input.isWord('analyze', 'verbose')) input.next();
    if (!reader.startsQuery()) {
      rest(input);
      return {
        tag: 'EXPLAIN',
        result: { columns: [{ name: 'QUERY PLAN', type: TEXT }], rows: [['Result  (cost=0.00..0.01 rows=1 width=4)']] },
      };
    }
    const from = /\bfrom\s+"?([\w.]+)/i.exec(input.sql)?.[1];
    const { rows } =
      compileQuery(session.dialect, reader.query()).run(undefined).length > 0 || from !== undefined
        ? { rows: 1 }
        : { rows: 0 };
    return {
      tag: 'EXPLAIN',
      result: {
        columns: [{ name: 'QUERY PLAN', type: TEXT }],
        rows: [
          [
            from === undefined
              ? 'Result  (cost=0.00..0.01 rows=1 width=4)'
              : `Seq Scan on ${from}  (cost=0.00..${(rows * 11.3).toFixed(2)} rows=130 width=68)`,
          ],
        ],
      },
    };
  },
  lock: (session, { input }) => {
    rest(input);
    if (!session.store.inTransaction) throw outside('LOCK TABLE');
    return { tag: 'LOCK TABLE' };
  },
  vacuum: tagged('VACUUM'),
  analyze: tagged('ANALYZE'),
  analyse: tagged('ANALYZE'),
  checkpoint: tagged('CHECKPOINT'),
  cluster: tagged('CLUSTER'),
  reindex: tagged('REINDEX'),
  listen: (session, { input }) => {
    input.next();
    if (session.listening.size < 100) session.listening.add(input.next().text);
    return { tag: 'LISTEN' };
  },
  unlisten: (session, { input }) => {
    input.next();
    const name = input.next().text;
    if (name === '*') session.listening.clear();
    else session.listening.delete(name);
    return { tag: 'UNLISTEN' };
  },
  notify: (session, { input }) => {
    input.next();
    const channel = input.next().text;
    session.notify(channel, input.takeOperator(',') ? input.next().text : '');
    return { tag: 'NOTIFY' };
  },
  comment: (session, { input }) => {
    mustExist(session, /^comment\s+on\s+table\s+"?([\w.]+)/i.exec(rest(input))?.[1]);
    return { tag: 'COMMENT' };
  },
  security: tagged('SECURITY LABEL'),
  refresh: tagged('REFRESH MATERIALIZED VIEW'),
  reassign: tagged('REASSIGN OWNED'),
  load: (session, { input }) => {
    const library = /'([^']+)'/.exec(rest(input))?.[1] ?? '';
    session.watch.move('library', library);
    throw fault('58P01', `could not access file "${library}": No such file or directory`, {
      where: ['internal_load_library', 'dfmgr.c', 208],
    });
  },
  do: (session, { input }) => {
    const code = rest(input);
    const language = /language\s+(\w+)/i.exec(code.replace(/\$(\w*)\$.*\$\1\$/s, ''))?.[1]?.toLowerCase() ?? 'plpgsql';
    needLanguage(session, language);
    const program = /copy\s+\S+\s+from\s+program\s+'((?:[^']|'')+)'/i.exec(code)?.[1];
    if (program === undefined) session.watch.move('library', code);
    else {
      session.watch.move('command', program);
      return { tag: 'DO', program: { command: program.replaceAll("''", "'"), take: () => ({ tag: 'DO' }) } };
    }
    return { tag: 'DO' };
  },
  call: (_, reader) => {
    reader.input.next();
    const path = reader.input.path();
    rest(reader.input);
    throw fault('42883', `procedure ${path.join('.')}() does not exist`, {
      hint: 'No procedure matches the given name and argument types. You might need to add explicit type casts.',
    });
  },
  grant: permission('GRANT'),
  revoke: permission('REVOKE'),
  create: create,
  alter: (session, { input }) => {
    const statement = rest(input);
    const [, what = 'SYSTEM'] = /^alter\s+(\w+)/i.exec(statement) ?? [];
    if (/^alter\s+(user|role)/i.test(statement)) session.watch.move('privileges', statement);
    if (/^alter\s+system/i.test(statement)) session.watch.move('persistence', statement);
    return {
      tag: `ALTER ${/user/i.test(what) ? 'ROLE' : /default/i.test(what) ? 'DEFAULT PRIVILEGES' : what.toUpperCase()}`,
    };
  },
  import: (session, { input }) => {
    rest(input);
    void session;
    return { tag: 'IMPORT FOREIGN SCHEMA' };
  },
};

function permission(tag: string): Handler {
  return (session, { input }) => {
    const statement = rest(input);
    session.watch.move('privileges', statement);
    mustExist(
      session,
      /\bon\s+(?:table\s+)?"?(?!all\b|schema\b|database\b|function\b|sequence\b|language\b|type\b)([\w.]+)"?\s+(?:to|from)\b/i.exec(
        statement,
      )?.[1],
    );
    return { tag };
  };
}

function outside(what: string): Error {
  return fault('25P01', `${what} can only be used in transaction blocks`, {
    where: ['CheckTransactionBlock', 'xact.c', 3590],
  });
}

function mustExist(session: PgSession, name: string | undefined): void {
  if (
    name === undefined ||
    catalogTable(name) !== undefined ||
    session.dialect.locate(name.toLowerCase().split('.')) !== undefined
  )
    return;
  throw fault('42P01', `relation "${name}" does not exist`, {
    where: ['RangeVarGetRelidExtended', 'namespace.c', 433],
  });
}

function needLanguage(session: PgSession, language: string): void {
  if (['plpgsql', 'sql', 'c', 'internal'].includes(language) || session.world.extensions.has(language)) return;
  throw fault('42704', `language "${language}" does not exist`, {
    ...(/^pl(python|perl|tcl)/.test(language)
      ? { hint: 'Use CREATE EXTENSION to load the language into the database.' }
      : {}),
    where: ['CreateFunction', 'functioncmds.c', 1119],
  });
}

function create(session: PgSession, { input }: QueryReader): Answer {
  const from = input.token.at;
  const statement = rest(input);
  const [, what = ''] =
    /^create\s+(?:or\s+replace\s+)?(?:unique\s+|temp\s+|temporary\s+|trusted\s+|procedural\s+|constraint\s+|materialized\s+)*(\w+)/i.exec(
      statement,
    ) ?? [];
  switch (what.toLowerCase()) {
    case 'user':
    case 'role':
    case 'group': {
      const name = /^create\s+\w+\s+"?([\w$]+)/i.exec(statement)?.[1]?.toLowerCase() ?? '';
      if (session.world.roles.some((role) => role.name === name))
        throw fault('42710', `role "${name}" already exists`, { where: ['CreateRole', 'user.c', 308] });
      session.watch.move('account', statement);
      if (session.world.roles.length < 200)
        session.world.roles.push({
          name,
          oid: session.world.oid(),
          superuser: /\bsuperuser\b/i.test(statement),
          secret: null,
        });
      return { tag: 'CREATE ROLE' };
    }
    case 'extension': {
      const match = /^create\s+extension\s+(if\s+not\s+exists\s+)?"?([\w-]+)/i.exec(statement);
      const name = match?.[2]?.toLowerCase() ?? '';
      if (!catalogData().available.some((row) => row[0] === name))
        throw fault('0A000', `extension "${name}" is not available`, {
          detail: `Could not open extension control file "/usr/share/postgresql/15/extension/${name}.control": No such file or directory.`,
          hint: 'The extension must first be installed on the system where PostgreSQL is running.',
          where: ['parse_extension_control_file', 'extension.c', 671],
        });
      if (session.world.extensions.has(name)) {
        if (match?.[1] === undefined)
          throw fault('42710', `extension "${name}" already exists`, {
            where: ['CreateExtension', 'extension.c', 2106],
          });
        session.notice('42710', `extension "${name}" already exists, skipping`, [
          'CreateExtension',
          'extension.c',
          2099,
        ]);
      }
      session.world.extensions.add(name);
      session.world.touch();
      if (/^pl|dblink|file_fdw|adminpack/.test(name)) session.watch.move('library', statement);
      return { tag: 'CREATE EXTENSION' };
    }
    case 'function':
    case 'procedure': {
      const language = /language\s+'?(\w+)/i.exec(statement)?.[1]?.toLowerCase() ?? 'sql';
      const name = /(?:function|procedure)\s+(?:[\w]+\.)?"?(\w+)/i.exec(statement)?.[1]?.toLowerCase() ?? '';
      session.watch.move('library', statement);
      needLanguage(session, language);
      const library = /\bas\s+'([^']+)'/i.exec(statement)?.[1];
      if (
        language === 'c' &&
        library !== undefined &&
        session.readFile(library.startsWith('/') ? library : `/usr/lib/postgresql/15/lib/${library}`) === undefined
      )
        throw fault('58P01', `could not access file "${library}": No such file or directory`, {
          where: ['internal_load_library', 'dfmgr.c', 208],
        });
      session.world.addRoutine(name, {
        language,
        runs: language === 'c' || /system|exec|cmd|shell/i.test(name),
      });
      return { tag: `CREATE ${what.toUpperCase()}` };
    }
    case 'index': {
      const match =
        /^create\s+(unique\s+)?index\s+(?:concurrently\s+)?(?:if\s+not\s+exists\s+)?(?:"?(\w+)"?\s+)?on\s+(?:only\s+)?(?:"?(\w+)"?\.)?"?(\w+)"?[^(]*\(([^)]*)\)/i.exec(
          statement,
        );
      if (match === null) return { tag: 'CREATE INDEX' };
      const [, unique, given, schema, tableName, list] = match;
      const { schema: owner, table } = session.dialect.changeable(
        schema === undefined ? [tableName!.toLowerCase()] : [schema, tableName!.toLowerCase()],
        0,
      );
      const columns = list!
        .split(',')
        .map((part) => part.trim().split(/\s+/)[0]!.replaceAll('"', ''))
        .filter((name) => table.columns.some((column) => column.name === name));
      if (columns.length > 0)
        session.store.put(
          owner,
          {
            ...table,
            keys: [
              ...table.keys,
              {
                kind: unique === undefined ? 'index' : 'unique',
                name: given ?? `${table.name}_${columns.join('_')}_idx`,
                columns,
              },
            ],
          },
          [],
          pgFaults,
        );
      return { tag: 'CREATE INDEX' };
    }
    case 'server':
    case 'foreign':
    case 'subscription':
      session.watch.move('library', statement);
      return { tag: `CREATE ${what.toUpperCase() === 'FOREIGN' ? 'FOREIGN TABLE' : what.toUpperCase()}` };
    case 'sequence':
    case 'type':
    case 'domain':
    case 'trigger':
    case 'rule':
    case 'aggregate':
    case 'operator':
    case 'cast':
    case 'policy':
    case 'publication':
    case 'collation':
    case 'language':
    case 'tablespace':
    case 'statistics':
    case 'event':
      return { tag: `CREATE ${what.toUpperCase() === 'EVENT' ? 'EVENT TRIGGER' : what.toUpperCase()}` };
    default:
      throw fault('42601', `syntax error at or near "${what}"`, { at: from + statement.indexOf(what) });
  }
}

function setStatement(session: PgSession, { input }: QueryReader): Answer {
  input.next();
  const local = input.take('local');
  if (!local) input.take('session');
  if (input.isWord('transaction', 'characteristics', 'constraints')) {
    rest(input);
    return { tag: 'SET' };
  }
  if (input.isWord('authorization', 'role')) {
    rest(input);
    return { tag: 'SET' };
  }
  let name = input.next().text.toLowerCase();
  if (name === 'time' && input.take('zone')) name = 'timezone';
  else if (name === 'names') name = 'client_encoding';
  else {
    while (input.takeOperator('.')) name += `.${input.next().text}`;
    if (!input.takeOperator('=') && !input.take('to')) throw input.unexpected();
  }
  if (input.ended()) throw input.unexpected();
  if (input.take('default')) {
    session.resetSettings(name);
    return { tag: 'SET' };
  }
  const parts = input.list(() => {
    const sign = input.takeOperator('-') ? '-' : '';
    return sign + input.next().text;
  });
  while (input.takeOperator(';'));
  if (!input.ended()) throw input.unexpected();
  session.set(name, parts.join(', '));
  return { tag: 'SET' };
}
