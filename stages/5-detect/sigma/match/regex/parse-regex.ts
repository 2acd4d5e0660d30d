/**
 * Reads a regular expression's source into a tree: the regular part of ECMAScript's patterns (ECMA-262, 22.2.1 with Annex B, no `u`), groups that set
 * flags included. Look-around and back-references cannot run in linear time and are refused.
 */
import {
  complementOf,
  digits,
  ignoringCase,
  lineTerminators,
  spaces,
  unionOf,
  wordUnits,
  type UnitSet,
} from './code-units.ts';

export type Assertion = 'textStart' | 'textEnd' | 'lineStart' | 'lineEnd' | 'wordBoundary' | 'noWordBoundary';

export type RegexNode =
  | { readonly kind: 'unit'; readonly set: UnitSet }
  | { readonly kind: 'sequence' | 'choice'; readonly of: readonly RegexNode[] }
  | { readonly kind: 'repeat'; readonly of: RegexNode; readonly min: number; readonly max: number }
  | { readonly kind: 'assert'; readonly assertion: Assertion };

/** A pattern that is not run, and why: one sentence. */
export class RegexRefused extends Error {
  override readonly name = 'RegexRefused';
}

/** Longer sources, and deeper groups, are nobody's. */
const maxSourceLength = 10_000;
const maxGroupDepth = 100;

/** Throws RegexRefused. `flags`: of `i`, `m` and `s`. */
export function parseRegex(source: string, flags: string): RegexNode {
  if (source.length > maxSourceLength) {
    throw new RegexRefused(`the pattern has ${source.length} characters; at most ${maxSourceLength} are taken`);
  }
  try {
    RegExp(source, flags);
  } catch (error) {
    throw new RegexRefused(error instanceof Error ? error.message : String(error));
  }
  return new Parser(source).parse({ i: flags.includes('i'), m: flags.includes('m'), s: flags.includes('s') });
}

interface Flags {
  readonly i: boolean;
  readonly m: boolean;
  readonly s: boolean;
}

/** That the source is well formed is known. */
class Parser {
  readonly #source: string;
  #at = 0;
  #depth = 0;

  constructor(source: string) {
    this.#source = source;
  }

  parse(flags: Flags): RegexNode {
    const node = this.#choice(flags);
    if (this.#at < this.#source.length) throw new RegexRefused(`"${this.#rest()}" is not understood`);
    return node;
  }

  #choice(flags: Flags): RegexNode {
    const branches: RegexNode[] = [];
    do branches.push(this.#sequence(flags));
    while (this.#take('|'));
    return branches.length === 1 && branches[0] !== undefined ? branches[0] : { kind: 'choice', of: branches };
  }

  #sequence(flags: Flags): RegexNode {
    const of: RegexNode[] = [];
    while (this.#at < this.#source.length && this.#peek() !== '|' && this.#peek() !== ')') {
      of.push(this.#quantified(this.#atom(flags)));
    }
    return { kind: 'sequence', of };
  }

  #quantified(of: RegexNode): RegexNode {
    const [min, max] = this.#quantifier();
    if (min < 0) return of;
    this.#take('?');
    return { kind: 'repeat', of, min, max };
  }

  /** The next quantifier's bounds; -1 when there is none. */
  #quantifier(): readonly [number, number] {
    if (this.#take('*')) return [0, Infinity];
    if (this.#take('+')) return [1, Infinity];
    if (this.#take('?')) return [0, 1];
    const braces = /^\{(\d+)(?:(,)(\d*))?\}/.exec(this.#source.slice(this.#at, this.#at + 40));
    if (braces === null) return [-1, -1];
    this.#at += braces[0].length;
    const min = Number(braces[1]);
    if (braces[2] === undefined) return [min, min];
    return [min, braces[3] === '' ? Infinity : Number(braces[3])];
  }

  #atom(flags: Flags): RegexNode {
    const first = this.#next();
    switch (first) {
      case '^':
        return { kind: 'assert', assertion: flags.m ? 'lineStart' : 'textStart' };
      case '$':
        return { kind: 'assert', assertion: flags.m ? 'lineEnd' : 'textEnd' };
      case '.':
        return { kind: 'unit', set: flags.s ? [0, 0xffff] : complementOf(lineTerminators) };
      case '(':
        return this.#group(flags);
      case '[':
        return { kind: 'unit', set: this.#class(flags) };
      case '\\': {
        if (this.#take('b')) return { kind: 'assert', assertion: 'wordBoundary' };
        if (this.#take('B')) return { kind: 'assert', assertion: 'noWordBoundary' };
        return unit(this.#escape(), flags);
      }
      default:
        return unit(single(first), flags);
    }
  }

  #group(flags: Flags): RegexNode {
    let inner = flags;
    if (this.#take('?')) {
      const head = /^(?:<[^=!][^>]*>|(\w*)(?:-(\w*))?:)/.exec(this.#source.slice(this.#at, this.#at + 200));
      if (head === null)
        throw new RegexRefused(
          `"(?${this.#rest()}": look-around cannot be searched in linear time; say it in the condition`,
        );
      this.#at += head[0].length;
      for (const flag of head[1] ?? '') inner = { ...inner, [flag]: true };
      for (const flag of head[2] ?? '') inner = { ...inner, [flag]: false };
    }
    if (++this.#depth > maxGroupDepth) throw new RegexRefused(`groups nest deeper than ${maxGroupDepth}`);
    const node = this.#choice(inner);
    this.#depth--;
    this.#take(')');
    return node;
  }

  #class(flags: Flags): UnitSet {
    const isNegated = this.#take('^');
    const sets: UnitSet[] = [];
    while (!this.#take(']')) {
      const from = this.#classMember();
      if (this.#peek() !== '-' || this.#source[this.#at + 1] === ']') {
        sets.push(from);
        continue;
      }
      this.#at++;
      const to = this.#classMember();
      if (isSingle(from) && isSingle(to)) sets.push([from[0] ?? 0, to[0] ?? 0]);
      else sets.push(from, single('-'), to);
    }
    const union = unionOf(...sets);
    const set = flags.i ? ignoringCase(union) : union;
    return isNegated ? complementOf(set) : set;
  }

  #classMember(): UnitSet {
    const first = this.#next();
    if (first !== '\\') return single(first);
    if (this.#take('b')) return [8, 8];
    if (this.#take('-')) return single('-');
    return this.#escape();
  }

  /** What follows a backslash, and is no assertion. */
  #escape(): UnitSet {
    const letter = this.#next();
    switch (letter) {
      case 'd':
        return digits;
      case 'D':
        return complementOf(digits);
      case 'w':
        return wordUnits;
      case 'W':
        return complementOf(wordUnits);
      case 's':
        return spaces;
      case 'S':
        return complementOf(spaces);
      case 't':
        return [9, 9];
      case 'n':
        return [10, 10];
      case 'v':
        return [11, 11];
      case 'f':
        return [12, 12];
      case 'r':
        return [13, 13];
      case 'x':
        return this.#hex(2) ?? single('x');
      case 'u':
        return this.#hex(4) ?? single('u');
      case 'c': {
        const control = this.#peek();
        if (!/^[A-Za-z]$/.test(control)) throw new RegexRefused('"\\c" must be followed by a letter');
        this.#at++;
        const code = control.charCodeAt(0) & 31;
        return [code, code];
      }
      case 'k':
        if (this.#peek() === '<') throw new RegexRefused('back-references cannot be searched in linear time');
        return single('k');
      case '0':
        if (/^\d$/.test(this.#peek())) throw new RegexRefused('octal escapes are ambiguous: write \\x and two digits');
        return [0, 0];
      default:
        if (/^[1-9]$/.test(letter)) {
          throw new RegexRefused(`"\\${letter}": back-references cannot be searched in linear time`);
        }
        return single(letter);
    }
  }

  #hex(length: number): UnitSet | undefined {
    const text = this.#source.slice(this.#at, this.#at + length);
    if (text.length < length || !/^[0-9a-fA-F]+$/.test(text)) return undefined;
    this.#at += length;
    const code = Number.parseInt(text, 16);
    return [code, code];
  }

  #peek(): string {
    return this.#source[this.#at] ?? '';
  }

  #next(): string {
    return this.#source[this.#at++] ?? '';
  }

  #take(wanted: string): boolean {
    if (this.#source[this.#at] !== wanted) return false;
    this.#at++;
    return true;
  }

  #rest(): string {
    return this.#source.slice(this.#at, this.#at + 20);
  }
}

function single(text: string): UnitSet {
  const code = text.charCodeAt(0);
  return [code, code];
}

function isSingle(set: UnitSet): boolean {
  return set.length === 2 && set[0] === set[1];
}

function unit(set: UnitSet, flags: Flags): RegexNode {
  return { kind: 'unit', set: flags.i ? ignoringCase(set) : set };
}
