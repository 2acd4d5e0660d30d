/** Where one statement ends and the next begins. */
import type { MysqlSession } from './mysql-session.ts';

const MAX_STATEMENTS = 1000;

/** The statements of a text, without what is only space and comment behind the last. */
export function statementsOf(session: MysqlSession, text: string): string[] {
  session.statement = text;
  const { input } = session.read(text);
  const statements: string[] = [];
  let from = 0;
  while (!input.ended()) {
    if (input.isOperator(';')) {
      const { at, end } = input.token;
      const statement = text.slice(from, at);
      if (statement.trim() !== '' || statements.length === 0) statements.push(statement);
      from = end;
      if (statements.length >= MAX_STATEMENTS) break;
    }
    input.next();
  }
  if (input.ended() && (text.slice(from).trim() !== '' || statements.length === 0)) statements.push(text.slice(from));
  return statements;
}
