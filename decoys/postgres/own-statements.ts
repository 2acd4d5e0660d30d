/** Statements that only PostgreSQL has, or writes in its own way. */
import { compileQuery } from '../sql/compile-query.ts';
import type { QueryReader } from '../sql/parse-query.ts';
import { catalogTable } from './catalog-data.ts';
import { copy } from './copy.ts';
import { create, needLanguage } from './create-statement.ts';
import { fault } from './pg-faults.ts';
import type { Answer, PgSession } from './pg-session.ts';
import { TEXT } from './pg-types.ts';
import { preparedStatements } from './prepared-statements.ts';
import { settingsStatements } from './settings-statements.ts';
import { rest, tagged, type Handler, type Handlers } from './statement-handler.ts';
import { transactions } from './transactions.ts';

const MAX_CHANNELS = 100;

/** Refuses what begins with no word that it knows. */
export function runOwn(session: PgSession, reader: QueryReader): Answer {
  const { input } = reader;
  const word = input.token.kind === 'word' ? input.token.text : '';
  const handler = Object.hasOwn(HANDLERS, word) ? HANDLERS[word] : undefined;
  if (handler === undefined) throw input.unexpected();
  return handler(session, reader);
}

const HANDLERS: Handlers = {
  ...transactions,
  ...settingsStatements,
  ...preparedStatements,
  create,
  copy,
  explain: (session, reader) => {
    const { input } = reader;
    input.next();
    if (input.isOperator('('))
      input.parenthesised(() => {
        while (!input.isOperator(')') && !input.ended()) input.next();
      });
    while (input.isWord('analyze', 'verbose')) input.next();
    let plan = 'Result  (cost=0.00..0.01 rows=1 width=4)';
    if (reader.startsQuery()) {
      // Worked out for its faults alone.
      compileQuery(session.dialect, reader.query()).run(undefined);
      const from = /\bfrom\s+"?([\w.]+)/i.exec(input.sql)?.[1];
      if (from !== undefined) plan = `Seq Scan on ${from}  (cost=0.00..11.30 rows=130 width=68)`;
    } else rest(input);
    return { tag: 'EXPLAIN', result: { columns: [{ name: 'QUERY PLAN', type: TEXT }], rows: [[plan]] } };
  },
  vacuum: tagged('VACUUM'),
  analyze: tagged('ANALYZE'),
  analyse: tagged('ANALYZE'),
  checkpoint: tagged('CHECKPOINT'),
  cluster: tagged('CLUSTER'),
  reindex: tagged('REINDEX'),
  listen: (session, { input }) => {
    input.next();
    if (session.listening.size < MAX_CHANNELS) session.listening.add(input.next().text);
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
  call: (_, { input }) => {
    input.next();
    const path = input.path();
    rest(input);
    throw fault('42883', `procedure ${path.join('.')}() does not exist`, {
      hint: 'No procedure matches the given name and argument types. You might need to add explicit type casts.',
    });
  },
  grant: permission('GRANT'),
  revoke: permission('REVOKE'),
  alter: (session, { input }) => {
    const statement = rest(input);
    const [, what = 'SYSTEM'] = /^alter\s+(\w+)/i.exec(statement) ?? [];
    if (/^alter\s+(user|role)/i.test(statement)) session.watch.move('privileges', statement);
    if (/^alter\s+system/i.test(statement)) session.watch.move('persistence', statement);
    return {
      tag: `ALTER ${/user/i.test(what) ? 'ROLE' : /default/i.test(what) ? 'DEFAULT PRIVILEGES' : what.toUpperCase()}`,
    };
  },
  import: tagged('IMPORT FOREIGN SCHEMA'),
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
