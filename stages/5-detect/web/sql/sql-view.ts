/** The tokens of one reading of a text, and what may be asked about them: what stands where, and whether it has a telling shape. */
import { expressionEnd, isLiteral } from './sql-expression.ts';
import { sqlTokens, type SqlToken } from './sql-tokens.ts';

export class SqlView {
  readonly text: string;
  readonly tokens: readonly SqlToken[];
  /** Where in the text the reading begins. */
  readonly from: number;
  /** True behind a quote that the text closes. */
  readonly broken: boolean;

  constructor(text: string, from: number, broken: boolean) {
    this.text = text;
    this.tokens = sqlTokens(text, from);
    this.from = from;
    this.broken = broken;
  }

  is(i: number, type: SqlToken['type']): boolean {
    return this.tokens[i]?.type === type;
  }

  keywordAt(i: number, ...words: readonly string[]): boolean {
    const token = this.tokens[i];
    return token !== undefined && token.type === 'keyword' && words.includes(token.text);
  }

  textAt(i: number): string {
    return this.tokens[i]?.text ?? '';
  }

  hasAhead(i: number, word: string): boolean {
    for (let at = i; at < Math.min(i + 48, this.tokens.length); at++) if (this.textAt(at) === word) return true;
    return false;
  }

  skipUnary(i: number): number {
    let at = i;
    while (/^(?:not|binary|-|\+|~|!)$/.test(this.textAt(at)) && at < i + 8) at++;
    return at;
  }

  isLiteralInParentheses(i: number): boolean {
    let at = i;
    while (this.is(at, '(')) at++;
    const token = this.tokens[at];
    return at > i && token !== undefined && isLiteral(token);
  }

  opensSelect(i: number): boolean {
    let at = i;
    while (this.is(at, '(')) at++;
    return at > i && this.keywordAt(at, 'select', 'exists', 'case');
  }

  isTautology(i: number): boolean {
    const left = this.skipUnary(i);
    const end = expressionEnd(this.tokens, left);
    const token = this.tokens[left];
    if (token === undefined || end === left || this.tokens[end]?.type !== 'compare') return false;
    const right = this.tokens[this.skipUnary(end + 1)];
    return right !== undefined && isLiteral(token) && isLiteral(right);
  }

  evidence(first: number, last: number): string {
    const start = this.tokens[Math.max(0, first)]!.at;
    const end = this.tokens[Math.min(last, this.tokens.length - 1)]!.end;
    return this.text.slice(this.broken && first === 0 ? Math.max(0, this.from - 1) : start, end);
  }
}
