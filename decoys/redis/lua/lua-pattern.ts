/** Lua's string patterns (its manual, section 5.4.1). Each comparison costs a step, so that no pattern takes longer than a script may. */
import type { LuaBudget } from './lua-budget.ts';
import { LuaError, type LuaValue } from './lua-values.ts';

const MAX_CAPTURES = 32;
const MAX_DEPTH = 200;
const POSITION = -2;
const OPEN = -1;

export interface PatternMatch {
  readonly from: number;
  /** Behind the last character. */
  readonly to: number;
  /** Without captures: the whole match. */
  readonly captures: readonly LuaValue[];
}

export class LuaPattern {
  readonly #pattern: string;
  readonly #text: string;
  readonly #budget: LuaBudget;
  #captures: { from: number; length: number }[] = [];
  #depth = 0;

  constructor(pattern: string, text: string, budget: LuaBudget) {
    this.#pattern = pattern;
    this.#text = text;
    this.#budget = budget;
  }

  /** The first match from `start` on. */
  find(start: number): PatternMatch | undefined {
    const anchored = this.#pattern.startsWith('^');
    for (let from = start; from <= this.#text.length; from++) {
      this.#captures = [];
      const to = this.#match(from, anchored ? 1 : 0);
      if (to !== undefined) return { from, to, captures: this.#found(from, to) };
      if (anchored) return undefined;
    }
    return undefined;
  }

  #found(from: number, to: number): readonly LuaValue[] {
    if (this.#captures.length === 0) return [this.#text.slice(from, to)];
    return this.#captures.map(({ from: start, length }) => {
      if (length === OPEN) throw new LuaError('unfinished capture');
      return length === POSITION ? start + 1 : this.#text.slice(start, start + length);
    });
  }

  #match(at: number, p: number): number | undefined {
    if (++this.#depth > MAX_DEPTH) throw new LuaError('pattern too complex');
    try {
      return this.#matchHere(at, p);
    } finally {
      this.#depth--;
    }
  }

  #matchHere(start: number, first: number): number | undefined {
    const pattern = this.#pattern;
    let [at, p] = [start, first];
    for (;;) {
      this.#budget.spend(1);
      if (p >= pattern.length) return at;
      const c = pattern[p];
      if (c === '(') return pattern[p + 1] === ')' ? this.#open(at, p + 2, POSITION) : this.#open(at, p + 1, OPEN);
      if (c === ')') return this.#close(at, p + 1);
      if (c === '$' && p + 1 === pattern.length) return at === this.#text.length ? at : undefined;
      if (c === '%' && pattern[p + 1] === 'b') {
        const end = this.#balanced(at, p + 2);
        if (end === undefined) return undefined;
        [at, p] = [end, p + 4];
        continue;
      }
      if (c === '%' && /[0-9]/.test(pattern[p + 1] ?? '')) {
        const capture = this.#captures[Number(pattern[p + 1]) - 1];
        if (capture === undefined || capture.length < 0) throw new LuaError('invalid capture index');
        const text = this.#text.slice(capture.from, capture.from + capture.length);
        this.#budget.look(text.length);
        if (!this.#text.startsWith(text, at)) return undefined;
        [at, p] = [at + text.length, p + 2];
        continue;
      }
      const end = this.#classEnd(p);
      const suffix = pattern[end];
      if (suffix === '?') {
        if (this.#single(at, p, end)) {
          const found = this.#match(at + 1, end + 1);
          if (found !== undefined) return found;
        }
        p = end + 1;
        continue;
      }
      if (suffix === '*' || suffix === '+') return this.#longest(at, p, end, suffix === '+' ? 1 : 0);
      if (suffix === '-') return this.#shortest(at, p, end);
      if (!this.#single(at, p, end)) return undefined;
      [at, p] = [at + 1, end];
    }
  }

  #longest(at: number, p: number, end: number, least: number): number | undefined {
    let count = 0;
    while (this.#single(at + count, p, end)) count++;
    for (; count >= least; count--) {
      const found = this.#match(at + count, end + 1);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #shortest(start: number, p: number, end: number): number | undefined {
    for (let at = start; ; at++) {
      const found = this.#match(at, end + 1);
      if (found !== undefined) return found;
      if (!this.#single(at, p, end)) return undefined;
    }
  }

  #open(at: number, p: number, length: number): number | undefined {
    if (this.#captures.length >= MAX_CAPTURES) throw new LuaError('too many captures');
    this.#captures.push({ from: at, length });
    const found = this.#match(at, p);
    if (found === undefined) this.#captures.pop();
    return found;
  }

  #close(at: number, p: number): number | undefined {
    const capture = this.#captures.findLast(({ length }) => length === OPEN);
    if (capture === undefined) throw new LuaError('invalid pattern capture');
    capture.length = at - capture.from;
    const found = this.#match(at, p);
    if (found === undefined) capture.length = OPEN;
    return found;
  }

  #balanced(start: number, p: number): number | undefined {
    const [open, close] = [this.#pattern[p], this.#pattern[p + 1]];
    if (open === undefined || close === undefined) throw new LuaError('unbalanced pattern');
    if (this.#text[start] !== open) return undefined;
    let depth = 1;
    for (let at = start + 1; at < this.#text.length; at++) {
      this.#budget.spend(1);
      if (this.#text[at] === close) {
        if (--depth === 0) return at + 1;
      } else if (this.#text[at] === open) depth++;
    }
    return undefined;
  }

  /** Where the single character or class that begins at `p` ends. */
  #classEnd(p: number): number {
    const pattern = this.#pattern;
    if (pattern[p] === '%') {
      if (p + 1 >= pattern.length) throw new LuaError("malformed pattern (ends with '%')");
      return p + 2;
    }
    if (pattern[p] !== '[') return p + 1;
    let at = p + 1;
    if (pattern[at] === '^') at++;
    do {
      if (at >= pattern.length) throw new LuaError("malformed pattern (missing ']')");
      at += pattern[at] === '%' ? 2 : 1;
    } while (pattern[at] !== ']');
    return at + 1;
  }

  #single(at: number, p: number, end: number): boolean {
    this.#budget.spend(1);
    const c = this.#text[at];
    if (c === undefined) return false;
    const first = this.#pattern[p]!;
    if (first === '.') return true;
    if (first === '%') return isOf(c, this.#pattern[p + 1]!);
    if (first === '[') return this.#inSet(c, p + 1, end - 1);
    return first === c;
  }

  #inSet(c: string, start: number, end: number): boolean {
    const pattern = this.#pattern;
    const negated = pattern[start] === '^';
    this.#budget.spend(1 + (end - start) / 8);
    for (let at = negated ? start + 1 : start; at < end; at++) {
      if (pattern[at] === '%') {
        at++;
        if (isOf(c, pattern[at]!)) return !negated;
      } else if (pattern[at + 1] === '-' && at + 2 < end) {
        if (pattern[at]! <= c && c <= pattern[at + 2]!) return !negated;
        at += 2;
      } else if (pattern[at] === c) return !negated;
    }
    return negated;
  }
}

const CLASSES: Readonly<Record<string, RegExp>> = {
  a: /[A-Za-z]/,
  c: /[\x00-\x1f\x7f]/,
  d: /[0-9]/,
  l: /[a-z]/,
  p: /[!-/:-@[-`{-~]/,
  s: /[ \t-\r]/,
  u: /[A-Z]/,
  w: /[A-Za-z0-9]/,
  x: /[A-Fa-f0-9]/,
  z: /\0/,
};

function isOf(c: string, name: string): boolean {
  const found = CLASSES[name.toLowerCase()];
  if (found === undefined) return name === c;
  return found.test(c) === (name === name.toLowerCase());
}
