/** Just enough of SQL's expressions to know where an operand ends. */
import type { SqlToken } from './sql-tokens.ts';

/** Tokens that one parenthesis may hold: keeps the search linear whatever nests. */
const MAX_INSIDE = 256;
const CONSTANTS = new Set(['null', 'true', 'false']);

export function isLiteral(token: SqlToken): boolean {
  return (
    token.type === 'number' ||
    token.type === 'string' ||
    (token.type === 'variable' && token.text.startsWith('@')) ||
    (token.type === 'keyword' && CONSTANTS.has(token.text))
  );
}

/** Also keywords and comparisons that are functions with a parenthesis: `if(`, `left(`, `like(`. */
export function isFunctionCall(token: SqlToken, next: SqlToken | undefined): boolean {
  return (
    token.type === 'function' ||
    ((token.type === 'keyword' || token.type === 'compare') && next?.type === '(' && token.text !== 'select')
  );
}

/**
 * The index behind the operand that begins at `i` with the arithmetic, members and casts that hang on it; `i` where none begins. An operand whose
 * parenthesis is never closed ends with the tokens.
 */
export function expressionEnd(tokens: readonly SqlToken[], i: number): number {
  let at = operandEnd(tokens, i);
  if (at === i) return i;
  for (;;) {
    const token = tokens[at];
    if (token === undefined) return at;
    const joined = token.type === 'arithmetic' || token.type === '.' || token.text === '::' || token.text === '||';
    if (!joined) return at;
    let next = at + 1;
    while (tokens[next]?.type === 'arithmetic') next++;
    const end = operandEnd(tokens, next);
    if (end === next) return at;
    at = end;
  }
}

function operandEnd(tokens: readonly SqlToken[], i: number): number {
  const token = tokens[i];
  if (token === undefined) return i;
  if (token.type === '(') return closing(tokens, i);
  if (isFunctionCall(token, tokens[i + 1])) return closing(tokens, i + 1);
  return isLiteral(token) || token.type === 'word' || token.type === 'variable' ? i + 1 : i;
}

function closing(tokens: readonly SqlToken[], open: number): number {
  let depth = 0;
  const end = Math.min(tokens.length, open + MAX_INSIDE);
  for (let at = open; at < end; at++) {
    const { type } = tokens[at]!;
    if (type === '(') depth++;
    else if (type === ')' && --depth === 0) return at + 1;
  }
  return end;
}
