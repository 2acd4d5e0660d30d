/** Reads simple commands: assignments, words and redirections. */
import type { ArrayElement, Assignment, Command, Redirect, Word } from './ast.types.ts';
import { TokenReader } from './token-reader.ts';

const DECLARING = new Set(['export', 'declare', 'typeset', 'local', 'readonly', 'alias']);
export const NOTHING: Word = { parts: [], raw: '' };

export abstract class SimpleCommandReader extends TokenReader {
  protected simple(line: number): Command {
    const assignments: Assignment[] = [];
    const words: Word[] = [];
    const redirects: Redirect[] = [];
    let declaring = false;
    for (;;) {
      this.skipBlanks();
      const redirect = this.redirect();
      if (redirect !== undefined) {
        redirects.push(redirect);
        continue;
      }
      if (words.length === 0 || declaring) {
        const start = this.at;
        const assignment = this.assignment();
        if (assignment !== undefined) {
          if (words.length === 0) assignments.push(assignment);
          else words.push({ parts: [], raw: this.source.slice(start, this.at), assignment });
          continue;
        }
      }
      if (words.length === 0 && assignments.length > 0) this.expandAlias();
      const word = this.readWord();
      if (word === undefined) break;
      if (words.length === 0 && DECLARING.has(word.raw) && word.raw !== 'alias') declaring = true;
      words.push(word);
    }
    if (words.length === 0 && assignments.length === 0 && redirects.length === 0) this.unexpected();
    if (this.source[this.at] === '(' && words.length > 0) {
      // bash reads on and complains of what follows the parenthesis.
      const start = this.at++;
      this.skipBlanks();
      if (this.source[this.at] !== undefined && this.source[this.at] !== '\n' && words.length > 1) this.at = start;
      if (this.at >= this.source.length) this.fail("syntax error near unexpected token `newline'", { showsLine: true });
      this.unexpected();
    }
    return { kind: 'simple', assignments, words, redirects, line };
  }

  protected assignment(): Assignment | undefined {
    const match = /([A-Za-z_][A-Za-z0-9_]*)(?:\[((?:[^[\]\n]|\[[^[\]\n]*\])*)\])?(\+?)=/y;
    match.lastIndex = this.at;
    const found = match.exec(this.source);
    if (found === null) return undefined;
    this.at = match.lastIndex;
    const index = found[2] === undefined ? undefined : this.nested(found[2], this.line).readExpression();
    const base = { name: found[1]!, ...(index === undefined ? {} : { index }), append: found[3] === '+' };
    if (this.source[this.at] === '(') return { ...base, value: this.array() };
    return { ...base, value: this.readWord() ?? NOTHING };
  }

  protected array(): ArrayElement[] {
    this.at++;
    const elements: ArrayElement[] = [];
    for (;;) {
      this.skipNewlines();
      if (this.at >= this.source.length) this.eofWhile(')');
      if (this.source[this.at] === ')') break;
      const match = /\[([^\]\n]*)\]=/y;
      match.lastIndex = this.at;
      const found = match.exec(this.source);
      if (found !== null) {
        this.at = match.lastIndex;
        elements.push({ index: this.nested(found[1]!, this.line).readExpression(), value: this.readWord() ?? NOTHING });
        continue;
      }
      const word = this.readWord();
      if (word === undefined) this.unexpected();
      elements.push({ value: word });
    }
    this.at++;
    return elements;
  }

  protected redirect(): Redirect | undefined {
    const match = /(?:(\d+)|\{([A-Za-z_][A-Za-z0-9_]*)\})?(&>>|&>|<<<|<<-|<<|<&|<>|<(?!\()|>>|>&|>\||>(?!\())/y;
    match.lastIndex = this.at;
    const found = match.exec(this.source);
    if (found === null) return undefined;
    const op = found[3] as Redirect['op'];
    if (op.startsWith('&') && found[1] !== undefined) return undefined;
    this.at = match.lastIndex;
    this.skipBlanks();
    const target = this.readWord();
    if (target === undefined) this.unexpected();
    const fd = found[1] === undefined ? undefined : Number(found[1].slice(0, 9));
    const redirect: Redirect = { fd, ...(found[2] === undefined ? {} : { variable: found[2] }), op, target };
    if (op === '<<' || op === '<<-') {
      const quoted = /['"\\]/.test(target.raw);
      this.pending.push({
        redirect,
        delimiter: target.raw.replace(/\\([\s\S])|['"]/g, '$1'),
        quoted,
        strip: op === '<<-',
      });
      redirect.target = NOTHING;
    }
    return redirect;
  }
}
