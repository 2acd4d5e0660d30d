/**
 * SQL injection: the text is read as what it would be inside a statement – as it stands, behind a quote that it closes, and behind a double quote – and
 * each reading is searched for grammar that only an injection has. Words alone prove nothing: "union was a great select" has no grammar.
 */
import type { Sign } from '../web-inspection.types.ts';
import { comparisonAt, conditionAt } from './sql-condition.ts';
import { expressionEnd, isFunctionCall, isLiteral } from './sql-expression.ts';
import { sqlFragment } from './sql-fragment.ts';
import { isSelect, isStatement } from './sql-statement.ts';
import type { SqlToken } from './sql-tokens.ts';
import { SqlView } from './sql-view.ts';
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
  const sql = new SqlView(text, from, broken);
  const found = broken ? closingAt(sql) : wholeStatement(sql);
  if (found !== undefined) return found;
  for (let i = 0; i < sql.tokens.length; i++) {
    const at = signAt(sql, i);
    if (at !== undefined) return at;
  }
  return undefined;
}

/** What may stand right behind the quote that was closed: a comment to the end, a concatenation, or a condition. */
function closingAt(sql: SqlView): string | undefined {
  let i = 0;
  while (sql.is(i, ')')) i++;
  const token = sql.tokens[i];
  if (token === undefined) return undefined;
  if (token.type === 'comment' && closesHere(sql, token)) return sql.evidence(0, i);
  if (token.type === ';' && (sql.is(i + 1, 'comment') || isStatement(sql, i + 1))) return sql.evidence(0, i + 1);
  const joins =
    token.text === '||' ||
    token.text === '+' ||
    token.text === '-' ||
    token.text === '*' ||
    token.text === '%' ||
    token.text === '&&';
  const next = sql.tokens[i + 1];
  if (
    joins &&
    next !== undefined &&
    (next.type === 'string' || isFunctionCall(next, sql.tokens[i + 2]) || (next.type === '(' && sql.opensSelect(i + 1)))
  )
    return isSqlLike(next) ? sql.evidence(0, i + 1) : undefined;
  if (token.type === 'logic' && expressionEnd(sql.tokens, i + 1) > i + 1) return conditionAt(sql, i, true);
  return token.type === 'compare' ? comparisonAt(sql, i) : undefined;
}

/** A whole statement as the value. */
function wholeStatement(sql: SqlView): string | undefined {
  return isStatement(sql, 0) ? sql.evidence(0, 4) : undefined;
}

function signAt(sql: SqlView, i: number): string | undefined {
  const token = sql.tokens[i]!;
  switch (token.type) {
    case 'keyword':
      return keywordSign(sql, i, token);
    case 'logic':
      return conditionAt(sql, i, false);
    case 'function':
      return TELLING_FUNCTIONS.has(token.text) && !sql.is(i + 2, ')') ? sql.evidence(i, i + 3) : undefined;
    case 'word':
      return CATALOGUES.has(token.text) && (sql.is(i + 1, '.') || sql.keywordAt(i - 1, 'from') || sql.is(i - 1, '.'))
        ? sql.evidence(i - 1, i + 2)
        : undefined;
    case 'variable':
      return token.text.startsWith('@@') && token.text.length > 4 ? sql.evidence(i, i) : undefined;
    case '(':
      return i === 0 && sql.isTautology(1) ? sql.evidence(0, 4) : undefined;
    case ';':
      return isStatement(sql, i + 1) ? sql.evidence(i, i + 4) : undefined;
    case 'comment':
      return commentedOut(sql, i, token);
    default:
      return undefined;
  }
}

function keywordSign(sql: SqlView, i: number, { text }: SqlToken): string | undefined {
  switch (text) {
    case 'union': {
      let next = i + 1;
      while (
        sql.keywordAt(next, 'all', 'distinct') ||
        sql.is(next, '(') ||
        sql.is(next, 'other') ||
        sql.textAt(next) === '-'
      )
        next++;
      return sql.keywordAt(next, 'select', 'values') && startsList(sql, next + 1)
        ? sql.evidence(i, next + 2)
        : undefined;
    }
    case 'select':
      return isSelect(sql, i) ? sql.evidence(i - 1, i + 5) : undefined;
    case 'order':
    case 'group':
      return sql.keywordAt(i + 1, 'by') && orderEnds(sql, i) ? sql.evidence(i, i + 3) : undefined;
    case 'having':
    case 'where':
      return sql.isTautology(i + 1) ? sql.evidence(i, i + 3) : undefined;
    case 'into':
      return sql.keywordAt(i + 1, 'outfile', 'dumpfile') ? sql.evidence(i, i + 2) : undefined;
    case 'waitfor':
      return sql.keywordAt(i + 1, 'delay') || sql.textAt(i + 1) === 'time' ? sql.evidence(i, i + 2) : undefined;
    case 'procedure':
      return sql.textAt(i + 1) === 'analyse' ? sql.evidence(i, i + 2) : undefined;
    case 'case':
      return sql.keywordAt(i + 1, 'when') && sql.hasAhead(i + 2, 'then') ? sql.evidence(i, i + 4) : undefined;
    default:
      return undefined;
  }
}

function startsList(sql: SqlView, i: number): boolean {
  const token = sql.tokens[i];
  if (token === undefined) return true;
  return (
    token.type !== 'word' || sql.broken || sql.is(i + 1, ',') || sql.keywordAt(i + 1, 'from') || sql.is(i + 1, '.')
  );
}

/** `order by 10--`, `' order by x`. */
function orderEnds(sql: SqlView, i: number): boolean {
  const token = sql.tokens[i + 2];
  if (token === undefined) return false;
  const behind = sql.tokens[i + 3];
  const before = sql.tokens[i - 1];
  const anchored = sql.broken || (before !== undefined && (isLiteral(before) || before.type === ')'));
  if (token.type === 'number')
    return behind === undefined ? anchored : behind.type === 'comment' || (anchored && behind.type === ',');
  return anchored && behind !== undefined && (behind.type === 'comment' || sql.keywordAt(i + 3, 'having'));
}

/** `1/**`, `1 --` and `x')--`: everything behind the value is cut off. */
function commentedOut(sql: SqlView, i: number, token: SqlToken): string | undefined {
  const before = sql.tokens[i - 1];
  const mark = sql.text.slice(token.at, token.at + 2);
  if (before === undefined) return undefined;
  if (mark === '/*') return before.type === 'number' && i === 1 ? sql.evidence(0, i) : undefined;
  const rest = sql.text.slice(token.at).trim();
  const short = rest.length <= 4 || (/^--[\s+]/.test(rest.slice(0, 3)) && rest.length <= 6);
  if (!short || mark.startsWith('#')) return undefined;
  return (before.type === 'number' && i <= 3) || before.type === ')' ? sql.evidence(i - 1, i) : undefined;
}

function closesHere(sql: SqlView, token: SqlToken): boolean {
  const rest = sql.text.slice(token.at, token.at + 64);
  const near = token.at - sql.from <= 4;
  return (
    near &&
    (rest.length <= 6 ||
      (token.at === sql.from && rest.startsWith('--')) ||
      rest.startsWith('/*') ||
      sql.tokens[0]!.type === ')')
  );
}

/** What follows a closing quote and a plus is SQL's string, and not JavaScript's. */
function isSqlLike(next: SqlToken): boolean {
  return next.type !== 'function' || FUNCTIONS.has(next.text) || TELLING_FUNCTIONS.has(next.text);
}
