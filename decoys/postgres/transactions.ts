/** Transactions and savepoints. */
import { fault } from './pg-faults.ts';
import { outside, rest, type Handler, type Handlers } from './statement-handler.ts';

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

export const transactions: Handlers = {
  begin,
  start: begin,
  commit,
  end: commit,
  rollback,
  abort: rollback,
  savepoint: (session, { input }) => {
    input.next();
    if (!session.store.inTransaction) throw outside('SAVEPOINT');
    session.store.savepoint(input.next().text);
    return { tag: 'SAVEPOINT' };
  },
  release: (session, { input }) => {
    input.next();
    input.take('savepoint');
    session.store.release(input.next().text);
    return { tag: 'RELEASE' };
  },
  lock: (session, { input }) => {
    rest(input);
    if (!session.store.inTransaction) throw outside('LOCK TABLE');
    return { tag: 'LOCK TABLE' };
  },
};
