/** Statements and cursors that live on under a name. */
import { compileQuery } from '../sql/compile-query.ts';
import { parseTypeName } from '../sql/parse-type.ts';
import { typeFor } from './conversions.ts';
import { fault } from './pg-faults.ts';
import { outside, rest, type Handlers } from './statement-handler.ts';

const MAX_CURSORS = 100;

export const preparedStatements: Handlers = {
  prepare: (session, { input }) => {
    input.next();
    const name = input.name();
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
    if (session.cursors.size < MAX_CURSORS)
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
};
