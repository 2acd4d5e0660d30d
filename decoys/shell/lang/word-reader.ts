/**
 * Reads words: quotes, escapes, `$…`, backticks, process substitution. The grammar above words is in `parser.ts`, which this calls for what is
 * inside `$( )`.
 */
import type { List, ParameterPart, Word, WordPart } from './ast.types.ts';
import { ansiUnescape } from './ansi-escapes.ts';
import { ShellSyntaxError, type SyntaxErrorOptions } from './syntax-error.ts';

export const MAX_NESTING = 100;
const SPECIAL = '@*#?-$!';
const META = ' \t\n;&|<>()';
type Mode = 'word' | 'double' | 'heredoc' | 'argument' | 'quoted-argument' | 'pattern' | 'arithmetic' | 'regex';

export abstract class WordReader {
  protected source: string;
  protected at: number;
  protected line: number;
  protected depth = 0;
  /** `shopt -s extglob`; always so inside `[[ ]]`. */
  protected extglob = false;

  constructor(source: string, line: number) {
    this.source = source;
    this.at = 0;
    this.line = line;
  }

  protected abstract readCommandSubstitution(): List;
  /** A reader of a text inside the text: an index, an expression, a here-document. */
  protected abstract nested(source: string, line: number): WordReader;

  protected fail(message: string, options: SyntaxErrorOptions = {}): never {
    throw new ShellSyntaxError(message, this.line, options);
  }

  protected eofWhile(closing: string): never {
    // Between these everything is text. What else is unfinished may turn out to be wrong before it is closed.
    const awaits = closing === "'" || closing === '`' ? closing : '';
    return this.fail(`unexpected EOF while looking for matching \`${closing}'`, { incomplete: true, awaits });
  }

  protected enter(): void {
    if (++this.depth > MAX_NESTING) this.fail('memory exhausted');
  }

  /** A word that starts here; undefined where none does. */
  protected readWord(mode: Mode = 'word'): Word | undefined {
    const start = this.at;
    const parts = this.readParts(mode);
    if (this.at === start) return undefined;
    return { parts, raw: this.source.slice(start, this.at) };
  }

  /** Everything of the text as the body of a here-document. */
  readHeredoc(): Word {
    return { parts: this.readParts('heredoc'), raw: this.source };
  }

  /** Everything of the text as the inside of double quotes, for prompts and arithmetic. */
  readExpression(): Word {
    return { parts: this.readParts('arithmetic'), raw: this.source };
  }

  /** Parts up to what ends them in this mode; the end itself is left. `slash` also ends at an unquoted `/`. */
  protected readParts(mode: Mode, stop = ''): WordPart[] {
    this.enter();
    const parts: WordPart[] = [];
    let text = '';
    const flush = (): void => {
      if (text !== '') parts.push({ kind: 'text', text, quoted: mode === 'double' || mode === 'heredoc' });
      text = '';
    };
    const push = (part: WordPart): void => {
      flush();
      parts.push(part);
    };
    const doubled = mode === 'double' || mode === 'heredoc' || mode === 'quoted-argument' || mode === 'arithmetic';
    let parens = 0;
    for (;;) {
      const char = this.source[this.at];
      if (char === undefined) break;
      if (mode === 'double' && char === '"') break;
      if (
        (mode === 'argument' || mode === 'quoted-argument' || mode === 'pattern') &&
        (char === '}' || (stop !== '' && stop.includes(char) && parens === 0))
      )
        break;
      if (mode === 'word' && META.includes(char)) {
        if ((char === '<' || char === '>') && this.source[this.at + 1] === '(' && text === '' && parts.length === 0) {
          this.at += 2;
          push({ kind: 'process', direction: char, body: this.readCommandSubstitution() });
          continue;
        }
        if (!(char === '(' && this.extglob && '?*+@!'.includes(this.source[this.at - 1] ?? '\0') && text !== '')) break;
        text += this.readGroupText();
        continue;
      }
      if (mode === 'regex') {
        if (char === '(') parens++;
        else if (char === ')') {
          if (parens === 0) break;
          parens--;
        } else if (' \t\n'.includes(char) && parens === 0) break;
      }
      if (mode === 'arithmetic' && stop === ')') {
        if (char === '(') parens++;
        else if (char === ')') {
          if (parens === 0) break;
          parens--;
        }
      }
      if (mode === 'argument' && stop === ':' && (char === '(' || char === ')')) parens += char === '(' ? 1 : -1;
      if (char === '\n') this.line++;
      if (char === '\\') {
        const next = this.source[this.at + 1];
        if (next === undefined) {
          if (mode === 'double') this.eofWhile('"');
          this.at++;
          text += '\\';
          continue;
        }
        this.at += 2;
        if (next === '\n') {
          this.line++;
          continue;
        }
        const special =
          mode === 'heredoc'
            ? '$`\\'
            : mode === 'arithmetic'
              ? '$`\\"'
              : mode === 'quoted-argument'
                ? '$`"\\}'
                : '$`"\\';
        if (doubled && !special.includes(next)) {
          text += `\\${next}`;
          continue;
        }
        if (mode === 'double' || mode === 'heredoc') text += next;
        else push({ kind: 'text', text: next, quoted: true });
        continue;
      }
      if (char === "'" && !doubled) {
        push({ kind: 'text', text: this.readSingle(), quoted: true });
        continue;
      }
      if (char === '"' && mode !== 'heredoc' && mode !== 'arithmetic') {
        push(this.readDouble());
        continue;
      }
      if (char === '"' && mode === 'arithmetic') {
        this.at++;
        continue;
      }
      if (char === '`') {
        push(this.readBacktick(doubled));
        continue;
      }
      if (char === '$') {
        const part = this.readDollar(doubled);
        if (typeof part === 'string') text += part;
        else push(part);
        continue;
      }
      text += char;
      this.at++;
    }
    flush();
    this.depth--;
    return parts;
  }

  /** `(a|b)` after an extended pattern operator, as text. */
  private readGroupText(): string {
    const start = this.at;
    let open = 0;
    for (; this.at < this.source.length; this.at++) {
      const char = this.source[this.at];
      if (char === '(') open++;
      else if (char === ')' && --open === 0) {
        this.at++;
        return this.source.slice(start, this.at);
      } else if (char === '\n') break;
    }
    return this.eofWhile(')');
  }

  private readSingle(): string {
    const end = this.source.indexOf("'", this.at + 1);
    if (end < 0) this.eofWhile("'");
    const text = this.source.slice(this.at + 1, end);
    this.countLines(text);
    this.at = end + 1;
    return text;
  }

  private readDouble(): WordPart {
    const line = this.line;
    this.at++;
    const parts = this.readParts('double');
    if (this.source[this.at] !== '"') {
      this.line = line;
      this.eofWhile('"');
    }
    this.at++;
    return { kind: 'double', parts };
  }

  private readBacktick(doubled: boolean): WordPart {
    const line = this.line;
    let text = '';
    this.at++;
    for (;;) {
      const char = this.source[this.at];
      if (char === undefined) this.eofWhile('`');
      if (char === '\n') this.line++;
      this.at++;
      if (char === '`') return { kind: 'backtick', source: text, line };
      const next = this.source[this.at];
      if (
        char === '\\' &&
        next !== undefined &&
        (next === '`' || next === '\\' || next === '$' || (doubled && next === '"'))
      ) {
        text += next;
        this.at++;
      } else text += char;
    }
  }

  private readDollar(doubled: boolean): WordPart | string {
    const next = this.source[this.at + 1] ?? '';
    if (next === '(') {
      if (this.source[this.at + 2] === '(') {
        const found = this.readArithmetic();
        if (found !== undefined) return found;
      }
      this.at += 2;
      return { kind: 'command', body: this.readCommandSubstitution() };
    }
    if (next === '{') return this.readBraces(doubled);
    if (next === '[') {
      const close = this.source.indexOf(']', this.at);
      if (close < 0) this.eofWhile(']');
      const expression = this.nested(this.source.slice(this.at + 2, close), this.line).readExpression();
      this.at = close + 1;
      return { kind: 'arithmetic', expression };
    }
    if (next === "'" && !doubled) {
      let end = this.at + 2;
      while (end < this.source.length && this.source[end] !== "'") end += this.source[end] === '\\' ? 2 : 1;
      if (end >= this.source.length) this.eofWhile("'");
      const text = this.source.slice(this.at + 2, end);
      this.countLines(text);
      this.at = end + 1;
      return { kind: 'text', text: ansiUnescape(text), quoted: true };
    }
    if (next === '"' && !doubled) {
      this.at++;
      return this.readDouble();
    }
    const match = /[A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-]/y;
    match.lastIndex = this.at + 1;
    const name = match.exec(this.source)?.[0];
    if (name === undefined) {
      this.at++;
      return '$';
    }
    this.at += 1 + name.length;
    return { kind: 'parameter', name, raw: `$${name}` };
  }

  /** `$(( … ))`, or undefined where the parentheses turn out to be a subshell. */
  private readArithmetic(): WordPart | undefined {
    const [start, line] = [this.at, this.line];
    this.at += 3;
    const from = this.at;
    let parts: WordPart[];
    try {
      parts = this.readParts('arithmetic', ')');
    } catch (error) {
      if (!(error instanceof ShellSyntaxError)) throw error;
      parts = [];
      this.depth = Math.max(0, this.depth - 1);
    }
    if (this.source.startsWith('))', this.at)) {
      const expression = { parts, raw: this.source.slice(from, this.at) };
      this.at += 2;
      return { kind: 'arithmetic', expression };
    }
    if (this.at >= this.source.length) this.eofWhile(')');
    this.at = start;
    this.line = line;
    return undefined;
  }

  private readBraces(doubled: boolean): WordPart {
    const start = this.at;
    const line = this.line;
    this.at += 2;
    const part = this.readParameter(doubled);
    if (part !== undefined && this.source[this.at] === '}') {
      this.at++;
      return { ...part, raw: this.source.slice(start, this.at) };
    }
    // Not a parameter: the text up to its brace is reported when it runs.
    this.at = start + 2;
    this.line = line;
    this.readParts(doubled ? 'quoted-argument' : 'argument');
    if (this.source[this.at] !== '}') this.eofWhile('}');
    this.at++;
    return { kind: 'bad', raw: this.source.slice(start, this.at) };
  }

  private readParameter(doubled: boolean): Omit<ParameterPart, 'raw'> | undefined {
    let length = false;
    let indirect = false;
    const ahead = this.source[this.at] ?? '';
    const after = this.source[this.at + 1] ?? '';
    if (
      ahead === '#' &&
      after !== '}' &&
      (/[A-Za-z0-9_]/.test(after) || ('@*?$!#-'.includes(after) && this.source[this.at + 2] === '}'))
    ) {
      length = true;
      this.at++;
    } else if (ahead === '!' && /[A-Za-z0-9_@*#]/.test(after)) {
      indirect = true;
      this.at++;
    }
    const match = /[A-Za-z_][A-Za-z0-9_]*|[0-9]+/y;
    match.lastIndex = this.at;
    let name = match.exec(this.source)?.[0];
    if (name === undefined) {
      const special = this.source[this.at] ?? '';
      if (special === '' || !SPECIAL.includes(special)) return undefined;
      name = special;
    }
    this.at += name.length;
    let index: Word | undefined;
    if (this.source[this.at] === '[' && /^[A-Za-z_]/.test(name)) {
      const from = ++this.at;
      let open = 1;
      for (; this.at < this.source.length; this.at++) {
        const char = this.source[this.at];
        if (char === '[') open++;
        else if (char === ']' && --open === 0) break;
      }
      if (this.source[this.at] !== ']') return undefined;
      index = this.nested(this.source.slice(from, this.at), this.line).readExpression();
      this.at++;
    }
    const base = {
      kind: 'parameter' as const,
      name,
      ...(index === undefined ? {} : { index }),
      ...(length ? { length } : {}),
      ...(indirect ? { indirect } : {}),
    };
    if (this.source[this.at] === '}') return base;
    if (length) return undefined;
    if (
      indirect &&
      (this.source[this.at] === '*' || this.source[this.at] === '@') &&
      this.source[this.at + 1] === '}'
    ) {
      const op = `names${this.source[this.at++]}`;
      return { ...base, op };
    }
    const operator = /:[-=?+]|[-=?+]|##?|%%?|\/[/#%]?|\^\^?|,,?|@|:/y;
    operator.lastIndex = this.at;
    const op = operator.exec(this.source)?.[0];
    if (op === undefined) return undefined;
    this.at += op.length;
    const isPattern = /^[#%/^,]/.test(op);
    const from = this.at;
    const mode: Mode = isPattern
      ? 'pattern'
      : op === ':' || op === '@'
        ? 'argument'
        : doubled
          ? 'quoted-argument'
          : 'argument';
    const stop = op.startsWith('/') ? '/' : op === ':' ? ':' : '';
    const argument = { parts: this.readParts(mode, stop), raw: this.source.slice(from, this.at) };
    if (stop !== '' && this.source[this.at] === stop) {
      const begin = ++this.at;
      const second = {
        parts: this.readParts(stop === '/' ? 'pattern' : 'argument'),
        raw: this.source.slice(begin, this.at),
      };
      return { ...base, op, argument, second };
    }
    return { ...base, op, argument };
  }

  private countLines(text: string): void {
    for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) this.line++;
  }
}
