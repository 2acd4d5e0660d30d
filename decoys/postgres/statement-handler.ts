/** How statements that PostgreSQL reads itself are answered, and what several of them refuse. */
import type { QueryReader } from '../sql/parse-query.ts';
import type { TokenStream } from '../sql/token-stream.ts';
import { fault } from './pg-faults.ts';
import type { Answer, PgSession } from './pg-session.ts';

/** The first word has been seen and not read. */
export type Handler = (session: PgSession, reader: QueryReader) => Answer;
export type Handlers = Readonly<Record<string, Handler>>;

/** The text from here to the end of the statement, which is read over. */
export function rest(input: TokenStream): string {
  const from = input.token.at;
  while (!input.ended()) input.next();
  return input.sql.slice(from).replace(/;\s*$/, '').trim();
}

/** A statement that is read over and believed. */
export const tagged =
  (tag: string): Handler =>
  (_, { input }) => {
    rest(input);
    return { tag };
  };

export function outside(what: string): Error {
  return fault('25P01', `${what} can only be used in transaction blocks`, {
    where: ['CheckTransactionBlock', 'xact.c', 3590],
  });
}
