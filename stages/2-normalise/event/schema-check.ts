/**
 * Says quickly whether a value meets a zod schema, where nothing but yes or no is asked. What the schema says is read out of it once and
 * becomes a tree of small functions; zod itself, which copies what it accepts, is four times slower. `schema-check.test.ts` compares the two.
 *
 * A no may be wrong where zod is more patient (class instances, inherited properties): ask zod then, which has the reason for a no as well.
 * A yes never is.
 */
import type { z } from 'zod';

export type Check = (value: unknown) => boolean;

/** What zod writes down of a schema, as far as it is read here. */
interface Definition {
  readonly type: string;
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>;
  readonly catchall?: z.core.$ZodType;
  readonly innerType?: z.core.$ZodType;
  readonly element?: z.core.$ZodType;
  readonly keyType?: z.core.$ZodType;
  readonly valueType?: z.core.$ZodType;
  readonly entries?: Readonly<Record<string, string | number>>;
  /** Of `z.email()`, `z.int()` and their kin; and of what converts first. */
  readonly format?: string;
  readonly coerce?: boolean;
  readonly checks?: readonly { readonly _zod: { readonly def: Rule } }[];
}

/** A rule besides the type: `.max()`, `.int()`, `.regex()`. */
interface Rule {
  readonly check: string;
  readonly maximum?: number;
  readonly value?: number | bigint | Date;
  readonly inclusive?: boolean;
  readonly format?: string;
  readonly pattern?: RegExp;
}

export function compileCheck(schema: z.core.$ZodType): Check {
  const definition = schema._zod.def as unknown as Definition;
  const rules = (definition.checks ?? []).map((one) => one._zod.def);
  if (definition.format !== undefined || definition.coerce === true) return asZodHasIt(schema);
  switch (definition.type) {
    case 'object':
      // An object that takes more than its shape is not one of ours.
      if (definition.catchall?._zod.def.type !== 'never' || rules.length > 0) return asZodHasIt(schema);
      return objectCheck(definition.shape!);
    case 'record':
      if (rules.length > 0) return asZodHasIt(schema);
      return recordCheck(compileCheck(definition.keyType!), compileCheck(definition.valueType!));
    case 'array': {
      const max = onlyMaximum(rules);
      return max === undefined ? asZodHasIt(schema) : arrayCheck(compileCheck(definition.element!), max);
    }
    case 'optional': {
      const inner = compileCheck(definition.innerType!);
      return (value) => value === undefined || inner(value);
    }
    case 'string':
      return stringCheck(rules) ?? asZodHasIt(schema);
    case 'number':
      return numberCheck(rules) ?? asZodHasIt(schema);
    case 'enum': {
      const values = new Set<unknown>(Object.values(definition.entries!));
      return (value) => values.has(value);
    }
    case 'boolean':
      return (value) => typeof value === 'boolean';
    case 'unknown':
      return () => true;
    default:
      return asZodHasIt(schema);
  }
}

/** For what this file does not know of. */
function asZodHasIt(schema: z.core.$ZodType): Check {
  return (value) => (schema as z.ZodType).safeParse(value).success;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function objectCheck(shape: Readonly<Record<string, z.core.$ZodType>>): Check {
  const fields = new Map(Object.entries(shape).map(([name, field]) => [name, compileCheck(field)]));
  const required = Object.keys(shape).filter((name) => shape[name]!._zod.def.type !== 'optional');
  return (value) => {
    if (!isPlain(value)) return false;
    for (const name in value) {
      const check = fields.get(name);
      if (check === undefined || !check(value[name])) return false;
    }
    for (const name of required) if (value[name] === undefined) return false;
    return true;
  };
}

function recordCheck(key: Check, item: Check): Check {
  return (value) => {
    if (!isPlain(value)) return false;
    for (const name in value) if (name === '__proto__' || !key(name) || !item(value[name])) return false;
    return true;
  };
}

function arrayCheck(item: Check, max: number): Check {
  return (value) => {
    if (!Array.isArray(value) || value.length > max) return false;
    for (const one of value as unknown[]) if (!item(one)) return false;
    return true;
  };
}

function stringCheck(rules: readonly Rule[]): Check | undefined {
  let max = Number.POSITIVE_INFINITY;
  const patterns: RegExp[] = [];
  for (const { check, maximum, format, pattern } of rules)
    if (check === 'max_length' && maximum !== undefined) max = Math.min(max, maximum);
    else if (check === 'string_format' && format === 'regex' && pattern?.global === false && !pattern.sticky)
      patterns.push(pattern);
    else return undefined;
  if (patterns.length === 0) return (value) => typeof value === 'string' && value.length <= max;
  return (value) =>
    typeof value === 'string' && value.length <= max && patterns.every((pattern) => pattern.test(value));
}

function numberCheck(rules: readonly Rule[]): Check | undefined {
  let low = Number.NEGATIVE_INFINITY;
  let high = Number.POSITIVE_INFINITY;
  let whole = false;
  for (const { check, value, inclusive, format } of rules)
    if (check === 'number_format' && format === 'safeint') whole = true;
    else if (check === 'greater_than' && inclusive === true) low = Math.max(low, Number(value));
    else if (check === 'less_than' && inclusive === true) high = Math.min(high, Number(value));
    else return undefined;
  return (value) =>
    typeof value === 'number' &&
    (whole ? Number.isSafeInteger(value) : Number.isFinite(value)) &&
    value >= low &&
    value <= high;
}

/** Infinity without a rule; undefined where there are others than a maximal length. */
function onlyMaximum(rules: readonly Rule[]): number | undefined {
  let max = Number.POSITIVE_INFINITY;
  for (const { check, maximum } of rules)
    if (check === 'max_length' && maximum !== undefined) max = Math.min(max, maximum);
    else return undefined;
  return max;
}
