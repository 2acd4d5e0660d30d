/** Expressions of expressions, without needless layers. */
import type { Expression } from '../expression.ts';

export function allOf(parts: readonly Expression[]): Expression {
  return combine('all', parts);
}

export function anyOf(parts: readonly Expression[]): Expression {
  return combine('any', parts);
}

export function noneOf(parts: readonly Expression[]): Expression {
  return { kind: 'not', of: anyOf(parts) };
}

function combine(kind: 'all' | 'any', parts: readonly Expression[]): Expression {
  const of = parts.flatMap((part) => (part.kind === kind ? part.of : part));
  const [only] = of;
  if (only === undefined) return { kind: 'constant', value: kind === 'all' };
  return of.length === 1 ? only : { kind, of };
}
