/**
 * The tokens between words: blanks, comments, newlines, operators, reserved words. Aliases are replaced here, and here-documents are read at the newline
 * after their command.
 */
import type { Redirect } from './ast.types.ts';
import { WordReader } from './word-reader.ts';

const OPERATORS = /&&|&>>|&>|&|;;&|;;|;&|;|\|\||\|&|\||<<<|<<-|<<|<&|<>|<|>>|>&|>\||>|\(|\)/y;
export const RESERVED = new Set([
  'if',
  'then',
  'else',
  'elif',
  'fi',
  'do',
  'done',
  'case',
  'esac',
  'while',
  'until',
  'for',
  'select',
  'function',
  '{',
  '}',
  '!',
  '[[',
  'time',
  'in',
]);

interface PendingHeredoc {
  readonly redirect: Redirect;
  readonly delimiter: string;
  readonly quoted: boolean;
  readonly strip: boolean;
}

export abstract class TokenReader extends WordReader {
  /** The delimiter of a here-document that ended with the text: an interactive shell asks for more. */
  unclosedHeredoc: string | undefined;
  protected aliases: ReadonlyMap<string, string> | undefined;
  /** Here-documents whose bodies begin at the next newline. */
  protected pending: PendingHeredoc[] = [];
  /** Where the text of an alias ends, so that it is not replaced again inside itself. */
  private aliasEnds: { name: string; end: number }[] = [];

  protected newline(): void {
    this.at++;
    this.line++;
    if (this.pending.length > 0) this.readHeredocs();
  }

  protected readHeredocs(): void {
    const pending = this.pending;
    this.pending = [];
    for (const { redirect, delimiter, quoted, strip } of pending) {
      const firstLine = this.line;
      const lines: string[] = [];
      let closed = false;
      while (this.at < this.source.length) {
        let end = this.source.indexOf('\n', this.at);
        const last = end < 0;
        if (last) end = this.source.length;
        let text = this.source.slice(this.at, end);
        this.at = last ? end : end + 1;
        if (!last) this.line++;
        if (strip) text = text.replace(/^\t+/, '');
        if (text === delimiter) {
          closed = true;
          break;
        }
        lines.push(`${text}\n`);
      }
      if (!closed) this.unclosedHeredoc ??= delimiter;
      const body = lines.join('');
      if (quoted) redirect.target = { parts: [{ kind: 'text', text: body, quoted: true }], raw: body };
      else redirect.target = this.nested(body, firstLine).readHeredoc();
    }
  }

  protected expandAlias(): void {
    if (this.aliases === undefined || this.aliases.size === 0) return;
    for (let turn = 0; turn < 16; turn++) {
      this.skipBlanks();
      const match = /[^\s|&;<>()$`"'\\=/]+(?=[\s|&;<>()]|$)/y;
      match.lastIndex = this.at;
      const name = match.exec(this.source)?.[0];
      if (name === undefined) return;
      const text = this.aliases.get(name);
      this.aliasEnds = this.aliasEnds.filter((item) => item.end > this.at);
      if (text === undefined || this.aliasEnds.some((item) => item.name === name)) return;
      const tail = this.source.slice(this.at + name.length);
      const grown = text.length - name.length;
      for (const item of this.aliasEnds) item.end += grown;
      this.aliasEnds.push({ name, end: this.at + text.length + 1 });
      this.source = this.source.slice(0, this.at) + text + tail;
      if (this.source.length > 1_048_576) this.fail('memory exhausted');
    }
  }

  /** Blanks, comments and continued lines. */
  protected skipBlanks(): void {
    for (;;) {
      const char = this.source[this.at];
      if (
        char === ' ' ||
        char === '\t' ||
        (char === '\r' && this.source[this.at + 1] !== '\n' && this.at + 1 >= this.source.length)
      )
        this.at++;
      else if (char === '\\' && this.source[this.at + 1] === '\n') {
        this.at += 2;
        this.line++;
      } else if (char === '#' && (this.at === 0 || ' \t\n;&|()'.includes(this.source[this.at - 1]!))) {
        const end = this.source.indexOf('\n', this.at);
        this.at = end < 0 ? this.source.length : end;
      } else return;
    }
  }

  protected skipNewlines(): void {
    for (;;) {
      this.skipBlanks();
      if (this.source[this.at] !== '\n') return;
      this.newline();
    }
  }

  protected peekOperator(): string | undefined {
    this.skipBlanks();
    OPERATORS.lastIndex = this.at;
    return OPERATORS.exec(this.source)?.[0];
  }

  /** The unquoted word here as text, if it ends at a delimiter. */
  protected peekPlain(): string | undefined {
    this.skipBlanks();
    const match = /[^\s|&;<>()$`"'\\]+(?=[\s|&;<>()]|$)/y;
    match.lastIndex = this.at;
    return match.exec(this.source)?.[0];
  }

  protected takePlain(word: string): void {
    this.skipBlanks();
    this.at += word.length;
  }

  /** The reserved word that ends a part of a compound command. */
  protected closer(): string {
    this.skipNewlines();
    const word = this.peekPlain();
    if (word === undefined || !RESERVED.has(word)) this.unexpected();
    this.takePlain(word);
    return word;
  }

  protected expect(word: string): void {
    this.skipNewlines();
    if (this.peekPlain() !== word) this.unexpected(word);
    this.takePlain(word);
  }

  protected unexpected(_wanted = ''): never {
    this.skipBlanks();
    if (this.at >= this.source.length) this.fail('syntax error: unexpected end of file', { incomplete: true });
    const char = this.source[this.at];
    let token: string;
    if (char === '\n') token = 'newline';
    else token = this.peekOperator() ?? this.peekPlain() ?? this.readWord()?.raw ?? char!;
    return this.fail(`syntax error near unexpected token \`${token}'`, { showsLine: true });
  }

  /** The text up to the `))` that closes here, which is taken. */
  protected untilDoubleClose(): string | undefined {
    const from = this.at;
    let open = 0;
    for (let i = from; i < this.source.length; i++) {
      const char = this.source[i];
      if (char === '\\') i++;
      else if (char === '"' || char === "'") {
        const end = this.source.indexOf(char, i + 1);
        if (end < 0) return undefined;
        i = end;
      } else if (char === '(') open++;
      else if (char === ')') {
        if (open > 0) open--;
        else {
          if (this.source[i + 1] !== ')') return undefined;
          const text = this.source.slice(from, i);
          for (const c of text) if (c === '\n') this.line++;
          this.at = i + 2;
          return text;
        }
      }
    }
    return undefined;
  }
}
