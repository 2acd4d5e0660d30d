/** What a question means: conditions that all hold, words, and a time. */

/** The operators of the API's conditions. */
export type Op = 'eq' | 'in' | 'prefix' | 'contains' | 'gt' | 'gte' | 'lt' | 'lte' | 'cidr' | 'exists';

export interface Condition {
  readonly field: string;
  readonly op: Op;
  /** None for `exists`, several for `in`, else one. */
  readonly values: readonly string[];
  readonly not: boolean;
}

export interface HuntQuery {
  readonly conditions: readonly Condition[];
  /** Whole words, each of which stands somewhere in the event. */
  readonly words: readonly string[];
  /** `last 24h`: milliseconds. */
  readonly lastMs?: number;
}

/** What would go on where the question is wrong. */
export type Expected = 'condition' | 'operator' | 'value' | 'list' | 'time' | 'joiner';

export interface HuntFault {
  /** The wrong part; `from` equals `to` where something is missing at the end. */
  readonly from: number;
  readonly to: number;
  /** A name in the catalogue of words. */
  readonly why: FaultName;
  /** What was found there. */
  readonly found: string;
  readonly expected: Expected;
  /** Of which field, where one was named. */
  readonly field?: string;
}

export type FaultName =
  | 'noCondition'
  | 'noOperator'
  | 'noValue'
  | 'noList'
  | 'noTime'
  | 'openQuote'
  | 'openBracket'
  | 'strayBracket'
  | 'strayJoiner'
  | 'orElsewhere'
  | 'notGroup'
  | 'twoTimes'
  | 'tooMany'
  | 'noField';

/** The API takes no more conditions than these. */
export const MAX_CONDITIONS = 32;

/** As the API's parameters `filter` and `words` take it. */
export function filtersOf({ conditions, words }: HuntQuery): {
  readonly filter?: readonly string[];
  readonly words?: string;
} {
  return {
    ...(conditions.length === 0 ? {} : { filter: conditions.map(filterOf) }),
    ...(words.length === 0 ? {} : { words: words.join(' ') }),
  };
}

function filterOf({ field, op, values, not }: Condition): string {
  const value = op === 'exists' ? '' : op === 'in' ? `:${JSON.stringify(values)}` : `:${values[0] ?? ''}`;
  return `${not ? '!' : ''}${field}:${op}${value}`.toWellFormed();
}
