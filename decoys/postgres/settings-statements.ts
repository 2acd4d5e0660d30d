/** SET, SHOW, RESET and DISCARD: the session's parameters. */
import type { QueryReader } from '../sql/parse-query.ts';
import { fault } from './pg-faults.ts';
import type { Answer, PgSession } from './pg-session.ts';
import { TEXT } from './pg-types.ts';
import { rest, type Handlers } from './statement-handler.ts';

export const settingsStatements: Handlers = {
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
};

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
