/** The end of a statement: whatever is left of it, or nothing. */
import type { TokenStream } from '../sql/token-stream.ts';

export function rest(input: TokenStream): string {
  const from = input.token.at;
  while (!input.ended()) input.next();
  return input.sql.slice(from).replace(/;\s*$/, '');
}

export function done(input: TokenStream): void {
  while (input.takeOperator(';'));
  if (!input.ended()) throw input.unexpected();
}
