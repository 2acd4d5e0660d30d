/** Whether a statement begins at a token: more of its grammar than prose has by chance. */
import { isFunctionCall, isLiteral, expressionEnd } from './sql-expression.ts';
import type { SqlView } from './sql-view.ts';
import { FUNCTIONS, TELLING_FUNCTIONS } from './sql-words.ts';

export function isStatement(sql: SqlView, i: number): boolean {
  const token = sql.tokens[i];
  if (token === undefined || (token.type !== 'keyword' && token.type !== 'function')) return false;
  const next = sql.tokens[i + 1];
  const later = sql.tokens[i + 2];
  const stacked = i > 0;
  switch (token.text) {
    case 'select':
      return (
        isSelect(sql, i) ||
        (stacked && next !== undefined && (isLiteral(next) || isFunctionCall(next, later) || next.type === 'variable'))
      );
    case 'insert':
    case 'replace':
      return (
        sql.keywordAt(i + 1, 'into') && (sql.hasAhead(i + 2, 'values') || sql.hasAhead(i + 2, 'select') || stacked)
      );
    case 'update':
      return (
        (sql.textAt(i + 2) === 'set' && sql.is(i + 4, 'compare')) ||
        (stacked && next?.type === 'word' && sql.textAt(i + 2) === 'set')
      );
    case 'delete':
      return (
        sql.keywordAt(i + 1, 'from') &&
        (stacked || sql.keywordAt(i + 3, 'where') || sql.is(i + 3, ';') || sql.is(i + 3, 'comment'))
      );
    case 'drop':
    case 'alter':
    case 'create':
    case 'truncate':
      return (
        (sql.keywordAt(i + 1, 'table', 'database', 'procedure', 'function', 'index', 'view') ||
          /^(?:user|schema|login|trigger|assembly|extension)$/.test(sql.textAt(i + 1))) &&
        later !== undefined &&
        (stacked || sql.tokens.length <= 4 || sql.is(i + 3, '(') || sql.is(i + 3, ';') || sql.is(i + 3, 'comment'))
      );
    case 'exec':
    case 'execute':
      return (
        next !== undefined &&
        (/^(?:xp_|sp_|master)/.test(next.text) ||
          next.type === 'variable' ||
          (stacked && (next.type === 'string' || next.type === '(' || sql.textAt(i + 2) === '.')) ||
          sql.textAt(i + 1) === 'immediate')
      );
    case 'declare':
      return next !== undefined && next.type === 'variable' && later !== undefined;
    case 'waitfor':
      return sql.keywordAt(i + 1, 'delay') || sql.textAt(i + 1) === 'time';
    case 'shutdown':
      return (
        stacked && (next === undefined || next.type === 'comment' || next.type === ';' || sql.keywordAt(i + 1, 'with'))
      );
    case 'begin':
      return (
        stacked && next !== undefined && (next.type !== 'word' || sql.is(i + 2, '.')) && sql.hasAhead(i + 1, 'end')
      );
    case 'call':
      return stacked && next !== undefined && (next.type === 'function' || sql.is(i + 2, '.'));
    case 'if':
      return stacked && next?.type === '(' && expressionEnd(sql.tokens, i + 2) > i + 2;
    case 'merge':
      return sql.keywordAt(i + 1, 'into', 'using');
    case 'grant':
    case 'revoke':
      return sql.hasAhead(i + 1, 'on') && stacked;
    case 'handler':
      return later?.text === 'open' || later?.text === 'read';
    case 'load':
      return sql.keywordAt(i + 1, 'data') && later !== undefined && /^(?:local|infile)$/.test(later.text);
    default:
      return false;
  }
}

/** `select` with a list that prose does not have, or with `from` behind a plain one inside parentheses. */
export function isSelect(sql: SqlView, i: number): boolean {
  let next = i + 1;
  while (sql.keywordAt(next, 'all', 'distinct', 'top')) next++;
  const token = sql.tokens[next];
  if (token === undefined) return false;
  const opened = sql.is(i - 1, '(') || sql.keywordAt(i - 1, 'union', 'all', 'distinct');
  if (token.text === '*') return sql.hasAhead(next + 1, 'from');
  if (isFunctionCall(token, sql.tokens[next + 1]) && (FUNCTIONS.has(token.text) || TELLING_FUNCTIONS.has(token.text)))
    return true;
  if (token.type === 'variable' && token.text.startsWith('@')) return true;
  if (token.type === '(') return sql.keywordAt(next + 1, 'select', 'case') || opened || sql.hasAhead(next, 'from');
  if (sql.keywordAt(next, 'case', 'null')) return true;
  if (isLiteral(token))
    return (
      opened ||
      sql.is(next + 1, ',') ||
      sql.is(next + 1, 'comment') ||
      sql.hasAhead(next + 1, 'from') ||
      sql.keywordAt(next + 1, 'where', 'union')
    );
  if (token.type !== 'word') return false;
  // a, b from c · a.b from c · (select a from b) · a from b where
  let listed = opened;
  while (
    sql.is(next, 'word') &&
    (sql.is(next + 1, ',') || sql.is(next + 1, '.') || sql.textAt(next + 1) === '||' || sql.keywordAt(next + 1, 'as'))
  ) {
    listed = true;
    next += 2;
    while (sql.is(next, 'string') || sql.textAt(next) === '||') next++;
  }
  if (!sql.keywordAt(next + 1, 'from')) return false;
  const behind = sql.tokens[next + 3];
  return (
    listed ||
    sql.broken ||
    (i === 0 && behind === undefined) ||
    (behind !== undefined &&
      (behind.type === 'comment' ||
        behind.type === ';' ||
        behind.type === '.' ||
        (behind.type === 'keyword' && /^(?:where|limit|order|group|union)$/.test(behind.text))))
  );
}
