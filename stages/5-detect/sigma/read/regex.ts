/** Rules are written for PCRE; we run the same pattern in JavaScript's terms. */
import { quote, RuleProblem, type Path } from './problem.ts';

const posixClasses: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  blank: ' \\t',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '\\x21-\\x7e',
  lower: 'a-z',
  print: '\\x20-\\x7e',
  punct: '!-\\/:-@\\[-`{-~',
  space: '\\s',
  upper: 'A-Z',
  word: '\\w',
  xdigit: '0-9A-Fa-f',
};

/** The same pattern in JavaScript. `flags`: of `i`, `m`, `s`. @throws RuleProblem for what cannot be said, or is broken */
export function translateRegex(pattern: string, flags: string, path: Path): { source: string; flags: string } {
  const { rest, flags: all } = leadingFlags(pattern, flags, path);
  const source = new Translator(rest, path).translate();
  try {
    RegExp(source, all);
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^.*\/: /s, '') : String(error);
    throw new RuleProblem(path, `${quote(pattern)} is no regular expression: ${reason}`);
  }
  return { source, flags: all };
}

/** `(?i)` in front is a flag of the whole. */
function leadingFlags(pattern: string, flags: string, path: Path): { rest: string; flags: string } {
  const match = /^\(\?([a-zA-Z]+)\)/.exec(pattern);
  if (match === null) return { rest: pattern, flags };
  const named = match[1] ?? '';
  const unknown = /[^ims]/.exec(named)?.[0];
  if (unknown !== undefined)
    throw new RuleProblem(
      path,
      `the flag ${quote(unknown)} of ${quote(match[0])} is not supported: \`i\`, \`m\` and \`s\` are`,
    );
  return { rest: pattern.slice(match[0].length), flags: [...new Set(flags + named)].sort().join('') };
}

class Translator {
  readonly #pattern: string;
  readonly #path: Path;
  #at = 0;
  #written = '';
  /** By open group: what inline flags opened in it (`(?i:`), to be closed before `|` and with the group, and opened again behind `|`. */
  readonly #flagged: string[][] = [[]];

  constructor(pattern: string, path: Path) {
    this.#pattern = pattern;
    this.#path = path;
  }

  translate(): string {
    while (this.#at < this.#pattern.length) this.#step();
    return this.#written + ')'.repeat(this.#flagged[0]?.length ?? 0);
  }

  #step(): void {
    const unit = this.#pattern[this.#at]!;
    if (unit === '\\') this.#escape();
    else if (unit === '[') this.#characterClass();
    else if (unit === '(') this.#group();
    else if (unit === ')') {
      const flagged = this.#flagged.length > 1 ? this.#flagged.pop() : [];
      this.#write(')'.repeat((flagged?.length ?? 0) + 1), 1);
    } else if (unit === '|') {
      const flagged = this.#flagged.at(-1) ?? [];
      this.#write(`${')'.repeat(flagged.length)}|${flagged.join('')}`, 1);
    } else if ('*+?}'.includes(unit) && this.#pattern[this.#at + 1] === '+') {
      throw this.#problem('possessive quantifiers (`*+`) are not supported: leave the `+` away');
    } else this.#write(unit, 1);
  }

  #escape(): void {
    const next = this.#pattern[this.#at + 1];
    if (next === 'A') this.#write('(?-m:^)', 2);
    else if (next === 'z' || next === 'Z') this.#write('(?-m:$)', 2);
    else if (next === 'h') this.#write('[ \\t]', 2);
    else if (next === 'a') this.#write('\\x07', 2);
    else if (next === 'e') this.#write('\\x1b', 2);
    else if (next === 'Q') this.#quoted();
    else if (next === 'E') this.#at += 2;
    else if (next === undefined) throw this.#problem('it ends with a backslash');
    else if (next === 'x' && this.#pattern[this.#at + 2] === '{') this.#codePoint();
    // JavaScript would take these for the letters themselves.
    else if (/[a-zA-Z]/.test(next) && !/[bBcdDfknrsStuvwWx]/.test(next))
      throw this.#problem(`${quote(`\\${next}`)} is not supported`);
    else this.#write(this.#pattern.slice(this.#at, this.#at + 2), 2);
  }

  /** `\x{2014}` */
  #codePoint(): void {
    const hex = /^\{([0-9a-fA-F]{1,4})\}/.exec(this.#pattern.slice(this.#at + 2, this.#at + 9));
    if (hex === null) throw this.#problem('`\\x{…}` holds up to four hexadecimal digits');
    this.#write(`\\u${(hex[1] ?? '').padStart(4, '0')}`, 2 + hex[0].length);
  }

  #quoted(): void {
    const end = this.#pattern.indexOf('\\E', this.#at + 2);
    const text = this.#pattern.slice(this.#at + 2, end < 0 ? undefined : end);
    this.#written += text.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`);
    this.#at = end < 0 ? this.#pattern.length : end + 2;
  }

  #characterClass(): void {
    let at = this.#at + 1;
    let written = '[';
    if (this.#pattern[at] === '^') written += this.#pattern[at++];
    // In PCRE a `]` at the beginning is a character.
    if (this.#pattern[at] === ']') {
      written += '\\]';
      at++;
    }
    for (; at < this.#pattern.length && this.#pattern[at] !== ']'; at++) {
      const posix = /^\[:(\^?)(\w+):\]/.exec(this.#pattern.slice(at, at + 16));
      const ranges = posixClasses[posix?.[2] ?? ''];
      if (posix !== null && ranges !== undefined && posix[1] === '') {
        written += ranges;
        at += posix[0].length - 1;
      } else if (posix !== null) throw this.#problem(`${quote(posix[0])} is not supported`);
      else if (this.#pattern[at] === '\\') {
        const next = this.#pattern[++at] ?? '';
        written += next === 'h' ? ' \\t' : next === 'e' ? '\\x1b' : next === 'a' ? '\\x07' : `\\${next}`;
      } else written += this.#pattern[at];
    }
    if (at >= this.#pattern.length) throw this.#problem('a `]` is missing');
    this.#written += `${written}]`;
    this.#at = at + 1;
  }

  #group(): void {
    const rest = this.#pattern.slice(this.#at, this.#at + 64);
    const comment = /^\(\?#[^)]*\)?/.exec(this.#pattern.slice(this.#at));
    if (comment !== null) {
      this.#at += comment[0].length;
      return;
    }
    const flags = /^\(\?([ims]*)(?:-([ims]+))?\)/.exec(rest);
    if (flags !== null) {
      const opened = `(?${flags[1]}${flags[2] === undefined ? '' : `-${flags[2]}`}:`;
      this.#flagged.at(-1)?.push(opened);
      this.#write(opened, flags[0].length);
      return;
    }
    if (rest.startsWith('(?>')) throw this.#problem('atomic groups (`(?>`) are not supported: write `(?:`');
    if (/^\(\?(?:[(R&0-9|+'CP]|P[=>]|-\d)/.test(rest) && !rest.startsWith('(?P<'))
      throw this.#problem(`${quote(rest.slice(0, 4))} is not supported`);
    this.#flagged.push([]);
    const named = /^\(\?P</.exec(rest);
    if (named === null) this.#write('(', 1);
    else this.#write('(?<', named[0].length);
  }

  #write(text: string, read: number): void {
    this.#written += text;
    this.#at += read;
  }

  #problem(reason: string): RuleProblem {
    return new RuleProblem(this.#path, `the regular expression ${quote(this.#pattern)} cannot be used: ${reason}`);
  }
}
