/**
 * SQL cut into tokens, of every dialect at once, without sense: enough to see its grammar. Comments between words vanish, the content of
 * MySQL's executable comments stays. One pass, at most `MAX_TOKENS`.
 */
export type SqlTokenType =
  /** Number, hexadecimal and binary literals included. */
  | 'number'
  /** Quoted, closed or not. */
  | 'string'
  | 'word'
  | 'keyword'
  /** A word with `(` behind it that is no keyword. */
  | 'function'
  /** `@x`, `@@x`, `:x`. */
  | 'variable'
  /** and, or, xor, &&, || */
  | 'logic'
  /** Comparisons. */
  | 'compare'
  /** Arithmetic and concatenation. */
  | 'arithmetic'
  | '('
  | ')'
  | ','
  | ';'
  | '.'
  /** To the end of the text. */
  | 'comment'
  | 'other';

export interface SqlToken {
  readonly type: SqlTokenType;
  /** Lower case; of strings the content. */
  readonly text: string;
  readonly at: number;
  readonly end: number;
}

const MAX_TOKENS = 4096;
const KEYWORDS = new Set(
  `select union all distinct from where having group order by limit offset insert into values update set delete drop alter create truncate table database
   procedure function index view exec execute declare waitfor delay case when then else end null true false as on join inner outer left right
   cross natural call begin shutdown grant revoke merge replace handler open read load data infile outfile dumpfile top cast returning with recursive
   if exists use kill rename unlock lock do start commit rollback intersect except minus using convert escape binary any some collate for print attach`
    .split(/\s+/)
    .filter((word) => word !== ''),
);
const LOGIC = new Set(['and', 'or', 'xor', 'div', 'mod']);
const COMPARE = new Set([
  'like',
  'rlike',
  'regexp',
  'between',
  'in',
  'is',
  'not',
  'sounds',
  'glob',
  'similar',
  'ilike',
  'soundex',
  'match',
]);

/** @param from where to begin: behind the quote that the attacker closes */
export function sqlTokens(text: string, from = 0): SqlToken[] {
  const tokens: SqlToken[] = [];
  const push = (type: SqlTokenType, at: number, end: number, value?: string): number => {
    tokens.push({ type, text: value ?? text.slice(at, end), at, end });
    return end;
  };
  let i = from;
  while (i < text.length && tokens.length < MAX_TOKENS) {
    const code = text.charCodeAt(i);
    if (code <= 0x20 || code === 0xa0) i++;
    else if (isWordStart(code)) i = word(text, i, push);
    else if (isDigit(code)) i = number(text, i, push);
    else if (code === 0x27 || code === 0x22) i = quoted(text, i, code, push);
    else if (code === 0x60) i = backtick(text, i, push);
    else i = punctuation(text, i, code, push);
  }
  return tokens;
}

type Push = (type: SqlTokenType, at: number, end: number, value?: string) => number;

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isWordStart(code: number): boolean {
  const lower = code | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || code === 0x5f || code > 0xa0;
}

function wordEnd(text: string, at: number): number {
  let end = at;
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end);
    if (!isWordStart(code) && !isDigit(code) && code !== 0x24) break;
  }
  return end;
}

function word(text: string, at: number, push: Push): number {
  const end = wordEnd(text, at);
  const next = text.charCodeAt(end);
  // N'text', x'6162', _utf8'text', q'[text]'
  if (next === 0x27 && end - at <= 8 && /^(?:[nxbeq]|_\w+)$/i.test(text.slice(at, end)))
    return quoted(text, end, 0x27, push);
  const value = end - at > 64 ? 'word' : text.slice(at, end).toLowerCase();
  if (LOGIC.has(value)) return push('logic', at, end, value);
  if (COMPARE.has(value)) return push('compare', at, end, value);
  if (KEYWORDS.has(value)) return push('keyword', at, end, value);
  let after = end;
  while (text.charCodeAt(after) <= 0x20) after++;
  return push(text.charCodeAt(after) === 0x28 ? 'function' : 'word', at, end, value);
}

/** `12`, `1.5e3`, `0x6a`; `1st` is a word, `1or` is a number and a word, as MySQL reads it. */
function number(text: string, at: number, push: Push): number {
  if (text.charCodeAt(at) === 0x30 && (text.charCodeAt(at + 1) | 0x20) === 0x78) {
    let end = at + 2;
    while (/[0-9a-f]/i.test(text.charAt(end))) end++;
    return push('number', at, end);
  }
  let end = at;
  while (isDigit(text.charCodeAt(end)) || (text.charCodeAt(end) === 0x2e && isDigit(text.charCodeAt(end + 1)))) end++;
  const exponent = /^[eE][+-]?\d/.test(text.slice(end, end + 3));
  if (exponent) {
    end += 2;
    while (isDigit(text.charCodeAt(end))) end++;
  } else if (isWordStart(text.charCodeAt(end))) {
    const stop = wordEnd(text, end);
    const rest = text.slice(end, Math.min(stop, end + 16)).toLowerCase();
    if (!LOGIC.has(rest) && !KEYWORDS.has(rest) && !COMPARE.has(rest)) return push('word', at, stop);
  }
  return push('number', at, end);
}

/** Doubled and escaped quotes belong to the string. */
function quoted(text: string, at: number, quote: number, push: Push): number {
  for (let i = at + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x5c) i++;
    else if (code === quote) {
      if (text.charCodeAt(i + 1) !== quote) return push('string', at, i + 1, text.slice(at + 1, Math.min(i, at + 257)));
      i++;
    }
  }
  return push('string', at, text.length, text.slice(at + 1, at + 257));
}

function backtick(text: string, at: number, push: Push): number {
  const close = text.indexOf('`', at + 1);
  return close === -1 || close - at > 128
    ? push('other', at, at + 1)
    : push('word', at, close + 1, text.slice(at + 1, close));
}

function punctuation(text: string, at: number, code: number, push: Push): number {
  const next = text.charCodeAt(at + 1);
  switch (code) {
    case 0x28: // (
    case 0x29: // )
    case 0x2c: // ,
    case 0x3b: // ;
      return push(text[at] as '(', at, at + 1);
    case 0x2e: // .
      return isDigit(next) ? number(text, at, push) : push('.', at, at + 1);
    case 0x23: // #
      return lineComment(text, at, push);
    case 0x2d: // -
      return next === 0x2d ? lineComment(text, at, push) : push('arithmetic', at, at + 1);
    case 0x2f: // /
      return next === 0x2a ? blockComment(text, at, push) : push('arithmetic', at, at + 1);
    case 0x2a: // * and the end of an executable comment
      return next === 0x2f ? at + 2 : push('arithmetic', at, at + 1);
    case 0x7c: // |
    case 0x26: // &
      return next === code ? push('logic', at, at + 2) : push('arithmetic', at, at + 1);
    case 0x2b: // +
    case 0x25: // %
    case 0x5e: // ^
    case 0x7e: // ~
      return push('arithmetic', at, at + 1);
    case 0x3c: // <
    case 0x3e: // >
    case 0x3d: // =
    case 0x21: // !
      return comparison(text, at, code, push);
    case 0x40: // @
      return variable(text, at, push);
    case 0x3a: // : and :: casts
      return next === 0x3a
        ? push('other', at, at + 2)
        : next === 0x3d
          ? push('compare', at, at + 2)
          : push('other', at, at + 1);
    default:
      return push('other', at, at + 1);
  }
}

function comparison(text: string, at: number, code: number, push: Push): number {
  let end = at + 1;
  while (end < at + 3 && '<=>'.includes(text.charAt(end)) && end < text.length) end++;
  return push(code === 0x21 && end === at + 1 ? 'other' : 'compare', at, end);
}

function variable(text: string, at: number, push: Push): number {
  let end = at + 1;
  if (text.charCodeAt(end) === 0x40) end++;
  const start = end;
  end = text.charCodeAt(end) === 0x60 ? end : wordEnd(text, end);
  while (text.charCodeAt(end) === 0x2e) end = wordEnd(text, end + 1);
  return end === start && end === at + 1 ? push('other', at, at + 1) : push('variable', at, end);
}

function lineComment(text: string, at: number, push: Push): number {
  const line = text.indexOf('\n', at);
  // A comment that ends before the text does is only whitespace to the server.
  return line === -1 || text.slice(line, line + 256).trim() === '' ? push('comment', at, text.length) : line + 1;
}

function blockComment(text: string, at: number, push: Push): number {
  if (text.charCodeAt(at + 2) === 0x21) {
    let inside = at + 3;
    while (isDigit(text.charCodeAt(inside)) && inside < at + 9) inside++;
    return inside;
  }
  const close = text.indexOf('*/', at + 2);
  return close === -1 ? push('comment', at, text.length) : close + 2;
}
