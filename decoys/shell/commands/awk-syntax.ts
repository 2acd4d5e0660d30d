/** The words and the tree of awk: what `awk-parser.ts` reads and `awk.ts` runs. */

export type AwkExpr =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'regex'; readonly source: string }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'field'; readonly index: AwkExpr }
  | { readonly kind: 'element'; readonly array: string; readonly keys: readonly AwkExpr[] }
  | { readonly kind: 'in'; readonly array: string; readonly keys: readonly AwkExpr[] }
  | { readonly kind: 'unary'; readonly operator: '-' | '+' | '!'; readonly operand: AwkExpr }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: AwkExpr; readonly right: AwkExpr }
  | { readonly kind: 'assign'; readonly operator: string; readonly target: AwkExpr; readonly value: AwkExpr }
  | { readonly kind: 'step'; readonly by: 1 | -1; readonly before: boolean; readonly target: AwkExpr }
  | { readonly kind: 'choose'; readonly test: AwkExpr; readonly yes: AwkExpr; readonly no: AwkExpr }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly AwkExpr[]; readonly builtin: boolean }
  | {
      readonly kind: 'getline';
      readonly target: AwkExpr | undefined;
      readonly from: AwkExpr | undefined;
      readonly command: boolean;
    };

export type AwkStatement =
  | {
      readonly kind: 'print' | 'printf';
      readonly args: readonly AwkExpr[];
      readonly redirect: string;
      readonly to: AwkExpr | undefined;
    }
  | { readonly kind: 'expr'; readonly expr: AwkExpr }
  | { readonly kind: 'if'; readonly test: AwkExpr; readonly yes: AwkStatement; readonly no: AwkStatement | undefined }
  | { readonly kind: 'while'; readonly test: AwkExpr; readonly body: AwkStatement; readonly doFirst: boolean }
  | {
      readonly kind: 'for';
      readonly init: AwkStatement | undefined;
      readonly test: AwkExpr | undefined;
      readonly step: AwkStatement | undefined;
      readonly body: AwkStatement;
    }
  | { readonly kind: 'for-in'; readonly name: string; readonly array: string; readonly body: AwkStatement }
  | { readonly kind: 'block'; readonly body: readonly AwkStatement[] }
  | { readonly kind: 'delete'; readonly array: string; readonly keys: readonly AwkExpr[] | undefined }
  | { readonly kind: 'exit' | 'return'; readonly value: AwkExpr | undefined }
  | { readonly kind: 'next' | 'break' | 'continue' | 'nothing' };

export interface AwkRule {
  readonly pattern:
    | { readonly kind: 'begin' | 'end' | 'always' }
    | { readonly kind: 'test'; readonly test: AwkExpr }
    | { readonly kind: 'range'; readonly from: AwkExpr; readonly to: AwkExpr };
  /** Undefined prints the record. */
  readonly action: AwkStatement | undefined;
}

export interface AwkProgram {
  readonly rules: readonly AwkRule[];
  readonly functions: ReadonlyMap<string, { readonly params: readonly string[]; readonly body: AwkStatement }>;
}

export interface AwkToken {
  readonly kind: 'number' | 'string' | 'regex' | 'name' | 'call' | 'word' | 'builtin' | 'sign' | 'newline' | 'end';
  readonly text: string;
  readonly line: number;
}

/** A syntax error; the message is mawk's, without its line number. */
export class AwkSyntaxError extends Error {
  readonly line: number;
  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

const WORDS = new Set([
  'BEGIN',
  'END',
  'function',
  'func',
  'if',
  'else',
  'while',
  'for',
  'do',
  'break',
  'continue',
  'next',
  'nextfile',
  'exit',
  'return',
  'delete',
  'in',
  'getline',
  'print',
  'printf',
]);
const BUILTINS = new Set([
  'length',
  'substr',
  'index',
  'split',
  'sub',
  'gsub',
  'match',
  'sprintf',
  'sin',
  'cos',
  'atan2',
  'exp',
  'log',
  'sqrt',
  'int',
  'rand',
  'srand',
  'tolower',
  'toupper',
  'system',
  'close',
  'fflush',
  'strftime',
  'systime',
  'mktime',
  'toascii',
]);
const SIGNS = /^(\*\*=|&&|\|\||==|!=|<=|>=|>>|\+\+|--|\+=|-=|\*=|\/=|%=|\^=|\*\*|!~|[-+*/%^!<>|?:~$=,;(){}[\]])/;
const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  '"': '"',
  '/': '/',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
};

/** Reads tokens; a slash starts a pattern where no value came before it. */
export function awkTokens(source: string): AwkToken[] {
  const tokens: AwkToken[] = [];
  let line = 1;
  let at = 0;
  const push = (kind: AwkToken['kind'], text: string): number => tokens.push({ kind, text, line });
  while (at < source.length) {
    const rest = source.slice(at, at + 4096);
    const blank = /^(?:[ \t\r]+|\\\r?\n|#[^\n]*)/.exec(rest);
    if (blank !== null) {
      line += blank[0].includes('\n') ? 1 : 0;
      at += blank[0].length;
    } else if (rest.startsWith('\n')) {
      push('newline', '\n');
      line += 1;
      at += 1;
    } else if (rest.startsWith('"')) {
      const [text, end] = readString(source, at, line);
      push('string', text);
      at = end;
    } else if (rest.startsWith('/') && !endsValue(tokens.at(-1))) {
      const [text, end] = readRegex(source, at, line);
      push('regex', text);
      at = end;
    } else {
      const number = /^(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)/.exec(rest);
      const name = /^[A-Za-z_]\w*/.exec(rest);
      const sign = SIGNS.exec(rest);
      const text = (number ?? name ?? sign)?.[0];
      if (text === undefined) throw new AwkSyntaxError(`unexpected character '${rest[0]}'`, line);
      at += text.length;
      if (number !== null) push('number', text);
      else if (name !== null)
        push(WORDS.has(text) ? 'word' : BUILTINS.has(text) ? 'builtin' : source[at] === '(' ? 'call' : 'name', text);
      else push('sign', text);
    }
  }
  push('end', '');
  return tokens;
}

function endsValue(token: AwkToken | undefined): boolean {
  if (token === undefined) return false;
  if (token.kind === 'sign') return [')', ']', '$', '++', '--'].includes(token.text);
  return (
    token.kind === 'number' ||
    token.kind === 'string' ||
    token.kind === 'name' ||
    (token.kind === 'builtin' && token.text === 'length')
  );
}

function readString(source: string, start: number, line: number): [string, number] {
  let text = '';
  for (let at = start + 1; at < source.length; at += 1) {
    const char = source[at]!;
    if (char === '"') return [text, at + 1];
    if (char === '\n') break;
    if (char !== '\\') {
      text += char;
      continue;
    }
    at += 1;
    const escaped = source[at] ?? '';
    const octal = /^[0-7]{1,3}/.exec(source.slice(at, at + 3));
    if (octal !== null) {
      text += String.fromCharCode(Number.parseInt(octal[0], 8) & 255);
      at += octal[0].length - 1;
    } else if (escaped !== '\n') text += ESCAPES[escaped] ?? `\\${escaped}`;
  }
  throw new AwkSyntaxError(`runaway string constant ${source.slice(start, start + 12)} ...`, line);
}

function readRegex(source: string, start: number, line: number): [string, number] {
  let text = '';
  let bracket = false;
  for (let at = start + 1; at < source.length; at += 1) {
    const char = source[at]!;
    if (char === '\n') break;
    if (char === '\\') {
      const next = source[at + 1] ?? '';
      text +=
        next === '/' ? '/' : ESCAPES[next] !== undefined && 'ntrfvab'.includes(next) ? ESCAPES[next] : `\\${next}`;
      at += 1;
    } else if (char === '/' && !bracket) return [text, at + 1];
    else {
      if (char === '[') bracket = true;
      if (char === ']' && source[at - 1] !== '[' && !(source[at - 1] === '^' && source[at - 2] === '['))
        bracket = false;
      text += char;
    }
  }
  throw new AwkSyntaxError(`runaway regular expression ${source.slice(start, start + 12)} ...`, line);
}
