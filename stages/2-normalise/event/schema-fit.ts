/**
 * Makes a value fit a zod schema, where a document of somebody else's is to become an event: texts are cut to their length, single values become lists of
 * one where a list is asked for, numbers in text become numbers, and what has no place or the wrong type is left out and named. What comes out meets the
 * schema but for required fields that were not there. Copies: the document stays as it was.
 */
import type { z } from 'zod';
import { MAX_TEXT } from '@netsentinel/contracts/event-values';

/** Collects what was not taken as it came. Without `named`, only that there was something: paths cost more than all the rest. */
export interface FitReport {
  readonly named: boolean;
  any: boolean;
  /** At least as much as what was taken has characters as JSON, escapes left out. */
  chars: number;
  /** Paths of texts that were cut. */
  readonly cut: Set<string>;
  /** Paths of what was left out. */
  readonly dropped: Set<string>;
}

/** @returns undefined where nothing of the value can be taken */
export type Fit = (value: unknown, path: string, report: FitReport) => unknown;

/** As zod writes it down; see `schema-check.ts`. */
interface Definition {
  readonly type: string;
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>;
  readonly innerType?: z.core.$ZodType;
  readonly element?: z.core.$ZodType;
  readonly entries?: Readonly<Record<string, string | number>>;
  readonly checks?: readonly { readonly _zod: { readonly def: Rule } }[];
}

interface Rule {
  readonly check: string;
  readonly maximum?: number;
  readonly value?: number;
  readonly format?: string;
  readonly pattern?: RegExp;
}

/** Quotes, colon, comma and braces around a field, and a number in it. */
const PUNCTUATION = 32;
const MAX_NAMES = 64;
const MAX_DEPTH = 12;
const MAX_OPEN_FIELDS = 512;
const MAX_FIELD_NAME = 64;

export function compileFit(schema: z.core.$ZodType): Fit {
  const definition = schema._zod.def as unknown as Definition;
  const rules = (definition.checks ?? []).map((one) => one._zod.def);
  switch (definition.type) {
    case 'object':
      return objectFit(definition.shape!);
    case 'optional':
      return compileFit(definition.innerType!);
    case 'array':
      return arrayFit(compileFit(definition.element!), maximumOf(rules));
    case 'string':
      return stringFit(rules);
    case 'number':
      return numberFit(rules);
    case 'boolean':
      return (value, path, report) => {
        const plain = value === 'true' ? true : value === 'false' ? false : value;
        return typeof plain === 'boolean' ? plain : drop(path, report);
      };
    case 'enum': {
      const values = new Set<unknown>(Object.values(definition.entries!));
      return (value, path, report) => (values.has(value) ? value : drop(path, report));
    }
    case 'record':
      return (value, path, report) => (isGroup(value) ? openFit(value, path, report, 0) : drop(path, report));
    default:
      return (value, path, report) => openFit(value, path, report, 0);
  }
}

function drop(path: string, report: FitReport): undefined {
  report.any = true;
  if (report.named && report.dropped.size < MAX_NAMES) report.dropped.add(path.slice(0, 256));
}

function noteCut(path: string, report: FitReport): void {
  report.any = true;
  if (report.named && report.cut.size < MAX_NAMES) report.cut.add(path.slice(0, 256));
}

function below(path: string, name: string, report: FitReport): string {
  return !report.named || path === '' ? name : `${path}.${name}`;
}

function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function objectFit(shape: Readonly<Record<string, z.core.$ZodType>>): Fit {
  const fields = new Map(Object.entries(shape).map(([name, field]) => [name, compileFit(field)]));
  return (value, path, report) => {
    if (!isGroup(value)) return drop(path, report);
    const fitted: Record<string, unknown> = {};
    let any = false;
    for (const name in value) {
      const given = value[name];
      if (given === undefined || given === null) continue;
      const fit = fields.get(name);
      const here = below(path, name, report);
      const taken = fit === undefined ? drop(here, report) : fit(given, here, report);
      if (taken === undefined) continue;
      report.chars += name.length + PUNCTUATION;
      fitted[name] = taken;
      any = true;
    }
    return any ? fitted : undefined;
  };
}

function arrayFit(item: Fit, max: number): Fit {
  return (value, path, report) => {
    const given = Array.isArray(value) ? (value as unknown[]) : [value];
    if (given.length > max) noteCut(path, report);
    const fitted: unknown[] = [];
    for (let i = 0; i < given.length && fitted.length < max; i++) {
      const one = given[i] === null || given[i] === undefined ? undefined : item(given[i], path, report);
      report.chars += PUNCTUATION;
      if (one !== undefined) fitted.push(one);
    }
    return fitted.length === 0 ? undefined : fitted;
  };
}

function stringFit(rules: readonly Rule[]): Fit {
  const max = maximumOf(rules);
  const patterns = rules.flatMap(({ pattern }) => (pattern === undefined ? [] : [pattern]));
  return (value, path, report) => {
    let text = Array.isArray(value) ? (value as unknown[])[0] : value;
    if (typeof text === 'number' || typeof text === 'boolean') text = String(text);
    if (typeof text !== 'string') return drop(path, report);
    if (text.length > max) {
      text = text.slice(0, max);
      noteCut(path, report);
    }
    for (const pattern of patterns) if (!pattern.test(text as string)) return drop(path, report);
    report.chars += (text as string).length;
    return text;
  };
}

function numberFit(rules: readonly Rule[]): Fit {
  let low = Number.NEGATIVE_INFINITY;
  let high = Number.POSITIVE_INFINITY;
  let whole = false;
  for (const { check, value, format } of rules)
    if (check === 'number_format' && format === 'safeint') whole = true;
    else if (check === 'greater_than') low = Math.max(low, Number(value));
    else if (check === 'less_than') high = Math.min(high, Number(value));
  return (value, path, report) => {
    const given = Array.isArray(value) ? (value as unknown[])[0] : value;
    let number = typeof given === 'string' && given.trim() !== '' ? Number(given) : given;
    if (typeof number !== 'number') return drop(path, report);
    if (whole) number = Math.trunc(number);
    const fits = whole ? Number.isSafeInteger(number) : Number.isFinite(number);
    return fits && (number as number) >= low && (number as number) <= high ? number : drop(path, report);
  };
}

function maximumOf(rules: readonly Rule[]): number {
  let max = Number.POSITIVE_INFINITY;
  for (const { check, maximum } of rules) if (check === 'max_length') max = Math.min(max, maximum ?? max);
  return max;
}

/** What no schema describes: bounded in depth, in number of fields and in length of texts. */
function openFit(value: unknown, path: string, report: FitReport, depth: number): unknown {
  switch (typeof value) {
    case 'string':
      report.chars += Math.min(value.length, MAX_TEXT);
      if (value.length <= MAX_TEXT) return value;
      noteCut(path, report);
      return value.slice(0, MAX_TEXT);
    case 'number':
      return Number.isFinite(value) ? value : drop(path, report);
    case 'boolean':
      return value;
    case 'object':
      break;
    default:
      return drop(path, report);
  }
  if (value === null || depth >= MAX_DEPTH) return value === null ? undefined : drop(path, report);
  if (Array.isArray(value)) {
    const list: unknown[] = [];
    for (const item of value as unknown[]) {
      if (list.length >= MAX_OPEN_FIELDS) {
        noteCut(path, report);
        break;
      }
      const taken = openFit(item, path, report, depth + 1);
      report.chars += PUNCTUATION;
      if (taken !== undefined) list.push(taken);
    }
    return list;
  }
  const fitted: Record<string, unknown> = {};
  let fields = 0;
  for (const name in value) {
    const given = (value as Record<string, unknown>)[name];
    if (given === undefined) continue;
    if (name === '__proto__' || name.length > MAX_FIELD_NAME || ++fields > MAX_OPEN_FIELDS) {
      drop(below(path, name, report), report);
      continue;
    }
    const taken = openFit(given, below(path, name, report), report, depth + 1);
    report.chars += name.length + PUNCTUATION;
    if (taken !== undefined) fitted[name] = taken;
  }
  return fitted;
}
