/**
 * The reference evaluator: what an expression means, written so that reading it is believing it. The compiled matcher is compared with it; nothing runs
 * it in production.
 */
import { foldCase } from './case-folding.ts';
import { parseTime } from './event-time.ts';
import { fieldOf, type EventRecord } from './event.ts';
import type { Comparison, Expression, GlobPiece, Predicate, Test } from './expression.ts';
import { inNetwork, parseNetwork } from './network.ts';
import { numberOf, someScalar, someScalarWithin, type Scalar } from './scalars.ts';
import { timePart } from './time-part.ts';

/** Whether the event (flat: see `nativeEvent`) is what the expression describes. */
export function matches(expression: Expression, event: EventRecord): boolean {
  switch (expression.kind) {
    case 'all':
      return expression.of.every((part) => matches(part, event));
    case 'any':
      return expression.of.some((part) => matches(part, event));
    case 'not':
      return !matches(expression.of, event);
    case 'constant':
      return expression.value;
    default:
      return meets(expression, event);
  }
}

function meets({ field, test }: Predicate, event: EventRecord): boolean {
  if (field === null) return someScalarWithin(event, (scalar) => scalarMeets(test, scalar, event));
  const value = fieldOf(event, field);
  if (test.kind === 'exists') return value !== undefined;
  if (test.kind === 'missing') return value === undefined || value === null;
  return someScalar(value, (scalar) => scalarMeets(test, scalar, event));
}

function scalarMeets(test: Test, scalar: Scalar, event: EventRecord): boolean {
  const text = String(scalar);
  switch (test.kind) {
    case 'equals':
    case 'startsWith':
    case 'endsWith':
    case 'contains':
      return textMeets(test.kind, test.cased ? text : foldCase(text), test.text);
    case 'glob':
      return globMatches(test.pieces, test.cased ? text : foldCase(text));
    case 'regex':
      return new RegExp(test.source, test.flags).test(text);
    case 'number':
      return scalar === test.value || scalar === String(test.value);
    case 'compare': {
      const number = numberOf(scalar);
      return number !== undefined && compare(test.op, number, test.value);
    }
    case 'cidr': {
      const network = parseNetwork(test.network);
      return network !== undefined && inNetwork(network, text);
    }
    case 'fieldRef': {
      const fold = test.cased ? (other: string): string => other : foldCase;
      return someScalar(fieldOf(event, test.field), (other) => textMeets(test.mode, fold(text), fold(String(other))));
    }
    case 'timePart': {
      const time = parseTime(scalar);
      return time !== undefined && compare(test.op, timePart(time, test.unit), test.value);
    }
    default:
      // `exists` and `missing` are about the field.
      return false;
  }
}

function textMeets(kind: 'equals' | 'startsWith' | 'endsWith' | 'contains', text: string, wanted: string): boolean {
  switch (kind) {
    case 'equals':
      return text === wanted;
    case 'startsWith':
      return text.startsWith(wanted);
    case 'endsWith':
      return text.endsWith(wanted);
    default:
      return text.includes(wanted);
  }
}

function compare(op: Comparison | 'eq', value: number, bound: number): boolean {
  switch (op) {
    case 'lt':
      return value < bound;
    case 'lte':
      return value <= bound;
    case 'gt':
      return value > bound;
    case 'gte':
      return value >= bound;
    default:
      return value === bound;
  }
}

/** The positions of the text at which what was read of the glob so far may end: one set after another, no backtracking. */
function globMatches(pieces: readonly GlobPiece[], text: string): boolean {
  let ends = new Set([0]);
  for (const piece of pieces) {
    const next = new Set<number>();
    if (piece === '*') for (let end = Math.min(...ends); end <= text.length; end++) next.add(end);
    else if (piece === '?') for (const end of ends) if (end < text.length) next.add(end + 1);
    if (typeof piece !== 'string')
      for (const end of ends) if (text.startsWith(piece.literal, end)) next.add(end + piece.literal.length);
    if (next.size === 0) return false;
    ends = next;
  }
  return ends.has(text.length);
}
