/** Conditions that are added to a statement that waits for none. */
import { expressionEnd, isFunctionCall, isLiteral } from './sql-expression.ts';
import type { SqlToken } from './sql-tokens.ts';
import type { SqlView } from './sql-view.ts';
import { FUNCTIONS, TELLING_FUNCTIONS } from './sql-words.ts';

/** `… and 1=1`, `… or sleep(5)`, `… and (select …`, `' or 1--`. */
export function conditionAt(sql: SqlView, i: number, adjacent: boolean): string | undefined {
  const before = sql.tokens[i - 1];
  const operand = sql.skipUnary(i + 1);
  const token = sql.tokens[operand];
  if (token === undefined) return undefined;
  const end = expressionEnd(sql.tokens, operand);
  if (end === operand) return undefined;
  const literal = isLiteral(token) || sql.isLiteralInParentheses(operand);
  const call =
    isFunctionCall(token, sql.tokens[operand + 1]) && (FUNCTIONS.has(token.text) || TELLING_FUNCTIONS.has(token.text));
  if (sql.opensSelect(operand) || sql.keywordAt(operand, 'exists')) return sql.evidence(i, operand + 2);
  // `and (3020=3020)*6703`
  if (token.type === '(' && sql.isTautology(operand + 1)) return sql.evidence(i, operand + 3);
  // `1 = 1 or 1`
  if (literal && sql.tokens[end] === undefined && sql.is(i - 2, 'compare') && before !== undefined && isLiteral(before))
    return sql.evidence(i - 3, i + 1);
  const anchored =
    adjacent ||
    (before !== undefined && before.type !== 'word' && before.type !== 'other' && before.type !== 'logic') ||
    sql.broken;
  const operator = sql.tokens[end];
  if (operator !== undefined && (operator.type === 'compare' || operator.text === '||')) {
    const right = sql.skipUnary(end + 1);
    const other = sql.tokens[right];
    if (other === undefined) return undefined;
    const rightLiteral =
      isLiteral(other) ||
      isFunctionCall(other, sql.tokens[right + 1]) ||
      sql.keywordAt(right, 'null', 'true', 'false', 'select') ||
      sql.opensSelect(right);
    if ((literal || call) && rightLiteral) return sql.evidence(i, right);
    if (
      anchored &&
      (literal || call || rightLiteral) &&
      (adjacent || operator.text === '=' || operator.text === '<>' || !/[<>]/.test(operator.text))
    )
      return isSound(operator, token, other) ? sql.evidence(i, right) : undefined;
    if (adjacent && other.type === 'word' && token.type === 'word') return sql.evidence(i, right);
    return undefined;
  }
  if (call && anchored) return sql.evidence(i, operand + 1);
  const ends = operator === undefined || operator.type === 'comment';
  if (literal && adjacent && ends) return sql.evidence(i, end);
  return literal && operator?.type === 'comment' && anchored ? sql.evidence(i, end) : undefined;
}

/** `is not null` and the like count, `in the` and `is great` do not. */
function isSound(operator: SqlToken, left: SqlToken, right: SqlToken): boolean {
  if (!/^(?:in|is|not|between|like|match)$/.test(operator.text)) return true;
  return (
    right.type === 'string' ||
    right.type === '(' ||
    right.type === 'number' ||
    (isLiteral(left) && right.type === 'keyword')
  );
}

/** Behind a closed quote: `'='`, `' like '%`, `' in boolean mode) and …`. */
export function comparisonAt(sql: SqlView, i: number): string | undefined {
  const right = sql.tokens[i + 1];
  if (right === undefined || sql.tokens[i]!.text === 'not') return undefined;
  if (
    right.type === 'string' &&
    sql.tokens[i]!.at - sql.from <= 1 &&
    right.at - sql.tokens[i]!.end <= 1 &&
    right.text.length <= 16 &&
    sql.tokens.length <= 6
  )
    return sql.evidence(i, i + 1);
  return undefined;
}
