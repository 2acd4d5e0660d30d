/**
 * Parses shell text into a tree, one complete command (up to its newline) at a time as bash does, so that what came before a syntax error has run.
 * Aliases are replaced while reading. Here-documents are read at the newline after their command.
 */
import type {
  ArrayElement,
  Assignment,
  CaseClause,
  Command,
  Compound,
  CompoundCommand,
  List,
  ListItem,
  Pipeline,
  Redirect,
  Word,
} from './ast.types.ts';
import { readCondition } from './condition-reader.ts';
import { ShellSyntaxError } from './syntax-error.ts';
import { WordReader, setExpressionParser } from './word-reader.ts';

const OPERATORS = /&&|&>>|&>|&|;;&|;;|;&|;|\|\||\|&|\||<<<|<<-|<<|<&|<>|<|>>|>&|>\||>|\(|\)/y;
const RESERVED = new Set([
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
const CLOSERS = new Set(['then', 'else', 'elif', 'fi', 'do', 'done', 'esac', '}']);
const DECLARING = new Set(['export', 'declare', 'typeset', 'local', 'readonly', 'alias']);
const NOTHING: Word = { parts: [], raw: '' };

export interface ParserOptions {
  readonly aliases?: ReadonlyMap<string, string>;
  readonly extglob?: boolean;
  readonly line?: number;
}

export class Parser extends WordReader {
  #aliases: ReadonlyMap<string, string> | undefined;
  #pending: { redirect: Redirect; delimiter: string; quoted: boolean; strip: boolean }[] = [];
  /** Where the text of an alias ends, so that it is not replaced again inside itself. */
  #aliasEnds: { name: string; end: number }[] = [];

  constructor(source: string, options: ParserOptions = {}) {
    super(source, options.line ?? 1);
    this.#aliases = options.aliases;
    this.extglob = options.extglob ?? false;
  }

  /** What holds for the next command; the one before may have changed it. */
  configure(aliases: ReadonlyMap<string, string> | undefined, extglob: boolean): void {
    this.#aliases = aliases;
    this.extglob = extglob;
  }

  /** The next complete command; undefined at the end of the text. An empty list is a blank line. */
  next(): List | undefined {
    this.#skipBlanks();
    if (this.at >= this.source.length) return undefined;
    if (this.source[this.at] === '\n') {
      this.#newline();
      return { items: [] };
    }
    const list = this.#list(true);
    this.#skipBlanks();
    if (this.at < this.source.length && this.source[this.at] !== '\n') this.#unexpected();
    if (this.source[this.at] === '\n') this.#newline();
    else if (this.#pending.length > 0) this.#readHeredocs();
    return list;
  }

  protected readCommandSubstitution(): List {
    this.enter();
    const outer = this.#pending;
    this.#pending = [];
    const list = this.#compoundList(')');
    this.#skipNewlines();
    if (this.at >= this.source.length) this.eofWhile(')');
    if (this.source[this.at] !== ')') this.#unexpected(')');
    if (this.#pending.length > 0) for (const item of this.#pending) item.redirect.target = NOTHING;
    this.at++;
    this.#pending = outer;
    this.depth--;
    return list;
  }

  /** Commands separated by `;`, `&` (and, in compound commands, newlines). */
  #list(oneLine: boolean): List {
    this.enter();
    const items: ListItem[] = [];
    for (;;) {
      const start = this.at;
      const first = this.#pipeline();
      const rest: { op: '&&' | '||'; pipeline: Pipeline }[] = [];
      for (;;) {
        const op = this.#peekOperator();
        if (op !== '&&' && op !== '||') break;
        this.at += 2;
        this.#skipNewlines();
        rest.push({ op, pipeline: this.#pipeline() });
      }
      const op = this.#peekOperator();
      items.push({ first, rest, background: op === '&', source: this.source.slice(start, this.at).trim() });
      if (op === ';' || op === '&') this.at += 1;
      else if (oneLine || this.source[this.at] !== '\n') break;
      if (oneLine) this.#skipBlanks();
      else this.#skipNewlines();
      if (this.#atListEnd(oneLine)) break;
    }
    this.depth--;
    return { items };
  }

  #atListEnd(oneLine: boolean): boolean {
    this.#skipBlanks();
    const char = this.source[this.at];
    if (char === undefined || char === ')') return true;
    if (oneLine && char === '\n') return true;
    const op = this.#peekOperator();
    if (op === ';;' || op === ';&' || op === ';;&') return true;
    const word = this.#peekPlain();
    return word !== undefined && CLOSERS.has(word);
  }

  /** The inside of a compound command; must hold at least one command. */
  #compoundList(closing: string): List {
    this.#skipNewlines();
    if (closing === ')' && this.source[this.at] === ')') return { items: [] };
    return this.#list(false);
  }

  #pipeline(): Pipeline {
    let negated = false;
    let timed = false;
    for (;;) {
      const word = this.#peekPlain();
      if (word === '!') negated = !negated;
      else if (word === 'time') timed = true;
      else break;
      this.#takePlain(word);
      if (timed && this.#peekPlain() === '-p') this.#takePlain('-p');
    }
    const commands: Command[] = [];
    const withStderr: boolean[] = [];
    if ((negated || timed) && this.#atPipelineEnd()) {
      return {
        commands: [{ kind: 'simple', assignments: [], words: [], redirects: [], line: this.line }],
        withStderr,
        negated,
        timed,
      };
    }
    for (;;) {
      commands.push(this.#command());
      const op = this.#peekOperator();
      if (op !== '|' && op !== '|&') break;
      this.at += op.length;
      withStderr.push(op === '|&');
      this.#skipNewlines();
    }
    return { commands, withStderr, negated, timed };
  }

  #atPipelineEnd(): boolean {
    this.#skipBlanks();
    const char = this.source[this.at];
    return char === undefined || char === '\n' || char === ';' || char === '&' || char === '|' || char === ')';
  }

  #command(): Command {
    this.enter();
    this.#expandAlias();
    this.#skipBlanks();
    const line = this.line;
    const word = this.#peekPlain();
    let command: Command;
    if (word !== undefined && RESERVED.has(word) && word !== 'in' && word !== 'time' && word !== '!')
      command = this.#reserved(word, line);
    else if (this.source.startsWith('((', this.at)) command = this.#doubleParens(line);
    else if (this.source[this.at] === '(') command = this.#subshell(line);
    else command = this.#functionOrSimple(line);
    this.depth--;
    return command;
  }

  #reserved(word: string, line: number): Command {
    if (CLOSERS.has(word)) this.#unexpected();
    if (word === 'function') return this.#functionKeyword(line);
    this.#takePlain(word);
    let body: Compound;
    if (word === '{') {
      body = { kind: 'group', list: this.#compoundList('}') };
      this.#expect('}');
    } else if (word === 'if') body = this.#if();
    else if (word === 'while' || word === 'until') {
      const test = this.#compoundList('do');
      this.#expect('do');
      body = { kind: 'while', until: word === 'until', test, body: this.#compoundList('done') };
      this.#expect('done');
    } else if (word === 'for' || word === 'select') body = this.#for(word === 'select');
    else if (word === 'case') body = this.#case();
    else body = this.#condition();
    return this.#withRedirects(body, line);
  }

  #if(): Compound {
    const branches: { test: List; body: List }[] = [];
    let otherwise: List | undefined;
    for (;;) {
      const test = this.#compoundList('then');
      this.#expect('then');
      branches.push({ test, body: this.#compoundList('fi') });
      const word = this.#closer();
      if (word === 'elif') continue;
      if (word === 'else') {
        otherwise = this.#compoundList('fi');
        this.#expect('fi');
      } else if (word !== 'fi') this.#unexpected();
      return { kind: 'if', branches, otherwise };
    }
  }

  #for(select: boolean): Compound {
    this.#skipBlanks();
    if (!select && this.source.startsWith('((', this.at)) return this.#arithmeticFor();
    const name = this.#peekPlain();
    if (name === undefined && this.at >= this.source.length)
      this.fail("syntax error near unexpected token `newline'", { showsLine: true });
    if (name === undefined) this.#unexpected();
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) this.fail(`\`${name}': not a valid identifier`);
    this.#takePlain(name);
    this.#skipNewlines();
    let words: Word[] | undefined;
    if (this.#peekPlain() === 'in') {
      this.#takePlain('in');
      words = [];
      for (;;) {
        this.#skipBlanks();
        const word = this.readWord();
        if (word === undefined) break;
        words.push(word);
      }
    }
    if (this.#peekOperator() === ';') this.at++;
    this.#skipNewlines();
    return { kind: 'for', name, words, body: this.#doBody(), select };
  }

  #doBody(): List {
    const brace = this.#peekPlain() === '{';
    this.#expect(brace ? '{' : 'do');
    const body = this.#compoundList('done');
    this.#expect(brace ? '}' : 'done');
    return body;
  }

  #arithmeticFor(): Compound {
    this.at += 2;
    const from = this.at;
    const text = this.#untilDoubleClose();
    if (text === undefined) this.eofWhile(')');
    const parts = text.split(';');
    if (parts.length !== 3) {
      this.at = from;
      this.fail(`syntax error: \`((${text}))'`);
    }
    const words = parts.map((part) => parseExpressionWord(part, this.line)) as [Word, Word, Word];
    if (this.#peekOperator() === ';') this.at++;
    this.#skipNewlines();
    return { kind: 'arithmetic-for', parts: words, body: this.#doBody() };
  }

  /** The text up to the `))` that closes here, which is taken. */
  #untilDoubleClose(): string | undefined {
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

  #case(): Compound {
    this.#skipBlanks();
    const subject = this.readWord();
    if (subject === undefined) this.#unexpected();
    this.#skipNewlines();
    this.#expect('in');
    const clauses: CaseClause[] = [];
    for (;;) {
      this.#skipNewlines();
      if (this.#peekPlain() === 'esac') break;
      if (this.source[this.at] === '(') this.at++;
      const patterns: Word[] = [];
      for (;;) {
        this.#skipBlanks();
        const pattern = this.readWord();
        if (pattern === undefined) this.#unexpected();
        patterns.push(pattern);
        this.#skipBlanks();
        if (this.source[this.at] === '|') this.at++;
        else break;
      }
      if (this.source[this.at] !== ')') this.#unexpected();
      this.at++;
      this.#skipNewlines();
      const empty = this.#atListEnd(false);
      const body = empty ? { items: [] } : this.#list(false);
      const op = this.#peekOperator();
      if (op === ';;' || op === ';&' || op === ';;&') {
        this.at += op.length;
        clauses.push({ patterns, body, end: op });
      } else {
        clauses.push({ patterns, body, end: ';;' });
        this.#skipNewlines();
        if (this.#peekPlain() !== 'esac') this.#unexpected('esac');
      }
    }
    this.#takePlain('esac');
    return { kind: 'case', subject, clauses };
  }

  #condition(): Compound {
    const oldGlob = this.extglob;
    this.extglob = true;
    const test = readCondition({
      skip: () => this.#skipNewlines(),
      peek: () => this.source.slice(this.at, this.at + 2),
      take: (count) => {
        this.at += count;
      },
      word: (regex) => this.readWord(regex ? 'regex' : 'word'),
      unexpected: () => this.#unexpectedCondition(),
    });
    this.extglob = oldGlob;
    return { kind: 'condition', test };
  }

  #unexpectedCondition(): never {
    if (this.at >= this.source.length) this.fail('syntax error: unexpected end of file', { incomplete: true });
    const token = this.#peekOperator() ?? this.#peekPlain() ?? 'newline';
    return this.fail(
      token === 'newline'
        ? "unexpected token `newline' in conditional command"
        : `syntax error in conditional expression: unexpected token \`${token}'`,
    );
  }

  #doubleParens(line: number): Command {
    const start = this.at;
    const startLine = this.line;
    this.at += 2;
    const text = this.#untilDoubleClose();
    if (text === undefined) {
      this.at = start;
      this.line = startLine;
      return this.#subshell(line);
    }
    return this.#withRedirects({ kind: 'arithmetic', expression: parseExpressionWord(text, line) }, line);
  }

  #subshell(line: number): Command {
    this.at++;
    this.#skipNewlines();
    const list = this.source[this.at] === ')' ? this.#unexpected() : this.#list(false);
    this.#skipNewlines();
    if (this.source[this.at] !== ')') this.#unexpected(')');
    this.at++;
    return this.#withRedirects({ kind: 'subshell', list }, line);
  }

  #functionKeyword(line: number): Command {
    const start = this.at;
    this.#takePlain('function');
    this.#skipBlanks();
    const name = this.readWord()?.raw;
    if (name === undefined) this.#unexpected();
    this.#skipBlanks();
    if (/^\(\s*\)/.test(this.source.slice(this.at, this.at + 16))) this.at = this.source.indexOf(')', this.at) + 1;
    return this.#functionBody(name, start, line);
  }

  #functionBody(name: string, start: number, line: number): Command {
    this.#skipNewlines();
    const before = this.at;
    const body = this.#command();
    if (body.kind !== 'compound') {
      this.at = before;
      this.#unexpected();
    }
    return { kind: 'function', name, body, source: this.source.slice(start, this.at), line };
  }

  #functionOrSimple(line: number): Command {
    const start = this.at;
    const match = /([^\s|&;<>()$`"'\\]+)[ \t]*\([ \t]*\)/y;
    match.lastIndex = this.at;
    const name = match.exec(this.source)?.[1];
    if (name !== undefined && !name.includes('=')) {
      this.at = match.lastIndex;
      return this.#functionBody(name, start, line);
    }
    return this.#simple(line);
  }

  #simple(line: number): Command {
    const assignments: Assignment[] = [];
    const words: Word[] = [];
    const redirects: Redirect[] = [];
    let declaring = false;
    for (;;) {
      this.#skipBlanks();
      const redirect = this.#redirect();
      if (redirect !== undefined) {
        redirects.push(redirect);
        continue;
      }
      if (words.length === 0 || declaring) {
        const start = this.at;
        const assignment = this.#assignment();
        if (assignment !== undefined) {
          if (words.length === 0) assignments.push(assignment);
          else words.push({ parts: [], raw: this.source.slice(start, this.at), assignment });
          continue;
        }
      }
      if (words.length === 0 && assignments.length > 0) this.#expandAlias();
      const word = this.readWord();
      if (word === undefined) break;
      if (words.length === 0 && DECLARING.has(word.raw) && word.raw !== 'alias') declaring = true;
      words.push(word);
    }
    if (words.length === 0 && assignments.length === 0 && redirects.length === 0) this.#unexpected();
    if (this.source[this.at] === '(' && words.length > 0) {
      // bash reads on and complains of what follows the parenthesis.
      const start = this.at++;
      this.#skipBlanks();
      if (this.source[this.at] !== undefined && this.source[this.at] !== '\n' && words.length > 1) this.at = start;
      if (this.at >= this.source.length) this.fail("syntax error near unexpected token `newline'", { showsLine: true });
      this.#unexpected();
    }
    return { kind: 'simple', assignments, words, redirects, line };
  }

  #assignment(): Assignment | undefined {
    const match = /([A-Za-z_][A-Za-z0-9_]*)(?:\[((?:[^[\]\n]|\[[^[\]\n]*\])*)\])?(\+?)=/y;
    match.lastIndex = this.at;
    const found = match.exec(this.source);
    if (found === null) return undefined;
    this.at = match.lastIndex;
    const index = found[2] === undefined ? undefined : parseExpressionWord(found[2], this.line);
    const base = { name: found[1]!, ...(index === undefined ? {} : { index }), append: found[3] === '+' };
    if (this.source[this.at] === '(') return { ...base, value: this.#array() };
    return { ...base, value: this.readWord() ?? NOTHING };
  }

  #array(): ArrayElement[] {
    this.at++;
    const elements: ArrayElement[] = [];
    for (;;) {
      this.#skipNewlines();
      if (this.at >= this.source.length) this.eofWhile(')');
      if (this.source[this.at] === ')') break;
      const match = /\[([^\]\n]*)\]=/y;
      match.lastIndex = this.at;
      const found = match.exec(this.source);
      if (found !== null) {
        this.at = match.lastIndex;
        elements.push({ index: parseExpressionWord(found[1]!, this.line), value: this.readWord() ?? NOTHING });
        continue;
      }
      const word = this.readWord();
      if (word === undefined) this.#unexpected();
      elements.push({ value: word });
    }
    this.at++;
    return elements;
  }

  #withRedirects(body: Compound, line: number): CompoundCommand {
    const redirects: Redirect[] = [];
    for (;;) {
      this.#skipBlanks();
      const redirect = this.#redirect();
      if (redirect === undefined) break;
      redirects.push(redirect);
    }
    return { kind: 'compound', body, redirects, line };
  }

  #redirect(): Redirect | undefined {
    const match = /(?:(\d+)|\{([A-Za-z_][A-Za-z0-9_]*)\})?(&>>|&>|<<<|<<-|<<|<&|<>|<(?!\()|>>|>&|>\||>(?!\())/y;
    match.lastIndex = this.at;
    const found = match.exec(this.source);
    if (found === null) return undefined;
    const op = found[3] as Redirect['op'];
    if (op.startsWith('&') && found[1] !== undefined) return undefined;
    this.at = match.lastIndex;
    this.#skipBlanks();
    const target = this.readWord();
    if (target === undefined) this.#unexpected();
    const fd = found[1] === undefined ? undefined : Number(found[1].slice(0, 9));
    const redirect: Redirect = { fd, ...(found[2] === undefined ? {} : { variable: found[2] }), op, target };
    if (op === '<<' || op === '<<-') {
      const quoted = /['"\\]/.test(target.raw);
      this.#pending.push({
        redirect,
        delimiter: target.raw.replace(/\\([\s\S])|['"]/g, '$1'),
        quoted,
        strip: op === '<<-',
      });
      redirect.target = NOTHING;
    }
    return redirect;
  }

  #newline(): void {
    this.at++;
    this.line++;
    if (this.#pending.length > 0) this.#readHeredocs();
  }

  #readHeredocs(): void {
    const pending = this.#pending;
    this.#pending = [];
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
      if (!closed) this.unclosedHeredoc = true;
      const body = lines.join('');
      if (quoted) redirect.target = { parts: [{ kind: 'text', text: body, quoted: true }], raw: body };
      else redirect.target = new Parser(body, { line: firstLine }).readHeredoc();
    }
  }

  /** A here-document ended with the text: an interactive shell asks for more. */
  unclosedHeredoc = false;

  #expandAlias(): void {
    if (this.#aliases === undefined || this.#aliases.size === 0) return;
    for (let turn = 0; turn < 16; turn++) {
      this.#skipBlanks();
      const match = /[^\s|&;<>()$`"'\\=/]+(?=[\s|&;<>()]|$)/y;
      match.lastIndex = this.at;
      const name = match.exec(this.source)?.[0];
      if (name === undefined) return;
      const text = this.#aliases.get(name);
      this.#aliasEnds = this.#aliasEnds.filter((item) => item.end > this.at);
      if (text === undefined || this.#aliasEnds.some((item) => item.name === name)) return;
      const tail = this.source.slice(this.at + name.length);
      const grown = text.length - name.length;
      for (const item of this.#aliasEnds) item.end += grown;
      this.#aliasEnds.push({ name, end: this.at + text.length + 1 });
      this.source = this.source.slice(0, this.at) + text + tail;
      if (this.source.length > 1_048_576) this.fail('memory exhausted');
    }
  }

  /** Blanks, comments and continued lines. */
  #skipBlanks(): void {
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

  #skipNewlines(): void {
    for (;;) {
      this.#skipBlanks();
      if (this.source[this.at] !== '\n') return;
      this.#newline();
    }
  }

  #peekOperator(): string | undefined {
    this.#skipBlanks();
    OPERATORS.lastIndex = this.at;
    return OPERATORS.exec(this.source)?.[0];
  }

  /** The unquoted word here as text, if it ends at a delimiter. */
  #peekPlain(): string | undefined {
    this.#skipBlanks();
    const match = /[^\s|&;<>()$`"'\\]+(?=[\s|&;<>()]|$)/y;
    match.lastIndex = this.at;
    return match.exec(this.source)?.[0];
  }

  #takePlain(word: string): void {
    this.#skipBlanks();
    this.at += word.length;
  }

  /** The reserved word that ends a part of a compound command. */
  #closer(): string {
    this.#skipNewlines();
    const word = this.#peekPlain();
    if (word === undefined || !RESERVED.has(word)) this.#unexpected();
    this.#takePlain(word);
    return word;
  }

  #expect(word: string): void {
    this.#skipNewlines();
    if (this.#peekPlain() !== word) this.#unexpected(word);
    this.#takePlain(word);
  }

  #unexpected(_wanted = ''): never {
    this.#skipBlanks();
    if (this.at >= this.source.length) this.fail('syntax error: unexpected end of file', { incomplete: true });
    const char = this.source[this.at];
    let token: string;
    if (char === '\n') token = 'newline';
    else token = this.#peekOperator() ?? this.#peekPlain() ?? this.readWord()?.raw ?? char!;
    return this.fail(`syntax error near unexpected token \`${token}'`, { showsLine: true });
  }
}

function parseExpressionWord(source: string, line: number): Word {
  return new Parser(source, { line }).readExpression();
}
setExpressionParser(parseExpressionWord);

/** Parses a whole text at once, for tests and for bodies that are known to be complete. */
export function parseAll(source: string, options: ParserOptions = {}): List {
  const parser = new Parser(source, options);
  const items: ListItem[] = [];
  for (let list = parser.next(); list !== undefined; list = parser.next()) items.push(...list.items);
  return { items };
}

export { ShellSyntaxError };
