/** The words of a question as they are typed, each with where it stands. */

export interface Token {
  /** `text`: within quotes, which may hold anything. */
  readonly kind: 'word' | 'text' | 'sign';
  /** Without quotes and their backslashes. */
  readonly value: string;
  /** UTF-16 offsets; `to` is exclusive. */
  readonly from: number;
  readonly to: number;
  /** A quote that nobody closed. */
  readonly isOpen?: true;
}

const SIGN = /!=|>=|<=|[=<>(),]/y;
const SPACE = /\s+/y;
/** `:` and `!` are part of a word within it: IPv6 addresses, MACs. */
const WORD = /[^\s"'=<>!(),](?:(?!!=)[^\s"=<>(),])*|!+/y;

/** Never fails: whatever is typed is some row of tokens. */
export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0];
  };
  while (at < text.length) {
    const space = take(SPACE);
    if (space !== undefined) {
      at += space.length;
      continue;
    }
    const quote = text[at];
    const token = quote === '"' || quote === "'" ? quoted(text, at, quote) : plain(take, at, text);
    tokens.push(token);
    at = token.to;
  }
  return tokens;
}

function plain(take: (pattern: RegExp) => string | undefined, from: number, text: string): Token {
  const sign = take(SIGN);
  if (sign !== undefined) return { kind: 'sign', value: sign, from, to: from + sign.length };
  const value = take(WORD) ?? text[from]!;
  return { kind: 'word', value, from, to: from + value.length };
}

function quoted(text: string, from: number, quote: string): Token {
  let value = '';
  let at = from + 1;
  for (; at < text.length && text[at] !== quote; at++) {
    if (text[at] === '\\' && (text[at + 1] === quote || text[at + 1] === '\\')) at++;
    value += text[at];
  }
  const isOpen = at >= text.length;
  return { kind: 'text', value, from, to: isOpen ? at : at + 1, ...(isOpen ? { isOpen: true } : {}) };
}

/** A value as it stands in a question: in quotes where it would be read as something else. */
export function quote(value: string | number): string {
  const text = String(value);
  const isPlain = /^[\p{L}\p{N}_./:@*+-]+$/u.test(text) && !RESERVED.has(text.toLowerCase());
  return isPlain ? text : `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** Words of the language itself. */
export const RESERVED: ReadonlySet<string> = new Set([
  'and',
  'or',
  'not',
  'in',
  'contains',
  'starts',
  'startswith',
  'exists',
  'last',
]);
