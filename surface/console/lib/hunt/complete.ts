/** What could stand where the caret is: found by reading what is before it. */
import { parseHunt } from './parse.ts';
import { quote, tokensOf } from './tokens.ts';

export interface Place {
  readonly kind: 'field' | 'operator' | 'value' | 'joiner';
  /** What a choice replaces. */
  readonly from: number;
  readonly to: number;
  /** What is typed of it, in lower case. */
  readonly typed: string;
  /** Of which field an operator or a value is. */
  readonly field?: string;
}

export const OPERATORS = [
  '=',
  '!=',
  'in',
  'not in',
  'contains',
  'starts with',
  '>',
  '>=',
  '<',
  '<=',
  'exists',
  'not exists',
] as const;
export const JOINERS = ['and', 'or', 'last 24h'] as const;

const OPERATOR_START = /^(n(ot?)?|i|in|c\w*|s\w*|e\w*)$/i;

/** @param isField whether events have a field of this name */
export function placeAt(text: string, caret: number, isField: (name: string) => boolean): Place {
  const before = text.slice(0, caret);
  const tokens = tokensOf(before);
  const last = tokens.at(-1);
  // What touches the caret is being typed; signs are whole.
  const touching = last !== undefined && last.to === caret && last.kind !== 'sign' ? last : undefined;
  const from = touching?.from ?? caret;
  const typed = (touching?.value ?? '').toLowerCase();
  const done = touching === undefined ? tokens : tokens.slice(0, -1);
  const place = (kind: Place['kind'], field?: string): Place => ({
    kind,
    from,
    to: caret,
    typed,
    ...(field === undefined ? {} : { field }),
  });
  const parsed = parseHunt(before.slice(0, from));
  if (!parsed.ok) {
    const { expected, field, from: at, why } = parsed.fault;
    const isAtEnd = at >= before.slice(0, from).trimEnd().length || why === 'openBracket';
    if (isAtEnd && field !== undefined && (expected === 'value' || expected === 'list')) return place('value', field);
    return place('field');
  }
  const name = done.at(-1);
  if (
    name?.kind === 'word' &&
    isField(name.value) &&
    (typed === '' || OPERATOR_START.test(typed)) &&
    !isValue(before.slice(0, name.from))
  )
    return place('operator', name.value);
  if (done.length === 0 || touching !== undefined) return place('field');
  return place('joiner');
}

/** Whether what comes next is the value of a condition. */
function isValue(before: string): boolean {
  const parsed = parseHunt(before);
  return !parsed.ok && parsed.fault.expected === 'value';
}

/** The text with a choice in place of what was typed, and where the caret is then. */
export function withChoice(
  text: string,
  { from, to, kind }: Place,
  choice: string,
): { readonly text: string; readonly caret: number } {
  const put = `${kind === 'value' ? quote(choice) : choice} `;
  const rest = text.slice(to).replace(/^ /, '');
  return { text: text.slice(0, from) + put + rest, caret: from + put.length };
}

/** The question with one more condition; a click on a value adds it. */
export function withCondition(text: string, field: string, value: string | number | null, not: boolean): string {
  const condition =
    value === null ? `${field} ${not ? 'exists' : 'not exists'}` : `${field} ${not ? '!=' : '='} ${quote(value)}`;
  const before = text.trim();
  if (before === '') return condition;
  if (before.includes(condition)) return before;
  const hasOr = tokensOf(before).some(({ kind, value: word }) => kind === 'word' && word.toLowerCase() === 'or');
  return `${hasOr ? `(${before})` : before} and ${condition}`;
}
