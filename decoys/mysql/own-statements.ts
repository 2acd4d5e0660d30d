/** Statements that only MySQL has, or writes in its own way: USE, transactions, prepared ones, rights, plug-ins; the others by their files. */
import type { QueryReader } from '../sql/parse-query.ts';
import type { TokenStream } from '../sql/token-stream.ts';
import { text } from './function.types.ts';
import { fault } from './mysql-faults.ts';
import type { Answer, MysqlSession } from './mysql-session.ts';
import { textOf } from './mysql-values.ts';
import { done, rest } from './statement-end.ts';
import { create, missingLibrary } from './create-statement.ts';
import { loadData } from './load-data.ts';
import { checksum, describe, maintenance } from './maintenance.ts';
import { setStatement } from './set-statement.ts';
import { show } from './show.ts';
import { changePassword, dropUsers, grant, revoke } from './accounts.ts';

const OK: Answer = { affected: 0 };

export class OwnStatements {
  readonly #session: MysqlSession;

  constructor(session: MysqlSession) {
    this.#session = session;
  }

  run(reader: QueryReader): Answer {
    const { input } = reader;
    const word = input.token.kind === 'word' ? input.token.text : '';
    const handler = Object.hasOwn(HANDLERS, word) ? HANDLERS[word] : undefined;
    if (handler === undefined) throw input.unexpected();
    return handler(this.#session, reader);
  }

  dropOther(what: string, names: readonly (readonly string[])[], optional: boolean): Answer {
    const session = this.#session;
    switch (what) {
      case 'user':
      case 'role': {
        dropUsers(session, names, optional);
        return OK;
      }
      case 'function':
      case 'procedure':
        if (!session.world.dropUdf(names[0]!.at(-1)!.toLowerCase()) && !optional)
          throw fault(1305, '42000', `${what.toUpperCase()} ${names[0]!.join('.')} does not exist`);
        return OK;
      case 'index':
        return OK;
      case 'trigger':
        if (!optional) throw fault(1360, 'HY000', 'Trigger does not exist');
        return OK;
      case 'event':
        if (!optional) throw fault(1539, 'HY000', `Unknown event '${names[0]!.at(-1)!}'`);
        return OK;
      default:
        return OK;
    }
  }
}

type Handler = (session: MysqlSession, reader: QueryReader) => Answer;

const transaction =
  (run: (session: MysqlSession, input: TokenStream) => void): Handler =>
  (session, { input }) => {
    input.next();
    run(session, input);
    while (!input.ended()) input.next();
    return OK;
  };

const ignored: Handler = (_, { input }) => {
  rest(input);
  return OK;
};

const HANDLERS: Readonly<Record<string, Handler>> = {
  show: (session, reader) => show(session, reader),
  use: (session, reader) => {
    const { input } = reader;
    input.next();
    const name = reader.input.name();
    done(input);
    session.useDatabase(name);
    return OK;
  },
  set: (session, reader) => setStatement(session, reader),
  desc: describe,
  describe,
  explain: describe,
  analyze: (session, { input }) => maintenance(session, input, 'analyze'),
  checksum: (session, { input }) => checksum(session, input),
  check: (session, { input }) => maintenance(session, input, 'check'),
  optimize: (session, { input }) => maintenance(session, input, 'optimize'),
  repair: (session, { input }) => maintenance(session, input, 'repair'),
  begin: transaction((session) => session.store.begin()),
  start: (session, { input }) => {
    input.next();
    if (input.isWord('slave', 'replica', 'all')) {
      rest(input);
      throw fault(
        1200,
        'HY000',
        'Misconfigured slave: MASTER_HOST was not set; Fix in config file or with CHANGE MASTER TO',
      );
    }
    input.expect('transaction');
    rest(input);
    session.store.commit();
    session.store.begin();
    return OK;
  },
  commit: transaction((session) => {
    session.store.commit();
    if (!session.autocommit) session.store.begin();
  }),
  rollback: (session, { input }) => {
    input.next();
    input.take('work');
    if (input.take('to')) {
      input.take('savepoint');
      const name = input.next().text;
      if (!session.store.rollbackTo(name)) throw fault(1305, '42000', `SAVEPOINT ${name} does not exist`);
      return OK;
    }
    done(input);
    session.store.rollback();
    if (!session.autocommit) session.store.begin();
    return OK;
  },
  savepoint: transaction((session, input) => {
    const name = input.next().text;
    // Outside of a transaction it is gone with its statement.
    if (session.store.inTransaction) session.store.savepoint(name);
  }),
  release: (session, { input }) => {
    input.next();
    input.expect('savepoint');
    const name = input.next().text;
    if (!session.store.release(name)) throw fault(1305, '42000', `SAVEPOINT ${name} does not exist`);
    return OK;
  },
  lock: ignored,
  unlock: ignored,
  flush: ignored,
  reset: (_, { input }) => {
    if (/^reset\s+master/i.test(rest(input))) throw fault(1186, 'HY000', 'Binlog closed, cannot RESET MASTER');
    return OK;
  },
  purge: ignored,
  cache: ignored,
  xa: ignored,
  signal: (_, { input }) => {
    rest(input);
    throw fault(1644, '45000', 'Unhandled user-defined exception condition');
  },
  do: (session, reader) => {
    reader.input.next();
    for (const expression of reader.input.list(() => reader.expressions.expression())) session.constant(expression);
    done(reader.input);
    return OK;
  },
  call: (session, reader) => {
    reader.input.next();
    const path = reader.input.path();
    rest(reader.input);
    throw fault(
      1305,
      '42000',
      `PROCEDURE ${path.length > 1 ? path.join('.') : `${session.currentDatabase}.${path[0]}`} does not exist`,
    );
  },
  kill: (session, { input }) => {
    input.next();
    input.take('hard');
    input.take('soft');
    const query = input.take('query');
    if (!query) input.take('connection');
    const id = Number(input.next().text);
    if (id === session.connectionId)
      throw query
        ? fault(1317, '70100', 'Query execution was interrupted')
        : fault(1927, '70100', 'Connection was killed');
    throw fault(1094, 'HY000', `Unknown thread id: ${id}`);
  },
  shutdown: (session, { input }) => {
    rest(input);
    session.watch.move('destroy', 'SHUTDOWN');
    throw fault(
      1227,
      '42000',
      'Access denied; you need (at least one of) the SHUTDOWN privilege(s) for this operation',
    );
  },
  grant: (session, { input }) => {
    grant(session, rest(input));
    return OK;
  },
  revoke: (session, { input }) => {
    revoke(session, rest(input));
    return OK;
  },
  rename: (session, reader) => {
    const { input } = reader;
    input.next();
    if (!input.take('table') && !input.take('tables')) {
      session.watch.move('privileges', rest(input));
      return OK;
    }
    for (const [from, to] of input.list(() => {
      const source = input.path();
      input.expect('to');
      return [source, input.path()] as const;
    })) {
      const { schema, table } = session.dialect.changeable(from, 0, 'RENAME');
      const target = to.length > 1 ? to[0]! : schema;
      if (session.store.table(target, to.at(-1)!) !== undefined)
        throw fault(1050, '42S01', `Table '${to.at(-1)!}' already exists`);
      session.store.remove(schema, table.name);
      session.store.put(target, { ...table, name: to.at(-1)! }, [], session.dialect.faults);
    }
    return OK;
  },
  create: (session, reader) => create(session, reader),
  alter: (session, { input }) => {
    const statement = rest(input);
    if (/^alter\s+user/i.test(statement)) changePassword(session, statement);
    return /^alter\s+(database|schema)/i.test(statement) ? { affected: 1 } : OK;
  },
  install: (session, { input }) => {
    const statement = rest(input);
    const library = /soname\s+['"]([^'"]*)['"]/i.exec(statement)?.[1] ?? '';
    session.watch.move('library', statement);
    throw missingLibrary(/\//.test(library) ? library : `/usr/lib/mysql/plugin/${library}`);
  },
  uninstall: (session, { input }) => {
    const statement = rest(input);
    session.watch.move('disguise', statement);
    throw fault(1305, '42000', `PLUGIN ${/(\w+)\s*$/.exec(statement)?.[1] ?? ''} does not exist`);
  },
  change: (session, { input }) => {
    const statement = rest(input);
    const host = /master_host\s*=\s*['"]([^'"]*)/i.exec(statement)?.[1];
    if (host !== undefined)
      session.watch.outbound(host, Number(/master_port\s*=\s*(\d+)/i.exec(statement)?.[1] ?? 3306), 'CHANGE MASTER');
    return OK;
  },
  prepare: (session, reader) => {
    const { input } = reader;
    input.next();
    const name = reader.input.name().toLowerCase();
    input.expect('from');
    const value = session.constant(reader.expressions.expression());
    done(input);
    const sql = textOf(value);
    session.checkTables(session.read(sql));
    session.prepare(name, sql);
    return { affected: 0, info: 'Statement prepared' };
  },
  execute: (session, reader) => {
    const { input } = reader;
    input.next();
    if (input.take('immediate')) {
      const sql = textOf(session.constant(reader.expressions.expression()));
      return session.execute(sql);
    }
    const name = reader.input.name();
    const sql = session.prepared.get(name.toLowerCase());
    if (sql === undefined) throw fault(1243, 'HY000', `Unknown prepared statement handler (${name}) given to EXECUTE`);
    const values = input.take('using') ? input.list(() => session.constant(reader.expressions.expression())) : [];
    done(input);
    return session.execute(sql, values);
  },
  deallocate: deallocate,
  handler: (session, reader) => {
    reader.input.next();
    session.dialect.changeable(reader.input.path(), 0, 'INSERT');
    rest(reader.input);
    throw fault(1031, 'HY000', 'Storage engine InnoDB of the table doesn’t have this option');
  },
  load: (session, reader) => loadData(session, reader),
  help: (_, { input }) => {
    rest(input);
    return {
      result: {
        columns: [
          { name: 'name', type: text(64) },
          { name: 'is_it_category', type: text(1) },
        ],
        rows: [],
      },
    };
  },
  binlog: (_, { input }) => {
    rest(input);
    throw fault(
      1609,
      'HY000',
      'The BINLOG statement of type `Table_map` was not preceded by a format description BINLOG statement',
    );
  },
};

function deallocate(session: MysqlSession, { input }: QueryReader): Answer {
  input.next();
  input.expect('prepare');
  const name = input.next().text;
  done(input);
  if (!session.prepared.delete(name))
    throw fault(1243, 'HY000', `Unknown prepared statement handler (${name}) given to DEALLOCATE PREPARE`);
  return OK;
}
