/**
 * SQL injection: the text is read as what it would be inside a statement – as it stands, behind a quote that it closes, and behind a double quote – and
 * each reading is searched for grammar that only an injection has. Words alone prove nothing: "union was a great select" has no grammar.
 */
import type { Sign } from '../web-inspection.types.ts';
import { expressionEnd, isFunctionCall, isLiteral } from './sql-expression.ts';
import { sqlFragment } from './sql-fragment.ts';
import { sqlTokens, type SqlToken } from './sql-tokens.ts';
import { CATALOGUES, FUNCTIONS, TELLING_FUNCTIONS } from './sql-words.ts';

/** A word that begins or joins SQL, or a comment or quote: without any of these no reading can succeed. */
const MAY_BE =
  /['"`;#@(=<>!]|^[xs]p_|--|\/\*|\b(?:union|select|or|and|order|group|having|insert|update|delete|drop|like|regexp|waitfor|exec|declare|alter|create|xor|rlike|from|into|collate|is|in)\b|\|\||&&/i;

export function sqlInjection(text: string): Sign | undefined {
  if (!MAY_BE.test(text)) return undefined;
  const found =
    /^\s{0,4}-?\d{1,10}\s{0,4}\/\*/.exec(text)?.[0] ??
    reading(text, 0, false) ??
    behind(text, "'") ??
    behind(text, '"') ??
    (text.includes('`') ? behind(text, '`') : undefined);
  if (found !== undefined) return { kind: 'sql-injection', evidence: found };
  const fragment = sqlFragment(text);
  return fragment === undefined ? undefined : { kind: 'sql-injection', evidence: fragment, confidence: 50 };
}

function behind(text: string, quote: string): string | undefined {
  const at = text.indexOf(quote);
  return at === -1 ? undefined : reading(text, at + 1, true);
}

/** Answers the telling part. */
function reading(text: string, from: number, broken: boolean): string | undefined {
  const tokens = sqlTokens(text, from);
  const reader = new Reading(text, tokens, from, broken);
  const found = broken ? reader.closing() : reader.statement();
  if (found !== undefined) return found;
  for (let i = 0; i < tokens.length; i++) {
    const at = reader.at(i);
    if (at !== undefined) return at;
  }
  return undefined;
}

class Reading {
  readonly #text: string;
  readonly #tokens: readonly SqlToken[];
  readonly #from: number;
  readonly #broken: boolean;

  constructor(text: string, tokens: readonly SqlToken[], from: number, broken: boolean) {
    this.#text = text;
    this.#tokens = tokens;
    this.#from = from;
    this.#broken = broken;
  }

  /** What may stand right behind the quote that was closed: a comment to the end, a concatenation, or a condition. */
  closing(): string | undefined {
    let i = 0;
    while (this.#is(i, ')')) i++;
    const token = this.#tokens[i];
    if (token === undefined) return undefined;
    if (token.type === 'comment' && this.#closesHere(token)) return this.#evidence(0, i);
    if (token.type === ';' && (this.#is(i + 1, 'comment') || this.#shapeOfStatement(i + 1)))
      return this.#evidence(0, i + 1);
    const joins =
      token.text === '||' ||
      token.text === '+' ||
      token.text === '-' ||
      token.text === '*' ||
      token.text === '%' ||
      token.text === '&&';
    const next = this.#tokens[i + 1];
    if (
      joins &&
      next !== undefined &&
      (next.type === 'string' ||
        isFunctionCall(next, this.#tokens[i + 2]) ||
        (next.type === '(' && this.#opensSelect(i + 1)))
    )
      return this.#sqlLike(next) ? this.#evidence(0, i + 1) : undefined;
    if (token.type === 'logic' && expressionEnd(this.#tokens, i + 1) > i + 1) return this.#condition(i, true);
    return token.type === 'compare' ? this.#comparison(i) : undefined;
  }

  /** A whole statement as the value. */
  statement(): string | undefined {
    return this.#shapeOfStatement(0) ? this.#evidence(0, 4) : undefined;
  }

  at(i: number): string | undefined {
    const token = this.#tokens[i]!;
    switch (token.type) {
      case 'keyword':
        return this.#keyword(i, token);
      case 'logic':
        return this.#condition(i, false);
      case 'function':
        return TELLING_FUNCTIONS.has(token.text) && !this.#is(i + 2, ')') ? this.#evidence(i, i + 3) : undefined;
      case 'word':
        return CATALOGUES.has(token.text) &&
          (this.#is(i + 1, '.') || this.#keywordAt(i - 1, 'from') || this.#is(i - 1, '.'))
          ? this.#evidence(i - 1, i + 2)
          : undefined;
      case 'variable':
        return token.text.startsWith('@@') && token.text.length > 4 ? this.#evidence(i, i) : undefined;
      case '(':
        return i === 0 && this.#tautology(1) ? this.#evidence(0, 4) : undefined;
      case ';':
        return this.#shapeOfStatement(i + 1) ? this.#evidence(i, i + 4) : undefined;
      case 'comment':
        return this.#commentedOut(i, token);
      default:
        return undefined;
    }
  }

  #keyword(i: number, { text }: SqlToken): string | undefined {
    switch (text) {
      case 'union': {
        let next = i + 1;
        while (
          this.#keywordAt(next, 'all', 'distinct') ||
          this.#is(next, '(') ||
          this.#is(next, 'other') ||
          this.#text_(next) === '-'
        )
          next++;
        return this.#keywordAt(next, 'select', 'values') && this.#startsList(next + 1)
          ? this.#evidence(i, next + 2)
          : undefined;
      }
      case 'select':
        return this.#select(i) ? this.#evidence(i - 1, i + 5) : undefined;
      case 'order':
      case 'group':
        return this.#keywordAt(i + 1, 'by') && this.#orderEnds(i) ? this.#evidence(i, i + 3) : undefined;
      case 'having':
      case 'where':
        return this.#tautology(i + 1) ? this.#evidence(i, i + 3) : undefined;
      case 'into':
        return this.#keywordAt(i + 1, 'outfile', 'dumpfile') ? this.#evidence(i, i + 2) : undefined;
      case 'waitfor':
        return this.#keywordAt(i + 1, 'delay') || this.#text_(i + 1) === 'time' ? this.#evidence(i, i + 2) : undefined;
      case 'procedure':
        return this.#text_(i + 1) === 'analyse' ? this.#evidence(i, i + 2) : undefined;
      case 'case':
        return this.#keywordAt(i + 1, 'when') && this.#someAhead(i + 2, 'then') ? this.#evidence(i, i + 4) : undefined;
      default:
        return undefined;
    }
  }

  /** `select` with a list that prose does not have, or with `from` behind a plain one inside parentheses. */
  #select(i: number): boolean {
    let next = i + 1;
    while (this.#keywordAt(next, 'all', 'distinct', 'top')) next++;
    const token = this.#tokens[next];
    if (token === undefined) return false;
    const opened = this.#is(i - 1, '(') || this.#keywordAt(i - 1, 'union', 'all', 'distinct');
    if (token.text === '*') return this.#someAhead(next + 1, 'from');
    if (
      isFunctionCall(token, this.#tokens[next + 1]) &&
      (FUNCTIONS.has(token.text) || TELLING_FUNCTIONS.has(token.text))
    )
      return true;
    if (token.type === 'variable' && token.text.startsWith('@')) return true;
    if (token.type === '(')
      return this.#keywordAt(next + 1, 'select', 'case') || opened || this.#someAhead(next, 'from');
    if (this.#keywordAt(next, 'case', 'null')) return true;
    if (isLiteral(token))
      return (
        opened ||
        this.#is(next + 1, ',') ||
        this.#is(next + 1, 'comment') ||
        this.#someAhead(next + 1, 'from') ||
        this.#keywordAt(next + 1, 'where', 'union')
      );
    if (token.type !== 'word') return false;
    // a, b from c · a.b from c · (select a from b) · a from b where
    let listed = opened;
    while (
      this.#is(next, 'word') &&
      (this.#is(next + 1, ',') ||
        this.#is(next + 1, '.') ||
        this.#text_(next + 1) === '||' ||
        this.#keywordAt(next + 1, 'as'))
    ) {
      listed = true;
      next += 2;
      while (this.#is(next, 'string') || this.#text_(next) === '||') next++;
    }
    if (!this.#keywordAt(next + 1, 'from')) return false;
    const behind = this.#tokens[next + 3];
    return (
      listed ||
      this.#broken ||
      (i === 0 && behind === undefined) ||
      (behind !== undefined &&
        (behind.type === 'comment' ||
          behind.type === ';' ||
          behind.type === '.' ||
          (behind.type === 'keyword' && /^(?:where|limit|order|group|union)$/.test(behind.text))))
    );
  }

  #startsList(i: number): boolean {
    const token = this.#tokens[i];
    if (token === undefined) return true;
    return (
      token.type !== 'word' ||
      this.#broken ||
      this.#is(i + 1, ',') ||
      this.#keywordAt(i + 1, 'from') ||
      this.#is(i + 1, '.')
    );
  }

  /** `… and 1=1`, `… or sleep(5)`, `… and (select …`, `' or 1--`. */
  #condition(i: number, adjacent: boolean): string | undefined {
    const before = this.#tokens[i - 1];
    const operand = this.#skipUnary(i + 1);
    const token = this.#tokens[operand];
    if (token === undefined) return undefined;
    const end = expressionEnd(this.#tokens, operand);
    if (end === operand) return undefined;
    const literal = isLiteral(token) || this.#literalInParentheses(operand);
    const call =
      isFunctionCall(token, this.#tokens[operand + 1]) &&
      (FUNCTIONS.has(token.text) || TELLING_FUNCTIONS.has(token.text));
    if (this.#opensSelect(operand) || this.#keywordAt(operand, 'exists')) return this.#evidence(i, operand + 2);
    // `and (3020=3020)*6703`
    if (token.type === '(' && this.#tautology(operand + 1)) return this.#evidence(i, operand + 3);
    // `1 = 1 or 1`
    if (
      literal &&
      this.#tokens[end] === undefined &&
      this.#is(i - 2, 'compare') &&
      before !== undefined &&
      isLiteral(before)
    )
      return this.#evidence(i - 3, i + 1);
    const anchored =
      adjacent ||
      (before !== undefined && before.type !== 'word' && before.type !== 'other' && before.type !== 'logic') ||
      this.#broken;
    const operator = this.#tokens[end];
    if (operator !== undefined && (operator.type === 'compare' || operator.text === '||')) {
      const right = this.#skipUnary(end + 1);
      const other = this.#tokens[right];
      if (other === undefined) return undefined;
      const rightLiteral =
        isLiteral(other) ||
        isFunctionCall(other, this.#tokens[right + 1]) ||
        this.#keywordAt(right, 'null', 'true', 'false', 'select') ||
        this.#opensSelect(right);
      if ((literal || call) && rightLiteral) return this.#evidence(i, right);
      if (
        anchored &&
        (literal || call || rightLiteral) &&
        (adjacent || operator.text === '=' || operator.text === '<>' || !/[<>]/.test(operator.text))
      )
        return this.#sound(operator, token, other) ? this.#evidence(i, right) : undefined;
      if (adjacent && other.type === 'word' && token.type === 'word') return this.#evidence(i, right);
      return undefined;
    }
    if (call && anchored) return this.#evidence(i, operand + 1);
    const ends = operator === undefined || operator.type === 'comment';
    if (literal && adjacent && ends) return this.#evidence(i, end);
    return literal && operator?.type === 'comment' && anchored ? this.#evidence(i, end) : undefined;
  }

  /** `is not null` and the like count, `in the` and `is great` do not. */
  #sound(operator: SqlToken, left: SqlToken, right: SqlToken): boolean {
    if (!/^(?:in|is|not|between|like|match)$/.test(operator.text)) return true;
    return (
      right.type === 'string' ||
      right.type === '(' ||
      right.type === 'number' ||
      (isLiteral(left) && right.type === 'keyword')
    );
  }

  /** Behind a closed quote: `'='`, `' like '%`, `' in boolean mode) and …`. */
  #comparison(i: number): string | undefined {
    const right = this.#tokens[i + 1];
    if (right === undefined || this.#tokens[i]!.text === 'not') return undefined;
    if (
      right.type === 'string' &&
      this.#tokens[i]!.at - this.#from <= 1 &&
      right.at - this.#tokens[i]!.end <= 1 &&
      right.text.length <= 16 &&
      this.#tokens.length <= 6
    )
      return this.#evidence(i, i + 1);
    return undefined;
  }

  #tautology(i: number): boolean {
    const left = this.#skipUnary(i);
    const end = expressionEnd(this.#tokens, left);
    const token = this.#tokens[left];
    if (token === undefined || end === left || this.#tokens[end]?.type !== 'compare') return false;
    const right = this.#tokens[this.#skipUnary(end + 1)];
    return right !== undefined && isLiteral(token) && isLiteral(right);
  }

  /** `order by 10--`, `' order by x`. */
  #orderEnds(i: number): boolean {
    const token = this.#tokens[i + 2];
    if (token === undefined) return false;
    const behind = this.#tokens[i + 3];
    const before = this.#tokens[i - 1];
    const anchored = this.#broken || (before !== undefined && (isLiteral(before) || before.type === ')'));
    if (token.type === 'number')
      return behind === undefined ? anchored : behind.type === 'comment' || (anchored && behind.type === ',');
    return anchored && behind !== undefined && (behind.type === 'comment' || this.#keywordAt(i + 3, 'having'));
  }

  /** `1/**`, `1 --` and `x')--`: everything behind the value is cut off. */
  #commentedOut(i: number, token: SqlToken): string | undefined {
    const before = this.#tokens[i - 1];
    const mark = this.#text.slice(token.at, token.at + 2);
    if (before === undefined) return undefined;
    if (mark === '/*') return before.type === 'number' && i === 1 ? this.#evidence(0, i) : undefined;
    const rest = this.#text.slice(token.at).trim();
    const short = rest.length <= 4 || (/^--[\s+]/.test(rest.slice(0, 3)) && rest.length <= 6);
    if (!short || mark.startsWith('#')) return undefined;
    return (before.type === 'number' && i <= 3) || before.type === ')' ? this.#evidence(i - 1, i) : undefined;
  }

  #closesHere(token: SqlToken): boolean {
    const rest = this.#text.slice(token.at, token.at + 64);
    const near = token.at - this.#from <= 4;
    return (
      near &&
      (rest.length <= 6 ||
        (token.at === this.#from && rest.startsWith('--')) ||
        rest.startsWith('/*') ||
        this.#tokens[0]!.type === ')')
    );
  }

  #shapeOfStatement(i: number): boolean {
    const token = this.#tokens[i];
    if (token === undefined || (token.type !== 'keyword' && token.type !== 'function')) return false;
    const next = this.#tokens[i + 1];
    const later = this.#tokens[i + 2];
    const stacked = i > 0;
    switch (token.text) {
      case 'select':
        return (
          this.#select(i) ||
          (stacked &&
            next !== undefined &&
            (isLiteral(next) || isFunctionCall(next, later) || next.type === 'variable'))
        );
      case 'insert':
      case 'replace':
        return (
          this.#keywordAt(i + 1, 'into') &&
          (this.#someAhead(i + 2, 'values') || this.#someAhead(i + 2, 'select') || stacked)
        );
      case 'update':
        return (
          (this.#text_(i + 2) === 'set' && this.#is(i + 4, 'compare')) ||
          (stacked && next?.type === 'word' && this.#text_(i + 2) === 'set')
        );
      case 'delete':
        return (
          this.#keywordAt(i + 1, 'from') &&
          (stacked || this.#keywordAt(i + 3, 'where') || this.#is(i + 3, ';') || this.#is(i + 3, 'comment'))
        );
      case 'drop':
      case 'alter':
      case 'create':
      case 'truncate':
        return (
          (this.#keywordAt(i + 1, 'table', 'database', 'procedure', 'function', 'index', 'view') ||
            /^(?:user|schema|login|trigger|assembly|extension)$/.test(this.#text_(i + 1))) &&
          later !== undefined &&
          (stacked ||
            this.#tokens.length <= 4 ||
            this.#is(i + 3, '(') ||
            this.#is(i + 3, ';') ||
            this.#is(i + 3, 'comment'))
        );
      case 'exec':
      case 'execute':
        return (
          next !== undefined &&
          (/^(?:xp_|sp_|master)/.test(next.text) ||
            next.type === 'variable' ||
            (stacked && (next.type === 'string' || next.type === '(' || this.#text_(i + 2) === '.')) ||
            this.#text_(i + 1) === 'immediate')
        );
      case 'declare':
        return next !== undefined && next.type === 'variable' && later !== undefined;
      case 'waitfor':
        return this.#keywordAt(i + 1, 'delay') || this.#text_(i + 1) === 'time';
      case 'shutdown':
        return (
          stacked &&
          (next === undefined || next.type === 'comment' || next.type === ';' || this.#keywordAt(i + 1, 'with'))
        );
      case 'begin':
        return (
          stacked &&
          next !== undefined &&
          (next.type !== 'word' || this.#is(i + 2, '.')) &&
          this.#someAhead(i + 1, 'end')
        );
      case 'call':
        return stacked && next !== undefined && (next.type === 'function' || this.#is(i + 2, '.'));
      case 'if':
        return stacked && next?.type === '(' && expressionEnd(this.#tokens, i + 2) > i + 2;
      case 'merge':
        return this.#keywordAt(i + 1, 'into', 'using');
      case 'grant':
      case 'revoke':
        return this.#someAhead(i + 1, 'on') && stacked;
      case 'handler':
        return later?.text === 'open' || later?.text === 'read';
      case 'load':
        return this.#keywordAt(i + 1, 'data') && later !== undefined && /^(?:local|infile)$/.test(later.text);
      default:
        return false;
    }
  }

  /** What follows a closing quote and a plus is SQL's string, and not JavaScript's. */
  #sqlLike(next: SqlToken): boolean {
    return next.type !== 'function' || FUNCTIONS.has(next.text) || TELLING_FUNCTIONS.has(next.text);
  }

  #literalInParentheses(i: number): boolean {
    let at = i;
    while (this.#is(at, '(')) at++;
    const token = this.#tokens[at];
    return at > i && token !== undefined && isLiteral(token);
  }

  #opensSelect(i: number): boolean {
    let at = i;
    while (this.#is(at, '(')) at++;
    return at > i && this.#keywordAt(at, 'select', 'exists', 'case');
  }

  #skipUnary(i: number): number {
    let at = i;
    while (/^(?:not|binary|-|\+|~|!)$/.test(this.#text_(at)) && at < i + 8) at++;
    return at;
  }

  #someAhead(i: number, word: string): boolean {
    for (let at = i; at < Math.min(i + 48, this.#tokens.length); at++) if (this.#text_(at) === word) return true;
    return false;
  }

  #is(i: number, type: SqlToken['type']): boolean {
    return this.#tokens[i]?.type === type;
  }

  #keywordAt(i: number, ...words: readonly string[]): boolean {
    const token = this.#tokens[i];
    return token !== undefined && token.type === 'keyword' && words.includes(token.text);
  }

  #text_(i: number): string {
    return this.#tokens[i]?.text ?? '';
  }

  #evidence(first: number, last: number): string {
    const start = this.#tokens[Math.max(0, first)]!.at;
    const end = this.#tokens[Math.min(last, this.#tokens.length - 1)]!.end;
    return this.#text.slice(this.#broken && first === 0 ? Math.max(0, this.#from - 1) : start, end);
  }
}
