/**
 * The language of Hunt:
 *
 *     source.ip = 203.0.113.7 and user.name != root and destination.port in (22, 2222) and message contains "wget" zanzibar last 24h
 *
 * Conditions hold all together, with or without `and` between them; words stand for themselves; `or` joins values of one field, which are then a list. More
 * cannot be asked of the API, and is refused here, where a person can be told which part it is.
 */
import { tokensOf, type Token } from './tokens.ts';
import {
  MAX_CONDITIONS,
  type Condition,
  type Expected,
  type FaultName,
  type HuntFault,
  type HuntQuery,
  type Op,
} from './query.ts';

export type Parsed =
  | { readonly ok: true; readonly query: HuntQuery }
  | { readonly ok: false; readonly fault: HuntFault };

const SIGNS: Readonly<Record<string, readonly [op: Op, not: boolean]>> = {
  '=': ['eq', false],
  '!=': ['eq', true],
  '>': ['gt', false],
  '>=': ['gte', false],
  '<': ['lt', false],
  '<=': ['lte', false],
};
const FIELD = /^[@\p{L}_][\p{L}\p{N}_.@-]*$/u;
const NETWORK = /^[0-9a-f:.]+\/\d{1,3}$/i;
const LAST = /^(\d{1,5})(m|h|d|w)$/;
const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** @param isField whether events have such a field; without it every name is taken */
export function parseHunt(text: string, isField: (name: string) => boolean = () => true): Parsed {
  try {
    return { ok: true, query: new Parser(text, isField).query() };
  } catch (error) {
    if (error instanceof Fault) return { ok: false, fault: error.fault };
    throw error;
  }
}

class Fault extends Error {
  readonly fault: HuntFault;
  constructor(fault: HuntFault) {
    super(fault.why);
    this.fault = fault;
  }
}

type Part = Condition | { readonly word: string };
interface Found {
  readonly part: Part;
  readonly from: number;
  readonly to: number;
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #end: number;
  readonly #isField: (name: string) => boolean;
  #at = 0;
  #lastMs: number | undefined;

  constructor(text: string, isField: (name: string) => boolean) {
    this.#tokens = tokensOf(text);
    this.#end = text.length;
    this.#isField = isField;
  }

  query(): HuntQuery {
    const parts = this.#all(undefined);
    const conditions = parts.flatMap(({ part }) => ('field' in part ? [part] : []));
    const beyond = parts.filter(({ part }) => 'field' in part)[MAX_CONDITIONS];
    if (beyond !== undefined) this.#fail('tooMany', 'joiner', beyond);
    const words = parts.flatMap(({ part }) => ('word' in part ? [part.word] : []));
    return { conditions, words, ...(this.#lastMs === undefined ? {} : { lastMs: this.#lastMs }) };
  }

  /** Until the bracket that closes, or the end. */
  #all(open: Token | undefined): Found[] {
    const parts: Found[] = [];
    let joined: Token | undefined;
    let either: Token | undefined;
    let [isFirst, hasAnd] = [true, false];
    for (;;) {
      const token = this.#peek();
      if (token === undefined) {
        if (joined !== undefined || (open !== undefined && isFirst)) this.#missing('noCondition', 'condition');
        if (open !== undefined) this.#fail('openBracket', 'joiner', open);
        break;
      }
      if (isSign(token, ')')) {
        if (open === undefined) this.#fail('strayBracket', 'joiner', token);
        if (joined !== undefined || isFirst) this.#fail('noCondition', 'condition', token);
        this.#at++;
        break;
      }
      if (isWord(token, 'and') || isWord(token, 'or')) {
        if (isFirst || joined !== undefined) this.#fail('strayJoiner', 'condition', token);
        if (isWord(token, 'or')) either ??= token;
        joined = token;
        this.#at++;
        continue;
      }
      const found = this.#one();
      if (parts.length > 0 && found.length > 0 && !isWord(joined, 'or')) hasAnd = true;
      parts.push(...found);
      isFirst = false;
      joined = undefined;
    }
    if (either === undefined) return parts;
    const merged = hasAnd ? undefined : mergeOr(parts);
    return merged === undefined ? this.#fail('orElsewhere', 'joiner', either) : [merged];
  }

  #one(): Found[] {
    const token = this.#peek();
    if (token === undefined) return this.#missing('noCondition', 'condition');
    if (isSign(token, '(')) {
      this.#at++;
      return this.#all(token);
    }
    if (isWord(token, 'not')) {
      this.#at++;
      const denied = this.#one();
      const [only] = denied;
      if (denied.length !== 1 || only === undefined || 'word' in only.part)
        this.#fail('notGroup', 'condition', { ...token, to: denied.at(-1)?.to ?? token.to });
      const { part } = only as Found & { part: Condition };
      return [{ ...only, from: token.from, part: { ...part, not: !part.not } }];
    }
    if (token.kind === 'sign') this.#fail('noCondition', 'condition', token);
    if (token.isOpen === true) this.#fail('openQuote', 'value', token);
    this.#at++;
    if (isWord(token, 'last') && this.#isTimeNext()) return this.#last();
    if (token.kind === 'word' && this.#isOperatorNext()) return [this.#condition(token)];
    return [{ part: { word: token.value }, from: token.from, to: token.to }];
  }

  #last(): Found[] {
    const token = this.#tokens[this.#at++]!;
    const [, count = '', unit = ''] = LAST.exec(token.value) ?? [];
    const ms = Number(count) * (UNIT_MS[unit] ?? 0);
    if (!(ms > 0)) this.#fail('noTime', 'time', token);
    if (this.#lastMs !== undefined) this.#fail('twoTimes', 'joiner', token);
    this.#lastMs = ms;
    return [];
  }

  #condition(name: Token): Found {
    const field = name.value;
    if (!FIELD.test(field) || !this.#isField(field)) this.#fail('noField', 'condition', name);
    const made = (op: Op, values: readonly string[], not: boolean): Found => ({
      part: { field, op, values, not },
      from: name.from,
      to: this.#tokens[this.#at - 1]!.to,
    });
    let token = this.#tokens[this.#at++]!;
    const sign = token.kind === 'sign' ? SIGNS[token.value] : undefined;
    if (sign !== undefined) return made(sign[0], [this.#value(field)], sign[1]);
    const not = isWord(token, 'not');
    if (not) token = this.#tokens[this.#at++] ?? this.#missing('noOperator', 'operator', field);
    switch (token.value.toLowerCase()) {
      case 'in':
        return this.#in(field, not, made);
      case 'contains':
        return made('contains', [this.#value(field)], not);
      case 'starts':
        if (isWord(this.#peek(), 'with')) this.#at++;
        return made('prefix', [this.#value(field)], not);
      case 'startswith':
        return made('prefix', [this.#value(field)], not);
      case 'exists':
        return made('exists', [], not);
      default:
        return this.#fail('noOperator', 'operator', token, field);
    }
  }

  #in(field: string, not: boolean, made: (op: Op, values: readonly string[], not: boolean) => Found): Found {
    const open = this.#peek();
    if (open !== undefined && open.kind === 'word' && NETWORK.test(open.value)) {
      this.#at++;
      return made('cidr', [open.value], not);
    }
    if (open === undefined) this.#missing('noList', 'list', field);
    if (!isSign(open, '(')) this.#fail('noList', 'list', open, field);
    this.#at++;
    const values = [this.#value(field)];
    for (;;) {
      const token = this.#peek();
      if (token === undefined) this.#fail('openBracket', 'value', open, field);
      this.#at++;
      if (isSign(token, ')')) break;
      if (!isSign(token, ',')) this.#fail('noList', 'list', token, field);
      values.push(this.#value(field));
    }
    return made('in', values, not);
  }

  #value(field: string): string {
    const token = this.#peek();
    if (token === undefined) return this.#missing('noValue', 'value', field);
    if (token.isOpen === true) this.#fail('openQuote', 'value', token, field);
    if (token.kind === 'sign' || isWord(token, 'and') || isWord(token, 'or'))
      this.#fail('noValue', 'value', token, field);
    this.#at++;
    return token.value;
  }

  #isTimeNext(): boolean {
    const next = this.#peek();
    return next !== undefined && next.kind === 'word' && /^\d/.test(next.value);
  }

  /** A name is a field's where an operator follows; else it is a word to look for. */
  #isOperatorNext(): boolean {
    const next = this.#peek();
    if (next === undefined || next.kind === 'text') return false;
    if (next.kind === 'sign') return SIGNS[next.value] !== undefined;
    const behind = this.#tokens[this.#at + 1];
    const isOperator = (token: Token | undefined): boolean =>
      ['in', 'contains', 'starts', 'startswith', 'exists'].some((one) => isWord(token, one));
    return isOperator(next) || (isWord(next, 'not') && isOperator(behind));
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#at];
  }

  #missing(why: FaultName, expected: Expected, field?: string): never {
    return this.#raise(why, expected, { from: this.#end, to: this.#end }, '', field);
  }

  #fail(
    why: FaultName,
    expected: Expected,
    at: { readonly from: number; readonly to: number; readonly value?: string },
    field?: string,
  ): never {
    return this.#raise(why, expected, at, at.value ?? '', field);
  }

  #raise(
    why: FaultName,
    expected: Expected,
    { from, to }: { readonly from: number; readonly to: number },
    found: string,
    field?: string,
  ): never {
    throw new Fault({ from, to, why, found, expected, ...(field === undefined ? {} : { field }) });
  }
}

/** Values of one field, any of which may be: one list of them. Undefined where it is not that. */
function mergeOr(parts: readonly Found[]): Found | undefined {
  const [first] = parts;
  const last = parts.at(-1);
  if (first === undefined || last === undefined || 'word' in first.part) return undefined;
  const values: string[] = [];
  for (const { part } of parts) {
    if ('word' in part || part.not || part.field !== first.part.field || (part.op !== 'eq' && part.op !== 'in'))
      return undefined;
    values.push(...part.values);
  }
  const part: Condition = { field: first.part.field, op: 'in', values: [...new Set(values)], not: false };
  return { part, from: first.from, to: last.to };
}

function isSign(token: Token, value: string): boolean {
  return token.kind === 'sign' && token.value === value;
}

function isWord(token: Token | undefined, value: string): boolean {
  return token?.kind === 'word' && token.value.toLowerCase() === value;
}
