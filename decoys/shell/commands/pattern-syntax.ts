/**
 * Reads POSIX basic, POSIX extended and the common part of Perl regular expressions into one tree, which `linear-regex.ts` runs in time
 * linear in the text. Patterns and texts are binary: one character is one byte.
 */
export type PatternSyntax = 'basic' | 'extended' | 'perl';

export type PatternNode =
  | { readonly kind: 'empty' | 'keep' }
  | { readonly kind: 'set'; readonly set: Uint8Array }
  | { readonly kind: 'all' | 'any'; readonly parts: readonly PatternNode[] }
  | {
      readonly kind: 'repeat';
      readonly node: PatternNode;
      readonly min: number;
      readonly max: number;
      readonly greedy: boolean;
    }
  | { readonly kind: 'group'; readonly index: number; readonly node: PatternNode }
  | { readonly kind: 'assert'; readonly what: 'start' | 'end' | 'edge' | 'inside' | 'word-start' | 'word-end' }
  | { readonly kind: 'look'; readonly node: PatternNode; readonly ahead: boolean; readonly wanted: boolean };

const MAX_REPEAT = 255;
const MAX_DEPTH = 100;

export class PatternError extends Error {}

const CLASS_TESTS: Readonly<Record<string, RegExp>> = {
  alpha: /[A-Za-z]/,
  digit: /\d/,
  alnum: /[A-Za-z0-9]/,
  upper: /[A-Z]/,
  lower: /[a-z]/,
  space: /[ \t\n\v\f\r]/,
  blank: /[ \t]/,
  punct: /[!-/:-@[-`{-~]/,
  print: /[ -~]/,
  graph: /[!-~]/,
  cntrl: /[\x00-\x1f\x7f]/,
  xdigit: /[0-9A-Fa-f]/,
};

export function setWhere(test: (char: string) => boolean): Uint8Array {
  const set = new Uint8Array(256);
  for (let code = 0; code < 256; code += 1) if (test(String.fromCharCode(code))) set[code] = 1;
  return set;
}

/** The members of `[:name:]`, or undefined where there is no such class. */
export function namedClass(name: string): Uint8Array | undefined {
  const test = CLASS_TESTS[name];
  return test === undefined ? undefined : setWhere((char) => test.test(char));
}

const WORD = setWhere((char) => /\w/.test(char));
const SPACE = setWhere((char) => CLASS_TESTS['space']!.test(char));
const DIGIT = setWhere((char) => /\d/.test(char));
const inverted = (set: Uint8Array): Uint8Array => set.map((bit) => 1 - bit);

/** @throws PatternError with the text of the GNU library. */
export function parsePattern(
  source: string,
  syntax: PatternSyntax,
  ignoreCase = false,
): { node: PatternNode; groups: number } {
  const parser = new PatternParser(source, syntax, ignoreCase);
  return { node: parser.parse(), groups: parser.groups };
}

class PatternParser {
  groups = 0;
  #at = 0;
  #depth = 0;
  #source: string;
  #syntax: PatternSyntax;
  #ignoreCase: boolean;

  constructor(source: string, syntax: PatternSyntax, ignoreCase: boolean) {
    this.#source = source;
    this.#syntax = syntax;
    this.#ignoreCase = ignoreCase;
  }

  parse(): PatternNode {
    const node = this.#alternatives();
    if (this.#at < this.#source.length) throw new PatternError('Unmatched ) or \\)');
    return node;
  }

  #looking(text: string): boolean {
    return this.#source.startsWith(text, this.#at);
  }

  #take(text: string): boolean {
    if (!this.#looking(text)) return false;
    this.#at += text.length;
    return true;
  }

  get #open(): string {
    return this.#syntax === 'basic' ? String.raw`\(` : '(';
  }

  get #close(): string {
    return this.#syntax === 'basic' ? String.raw`\)` : ')';
  }

  get #bar(): string {
    return this.#syntax === 'basic' ? String.raw`\|` : '|';
  }

  #alternatives(): PatternNode {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw new PatternError('Regular expression too big');
    const parts = [this.#sequence()];
    while (this.#take(this.#bar)) parts.push(this.#sequence());
    this.#depth -= 1;
    return parts.length === 1 ? parts[0]! : { kind: 'any', parts };
  }

  #sequence(): PatternNode {
    const parts: PatternNode[] = [];
    while (this.#at < this.#source.length && !this.#looking(this.#bar)) {
      if (this.#looking(this.#close) && (this.#depth > 1 || this.#syntax !== 'extended')) break;
      let atom = this.#atom(parts.length === 0);
      for (;;) {
        const repeated = this.#repetition(atom, parts.length === 0 && atom.kind === 'assert');
        if (repeated === undefined) break;
        atom = repeated;
      }
      parts.push(atom);
    }
    return parts.length === 1 ? parts[0]! : { kind: 'all', parts };
  }

  #repetition(node: PatternNode, literalStar: boolean): PatternNode | undefined {
    const basic = this.#syntax === 'basic';
    const start = this.#at;
    let range: [number, number] | undefined;
    if (this.#looking('*') && !(basic && literalStar)) range = [0, Infinity];
    else if (this.#looking(basic ? String.raw`\+` : '+')) range = [1, Infinity];
    else if (this.#looking(basic ? String.raw`\?` : '?')) range = [0, 1];
    if (range !== undefined) this.#at += this.#source[this.#at] === '\\' ? 2 : 1;
    else if (this.#take(basic ? String.raw`\{` : '{')) {
      const interval = /^(\d*)(,?)(\d*)/.exec(this.#source.slice(this.#at, this.#at + 20))!;
      this.#at += interval[0].length;
      if (interval[0] === '' || !this.#take(basic ? String.raw`\}` : '}')) {
        if (basic)
          throw new PatternError(interval[0] === '' ? 'Invalid preceding regular expression' : 'Unmatched \\{');
        this.#at = start;
        return undefined;
      }
      const min = Number(interval[1] || 0);
      range = [min, interval[2] === '' ? min : interval[3] === '' ? Infinity : Number(interval[3])];
      if (range[0] > MAX_REPEAT || (range[1] !== Infinity && range[1] > MAX_REPEAT))
        throw new PatternError('Regular expression too big');
      if (range[1] < range[0]) throw new PatternError('Invalid content of \\{\\}');
    }
    if (range === undefined) return undefined;
    const greedy = !(this.#syntax === 'perl' && this.#take('?'));
    if (this.#syntax === 'perl') this.#take('+');
    return { kind: 'repeat', node, min: range[0], max: range[1], greedy };
  }

  #atom(first: boolean): PatternNode {
    if (this.#take(this.#open)) return this.#group();
    const char = this.#source[this.#at++]!;
    const basic = this.#syntax === 'basic';
    if (char === '^' && (!basic || first)) return { kind: 'assert', what: 'start' };
    if (
      char === '$' &&
      (!basic || this.#at === this.#source.length || this.#looking(this.#close) || this.#looking(this.#bar))
    )
      return { kind: 'assert', what: 'end' };
    if (char === '.') return { kind: 'set', set: setWhere((other) => other !== '\n') };
    if (char === '[') return this.#bracket();
    if (char === '\\') return this.#escape();
    if (this.#syntax === 'perl' && /[*+?]/.test(char))
      throw new PatternError('quantifier does not follow a repeatable item');
    return this.#literal(char);
  }

  #literal(char: string): PatternNode {
    const folded = this.#ignoreCase ? [char.toLowerCase(), char.toUpperCase()] : [char];
    return { kind: 'set', set: setWhere((other) => folded.includes(other)) };
  }

  #group(): PatternNode {
    const finish = (): PatternNode => {
      const node = this.#alternatives();
      if (!this.#take(this.#close))
        throw new PatternError(this.#syntax === 'perl' ? 'missing closing parenthesis' : 'Unmatched ( or \\(');
      return node;
    };
    if (this.#syntax === 'perl' && this.#take('?')) {
      if (this.#take('i)')) {
        this.#ignoreCase = true;
        return { kind: 'empty' };
      }
      if (this.#take(':')) return finish();
      if (this.#take('=')) return { kind: 'look', node: finish(), ahead: true, wanted: true };
      if (this.#take('!')) return { kind: 'look', node: finish(), ahead: true, wanted: false };
      if (this.#take('<=')) return { kind: 'look', node: finish(), ahead: false, wanted: true };
      if (this.#take('<!')) return { kind: 'look', node: finish(), ahead: false, wanted: false };
      throw new PatternError('unrecognized character after (? or (?-');
    }
    this.groups += 1;
    const index = this.groups;
    return { kind: 'group', index, node: finish() };
  }

  #escape(): PatternNode {
    const char = this.#source[this.#at++];
    if (char === undefined) throw new PatternError('Trailing backslash');
    if (char === 'w') return { kind: 'set', set: WORD };
    if (char === 'W') return { kind: 'set', set: inverted(WORD) };
    if (char === 's') return { kind: 'set', set: SPACE };
    if (char === 'S') return { kind: 'set', set: inverted(SPACE) };
    if (char === 'b') return { kind: 'assert', what: 'edge' };
    if (char === 'B') return { kind: 'assert', what: 'inside' };
    if (char === '<') return { kind: 'assert', what: 'word-start' };
    if (char === '>') return { kind: 'assert', what: 'word-end' };
    if (char === '`') return { kind: 'assert', what: 'start' };
    if (char === "'") return { kind: 'assert', what: 'end' };
    if (/[1-9]/.test(char)) throw new PatternError('Invalid back reference');
    if (this.#syntax === 'perl') {
      if (char === 'd') return { kind: 'set', set: DIGIT };
      if (char === 'D') return { kind: 'set', set: inverted(DIGIT) };
      if (char === 'K') return { kind: 'keep' };
      const control = 'tnrfv'.indexOf(char);
      if (control !== -1) return this.#literal('\t\n\r\f\v'[control]!);
    }
    return this.#literal(char);
  }

  #bracket(): PatternNode {
    if (this.#at >= this.#source.length) throw new PatternError('Invalid regular expression');
    const negated = this.#take('^');
    const set = new Uint8Array(256);
    for (let first = true; first || !this.#looking(']'); first = false) {
      if (this.#at >= this.#source.length) throw new PatternError('Unmatched [, [^, [:, [., or [=');
      const named = /^\[:(\w*):\]/.exec(this.#source.slice(this.#at, this.#at + 20));
      if (named !== null) {
        const members = namedClass(named[1]!);
        if (members === undefined) throw new PatternError('Invalid character class name');
        members.forEach((bit, code) => (set[code]! |= bit));
        this.#at += named[0].length;
        continue;
      }
      const low = this.#bracketChar(set);
      if (low === undefined) continue;
      let high = low;
      if (this.#looking('-') && !this.#looking('-]')) {
        this.#at += 1;
        high = this.#bracketChar(set) ?? low;
        if (high < low) throw new PatternError('Invalid range end');
      }
      for (let code = low; code <= high; code += 1) set[code] = 1;
    }
    this.#at += 1;
    if (this.#ignoreCase)
      for (let code = 65; code <= 90; code += 1)
        if (set[code] === 1 || set[code + 32] === 1) set[code] = set[code + 32] = 1;
    return { kind: 'set', set: negated ? inverted(set) : set };
  }

  /** One member as its code; a Perl class goes into the set at once. */
  #bracketChar(set: Uint8Array): number | undefined {
    const char = this.#source[this.#at++];
    if (char === undefined) throw new PatternError('Unmatched [, [^, [:, [., or [=');
    if (char !== '\\' || this.#syntax !== 'perl') return char.charCodeAt(0);
    const escaped = this.#escape();
    if (escaped.kind !== 'set') return undefined;
    const codes = [...escaped.set.keys()].filter((code) => escaped.set[code] === 1);
    if (codes.length === 1) return codes[0];
    for (const code of codes) set[code] = 1;
    return undefined;
  }
}
