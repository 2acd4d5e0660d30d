/** How tightly operators bind on each server: the higher number keeps its operands. The same number associates to the left. */
import type { Flavour, Token } from './tokens.ts';

export const ASSIGNMENT = 1;
export const NOT = 5;
export const IS = 6;
/** The predicates in words: IN, LIKE, BETWEEN. */
export const PREDICATE = 7;
/** What PostgreSQL has no number of its own for (`||`, `~`, `->`), and the least that the operand of a predicate binds. */
export const OTHER_OPERATOR = 8;
export const TIME_ZONE = 12;
export const UNARY = 14;
/** Tighter than each operator: a name, a call, a literal or what stands in parentheses. */
export const PRIMARY = 15;

const MYSQL_BINARY: Readonly<Record<string, number>> = {
  ':=': ASSIGNMENT,
  or: 2,
  '||': 2,
  xor: 3,
  and: 4,
  '&&': 4,
  '=': 7,
  '<=>': 7,
  '>=': 7,
  '>': 7,
  '<=': 7,
  '<': 7,
  '<>': 7,
  '!=': 7,
  sounds: 7,
  '|': 8,
  '&': 9,
  '<<': 10,
  '>>': 10,
  '+': 11,
  '-': 11,
  '*': 12,
  '/': 12,
  div: 12,
  '%': 12,
  mod: 12,
  '^': 13,
  '->': 16,
  '->>': 16,
};
const POSTGRES_BINARY: Readonly<Record<string, number>> = {
  or: 2,
  and: 4,
  '=': 6,
  '<': 6,
  '>': 6,
  '<=': 6,
  '>=': 6,
  '<>': 6,
  '!=': 6,
  '+': 9,
  '-': 9,
  '*': 10,
  '/': 10,
  '%': 10,
  '^': 11,
};

/** The binding of the operator that this token is, or undefined where it is none. */
export function bindingOf({ kind, text }: Token, flavour: Flavour): number | undefined {
  const table = flavour === 'mysql' ? MYSQL_BINARY : POSTGRES_BINARY;
  if (Object.hasOwn(table, text)) return table[text];
  return flavour === 'postgres' && kind === 'operator' && /^[-+*/<>=~!@#%^&|`?]+$/.test(text)
    ? OTHER_OPERATOR
    : undefined;
}
