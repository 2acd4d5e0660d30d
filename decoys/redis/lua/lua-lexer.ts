/** Words of Lua 5.1, as far as scripts for redis use them. */
export interface Token {
  readonly kind: 'name' | 'keyword' | 'number' | 'string' | 'symbol' | 'end';
  readonly text: string;
  readonly line: number;
}

export class LuaSyntaxError extends Error {}

const KEYWORDS = new Set(
  'and break do else elseif end false for function if in local nil not or repeat return then true until while'.split(
    ' ',
  ),
);
const SYMBOL = /^(?:\.\.\.|\.\.|==|~=|<=|>=|[-+*/%^#<>=(){}[\];:,.])/;
const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  '0': '\0',
};
const MAX_TOKENS = 20_000;

/** @throws LuaSyntaxError */
export function tokens(source: string): Token[] {
  const found: Token[] = [];
  let at = 0;
  let line = 1;
  const add = (kind: Token['kind'], text: string, length: number): void => {
    if (found.length >= MAX_TOKENS) throw new LuaSyntaxError(`user_script:${line}: chunk has too many syntax levels`);
    found.push({ kind, text, line });
    for (let i = at; i < at + length; i++) if (source[i] === '\n') line++;
    at += length;
  };
  while (at < source.length) {
    const rest = source.slice(at, at + 4096);
    const blank = /^(?:\s+|--(?!\[=*\[)[^\n]*)/.exec(rest);
    if (blank !== null) {
      for (const c of blank[0]) if (c === '\n') line++;
      at += blank[0].length;
      continue;
    }
    const long = /^(--)?\[(=*)\[\n?/.exec(rest);
    if (long !== null) {
      const close = `]${long[2]!}]`;
      const end = source.indexOf(close, at + long[0].length);
      const comment = long[1] !== undefined;
      if (end < 0)
        throw new LuaSyntaxError(`user_script:${line}: unfinished long ${comment ? 'comment' : 'string'} near '<eof>'`);
      const length = end + close.length - at;
      if (!comment) add('string', source.slice(at + long[0].length, end), length);
      else {
        for (let i = at; i < at + length; i++) if (source[i] === '\n') line++;
        at += length;
      }
      continue;
    }
    const name = /^[A-Za-z_][A-Za-z0-9_]*/.exec(rest)?.[0];
    const number = /^(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)/.exec(rest)?.[0];
    const symbol = SYMBOL.exec(rest)?.[0];
    if (name !== undefined) add(KEYWORDS.has(name) ? 'keyword' : 'name', name, name.length);
    else if (number !== undefined) add('number', number, number.length);
    else if (rest[0] === '"' || rest[0] === "'") {
      const { text, length } = quoted(source, at, line);
      add('string', text, length);
    } else if (symbol !== undefined) add('symbol', symbol, symbol.length);
    else throw new LuaSyntaxError(`user_script:${line}: unexpected symbol near '${rest[0]!}'`);
  }
  found.push({ kind: 'end', text: '<eof>', line });
  return found;
}

function quoted(source: string, start: number, line: number): { readonly text: string; readonly length: number } {
  const quote = source[start]!;
  let text = '';
  for (let at = start + 1; at < source.length && source[at] !== '\n'; at++) {
    const c = source[at]!;
    if (c === quote) return { text, length: at + 1 - start };
    if (c !== '\\') {
      text += c;
      continue;
    }
    const digits = /^\d{1,3}/.exec(source.slice(at + 1, at + 4))?.[0];
    if (digits !== undefined) {
      text += String.fromCharCode(Number(digits) & 0xff);
      at += digits.length;
    } else {
      at++;
      text += ESCAPES[source[at] ?? ''] ?? source[at] ?? '';
    }
  }
  const near = source.indexOf('\n', start) < 0 ? '<eof>' : quote + text;
  throw new LuaSyntaxError(`user_script:${line}: unfinished string near '${near}'`);
}
