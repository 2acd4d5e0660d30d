/** SET: variables of the session and of the server, character sets, passwords. */
import type { Expression } from '../sql/ast.types.ts';
import type { QueryReader } from '../sql/parse-query.ts';
import type { Value } from '../sql/values.ts';
import { changePassword } from './accounts.ts';
import { fault } from './mysql-faults.ts';
import type { Answer, MysqlSession } from './mysql-session.ts';
import { textOf } from './mysql-values.ts';
import { done, rest } from './statement-end.ts';

const OK: Answer = { affected: 0 };

export function setStatement(session: MysqlSession, reader: QueryReader): Answer {
  const { input, expressions } = reader;
  input.next();
  if (input.isWord('names') || (input.isWord('character') && input.peek().text === 'set') || input.isWord('charset')) {
    if (input.take('character')) input.next();
    else input.next();
    const charset = input.next().text;
    const collation = input.take('collate') ? input.next().text : undefined;
    done(input);
    if (charset !== 'default' && !session.server.variables.has('character_set_client')) return OK;
    const known =
      /^(utf8|utf8mb3|utf8mb4|latin1|ascii|binary|cp1251|cp1252|cp1250|gbk|gb2312|gb18030|big5|euckr|koi8r|sjis|latin2|greek|hebrew|cp850|cp866|ucs2|utf16|utf32|default)$/i.test(
        charset,
      );
    if (!known) throw fault(1115, '42000', `Unknown character set: '${charset}'`);
    for (const name of ['character_set_client', 'character_set_connection', 'character_set_results'])
      session.setSystemVariable(name, charset === 'utf8' && session.server.isMaria ? 'utf8mb3' : charset, false);
    session.setSystemVariable(
      'collation_connection',
      collation ??
        (charset === 'utf8mb4' ? session.collation : `${charset === 'utf8' ? 'utf8mb3' : charset}_general_ci`),
      false,
    );
    return OK;
  }
  if (input.isWord('password')) {
    changePassword(session, `set ${rest(input)}`);
    return OK;
  }
  if (
    input.isWord('transaction') ||
    (input.isWord('session', 'global', 'local') && input.peek().text === 'transaction')
  ) {
    rest(input);
    return OK;
  }
  if (input.take('role') || (input.take('statement') && false)) {
    rest(input);
    return OK;
  }
  input.list(() => assign(session, reader));
  // SET STATEMENT x=y FOR SELECT …
  if (input.take('for')) return session.execute(input.sql.slice(input.token.at));
  done(input);
  void expressions;
  return OK;
}

function assign(session: MysqlSession, reader: QueryReader): void {
  const { input } = reader;
  let global = input.take('global') || input.take('persist');
  if (!global && !input.take('session')) input.take('local');
  const { token } = input;
  let name: string;
  let own = false;
  if (token.kind === 'variable') {
    input.next();
    own = !token.text.startsWith('@@');
    name = token.text.replace(/^@+/, '').toLowerCase();
    const scoped = /^(global|session|local|persist)\.(.+)$/.exec(name);
    if (!own && scoped !== null) {
      global = scoped[1] === 'global' || scoped[1] === 'persist';
      name = scoped[2]!;
    }
  } else name = input.path().join('.').toLowerCase();
  if (!input.takeOperator('=') && !input.takeOperator(':=')) throw input.unexpected();
  const value = setValue(session, reader, name);
  if (own) session.setUserVariable(name, value);
  else {
    if (/general_log|slow_query_log|log_bin|sql_log/.test(name))
      session.watch.move(name.endsWith('_file') ? 'file-write' : 'disguise', `SET ${name} = ${textOf(value)}`);
    session.setSystemVariable(name, value, global);
  }
}

/** Words stand for themselves: `SET sql_mode = ANSI`, `SET x = ON`. */
function setValue(session: MysqlSession, reader: QueryReader, name: string): Value {
  const { input, expressions } = reader;
  if (input.isWord('default')) {
    input.next();
    return session.server.variables.get(name) ?? null;
  }
  if (
    input.token.kind === 'word' &&
    (input.peek().kind === 'end' || input.peek().text === ',' || input.peek().text === ';') &&
    !input.isWord('null')
  ) {
    const value = input.next().text;
    return value === 'on' || value === 'true' ? 1 : value === 'off' || value === 'false' ? 0 : value;
  }
  const expression: Expression = expressions.expression(2);
  return session.constant(expression);
}
