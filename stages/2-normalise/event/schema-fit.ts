/**
 * Makes a value fit a zod schema, where a document of somebody else's is to become an event: texts are cut to their length, single values become lists of
 * one where a list is asked for, numbers in text become numbers, and what has no place or the wrong type is left out and named. What comes out meets the
 * schema but for required fields that were not there; fields may be there without a value. What fits is taken as it is, and so shared; where something must
 * change, that and what it stands in are copied: the document stays as it was.
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

/** @returns the value itself where all of it fits; undefined where nothing of it can be taken */
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

function below(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Names are looked for where they stood the last time first: objects of one kind have the same ones in the same order. */
const MAX_REMEMBERED = 64;

function objectFit(shape: Readonly<Record<string, z.core.$ZodType>>): Fit {
  const fields = new Map(Object.entries(shape).map(([name, field]) => [name, compileFit(field)]));
  const lastNames: string[] = [];
  const lastFits: (Fit | undefined)[] = [];
  const fitOf = (name: string, at: number): Fit | undefined => {
    if (lastNames[at] === name) return lastFits[at];
    const fit = fields.get(name);
    if (at < MAX_REMEMBERED) {
      lastNames[at] = name;
      lastFits[at] = fit;
    }
    return fit;
  };
  return (value, path, report) => {
    if (!isGroup(value)) return drop(path, report);
    let fitted = value;
    let any = false;
    let at = 0;
    for (const name in value) {
      const given = value[name];
      const fit = fitOf(name, at++);
      // A name that the schema has, without a value, is not there; one that it has not may not stand there even so.
      if (given === undefined && fit !== undefined) continue;
      let taken: unknown;
      if (given !== null && given !== undefined) {
        const here = report.named ? below(path, name) : '';
        taken = fit === undefined ? drop(here, report) : fit(given, here, report);
      }
      if (taken !== undefined) {
        report.chars += name.length + PUNCTUATION;
        any = true;
      }
      if (taken === given && fit !== undefined) continue;
      if (fitted === value) fitted = { ...value };
      if (fit === undefined) delete fitted[name];
      else fitted[name] = taken;
    }
    return any ? fitted : undefined;
  };
}

function arrayFit(item: Fit, max: number): Fit {
  return (value, path, report) => {
    const given = Array.isArray(value) ? (value as unknown[]) : [value];
    if (given.length > max) noteCut(path, report);
    // Made where something differs: as a rule nothing does.
    let fitted = given === value && given.length <= max ? undefined : NONE.slice();
    for (let i = 0; i < given.length && (fitted?.length ?? i) < max; i++) {
      const one = given[i] === null || given[i] === undefined ? undefined : item(given[i], path, report);
      report.chars += PUNCTUATION;
      if (fitted === undefined && (one === undefined || one !== given[i])) fitted = given.slice(0, i);
      if (one !== undefined) fitted?.push(one);
    }
    return (fitted ?? given).length === 0 ? undefined : (fitted ?? given);
  };
}

const NONE: readonly unknown[] = [];

function stringFit(rules: readonly Rule[]): Fit {
  const max = maximumOf(rules);
  const patterns = rules.flatMap(({ pattern }) => (pattern === undefined ? [] : [pattern]));
  const isPlain = patterns.length === 0;
  return (value, path, report) => {
    if (isPlain && typeof value === 'string' && value.length <= max) {
      report.chars += value.length;
      return value;
    }
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
  return Array.isArray(value)
    ? openList(value as unknown[], path, report, depth)
    : openGroup(value as Record<string, unknown>, path, report, depth);
}

function openList(value: readonly unknown[], path: string, report: FitReport, depth: number): readonly unknown[] {
  let list: unknown[] | undefined;
  for (let at = 0; at < value.length; at++) {
    const item = value[at];
    if ((list?.length ?? at) >= MAX_OPEN_FIELDS) {
      noteCut(path, report);
      return list ?? value.slice(0, at);
    }
    const taken = openFit(item, path, report, depth + 1);
    report.chars += PUNCTUATION;
    if (taken === item && item !== undefined) list?.push(taken);
    else {
      list ??= value.slice(0, at);
      if (taken !== undefined) list.push(taken);
    }
  }
  return list ?? value;
}

function openGroup(
  value: Record<string, unknown>,
  path: string,
  report: FitReport,
  depth: number,
): Record<string, unknown> {
  let fitted = value;
  let fields = 0;
  for (const name in value) {
    const given = value[name];
    if (given === undefined) continue;
    const here = report.named ? below(path, name) : '';
    const isRefused = name === '__proto__' || name.length > MAX_FIELD_NAME || ++fields > MAX_OPEN_FIELDS;
    const taken = isRefused ? drop(here, report) : openFit(given, here, report, depth + 1);
    if (!isRefused) report.chars += name.length + PUNCTUATION;
    if (taken === given) continue;
    if (fitted === value) fitted = { ...value };
    if (taken === undefined) delete fitted[name];
    else fitted[name] = taken;
  }
  return fitted;
}
