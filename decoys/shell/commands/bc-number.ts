/** The numbers of bc: exact decimals, cut off (never rounded) at the scale that each operation gives its result. */

export interface BcNumber {
  /** The value times ten to the `scale`. */
  readonly units: bigint;
  readonly scale: number;
}

export const ZERO: BcNumber = { units: 0n, scale: 0 };
export const ONE: BcNumber = { units: 1n, scale: 0 };

const LINE_LENGTH = 69;

export const fromInteger = (value: number | bigint): BcNumber => ({ units: BigInt(value), scale: 0 });

export function rescale(value: BcNumber, scale: number): BcNumber {
  if (scale === value.scale) return value;
  const units =
    scale > value.scale
      ? value.units * 10n ** BigInt(scale - value.scale)
      : value.units / 10n ** BigInt(value.scale - scale);
  return { units, scale };
}

/** A whole number of JavaScript's, for subscripts and scales; what is too large stays the largest. */
export function toInteger(value: BcNumber): number {
  return Number(BigInt.asIntN(54, rescale(value, 0).units));
}

export function add(a: BcNumber, b: BcNumber): BcNumber {
  const scale = Math.max(a.scale, b.scale);
  return { units: rescale(a, scale).units + rescale(b, scale).units, scale };
}

export const negate = (a: BcNumber): BcNumber => ({ units: -a.units, scale: a.scale });

export const compare = (a: BcNumber, b: BcNumber): number => {
  const { units } = add(a, negate(b));
  return units < 0n ? -1 : units > 0n ? 1 : 0;
};

export function multiply(a: BcNumber, b: BcNumber, scale: number): BcNumber {
  const full = { units: a.units * b.units, scale: a.scale + b.scale };
  return rescale(full, Math.min(full.scale, Math.max(scale, a.scale, b.scale)));
}

/** `b` is not zero. */
export function divide(a: BcNumber, b: BcNumber, scale: number): BcNumber {
  const power = scale + b.scale - a.scale;
  const units = power >= 0 ? a.units * 10n ** BigInt(power) : a.units / 10n ** BigInt(-power);
  return { units: units / b.units, scale };
}

export function modulo(a: BcNumber, b: BcNumber, scale: number): BcNumber {
  const wanted = Math.max(a.scale, scale + b.scale);
  return rescale(add(a, negate(multiply(divide(a, b, scale), b, wanted))), wanted);
}

/** A whole exponent whose result the caller has bounded. */
export function power(base: BcNumber, exponent: number, scale: number): BcNumber {
  const times = Math.abs(exponent);
  const full = { units: base.units ** BigInt(times), scale: base.scale * times };
  if (exponent < 0) return divide(ONE, full, scale);
  return rescale(full, Math.min(full.scale, Math.max(scale, base.scale)));
}

/** Of what is not negative. */
export function squareRoot(value: BcNumber, scale: number): BcNumber {
  const wanted = Math.max(scale, value.scale);
  const { units } = rescale(value, wanted * 2);
  if (units < 2n) return { units, scale: wanted };
  let root = 1n << BigInt((units.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (root + units / root) >> 1n;
    if (next >= root) return { units: root, scale: wanted };
    root = next;
  }
}

/** Digits as typed, in base `base` up to 16; of several, those that the base has not count as its largest. */
export function parseNumber(text: string, base: number): BcNumber {
  const [whole = '', fraction = ''] = text.split('.');
  const digit = (letter: string): bigint => {
    const value = Number.parseInt(letter, 16);
    return BigInt(text.length === 1 ? value : Math.min(value, base - 1));
  };
  let units = 0n;
  for (const letter of whole) units = units * BigInt(base) + digit(letter);
  if (fraction === '') return { units, scale: 0 };
  let part = 0n;
  for (const letter of fraction) part = part * BigInt(base) + digit(letter);
  const scale = fraction.length;
  return { units: units * 10n ** BigInt(scale) + (part * 10n ** BigInt(scale)) / BigInt(base) ** BigInt(scale), scale };
}

/** As bc prints it in this base, with long lines broken. */
export function printNumber(value: BcNumber, base: number): string {
  const text = base === 10 ? decimalText(value) : textInBase(value, base);
  if (text.length < LINE_LENGTH + 1) return text;
  return (text.match(new RegExp(`.{1,${LINE_LENGTH - 1}}`, 'g')) ?? []).join('\\\n');
}

function decimalText({ units, scale }: BcNumber): string {
  if (units === 0n) return '0';
  const digits = (units < 0n ? -units : units).toString().padStart(scale, '0');
  const whole = digits.slice(0, digits.length - scale);
  return `${units < 0n ? '-' : ''}${whole}${scale === 0 ? '' : `.${digits.slice(digits.length - scale)}`}`;
}

function textInBase({ units, scale }: BcNumber, base: number): string {
  if (units === 0n) return '0';
  const width = String(base - 1).length;
  const show = (digit: bigint): string =>
    base <= 16 ? digit.toString(16).toUpperCase() : digit.toString().padStart(width, '0');
  const one = 10n ** BigInt(scale);
  const positive = units < 0n ? -units : units;
  const digits: string[] = [];
  for (let rest = positive / one; rest > 0n; rest /= BigInt(base)) digits.unshift(show(rest % BigInt(base)));
  const gap = base <= 16 ? '' : ' ';
  let text = digits.map((digit) => gap + digit).join('');
  if (scale > 0) {
    text += '.';
    let rest = positive % one;
    for (let reach = 1n, first = true; reach < one; reach *= BigInt(base), first = false) {
      rest *= BigInt(base);
      text += (first ? '' : gap) + show(rest / one);
      rest %= one;
    }
  }
  return (units < 0n ? '-' : '') + text;
}
