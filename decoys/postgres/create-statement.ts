/** CREATE of what is no table: roles, extensions, functions, indexes; what else can be made is believed. */
import type { QueryReader } from '../sql/parse-query.ts';
import { catalogData } from './catalog-data.ts';
import { fault, pgFaults } from './pg-faults.ts';
import type { Answer, PgSession } from './pg-session.ts';
import { rest } from './statement-handler.ts';

const MAX_ROLES = 200;

export function create(session: PgSession, { input }: QueryReader): Answer {
  const from = input.token.at;
  const statement = rest(input);
  const [, what = ''] =
    /^create\s+(?:or\s+replace\s+)?(?:unique\s+|temp\s+|temporary\s+|trusted\s+|procedural\s+|constraint\s+|materialized\s+)*(\w+)/i.exec(
      statement,
    ) ?? [];
  switch (what.toLowerCase()) {
    case 'user':
    case 'role':
    case 'group':
      return createRole(session, statement);
    case 'extension':
      return createExtension(session, statement);
    case 'function':
    case 'procedure':
      return createRoutine(session, statement, what.toUpperCase());
    case 'index':
      return createIndex(session, statement);
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

function createRole(session: PgSession, statement: string): Answer {
  const name = /^create\s+\w+\s+"?([\w$]+)/i.exec(statement)?.[1]?.toLowerCase() ?? '';
  if (session.world.roles.some((role) => role.name === name))
    throw fault('42710', `role "${name}" already exists`, { where: ['CreateRole', 'user.c', 308] });
  session.watch.move('account', statement);
  if (session.world.roles.length < MAX_ROLES)
    session.world.roles.push({
      name,
      oid: session.world.oid(),
      superuser: /\bsuperuser\b/i.test(statement),
      secret: null,
    });
  return { tag: 'CREATE ROLE' };
}

function createExtension(session: PgSession, statement: string): Answer {
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
    session.notice('42710', `extension "${name}" already exists, skipping`, ['CreateExtension', 'extension.c', 2099]);
  }
  session.world.extensions.add(name);
  session.world.touch();
  if (/^pl|dblink|file_fdw|adminpack/.test(name)) session.watch.move('library', statement);
  return { tag: 'CREATE EXTENSION' };
}

/** `kind`: FUNCTION or PROCEDURE. */
function createRoutine(session: PgSession, statement: string, kind: string): Answer {
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
  return { tag: `CREATE ${kind}` };
}

function createIndex(session: PgSession, statement: string): Answer {
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

/** Refuses one that is not installed. */
export function needLanguage(session: PgSession, language: string): void {
  if (['plpgsql', 'sql', 'c', 'internal'].includes(language) || session.world.extensions.has(language)) return;
  throw fault('42704', `language "${language}" does not exist`, {
    ...(/^pl(python|perl|tcl)/.test(language)
      ? { hint: 'Use CREATE EXTENSION to load the language into the database.' }
      : {}),
    where: ['CreateFunction', 'functioncmds.c', 1119],
  });
}
