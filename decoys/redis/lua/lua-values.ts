/** Values of Lua 5.1 and how they print. Strings are bytes, as JavaScript strings of one character a byte. */
import { createHash } from 'node:crypto';

/** Gets all arguments, answers all results. */
export type LuaFunction = (args: readonly LuaValue[]) => readonly LuaValue[];
export type LuaValue = null | boolean | number | string | LuaTable | LuaFunction;

const MAX_ITEMS = 20_000;

export class LuaTable {
  /** Redis' own tables: scripts may not change them. */
  readonly = false;
  meta: LuaTable | undefined;
  readonly #items = new Map<LuaValue, LuaValue>();
  /** How many places from 1 on are taken without a gap. */
  #length = 0;
  /** Where a walk by `next` is. */
  #walk: { readonly key: LuaValue; readonly rest: IterableIterator<[LuaValue, LuaValue]> } | undefined;

  static of(values: readonly LuaValue[]): LuaTable {
    const table = new LuaTable();
    for (const [i, value] of values.entries()) table.set(i + 1, value);
    return table;
  }

  /** Metatable of tables that complain of what they do not have. */
  static strict(): LuaTable {
    const meta = new LuaTable();
    meta.set('__index', ([, key = null]) => {
      throw new LuaError(`Script attempted to access nonexistent global variable '${luaText(key)}'`);
    });
    return meta;
  }

  get size(): number {
    return this.#items.size;
  }

  get length(): number {
    return this.#length;
  }

  /** In the order in which they came. */
  entries(): IterableIterator<[LuaValue, LuaValue]> {
    return this.#items.entries();
  }

  /** From 1 to `length`. */
  values(): LuaValue[] {
    return Array.from({ length: this.#length }, (_, i) => this.get(i + 1));
  }

  get(key: LuaValue): LuaValue {
    return this.#items.get(key) ?? null;
  }

  /** @throws LuaError for keys that cannot be, and where it would be too large */
  set(key: LuaValue, value: LuaValue): void {
    if (key === null) throw new LuaError('table index is nil');
    if (Number.isNaN(key)) throw new LuaError('table index is NaN');
    if (value === null) {
      if (this.#items.delete(key) && typeof key === 'number' && Number.isInteger(key) && key >= 1)
        this.#length = Math.min(this.#length, key - 1);
      return;
    }
    if (this.#items.size >= MAX_ITEMS && !this.#items.has(key)) throw new LuaError('not enough memory');
    this.#items.set(key, value);
    while (key === this.#length + 1 && this.#items.has(this.#length + 1)) {
      this.#length++;
      key = this.#length + 1;
    }
  }

  /** The pair behind `key` (null: the first one); undefined at the end. @throws LuaError for a key that is not there */
  next(key: LuaValue): readonly [LuaValue, LuaValue] | undefined {
    let walk = this.#walk;
    if (key === null || walk === undefined || walk.key !== key) {
      walk = { key, rest: this.#items.entries() };
      if (key !== null)
        for (let at = walk.rest.next(); at.value?.[0] !== key; at = walk.rest.next())
          if (at.done === true) throw new LuaError("invalid key to 'next'");
    }
    const { value } = walk.rest.next() as { value: [LuaValue, LuaValue] | undefined };
    this.#walk = value === undefined ? undefined : { key: value[0], rest: walk.rest };
    return value;
  }
}

/** Something went wrong while it ran; `line` is where. */
export class LuaError extends Error {
  line = 0;
  /** As redis.call raised it: without a place before it. */
  readonly bare: boolean;
  /** What `error` was given, where that was no text. */
  readonly value: LuaValue | undefined;
  constructor(message: string, bare = false, value?: LuaValue) {
    super(message);
    this.bare = bare;
    this.value = value;
  }
}

/** The script uses what is not played here, or more than it may. */
export class LuaUnplayed extends Error {}

export function truthy(value: LuaValue): boolean {
  return value !== null && value !== false;
}

export function toNumber(value: LuaValue): number | null {
  if (typeof value === 'number') return value;
  if (
    typeof value !== 'string' ||
    value.length > 200 ||
    !/^\s*[+-]?(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*$/.test(value)
  )
    return null;
  const [, sign, digits] = /^\s*([+-]?)(.*?)\s*$/s.exec(value)!;
  return Number(digits) * (sign === '-' ? -1 : 1);
}

export function typeName(value: LuaValue): string {
  if (value === null) return 'nil';
  return value instanceof LuaTable ? 'table' : typeof value;
}

/** As `tostring`: numbers with 14 digits. */
export function luaText(value: LuaValue): string {
  if (value === null) return 'nil';
  if (typeof value === 'number') return numberText(value);
  if (value instanceof LuaTable || typeof value === 'function') {
    const address = createHash('md5').update(typeName(value)).digest('hex').slice(0, 9);
    return `${typeName(value)}: 0x7f${address}0`;
  }
  return String(value);
}

/** `%.14g`. */
function numberText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? '-nan' : value > 0 ? 'inf' : '-inf';
  if (Object.is(value, -0)) return '-0';
  const [mantissa, exponent = '0'] = exponential(value).split('e');
  const power = Number(exponent);
  if (power < -5 || power >= 14) {
    const digits = String(Math.abs(power)).padStart(2, '0');
    return `${mantissa!.includes('.') ? mantissa!.replace(/\.?0+$/, '') : mantissa!}e${power < 0 ? '-' : '+'}${digits}`;
  }
  return String(Number(value.toPrecision(14)));
}

/** With 14 digits, the even one where two are as near, as C rounds. */
function exponential(value: number): string {
  const text = value.toExponential(13);
  const digits = Number.isSafeInteger(value) ? String(Math.abs(value)) : '';
  if (!/^\d{13}[02468]50*$/.test(digits)) return text;
  const sign = value < 0 ? '-' : '';
  return `${sign}${digits[0]!}.${digits.slice(1, 14)}e+${digits.length - 1}`;
}
