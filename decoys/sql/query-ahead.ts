/** Whether parentheses hold a query or an expression, told by looking ahead without reading. */
import type { TokenStream } from './token-stream.ts';

const FOLLOWS_QUERY = /^(union|except|intersect|minus|order|limit|offset|for|fetch)$/;

/**
 * Whether a query stands here, in as many parentheses as there may be, and not an expression that begins with one.
 * `inside`: the parenthesis that it would fill has been read.
 */
export function holdsQuery(input: TokenStream, inside: boolean): boolean {
  let ahead = 0;
  while (input.peek(ahead).kind === 'operator' && input.peek(ahead).text === '(') ahead++;
  const token = input.peek(ahead);
  if (token.kind !== 'word') return false;
  if (token.text === 'values') return ahead === 0 && input.flavour === 'postgres';
  if (token.text !== 'select' && token.text !== 'with') return false;
  // Each of the inner ones is followed by what may follow a query.
  for (let inner = inside ? ahead : ahead - 1, at = ahead; inner > 0; inner--) {
    at = closing(input, at);
    const next = input.peek(at);
    if (next.kind === 'end') return true;
    if (next.text !== ')' && !(next.kind === 'word' && FOLLOWS_QUERY.test(next.text))) return false;
    if (next.text !== ')') return true;
  }
  return true;
}

/** How far ahead the token is that stands behind the parenthesis in which the token `from` ahead is. */
function closing(input: TokenStream, from: number): number {
  let depth = 1;
  let at = from;
  for (; depth > 0 && input.peek(at).kind !== 'end'; at++) {
    const { kind, text } = input.peek(at);
    if (kind === 'operator' && text === '(') depth++;
    if (kind === 'operator' && text === ')') depth--;
  }
  return at;
}
