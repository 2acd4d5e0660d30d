/**
 * Parses shell text into a tree, one complete command (up to its newline) at a time as bash does, so that what came before a syntax error has run.
 * Lists, pipelines and compound commands are here; what they are made of in `simple-command-reader.ts`, `token-reader.ts` and `word-reader.ts`.
 */
import type {
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
import { NOTHING, SimpleCommandReader } from './simple-command-reader.ts';
import { RESERVED } from './token-reader.ts';

const CLOSERS = new Set(['then', 'else', 'elif', 'fi', 'do', 'done', 'esac', '}']);

export interface ParserOptions {
  readonly aliases?: ReadonlyMap<string, string>;
  readonly extglob?: boolean;
  readonly line?: number;
}

export class Parser extends SimpleCommandReader {
  constructor(source: string, options: ParserOptions = {}) {
    super(source, options.line ?? 1);
    this.aliases = options.aliases;
    this.extglob = options.extglob ?? false;
  }

  /** What holds for the next command; the one before may have changed it. */
  configure(aliases: ReadonlyMap<string, string> | undefined, extglob: boolean): void {
    this.aliases = aliases;
    this.extglob = extglob;
  }

  /** The next complete command; undefined at the end of the text. An empty list is a blank line. */
  next(): List | undefined {
    this.skipBlanks();
    if (this.at >= this.source.length) return undefined;
    if (this.source[this.at] === '\n') {
      this.newline();
      return { items: [] };
    }
    const list = this.#list(true);
    this.skipBlanks();
    if (this.at < this.source.length && this.source[this.at] !== '\n') this.unexpected();
    if (this.source[this.at] === '\n') this.newline();
    else if (this.pending.length > 0) this.readHeredocs();
    return list;
  }

  protected nested(source: string, line: number): Parser {
    return new Parser(source, { line });
  }

  protected readCommandSubstitution(): List {
    this.enter();
    const outer = this.pending;
    this.pending = [];
    const list = this.#compoundList(')');
    this.skipNewlines();
    if (this.at >= this.source.length) this.eofWhile(')');
    if (this.source[this.at] !== ')') this.unexpected(')');
    if (this.pending.length > 0) for (const item of this.pending) item.redirect.target = NOTHING;
    this.at++;
    this.pending = outer;
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
        const op = this.peekOperator();
        if (op !== '&&' && op !== '||') break;
        this.at += 2;
        this.skipNewlines();
        rest.push({ op, pipeline: this.#pipeline() });
      }
      const op = this.peekOperator();
      items.push({ first, rest, background: op === '&', source: this.source.slice(start, this.at).trim() });
      if (op === ';' || op === '&') this.at += 1;
      else if (oneLine || this.source[this.at] !== '\n') break;
      if (oneLine) this.skipBlanks();
      else this.skipNewlines();
      if (this.#atListEnd(oneLine)) break;
    }
    this.depth--;
    return { items };
  }

  #atListEnd(oneLine: boolean): boolean {
    this.skipBlanks();
    const char = this.source[this.at];
    if (char === undefined || char === ')') return true;
    if (oneLine && char === '\n') return true;
    const op = this.peekOperator();
    if (op === ';;' || op === ';&' || op === ';;&') return true;
    const word = this.peekPlain();
    return word !== undefined && CLOSERS.has(word);
  }

  /** The inside of a compound command; must hold at least one command. */
  #compoundList(closing: string): List {
    this.skipNewlines();
    if (closing === ')' && this.source[this.at] === ')') return { items: [] };
    return this.#list(false);
  }

  #pipeline(): Pipeline {
    let negated = false;
    let timed = false;
    for (;;) {
      const word = this.peekPlain();
      if (word === '!') negated = !negated;
      else if (word === 'time') timed = true;
      else break;
      this.takePlain(word);
      if (timed && this.peekPlain() === '-p') this.takePlain('-p');
    }
    this.skipBlanks();
    const start = this.at;
    const commands: Command[] = [];
    const withStderr: boolean[] = [];
    if ((negated || timed) && this.#atPipelineEnd()) {
      return {
        commands: [{ kind: 'simple', assignments: [], words: [], redirects: [], line: this.line }],
        withStderr,
        negated,
        timed,
        source: '',
      };
    }
    for (;;) {
      commands.push(this.#command());
      const op = this.peekOperator();
      if (op !== '|' && op !== '|&') break;
      this.at += op.length;
      withStderr.push(op === '|&');
      this.skipNewlines();
    }
    return { commands, withStderr, negated, timed, source: this.source.slice(start, this.at).trim() };
  }

  #atPipelineEnd(): boolean {
    this.skipBlanks();
    const char = this.source[this.at];
    return char === undefined || char === '\n' || char === ';' || char === '&' || char === '|' || char === ')';
  }

  #command(): Command {
    this.enter();
    this.expandAlias();
    this.skipBlanks();
    const line = this.line;
    const word = this.peekPlain();
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
    if (CLOSERS.has(word)) this.unexpected();
    if (word === 'function') return this.#functionKeyword(line);
    this.takePlain(word);
    let body: Compound;
    if (word === '{') {
      body = { kind: 'group', list: this.#compoundList('}') };
      this.expect('}');
    } else if (word === 'if') body = this.#if();
    else if (word === 'while' || word === 'until') {
      const test = this.#compoundList('do');
      this.expect('do');
      body = { kind: 'while', until: word === 'until', test, body: this.#compoundList('done') };
      this.expect('done');
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
      this.expect('then');
      branches.push({ test, body: this.#compoundList('fi') });
      const word = this.closer();
      if (word === 'elif') continue;
      if (word === 'else') {
        otherwise = this.#compoundList('fi');
        this.expect('fi');
      } else if (word !== 'fi') this.unexpected();
      return { kind: 'if', branches, otherwise };
    }
  }

  #for(select: boolean): Compound {
    this.skipBlanks();
    if (!select && this.source.startsWith('((', this.at)) return this.#arithmeticFor();
    const name = this.peekPlain();
    if (name === undefined && this.at >= this.source.length)
      this.fail("syntax error near unexpected token `newline'", { showsLine: true });
    if (name === undefined) this.unexpected();
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) this.fail(`\`${name}': not a valid identifier`);
    this.takePlain(name);
    this.skipNewlines();
    let words: Word[] | undefined;
    if (this.peekPlain() === 'in') {
      this.takePlain('in');
      words = [];
      for (;;) {
        this.skipBlanks();
        const word = this.readWord();
        if (word === undefined) break;
        words.push(word);
      }
    }
    if (this.peekOperator() === ';') this.at++;
    this.skipNewlines();
    return { kind: 'for', name, words, body: this.#doBody(), select };
  }

  #doBody(): List {
    const brace = this.peekPlain() === '{';
    this.expect(brace ? '{' : 'do');
    const body = this.#compoundList('done');
    this.expect(brace ? '}' : 'done');
    return body;
  }

  #arithmeticFor(): Compound {
    this.at += 2;
    const from = this.at;
    const text = this.untilDoubleClose();
    if (text === undefined) this.eofWhile(')');
    const parts = text.split(';');
    if (parts.length !== 3) {
      this.at = from;
      this.fail(`syntax error: \`((${text}))'`);
    }
    const words = parts.map((part) => this.nested(part, this.line).readExpression()) as [Word, Word, Word];
    if (this.peekOperator() === ';') this.at++;
    this.skipNewlines();
    return { kind: 'arithmetic-for', parts: words, body: this.#doBody() };
  }

  #case(): Compound {
    this.skipBlanks();
    const subject = this.readWord();
    if (subject === undefined) this.unexpected();
    this.skipNewlines();
    this.expect('in');
    const clauses: CaseClause[] = [];
    for (;;) {
      this.skipNewlines();
      if (this.peekPlain() === 'esac') break;
      if (this.source[this.at] === '(') this.at++;
      const patterns: Word[] = [];
      for (;;) {
        this.skipBlanks();
        const pattern = this.readWord();
        if (pattern === undefined) this.unexpected();
        patterns.push(pattern);
        this.skipBlanks();
        if (this.source[this.at] === '|') this.at++;
        else break;
      }
      if (this.source[this.at] !== ')') this.unexpected();
      this.at++;
      this.skipNewlines();
      const empty = this.#atListEnd(false);
      const body = empty ? { items: [] } : this.#list(false);
      const op = this.peekOperator();
      if (op === ';;' || op === ';&' || op === ';;&') {
        this.at += op.length;
        clauses.push({ patterns, body, end: op });
      } else {
        clauses.push({ patterns, body, end: ';;' });
        this.skipNewlines();
        if (this.peekPlain() !== 'esac') this.unexpected('esac');
      }
    }
    this.takePlain('esac');
    return { kind: 'case', subject, clauses };
  }

  #condition(): Compound {
    const oldGlob = this.extglob;
    this.extglob = true;
    const test = readCondition({
      skip: () => this.skipNewlines(),
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
    const token = this.peekOperator() ?? this.peekPlain() ?? 'newline';
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
    const text = this.untilDoubleClose();
    if (text === undefined) {
      this.at = start;
      this.line = startLine;
      return this.#subshell(line);
    }
    return this.#withRedirects({ kind: 'arithmetic', expression: this.nested(text, line).readExpression() }, line);
  }

  #subshell(line: number): Command {
    this.at++;
    this.skipNewlines();
    const list = this.source[this.at] === ')' ? this.unexpected() : this.#list(false);
    this.skipNewlines();
    if (this.source[this.at] !== ')') this.unexpected(')');
    this.at++;
    return this.#withRedirects({ kind: 'subshell', list }, line);
  }

  #functionKeyword(line: number): Command {
    const start = this.at;
    this.takePlain('function');
    this.skipBlanks();
    const name = this.readWord()?.raw;
    if (name === undefined) this.unexpected();
    this.skipBlanks();
    if (/^\(\s*\)/.test(this.source.slice(this.at, this.at + 16))) this.at = this.source.indexOf(')', this.at) + 1;
    return this.#functionBody(name, start, line);
  }

  #functionBody(name: string, start: number, line: number): Command {
    this.skipNewlines();
    const before = this.at;
    const body = this.#command();
    if (body.kind !== 'compound') {
      this.at = before;
      this.unexpected();
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
    return this.simple(line);
  }

  #withRedirects(body: Compound, line: number): CompoundCommand {
    const redirects: Redirect[] = [];
    for (;;) {
      this.skipBlanks();
      const redirect = this.redirect();
      if (redirect === undefined) break;
      redirects.push(redirect);
    }
    return { kind: 'compound', body, redirects, line };
  }
}
