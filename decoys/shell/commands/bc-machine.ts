/** The state of a running bc: variables, arrays, functions, bases; and the library that `-l` brings. Every step counts against the session's bounds. */
import type { CommandContext } from '../command.types.ts';
import {
  add,
  compare,
  divide,
  fromInteger,
  multiply,
  negate,
  ONE,
  power,
  rescale,
  toInteger,
  ZERO,
} from './bc-number.ts';
import type { BcNumber } from './bc-number.ts';

/** Digits that a number may have; what would have more is killed, as by its memory. */
const MAX_DIGITS = 60_000;
const MAX_ELEMENTS = 20_000;
const MAX_CALLS = 200;
const MAX_SCALE = 2000;
const GUARD_DIGITS = 8;

/** Ends the statement with a message of the running program's. */
export class BcFailure extends Error {}

/** `quit` and `halt`. */
export class BcQuit {
  readonly kind = 'quit';
}

export class BcReturn {
  readonly value: BcNumber;
  constructor(value: BcNumber) {
    this.value = value;
  }
}

export interface BcFunction {
  readonly params: readonly string[];
  readonly locals: readonly string[];
  readonly body: () => void;
}

export class BcMachine {
  readonly ctx: CommandContext;
  readonly variables = new Map<string, BcNumber>();
  readonly functions = new Map<string, BcFunction>();
  readonly #arrays = new Map<string, Map<number, BcNumber>>();
  readonly #library: boolean;
  #calls = 0;
  scale: number;
  ibase = 10;
  obase = 10;
  last: BcNumber = ZERO;
  /** About where in its own code the real one would be, for its messages. */
  place = 0;

  constructor(ctx: CommandContext, library: boolean) {
    this.ctx = ctx;
    this.#library = library;
    this.scale = library ? 20 : 0;
  }

  /** Before work whose result has about this many digits. */
  allow(digits: number): void {
    this.ctx.step(1 + (digits >> 8));
    if (digits > MAX_DIGITS) this.ctx.step(10_000_000);
  }

  get(name: string): BcNumber {
    if (name === 'scale') return fromInteger(this.scale);
    if (name === 'ibase') return fromInteger(this.ibase);
    if (name === 'obase') return fromInteger(this.obase);
    if (name === 'last' || name === '.') return this.last;
    return this.variables.get(name) ?? ZERO;
  }

  /** Answers a warning where the value had to be changed. */
  set(name: string, value: BcNumber): string | undefined {
    const wanted = toInteger(value);
    if (name === 'scale') {
      this.scale = Math.min(Math.max(0, wanted), MAX_SCALE);
      return wanted < 0 ? 'negative scale, set to 0' : undefined;
    }
    if (name === 'ibase') {
      this.ibase = Math.min(Math.max(2, wanted), 16);
      return wanted < 2 ? 'ibase too small, set to 2' : wanted > 16 ? 'ibase too large, set to 16' : undefined;
    }
    if (name === 'obase') {
      this.obase = Math.min(Math.max(2, wanted), 999);
      return wanted < 2 ? 'obase too small, set to 2' : undefined;
    }
    if (name === 'last' || name === '.') this.last = value;
    else if (this.variables.has(name) || this.variables.size < MAX_ELEMENTS) this.variables.set(name, value);
    return undefined;
  }

  array(name: string): Map<number, BcNumber> {
    const known = this.#arrays.get(name) ?? new Map<number, BcNumber>();
    if (this.#arrays.size < MAX_ELEMENTS) this.#arrays.set(name, known);
    return known;
  }

  setElement(name: string, index: number, value: BcNumber): void {
    const array = this.array(name);
    if (array.has(index) || array.size < MAX_ELEMENTS) array.set(index, value);
  }

  call(name: string, args: readonly BcNumber[]): BcNumber {
    const called = this.functions.get(name);
    if (called === undefined) {
      const x = args[0] ?? ZERO;
      const built = this.#library ? LIBRARY[name] : undefined;
      if (built === undefined) throw new BcFailure(`Function ${name} not defined.`);
      this.allow(this.scale ** 2);
      return built(x, this.scale);
    }
    if (args.length !== called.params.length) throw new BcFailure('Parameter number mismatch');
    if (this.#calls >= MAX_CALLS) this.ctx.step(10_000_000);
    const names = [...called.params, ...called.locals];
    const kept = names.map((local) => this.variables.get(local));
    for (const [index, local] of names.entries()) this.variables.set(local, args[index] ?? ZERO);
    this.#calls += 1;
    try {
      called.body();
      return ZERO;
    } catch (jump) {
      if (jump instanceof BcReturn) return jump.value;
      throw jump;
    } finally {
      this.#calls -= 1;
      for (const [index, local] of names.entries()) {
        const old = kept[index];
        if (old === undefined) this.variables.delete(local);
        else this.variables.set(local, old);
      }
    }
  }
}

/** Sums a series whose terms shrink, each made from the one before. */
function series(first: BcNumber, next: (term: BcNumber, n: number) => BcNumber): BcNumber {
  let sum = first;
  let term = first;
  for (let n = 1; n < 20_000 && term.units !== 0n; n += 1) {
    term = next(term, n);
    sum = add(sum, term);
  }
  return sum;
}

function exponential(x: BcNumber, scale: number): BcNumber {
  if (Math.abs(toInteger(x)) > 10_000) return ZERO;
  const digits = scale + GUARD_DIGITS + Math.max(0, Math.ceil(Math.abs(toInteger(x)) * 0.44));
  // Halved until it is small, and squared as often afterwards.
  let halvings = 0;
  let small = rescale(x, digits);
  for (; toInteger(multiply(small, fromInteger(8), digits)) !== 0; halvings += 1)
    small = divide(small, fromInteger(2), digits + halvings);
  const work = digits + halvings;
  let value = series(rescale(ONE, work), (term, n) => divide(multiply(term, small, work), fromInteger(n), work));
  for (; halvings > 0; halvings -= 1) value = multiply(value, value, work);
  return rescale(value, scale);
}

function logarithm(x: BcNumber, scale: number): BcNumber {
  if (x.units <= 0n) return rescale(divide(add(ONE, negate(power(fromInteger(10), scale, 0))), ONE, scale), scale);
  const work = scale + GUARD_DIGITS + x.units.toString().length;
  let doubled = 2n;
  let near = rescale(x, work);
  const half = { units: 5n, scale: 1 };
  while (compare(near, fromInteger(2)) >= 0 || compare(near, half) <= 0) {
    near = roots(near, work);
    doubled *= 2n;
  }
  const quotient = divide(add(near, negate(ONE)), add(near, ONE), work);
  const square = multiply(quotient, quotient, work);
  let odd = quotient;
  const sum = series(quotient, (_term, n) => {
    odd = multiply(odd, square, work);
    return divide(odd, fromInteger(2 * n + 1), work);
  });
  return rescale(multiply(sum, fromInteger(doubled), work), scale);
}

function roots(value: BcNumber, scale: number): BcNumber {
  let guess = value;
  for (let turn = 0; turn < 200; turn += 1) {
    const next = divide(add(guess, divide(value, guess, scale)), fromInteger(2), scale);
    if (next.units === guess.units || next.units === guess.units + 1n) break;
    guess = next;
  }
  return guess;
}

function arctangent(x: BcNumber, scale: number): BcNumber {
  const work = scale + GUARD_DIGITS;
  let small = rescale(x, work);
  let doublings = 0;
  // a(x) = 2 a(x / (1 + sqrt(1 + x²))) brings it near zero, where the series is short.
  for (
    ;
    compare(small.units < 0n ? negate(small) : small, { units: 2n, scale: 1 }) > 0 && doublings < 60;
    doublings += 1
  ) {
    const root = roots(add(ONE, multiply(small, small, work)), work);
    small = divide(small, add(ONE, root), work);
  }
  const square = negate(multiply(small, small, work));
  let odd = small;
  const sum = series(small, (_term, n) => {
    odd = multiply(odd, square, work);
    return divide(odd, fromInteger(2 * n + 1), work);
  });
  return rescale(multiply(sum, fromInteger(2 ** doublings), work), scale);
}

function sine(x: BcNumber, scale: number): BcNumber {
  const work = scale + GUARD_DIGITS + rescale(x, 0).units.toString().length;
  const turn = multiply(arctangent(ONE, work + GUARD_DIGITS), fromInteger(8), work + GUARD_DIGITS);
  const near = rescale(add(x, negate(multiply(rescale(divide(x, turn, 0), 0), turn, work))), work);
  const square = negate(multiply(near, near, work));
  const sum = series(near, (term, n) => divide(multiply(term, square, work), fromInteger(2 * n * (2 * n + 1)), work));
  return rescale(sum, scale);
}

function cosine(x: BcNumber, scale: number): BcNumber {
  const work = scale + GUARD_DIGITS;
  const quarter = multiply(arctangent(ONE, work), fromInteger(2), work);
  return rescale(sine(add(x, quarter), work), scale);
}

const LIBRARY: Readonly<Record<string, (x: BcNumber, scale: number) => BcNumber>> = {
  e: exponential,
  l: logarithm,
  a: arctangent,
  s: sine,
  c: cosine,
};
