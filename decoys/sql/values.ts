/** What a column or an expression can hold, and the exact decimals that both servers count in. */

/** Integers are numbers as far as those are exact, and bigints beyond. Dates and times are the texts that the servers print. */
export type Value = null | number | bigint | string | boolean | Decimal | Uint8Array | readonly Value[];
export type Row = readonly Value[];

/** The type of a value as its server names it: `bigint`, `varchar`, `int4`, `timestamptz`. */
export interface SqlType {
  readonly name: string;
  /** Characters, or digits of a decimal. */
  readonly length?: number;
  readonly scale?: number;
  readonly unsigned?: boolean;
  /** Elements of an array. */
  readonly element?: SqlType;
}

const MAX_SCALE = 16_383;

/** `digits` × 10^-`scale`. */
export class Decimal {
  readonly digits: bigint;
  readonly scale: number;

  constructor(digits: bigint, scale: number) {
    this.digits = digits;
    this.scale = scale;
  }

  /** Undefined for what is no plain decimal number. At most 1000 characters are read. */
  static parse(text: string): Decimal | undefined {
    const match = /^\s*([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?\s*$/.exec(text.slice(0, 1000));
    if (match === null || (match[2] === '' && (match[3] ?? '') === '')) return undefined;
    const fraction = match[3] ?? '';
    const digits = BigInt(`${match[2]}${fraction}` || '0') * (match[1] === '-' ? -1n : 1n);
    const exponent = Number(match[4] ?? 0);
    const scale = fraction.length - exponent;
    if (scale >= 0) return new Decimal(digits, Math.min(scale, MAX_SCALE));
    return scale < -1000 ? undefined : new Decimal(digits * 10n ** BigInt(-scale), 0);
  }

  static of(value: number | bigint): Decimal {
    if (typeof value === 'bigint') return new Decimal(value, 0);
    return Number.isInteger(value)
      ? new Decimal(BigInt(value), 0)
      : (Decimal.parse(String(value)) ?? new Decimal(0n, 0));
  }

  /** Half away from zero, as both servers round. */
  rescale(scale: number): Decimal {
    if (scale === this.scale) return this;
    if (scale > this.scale) return new Decimal(this.digits * 10n ** BigInt(scale - this.scale), scale);
    return new Decimal(roundedQuotient(this.digits, 10n ** BigInt(this.scale - scale)), scale);
  }

  truncate(scale: number): Decimal {
    return scale >= this.scale
      ? this.rescale(scale)
      : new Decimal(this.digits / 10n ** BigInt(this.scale - scale), scale);
  }

  add(other: Decimal): Decimal {
    const scale = Math.max(this.scale, other.scale);
    return new Decimal(this.rescale(scale).digits + other.rescale(scale).digits, scale);
  }

  negate(): Decimal {
    return new Decimal(-this.digits, this.scale);
  }

  multiply(other: Decimal): Decimal {
    return new Decimal(this.digits * other.digits, this.scale + other.scale);
  }

  /** Undefined for a division by zero. */
  divide(other: Decimal, scale: number): Decimal | undefined {
    if (other.digits === 0n) return undefined;
    const shift = scale + other.scale - this.scale;
    const up = shift >= 0 ? this.digits * 10n ** BigInt(shift) : this.digits;
    const down = shift >= 0 ? other.digits : other.digits * 10n ** BigInt(-shift);
    return new Decimal(roundedQuotient(up, down), scale);
  }

  remainder(other: Decimal): Decimal | undefined {
    if (other.digits === 0n) return undefined;
    const scale = Math.max(this.scale, other.scale);
    return new Decimal(this.rescale(scale).digits % other.rescale(scale).digits, scale);
  }

  compare(other: Decimal): number {
    const scale = Math.max(this.scale, other.scale);
    const [a, b] = [this.rescale(scale).digits, other.rescale(scale).digits];
    return a < b ? -1 : a > b ? 1 : 0;
  }

  toNumber(): number {
    return Number(this.toString());
  }

  toString(): string {
    const negative = this.digits < 0n;
    const digits = (negative ? -this.digits : this.digits).toString().padStart(this.scale + 1, '0');
    const whole = digits.slice(0, digits.length - this.scale);
    return `${negative ? '-' : ''}${whole}${this.scale === 0 ? '' : `.${digits.slice(-this.scale)}`}`;
  }
}

function roundedQuotient(up: bigint, down: bigint): bigint {
  const negative = up < 0n !== down < 0n;
  const a = up < 0n ? -up : up;
  const b = down < 0n ? -down : down;
  const quotient = (a * 2n + b) / (b * 2n);
  return negative ? -quotient : quotient;
}

/** An integer in its one form. */
export function integer(value: bigint): number | bigint {
  return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value;
}

/** A rough measure of what a value holds in memory, for bounds. */
export function sizeOf(value: Value): number {
  if (typeof value === 'string') return 16 + value.length;
  if (value instanceof Uint8Array) return 64 + value.length;
  if (Array.isArray(value)) return (value as readonly Value[]).reduce((sum: number, item) => sum + sizeOf(item), 16);
  return 8;
}
