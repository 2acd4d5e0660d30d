/** Reads a sed script (GNU sed 4.9) into commands, with its complaints by character position. */
import { compilePattern } from './linear-regex.ts';
import type { LinearRegex } from './linear-regex.ts';

export type SedAddress =
  | { readonly kind: 'line'; readonly line: number }
  | { readonly kind: 'step'; readonly first: number; readonly step: number }
  | { readonly kind: 'last' | 'zero' }
  | { readonly kind: 'plus' | 'multiple'; readonly count: number }
  | { readonly kind: 'regex'; readonly regex: LinearRegex | undefined };

export interface SedCommand {
  readonly name: string;
  readonly from: SedAddress | undefined;
  readonly to: SedAddress | undefined;
  readonly negated: boolean;
  /** Text of `a` `i` `c`, label of `b` `t` `T` `:`, file of `r` `w`, exit status of `q`. */
  readonly text: string;
  readonly substitution?: Substitution;
  readonly table?: ReadonlyMap<string, string>;
  /** Where `{` ends. */
  jump: number;
}

export interface Substitution {
  readonly regex: LinearRegex | undefined;
  readonly replacement: string;
  readonly all: boolean;
  readonly nth: number;
  readonly print: boolean;
  readonly file: string;
}

export class SedError extends Error {}

export function parseSed(script: string, extended: boolean): SedCommand[] {
  return new SedParser(script, extended).parse();
}

class SedParser {
  #text: string;
  #at = 0;
  #extended: boolean;

  constructor(text: string, extended: boolean) {
    this.#text = text;
    this.#extended = extended;
  }

  #fail(message: string): never {
    throw new SedError(`-e expression #1, char ${this.#at}: ${message}`);
  }

  #skip(pattern: RegExp): void {
    while (this.#at < this.#text.length && pattern.test(this.#text[this.#at]!)) this.#at += 1;
  }

  parse(): SedCommand[] {
    const commands: SedCommand[] = [];
    const open: number[] = [];
    for (;;) {
      this.#skip(/[\s;]/);
      if (this.#at >= this.#text.length) break;
      if (this.#text[this.#at] === '#') {
        this.#skip(/[^\n]/);
        continue;
      }
      const command = this.#command();
      if (command.name === '}') {
        const start = open.pop();
        if (start === undefined) this.#fail("unexpected `}'");
        commands[start]!.jump = commands.length;
        continue;
      }
      if (command.name === '{') open.push(commands.length);
      commands.push(command);
      if (commands.length > 2000) this.#fail('script too long');
    }
    if (open.length > 0) {
      this.#at = 0;
      this.#fail("unmatched `{'");
    }
    for (const { name, text } of commands)
      if (/[btT]/.test(name) && text !== '' && !commands.some((other) => other.name === ':' && other.text === text))
        throw new SedError(
          `-e expression #1, char ${this.#text.length}: can't find label for jump to \`${text}'`
            .replace(/char \d+: /, '')
            .replace('-e expression #1, ', ''),
        );
    return commands;
  }

  #command(): SedCommand {
    const from = this.#address();
    let to: SedAddress | undefined;
    if (from !== undefined) {
      this.#skip(/\s/);
      if (this.#text[this.#at] === ',') {
        this.#at += 1;
        this.#skip(/\s/);
        to = this.#address();
        if (to === undefined) this.#fail("unexpected `,'");
      }
    }
    this.#skip(/\s/);
    let negated = false;
    while (this.#text[this.#at] === '!') {
      negated = true;
      this.#at += 1;
      this.#skip(/\s/);
    }
    const name = this.#text[this.#at++];
    if (name === undefined) this.#fail('missing command');
    const base = { name, from, to, negated, text: '', jump: 0 };
    if (name === 's') return this.#ended({ ...base, substitution: this.#substitution() });
    if (name === 'y') return this.#ended({ ...base, table: this.#transliteration() });
    if ('aic'.includes(name)) return { ...base, text: this.#textArgument() };
    if (':btT'.includes(name)) {
      this.#skip(/[ \t]/);
      const match = (name === ':' ? /^[^\s;]*/ : /^[^\s;}]*/).exec(this.#text.slice(this.#at))!;
      this.#at += match[0].length;
      if (name === ':' && match[0] === '') this.#fail('":" lacks a label');
      return { ...base, text: match[0] };
    }
    if ('rRwW'.includes(name)) {
      this.#skip(/[ \t]/);
      const match = /^[^\n]*/.exec(this.#text.slice(this.#at))!;
      this.#at += match[0].length;
      if (match[0] === '') this.#fail('missing filename in r/R/w/W commands');
      return { ...base, text: match[0] };
    }
    if ('qQlL'.includes(name)) {
      this.#skip(/[ \t]/);
      const match = /^\d*/.exec(this.#text.slice(this.#at))!;
      this.#at += match[0].length;
      return this.#ended({ ...base, text: match[0] });
    }
    if ('{'.includes(name)) return base;
    if ('}=dDgGhHnNpPxzF'.includes(name)) return this.#ended(base);
    return this.#fail(`unknown command: \`${name}'`);
  }

  #ended(command: SedCommand): SedCommand {
    this.#skip(/[ \t]/);
    const next = this.#text[this.#at];
    if (next !== undefined && !/[\n;}#]/.test(next)) {
      this.#at += 1;
      this.#fail(command.name === 's' ? "unknown option to `s'" : 'extra characters after command');
    }
    return command;
  }

  #address(): SedAddress | undefined {
    const rest = this.#text.slice(this.#at, this.#at + 30);
    const number = /^(\d+)(?:~(\d+))?/.exec(rest);
    if (number !== null) {
      this.#at += number[0].length;
      if (number[2] !== undefined) return { kind: 'step', first: Number(number[1]), step: Number(number[2]) };
      return number[1] === '0' ? { kind: 'zero' } : { kind: 'line', line: Number(number[1]) };
    }
    const relative = /^([+~])(\d+)/.exec(rest);
    if (relative !== null) {
      this.#at += relative[0].length;
      return { kind: relative[1] === '+' ? 'plus' : 'multiple', count: Number(relative[2]) };
    }
    if (rest.startsWith('$')) {
      this.#at += 1;
      return { kind: 'last' };
    }
    if (!rest.startsWith('/') && !rest.startsWith('\\')) return undefined;
    this.#at += rest.startsWith('\\') ? 1 : 0;
    const source = this.#delimited('unterminated address regex');
    const flags = /^[IM]*/.exec(this.#text.slice(this.#at))![0];
    this.#at += flags.length;
    return { kind: 'regex', regex: this.#regex(source, flags.includes('I')) };
  }

  #regex(source: string, ignoreCase: boolean): LinearRegex | undefined {
    if (source === '') return undefined;
    const compiled = compilePattern(
      source.replaceAll(String.raw`\n`, '\n').replaceAll(String.raw`\t`, '\t'),
      this.#extended ? 'extended' : 'basic',
      { ignoreCase },
    );
    return compiled.ok ? compiled.regex : this.#fail(compiled.message);
  }

  /** From the delimiter here up to the next one; an escaped delimiter is a plain one. */
  #delimited(unterminated: string, plainClass = false): string {
    const delimiter = this.#text[this.#at++];
    if (delimiter === undefined) this.#fail(unterminated);
    let text = '';
    let bracket = false;
    for (; this.#at < this.#text.length; this.#at += 1) {
      const char = this.#text[this.#at]!;
      if (char === '\\') {
        const next = this.#text[this.#at + 1] ?? '';
        text += next === delimiter ? next : `\\${next}`;
        this.#at += 1;
      } else if (char === delimiter && (!bracket || delimiter !== '/' || plainClass)) {
        this.#at += 1;
        return text;
      } else {
        if (char === '[') bracket = true;
        if (char === ']') bracket = false;
        text += char;
      }
    }
    return this.#fail(unterminated);
  }

  #substitution(): Substitution {
    const source = this.#delimited("unterminated `s' command", true);
    this.#at -= 1;
    const replacement = this.#delimited("unterminated `s' command", true);
    const flags = /^(?:[gpiIme]|\d+)*/.exec(this.#text.slice(this.#at))![0];
    this.#at += flags.length;
    let file = '';
    if (this.#text[this.#at] === 'w') {
      this.#at += 1;
      this.#skip(/[ \t]/);
      file = /^[^\n]*/.exec(this.#text.slice(this.#at))![0];
      this.#at += file.length;
    }
    const nth = Number(/\d+/.exec(flags)?.[0] ?? 1);
    if (nth === 0) this.#fail("number option to `s' command may not be zero");
    const regex = this.#regex(source, /i/i.test(flags));
    const highest = Math.max(0, ...[...replacement.matchAll(/\\(\d)/g)].map((match) => Number(match[1])));
    if (regex !== undefined && highest > regex.groups)
      this.#fail(`invalid reference \\${highest} on \`s' command's RHS`);
    return { regex, replacement, all: flags.includes('g'), nth, print: flags.includes('p'), file };
  }

  #transliteration(): Map<string, string> {
    const unescape = (text: string): string[] =>
      Array.from(text.replaceAll(String.raw`\n`, '\n').replaceAll('\\\\', '\\'));
    const from = unescape(this.#delimited("unterminated `y' command", true));
    this.#at -= 1;
    const to = unescape(this.#delimited("unterminated `y' command", true));
    if (from.length !== to.length) this.#fail("strings for `y' command are different lengths");
    return new Map(from.map((char, index) => [char, to[index]!]));
  }

  #textArgument(): string {
    this.#skip(/[ \t]/);
    if (this.#text[this.#at] === '\\') {
      this.#at += 1;
      this.#skip(/[ \t]/);
      if (this.#text[this.#at] === '\n') this.#at += 1;
    }
    if (this.#at >= this.#text.length) this.#fail("expected \\ after `a', `c' or `i'");
    let text = '';
    for (; this.#at < this.#text.length; this.#at += 1) {
      const char = this.#text[this.#at]!;
      if (char === '\n') break;
      if (char === '\\') {
        this.#at += 1;
        text += this.#text[this.#at] ?? '';
      } else text += char;
    }
    return `${text}\n`;
  }
}
